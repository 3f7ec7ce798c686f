#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_RULES_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_RULES_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "clarity/scheduling/v1/slot.pb.h"
#include "services/platform/rpc/call.h"
#include "services/scheduling/calendar/bitmap.h"
#include "services/scheduling/catalog/snapshot.h"

// What a visit type itself says about its starts: grid, notice, horizon. Two forms of the same
// rules, so that what a search offers is what a booking takes.
namespace clarity::scheduling {

// Whether this caller may book visits of the type: staff, clinicians and services always, agents
// and patients where it says so.
bool MayBookType(const rpc::Call& call, const v1::VisitType& visit_type);

// INVALID_ARGUMENT for an override of a rule that nobody sets aside: see Override in the protos.
absl::Status CheckOverride(const v1::Override& override);

// The starts within `window` that the rules allow.
calendar::Bitmap AllowedStarts(const catalog::Snapshot& snapshot, const catalog::VisitPlan& plan,
                               calendar::Interval window, absl::Time now);

// The rules that refuse this one start; none: AllowedStarts contains it.
std::vector<v1::Blocker> RefusingRules(const catalog::Snapshot& snapshot,
                                       const catalog::VisitPlan& plan, calendar::Tick start,
                                       absl::Time now);

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_RULES_H_
