#include "services/scheduling/calendar/recurrence.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::calendar {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kLosAngeles[] = "America/Los_Angeles";

absl::TimeZone Zone(const std::string& name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone)) << name;
  return zone;
}

AvailabilityRule Rule(absl::CivilDay first_day, std::string rrule, int start_hour = 9,
                      int hours = 8) {
  AvailabilityRule rule;
  rule.first_day = first_day;
  rule.start_minute = start_hour * 60;
  rule.duration_minutes = hours * 60;
  rule.rrule = std::move(rrule);
  return rule;
}

Interval Days(absl::TimeZone zone, absl::CivilDay first, absl::CivilDay end) {
  return {FloorTick(absl::FromCivil(first, zone)), CeilTick(absl::FromCivil(end, zone))};
}

// "2026-03-08T09:00-07:00/17:00-07:00"
std::vector<std::string> Local(const std::vector<Interval>& intervals, absl::TimeZone zone) {
  std::vector<std::string> texts;
  texts.reserve(intervals.size());
  for (Interval interval : intervals) {
    texts.push_back(
        absl::StrCat(absl::FormatTime("%Y-%m-%dT%H:%M%Ez", ToTime(interval.begin), zone), "/",
                     absl::FormatTime("%H:%M%Ez", ToTime(interval.end), zone)));
  }
  return texts;
}

std::vector<std::string> Expand(const AvailabilityRule& rule, const std::string& zone_name,
                                absl::CivilDay first, absl::CivilDay end) {
  const absl::TimeZone zone = Zone(zone_name);
  EXPECT_TRUE(ValidateRule(rule).ok()) << ValidateRule(rule);
  const auto intervals = ExpandRule(rule, zone, Days(zone, first, end));
  EXPECT_TRUE(intervals.ok()) << intervals.status();
  return intervals.ok() ? Local(*intervals, zone) : std::vector<std::string>();
}

std::vector<std::string> StartDays(const AvailabilityRule& rule, absl::CivilDay first,
                                   absl::CivilDay end) {
  std::vector<std::string> days = Expand(rule, kLosAngeles, first, end);
  for (std::string& day : days) day.resize(sizeof("2026-03-08") - 1);
  return days;
}

std::string Refusal(const std::string& rrule) {
  return std::string(ValidateRule(Rule(absl::CivilDay(2026, 2, 2), rrule)).message());
}

TEST(RecurrenceTest, WithoutARuleItHappensOnce) {
  const AvailabilityRule rule = Rule(absl::CivilDay(2026, 5, 4), "");
  EXPECT_THAT(Expand(rule, kLosAngeles, absl::CivilDay(2026, 5, 1), absl::CivilDay(2026, 6, 1)),
              ElementsAre("2026-05-04T09:00-07:00/17:00-07:00"));
  EXPECT_THAT(Expand(rule, kLosAngeles, absl::CivilDay(2026, 5, 5), absl::CivilDay(2026, 6, 1)),
              IsEmpty());
}

TEST(RecurrenceTest, AShiftKeepsItsLocalTimesWhenClocksChange) {
  const AvailabilityRule rule = Rule(absl::CivilDay(2026, 1, 1), "FREQ=DAILY", 0, 8);
  EXPECT_THAT(
      Expand(rule, kLosAngeles, absl::CivilDay(2026, 3, 7), absl::CivilDay(2026, 3, 10)),
      ElementsAre("2026-03-07T00:00-08:00/08:00-08:00", "2026-03-08T00:00-08:00/08:00-07:00",
                  "2026-03-09T00:00-07:00/08:00-07:00"));
  EXPECT_THAT(Expand(rule, kLosAngeles, absl::CivilDay(2026, 11, 1), absl::CivilDay(2026, 11, 2)),
              ElementsAre("2026-11-01T00:00-07:00/08:00-08:00"));
}

TEST(RecurrenceTest, ASkippedLocalTimeMovesForward) {
  AvailabilityRule rule = Rule(absl::CivilDay(2026, 3, 8), "", 2, 3);
  rule.start_minute += 30;
  EXPECT_THAT(Expand(rule, kLosAngeles, absl::CivilDay(2026, 3, 8), absl::CivilDay(2026, 3, 9)),
              ElementsAre("2026-03-08T03:00-07:00/05:30-07:00"));
}

TEST(RecurrenceTest, AnAmbiguousLocalTimeIsTheEarlier) {
  const AvailabilityRule rule = Rule(absl::CivilDay(2026, 11, 1), "", 1, 3);
  EXPECT_THAT(Expand(rule, kLosAngeles, absl::CivilDay(2026, 11, 1), absl::CivilDay(2026, 11, 2)),
              ElementsAre("2026-11-01T01:00-07:00/04:00-08:00"));
}

TEST(RecurrenceTest, HalfAnHourChangesOnLordHowe) {
  const AvailabilityRule rule = Rule(absl::CivilDay(2026, 10, 1), "FREQ=DAILY", 0, 6);
  EXPECT_THAT(
      Expand(rule, "Australia/Lord_Howe", absl::CivilDay(2026, 10, 4), absl::CivilDay(2026, 10, 5)),
      ElementsAre("2026-10-04T00:00+10:30/06:00+11:00"));
}

TEST(RecurrenceTest, OddOffsetsAreOrdinary) {
  const AvailabilityRule rule = Rule(absl::CivilDay(2026, 10, 1), "FREQ=DAILY;COUNT=1");
  EXPECT_THAT(
      Expand(rule, "Asia/Kathmandu", absl::CivilDay(2026, 10, 1), absl::CivilDay(2026, 10, 5)),
      ElementsAre("2026-10-01T09:00+05:45/17:00+05:45"));
}

TEST(RecurrenceTest, AShiftMayCrossMidnightAndTheWindow) {
  const AvailabilityRule rule = Rule(absl::CivilDay(2026, 5, 1), "FREQ=WEEKLY;BYDAY=FR", 22, 8);
  EXPECT_THAT(
      Expand(rule, kLosAngeles, absl::CivilDay(2026, 5, 2), absl::CivilDay(2026, 5, 9)),
      ElementsAre("2026-05-02T00:00-07:00/06:00-07:00", "2026-05-08T22:00-07:00/00:00-07:00"));
}

TEST(RecurrenceTest, TouchingShiftsAreOneInterval) {
  const AvailabilityRule rule = Rule(absl::CivilDay(2026, 5, 1), "FREQ=DAILY;COUNT=3", 12, 24);
  EXPECT_THAT(Expand(rule, kLosAngeles, absl::CivilDay(2026, 5, 1), absl::CivilDay(2026, 6, 1)),
              ElementsAre("2026-05-01T12:00-07:00/12:00-07:00"));
}

TEST(RecurrenceTest, OnlyWholeTicksAreOpen) {
  AvailabilityRule rule = Rule(absl::CivilDay(2026, 5, 1), "");
  rule.start_minute = 9 * 60 + 1;
  rule.duration_minutes = 13;
  EXPECT_THAT(Expand(rule, kLosAngeles, absl::CivilDay(2026, 5, 1), absl::CivilDay(2026, 5, 2)),
              ElementsAre("2026-05-01T09:05-07:00/09:10-07:00"));
  rule.duration_minutes = 8;
  EXPECT_THAT(Expand(rule, kLosAngeles, absl::CivilDay(2026, 5, 1), absl::CivilDay(2026, 5, 2)),
              IsEmpty());
}

TEST(RecurrenceTest, IntervalCountsFromTheFirstDayYearsLater) {
  // Every other week from Monday the 5th of January 2015.
  const AvailabilityRule rule =
      Rule(absl::CivilDay(2015, 1, 5), "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH");
  EXPECT_THAT(StartDays(rule, absl::CivilDay(2026, 6, 1), absl::CivilDay(2026, 6, 20)),
              ElementsAre("2026-06-08", "2026-06-11"));
}

TEST(RecurrenceTest, EveryOtherSundayBeginsInTheWeekOfTheFirstDay) {
  // libical 3.0.16 alone would begin on the 10th.
  const AvailabilityRule rule =
      Rule(absl::CivilDay(2026, 4, 29), "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU");
  EXPECT_THAT(StartDays(rule, absl::CivilDay(2026, 4, 29), absl::CivilDay(2026, 6, 1)),
              ElementsAre("2026-05-03", "2026-05-17", "2026-05-31"));
}

TEST(RecurrenceTest, CountCountsFromTheFirstDayYearsLater) {
  const AvailabilityRule rule = Rule(absl::CivilDay(2020, 1, 1), "FREQ=DAILY;COUNT=2345");
  EXPECT_THAT(StartDays(rule, absl::CivilDay(2026, 6, 1), absl::CivilDay(2026, 7, 1)),
              ElementsAre("2026-06-01", "2026-06-02"));
}

TEST(RecurrenceTest, CountCountsEachDayOnce) {
  const AvailabilityRule rule = Rule(absl::CivilDay(2026, 6, 1), "FREQ=WEEKLY;BYDAY=MO,MO;COUNT=3");
  EXPECT_THAT(StartDays(rule, absl::CivilDay(2026, 6, 1), absl::CivilDay(2026, 12, 1)), SizeIs(3));
}

TEST(RecurrenceTest, DaysOfTheMonthAndOfTheYear) {
  const absl::CivilDay first(2026, 1, 1), end(2026, 4, 15);
  const auto days = [&](const std::string& rrule) {
    return StartDays(Rule(first, rrule), first, end);
  };
  EXPECT_THAT(days("FREQ=MONTHLY;BYMONTHDAY=-1"),
              ElementsAre("2026-01-31", "2026-02-28", "2026-03-31"));
  EXPECT_THAT(days("FREQ=MONTHLY;BYDAY=2TU"),
              ElementsAre("2026-01-13", "2026-02-10", "2026-03-10", "2026-04-14"));
  EXPECT_THAT(days("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
              ElementsAre("2026-01-30", "2026-02-27", "2026-03-31"));
  EXPECT_THAT(days("FREQ=YEARLY;BYMONTH=2,3;BYMONTHDAY=14"),
              ElementsAre("2026-02-14", "2026-03-14"));
  EXPECT_THAT(days("FREQ=MONTHLY;INTERVAL=2;BYDAY=1FR,TH"),
              ElementsAre("2026-01-01", "2026-01-02", "2026-01-08", "2026-01-15", "2026-01-22",
                          "2026-01-29", "2026-03-05", "2026-03-06", "2026-03-12", "2026-03-19",
                          "2026-03-26"));
}

TEST(RecurrenceTest, UntilMayBeADateALocalTimeOrUtc) {
  const absl::CivilDay first(2026, 6, 1), end(2026, 7, 1);
  const auto days = [&](const std::string& until) {
    return StartDays(Rule(first, absl::StrCat("FREQ=DAILY;UNTIL=", until)), first, end).size();
  };
  EXPECT_EQ(days("20260603"), 3u);
  EXPECT_EQ(days("20260603T090000"), 3u);  // the start itself still counts
  EXPECT_EQ(days("20260603T085959"), 2u);
  EXPECT_EQ(days("20260603T160000Z"), 3u);  // 09:00 in Los Angeles
  EXPECT_EQ(days("20260603T155959Z"), 2u);
  EXPECT_EQ(days("20260604T000000Z"), 3u);  // still the 3rd there
}

TEST(RecurrenceTest, LastDayAndExceptionsTakeDaysAway) {
  AvailabilityRule rule = Rule(absl::CivilDay(2026, 6, 1), "FREQ=DAILY;COUNT=10");
  rule.exceptions = {absl::CivilDay(2026, 6, 4), absl::CivilDay(2026, 6, 2)};
  rule.last_day = absl::CivilDay(2026, 6, 5);
  EXPECT_THAT(StartDays(rule, absl::CivilDay(2026, 6, 1), absl::CivilDay(2026, 7, 1)),
              ElementsAre("2026-06-01", "2026-06-03", "2026-06-05"));
}

TEST(RecurrenceTest, AnExceptionUsesUpItsCount) {
  AvailabilityRule rule = Rule(absl::CivilDay(2026, 6, 1), "FREQ=DAILY;COUNT=2");
  rule.exceptions = {absl::CivilDay(2026, 6, 1)};
  EXPECT_THAT(StartDays(rule, absl::CivilDay(2026, 6, 1), absl::CivilDay(2026, 7, 1)),
              ElementsAre("2026-06-02"));
}

TEST(RecurrenceTest, RefusesWhatIsNotARule) {
  for (const char* rrule :
       {"nonsense", "FREQ=SOMETIMES", "FREQ=DAILY;COUNT=2;UNTIL=20260603", "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;FOO=1", "FREQ=WEEKLY;BYDAY=XX", "INTERVAL=2", "FREQ=MONTHLY;BYMONTHDAY=32"}) {
    EXPECT_THAT(Refusal(rrule), HasSubstr("not one of RFC 5545")) << rrule;
  }
  EXPECT_THAT(Refusal("FREQ=DAILY;COUNT=4294967297"), HasSubstr("too long"));
  EXPECT_THAT(Refusal(std::string(10'000, 'F')), HasSubstr("too long"));
  EXPECT_THAT(Refusal("FREQ=DAILY;COUNT=10001"), HasSubstr("COUNT may be 10000"));
}

TEST(RecurrenceTest, RefusesWhatItWouldGetWrong) {
  EXPECT_THAT(Refusal("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"), HasSubstr("FREQ must be"));
  EXPECT_THAT(Refusal("FREQ=MINUTELY"), HasSubstr("FREQ must be"));
  EXPECT_THAT(Refusal("FREQ=DAILY;BYHOUR=9,14"), HasSubstr("BYHOUR"));
  EXPECT_THAT(Refusal("FREQ=WEEKLY;BYDAY=1MO"), HasSubstr("numbered BYDAY"));
  EXPECT_THAT(Refusal("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1"), HasSubstr("BYSETPOS"));
  EXPECT_THAT(Refusal("FREQ=DAILY;BYMONTHDAY=-1"), HasSubstr("negative BYMONTHDAY"));
  EXPECT_THAT(Refusal("FREQ=YEARLY;BYMONTHDAY=2"), HasSubstr("BYMONTHDAY needs BYMONTH"));
  EXPECT_THAT(Refusal("FREQ=YEARLY;BYWEEKNO=53"), HasSubstr("BYWEEKNO"));
  EXPECT_THAT(Refusal("RSCALE=CHINESE;FREQ=DAILY"), HasSubstr("RSCALE"));
}

TEST(RecurrenceTest, RefusesARuleThatNeverRecursWithinItsDays) {
  EXPECT_THAT(Refusal("FREQ=WEEKLY;UNTIL=20200101"), HasSubstr("never recurs"));
  // A Saturday alone, without weekends.
  AvailabilityRule rule = Rule(absl::CivilDay(2026, 1, 3), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH");
  rule.last_day = rule.first_day;
  EXPECT_THAT(std::string(ValidateRule(rule).message()), HasSubstr("never recurs"));
  rule.last_day = absl::CivilDay(2026, 1, 5);
  EXPECT_TRUE(ValidateRule(rule).ok());
  rule.exceptions = {absl::CivilDay(2026, 1, 5)};
  EXPECT_THAT(std::string(ValidateRule(rule).message()), HasSubstr("never recurs"));
}

TEST(RecurrenceTest, RefusesARuleThatNeverRecurs) {
  for (const char* rrule :
       {"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYDAY=54MO",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6"}) {
    EXPECT_THAT(Refusal(rrule), HasSubstr("never recurs")) << rrule;
  }
  EXPECT_EQ(Refusal("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"), "");
}

TEST(RecurrenceTest, RefusesTimesOutOfRange) {
  const absl::CivilDay day(2026, 5, 1);
  AvailabilityRule rule = Rule(day, "");
  rule.start_minute = 1440;
  EXPECT_FALSE(ValidateRule(rule).ok());
  rule = Rule(day, "");
  rule.duration_minutes = 0;
  EXPECT_FALSE(ValidateRule(rule).ok());
  rule.duration_minutes = 1441;
  EXPECT_FALSE(ValidateRule(rule).ok());
  rule = Rule(day, "");
  rule.last_day = day - 1;
  EXPECT_FALSE(ValidateRule(rule).ok());
  rule = Rule(absl::CivilDay(999'999, 1, 1), "");
  EXPECT_FALSE(ValidateRule(rule).ok());
  rule = Rule(day, "");
  rule.exceptions.assign(kRuleExceptionsMax + 1, day);
  EXPECT_FALSE(ValidateRule(rule).ok());
}

TEST(RecurrenceTest, RefusesAWindowOfMoreThanFiveYears) {
  const absl::TimeZone zone = Zone(kLosAngeles);
  const Interval window = Days(zone, absl::CivilDay(2026, 1, 1), absl::CivilDay(2032, 1, 1));
  EXPECT_FALSE(ExpandRule(Rule(absl::CivilDay(2026, 1, 1), "FREQ=DAILY"), zone, window).ok());
}

// A rule of the common kind, and what it says about a day: read off the day itself.
struct SimpleRule {
  bool weekly = false;
  int interval = 1;
  int count = 0;              // 0: without end
  std::vector<int> weekdays;  // absl::Weekday, weekly only; the first day's if empty
  std::vector<int> months;    // all if empty

  std::string rrule() const;
  bool Recurs(absl::CivilDay first, absl::CivilDay day) const;
};

std::string SimpleRule::rrule() const {
  constexpr const char* kNames[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
  std::string text = absl::StrCat("FREQ=", weekly ? "WEEKLY" : "DAILY", ";INTERVAL=", interval);
  if (count > 0) absl::StrAppend(&text, ";COUNT=", count);
  if (!weekdays.empty()) {
    absl::StrAppend(&text,
                    ";BYDAY=", absl::StrJoin(weekdays, ",", [&](std::string* out, int weekday) {
                      out->append(kNames[weekday]);
                    }));
  }
  if (!months.empty()) absl::StrAppend(&text, ";BYMONTH=", absl::StrJoin(months, ","));
  return text;
}

bool SimpleRule::Recurs(absl::CivilDay first, absl::CivilDay day) const {
  const auto has = [](const std::vector<int>& list, int value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  const auto weekday = [](absl::CivilDay d) { return static_cast<int>(absl::GetWeekday(d)); };
  if (day < first) return false;
  if (!months.empty() && !has(months, day.month())) return false;
  if (!weekly) return (day - first) % interval == 0;
  if (weekdays.empty() ? weekday(day) != weekday(first) : !has(weekdays, weekday(day))) {
    return false;
  }
  const absl::CivilDay monday = first - weekday(first);
  return (day - monday) / 7 % interval == 0;
}

TEST(RecurrencePropertyTest, AgreesWithReadingEachDayOfTheCalendar) {
  constexpr int kSeed = 815;
  RecordProperty("seed", kSeed);
  std::mt19937 random(kSeed);
  const auto pick = [&](int n) { return static_cast<int>(random() % n); };
  const absl::TimeZone zone = Zone(kLosAngeles);
  for (int round = 0; round < 400; ++round) {
    const absl::CivilDay first = absl::CivilDay(2018, 1, 1) + pick(2000);
    SimpleRule simple;
    simple.weekly = pick(2) == 0;
    simple.interval = 1 + pick(4);
    simple.count = pick(3) == 0 ? 1 + pick(300) : 0;
    for (int weekday = 0; simple.weekly && weekday < 7; ++weekday) {
      if (pick(3) == 0) simple.weekdays.push_back(weekday);
    }
    for (int month = 1; pick(4) == 0 && month <= 12; month += 1 + pick(3)) {
      simple.months.push_back(month);
    }
    AvailabilityRule rule = Rule(first, simple.rrule(), pick(24), 1 + pick(12));
    const absl::CivilDay from = first - 40 + pick(2500);
    const absl::CivilDay to = from + 60 + pick(60);
    for (int i = 0; i < pick(5); ++i) rule.exceptions.push_back(from + pick(60));

    const Interval window = Days(zone, from, to);
    std::vector<bool> open(window.ticks(), false);
    int counted = 0;
    for (absl::CivilDay day = first; day < to; ++day) {
      if (!simple.Recurs(first, day)) continue;
      if (simple.count > 0 && ++counted > simple.count) break;
      if (std::count(rule.exceptions.begin(), rule.exceptions.end(), day) > 0) continue;
      const absl::CivilMinute begin = absl::CivilMinute(day) + rule.start_minute;
      const absl::CivilMinute end = begin + rule.duration_minutes;
      for (absl::Time t = absl::FromCivil(begin, zone); t < absl::FromCivil(end, zone);
           t += absl::Minutes(5)) {
        if (window.Contains(FloorTick(t))) open[FloorTick(t) - window.begin] = true;
      }
    }
    const auto expanded = ExpandRule(rule, zone, window);
    ASSERT_TRUE(expanded.ok()) << expanded.status() << " " << rule.rrule;
    std::vector<bool> got(window.ticks(), false);
    for (Interval interval : *expanded) {
      for (Tick t = interval.begin; t < interval.end; ++t) got[t - window.begin] = true;
    }
    ASSERT_EQ(got, open) << "seed " << kSeed << " round " << round << " " << rule.rrule << " from "
                         << absl::FormatCivilTime(first) << " in " << absl::FormatCivilTime(from);
  }
}

}  // namespace
}  // namespace clarity::calendar
