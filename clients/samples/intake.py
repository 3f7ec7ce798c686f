"""From a telephone number to what can be booked, with nothing but grpcio and the protos.

Found and run as visit.py, whose way of calling it shares:

    CLARITY_SERVER=127.0.0.1:7421 CLARITY_TOKEN_FILE=agent.token \\
        python3 intake.py clinics/lake-forest Maria Ortiz 949-555-0100
"""

import os
import pathlib
import sys
import uuid

import grpc
from clarity.consultation.v1 import (common_pb2, episode_pb2, episode_service_pb2,
                                     episode_service_pb2_grpc, patient_pb2, patient_service_pb2,
                                     patient_service_pb2_grpc)

import visit


class Intake:
    """What an agent does from the first word to the pathway."""

    def __init__(self, channel, token):
        self._patients = visit.Caller(patient_service_pb2_grpc.PatientServiceStub(channel), token)
        self._episodes = visit.Caller(episode_service_pb2_grpc.EpisodeServiceStub(channel), token)

    def record_of(self, caller):
        """The record of who is on the line: with their number and name, or a new one."""
        found = self._patients.call('SearchPatients', patient_service_pb2.SearchPatientsRequest(
            phone_number=caller.phone_numbers[0].number))
        for match in found.matches:
            if match.patient.family_name == caller.family_name:
                return match.patient
        try:
            return self._patients.call('CreatePatient', patient_service_pb2.CreatePatientRequest(
                patient=caller, request_id=str(uuid.uuid4())))
        except grpc.RpcError as error:
            if visit.reason_of(error) != 'LIKELY_DUPLICATE':
                raise
            # Somebody has to look: another request names those that are of other people, in
            # confirmed_distinct_from.
            alike = visit.detail_of(error, patient_pb2.LikelyDuplicates).candidates
            sys.exit('they may have a record: ' + ', '.join(c.patient for c in alike))

    def pathway_of(self, patient):
        """How far they have come; with first contact, an episode is opened."""
        request = episode_service_pb2.GetPathwayRequest(patient=patient.name)
        try:
            return self._episodes.call('GetPathway', request)
        except grpc.RpcError as error:
            if visit.reason_of(error) != 'NO_EPISODE':
                raise
        self._episodes.call('OpenEpisode', episode_service_pb2.OpenEpisodeRequest(
            request_id=str(uuid.uuid4()),
            episode=episode_pb2.Episode(patient=patient.name, clinic=patient.clinic,
                                        reasons=[episode_pb2.Episode.REASON_DEPRESSION],
                                        source=episode_pb2.Episode.SOURCE_PHONE)))
        return self._episodes.call('GetPathway', request)


def main(clinic, given_name, family_name, number):
    token = pathlib.Path(os.environ['CLARITY_TOKEN_FILE']).read_text().strip()
    with grpc.insecure_channel(os.environ['CLARITY_SERVER']) as channel:  # see visit.py
        intake = Intake(channel, token)
        patient = intake.record_of(patient_pb2.Patient(
            given_name=given_name, family_name=family_name, clinic=clinic,
            phone_numbers=[common_pb2.PhoneNumber(number=number)]))
        pathway = intake.pathway_of(patient)
    if pathway.safety_alert_open:
        sys.exit('a safety alert is open: pass the call to a clinician')
    for bookable in pathway.bookable:
        print('bookable', bookable.visit_type, 'for', patient.name, bookable.order)


if __name__ == '__main__':
    main(*sys.argv[1:])
