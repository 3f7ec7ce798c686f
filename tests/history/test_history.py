"""The checker finds what cannot have been: each test tells it a small history with one fault."""

import collections
import datetime
import json
import pathlib
import tempfile
import unittest

import history

DAY = '2030-05-06'
A, B = 'clinics/a', 'clinics/b'
VISIT = 'visitTypes/visit'


def at(time):
    return f'{DAY}T{time}:00Z'


def catalog(absent=(), doctor='MODE_CLAIM'):
    """Two clinics, a room each, and a clinician who is at both."""
    def resource(name, pool, *clinics):
        body = {'name': f'resources/{name}', 'pools': [pool], 'availability':
                [{'clinic': clinic} for clinic in clinics]}
        if name in absent:
            date = dict(zip(('year', 'month', 'day'), map(int, DAY.split('-'))))
            body['absences'] = [{'start_date': date, 'end_date': date}]
        return body
    phase = [{'phase': 'visit', 'mode': 'MODE_CLAIM'}]
    return {
        'clinics': [{'name': clinic, 'jurisdiction': 'US-CA'} for clinic in (A, B)],
        'resources': [resource('room-a', 'room', A), resource('room-b', 'room', B),
                      resource('doctor', 'doctor', A, B), resource('locum', 'doctor', A)],
        'visit_types': [{'name': VISIT, 'phases': [{'id': 'visit', 'minutes': 30}],
                         'start_grid_minutes': 30,
                         'needs': [{'id': 'room', 'pool': 'room', 'uses': phase},
                                   {'id': 'doctor', 'pool': 'doctor',
                                    'uses': [{'phase': 'visit', 'mode': doctor}]}]}]}


class Story:
    """Writes journals. Everything takes a moment, one after the other, unless it says otherwise."""

    def __init__(self):
        self.journals = collections.defaultdict(list)
        self.now = 1_900_000_000_000_000
        self.stream, self.follower, self.visits = [], None, {}
        self.calls = collections.Counter()
        self.apply(catalog())

    def write(self, who, **line):
        self.now += 1000
        self.journals[who].append({'time': self.now, **line})

    def ask(self, who, method, request, again=None):
        """Its id; a change carries it."""
        self.calls[who] += 1
        call = again or f'{who}/{self.calls[who]}'
        if method not in ('GetAppointment', 'ListAppointments', 'ListOrders', 'FindSlots'):
            request = {**request, 'request_id': call}
        self.write(who, ask=method, id=call, request=request)
        return call

    def answer(self, who, call, reply):
        """A reason instead of a reply: refused. None: cut off."""
        if reply is None:
            self.write(who, answer='UNAVAILABLE', id=call, reason='')
        elif isinstance(reply, str):
            code = 'ABORTED' if reply == 'ETAG_MISMATCH' else 'FAILED_PRECONDITION'
            self.write(who, answer=code, id=call, reason=reply)
        else:
            self.write(who, answer='OK', id=call, reply=reply)

    def call(self, who, method, request, reply):
        call = self.ask(who, method, request)
        self.answer(who, call, reply)
        return call

    def apply(self, body):
        self.call('office', 'ApplyCatalog', {'catalog': body}, {})

    # What the server would have done.

    def visit(self, name, start, clinic=A, doctor='doctor', patient=None, **more):
        begin = datetime.datetime.fromisoformat(f'{DAY}T{start}')
        end = (begin + datetime.timedelta(minutes=30)).strftime('%H:%M')
        return {'name': f'appointments/{name}', 'etag': '1', 'state': 'STATE_BOOKED',
                'clinic': clinic, 'visit_type': VISIT,
                'participants': [{'patient': f'patients/{patient or name}'}],
                'start_time': at(start), 'update_time': at('00:00'),
                'phases': [{'phase': 'visit', 'start_time': at(start), 'end_time': at(end)}],
                'assignments': [{'need': 'room', 'resource': f'resources/room-{clinic[-1]}'},
                                {'need': 'doctor', 'resource': f'resources/{doctor}'}], **more}

    def tell(self, kind, visit):
        self.stream.append({'kind': kind, 'appointment': visit})
        if kind != 'KIND_LEFT':
            self.visits[visit['name']] = visit
        return visit

    def request_for(self, visit):
        return {field: visit[field] for field in
                ('visit_type', 'clinic', 'start_time', 'participants', 'order') if field in visit}

    def book(self, who, visit):
        self.call(who, 'BookAppointment', self.request_for(visit), visit)
        return self.tell('KIND_BOOKED', visit)

    def changed(self, visit, **more):
        return {**visit, 'etag': str(int(visit['etag']) + 1), **more}

    def cancel(self, who, visit, etag=None):
        gone = self.changed(visit, state='STATE_CANCELLED')
        self.call(who, 'CancelAppointment', {'name': visit['name'], **({'etag': etag} if etag else {})},
                  gone)
        return self.tell('KIND_STATE_CHANGED', gone)

    def read(self, who, visit):
        self.call(who, 'GetAppointment', {'name': visit['name']}, visit)

    def slots(self, clinic, *starts):
        window = {'start_time': at('08:00'), 'end_time': at('10:00')}
        self.call('reader', 'FindSlots', {'query': {'visit_type': VISIT, 'clinics': [clinic],
                                                    'window': window}},
                  {'slots': [{'start_time': at(start)} for start in starts]})

    def end(self):
        """What is there, as the server says."""
        self.call('reader', 'ListAppointments', {'show_ended': True},
                  {'appointments': list(self.visits.values())})
        for reader in ('follower', 'reread'):
            told = self.follower if reader == 'follower' and self.follower is not None \
                else self.stream
            for change in told:
                self.write(reader, told={'change': change})

    def check(self):
        with tempfile.TemporaryDirectory() as directory:
            for who, lines in self.journals.items():
                text = ''.join(json.dumps(line) + '\n' for line in lines)
                (pathlib.Path(directory) / f'{who}.jsonl').write_text(text)
            told = history.History(directory)
            told.check()
            return told.summary()


class HistoryTest(unittest.TestCase):

    def setUp(self):
        self.story = Story()

    def assert_impossible(self, why):
        self.story.end()
        with self.assertRaisesRegex(history.Impossible, why) as caught:
            self.story.check()
        self.assertTrue(caught.exception.places)

    def test_what_can_have_been_is_let_pass(self):
        story = self.story
        first = story.book('ann', story.visit('x', '08:00'))
        story.call('bob', 'BookAppointment', story.request_for(story.visit('y', '08:00')),
                   'SLOT_TAKEN')
        cancelled = story.cancel('bob', first)
        story.read('ann', cancelled)
        story.book('ann', story.visit('z', '08:00'))
        story.slots(A, '08:30', '09:00', '09:30')
        story.slots(B, '08:30', '09:00', '09:30')
        story.end()
        self.assertIn('1 refused (SLOT_TAKEN 1)', story.check())

    def test_a_call_that_was_cut_off_may_have_been_done_or_not(self):
        story = self.story
        for name, start in (('x', '08:00'), ('y', '09:00')):
            visit = story.visit(name, start)
            call = story.call('ann', 'BookAppointment', story.request_for(visit), None)
            if name == 'x':
                story.tell('KIND_BOOKED', {**visit, 'note': call})
        story.end()
        self.assertIn('2 never answered', story.check())

    def test_of_two_calls_that_were_cut_off_the_one_was_done_that_fits(self):
        story = self.story
        visit = story.book('zoe', story.visit('x', '08:00'))
        story.call('zoe', 'ConfirmAppointment', {'name': visit['name']}, None)
        confirmed = story.tell('KIND_STATE_CHANGED', story.changed(visit, state='STATE_CONFIRMED'))
        story.read('bob', confirmed)
        story.call('ann', 'ConfirmAppointment', {'name': visit['name']}, None)
        story.end()
        story.check()

    def test_an_order_is_used_up(self):
        self.put_order(2)
        for name, start in (('x', '08:00'), ('y', '09:00')):
            self.story.book('ann', self.story.visit(name, start, order='orders/o'))
        self.list_order(units_consumed=2)
        self.story.end()
        self.story.check()

    def test_a_visit_goes_from_clinic_to_clinic_and_back(self):
        story = self.story
        visit = story.book('ann', story.visit('x', '08:00'))
        for minute, clinic in enumerate((B, A, B), 1):
            moved = story.changed(story.visit('x', '08:30', clinic), etag=str(minute + 1),
                                  update_time=f'{DAY}T00:0{minute}:00Z')
            story.call('ann', 'RescheduleAppointment', {'name': visit['name'], 'clinic': clinic}, moved)
            story.tell('KIND_RESCHEDULED', moved)
            story.tell('KIND_LEFT', {'name': visit['name'], 'clinic': visit['clinic']})
            visit = moved
        story.end()
        story.check()

    # -- Two have the same --

    def test_a_double_booking(self):
        self.story.book('ann', self.story.visit('x', '08:00'))
        self.story.book('bob', self.story.visit('y', '08:15', doctor='locum'))
        self.assert_impossible('resources/room-a is taken twice at 2030-05-06 08:15')

    def test_a_double_booking_of_somebody_at_two_clinics(self):
        self.story.book('ann', self.story.visit('x', '08:00', A))
        self.story.book('bob', self.story.visit('y', '08:15', B))
        self.assert_impossible('resources/doctor is taken twice')

    def test_a_patient_at_two_places_at_once(self):
        self.story.book('ann', self.story.visit('x', '08:00', A, 'locum', patient='p'))
        self.story.book('bob', self.story.visit('y', '08:15', B, patient='p'))
        self.assert_impossible('patients/p is taken twice')

    def hold(self, who, name, start):
        visit = self.story.visit(name, start)
        held = {'name': f'holds/{name}', 'visit_type': VISIT, 'clinic': A,
                'phases': visit['phases'], 'assignments': visit['assignments'],
                'expire_time': '2031-01-01T00:00:00Z'}
        self.story.call(who, 'CreateHold', {'hold': self.story.request_for(visit)}, held)
        return held

    def test_a_booking_over_a_hold(self):
        self.hold('ann', 'h', '08:00')
        self.story.book('bob', self.story.visit('x', '08:00', doctor='locum'))
        self.assert_impossible('resources/room-a is taken twice')

    def test_a_booking_in_a_block(self):
        window = {'start_time': at('08:00'), 'end_time': at('09:00')}
        block = {'name': 'blocks/b', 'resources': ['resources/doctor'], 'window': window}
        self.story.call('office', 'CreateBlock', {'block': block}, block)
        self.story.book('ann', self.story.visit('x', '08:30'))
        self.assert_impossible('was put into blocks/b')

    def block_the_doctor_of_a_hold(self):
        self.hold('ann', 'h', '08:00')
        window = {'start_time': at('08:00'), 'end_time': at('08:30')}
        block = {'name': 'blocks/b', 'resources': ['resources/doctor'], 'window': window}
        self.story.call('office', 'CreateBlock', {'block': block}, block)
        self.story.call('office', 'DeleteBlock', {'name': 'blocks/b'}, {})
        self.story.book('bob', self.story.visit('x', '08:00'))
        self.story.end()
        self.story.check()

    def test_a_block_ends_the_hold_in_its_way(self):
        self.block_the_doctor_of_a_hold()

    def test_a_block_of_somebody_who_only_has_to_be_there_ends_the_hold_too(self):
        self.story.apply(catalog(doctor='MODE_PRESENT'))
        self.block_the_doctor_of_a_hold()

    def test_a_booking_with_somebody_who_is_away(self):
        self.story.apply(catalog(absent=['doctor']))
        self.story.book('ann', self.story.visit('x', '08:30'))
        self.assert_impossible('was given to somebody who was not there')

    def put_order(self, units):
        self.story.call('office', 'PutOrder', {'order': {'name': 'orders/o', 'units': units}}, {})

    def list_order(self, **order):
        self.story.call('reader', 'ListOrders', {},
                        {'orders': [{'name': 'orders/o', 'state': 'STATE_ACTIVE', **order}]})

    def test_an_order_that_counts_a_visit_twice(self):
        self.put_order(2)
        self.story.book('ann', self.story.visit('x', '08:00', order='orders/o'))
        self.list_order(units_consumed=2)
        self.assert_impossible('orders/o is told wrong')

    def test_more_visits_than_an_order_has_units(self):
        self.put_order(2)
        for name, start in (('x', '08:00'), ('y', '09:00'), ('z', '09:30')):
            self.story.book('ann', self.story.visit(name, start, order='orders/o'))
        self.assert_impossible('orders/o is taken twice')

    def test_a_booking_on_an_order_that_was_revoked(self):
        self.put_order(2)
        self.story.call('office', 'RevokeOrder', {'name': 'orders/o'}, {})
        self.story.book('ann', self.story.visit('x', '08:00', order='orders/o'))
        self.assert_impossible('on an order that was revoked')

    # -- Something is lost --

    def test_an_acknowledged_booking_that_is_not_there(self):
        visit = self.story.visit('x', '08:00')
        self.story.call('ann', 'BookAppointment', self.story.request_for(visit), visit)
        self.assert_impossible('what was acknowledged as ann/1 is not there')

    def test_an_acknowledged_change_that_was_undone(self):
        visit = self.story.book('ann', self.story.visit('x', '08:00'))
        gone = self.story.changed(visit, state='STATE_CANCELLED')
        self.story.call('ann', 'CancelAppointment', {'name': visit['name']}, gone)
        self.assert_impossible('what was acknowledged as ann/2 is not there')

    def test_a_booking_that_is_in_the_stream_but_not_in_the_list(self):
        visit = self.story.book('ann', self.story.visit('x', '08:00'))
        del self.story.visits[visit['name']]
        self.assert_impossible('but not in both')

    def test_something_that_was_shown_and_then_never_was(self):
        visit = self.story.book('ann', self.story.visit('x', '08:00'))
        self.story.read('bob', self.story.changed(visit, state='STATE_CANCELLED'))
        self.assert_impossible('was shown and is nowhere in the change stream')

    def test_a_number_that_is_given_again_to_something_else(self):
        visit = self.story.book('ann', self.story.visit('x', '08:00'))
        self.story.read('bob', {**visit, 'state': 'STATE_CONFIRMED'})
        self.assert_impossible('appointments/x 1 is two different things')

    def test_a_change_over_one_that_its_caller_had_not_seen(self):
        visit = self.story.book('ann', self.story.visit('x', '08:00'))
        confirmed = self.story.changed(visit, state='STATE_CONFIRMED')
        self.story.call('bob', 'ConfirmAppointment', {'name': visit['name']}, confirmed)
        self.story.tell('KIND_STATE_CHANGED', confirmed)
        self.story.cancel('ann', confirmed, etag=visit['etag'])
        self.assert_impossible('was done over a change that it had not seen')

    def test_a_hold_that_is_lost(self):
        held = self.hold('ann', 'h', '08:00')
        self.story.call('ann', 'BookAppointment', {'hold': held['name']}, 'HOLD_EXPIRED')
        self.assert_impossible('holds/h was lost')

    def test_an_order_that_is_lost(self):
        self.put_order(1)
        self.story.call('reader', 'ListOrders', {}, {})
        self.assert_impossible('orders/o is lost')

    # -- Something is done twice, or half --

    def test_a_booking_that_was_cut_off_and_done_twice(self):
        visit = self.story.visit('x', '08:00')
        call = self.story.call('ann', 'BookAppointment', self.story.request_for(visit), None)
        for name, doctor in (('x', 'doctor'), ('y', 'locum')):
            again = self.story.visit(name, '08:00', doctor=doctor, patient='x', note=call)
            self.story.tell('KIND_BOOKED', again)
        self.assert_impossible('or it was done twice')

    def test_a_change_that_nobody_asked_for(self):
        visit = self.story.book('ann', self.story.visit('x', '08:00'))
        self.story.tell('KIND_STATE_CHANGED', self.story.changed(visit, state='STATE_CANCELLED'))
        self.assert_impossible('nobody asked for a change')

    def test_a_request_that_is_repeated_and_has_another_result(self):
        visit = self.story.visit('x', '08:00')
        self.story.book('ann', visit)
        request = self.story.request_for(visit)
        call = self.story.ask('ann', 'BookAppointment', request, again='ann/1')
        self.story.answer('ann', call, self.story.visit('y', '08:00'))
        self.assert_impossible('ann/1 has two results')

    def test_a_request_that_was_done_and_is_refused_when_it_is_repeated(self):
        visit = self.story.visit('x', '08:00')
        self.story.book('ann', visit)
        request = self.story.request_for(visit)
        call = self.story.ask('ann', 'BookAppointment', request, again='ann/1')
        self.story.answer('ann', call, 'SLOT_TAKEN')
        self.assert_impossible('ann/1 was done and is refused afterwards')

    def test_a_visit_that_was_cancelled_and_still_takes_its_time(self):
        visit = self.story.book('ann', self.story.visit('x', '08:00'))
        self.story.cancel('ann', visit)
        self.story.call('bob', 'BookAppointment',
                        self.story.request_for(self.story.visit('y', '08:00')), 'SLOT_TAKEN')
        self.assert_impossible(r'bob/1 was refused \(SLOT_TAKEN\) though nothing was in its way')

    def test_time_that_nobody_has_and_is_not_offered(self):
        self.story.slots(B, '08:00', '08:30', '09:00')
        self.assert_impossible('09:30 UTC is free, but not offered')

    def test_time_that_is_taken_and_is_offered(self):
        self.story.book('ann', self.story.visit('x', '08:00', B))
        self.story.slots(B, '08:00', '08:30', '09:00', '09:30')
        self.assert_impossible('08:00 UTC is offered, but not free')

    # -- The order of things --

    def test_a_read_that_goes_back(self):
        story = self.story
        visit = story.book('ann', story.visit('x', '08:00'))
        call = story.ask('ann', 'CancelAppointment', {'name': visit['name']})
        gone = story.tell('KIND_STATE_CHANGED', story.changed(visit, state='STATE_CANCELLED'))
        story.read('bob', gone)
        story.read('bob', visit)  # although the one who cancels it does not know yet
        story.answer('ann', call, gone)
        self.assert_impossible('can have been committed at no moment')

    def test_a_read_that_misses_what_was_acknowledged(self):
        visit = self.story.book('ann', self.story.visit('x', '08:00'))
        self.story.cancel('ann', visit)
        self.story.read('bob', visit)
        self.assert_impossible('can have been committed at no moment')

    def test_a_stream_in_another_order_than_the_changes(self):
        self.story.book('ann', self.story.visit('x', '08:00'))
        self.story.book('ann', self.story.visit('y', '09:00'))
        self.story.stream.reverse()
        self.assert_impossible('can have been committed at no moment')

    def test_a_refusal_for_a_change_that_was_never_made(self):
        visit = self.story.book('ann', self.story.visit('x', '08:00'))
        self.story.call('bob', 'CancelAppointment', {'name': visit['name'], 'etag': '1'},
                        'ETAG_MISMATCH')
        self.assert_impossible('refused for a change that was never made')

    def test_a_gap_in_the_change_stream(self):
        for name, start in (('x', '08:00'), ('y', '08:30'), ('z', '09:00')):
            self.story.book('ann', self.story.visit(name, start))
        self.story.follower = [self.story.stream[0], self.story.stream[2]]
        self.assert_impossible('told otherwise to who followed it')

    def test_a_change_that_is_told_twice(self):
        self.story.book('ann', self.story.visit('x', '08:00'))
        self.story.stream *= 2
        self.assert_impossible('is told twice')


if __name__ == '__main__':
    unittest.main()
