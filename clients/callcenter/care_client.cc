#include "clients/callcenter/care_client.h"

namespace clarity::client {

using consultation::v1::AcknowledgeSafetyAlertRequest;
using consultation::v1::BatchGetPatientsRequest;
using consultation::v1::BatchGetPatientsResponse;
using consultation::v1::Contact;
using consultation::v1::CreatePatientRequest;
using consultation::v1::Episode;
using consultation::v1::EpisodeService;
using consultation::v1::EvaluationService;
using consultation::v1::GetPathwayRequest;
using consultation::v1::GetPatientRequest;
using consultation::v1::ListContactsRequest;
using consultation::v1::ListContactsResponse;
using consultation::v1::ListEpisodesRequest;
using consultation::v1::ListEpisodesResponse;
using consultation::v1::ListOverdueContactsRequest;
using consultation::v1::ListOverdueContactsResponse;
using consultation::v1::ListQuestionnairesRequest;
using consultation::v1::ListQuestionnairesResponse;
using consultation::v1::ListResponsesRequest;
using consultation::v1::ListResponsesResponse;
using consultation::v1::ListSafetyAlertsRequest;
using consultation::v1::ListSafetyAlertsResponse;
using consultation::v1::LogContactRequest;
using consultation::v1::OpenEpisodeRequest;
using consultation::v1::Pathway;
using consultation::v1::Patient;
using consultation::v1::PatientService;
using consultation::v1::QuestionnaireResponse;
using consultation::v1::RaiseSafetyAlertRequest;
using consultation::v1::RecordConsentRequest;
using consultation::v1::SafetyAlert;
using consultation::v1::SaveAnswersRequest;
using consultation::v1::SearchPatientsRequest;
using consultation::v1::SearchPatientsResponse;
using consultation::v1::SubmitResponseRequest;
using consultation::v1::UpdatePatientRequest;
using consultation::v1::WatchEpisodesRequest;
using consultation::v1::WatchEpisodesResponse;
using consultation::v1::WithdrawConsentRequest;
using EpisodeStub = EpisodeService::StubInterface;
using EvaluationStub = EvaluationService::StubInterface;
using OverdueContact = ListOverdueContactsResponse::OverdueContact;
using PatientStub = PatientService::StubInterface;

absl::StatusOr<SearchPatientsResponse> CareClient::SearchPatients(
    const SearchPatientsRequest& request) const {
  return care_.patients->Call(&PatientStub::SearchPatients, request, options_);
}

absl::StatusOr<Patient> CareClient::GetPatient(const std::string& name) const {
  GetPatientRequest request;
  request.set_name(name);
  return care_.patients->Call(&PatientStub::GetPatient, request, options_);
}

absl::StatusOr<BatchGetPatientsResponse> CareClient::BatchGetPatients(
    const BatchGetPatientsRequest& request) const {
  return care_.patients->Call(&PatientStub::BatchGetPatients, request, options_);
}

absl::StatusOr<Patient> CareClient::CreatePatient(const CreatePatientRequest& request) const {
  return care_.patients->Call(&PatientStub::CreatePatient, request, options_);
}

absl::StatusOr<Patient> CareClient::UpdatePatient(const UpdatePatientRequest& request) const {
  return care_.patients->Call(&PatientStub::UpdatePatient, request, options_);
}

absl::StatusOr<Patient> CareClient::RecordConsent(const RecordConsentRequest& request) const {
  return care_.patients->Call(&PatientStub::RecordConsent, request, options_);
}

absl::StatusOr<Patient> CareClient::WithdrawConsent(const WithdrawConsentRequest& request) const {
  return care_.patients->Call(&PatientStub::WithdrawConsent, request, options_);
}

absl::StatusOr<Episode> CareClient::OpenEpisode(const OpenEpisodeRequest& request) const {
  return care_.episodes->Call(&EpisodeStub::OpenEpisode, request, options_);
}

PageRange<Episode> CareClient::ListEpisodes(ListEpisodesRequest request) const {
  return Paginate<Episode, ListEpisodesRequest, ListEpisodesResponse>(
      std::move(request), &ListEpisodesResponse::mutable_episodes,
      [episodes = care_.episodes, options = options_](const ListEpisodesRequest& page) {
        return episodes->Call(&EpisodeStub::ListEpisodes, page, options);
      });
}

absl::StatusOr<Pathway> CareClient::GetPathway(const GetPathwayRequest& request) const {
  return care_.episodes->Call(&EpisodeStub::GetPathway, request, options_);
}

absl::StatusOr<Contact> CareClient::LogContact(const LogContactRequest& request) const {
  return care_.episodes->Call(&EpisodeStub::LogContact, request, options_);
}

PageRange<Contact> CareClient::ListContacts(ListContactsRequest request) const {
  return Paginate<Contact, ListContactsRequest, ListContactsResponse>(
      std::move(request), &ListContactsResponse::mutable_contacts,
      [episodes = care_.episodes, options = options_](const ListContactsRequest& page) {
        return episodes->Call(&EpisodeStub::ListContacts, page, options);
      });
}

PageRange<OverdueContact> CareClient::ListOverdueContacts(
    ListOverdueContactsRequest request) const {
  return Paginate<OverdueContact, ListOverdueContactsRequest, ListOverdueContactsResponse>(
      std::move(request), &ListOverdueContactsResponse::mutable_overdue_contacts,
      [episodes = care_.episodes, options = options_](const ListOverdueContactsRequest& page) {
        return episodes->Call(&EpisodeStub::ListOverdueContacts, page, options);
      });
}

std::unique_ptr<Watch<WatchEpisodesResponse>> CareClient::WatchEpisodes(
    WatchEpisodesRequest request) const {
  return care_.episodes->Watch(&EpisodeStub::WatchEpisodes, std::move(request), options_);
}

absl::StatusOr<SafetyAlert> CareClient::RaiseSafetyAlert(
    const RaiseSafetyAlertRequest& request) const {
  return care_.episodes->Call(&EpisodeStub::RaiseSafetyAlert, request, options_);
}

PageRange<SafetyAlert> CareClient::ListSafetyAlerts(ListSafetyAlertsRequest request) const {
  return Paginate<SafetyAlert, ListSafetyAlertsRequest, ListSafetyAlertsResponse>(
      std::move(request), &ListSafetyAlertsResponse::mutable_alerts,
      [episodes = care_.episodes, options = options_](const ListSafetyAlertsRequest& page) {
        return episodes->Call(&EpisodeStub::ListSafetyAlerts, page, options);
      });
}

absl::StatusOr<SafetyAlert> CareClient::AcknowledgeSafetyAlert(
    const AcknowledgeSafetyAlertRequest& request) const {
  return care_.episodes->Call(&EpisodeStub::AcknowledgeSafetyAlert, request, options_);
}

absl::StatusOr<ListQuestionnairesResponse> CareClient::ListQuestionnairesPage(
    const ListQuestionnairesRequest& request) const {
  return care_.evaluations->Call(&EvaluationStub::ListQuestionnaires, request, options_);
}

PageRange<QuestionnaireResponse> CareClient::ListResponses(ListResponsesRequest request) const {
  return Paginate<QuestionnaireResponse, ListResponsesRequest, ListResponsesResponse>(
      std::move(request), &ListResponsesResponse::mutable_responses,
      [evaluations = care_.evaluations, options = options_](const ListResponsesRequest& page) {
        return evaluations->Call(&EvaluationStub::ListResponses, page, options);
      });
}

absl::StatusOr<QuestionnaireResponse> CareClient::SaveAnswers(
    const SaveAnswersRequest& request) const {
  return care_.evaluations->Call(&EvaluationStub::SaveAnswers, request, options_);
}

absl::StatusOr<QuestionnaireResponse> CareClient::SubmitResponse(
    const SubmitResponseRequest& request) const {
  return care_.evaluations->Call(&EvaluationStub::SubmitResponse, request, options_);
}

}  // namespace clarity::client
