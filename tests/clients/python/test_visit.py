"""A Python program with nothing but grpcio books, moves and cancels visits."""

import datetime
import unittest
import uuid

import generated  # noqa: F401  First: it makes the modules below.
import grpc
from clarity.scheduling.v1 import (appointment_pb2, order_service_pb2, order_service_pb2_grpc,
                                   scheduling_service_pb2, scheduling_service_pb2_grpc, slot_pb2)
from google.rpc import code_pb2, error_details_pb2, status_pb2

from server import Server

CLINIC = 'clinics/lake-forest'
CONSULTATION = 'visitTypes/initial-consultation'
SESSION = 'visitTypes/iv-session'


def error_of(call):
    """(google.rpc.Status, details by type) of a failed call: what travels beside code and text."""
    trailers = dict(call.trailing_metadata())
    status = status_pb2.Status.FromString(trailers['grpc-status-details-bin'])
    details = {}
    for packed in status.details:
        for kind in (error_details_pb2.ErrorInfo, error_details_pb2.BadRequest,
                     slot_pb2.SlotConflict):
            if packed.Is(kind.DESCRIPTOR):
                details[kind] = kind.FromString(packed.value)
    return status, details


class VisitTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        cls.channel = grpc.insecure_channel(cls.server.address)
        cls.addClassCleanup(cls.channel.close)
        cls.stub = scheduling_service_pb2_grpc.SchedulingServiceStub(cls.channel)
        cls.orders = order_service_pb2_grpc.OrderServiceStub(cls.channel)
        cls.agent = cls.server.token('AGENT')
        cls.service = cls.server.token('SERVICE')

    def setUp(self):
        # A patient of the test's own, so that no test stands in another's way.
        self.patient = f'patients/{uuid.uuid4()}'

    def call(self, method, request, token=None, stub=None):
        token = self.agent if token is None else token
        metadata = [('authorization', f'Bearer {token}')] if token else []
        return getattr(stub or self.stub, method)(request, timeout=10, metadata=metadata)

    def refused(self, method, request, token=None):
        with self.assertRaises(grpc.RpcError) as caught:
            self.call(method, request, token)
        return (caught.exception.code(), *error_of(caught.exception))

    def slots(self, visit_type, **more):
        tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        request = scheduling_service_pb2.FindSlotsRequest(**more)
        request.query.visit_type = visit_type
        request.query.clinics.append(CLINIC)
        request.query.window.start_time.FromDatetime(tomorrow)
        request.query.window.end_time.FromDatetime(tomorrow + datetime.timedelta(days=14))
        found = self.call('FindSlots', request).slots
        self.assertGreater(len(found), 1, f'no slots for {visit_type} in the coming two weeks')
        return found

    def hold(self, slot):
        """Keeps a slot for a caller who has no record yet."""
        return self.call('CreateHold', scheduling_service_pb2.CreateHoldRequest(
            hold=appointment_pb2.Hold(
                visit_type=slot.visit_type, clinic=slot.clinic, modality=slot.modality,
                start_time=slot.start_time, caller_label='new caller'),
            request_id=str(uuid.uuid4())))

    def booking(self, slot, **more):
        return scheduling_service_pb2.BookAppointmentRequest(
            visit_type=slot.visit_type, clinic=slot.clinic, modality=slot.modality,
            start_time=slot.start_time, request_id=str(uuid.uuid4()),
            participants=[appointment_pb2.Participant(patient=self.patient)], **more)

    def order(self, visit_type, units):
        """What the service that decides about treatment would put for the patient."""
        request = order_service_pb2.PutOrderRequest(request_id=str(uuid.uuid4()))
        request.order.name = f'orders/{uuid.uuid4()}'
        request.order.patient = self.patient
        request.order.visit_types.append(visit_type)
        request.order.units = units
        now = datetime.datetime.now(datetime.timezone.utc)
        request.order.window.start_time.FromDatetime(now)
        request.order.window.end_time.FromDatetime(now + datetime.timedelta(days=60))
        return self.call('PutOrder', request, token=self.service, stub=self.orders).order.name

    def carry_through(self, visit_type, **more):
        first, *_, other = self.slots(visit_type)
        hold = self.hold(first)
        booked = self.call('BookAppointment', self.booking(first, hold=hold.name, **more))
        self.assertEqual(booked.state, appointment_pb2.Appointment.STATE_BOOKED)
        self.assertEqual(booked.start_time, first.start_time)
        self.assertEqual(self.read(booked.name), booked)

        moved = self.call('RescheduleAppointment',
                          scheduling_service_pb2.RescheduleAppointmentRequest(
                              name=booked.name, etag=booked.etag, start_time=other.start_time,
                              request_id=str(uuid.uuid4())))
        self.assertEqual((moved.name, moved.start_time), (booked.name, other.start_time))
        self.assertEqual(moved.earlier_times[0].start_time, first.start_time)

        cancelled = self.call('CancelAppointment',
                              scheduling_service_pb2.CancelAppointmentRequest(
                                  name=booked.name, etag=moved.etag, reason='illness',
                                  request_id=str(uuid.uuid4())))
        self.assertEqual(cancelled.state, appointment_pb2.Appointment.STATE_CANCELLED)
        self.assertEqual(self.read(booked.name), cancelled)

    def read(self, name):
        return self.call('GetAppointment', scheduling_service_pb2.GetAppointmentRequest(name=name))

    def test_a_consultation_is_found_held_booked_moved_and_cancelled(self):
        self.carry_through(CONSULTATION)

    def test_a_treatment_session_is_found_held_booked_moved_and_cancelled(self):
        self.carry_through(SESSION, order=self.order(SESSION, units=1))

    def test_a_treatment_session_without_an_order_is_refused(self):
        code, _, details = self.refused('BookAppointment', self.booking(self.slots(SESSION)[0]))
        self.assertEqual(code, grpc.StatusCode.FAILED_PRECONDITION)
        self.assertEqual(details[error_details_pb2.ErrorInfo].reason, 'ORDER_MISSING')

    def test_a_repeated_request_gives_the_first_reply_and_books_nothing_more(self):
        request = self.booking(self.slots(CONSULTATION)[0])
        first = self.call('BookAppointment', request)
        self.assertEqual(self.call('BookAppointment', request), first)
        listed = self.call('ListAppointments', scheduling_service_pb2.ListAppointmentsRequest(
            filter=f'patient = "{self.patient}"'))
        self.assertEqual([a.name for a in listed.appointments], [first.name])

    def test_a_request_id_with_another_body_is_refused(self):
        request = self.booking(self.slots(CONSULTATION)[0])
        self.call('BookAppointment', request)
        request.note = 'another body'
        code, status, details = self.refused('BookAppointment', request)
        self.assertEqual(code, grpc.StatusCode.INVALID_ARGUMENT)
        self.assertEqual(status.code, code_pb2.INVALID_ARGUMENT)
        self.assertEqual(details[error_details_pb2.ErrorInfo].reason, 'REQUEST_ID_REUSED')

    def test_a_taken_slot_is_refused_with_alternatives_that_can_be_booked(self):
        slot = self.slots(CONSULTATION)[0]
        clinician = slot.assignments[0].resource
        self.call('BookAppointment', self.booking(slot, required_resources=[clinician]))

        self.patient = f'patients/{uuid.uuid4()}'
        code, _, details = self.refused(
            'BookAppointment', self.booking(slot, required_resources=[clinician]))
        self.assertEqual(code, grpc.StatusCode.FAILED_PRECONDITION)
        info = details[error_details_pb2.ErrorInfo]
        self.assertEqual((info.domain, info.reason), ('clarity', 'SLOT_TAKEN'))
        conflict = details[slot_pb2.SlotConflict]
        self.assertTrue(conflict.blockers)
        self.assertTrue(conflict.alternatives)
        self.assertLessEqual(len(conflict.alternatives), 5)
        booked = self.call('BookAppointment', self.booking(
            conflict.alternatives[0], required_resources=[clinician]))
        self.assertEqual(booked.start_time, conflict.alternatives[0].start_time)

    def test_every_fault_of_a_request_is_named(self):
        code, _, details = self.refused('BookAppointment',
                                        scheduling_service_pb2.BookAppointmentRequest(
                                            visit_type='nonsense', request_id='x' * 65))
        self.assertEqual(code, grpc.StatusCode.INVALID_ARGUMENT)
        faulty = {v.field for v in details[error_details_pb2.BadRequest].field_violations}
        self.assertLessEqual({'visit_type', 'participants', 'request_id'}, faulty)

    def test_without_a_token_nothing_is_answered(self):
        code, *_ = self.refused('GetAppointment', scheduling_service_pb2.GetAppointmentRequest(
            name='appointments/any'), token='')
        self.assertEqual(code, grpc.StatusCode.UNAUTHENTICATED)


if __name__ == '__main__':
    unittest.main()
