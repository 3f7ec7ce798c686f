#include "services/scheduling/booking/rules.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/wire.h"
#include "services/scheduling/calendar/grid.h"
#include "services/scheduling/catalog/defaults.h"

namespace clarity::scheduling {
namespace {

using calendar::Interval;
using calendar::Tick;

// The starts between the least notice and the horizon.
Interval Bookable(const v1::VisitType& type, absl::Time now) {
  return {calendar::CeilTick(now + absl::Minutes(type.minimum_notice_minutes())),
          calendar::FloorTick(now + absl::Hours(24 * catalog::HorizonDaysOf(type))) + 1};
}

v1::Blocker RuleBlocker(v1::Blocker::Rule rule, std::string description) {
  v1::Blocker blocker;
  blocker.set_rule(rule);
  blocker.set_description(std::move(description));
  return blocker;
}

}  // namespace

bool MayBookType(const rpc::Call& call, const v1::VisitType& visit_type) {
  const rpc::Principal& who = call.principal;
  if (who.Has(rpc::Role::kStaff) || who.Has(rpc::Role::kClinician) ||
      who.Has(rpc::Role::kService)) {
    return true;
  }
  if (who.Has(rpc::Role::kAgent) && catalog::MayBook(visit_type, v1::VisitType::BOOKER_AGENT))
    return true;
  return who.Has(rpc::Role::kPatient) &&
         catalog::MayBook(visit_type, v1::VisitType::BOOKER_PATIENT);
}

absl::Status CheckOverride(const v1::Override& override) {
  for (int r = 0; r < override.rules_size(); ++r) {
    switch (override.rules(r)) {
      case v1::Blocker::RULE_START_GRID:
      case v1::Blocker::RULE_MINIMUM_NOTICE:
      case v1::Blocker::RULE_HORIZON:
      case v1::Blocker::RULE_NOT_AVAILABLE:
      case v1::Blocker::RULE_BOOKED:
        break;
      default:
        return base::InvalidField(absl::StrCat("override.rules[", r, "]"), "cannot be set aside");
    }
  }
  return absl::OkStatus();
}

calendar::Bitmap AllowedStarts(const catalog::Snapshot& snapshot, const catalog::VisitPlan& plan,
                               Interval window, absl::Time now) {
  const v1::VisitType& type = snapshot.visit_type(plan.visit_type);
  return calendar::GridMask(calendar::Intersection(window, Bookable(type, now)),
                            snapshot.zone(plan.clinic), catalog::StartGridMinutesOf(type));
}

std::vector<v1::Blocker> RefusingRules(const catalog::Snapshot& snapshot,
                                       const catalog::VisitPlan& plan, Tick start, absl::Time now) {
  const v1::VisitType& type = snapshot.visit_type(plan.visit_type);
  const Interval bookable = Bookable(type, now);
  std::vector<v1::Blocker> refusing;
  if (!calendar::IsOnGrid(start, snapshot.zone(plan.clinic), catalog::StartGridMinutesOf(type))) {
    refusing.push_back(
        RuleBlocker(v1::Blocker::RULE_START_GRID,
                    absl::StrCat("it starts every ", catalog::StartGridMinutesOf(type),
                                 " minutes of the local clock")));
  }
  if (start < bookable.begin) {
    refusing.push_back(
        RuleBlocker(v1::Blocker::RULE_MINIMUM_NOTICE,
                    type.minimum_notice_minutes() == 0
                        ? "the start is in the past"
                        : absl::StrCat("it has to be booked ", type.minimum_notice_minutes(),
                                       " minutes ahead")));
  }
  if (start >= bookable.end) {
    refusing.push_back(RuleBlocker(
        v1::Blocker::RULE_HORIZON,
        absl::StrCat("it can be booked ", catalog::HorizonDaysOf(type), " days ahead")));
  }
  return refusing;
}

}  // namespace clarity::scheduling
