"""A Python program with nothing but grpcio books, moves and cancels visits."""

import unittest
import uuid

from clinic_case import CONSULTATION, SESSION, ClinicCase  # First: it makes the modules below.
import grpc
from clarity.scheduling.v1 import appointment_pb2, scheduling_service_pb2, slot_pb2
from google.rpc import code_pb2, error_details_pb2


class VisitTest(ClinicCase):

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
                                  name=booked.name, etag=moved.etag,
                                  reason=appointment_pb2.Cancellation.REASON_ILLNESS,
                                  request_id=str(uuid.uuid4())))
        self.assertEqual(cancelled.state, appointment_pb2.Appointment.STATE_CANCELLED)
        self.assertEqual(self.read(booked.name), cancelled)

    def test_a_consultation_is_found_held_booked_moved_and_cancelled(self):
        self.carry_through(CONSULTATION)

    def test_a_treatment_session_is_found_held_booked_moved_and_cancelled(self):
        self.carry_through(SESSION, order=self.order(SESSION, units=1).name)

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
