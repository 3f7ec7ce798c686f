#ifndef CLARITY_SERVICES_SCHEDULING_CALENDAR_RECURRENCE_H_
#define CLARITY_SERVICES_SCHEDULING_CALENDAR_RECURRENCE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/scheduling/calendar/tick.h"

namespace clarity::calendar {

inline constexpr int kRuleMinutesMax = 24 * 60;
inline constexpr int kRuleCountMax = 10'000;  // COUNT has to be counted from the first day
inline constexpr int kRuleExceptionsMax = 1'000;
inline constexpr int kExpansionDaysMax = 5 * 366;  // of the window of one call

// When a resource is open, in local time: a shift, and the days on which it recurs.
struct AvailabilityRule {
  absl::CivilDay first_day;  // counts for INTERVAL and COUNT, wherever the window begins
  int start_minute = 0;      // of the local day, 0..1439
  int duration_minutes = 0;  // 1..1440; may reach into the next day
  // RFC 5545 RRULE, DAILY to YEARLY, without BYHOUR, BYMINUTE, BYSECOND and BYWEEKNO. Empty:
  // on first_day only.
  std::string rrule;
  std::optional<absl::CivilDay> last_day;  // no shift begins after it
  std::vector<absl::CivilDay> exceptions;  // no shift begins on these
};

// INVALID_ARGUMENT with a plain reason, also for a rule that never recurs; to find that out may
// take libical a second.
absl::Status ValidateRule(const AvailabilityRule& rule);

// When the rule is open within the window: whole ticks, sorted, neither touching nor overlapping.
// Both ends of a shift are local times of their own, so it keeps its local end on a day the
// clocks change. A local time that is skipped moves forward to the moment of the change, an
// ambiguous one is the earlier.
absl::StatusOr<std::vector<Interval>> ExpandRule(const AvailabilityRule& rule, absl::TimeZone zone,
                                                 Interval window);

}  // namespace clarity::calendar

#endif  // CLARITY_SERVICES_SCHEDULING_CALENDAR_RECURRENCE_H_
