#include "clients/portal/portal_care_client.h"

#include <utility>

namespace clarity::client {

using consultation::v1::AmendResponseRequest;
using consultation::v1::Answer;
using consultation::v1::Consent;
using consultation::v1::CorrectOutcomeRequest;
using consultation::v1::Episode;
using consultation::v1::EpisodeService;
using consultation::v1::EvaluationService;
using consultation::v1::GetPathwayRequest;
using consultation::v1::GetPatientRequest;
using consultation::v1::GetPlanRequest;
using consultation::v1::ListEpisodesRequest;
using consultation::v1::ListEpisodesResponse;
using consultation::v1::ListOutcomesRequest;
using consultation::v1::ListOutcomesResponse;
using consultation::v1::ListQuestionnairesRequest;
using consultation::v1::ListQuestionnairesResponse;
using consultation::v1::ListResponsesRequest;
using consultation::v1::ListResponsesResponse;
using consultation::v1::ListScalesRequest;
using consultation::v1::ListScalesResponse;
using consultation::v1::OpenEpisodeRequest;
using consultation::v1::Outcome;
using consultation::v1::OutcomeService;
using consultation::v1::Pathway;
using consultation::v1::Patient;
using consultation::v1::PatientService;
using consultation::v1::Plan;
using consultation::v1::PlanService;
using consultation::v1::QuestionnaireResponse;
using consultation::v1::RecordConsentRequest;
using consultation::v1::RecordOutcomeRequest;
using consultation::v1::SaveAnswersRequest;
using consultation::v1::Scale;
using consultation::v1::SubmitResponseRequest;
using consultation::v1::UpdatePatientRequest;
using consultation::v1::WithdrawConsentRequest;
using EpisodeStub = EpisodeService::StubInterface;
using EvaluationStub = EvaluationService::StubInterface;
using OutcomeStub = OutcomeService::StubInterface;
using PatientStub = PatientService::StubInterface;
using PlanStub = PlanService::StubInterface;

PortalCareClient::PortalCareClient(CareConnections care,
                                   std::shared_ptr<Credentials> patient_credentials)
    : care_(std::move(care)) {
  options_.credentials = std::move(patient_credentials);
}

absl::StatusOr<Patient> PortalCareClient::GetPatient() const {
  return care_.patients->Call(&PatientStub::GetPatient, GetPatientRequest(), options_);
}

absl::StatusOr<Patient> PortalCareClient::UpdatePatient(
    const Patient& patient, const std::vector<std::string>& fields) const {
  UpdatePatientRequest request;
  *request.mutable_patient() = patient;
  for (const std::string& field : fields) request.mutable_update_mask()->add_paths(field);
  return care_.patients->Call(&PatientStub::UpdatePatient, request, options_);
}

absl::StatusOr<Patient> PortalCareClient::RecordConsent(Consent::Kind kind,
                                                        absl::string_view wording_version) const {
  RecordConsentRequest request;
  request.mutable_consent()->set_kind(kind);
  request.mutable_consent()->set_wording_version(std::string(wording_version));
  return care_.patients->Call(&PatientStub::RecordConsent, request, options_);
}

absl::StatusOr<Patient> PortalCareClient::WithdrawConsent(Consent::Kind kind) const {
  WithdrawConsentRequest request;
  request.set_kind(kind);
  return care_.patients->Call(&PatientStub::WithdrawConsent, request, options_);
}

absl::StatusOr<Episode> PortalCareClient::OpenEpisode(Episode episode) const {
  OpenEpisodeRequest request;
  *request.mutable_episode() = std::move(episode);
  request.mutable_episode()->set_source(Episode::SOURCE_PORTAL);
  return care_.episodes->Call(&EpisodeStub::OpenEpisode, request, options_);
}

PageRange<Episode> PortalCareClient::ListEpisodes(bool show_closed) const {
  ListEpisodesRequest request;
  request.set_show_closed(show_closed);
  return Paginate<Episode, ListEpisodesRequest, ListEpisodesResponse>(
      std::move(request), &ListEpisodesResponse::mutable_episodes,
      [episodes = care_.episodes, options = options_](const ListEpisodesRequest& page) {
        return episodes->Call(&EpisodeStub::ListEpisodes, page, options);
      });
}

absl::StatusOr<Pathway> PortalCareClient::GetPathway() const {
  return care_.episodes->Call(&EpisodeStub::GetPathway, GetPathwayRequest(), options_);
}

absl::StatusOr<ListQuestionnairesResponse> PortalCareClient::ListQuestionnaires(
    absl::string_view clinic) const {
  ListQuestionnairesRequest request;
  request.set_clinic(std::string(clinic));
  return care_.evaluations->Call(&EvaluationStub::ListQuestionnaires, request, options_);
}

PageRange<QuestionnaireResponse> PortalCareClient::ListResponses(absl::string_view episode) const {
  ListResponsesRequest request;
  request.set_episode(std::string(episode));
  return Paginate<QuestionnaireResponse, ListResponsesRequest, ListResponsesResponse>(
      std::move(request), &ListResponsesResponse::mutable_responses,
      [evaluations = care_.evaluations, options = options_](const ListResponsesRequest& page) {
        return evaluations->Call(&EvaluationStub::ListResponses, page, options);
      });
}

absl::StatusOr<QuestionnaireResponse> PortalCareClient::SaveAnswers(
    absl::string_view episode, absl::string_view questionnaire,
    const std::vector<Answer>& answers) const {
  SaveAnswersRequest request;
  request.set_episode(std::string(episode));
  request.set_questionnaire(std::string(questionnaire));
  *request.mutable_answers() = {answers.begin(), answers.end()};
  return care_.evaluations->Call(&EvaluationStub::SaveAnswers, request, options_);
}

absl::StatusOr<QuestionnaireResponse> PortalCareClient::SubmitResponse(
    const QuestionnaireResponse& response) const {
  SubmitResponseRequest request;
  request.set_name(response.name());
  request.set_etag(response.etag());
  return care_.evaluations->Call(&EvaluationStub::SubmitResponse, request, options_);
}

absl::StatusOr<QuestionnaireResponse> PortalCareClient::AmendResponse(
    const QuestionnaireResponse& response, const std::vector<Answer>& answers,
    absl::string_view reason) const {
  AmendResponseRequest request;
  request.set_name(response.name());
  request.set_etag(response.etag());
  *request.mutable_answers() = {answers.begin(), answers.end()};
  request.set_reason(std::string(reason));
  return care_.evaluations->Call(&EvaluationStub::AmendResponse, request, options_);
}

absl::StatusOr<Plan> PortalCareClient::GetPlan(absl::string_view name) const {
  GetPlanRequest request;
  request.set_name(std::string(name));
  return care_.plans->Call(&PlanStub::GetPlan, request, options_);
}

PageRange<Scale> PortalCareClient::ListScales(absl::string_view clinic) const {
  ListScalesRequest request;
  request.set_clinic(std::string(clinic));
  return Paginate<Scale, ListScalesRequest, ListScalesResponse>(
      std::move(request), &ListScalesResponse::mutable_scales,
      [outcomes = care_.outcomes, options = options_](const ListScalesRequest& page) {
        return outcomes->Call(&OutcomeStub::ListScales, page, options);
      });
}

absl::StatusOr<Outcome> PortalCareClient::RecordOutcome(const Outcome& outcome) const {
  RecordOutcomeRequest request;
  *request.mutable_outcome() = outcome;
  return care_.outcomes->Call(&OutcomeStub::RecordOutcome, request, options_);
}

absl::StatusOr<Outcome> PortalCareClient::CorrectOutcome(const Outcome& recorded,
                                                         absl::string_view reason) const {
  CorrectOutcomeRequest request;
  request.set_name(recorded.name());
  request.set_etag(recorded.etag());
  *request.mutable_outcome() = recorded;
  request.set_reason(std::string(reason));
  return care_.outcomes->Call(&OutcomeStub::CorrectOutcome, request, options_);
}

PageRange<Outcome> PortalCareClient::ListOutcomes(absl::string_view episode,
                                                  absl::string_view scale) const {
  ListOutcomesRequest request;
  request.set_episode(std::string(episode));
  request.set_scale(std::string(scale));
  return Paginate<Outcome, ListOutcomesRequest, ListOutcomesResponse>(
      std::move(request), &ListOutcomesResponse::mutable_outcomes,
      [outcomes = care_.outcomes, options = options_](const ListOutcomesRequest& page) {
        return outcomes->Call(&OutcomeStub::ListOutcomes, page, options);
      });
}

}  // namespace clarity::client
