"""A Python program with nothing but grpcio puts orders, books on them and revokes them."""

import unittest
import uuid

from clinic_case import SESSION, ClinicCase  # First: it makes the modules below.
import grpc
from clarity.scheduling.v1 import appointment_pb2, order_pb2, order_service_pb2
from google.rpc import error_details_pb2


class OrdersTest(ClinicCase):

    def get(self, order, **caller):
        return self.call('GetOrder', order_service_pb2.GetOrderRequest(name=order.name),
                         stub=self.orders, **caller)

    def names_listed(self, **more):
        request = order_service_pb2.ListOrdersRequest(patient=self.patient, **more)
        return [o.name for o in self.call('ListOrders', request, stub=self.orders).orders]

    def revoke(self, order, **more):
        return self.call('RevokeOrder', order_service_pb2.RevokeOrderRequest(
            name=order.name, request_id=str(uuid.uuid4()), **more),
            token=self.service, stub=self.orders)

    def book_on(self, order):
        slot = self.slots(SESSION, patient=self.patient, order=order.name)[0]
        return self.call('BookAppointment', self.booking(slot, order=order.name))

    def test_an_order_is_read_as_it_was_put(self):
        order = self.order(SESSION, units=2)
        self.assertEqual(order.state, order_pb2.Order.STATE_ACTIVE)
        self.assertEqual(self.get(order), order)
        self.assertEqual(self.names_listed(), [order.name])
        self.assertEqual(self.put(order).order, order, 'the same again changes nothing')

    def test_a_visit_consumes_a_unit_and_the_last_one_is_the_last(self):
        order = self.order(SESSION, units=1)
        booked = self.book_on(order)
        self.assertEqual(booked.order, order.name)
        self.assertEqual(self.get(order).units_consumed, 1)
        other = self.slots(SESSION)[-1]
        code, _, details = self.refused('BookAppointment', self.booking(other, order=order.name))
        self.assertEqual(code, grpc.StatusCode.FAILED_PRECONDITION)
        info = details[error_details_pb2.ErrorInfo]
        self.assertEqual((info.reason, info.metadata['rule']), ('ORDER_NOT_APPLICABLE', 'units'))

    def test_fewer_units_than_are_consumed_are_taken_and_what_they_leave_out_is_named(self):
        order = self.order(SESSION, units=2)
        booked = {self.book_on(order).name, self.book_on(order).name}
        order = self.get(order)
        order.units = 1
        uncovered = self.put(order).uncovered_appointments
        self.assertEqual(len(uncovered), 1)
        self.assertLess(set(uncovered), booked)

    def test_revoking_names_what_it_uncovers_and_marks_it(self):
        order = self.order(SESSION, units=2)
        booked = self.book_on(order)
        tried = self.revoke(order, validate_only=True)
        self.assertEqual(list(tried.uncovered_appointments), [booked.name])
        self.assertEqual(self.get(order).state, order_pb2.Order.STATE_ACTIVE, 'it was only tried')

        revoked = self.revoke(order)
        self.assertEqual(list(revoked.uncovered_appointments), [booked.name])
        self.assertEqual(revoked.order.state, order_pb2.Order.STATE_REVOKED)
        marks = [a.reason for a in self.read(booked.name).attention]
        self.assertEqual(marks, [appointment_pb2.Attention.REASON_ORDER_REVOKED])
        self.assertEqual(self.names_listed(), [])
        self.assertEqual(self.names_listed(show_revoked=True), [order.name])

    def test_only_a_service_puts_and_revokes(self):
        order = self.order(SESSION, units=1)
        for method, request in (
                ('PutOrder', order_service_pb2.PutOrderRequest(order=order, request_id='a')),
                ('RevokeOrder', order_service_pb2.RevokeOrderRequest(name=order.name,
                                                                     request_id='b'))):
            code, *_ = self.refused(method, request, stub=self.orders)
            self.assertEqual(code, grpc.StatusCode.PERMISSION_DENIED)


if __name__ == '__main__':
    unittest.main()
