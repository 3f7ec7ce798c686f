#include "clients/callcenter/tool/when.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::CivilDay kToday(2026, 11, 23);  // a Monday

absl::TimeZone Zone(const char* name) { return *ParseZone(name); }

TEST(ParseDay, TakesDaysAsPeopleSayThem) {
  const struct {
    const char* text;
    const char* day;
  } cases[] = {
      {"today", "2026-11-23"},       {"Tomorrow", "2026-11-24"},
      {"fri", "2026-11-27"},         {"Friday", "2026-11-27"},
      {"monday", "2026-11-30"},  // never today
      {"+3", "2026-11-26"},          {"2026-12-01", "2026-12-01"},
      {"12/1/2027", "2027-12-01"},   {"12/1", "2026-12-01"},
      {"Dec 1", "2026-12-01"},       {"  dec   1 ", "2026-12-01"},
      {"Dec 1, 2027", "2027-12-01"}, {"11/23", "2026-11-23"},
      {"Jan 5", "2027-01-05"},  // the next one
      {"Feb 29", "2028-02-29"},
  };
  for (const auto& c : cases) {
    const auto day = ParseDay(c.text, kToday);
    ASSERT_TRUE(day.ok()) << c.text << ": " << day.status();
    EXPECT_EQ(absl::FormatCivilTime(*day), c.day) << c.text;
  }
}

TEST(ParseZone, TakesWhatCallersSay) {
  EXPECT_EQ(ParseZone("Eastern")->name(), "America/New_York");
  EXPECT_EQ(ParseZone("America/Chicago")->name(), "America/Chicago");
  EXPECT_THAT(std::string(ParseZone("Mars/Base").status().message()), HasSubstr("say eastern"));
}

TEST(ParseDay, RefusesWhatIsNoDayAndSaysWhatWouldBe) {
  for (const char* text : {"", "soon", "+x", "+-1", "2026-13-01", "Feb 30", "32", "mo"}) {
    const auto day = ParseDay(text, kToday);
    EXPECT_EQ(day.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(day.status().message()), HasSubstr("tomorrow"));
  }
}

TEST(ParseBirthDate, TakesADayThatWasWithItsYear) {
  for (const char* text : {"1980-04-12", "4/12/1980", "Apr 12 1980", "april 12, 1980"}) {
    const auto date = ParseBirthDate(text, kToday);
    ASSERT_TRUE(date.ok()) << text << ": " << date.status();
    EXPECT_EQ(DateText(*date), "Apr 12, 1980") << text;
  }
  EXPECT_EQ(DateText({}), "");
  for (const char* text : {"", "4/12", "4/12/80", "1899-12-31", "2026-11-24", "1980-02-30"}) {
    const auto date = ParseBirthDate(text, kToday);
    EXPECT_THAT(std::string(date.status().message()), HasSubstr("is no birth date")) << text;
  }
}

TEST(DueDay, IsTheDayThatATimeIsTheEndOf) {
  const absl::TimeZone zone = Zone("America/Los_Angeles");
  const absl::Time now = absl::FromCivil(kToday, zone);
  EXPECT_EQ(DueDay(absl::FromCivil(kToday + 1, zone), now, zone), "Mon Nov 23");
  EXPECT_EQ(DueDay(now + absl::Hours(14), now, zone), "Mon Nov 23 2:00 PM");
}

TEST(ParseTimeOfDay, TakesBothClocks) {
  const struct {
    const char* text;
    int hours, minutes;
  } cases[] = {{"9", 9, 0},       {"9am", 9, 0},    {"9 AM", 9, 0},   {"2:30pm", 14, 30},
               {"14:30", 14, 30}, {"12am", 0, 0},   {"12pm", 12, 0},  {"noon", 12, 0},
               {"0:00", 0, 0},    {"24:00", 24, 0}, {"12:05am", 0, 5}};
  for (const auto& c : cases) {
    const auto time = ParseTimeOfDay(c.text);
    ASSERT_TRUE(time.ok()) << c.text;
    EXPECT_EQ(time->hours(), c.hours) << c.text;
    EXPECT_EQ(time->minutes(), c.minutes) << c.text;
  }
  for (const char* text : {"", "25", "9:5", "13pm", "0am", "9:60", "24:01", "9:00:00", "-1"}) {
    EXPECT_FALSE(ParseTimeOfDay(text).ok()) << text;
  }
}

TEST(ParseMoment, IsLocalAtTheClinicUnlessItNamesItsOffset) {
  const absl::TimeZone zone = Zone("America/Los_Angeles");
  const absl::Time now = absl::FromCivil(absl::CivilHour(2026, 11, 23, 10), zone);
  const absl::Time expected = absl::FromCivil(absl::CivilMinute(2026, 12, 1, 14, 30), zone);
  for (const char* text : {"2026-12-01 14:30", "2026-12-01T14:30", "Dec 1 2:30pm", "12/1 2:30 PM",
                           "2026-12-01T17:30:00-05:00"}) {
    const auto moment = ParseMoment(text, now, zone);
    ASSERT_TRUE(moment.ok()) << text << ": " << moment.status();
    EXPECT_EQ(*moment, expected) << text;
  }
  for (const char* text : {"tomorrow", "9am", "", "tomorrow at", "soon 9am"}) {
    EXPECT_FALSE(ParseMoment(text, now, zone).ok()) << text;
  }
  for (const char* text : {"yesterday", "Dec 32"}) {
    EXPECT_EQ(ParseMoment(text, now, zone).status().message(),
              absl::StrCat("'", text, "' is no day and time: say 'tomorrow 9:30' or 'Dec 1 2pm'"));
  }
}

TEST(ParseMoment, ClockChangesMoveForwardOrTakeTheEarlier) {
  const absl::TimeZone zone = Zone("America/Los_Angeles");
  const absl::Time now = absl::FromCivil(absl::CivilHour(2026, 3, 1, 10), zone);
  // 2:30 does not exist on March 8: it is 3:30 daylight time.
  EXPECT_EQ(absl::FormatTime(absl::RFC3339_sec, *ParseMoment("2026-03-08 2:30", now, zone), zone),
            "2026-03-08T03:30:00-07:00");
  // 1:30 comes twice on November 1: the first is daylight time.
  EXPECT_EQ(absl::FormatTime(absl::RFC3339_sec, *ParseMoment("2026-11-01 1:30", now, zone), zone),
            "2026-11-01T01:30:00-07:00");
}

TEST(ParseDaysOfWeek, TakesListsAndWeekdays) {
  using namespace type::v1;  // NOLINT: the names of the days
  EXPECT_THAT(*ParseDaysOfWeek("mon, Wednesday"),
              ElementsAre(DAY_OF_WEEK_MONDAY, DAY_OF_WEEK_WEDNESDAY));
  EXPECT_THAT(*ParseDaysOfWeek("weekdays"),
              ElementsAre(DAY_OF_WEEK_MONDAY, DAY_OF_WEEK_TUESDAY, DAY_OF_WEEK_WEDNESDAY,
                          DAY_OF_WEEK_THURSDAY, DAY_OF_WEEK_FRIDAY));
  EXPECT_TRUE(ParseDaysOfWeek("")->empty());
  EXPECT_FALSE(ParseDaysOfWeek("mon,someday").ok());
}

TEST(Format, ReadsAsPeopleWriteIt) {
  const absl::TimeZone zone = Zone("America/Los_Angeles");
  const absl::Time now = absl::FromCivil(absl::CivilHour(2026, 11, 23, 10), zone);
  const absl::Time time = absl::FromCivil(absl::CivilMinute(2026, 12, 1, 0, 5), zone);
  EXPECT_EQ(ShortDay(time, now, zone), "Tue Dec 1");
  EXPECT_EQ(ShortDay(time, now - absl::Hours(24 * 365), zone), "Tue Dec 1 2026");
  EXPECT_EQ(LongDay(time, zone), "Tuesday, December 1, 2026");
  EXPECT_EQ(ClockTime(time, zone), "12:05 AM");
  EXPECT_EQ(ClockTime(time + absl::Hours(12), zone), "12:05 PM");
  EXPECT_EQ(ZoneName(time, zone), "PST");
  EXPECT_FALSE(SameClock(time, zone, Zone("America/New_York")));
  // Phoenix never changes its clocks: California shows the same in summer only.
  EXPECT_FALSE(SameClock(time, zone, Zone("America/Phoenix")));
  EXPECT_TRUE(SameClock(time - absl::Hours(24 * 150), zone, Zone("America/Phoenix")));
}

TEST(Timestamp, SurvivesTheWire) {
  const absl::Time time = absl::FromUnixSeconds(-5) + absl::Nanoseconds(7);
  EXPECT_EQ(FromProto(ToProto(time)), time);
  EXPECT_GE(ToProto(time).nanos(), 0);
}

TEST(ParseMonth, TakesMonthsAsPeopleSayThem) {
  const absl::CivilMonth november(2026, 11);
  EXPECT_EQ(*ParseMonth("", november), november);
  EXPECT_EQ(*ParseMonth("next", november), absl::CivilMonth(2026, 12));
  EXPECT_EQ(*ParseMonth("November", november), november) << "the present one is one";
  EXPECT_EQ(*ParseMonth("feb", november), absl::CivilMonth(2027, 2));
  EXPECT_EQ(*ParseMonth("2028-01", november), absl::CivilMonth(2028, 1));
  EXPECT_EQ(*ParseMonth("jan 2028", november), absl::CivilMonth(2028, 1));
  EXPECT_FALSE(ParseMonth("brumaire", november).ok());
  EXPECT_FALSE(ParseMonth("2028-13", november).ok());
}

TEST(ParseMomentPast, TakesTheLastSuchTime) {
  const absl::TimeZone zone = *ParseZone("pacific");
  const auto at = [&](int day, int hour, int minute) {
    return absl::FromCivil(absl::CivilMinute(2026, 11, day, hour, minute), zone);
  };
  const absl::Time now = at(23, 0, 20);
  EXPECT_EQ(*ParseMomentPast("0:10", now, zone), at(23, 0, 10));
  EXPECT_EQ(*ParseMomentPast("11:50pm", now, zone), at(22, 23, 50)) << "before midnight";
  EXPECT_EQ(*ParseMomentPast("2026-11-20 9am", now, zone), at(20, 9, 0));
  EXPECT_FALSE(ParseMomentPast("teatime", now, zone).ok());
}

}  // namespace
}  // namespace clarity::client
