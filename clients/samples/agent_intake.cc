#include "clients/samples/agent_intake.h"

#include "clients/core/care_requests.h"
#include "clients/core/errors.h"
#include "clients/core/requests.h"

namespace clarity::samples {

using client::CallCenterClient;
using client::CareClient;
using consultation::v1::BatchGetPatientsRequest;
using consultation::v1::CreatePatientRequest;
using consultation::v1::Episode;
using consultation::v1::GetPathwayRequest;
using consultation::v1::LikelyDuplicates;
using consultation::v1::OpenEpisodeRequest;
using consultation::v1::Pathway;
using consultation::v1::Patient;
using scheduling::v1::Appointment;
using scheduling::v1::BookAppointmentRequest;
using scheduling::v1::FindSlotsRequest;

absl::StatusOr<Patient> RecordOfCaller(const CareClient& care, const Patient& caller,
                                       const IsCaller& is_caller) {
  const auto found =
      care.SearchPatients(client::SearchByPhoneNumber(caller.phone_numbers(0).number()));
  if (!found.ok()) return found.status();
  for (const auto& match : found->matches()) {
    if (is_caller(match.patient())) return match.patient();
  }
  CreatePatientRequest request;
  *request.mutable_patient() = caller;
  absl::StatusOr<Patient> created = care.CreatePatient(request);
  const auto duplicates = client::DetailOf<LikelyDuplicates>(created.status());
  if (!duplicates.has_value()) return created;

  // Another number, perhaps, or a name written otherwise: the agent looks at each before there are
  // two records of one person.
  BatchGetPatientsRequest alike;
  for (const auto& candidate : duplicates->candidates()) alike.add_names(candidate.patient());
  const auto records = care.BatchGetPatients(alike);
  if (!records.ok()) return records.status();
  for (const auto& item : records->items()) {
    if (item.has_patient() && is_caller(item.patient())) return item.patient();
  }
  return care.CreatePatient(client::DistinctFrom(*duplicates, request));
}

absl::StatusOr<Pathway> PathwayOf(const CareClient& care, const Patient& patient,
                                  Episode::Reason reason) {
  GetPathwayRequest request;
  request.set_patient(patient.name());
  absl::StatusOr<Pathway> pathway = care.GetPathway(request);
  if (client::ReasonOf(pathway.status()) != "NO_EPISODE") return pathway;
  OpenEpisodeRequest open;
  open.mutable_episode()->set_patient(patient.name());
  open.mutable_episode()->set_clinic(patient.clinic());
  open.mutable_episode()->add_reasons(reason);
  open.mutable_episode()->set_source(Episode::SOURCE_PHONE);
  const auto opened = care.OpenEpisode(open);
  if (!opened.ok()) return opened.status();
  return care.GetPathway(request);
}

absl::StatusOr<Appointment> BookWhatIsNext(const CallCenterClient& visits, const Pathway& pathway,
                                           absl::Time now) {
  if (pathway.safety_alert_open()) {
    return absl::FailedPreconditionError("a safety alert is open: pass the call to a clinician");
  }
  if (pathway.bookable().empty()) return absl::NotFoundError("nothing can be booked now");
  const Pathway::BookableVisit& visit = pathway.bookable(0);
  FindSlotsRequest search;
  *search.mutable_query() = client::QueryOf(pathway, visit, now, absl::Hours(14 * 24));
  search.set_patient(pathway.episode().patient());
  search.set_order(visit.order());
  auto times = visits.FindSlots(search);
  const auto first = times.begin();
  if (first == times.end()) return absl::NotFoundError("no time is free in the coming two weeks");
  if (!first->ok()) return first->status();
  BookAppointmentRequest request = client::BookRequestOf(**first);
  request.add_participants()->set_patient(pathway.episode().patient());
  request.set_order(visit.order());
  request.set_channel(scheduling::v1::CHANNEL_PHONE);
  return visits.BookAppointment(request);
}

}  // namespace clarity::samples
