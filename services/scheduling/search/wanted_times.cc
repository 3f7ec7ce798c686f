#include "services/scheduling/search/wanted_times.h"

#include "absl/algorithm/container.h"
#include "absl/time/civil_time.h"

namespace clarity::scheduling {
namespace {

using calendar::Interval;

// absl counts from Monday 0, ISO 8601 from Monday 1.
type::v1::DayOfWeek DayOfWeekOf(absl::CivilDay day) {
  return static_cast<type::v1::DayOfWeek>(static_cast<int>(absl::GetWeekday(day)) + 1);
}

// The ticks that begin between two local times of the day; an end before the start is tomorrow's.
Interval OnDay(absl::CivilDay day, const type::v1::TimeOfDayRange& range, absl::TimeZone zone) {
  const auto at = [&](absl::CivilDay on, const type::v1::TimeOfDay& time) {
    const absl::CivilMinute minute(on.year(), on.month(), on.day(), time.hours(), time.minutes());
    return calendar::CeilTick(absl::FromCivil(minute, zone));
  };
  const auto minutes = [](const type::v1::TimeOfDay& time) {
    return time.hours() * 60 + time.minutes();
  };
  const bool overnight = minutes(range.end()) <= minutes(range.start());
  return {at(day, range.start()), at(overnight ? day + 1 : day, range.end())};
}

}  // namespace

calendar::Bitmap WantedTimes(const v1::SlotQuery& query, Interval window, absl::TimeZone zone) {
  calendar::Bitmap wanted(window);
  if (query.days_of_week().empty() && query.times_of_day().empty()) {
    wanted.Set(window);
    return wanted;
  }
  const auto last = absl::ToCivilDay(calendar::ToTime(window.end), zone);
  // One day earlier: a range may run past midnight.
  for (auto day = absl::ToCivilDay(calendar::ToTime(window.begin), zone) - 1; day <= last; ++day) {
    if (!query.days_of_week().empty() &&
        !absl::c_linear_search(query.days_of_week(), DayOfWeekOf(day))) {
      continue;
    }
    if (query.times_of_day().empty()) {
      wanted.Set({calendar::CeilTick(absl::FromCivil(day, zone)),
                  calendar::CeilTick(absl::FromCivil(day + 1, zone))});
    }
    for (const auto& range : query.times_of_day()) wanted.Set(OnDay(day, range, zone));
  }
  return wanted;
}

}  // namespace clarity::scheduling
