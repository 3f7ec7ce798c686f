#include "clients/callcenter/tool/when.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"

namespace clarity::client {
namespace {

using type::v1::Date;
using type::v1::DayOfWeek;
using type::v1::TimeOfDay;

constexpr int kDaysAheadMax = 400;
constexpr int kYearMin = 1900;
constexpr std::array<const char*, 4> kDatesWithYear = {"%Y-%m-%d", "%m/%d/%Y", "%b %d %Y",
                                                       "%b %d, %Y"};

// In the order of absl::Weekday and of DayOfWeek: Monday first.
constexpr std::array<const char*, 7> kWeekdays = {"monday", "tuesday",  "wednesday", "thursday",
                                                  "friday", "saturday", "sunday"};

// What callers say, and the IANA zone they mean.
struct SpokenZone {
  const char* spoken;
  const char* name;
};
constexpr SpokenZone kSpokenZones[] = {
    {"eastern", "America/New_York"},    {"central", "America/Chicago"},
    {"mountain", "America/Denver"},     {"arizona", "America/Phoenix"},
    {"pacific", "America/Los_Angeles"}, {"alaska", "America/Anchorage"},
    {"hawaii", "Pacific/Honolulu"},
};

std::string Normal(absl::string_view text) {
  std::string result = absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  absl::RemoveExtraAsciiWhitespace(&result);
  return result;
}

// The weekday whose name begins with the text, of three letters at least; 0: Monday.
absl::optional<int> WeekdayOf(absl::string_view text) {
  if (text.size() < 3) return absl::nullopt;
  for (size_t i = 0; i < kWeekdays.size(); ++i) {
    if (absl::StartsWith(kWeekdays[i], text)) return static_cast<int>(i);
  }
  return absl::nullopt;
}

absl::optional<absl::CivilDay> ParseDate(const std::string& format, const std::string& text) {
  absl::Time time;
  if (!absl::ParseTime(format, text, &time, nullptr)) return absl::nullopt;
  return absl::ToCivilDay(time, absl::UTCTimeZone());
}

// The next such day from `today` on. The year is added before parsing, so that Feb 29 is one.
absl::optional<absl::CivilDay> ParseDateWithoutYear(const std::string& format,
                                                    const std::string& text, absl::CivilDay today) {
  for (int64_t year = today.year(); year <= today.year() + 8; ++year) {
    const auto day = ParseDate(absl::StrCat(format, " %Y"), absl::StrCat(text, " ", year));
    if (day.has_value() && *day >= today) return day;
  }
  return absl::nullopt;
}

// A day up to today, said with its year.
absl::optional<Date> PastDay(absl::string_view text, absl::CivilDay today) {
  const std::string normal = Normal(text);
  for (const char* format : kDatesWithYear) {
    const auto day = ParseDate(format, normal);
    if (!day.has_value() || *day > today || day->year() < kYearMin) continue;
    Date date;
    date.set_year(static_cast<int32_t>(day->year()));
    date.set_month(day->month());
    date.set_day(day->day());
    return date;
  }
  return absl::nullopt;
}

}  // namespace

absl::Time FromProto(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  const absl::Duration rest = time - absl::FromUnixSeconds(timestamp.seconds());
  timestamp.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return timestamp;
}

absl::StatusOr<absl::TimeZone> ParseZone(absl::string_view name) {
  const std::string spoken = Normal(name);
  for (const SpokenZone& known : kSpokenZones) {
    if (spoken == known.spoken) name = known.name;
  }
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(name, &zone)) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no time zone ", name, ": say eastern, or America/New_York"));
  }
  return zone;
}

absl::StatusOr<absl::CivilDay> ParseDay(absl::string_view text, absl::CivilDay today) {
  const std::string day = Normal(text);
  if (day == "today") return today;
  if (day == "tomorrow") return today + 1;
  if (const auto weekday = WeekdayOf(day)) {
    return absl::NextWeekday(today, static_cast<absl::Weekday>(*weekday));
  }
  int ahead;
  if (absl::StartsWith(day, "+") && absl::SimpleAtoi(day.substr(1), &ahead) && ahead >= 0 &&
      ahead <= kDaysAheadMax) {
    return today + ahead;
  }
  for (const char* format : kDatesWithYear) {
    if (const auto date = ParseDate(format, day)) return *date;
  }
  for (const char* format : {"%m/%d", "%b %d"}) {
    if (const auto date = ParseDateWithoutYear(format, day, today)) return *date;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is no day: say today, tomorrow, friday, +3, 2026-12-01 or Dec 1"));
}

absl::StatusOr<absl::CivilMonth> ParseMonth(absl::string_view text, absl::CivilMonth present) {
  const std::string month = Normal(text);
  if (month.empty()) return present;
  if (month == "next") return present + 1;
  for (const char* format : {"%Y-%m", "%b %Y"}) {
    if (const auto day = ParseDate(format, month)) return absl::CivilMonth(*day);
  }
  if (const auto day = ParseDateWithoutYear("%b", month, absl::CivilDay(present))) {
    return absl::CivilMonth(*day);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is no month: say next, april or 2026-12"));
}

absl::StatusOr<TimeOfDay> ParseTimeOfDay(absl::string_view text) {
  const absl::Status refused =
      absl::InvalidArgumentError(absl::StrCat("'", text, "' is no time: say 9am, 2:30pm or 14:30"));
  const std::string normal = Normal(text);
  absl::string_view time = normal;
  TimeOfDay result;
  if (time == "noon") {
    result.set_hours(12);
    return result;
  }
  const bool am = absl::ConsumeSuffix(&time, "am");
  const bool pm = !am && absl::ConsumeSuffix(&time, "pm");
  const std::vector<absl::string_view> parts =
      absl::StrSplit(absl::StripAsciiWhitespace(time), ':');
  int hours;
  int minutes = 0;
  if (parts.size() > 2 || !absl::SimpleAtoi(parts[0], &hours)) return refused;
  if (parts.size() == 2 && (parts[1].size() != 2 || !absl::SimpleAtoi(parts[1], &minutes))) {
    return refused;
  }
  if ((am || pm) && (hours < 1 || hours > 12)) return refused;
  if (am || pm) hours = hours % 12 + (pm ? 12 : 0);
  if (hours < 0 || hours > 24 || minutes < 0 || minutes > 59 || hours * 60 + minutes > 24 * 60) {
    return refused;
  }
  result.set_hours(hours);
  result.set_minutes(minutes);
  return result;
}

absl::StatusOr<absl::Time> ParseMoment(absl::string_view text, absl::Time now,
                                       absl::TimeZone zone) {
  absl::Time moment;
  if (absl::ParseTime(absl::RFC3339_full, text, &moment, nullptr)) return moment;

  std::string normal = Normal(text);
  for (const char* half : {" am", " pm"}) {
    if (absl::EndsWith(normal, half)) normal.erase(normal.size() - 3, 1);
  }
  const absl::Status refused = absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is no day and time: say 'tomorrow 9:30' or 'Dec 1 2pm'"));
  size_t gap = normal.rfind(' ');
  if (gap == std::string::npos) gap = normal.rfind('t');  // 2026-12-01T14:30
  if (gap == std::string::npos || gap == 0 || gap + 1 == normal.size()) return refused;
  const auto day = ParseDay(normal.substr(0, gap), absl::ToCivilDay(now, zone));
  if (!day.ok()) return refused;
  const auto time = ParseTimeOfDay(normal.substr(gap + 1));
  if (!time.ok()) return time.status();
  const absl::CivilMinute local(day->year(), day->month(), day->day(), time->hours(),
                                time->minutes());
  // `pre` reads the clock as it ran before a change: forward out of a gap, the earlier of two.
  return zone.At(local).pre;
}

absl::StatusOr<absl::Time> ParseMomentPast(absl::string_view text, absl::Time now,
                                           absl::TimeZone zone) {
  const auto time = ParseTimeOfDay(text);
  if (!time.ok()) return ParseMoment(text, now, zone);
  absl::CivilDay day = absl::ToCivilDay(now, zone);
  const auto moment = [&] {
    return zone
        .At(absl::CivilMinute(day.year(), day.month(), day.day(), time->hours(), time->minutes()))
        .pre;
  };
  if (moment() > now) --day;
  return moment();
}

absl::StatusOr<Date> ParseBirthDate(absl::string_view text, absl::CivilDay today) {
  const auto born = PastDay(text, today);
  if (born.has_value()) return *born;
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is no birth date: say 1980-04-12, 4/12/1980 or 'Apr 12 1980'"));
}

absl::StatusOr<Date> ParsePastDay(absl::string_view text, absl::CivilDay today) {
  const auto day = PastDay(text, today);
  if (day.has_value()) return *day;
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is no day that was: say 2026-01-12, 1/12/2026 or 'Jan 12 2026'"));
}

absl::StatusOr<std::vector<DayOfWeek>> ParseDaysOfWeek(absl::string_view text) {
  std::vector<DayOfWeek> days;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    const std::string name = Normal(part);
    if (name == "weekdays") {
      for (int i = 1; i <= 5; ++i) days.push_back(static_cast<DayOfWeek>(i));
    } else if (const auto weekday = WeekdayOf(name)) {
      days.push_back(static_cast<DayOfWeek>(*weekday + 1));
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("'", part, "' is no day of the week: say mon,wed or weekdays"));
    }
  }
  return days;
}

std::string ShortDay(absl::Time time, absl::Time now, absl::TimeZone zone) {
  const absl::CivilDay day = absl::ToCivilDay(time, zone);
  const bool this_year = day.year() == absl::ToCivilDay(now, zone).year();
  return absl::StrCat(absl::FormatTime("%a %b ", time, zone), day.day(),
                      this_year ? "" : absl::StrCat(" ", day.year()));
}

std::string LongDay(absl::Time time, absl::TimeZone zone) {
  const absl::CivilDay day = absl::ToCivilDay(time, zone);
  return absl::StrCat(absl::FormatTime("%A, %B ", time, zone), day.day(), ", ", day.year());
}

std::string DateText(const Date& date) {
  if (date.year() == 0) return "";
  const absl::CivilDay day(date.year(), date.month(), date.day());
  return absl::StrCat(
      absl::FormatTime("%b ", absl::FromCivil(day, absl::UTCTimeZone()), absl::UTCTimeZone()),
      date.day(), ", ", date.year());
}

std::string DueDay(absl::Time due, absl::Time now, absl::TimeZone zone) {
  const bool ends_a_day = absl::FromCivil(absl::ToCivilDay(due, zone), zone) == due;
  if (ends_a_day) return ShortDay(due - absl::Seconds(1), now, zone);
  return absl::StrCat(ShortDay(due, now, zone), " ", ClockTime(due, zone));
}

std::string ClockTime(absl::Time time, absl::TimeZone zone) {
  const absl::CivilMinute minute = absl::ToCivilMinute(time, zone);
  const int hour = minute.hour() % 12 == 0 ? 12 : minute.hour() % 12;
  return absl::StrCat(hour, ":", absl::Dec(minute.minute(), absl::kZeroPad2),
                      minute.hour() < 12 ? " AM" : " PM");
}

std::string ZoneName(absl::Time time, absl::TimeZone zone) { return zone.At(time).zone_abbr; }

bool SameClock(absl::Time time, absl::TimeZone a, absl::TimeZone b) {
  return a.At(time).offset == b.At(time).offset;
}

}  // namespace clarity::client
