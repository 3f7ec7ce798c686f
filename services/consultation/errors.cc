#include "services/consultation/errors.h"

#include <string>

#include "services/platform/base/errors.h"

namespace clarity::consultation {

absl::Status LikelyDuplicate(const v1::LikelyDuplicates& duplicates) {
  absl::Status status = base::FailedPrecondition(
      "LIKELY_DUPLICATE",
      "there may be a record of this person already: look at those named, and use one, or name "
      "them as confirmed_distinct_from");
  base::AddDetail(status, duplicates);
  return status;
}

absl::Status WrongState(absl::string_view name, absl::string_view state, absl::string_view why) {
  return base::FailedPrecondition("WRONG_STATE", why,
                                  {{"name", std::string(name)}, {"state", std::string(state)}});
}

absl::Status EpisodeOpen(absl::string_view episode) {
  return base::FailedPrecondition("EPISODE_OPEN", "the patient has an open episode already",
                                  {{"name", std::string(episode)}});
}

absl::Status EpisodeClosed(absl::string_view episode) {
  return base::FailedPrecondition("EPISODE_CLOSED",
                                  "the episode is closed: nothing more is recorded in it",
                                  {{"name", std::string(episode)}});
}

absl::Status AlertOpen(absl::string_view alert) {
  return base::FailedPrecondition("ALERT_OPEN", "a safety alert is open: it must be taken up first",
                                  {{"name", std::string(alert)}});
}

absl::Status NoEpisode() {
  return base::FailedPrecondition("NO_EPISODE", "the patient has no open episode: open one");
}

absl::Status AlreadySubmitted(absl::string_view response) {
  return base::FailedPrecondition("ALREADY_SUBMITTED",
                                  "the response was submitted: amend it instead",
                                  {{"name", std::string(response)}});
}

absl::Status ResponseIncomplete(const v1::ResponseProblems& problems) {
  absl::Status status = base::FailedPrecondition(
      "RESPONSE_INCOMPLETE", "the response cannot be submitted as it is: see what is wrong of it");
  base::AddDetail(status, problems);
  return status;
}

absl::Status StaffNeeded() {
  return base::FailedPrecondition("STAFF_NEEDED",
                                  "what stands against treatment, or asks for something before it, "
                                  "is taken back by the clinic: "
                                  "tell its staff or your clinician what was wrong");
}

absl::Status RequirementWithdrawn(absl::string_view requirement) {
  return base::FailedPrecondition("REQUIREMENT_WITHDRAWN",
                                  "the requirement is no longer asked for: record the result "
                                  "without it",
                                  {{"name", std::string(requirement)}});
}

absl::Status NotOverridable() {
  return base::FailedPrecondition("NOT_OVERRIDABLE", "the policy lets nobody set it aside");
}

absl::Status SecondPrescriberNeeded() {
  return base::FailedPrecondition("SECOND_PRESCRIBER_NEEDED",
                                  "it takes a second prescriber, who is not you");
}

absl::Status NotClearable(const v1::ClearanceBlockers& blockers) {
  absl::Status status =
      base::FailedPrecondition("NOT_CLEARABLE",
                               "something stands in the way of a clearance: see which rules and "
                               "requirements");
  base::AddDetail(status, blockers);
  return status;
}

absl::Status NotCleared(absl::string_view state) {
  return base::FailedPrecondition("NOT_CLEARED", "there is no valid clearance for the protocol",
                                  {{"state", std::string(state)}});
}

absl::Status ConsentMissing() {
  return base::FailedPrecondition("CONSENT_MISSING",
                                  "the patient's consent to treatment is not on record");
}

absl::Status PlanInForce(absl::string_view plan) {
  return base::FailedPrecondition("PLAN_IN_FORCE",
                                  "another plan of the episode is in force: amend or close it",
                                  {{"name", std::string(plan)}});
}

bool IsPassing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

}  // namespace clarity::consultation
