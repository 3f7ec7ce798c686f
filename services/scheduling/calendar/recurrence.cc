#include "services/scheduling/calendar/recurrence.h"

#include <libical/ical.h>

#include <algorithm>
#include <cassert>
#include <cctype>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/status_macros.h"

namespace clarity::calendar {
namespace {

// A rule that recurs at all does so within these years: the 29th of February on a given weekday
// comes every 28, or, across a year like 2100, every 40.
constexpr int kRecursWithinYears = 41;
constexpr int kYearMin = 1970;
constexpr int kYearMax = 2200;

// Long enough for any rule people write. Longer numbers than these libical would wrap around.
constexpr size_t kRuleBytesMax = 500;
constexpr int kRuleDigitsMax = 8;

struct IteratorDeleter {
  void operator()(icalrecur_iterator* iterator) const { icalrecur_iterator_free(iterator); }
};
using Iterator = std::unique_ptr<icalrecur_iterator, IteratorDeleter>;

// What is left to iterate once the parts we deal with ourselves are taken out of an RRULE.
struct ParsedRule {
  icalrecurrencetype recur;  // days only; without COUNT and UNTIL
  int count = 0;             // 0: without end
  icaltimetype until = icaltime_null_time();
  // Iterated for libical's sake, but not asked for.
  icalrecurrencetype_weekday unasked = ICAL_NO_WEEKDAY;
};

icaltimetype ToIcalDay(absl::CivilDay day) {
  icaltimetype time = icaltime_null_time();
  time.year = static_cast<int>(day.year());
  time.month = day.month();
  time.day = day.day();
  time.is_date = 1;
  return time;
}

absl::CivilDay ToCivilDay(icaltimetype time) {
  return absl::CivilDay(time.year, time.month, time.day);
}

bool Given(const short* part) { return part[0] != ICAL_RECURRENCE_ARRAY_MAX; }

bool HasLongNumber(absl::string_view text) {
  int digits = 0;
  for (char c : text) {
    digits = std::isdigit(static_cast<unsigned char>(c)) ? digits + 1 : 0;
    if (digits > kRuleDigitsMax) return true;
  }
  return false;
}

// BYDAY=2MO, the second Monday, rather than BYDAY=MO.
bool HasNumberedDay(const icalrecurrencetype& recur) {
  for (const short* day = recur.by_day; *day != ICAL_RECURRENCE_ARRAY_MAX; ++day) {
    if (icalrecurrencetype_day_position(*day) != 0) return true;
  }
  return false;
}

bool HasNegative(const short* part) {
  for (; *part != ICAL_RECURRENCE_ARRAY_MAX; ++part) {
    if (*part < 0) return true;
  }
  return false;
}

// Refuses what RFC 5545 forbids, and what libical takes but does not do.
absl::Status CheckParts(const icalrecurrencetype& recur) {
  if (recur.rscale != nullptr || recur.skip != ICAL_SKIP_OMIT) {
    return absl::InvalidArgumentError("RSCALE and SKIP are not supported");
  }
  if (recur.freq < ICAL_DAILY_RECURRENCE) {
    return absl::InvalidArgumentError("FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY");
  }
  if (Given(recur.by_hour) || Given(recur.by_minute) || Given(recur.by_second)) {
    return absl::InvalidArgumentError(
        "BYHOUR, BYMINUTE and BYSECOND are not supported: a rule has one time of day");
  }
  const bool within_month = recur.freq >= ICAL_MONTHLY_RECURRENCE;
  if (!within_month && HasNumberedDay(recur)) {
    return absl::InvalidArgumentError("a numbered BYDAY needs FREQ MONTHLY or YEARLY");
  }
  if (!within_month && Given(recur.by_set_pos)) {
    return absl::InvalidArgumentError("BYSETPOS needs FREQ MONTHLY or YEARLY");
  }
  if (!within_month && HasNegative(recur.by_month_day)) {
    return absl::InvalidArgumentError("a negative BYMONTHDAY needs FREQ MONTHLY or YEARLY");
  }
  if (recur.freq == ICAL_YEARLY_RECURRENCE && Given(recur.by_month_day) && !Given(recur.by_month)) {
    return absl::InvalidArgumentError("with FREQ=YEARLY, BYMONTHDAY needs BYMONTH");
  }
  if (Given(recur.by_week_no)) {
    return absl::InvalidArgumentError("BYWEEKNO is not supported");
  }
  return absl::OkStatus();
}

// libical takes the wrong week for the first one if all weekdays asked for come before the week's
// start in the order Sunday to Saturday (3.0.16; FREQ=WEEKLY;INTERVAL=2;BYDAY=SU). The start of
// the week among them prevents it.
void AddStartOfWeek(ParsedRule* parsed) {
  icalrecurrencetype& recur = parsed->recur;
  if (recur.freq != ICAL_WEEKLY_RECURRENCE || !Given(recur.by_day)) return;
  const short start = static_cast<short>(recur.week_start);
  short* const end = std::find(recur.by_day, recur.by_day + ICAL_BY_DAY_SIZE - 1,
                               static_cast<short>(ICAL_RECURRENCE_ARRAY_MAX));
  assert(end - recur.by_day < ICAL_BY_DAY_SIZE - 1);  // kRuleBytesMax allows for fewer
  if (std::find(recur.by_day, end, start) != end) return;
  std::copy_backward(recur.by_day, end + 1, end + 2);
  recur.by_day[0] = start;
  parsed->unasked = recur.week_start;
}

absl::StatusOr<ParsedRule> ParseRule(const std::string& rrule) {
  if (rrule.size() > kRuleBytesMax || HasLongNumber(rrule)) {
    return absl::InvalidArgumentError("the RRULE is too long");
  }
  ParsedRule parsed;
  parsed.recur = icalrecurrencetype_from_string(rrule.c_str());
  const std::unique_ptr<char, decltype(&std::free)> rscale(parsed.recur.rscale, &std::free);
  if (parsed.recur.freq == ICAL_NO_RECURRENCE) {
    return absl::InvalidArgumentError("the RRULE is not one of RFC 5545");
  }
  RETURN_IF_ERROR(CheckParts(parsed.recur));
  parsed.count = std::exchange(parsed.recur.count, 0);
  if (parsed.count > kRuleCountMax) {
    return absl::InvalidArgumentError(absl::StrCat("COUNT may be ", kRuleCountMax, " at most"));
  }
  parsed.until = std::exchange(parsed.recur.until, icaltime_null_time());
  AddStartOfWeek(&parsed);
  return parsed;
}

// The last day a shift may begin, by UNTIL: a date, or a time, either local or UTC.
absl::CivilDay LastDayOf(const icaltimetype& until, int start_minute, absl::TimeZone zone) {
  if (until.is_date) return ToCivilDay(until);
  absl::CivilSecond local(until.year, until.month, until.day, until.hour, until.minute,
                          until.second);
  if (icaltime_is_utc(until))
    local = absl::ToCivilSecond(absl::FromCivil(local, absl::UTCTimeZone()), zone);
  const absl::CivilDay day(local);
  return local >= absl::CivilMinute(day) + start_minute ? day : day - 1;
}

// The days from `from` to `to`, both included, on which the rule recurs; `limit` of them at most.
// libical looks no further than UNTIL, which is why `to` goes there.
absl::StatusOr<std::vector<absl::CivilDay>> RecurringDays(ParsedRule parsed,
                                                          absl::CivilDay first_day,
                                                          absl::CivilDay from, absl::CivilDay to,
                                                          size_t limit) {
  std::vector<absl::CivilDay> days;
  if (to < std::max(from, first_day)) return days;
  parsed.recur.until = ToIcalDay(to);
  Iterator iterator(icalrecur_iterator_new(parsed.recur, ToIcalDay(first_day)));
  if (iterator == nullptr) {
    return absl::InvalidArgumentError("the RRULE never recurs, or combines what cannot be");
  }
  // COUNT has to be counted from the first day; without it the way there can be skipped.
  if (parsed.count == 0 && from > first_day &&
      icalrecur_iterator_set_start(iterator.get(), ToIcalDay(from)) == 0) {
    iterator.reset(icalrecur_iterator_new(parsed.recur, ToIcalDay(first_day)));
  }
  std::optional<absl::CivilDay> previous;
  int counted = 0;
  while (days.size() < limit && (parsed.count == 0 || counted < parsed.count)) {
    const icaltimetype next = icalrecur_iterator_next(iterator.get());
    if (icaltime_is_null_time(next)) break;
    const absl::CivilDay day = ToCivilDay(next);
    if (day > to) break;
    if (icaltime_day_of_week(next) == parsed.unasked) continue;
    if (previous == day) continue;  // BYDAY=MO,MO
    previous = day;
    ++counted;
    if (day >= from) days.push_back(day);
  }
  return days;
}

absl::Status CheckTimes(const AvailabilityRule& rule) {
  if (rule.start_minute < 0 || rule.start_minute >= 24 * 60) {
    return absl::InvalidArgumentError("the shift must begin within its day, 0 to 1439 minutes");
  }
  if (rule.duration_minutes < 1 || rule.duration_minutes > kRuleMinutesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("the shift must last 1 to ", kRuleMinutesMax, " minutes"));
  }
  if (rule.first_day.year() < kYearMin || rule.first_day.year() > kYearMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("the first day must be in the years ", kYearMin, " to ", kYearMax));
  }
  if (rule.last_day.has_value() && *rule.last_day < rule.first_day) {
    return absl::InvalidArgumentError("the last day is before the first");
  }
  if (rule.exceptions.size() > kRuleExceptionsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("there may be ", kRuleExceptionsMax, " exceptions at most"));
  }
  return absl::OkStatus();
}

// The first `limit` days in [from, to] on which the rule recurs, less its exceptions: on them a
// shift begins.
absl::StatusOr<std::vector<absl::CivilDay>> ShiftDays(const AvailabilityRule& rule,
                                                      absl::TimeZone zone, absl::CivilDay from,
                                                      absl::CivilDay to, size_t limit) {
  from = std::max(from, rule.first_day);
  if (rule.last_day.has_value()) to = std::min(to, *rule.last_day);
  std::vector<absl::CivilDay> days;
  if (rule.rrule.empty()) {
    if (from == rule.first_day && from <= to) days.push_back(from);
  } else {
    ASSIGN_OR_RETURN(const ParsedRule parsed, ParseRule(rule.rrule));
    if (!icaltime_is_null_time(parsed.until)) {
      to = std::min(to, LastDayOf(parsed.until, rule.start_minute, zone));
    }
    ASSIGN_OR_RETURN(days, RecurringDays(parsed, rule.first_day, from, to, limit));
  }
  std::vector<absl::CivilDay> exceptions = rule.exceptions;
  std::sort(exceptions.begin(), exceptions.end());
  days.erase(std::remove_if(days.begin(), days.end(),
                            [&](absl::CivilDay day) {
                              return std::binary_search(exceptions.begin(), exceptions.end(), day);
                            }),
             days.end());
  return days;
}

// A shift in whole ticks. absl::FromCivil moves a local time that is skipped to the moment the
// clocks change, and takes the earlier of two.
Interval ShiftInterval(const AvailabilityRule& rule, absl::CivilDay day, absl::TimeZone zone) {
  const absl::CivilMinute begin = absl::CivilMinute(day) + rule.start_minute;
  const absl::CivilMinute end = begin + rule.duration_minutes;
  return {CeilTick(absl::FromCivil(begin, zone)), FloorTick(absl::FromCivil(end, zone))};
}

std::vector<Interval> Merged(std::vector<Interval> intervals) {
  std::sort(intervals.begin(), intervals.end(),
            [](Interval a, Interval b) { return a.begin < b.begin; });
  std::vector<Interval> merged;
  for (Interval interval : intervals) {
    if (!merged.empty() && interval.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, interval.end);
    } else {
      merged.push_back(interval);
    }
  }
  return merged;
}

}  // namespace

absl::Status ValidateRule(const AvailabilityRule& rule) {
  RETURN_IF_ERROR(CheckTimes(rule));
  if (rule.rrule.empty()) return absl::OkStatus();
  const absl::CivilDay horizon(rule.first_day.year() + kRecursWithinYears, 1, 1);
  ASSIGN_OR_RETURN(const auto days, ShiftDays(rule, absl::UTCTimeZone(), rule.first_day, horizon,
                                              rule.exceptions.size() + 1));
  if (days.empty()) {
    return absl::InvalidArgumentError(
        "the rule never recurs: not from its first day to its last, less its exceptions");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Interval>> ExpandRule(const AvailabilityRule& rule, absl::TimeZone zone,
                                                 Interval window) {
  RETURN_IF_ERROR(CheckTimes(rule));
  if (window.ticks() > Tick{kExpansionDaysMax} * kTicksPerDay) {
    return absl::InvalidArgumentError(
        absl::StrCat("a rule can be expanded over ", kExpansionDaysMax, " days at most"));
  }
  std::vector<Interval> intervals;
  if (window.empty()) return intervals;
  // A shift that begins two days before reaches into the window if a clock change moves its end.
  const absl::CivilDay from(absl::ToCivilDay(ToTime(window.begin), zone) - 2);
  const absl::CivilDay to(absl::ToCivilDay(ToTime(window.end), zone));
  ASSIGN_OR_RETURN(const std::vector<absl::CivilDay> days,
                   ShiftDays(rule, zone, from, to, kExpansionDaysMax + 4));
  for (absl::CivilDay day : days) {
    const Interval open = Intersection(ShiftInterval(rule, day, zone), window);
    if (!open.empty()) intervals.push_back(open);
  }
  return Merged(std::move(intervals));
}

}  // namespace clarity::calendar
