#ifndef CLARITY_CLIENTS_PORTAL_PORTAL_CARE_CLIENT_H_
#define CLARITY_CLIENTS_PORTAL_PORTAL_CARE_CLIENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clients/core/care_connections.h"
#include "clients/core/page_range.h"

namespace clarity::client {

// What patients may do about their own care, beside the PortalClient for the visits: the record,
// the pathway, questionnaires, scales and consents. No method names a patient: the server takes it
// from the token, and tells nothing that is a clinician's. Cheap to copy. Make one for each
// patient, over shared connections:
//
//   PortalCareClient care(connections, TokenCredentials(token_of_the_session));
//   auto pathway = care.GetPathway();
//   for (const auto& visit : pathway->bookable()) { ... QueryOf(*pathway, visit, now, ahead) ... }
class PortalCareClient {
 public:
  PortalCareClient(CareConnections care, std::shared_ptr<Credentials> patient_credentials);

  // The own record. What changes is named in `fields`: "phone_numbers"; the rest of `patient` is as
  // it was read, and ABORTED (ETAG_MISMATCH) when it has changed since. Name, birth date, sex and
  // clinic are the clinic's to change.
  absl::StatusOr<consultation::v1::Patient> GetPatient() const;
  absl::StatusOr<consultation::v1::Patient> UpdatePatient(
      const consultation::v1::Patient& patient, const std::vector<std::string>& fields) const;
  // What the patient agrees to, in which wording.
  absl::StatusOr<consultation::v1::Patient> RecordConsent(consultation::v1::Consent::Kind kind,
                                                          absl::string_view wording_version) const;
  absl::StatusOr<consultation::v1::Patient> WithdrawConsent(
      consultation::v1::Consent::Kind kind) const;

  // First contact, by signing up: `episode` has the clinic and the reasons.
  absl::StatusOr<consultation::v1::Episode> OpenEpisode(consultation::v1::Episode episode) const;
  // The own ones, the newest first.
  PageRange<consultation::v1::Episode> ListEpisodes(bool show_closed = false) const;
  // How far the open episode has come, what the patient has to do, and what they can book now: the
  // order of a bookable visit goes into PortalSearch and PortalBooking. FAILED_PRECONDITION
  // (NO_EPISODE) where none is open.
  absl::StatusOr<consultation::v1::Pathway> GetPathway() const;
  // What was agreed on: the plan that an episode names, once it is signed.
  absl::StatusOr<consultation::v1::Plan> GetPlan(absl::string_view name) const;

  // What the clinic asks, with the codes of conditions and medicines.
  absl::StatusOr<consultation::v1::ListQuestionnairesResponse> ListQuestionnaires(
      absl::string_view clinic) const;
  PageRange<consultation::v1::QuestionnaireResponse> ListResponses(absl::string_view episode) const;
  // Saves the answers of a part, and begins the response with the first. What is missing is in
  // `open_items` of the reply.
  absl::StatusOr<consultation::v1::QuestionnaireResponse> SaveAnswers(
      absl::string_view episode, absl::string_view questionnaire,
      const std::vector<consultation::v1::Answer>& answers) const;
  // These change the response as the patient has seen it. All that is wrong is told at once:
  // DetailOf<ResponseProblems>(status).
  absl::StatusOr<consultation::v1::QuestionnaireResponse> SubmitResponse(
      const consultation::v1::QuestionnaireResponse& response) const;
  absl::StatusOr<consultation::v1::QuestionnaireResponse> AmendResponse(
      const consultation::v1::QuestionnaireResponse& response,
      const std::vector<consultation::v1::Answer>& answers, absl::string_view reason) const;

  // Rating scales: what they ask, a score for each item, and how it has gone; the newest first.
  PageRange<consultation::v1::Scale> ListScales(absl::string_view clinic) const;
  absl::StatusOr<consultation::v1::Outcome> RecordOutcome(
      const consultation::v1::Outcome& outcome) const;
  // Only what the patient has recorded: `recorded` is as it was, with the items as they should be.
  absl::StatusOr<consultation::v1::Outcome> CorrectOutcome(
      const consultation::v1::Outcome& recorded, absl::string_view reason) const;
  PageRange<consultation::v1::Outcome> ListOutcomes(absl::string_view episode,
                                                    absl::string_view scale = "") const;

 private:
  CareConnections care_;
  CallOptions options_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_PORTAL_PORTAL_CARE_CLIENT_H_
