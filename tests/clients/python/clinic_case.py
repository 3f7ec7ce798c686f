"""What the tests of a stock client share."""

import datetime
import unittest
import uuid

import generated  # noqa: F401  First: it makes the modules below.
import grpc
from clarity.scheduling.v1 import (appointment_pb2, order_pb2, order_service_pb2,
                                   order_service_pb2_grpc, scheduling_service_pb2,
                                   scheduling_service_pb2_grpc, slot_pb2)
from google.rpc import error_details_pb2, status_pb2

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


class ClinicCase(unittest.TestCase):
    """A server for the tests of a class, and the calls of an agent and of a service."""

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

    def refused(self, method, request, token=None, stub=None):
        """(code, google.rpc.Status, details by type) of a call that has to fail."""
        with self.assertRaises(grpc.RpcError) as caught:
            self.call(method, request, token, stub)
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
        """What the service that decides about treatment has put for the patient."""
        order = order_pb2.Order(name=f'orders/{uuid.uuid4()}', patient=self.patient,
                                visit_types=[visit_type], units=units)
        now = datetime.datetime.now(datetime.timezone.utc)
        order.window.start_time.FromDatetime(now)
        order.window.end_time.FromDatetime(now + datetime.timedelta(days=60))
        return self.put(order).order

    def put(self, order):
        return self.call('PutOrder', order_service_pb2.PutOrderRequest(
            order=order, request_id=str(uuid.uuid4())), token=self.service, stub=self.orders)

    def read(self, name):
        return self.call('GetAppointment', scheduling_service_pb2.GetAppointmentRequest(name=name))
