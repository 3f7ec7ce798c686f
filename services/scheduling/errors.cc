#include "services/scheduling/errors.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"
#include "services/scheduling/limits.h"

namespace clarity::scheduling {
namespace {

using v1::Blocker;

// Which reason a blocker is told under, and what to say first.
std::pair<const char*, const char*> ReasonFor(Blocker::Rule rule) {
  switch (rule) {
    case Blocker::RULE_START_GRID:
    case Blocker::RULE_MINIMUM_NOTICE:
    case Blocker::RULE_HORIZON:
    case Blocker::RULE_NOT_OFFERED:
    case Blocker::RULE_OPEN_PER_PATIENT:
    case Blocker::RULE_NOBODY_ELIGIBLE:
      return {"SLOT_NOT_OFFERED", "the visit is not offered then"};
    case Blocker::RULE_PATIENT_BUSY:
      return {"PATIENT_BUSY", "the patient has another appointment then"};
    default:
      return {"SLOT_TAKEN", "the time cannot be had"};
  }
}

}  // namespace

absl::Status SlotRefused(v1::SlotConflict conflict) {
  std::pair<const char*, const char*> told = {"SLOT_TAKEN", "the time cannot be had"};
  if (conflict.blockers_size() > 0) told = ReasonFor(conflict.blockers(0).rule());
  std::string message = told.second;
  if (conflict.blockers_size() > 0 && !conflict.blockers(0).description().empty() &&
      conflict.blockers(0).description() != message) {
    absl::StrAppend(&message, ": ", conflict.blockers(0).description());
  }
  absl::Status status = base::FailedPrecondition(told.first, message);
  base::AddDetail(status, FitConflict(std::move(conflict)));
  return status;
}

absl::Status SlotRefused(v1::Blocker::Rule rule, absl::string_view description) {
  v1::SlotConflict conflict;
  v1::Blocker& blocker = *conflict.add_blockers();
  blocker.set_rule(rule);
  blocker.set_description(std::string(description));
  return SlotRefused(std::move(conflict));
}

v1::SlotConflict FitConflict(v1::SlotConflict conflict) {
  while (conflict.ByteSizeLong() > limits::kConflictBytesMax) {
    if (conflict.blockers_size() > 5) {
      conflict.mutable_blockers()->RemoveLast();
    } else if (conflict.alternatives_size() > 0) {
      conflict.mutable_alternatives()->RemoveLast();
    } else {
      break;
    }
  }
  return conflict;
}

absl::Status HoldExpired(absl::string_view name) {
  return base::FailedPrecondition("HOLD_EXPIRED",
                                  absl::StrCat(name, " has expired, was released or was used"),
                                  {{"name", std::string(name)}});
}

absl::Status HoldMismatch(absl::string_view field) {
  return base::FailedPrecondition("HOLD_MISMATCH", absl::StrCat("the hold is for another ", field),
                                  {{"field", std::string(field)}});
}

absl::Status HoldLimit(int holds_max) {
  return base::ResourceExhausted(
      "HOLD_LIMIT",
      absl::StrCat("the caller has ", holds_max, " holds of this kind already: release one"));
}

absl::Status WrongState(v1::Appointment::State state, absl::string_view step) {
  const std::string name = v1::Appointment::State_Name(state).substr(sizeof("STATE_") - 1);
  return base::FailedPrecondition("WRONG_STATE",
                                  absl::StrCat("an appointment that is ", name, " cannot ", step),
                                  {{"state", name}});
}

absl::Status WrongTime(absl::string_view bound, absl::Time time, absl::string_view why) {
  return base::FailedPrecondition(
      "WRONG_TIME", why,
      {{std::string(bound), absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone())}});
}

absl::Status WouldOrphan(const std::vector<std::string>& appointments) {
  const size_t named = std::min(appointments.size(), limits::kOrphansNamedMax);
  return base::FailedPrecondition(
      "WOULD_ORPHAN",
      absl::StrCat(appointments.size(),
                   " appointments would lose their cover: move them first, or "
                   "accept it"),
      {{"appointments",
        absl::StrJoin(appointments.begin(), appointments.begin() + static_cast<long>(named), ",")},
       {"count", absl::StrCat(appointments.size())}});
}

absl::Status OrderMissing() {
  return base::FailedPrecondition("ORDER_MISSING",
                                  "this type of visit needs a clinician's order: name it");
}

absl::Status OrderNotApplicable(absl::string_view rule, absl::string_view why) {
  return base::FailedPrecondition("ORDER_NOT_APPLICABLE",
                                  absl::StrCat("the order does not cover this visit: ", why),
                                  {{"rule", std::string(rule)}});
}

}  // namespace clarity::scheduling
