"""Says whether a history can have been.

    history.py DIRECTORY    reads its journals (*.jsonl); exits 1 with the lines that contradict

It knows the journals and the words of the contract, and shares no code with the server. Every
appointment is a chain of versions, in the order in which the change stream tells them. Each version
was committed at one moment: not before its request was asked, not after it was answered, after the
version before it in the chain and in its clinic's stream, before anybody saw it, and not while
somebody still saw the one before. Where no moment is left, the history is impossible. What was
surely there at the same time must fit together; what was refused must have been in something's way,
or may have been.
"""

import collections
import datetime
import functools
import hashlib
import itertools
import json
import pathlib
import sys

TICK = 300  # seconds
NEVER = float('inf')
NOWHERE = ('', 0)
UNKNOWN = {'UNANSWERED', 'UNAVAILABLE', 'DEADLINE_EXCEEDED', 'CANCELLED', 'UNKNOWN'}
REFUSED = {'FAILED_PRECONDITION', 'ABORTED', 'RESOURCE_EXHAUSTED'}
KINDS = {'BookAppointment': 'KIND_BOOKED', 'RescheduleAppointment': 'KIND_RESCHEDULED',
         'CancelAppointment': 'KIND_STATE_CHANGED', 'ConfirmAppointment': 'KIND_STATE_CHANGED'}
# From which states a change may come, and where it leads to.
STEPS = {'BookAppointment': ((None,), 'STATE_BOOKED'),
         'RescheduleAppointment': (('STATE_BOOKED', 'STATE_CONFIRMED'), 'STATE_BOOKED'),
         'CancelAppointment': (('STATE_BOOKED', 'STATE_CONFIRMED'), 'STATE_CANCELLED'),
         'ConfirmAppointment': (('STATE_BOOKED',), 'STATE_CONFIRMED')}


class Impossible(Exception):
    """What cannot have been, and the places in the journals that say otherwise."""

    def __init__(self, what, *places):
        super().__init__(what)
        self.places = [place for place in dict.fromkeys(places) if place != NOWHERE]


@functools.lru_cache(maxsize=None)
def micros(timestamp):
    """Of a Timestamp as JSON writes it."""
    date, _, fraction = timestamp.rstrip('Z').partition('.')
    moment = datetime.datetime.fromisoformat(date + '+00:00')
    return int(moment.timestamp()) * 1_000_000 + int((fraction + '000000')[:6])


def tick(timestamp):
    return micros(timestamp) // (TICK * 1_000_000)


class Call:
    """One attempt at a call."""

    def __init__(self, line, place):
        self.id, self.method, self.request = line['id'], line['ask'], line['request']
        self.asked, self.answered = (line['time'], place), (NEVER, place)
        self.code, self.reason, self.reply = 'UNANSWERED', '', None

    def answer(self, line, place):
        self.answered = (line['time'], place)
        self.code, self.reason = line['answer'], line.get('reason', '')
        self.reply = line.get('reply')

    def places(self):
        return self.asked[1], self.answered[1]


class Request:
    """A change that was asked for, in as many attempts as it took."""

    def __init__(self, calls):
        self.calls, self.id = calls, calls[0].id
        self.method, self.body = calls[0].method, calls[0].request
        done = [call for call in calls if call.code == 'OK']
        self.asked = calls[0].asked
        self.answered = min((call.answered for call in done), default=(NEVER, self.asked[1]))
        self.reply = done[0].reply if done else None
        last = calls[-1]
        self.reason = last.reason
        if done:
            self.outcome = 'done'
        elif last.code in REFUSED and last.code != 'RESOURCE_EXHAUSTED' or \
                all(call.code in REFUSED for call in calls):
            # Whoever has a refusal knows that no earlier attempt was done.
            self.outcome = 'refused'
        else:
            self.outcome = 'unknown'
        # When a refusal was decided on.
        self.refusal = (last.asked, last.answered)

    def places(self):
        return [place for call in self.calls for place in call.places()]


class Version:
    """An appointment as one change left it."""

    def __init__(self, body, digest, place):
        self.body, self.digest, self.place = body, digest, place
        self.name, self.etag, self.state = body['name'], body['etag'], body['state']
        self.clinic, self.visit_type = body['clinic'], body['visit_type']
        self.patient = body['participants'][0]['patient']
        self.kind = self.previous = self.next = self.request = None
        self.first, self.last = (0, NOWHERE), (NEVER, NOWHERE)  # it was committed between the two

    def is_live(self):
        return self.state not in ('STATE_CANCELLED', 'STATE_NO_SHOW')

    def not_before(self, bound):
        self.first = max(self.first, bound)

    def not_after(self, bound):
        self.last = min(self.last, bound)

    # While it was the present one: surely, and possibly.
    def surely(self):
        return self.last[0], self.next.first[0] if self.next else NEVER

    def possibly(self):
        return self.first[0], self.next.last[0] if self.next else NEVER


class Journals:
    """What everybody wrote down."""

    def __init__(self, directory):
        self.calls, self.told = [], collections.defaultdict(list)
        self.versions = {}
        for path in sorted(pathlib.Path(directory).glob('*.jsonl')):
            self._read(path)

    def _read(self, path):
        asked = None
        with open(path, encoding='utf-8') as lines:
            for number, text in enumerate(lines, 1):
                if not text.endswith('\n'):
                    break  # its process died
                line, place = json.loads(text), (str(path), number)
                if 'ask' in line:
                    asked = Call(line, place)
                    self.calls.append(asked)
                elif 'answer' in line:
                    asked.answer(line, place)
                    self._take_versions(asked, place)
                else:
                    self._take_event(path.stem, line, place)

    def _take_versions(self, call, place):
        """Everything that one name and etag ever stood for is the same."""
        if call.code != 'OK':
            return
        if call.method in KINDS or call.method == 'GetAppointment':
            call.reply = self.version(call.reply, place)
        elif call.method == 'ListAppointments':
            call.reply = [self.version(each, place) for each in call.reply.get('appointments', [])]
        elif call.method == 'GetDayBoard':
            call.reply = [self.version(row['appointment'], place) for row in call.reply.get('rows', [])]

    def _take_event(self, reader, line, place):
        change = line['told'].get('change')
        if change is None:
            raise Impossible('a reader of the change stream was told of a gap', place)
        body = change['appointment']
        if change['kind'] == 'KIND_LEFT':
            told = body['name']
        else:
            told = self.version(body, place)
            told.kind = told.kind or change['kind']
            told.not_after((line['time'], place))
        self.told[reader].append((body['clinic'], told, place))

    def version(self, body, place):
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()
        key = body['name'], body['etag']
        known = self.versions.setdefault(key, Version(body, digest, place))
        if known.digest != digest:
            raise Impossible(f'{key[0]} {key[1]} is two different things', known.place, place)
        return known


class Catalog:
    """What a catalog says of who is there, and what a visit takes."""

    def __init__(self, request):
        body = request.body['catalog']
        self.asked, self.answered = request.asked[0], request.answered[0]
        self.clinics = {each['name']: each for each in body['clinics']}
        self.resources = {each['name']: each for each in body['resources']}
        self.types = {each['name']: each for each in body['visit_types']}

    def shares(self, resource):
        return self.resources[resource].get('shares', 1)

    def phases(self, visit_type):
        return [(each['id'], each['minutes']) for each in self.types[visit_type]['phases']]

    def is_open(self, resource, clinic, begin, end):
        """As far as the journals' catalogs go: around the clock, less whole days of UTC."""
        there = any(row.get('clinic') == clinic for row in resource['availability'])
        days = 86400 // TICK
        for absence in resource.get('absences', []):
            first, last = (datetime.date(**absence[at]).toordinal() for at in ('start_date', 'end_date'))
            epoch = datetime.date(1970, 1, 1).toordinal()
            if begin < (last + 1 - epoch) * days and (first - epoch) * days < end:
                return False
        return there

    def can_serve(self, need, resource, clinic, spans, taken):
        """Whether the resource can fill a unit of the need, beside what is taken of it."""
        if need['pool'] not in resource.get('pools', []):
            return False
        if not set(need.get('capabilities', [])) <= set(resource.get('capabilities', [])):
            return False
        place = self.clinics[clinic]['jurisdiction']
        if need.get('licence_required') and \
                place not in [each['jurisdiction'] for each in resource.get('licences', [])]:
            return False
        most = resource.get('shares', 1)
        for begin, end, shares in uses(need, spans):
            if not self.is_open(resource, clinic, begin, end):
                return False
            for at in range(begin, end):
                load = sum(most if use.shares is None else use.shares
                           for use in taken if use.begin <= at < use.end)
                if shares != 0 and load + (most if shares is None else shares) > most:
                    return False
        return True

    def is_possible(self, visit_type, clinic, start, taken):
        """Whether anybody can serve a visit that begins at a tick; `taken` is asked of whom."""
        kind = self.types[visit_type]
        spans, begin = {}, start
        for phase, minutes in self.phases(visit_type):
            spans[phase] = (begin, begin + minutes * 60 // TICK)
            begin = spans[phase][1]
        units = [need for need in kind['needs'] for _ in range(need.get('count', 1))]
        able = [[name for name, resource in self.resources.items()
                 if self.can_serve(need, resource, clinic, spans, taken(name))] for need in units]
        return any(len(set(chosen)) == len(units) for chosen in itertools.product(*able))


def uses(need, spans):
    """From when to when a need takes how many shares; None: all there are."""
    for use in need['uses']:
        begin, end = spans[use['phase']]
        claims = use['mode'] == 'MODE_CLAIM'
        yield begin, end, (use.get('shares') if claims else 0)


Use = collections.namedtuple('Use', 'whose begin end shares')


class Taken(collections.namedtuple('Taken', 'uses sure possible place name what')):
    """What somebody has of others' time, and when in the history: surely, and possibly."""


class History:
    """What follows from the journals."""

    def __init__(self, directory):
        journals = Journals(directory)
        self.calls, self.told, self.versions = journals.calls, journals.told, journals.versions
        self.follower, self.stream = self.told['follower'], self.told['reread']
        self.requests = self._requests()
        self.catalogs = sorted((Catalog(request) for request in self.requests
                                if request.method == 'ApplyCatalog' and request.outcome == 'done'),
                               key=lambda catalog: catalog.asked)
        self.capacity = collections.Counter()
        for catalog in self.catalogs:
            for name in catalog.resources:
                self.capacity[name] = max(self.capacity[name], catalog.shares(name))
        for request in self.requests:
            if request.method == 'PutOrder':
                order = request.body['order']
                self.capacity[order['name']] = max(self.capacity[order['name']], order['units'])

    def check(self):
        self.link_versions()
        self.attribute_answered()
        self.find_moments()
        self.attribute_unanswered()
        self.taken = self.all_taken()
        self.check_stream_fits()
        self.check_together_fits()
        self.check_blocks_and_catalogs()
        self.check_orders()
        self.check_refusals()
        self.check_end()

    # -- One result for a request --

    def _requests(self):
        by_id = collections.defaultdict(list)
        for call in self.calls:
            if call.code not in UNKNOWN | REFUSED | {'OK'}:
                raise Impossible(f'{call.method} failed with {call.code}', *call.places())
            if 'request_id' in call.request:
                by_id[call.id].append(call)
        for calls in by_id.values():
            self._check_one_result(calls)
        return [Request(calls) for calls in by_id.values()]

    @staticmethod
    def _check_one_result(calls):
        done = [call for call in calls if call.code == 'OK']
        for call in done[1:]:
            if call.reply != done[0].reply:
                raise Impossible(f'{call.id} has two results', *done[0].places(), *call.places())
        for call in calls:
            if done and call.code in REFUSED - {'RESOURCE_EXHAUSTED'} and \
                    call.asked > done[0].answered:
                raise Impossible(f'{call.id} was done and is refused afterwards',
                                 *done[0].places(), *call.places())

    # -- The change stream --

    def by_clinic(self, told):
        streams = collections.defaultdict(list)
        for clinic, what, place in told:
            streams[clinic].append((what, place))
        return streams

    def link_versions(self):
        """From the whole stream, read at the end; who followed it was told the same."""
        self.streams = self.by_clinic(self.stream)
        followed = self.by_clinic(self.follower)
        for clinic in set(self.streams) | set(followed):
            pairs = itertools.zip_longest(followed[clinic], self.streams[clinic],
                                          fillvalue=(None, NOWHERE))
            for (was, then), (is_, now) in pairs:
                if was != is_:
                    raise Impossible(f'the change stream of {clinic} was told otherwise to who '
                                     'followed it', then, now)
        stretches = collections.defaultdict(lambda: collections.defaultdict(list))
        seen = {}
        for clinic, stream in self.streams.items():
            for what, place in stream:
                if isinstance(what, Version):
                    if what in seen:
                        raise Impossible(f'{what.name} {what.etag} is told twice', seen[what], place)
                    seen[what] = place
                    what.place = place
                name = what.name if isinstance(what, Version) else what
                stretches[name][clinic].append((what, place))
        self.last_versions = {}
        for name, by_clinic in stretches.items():
            self._link(name, by_clinic)

    def _link(self, name, by_clinic):
        """From its booking on, from clinic to clinic as it leaves one for the other."""
        queues = {clinic: collections.deque(stretch) for clinic, stretch in by_clinic.items()}
        heads = [clinic for clinic, queue in queues.items()
                 if isinstance(queue[0][0], Version) and queue[0][0].kind == 'KIND_BOOKED']
        places = [place for queue in queues.values() for _, place in queue]
        if len(heads) != 1:
            raise Impossible(f'{name} does not begin with one booking', *places)
        clinic, previous = heads[0], None
        while queues[clinic]:
            what, place = queues[clinic].popleft()
            if isinstance(what, Version):
                what.previous = previous
                if previous is not None:
                    previous.next = what
                previous = what
                continue
            others = [other for other, queue in queues.items()
                      if other != clinic and queue and isinstance(queue[0][0], Version)]
            if not others:
                raise Impossible(f'{name} left {clinic} for nowhere', place)
            clinic = min(others, key=lambda other: micros(queues[other][0][0].body['update_time']))
        if any(queues.values()):
            raise Impossible(f'{name} is at two clinics at once', *places)
        self.last_versions[name] = previous

    # -- Who asked for which change --

    def attribute_answered(self):
        for request in self.requests:
            if request.method in KINDS and request.outcome == 'done':
                self._attribute(request.reply, request)

    def attribute_unanswered(self):
        """Each change that nobody was told of follows from one call that died, or from a side."""
        unknown = collections.defaultdict(list)
        for request in self.requests:
            if request.method in KINDS and request.outcome == 'unknown':
                unknown[request.body.get('name', request.id)].append(request)
        for name in self.last_versions:
            for version in self.chain(name):
                if version.request is None:
                    asked = unknown[name] if version.previous else unknown[version.body.get('note')]
                    self._attribute_unanswered(version, asked)
        self.order_all()

    def chain(self, name):
        """From the first version to the last."""
        versions, version = [], self.last_versions[name]
        while version is not None:
            versions.append(version)
            version = version.previous
        return reversed(versions)

    def _attribute(self, version, request):
        if self.last_versions.get(version.name) is None or \
                version.kind != KINDS[request.method]:
            raise Impossible(f'what was acknowledged as {request.id} is not there',
                             *request.places())
        if version.request is not None:
            raise Impossible('one change was acknowledged to two', *version.request.places(),
                             *request.places())
        why = self._mismatch(version, request)
        if why:
            raise Impossible(f'{request.id} {why}', *request.places(), version.place,
                             version.previous.place if version.previous else NOWHERE)
        version.request = request

    @staticmethod
    def _mismatch(version, request):
        """What of a change is not as it was asked for."""
        body, previous = request.body, version.previous
        came_from, leads_to = STEPS[request.method]
        if (previous.state if previous else None) not in came_from or version.state != leads_to:
            return 'is not a step that there is'
        if body.get('etag') and body['etag'] != previous.etag:
            return 'was done over a change that it had not seen'
        for field in ('start_time', 'clinic', 'visit_type', 'order', 'participants'):
            if body.get(field) and body[field] != version.body.get(field):
                return f'was done with another {field}'
        note = version.body.get('cancellation', {}).get('note') \
            if request.method == 'CancelAppointment' else version.body.get('note')
        if body.get('note') and body['note'] != note:
            return 'was done with another note'
        return ''

    def _attribute_unanswered(self, version, asked):
        may_be = [request for request in asked
                  if KINDS[request.method] == version.kind and request.asked <= version.last and
                  not self._mismatch(version, request)]
        if may_be:
            # One that names an etag can have done nothing else. Whichever it was, it was done once.
            version.request = min(may_be, key=lambda each: ('etag' not in each.body, each.asked))
            asked.remove(version.request)
            version.not_before(min(request.asked for request in may_be))
            return
        changed = {field for field in {**version.body, **version.previous.body}
                   if version.body.get(field) != version.previous.body.get(field)} \
            if version.previous else {'name'}
        if version.kind != 'KIND_UPDATED' or changed - {'attention', 'etag', 'update_time'}:
            raise Impossible(f'nobody asked for a change of {version.name} to {version.etag}, or '
                             'it was done twice', version.place,
                             version.previous.place if version.previous else NOWHERE)

    # -- When each change was committed --

    def find_moments(self):
        for name in self.last_versions:
            for version in self.chain(name):
                if version.request is not None:
                    version.not_before(version.request.asked)
                    version.not_after(version.request.answered)
        for call in self.calls:
            if call.code == 'OK':
                self._saw(call)
        for request in self.requests:
            if request.outcome == 'refused' and request.reason == 'ETAG_MISMATCH':
                self._saw_a_change(request)
        self.order_all()

    def order_all(self):
        for _ in range(3):
            for name in self.last_versions:
                self._order(list(self.chain(name)))
            for stream in self.streams.values():
                self._order([what for what, _ in stream if isinstance(what, Version)])

    def _saw(self, call):
        seen = call.reply if isinstance(call.reply, list) else [call.reply]
        for version in seen:
            if not isinstance(version, Version):
                return
            if version.kind is None:
                raise Impossible(f'{version.name} {version.etag} was shown and is nowhere in the '
                                 'change stream', *call.places())
            if call.method in KINDS:
                continue  # an acknowledgement, maybe of long ago
            version.not_after(call.answered)
            if version.next is not None:
                version.next.not_before(call.asked)

    def _saw_a_change(self, request):
        """Who is told that it has changed: it had, by then."""
        seen = self.versions.get((request.body['name'], request.body.get('etag')))
        if seen is None or seen.next is None:
            raise Impossible(f'{request.id} was refused for a change that was never made',
                             *request.places())
        seen.next.not_after(request.refusal[1])

    @staticmethod
    def _order(versions):
        for before, after in zip(versions, versions[1:]):
            after.not_before(before.first)
        for before, after in reversed(list(zip(versions, versions[1:]))):
            before.not_after(after.last)
        for version in versions:
            if version.first[0] > version.last[0]:
                raise Impossible(f'{version.name} {version.etag} can have been committed at no '
                                 'moment', version.first[1], version.last[1], version.place)

    # -- Who has which time, and when --

    def all_taken(self):
        taken = []
        for name in self.last_versions:
            for version in self.chain(name):
                version.uses = self.uses_of(version.body, version.patient) \
                    if version.is_live() else []
                if version.uses:
                    taken.append(Taken(version.uses, version.surely(), version.possibly(),
                                       version.place, name, f'{name} {version.etag}'))
        self.blocks = self._blocks()
        return taken + self._holds()

    def kind_of(self, visit):
        """Its visit type, by the words of the catalog that it was made under; and its phases."""
        spans = {span['phase']: (tick(span['start_time']), tick(span['end_time']))
                 for span in visit['phases']}
        lengths = [(name, (end - begin) * TICK // 60) for name, (begin, end) in spans.items()]
        kind = next((catalog.types[visit['visit_type']] for catalog in self.catalogs
                     if catalog.phases(visit['visit_type']) == lengths), None)
        if kind is None:
            raise Impossible(f'no catalog has the phases of {visit["name"]}')
        return kind, spans

    def needed_by(self, visit):
        """Whom an appointment or a hold needs; without shares where being there is enough."""
        kind, spans = self.kind_of(visit)
        needs = {need['id']: need for need in kind['needs']}
        return [Use(assigned['resource'], *use) for assigned in visit['assignments']
                for use in uses(needs[assigned['need']], spans)]

    def uses_of(self, visit, patient=''):
        """What an appointment or a hold takes of others' time."""
        kind, spans = self.kind_of(visit)
        found = [use for use in self.needed_by(visit) if use.shares != 0]
        found += [Use(patient, *spans[span['phase']], 1) for span in visit['phases']
                  if patient and not span.get('without_patient')]
        if patient and kind.get('open_per_patient_max'):
            limit = f'open {visit["visit_type"]} of {patient}'
            self.capacity[limit] = kind['open_per_patient_max']
            found.append(Use(limit, 0, 1, 1))
        if visit.get('order'):
            found.append(Use(visit['order'], 0, 1, 1))
        return found

    def _holds(self):
        """Surely there from when it was answered until it ends or somebody may have used it."""
        self.holds = {}
        expires, ends, used = {}, {}, {}
        for request in self.requests:
            name = request.body.get('hold')
            if request.method in ('RenewHold', 'ReleaseHold'):
                name = request.body['name']
            if request.method in ('CreateHold', 'RenewHold') and request.outcome == 'done':
                name = request.reply['name']
                expires[name] = max(expires.get(name, 0), micros(request.reply['expire_time']))
            elif isinstance(name, str) and request.method != 'RenewHold' and \
                    request.outcome != 'refused':
                used[name] = min(used.get(name, NEVER), request.asked[0])
                if request.outcome == 'done':
                    ends[name] = min(ends.get(name, NEVER), request.answered[0])
        for request in self.requests:
            if request.method != 'CreateHold' or request.outcome != 'done':
                continue
            name, expire = request.reply['name'], expires[request.reply['name']]
            taken = self.uses_of(request.reply)
            sure, possible = self._until_blocked(request)
            self.holds[name] = Taken(taken,
                                     (request.answered[0], min(expire, used.get(name, NEVER), sure)),
                                     (request.asked[0],
                                      min(expire, ends.get(name, NEVER), possible)),
                                     request.answered[1], name, name)
        return list(self.holds.values())

    def _until_blocked(self, hold):
        """A block ends the holds in its way: until when there surely, and possibly, was none."""
        needed = self.needed_by(hold.reply)
        sure = possible = NEVER
        for request in self.requests:
            if request.method != 'CreateBlock' or request.outcome == 'refused' or \
                    request.answered[0] < hold.asked[0]:
                continue
            block = request.body['block']
            begin, end = (tick(block['window'][at]) for at in ('start_time', 'end_time'))
            if any(use.whose in block['resources'] and use.begin < end and begin < use.end
                   for use in needed):
                sure = min(sure, request.asked[0])
                if request.asked[0] > hold.answered[0]:
                    possible = min(possible, request.answered[0])
        return sure, possible

    def _blocks(self):
        deleted = {request.body['name']: request for request in self.requests
                   if request.method == 'DeleteBlock'}
        blocks = []
        for request in self.requests:
            if request.method != 'CreateBlock' or request.outcome != 'done':
                continue
            block, end = request.reply, deleted.get(request.reply['name'])
            window = (tick(block['window'][at]) for at in ('start_time', 'end_time'))
            begin, until = window
            blocks.append(Taken([Use(name, begin, until, None) for name in block['resources']],
                                (request.answered[0], end.asked[0] if end else NEVER),
                                (request.asked[0], end.answered[0] if end else NEVER),
                                request.answered[1], block['name'], block['name']))
        return blocks

    def weight(self, use):
        return self.capacity_of(use.whose) if use.shares is None else use.shares

    def capacity_of(self, whose):
        return self.capacity.get(whose, 1)

    # -- Nobody has more than there is --

    def check_stream_fits(self):
        """Change by change, in the order of each clinic's stream."""
        for clinic, stream in self.streams.items():
            load, present = collections.Counter(), {}
            for what, place in stream:
                name = what.name if isinstance(what, Version) else what
                for use in present.pop(name, ((), NOWHERE))[0]:
                    for at in range(use.begin, use.end):
                        load[use.whose, at] -= self.weight(use)
                if not isinstance(what, Version):
                    continue
                present[name] = what.uses, place
                for use in what.uses:
                    for at in range(use.begin, use.end):
                        load[use.whose, at] += self.weight(use)
                        if load[use.whose, at] > self.capacity_of(use.whose):
                            self._overbooked(use.whose, at, present.values())

    @staticmethod
    def _overbooked(whose, at, present):
        others = [place for of, place in present
                  if any(use.whose == whose and use.begin <= at < use.end for use in of)]
        when = datetime.datetime.fromtimestamp(at * TICK, datetime.timezone.utc)
        raise Impossible(f'{whose} is taken twice' +
                         (f' at {when:%Y-%m-%d %H:%M} UTC' if at > 0 else ''), *others)

    def check_together_fits(self):
        """What was surely there at one moment, wherever, holds included."""
        at_once = collections.defaultdict(list)
        for taken in self.taken:
            begin, end = taken.sure
            if begin >= end:
                continue
            for use in taken.uses:
                for at in range(use.begin, use.end):
                    at_once[use.whose, at].append((begin, 1, self.weight(use), taken))
                    at_once[use.whose, at].append((end, 0, -self.weight(use), taken))
        for (whose, at), changes in at_once.items():
            load, present = 0, {}
            for _, begins, weight, taken in sorted(changes, key=lambda change: change[:2]):
                load += weight
                if begins:
                    present[taken.what] = taken.uses, taken.place
                else:
                    present.pop(taken.what)
                if load > self.capacity_of(whose):
                    self._overbooked(whose, at, present.values())

    def check_blocks_and_catalogs(self):
        """Whoever was given time was there for it, and had no block."""
        for name in self.last_versions:
            for version in self.chain(name):
                if version.kind in ('KIND_BOOKED', 'KIND_RESCHEDULED'):
                    self._check_given(version)

    def _check_given(self, version):
        possible = self.catalogs_at(version.first[0], version.last[0])
        if not any(self._serves(catalog, version) for catalog in possible):
            raise Impossible(f'{version.name} {version.etag} was given to somebody who was not '
                             'there, or cannot', version.place)
        for block in self.blocks:
            if block.sure[0] < version.first[0] and version.last[0] < block.sure[1]:
                for mine, theirs in itertools.product(version.uses, block.uses):
                    if mine.whose == theirs.whose and mine.begin < theirs.end and \
                            theirs.begin < mine.end:
                        raise Impossible(f'{version.name} was put into {block.name}',
                                         block.place, version.place)

    def catalogs_at(self, begin, end):
        """Those that may have been in force some time in between."""
        later = self.catalogs[1:] + [None]
        return [catalog for catalog, after in zip(self.catalogs, later)
                if catalog.asked <= end and (after is None or after.answered >= begin)]

    @staticmethod
    def _serves(catalog, version):
        kind = catalog.types[version.visit_type]
        spans = {span['phase']: (tick(span['start_time']), tick(span['end_time']))
                 for span in version.body['phases']}
        lengths = [(name, (end - begin) * TICK // 60) for name, (begin, end) in spans.items()]
        assigned = sorted((each['need'], each['resource'])
                          for each in version.body['assignments'])
        wanted = sorted(need['id'] for need in kind['needs'] for _ in range(need.get('count', 1)))
        needs = {need['id']: need for need in kind['needs']}
        return lengths == catalog.phases(version.visit_type) and \
            [need for need, _ in assigned] == wanted and \
            len({resource for _, resource in assigned}) == len(assigned) and \
            all(catalog.can_serve(needs[need], catalog.resources[resource], version.clinic, spans, [])
                for need, resource in assigned)

    def check_orders(self):
        """Units are counted where time is: here, that nothing is booked on what was revoked."""
        revoked = {request.body['name']: request for request in self.requests
                   if request.method == 'RevokeOrder' and request.outcome == 'done'}
        for name in self.last_versions:
            for version in self.chain(name):
                end = revoked.get(version.body.get('order'))
                if end and version.kind in ('KIND_BOOKED', 'KIND_RESCHEDULED') and \
                        version.first[0] > end.answered[0]:
                    raise Impossible(f'{name} was booked on an order that was revoked',
                                     *end.places(), version.place)

    # -- What was refused --

    def check_refusals(self):
        """Something was in the way, or may have been."""
        walk = Walk(self.taken + self.blocks)
        refused = [request for request in self.requests if request.outcome == 'refused']
        for request in sorted(refused, key=lambda each: each.refusal[0]):
            begin, end = request.refusal[0][0], request.refusal[1][0]
            walk.go_to(begin, end)
            if request.reason == 'HOLD_EXPIRED':
                self._check_hold_gone(request, begin, end)
            elif request.reason in ('WRONG_STATE', 'SLOT_TAKEN', 'SLOT_NOT_OFFERED',
                                    'PATIENT_BUSY') and \
                    not self._may_be_refused(request, walk, begin, end):
                raise Impossible(f'{request.id} was refused ({request.reason}) though nothing was '
                                 'in its way', *request.places())

    def _check_hold_gone(self, request, begin, end):
        hold = self.holds.get(request.body.get('hold') or request.body['name'])
        if hold is not None and hold.sure[0] <= begin and end < hold.sure[1]:
            raise Impossible(f'{hold.name} was lost', hold.place, *request.places())

    def _may_be_refused(self, request, walk, begin, end):
        body = request.body
        if request.reason == 'WRONG_STATE':
            came_from = STEPS.get(request.method, ((), ''))[0]
            return any(version.state not in came_from and version.possibly()[0] <= end and
                       begin <= version.possibly()[1] for version in self.chain(body['name'])) \
                if body['name'] in self.last_versions else False
        if isinstance(body.get('hold'), str):
            return True  # its own time was kept; the rest is the hold's
        visit = body.get('hold', body)
        if request.method == 'RescheduleAppointment':
            moved = next(iter(self.chain(body['name'])))
            visit = {'visit_type': moved.visit_type, 'clinic': moved.clinic, **visit}
        patient = moved.patient if request.method == 'RescheduleAppointment' else \
            visit.get('participants', [{}])[0].get('patient')
        kind, start = visit['visit_type'], tick(visit['start_time'])
        if request.reason == 'SLOT_NOT_OFFERED':
            limit = f'open {kind} of {patient}'  # every start is at the grid and soon enough
            return len(walk.taken(limit, body.get('name'))) >= self.capacity.get(limit, NEVER)
        for catalog in self.catalogs_at(begin, end):
            length = sum(minutes for _, minutes in catalog.phases(kind)) * 60 // TICK
            if request.reason == 'PATIENT_BUSY':
                if any(use.begin < start + length and start < use.end
                       for use in walk.taken(patient, body.get('name'))):
                    return True
            elif not catalog.is_possible(kind, visit['clinic'], start,
                                         lambda whose: walk.taken(whose, body.get('name'))):
                return True
        return False

    # -- What there is in the end --

    def check_end(self):
        self.end = [call for call in self.calls
                    if call.id.startswith('reader/') and call.code == 'OK']
        self._check_last_list()
        self._check_last_orders()
        self._check_days()

    def _check_last_list(self):
        listed, place = set(), NOWHERE
        for call in self.end:
            if call.method == 'ListAppointments' and call.request.get('show_ended'):
                listed.update(call.reply)
                place = call.answered[1]
        for version in set(self.last_versions.values()) ^ listed:
            raise Impossible(f'{version.name} {version.etag} is in the list of all there is or in '
                             'the change stream, but not in both', version.place, place)

    def _check_last_orders(self):
        asked = [request for request in self.requests if request.outcome == 'done']
        known = {request.body['order']['name'] for request in asked
                 if request.method == 'PutOrder'}
        revoked = {request.body['name'] for request in asked if request.method == 'RevokeOrder'}
        live = collections.Counter(version.body.get('order')
                                   for version in self.last_versions.values() if version.is_live())
        for call in self.end:
            if call.method != 'ListOrders':
                continue
            for order in call.reply.get('orders', []):
                known.discard(order['name'])
                is_revoked = order['state'] == 'STATE_REVOKED'
                if is_revoked != (order['name'] in revoked) or \
                        order.get('units_consumed', 0) != live[order['name']]:
                    raise Impossible(f'{order["name"]} is told wrong', call.answered[1])
        for name in known:
            raise Impossible(f'{name} is lost', *[place for request in asked
                                                  if request.method == 'PutOrder' and
                                                  request.body['order']['name'] == name
                                                  for place in request.places()])

    def _check_days(self):
        """Each board has what is booked, and what is free is what nobody has."""
        found, walk = collections.defaultdict(set), Walk(self.taken + self.blocks)
        for call in self.end:
            if call.method == 'GetDayBoard':
                self._check_board(call)
            elif call.method == 'FindSlots':
                found[json.dumps(call.request['query'], sort_keys=True)].update(
                    tick(slot['start_time']) for slot in call.reply.get('slots', []))
        for call in self.end:
            if call.method != 'FindSlots' or 'page_token' in call.request:
                continue
            walk.go_to(call.asked[0], call.answered[0])
            query, catalog = call.request['query'], self.catalogs[-1]
            kind, clinic, window = query['visit_type'], query['clinics'][0], query['window']
            step = catalog.types[kind].get('start_grid_minutes', 15) * 60 // TICK
            free = {start for start in range(tick(window['start_time']),
                                             tick(window['end_time']), step)
                    if catalog.is_possible(kind, clinic, start, walk.taken)}
            for start in free ^ found[json.dumps(query, sort_keys=True)]:
                when = datetime.datetime.fromtimestamp(start * TICK, datetime.timezone.utc)
                says = ('free, but not offered' if start in free else 'offered, but not free')
                raise Impossible(f'{kind} at {clinic} on {when:%Y-%m-%d %H:%M} UTC is {says}',
                                 call.answered[1])

    def _check_board(self, call):
        date = datetime.date(**call.request['date']).isoformat()
        booked = {version for version in self.last_versions.values()
                  if version.clinic == call.request['clinic'] and version.is_live() and
                  version.body['start_time'].startswith(date)}
        for version in booked ^ {version for version in call.reply if version.is_live()}:
            raise Impossible(f'{version.name} {version.etag} is on the board of {date} or in the '
                             'change stream, but not in both', version.place, call.answered[1])

    # -- What it was --

    def summary(self):
        outcomes = collections.Counter(request.outcome for request in self.requests)
        reasons = collections.Counter(request.reason for request in self.requests
                                      if request.outcome == 'refused')
        cut_off = sum(call.code in UNKNOWN for call in self.calls)
        again = sum(len(request.calls) - 1 for request in self.requests)
        refused = ', '.join(f'{reason} {count}' for reason, count in reasons.most_common())
        return (f'{len(self.calls)} calls; of {len(self.requests)} changes asked for '
                f'{outcomes["done"]} done, {outcomes["refused"]} refused ({refused}), '
                f'{outcomes["unknown"]} never answered; {cut_off} calls cut off, {again} sent '
                f'again; {len(self.stream)} changes of {len(self.last_versions)} appointments')


class Walk:
    """Goes through the history, and says what may be taken while something was asked."""

    def __init__(self, taken):
        self.waiting = sorted(((each.possible, use, each.name) for each in taken
                               for use in each.uses), key=lambda item: item[0], reverse=True)
        self.live = collections.defaultdict(list)

    def go_to(self, begin, end):
        """Never back."""
        self.begin, self.end = begin, end
        while self.waiting and self.waiting[-1][0][0] <= end:
            item = self.waiting.pop()
            self.live[item[1].whose].append(item)

    def taken(self, whose, besides=None):
        items = [item for item in self.live[whose] if item[0][1] >= self.begin]
        self.live[whose] = items
        return [use for possible, use, name in items
                if possible[0] <= self.end and name != besides]


def show(places):
    for path, number in places[:12]:
        with open(path, encoding='utf-8') as lines:
            text = next(itertools.islice(lines, number - 1, None)).rstrip()
        print(f'  {pathlib.Path(path).name}:{number}: {text[:700]}')


def main(directory):
    try:
        history = History(directory)
        history.check()
    except Impossible as why:
        print(f'This cannot have been: {why}')
        show(why.places)
        return 1
    print(history.summary())
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
