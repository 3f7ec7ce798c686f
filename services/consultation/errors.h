#ifndef CLARITY_SERVICES_CONSULTATION_ERRORS_H_
#define CLARITY_SERVICES_CONSULTATION_ERRORS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "clarity/consultation/v1/clearance.pb.h"
#include "clarity/consultation/v1/evaluation.pb.h"
#include "clarity/consultation/v1/patient.pb.h"

// The named errors of consultation: reasons as in error_reason.proto.
namespace clarity::consultation {

absl::Status LikelyDuplicate(const v1::LikelyDuplicates& duplicates);
// `state`: the state it is in, as its enum names it without the prefix.
absl::Status WrongState(absl::string_view name, absl::string_view state, absl::string_view why);

absl::Status EpisodeOpen(absl::string_view episode);
absl::Status EpisodeClosed(absl::string_view episode);
absl::Status AlertOpen(absl::string_view alert);

absl::Status NoEpisode();
absl::Status AlreadySubmitted(absl::string_view response);
absl::Status ResponseIncomplete(const v1::ResponseProblems& problems);
absl::Status StaffNeeded();
absl::Status RequirementWithdrawn(absl::string_view requirement);
absl::Status NotOverridable();
absl::Status SecondPrescriberNeeded();
absl::Status NotClearable(const v1::ClearanceBlockers& blockers);
// `state`: none, expired, reopened or other_protocol.
absl::Status NotCleared(absl::string_view state);
absl::Status ConsentMissing();
absl::Status PlanInForce(absl::string_view plan);

// Of what the service does by itself: it is over soon, because the store is away, or scheduling is
// being asked for a clinic.
bool IsPassing(const absl::Status& status);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_ERRORS_H_
