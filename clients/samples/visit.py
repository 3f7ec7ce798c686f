"""Books a visit with nothing but grpcio and the protos: what any language can do.

The modules are made from the protos by the stock compiler (clients/README.md says how) and found in
PYTHONPATH; server and token come from the environment:

    CLARITY_SERVER=127.0.0.1:7421 CLARITY_TOKEN_FILE=agent.token \\
        python3 visit.py clinics/lake-forest visitTypes/initial-consultation patients/p-1
"""

import datetime
import os
import pathlib
import random
import sys
import time
import uuid

import grpc
from clarity.scheduling.v1 import (appointment_pb2, scheduling_service_pb2 as pb,
                                   scheduling_service_pb2_grpc, slot_pb2)
from google.rpc import error_details_pb2, status_pb2

DEADLINE_SECONDS = 10
ATTEMPTS_MAX = 5


def detail_of(error, kind):
    """The detail of a type that a failed call carries, or None."""
    packed = dict(error.trailing_metadata()).get('grpc-status-details-bin', b'')
    for detail in status_pb2.Status.FromString(packed).details:
        if detail.Is(kind.DESCRIPTOR):
            return kind.FromString(detail.value)
    return None


def reason_of(error):
    """What a program decides by: "SLOT_TAKEN", "HOLD_EXPIRED" ... See ErrorReason."""
    info = detail_of(error, error_details_pb2.ErrorInfo)
    return info.reason if info else ''


class Caller:
    """The calls of one caller to one service."""

    def __init__(self, stub, token):
        self._stub = stub
        self._metadata = [('authorization', f'Bearer {token}')]

    def call(self, method, request):
        """Calls until it is answered: a repeat with the same request_id is done once."""
        give_up = time.monotonic() + DEADLINE_SECONDS
        for attempt in range(ATTEMPTS_MAX):
            try:
                return getattr(self._stub, method)(request, metadata=self._metadata,
                                                   timeout=give_up - time.monotonic())
            except grpc.RpcError as error:
                wait = random.uniform(0, 0.1 * 2 ** attempt)
                late = time.monotonic() + wait >= give_up or attempt + 1 == ATTEMPTS_MAX
                if error.code() != grpc.StatusCode.UNAVAILABLE or late:
                    raise
                time.sleep(wait)


class Visits(Caller):
    """What a caller does about visits."""

    def first_slot(self, clinic, visit_type):
        request = pb.FindSlotsRequest(page_size=1)
        request.query.clinics.append(clinic)
        request.query.visit_type = visit_type
        now = datetime.datetime.now(datetime.timezone.utc)
        request.query.window.start_time.FromDatetime(now)
        request.query.window.end_time.FromDatetime(now + datetime.timedelta(days=14))
        found = self.call('FindSlots', request).slots
        if not found:
            sys.exit('no time is free in the coming two weeks')
        return found[0]

    def book(self, slot, patient):
        """Books a slot or, where somebody else was faster, the nearest time offered instead."""
        try:
            return self.call('BookAppointment', booking_of(slot, patient))
        except grpc.RpcError as error:
            conflict = detail_of(error, slot_pb2.SlotConflict)
            if reason_of(error) != 'SLOT_TAKEN' or not conflict.alternatives:
                raise
            return self.call('BookAppointment', booking_of(conflict.alternatives[0], patient))

    def cancel(self, appointment, reason):
        """As it was last seen: refused (ETAG_MISMATCH) when somebody has changed it since."""
        return self.call('CancelAppointment', pb.CancelAppointmentRequest(
            name=appointment.name, etag=appointment.etag, reason=reason,
            request_id=str(uuid.uuid4())))


def booking_of(slot, patient):
    """The request is made once, with its request_id, and sent as often as needed."""
    request = pb.BookAppointmentRequest(
        visit_type=slot.visit_type, clinic=slot.clinic, modality=slot.modality,
        start_time=slot.start_time, request_id=str(uuid.uuid4()),
        preferred_resources=[a.resource for a in slot.assignments])
    request.participants.add(patient=patient)
    return request


def main(clinic, visit_type, patient):
    token = pathlib.Path(os.environ['CLARITY_TOKEN_FILE']).read_text().strip()
    # To this machine only: elsewhere grpc.secure_channel, for a token never crosses a network in
    # the clear.
    with grpc.insecure_channel(os.environ['CLARITY_SERVER']) as channel:
        visits = Visits(scheduling_service_pb2_grpc.SchedulingServiceStub(channel), token)
        booked = visits.book(visits.first_slot(clinic, visit_type), patient)
        print('booked', booked.name, 'at', booked.start_time.ToDatetime().isoformat())
        cancelled = visits.cancel(booked, appointment_pb2.Cancellation.REASON_ILLNESS)
        print('cancelled', cancelled.name)


if __name__ == '__main__':
    main(*sys.argv[1:])
