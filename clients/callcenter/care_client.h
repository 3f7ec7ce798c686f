#ifndef CLARITY_CLIENTS_CALLCENTER_CARE_CLIENT_H_
#define CLARITY_CLIENTS_CALLCENTER_CARE_CLIENT_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "clients/core/care_connections.h"
#include "clients/core/page_range.h"

namespace clarity::client {

// What a call-center agent's application calls about a patient's care, beside the CallCenterClient
// for the visits: who is calling, what was agreed, how far they have come, and what can be booked
// for them now. Takes the requests of the consultation service's protos, whose comments say what
// they mean; clients/core/care_requests.h makes some. Cheap to copy. Lists are ranges that fetch
// their pages as they go.
class CareClient {
 public:
  explicit CareClient(CareConnections care, CallOptions options = {})
      : care_(std::move(care)), options_(std::move(options)) {}

  // Who it is. A record that looks like one that is there is refused with LIKELY_DUPLICATE: show
  // those in DetailOf<LikelyDuplicates>(status); take one, or send DistinctFrom(them, request).
  absl::StatusOr<consultation::v1::SearchPatientsResponse> SearchPatients(
      const consultation::v1::SearchPatientsRequest& request) const;
  absl::StatusOr<consultation::v1::Patient> GetPatient(const std::string& name) const;
  absl::StatusOr<consultation::v1::BatchGetPatientsResponse> BatchGetPatients(
      const consultation::v1::BatchGetPatientsRequest& request) const;
  absl::StatusOr<consultation::v1::Patient> CreatePatient(
      const consultation::v1::CreatePatientRequest& request) const;
  absl::StatusOr<consultation::v1::Patient> UpdatePatient(
      const consultation::v1::UpdatePatientRequest& request) const;
  absl::StatusOr<consultation::v1::Patient> RecordConsent(
      const consultation::v1::RecordConsentRequest& request) const;
  absl::StatusOr<consultation::v1::Patient> WithdrawConsent(
      const consultation::v1::WithdrawConsentRequest& request) const;

  // From first contact on. The pathway says what is open, who acts, and what can be booked:
  // QueryOf(pathway, visit) searches for it, and its order goes with the booking.
  absl::StatusOr<consultation::v1::Episode> OpenEpisode(
      const consultation::v1::OpenEpisodeRequest& request) const;
  PageRange<consultation::v1::Episode> ListEpisodes(
      consultation::v1::ListEpisodesRequest request) const;
  absl::StatusOr<consultation::v1::Pathway> GetPathway(
      const consultation::v1::GetPathwayRequest& request) const;
  absl::StatusOr<consultation::v1::Contact> LogContact(
      const consultation::v1::LogContactRequest& request) const;
  PageRange<consultation::v1::Contact> ListContacts(
      consultation::v1::ListContactsRequest request) const;
  // Whom to call, the most urgent first.
  PageRange<consultation::v1::ListOverdueContactsResponse::OverdueContact> ListOverdueContacts(
      consultation::v1::ListOverdueContactsRequest request = {}) const;
  // Every change, resumed by itself after a lost connection.
  std::unique_ptr<Watch<consultation::v1::WatchEpisodesResponse>> WatchEpisodes(
      consultation::v1::WatchEpisodesRequest request) const;
  // For what somebody discloses; it waits for no record. When it fails, the agent passes the call
  // to a clinician all the same.
  absl::StatusOr<consultation::v1::SafetyAlert> RaiseSafetyAlert(
      const consultation::v1::RaiseSafetyAlertRequest& request) const;
  // Those that nobody has taken up, the longest overdue first. For staff and clinicians.
  PageRange<consultation::v1::SafetyAlert> ListSafetyAlerts(
      consultation::v1::ListSafetyAlertsRequest request = {}) const;
  // For clinicians: from then on it is theirs.
  absl::StatusOr<consultation::v1::SafetyAlert> AcknowledgeSafetyAlert(
      const consultation::v1::AcknowledgeSafetyAlertRequest& request) const;

  // Questionnaires that an agent helps to fill in: part by part, until it is submitted. The first
  // page has the codes of conditions and medicines.
  absl::StatusOr<consultation::v1::ListQuestionnairesResponse> ListQuestionnairesPage(
      const consultation::v1::ListQuestionnairesRequest& request) const;
  PageRange<consultation::v1::QuestionnaireResponse> ListResponses(
      consultation::v1::ListResponsesRequest request) const;
  absl::StatusOr<consultation::v1::QuestionnaireResponse> SaveAnswers(
      const consultation::v1::SaveAnswersRequest& request) const;
  absl::StatusOr<consultation::v1::QuestionnaireResponse> SubmitResponse(
      const consultation::v1::SubmitResponseRequest& request) const;

 private:
  CareConnections care_;
  CallOptions options_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_CARE_CLIENT_H_
