#ifndef CLARITY_SERVICES_SCHEDULING_ERRORS_H_
#define CLARITY_SERVICES_SCHEDULING_ERRORS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "clarity/scheduling/v1/slot.pb.h"

// The named errors of scheduling: reasons as in error_reason.proto.
namespace clarity::scheduling {

// The time cannot be had: SLOT_TAKEN, SLOT_NOT_OFFERED or PATIENT_BUSY, by what the first blocker
// is, with the blockers as a detail.
absl::Status SlotRefused(v1::SlotConflict conflict);
absl::Status SlotRefused(v1::Blocker::Rule rule, absl::string_view description);

// Leaves out what would not fit into an error's details: blockers beyond the first five, then
// alternatives, the last first.
v1::SlotConflict FitConflict(v1::SlotConflict conflict);

absl::Status HoldExpired(absl::string_view name);
absl::Status HoldMismatch(absl::string_view field);
absl::Status HoldLimit(int holds_max);
absl::Status WrongState(v1::Appointment::State state, absl::string_view step);
// Too early or too late to do it: `bound` is "earliest_time" or "latest_time".
absl::Status WrongTime(absl::string_view bound, absl::Time time, absl::string_view why);
// The change would take these appointments' cover; the first limits::kOrphansNamedMax are named.
absl::Status WouldOrphan(const std::vector<std::string>& appointments);
absl::Status OrderMissing();
// `rule`: what the order does not cover: patient, visit_type, window, units, gap, revoked.
absl::Status OrderNotApplicable(absl::string_view rule, absl::string_view why);

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_ERRORS_H_
