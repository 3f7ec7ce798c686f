#include "services/platform/base/local_time.h"

#include <cassert>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace clarity {

std::optional<absl::TimeZone> FindZone(absl::string_view name) {
  const bool upper = !name.empty() && absl::ascii_isupper(name[0]);
  const bool fixed = absl::StartsWith(name, "Fixed/");  // the library's own, in no database
  const bool odd = name.find_first_of(":.\\") != absl::string_view::npos;
  absl::TimeZone zone;
  if (!upper || fixed || odd || !absl::LoadTimeZone(name, &zone)) return std::nullopt;
  return zone;
}

absl::TimeZone ZoneOf(absl::string_view name) {
  const auto zone = FindZone(name);
  assert(zone.has_value() && "zones are validated before they are stored");
  return *zone;
}

bool IsDay(const type::v1::Date& date) {
  const absl::CivilDay day = ToDay(date);
  return day.year() == date.year() && day.month() == date.month() && day.day() == date.day();
}

absl::CivilDay ToDay(const type::v1::Date& date) {
  return absl::CivilDay(date.year(), date.month(), date.day());
}

absl::Time LocalTime(absl::CivilDay day, int minute, absl::TimeZone zone) {
  return absl::FromCivil(absl::CivilMinute(day) + minute, zone);
}

}  // namespace clarity
