#include "services/scheduling/catalog/hours.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/base/local_time.h"
#include "services/scheduling/catalog/test_support.h"

namespace clarity::scheduling::catalog {
namespace {

using calendar::Interval;
using calendar::Tick;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kCoastZone[] = "America/Los_Angeles";

Tick Coast(absl::string_view local) { return TickAt(kCoastZone, local); }

// The open stretches of the small catalog's prescriber, or of what a test makes of it.
class HoursTest : public ::testing::Test {
 protected:
  HoursTest()
      : catalog_(SmallCatalog()), resource_(FindIn(&catalog_, "resources/coast-prescriber")) {}

  std::vector<Interval> Open(absl::string_view from, absl::string_view until,
                             v1::Modality modality = v1::MODALITY_IN_PERSON) {
    const Interval window = {Coast(from), Coast(until)};
    const calendar::Bitmap open =
        OpenHours(*resource_, catalog_.clinics(0), modality, calendar::PagesOf(window), &shifts_);
    std::vector<Interval> stretches;
    for (Tick tick = window.begin; tick < window.end; ++tick) {
      if (!open.Test(tick)) continue;
      if (stretches.empty() || stretches.back().end != tick) stretches.push_back({tick, tick});
      stretches.back().end = tick + 1;
    }
    return stretches;
  }

  static Interval Span(absl::string_view from, absl::string_view until) {
    return {Coast(from), Coast(until)};
  }

  v1::Availability* OnlyRow(const char* text) {
    resource_->clear_availability();
    v1::Catalog parsed = ParseCatalog(std::string("resources { availability { ") + text + " } }");
    *resource_->add_availability() = parsed.resources(0).availability(0);
    return resource_->mutable_availability(0);
  }

  v1::Catalog catalog_;
  v1::Resource* resource_;
  ShiftCache shifts_;
};

TEST_F(HoursTest, AreThoseOfTheRowAsItIsNowHoweverOftenItWasAsked) {
  const std::vector<Interval> usual = Open("2026-03-05 00:00", "2026-03-06 00:00");
  EXPECT_THAT(usual, ElementsAre(Span("2026-03-05 09:00", "2026-03-05 17:00")));
  v1::Availability* row = resource_->mutable_availability(0);
  const v1::Availability before = *row;
  row->mutable_hours()->mutable_end()->set_hours(15);
  EXPECT_THAT(Open("2026-03-05 00:00", "2026-03-06 00:00"),
              ElementsAre(Span("2026-03-05 09:00", "2026-03-05 15:00")));
  *row = before;
  EXPECT_EQ(Open("2026-03-05 00:00", "2026-03-06 00:00"), usual);
  catalog_.mutable_clinics(0)->set_time_zone("America/New_York");
  EXPECT_THAT(Open("2026-03-05 00:00", "2026-03-06 00:00"),
              ElementsAre(Span("2026-03-05 06:00", "2026-03-05 14:00")));
}

TEST_F(HoursTest, KeepTheLocalClockWhenDaylightSavingBegins) {
  EXPECT_THAT(Open("2026-03-05 00:00", "2026-03-10 00:00"),
              ElementsAre(Span("2026-03-05 09:00", "2026-03-05 17:00"),
                          Span("2026-03-09 09:00", "2026-03-09 17:00")));
  // Seven hours of absolute difference before the change, eight hours behind UTC after it.
  EXPECT_EQ(
      absl::FormatTime("%H:%M", calendar::ToTime(Coast("2026-03-05 09:00")), absl::UTCTimeZone()),
      "17:00");
  EXPECT_EQ(
      absl::FormatTime("%H:%M", calendar::ToTime(Coast("2026-03-09 09:00")), absl::UTCTimeZone()),
      "16:00");
}

TEST_F(HoursTest, OfANightAcrossTheChangeAreAnHourShorter) {
  OnlyRow(R"pb(clinic: "clinics/coast"
               start_date { year: 2026 month: 3 day: 7 }
               hours {
                 start { hours: 22 }
                 end { hours: 6 }
               })pb");
  const std::vector<Interval> open = Open("2026-03-07 00:00", "2026-03-09 00:00");
  EXPECT_THAT(open, ElementsAre(Span("2026-03-07 22:00", "2026-03-08 06:00")));
  EXPECT_EQ(open[0].ticks(), 7 * 12);
}

TEST_F(HoursTest, OfTelehealthAreApartFromThoseOnTheSpot) {
  EXPECT_THAT(Open("2026-06-04 00:00", "2026-06-06 00:00"),
              ElementsAre(Span("2026-06-04 09:00", "2026-06-04 17:00")));
  EXPECT_THAT(Open("2026-06-04 00:00", "2026-06-06 00:00", v1::MODALITY_TELEHEALTH),
              ElementsAre(Span("2026-06-05 09:00", "2026-06-05 12:00")));
}

TEST_F(HoursTest, EndForAHolidayFromMidnightToMidnightByTelehealthToo) {
  // 3 July 2026 is a Friday, on which there is telehealth.
  EXPECT_THAT(Open("2026-07-03 00:00", "2026-07-04 00:00", v1::MODALITY_TELEHEALTH), IsEmpty());
  OnlyRow(R"pb(clinic: "clinics/coast"
               start_date { year: 2026 month: 7 day: 1 }
               hours {
                 start { hours: 20 }
                 end { hours: 4 }
               }
               recurrence: "FREQ=DAILY")pb");
  EXPECT_THAT(Open("2026-07-02 12:00", "2026-07-04 12:00"),
              ElementsAre(Span("2026-07-02 20:00", "2026-07-03 00:00"),
                          Span("2026-07-04 00:00", "2026-07-04 04:00")));
}

TEST_F(HoursTest, AreCutByAbsencesInTheMiddleOfTheDayAndOverDays) {
  v1::Catalog parsed = ParseCatalog(R"pb(
    resources {
      absences {
        start_date { year: 2026 month: 6 day: 1 }
        start_time { hours: 12 }
        end_date { year: 2026 month: 6 day: 1 }
        end_time { hours: 13 }
      }
      absences {
        start_date { year: 2026 month: 6 day: 2 }
        start_time { hours: 16 }
        end_date { year: 2026 month: 6 day: 3 }
      }
    })pb");
  *resource_->mutable_absences() = parsed.resources(0).absences();
  EXPECT_THAT(Open("2026-06-01 00:00", "2026-06-05 00:00"),
              ElementsAre(Span("2026-06-01 09:00", "2026-06-01 12:00"),
                          Span("2026-06-01 13:00", "2026-06-01 17:00"),
                          Span("2026-06-02 09:00", "2026-06-02 16:00"),
                          Span("2026-06-04 09:00", "2026-06-04 17:00")));
}

// Seed 3636225517 of the simulation: who was away from 2:25 on was offered at 3:00.
TEST_F(HoursTest, EndWithTheChangeOfClocksForAnAbsenceThatBeginsAtATimeThatIsSkipped) {
  v1::Catalog parsed = ParseCatalog(R"pb(
    resources {
      availability {
        start_date { year: 2026 month: 3 day: 7 }
        hours {
          start { hours: 21 }
          end { hours: 5 }
        }
      }
      absences {
        start_date { year: 2026 month: 3 day: 8 }
        start_time { hours: 2 minutes: 25 }
        end_date { year: 2026 month: 3 day: 8 }
      }
    })pb");
  parsed.mutable_resources(0)->mutable_availability(0)->set_clinic(
      resource_->availability(0).clinic());
  *resource_->mutable_availability() = parsed.resources(0).availability();
  *resource_->mutable_absences() = parsed.resources(0).absences();
  EXPECT_THAT(Open("2026-03-07 12:00", "2026-03-08 12:00"),
              ElementsAre(Span("2026-03-07 21:00", "2026-03-08 03:00")));
}

TEST_F(HoursTest, AreClosedForAllOfATickThatAnAbsenceTouches) {
  v1::Catalog parsed = ParseCatalog(R"pb(
    resources {
      absences {
        start_date { year: 2026 month: 6 day: 1 }
        start_time { hours: 12 minutes: 3 }
        end_date { year: 2026 month: 6 day: 1 }
        end_time { hours: 12 minutes: 31 }
      }
    })pb");
  *resource_->mutable_absences() = parsed.resources(0).absences();
  EXPECT_THAT(Open("2026-06-01 00:00", "2026-06-02 00:00"),
              ElementsAre(Span("2026-06-01 09:00", "2026-06-01 12:00"),
                          Span("2026-06-01 12:35", "2026-06-01 17:00")));
}

TEST_F(HoursTest, ReadAnAbsenceInItsOwnZoneWhereItNamesOne) {
  v1::Catalog parsed = ParseCatalog(R"pb(
    resources {
      absences {
        start_date { year: 2026 month: 6 day: 1 }
        start_time { hours: 12 }
        end_date { year: 2026 month: 6 day: 1 }
        end_time { hours: 13 }
        time_zone: "America/New_York"
      }
    })pb");
  *resource_->mutable_absences() = parsed.resources(0).absences();
  EXPECT_THAT(Open("2026-06-01 00:00", "2026-06-02 00:00"),
              ElementsAre(Span("2026-06-01 10:00", "2026-06-01 17:00")));
}

TEST_F(HoursTest, JoinRowsAndLeaveOutExcludedDates) {
  OnlyRow(R"pb(clinic: "clinics/coast"
               start_date { year: 2026 month: 6 day: 1 }
               hours {
                 start { hours: 9 }
                 end { hours: 12 }
               }
               recurrence: "FREQ=DAILY"
               end_date { year: 2026 month: 6 day: 3 }
               excluded_dates { year: 2026 month: 6 day: 2 })pb");
  v1::Catalog extra = ParseCatalog(R"pb(
    resources {
      availability {
        clinic: "clinics/coast"
        start_date { year: 2026 month: 6 day: 3 }
        hours {
          start { hours: 12 }
          end { hours: 24 }
        }
      }
    })pb");
  *resource_->add_availability() = extra.resources(0).availability(0);
  EXPECT_THAT(Open("2026-06-01 00:00", "2026-06-10 00:00"),
              ElementsAre(Span("2026-06-01 09:00", "2026-06-01 12:00"),
                          Span("2026-06-03 09:00", "2026-06-04 00:00")));
}

TEST_F(HoursTest, SayWhyTheyDoNotIncludeATime) {
  v1::Catalog parsed = ParseCatalog(R"pb(
    resources {
      absences {
        start_date { year: 2026 month: 6 day: 1 }
        end_date { year: 2026 month: 6 day: 7 }
        reason: "leave"
      }
    })pb");
  *resource_->mutable_absences() = parsed.resources(0).absences();
  const auto why = [&](absl::string_view local) {
    return WhyClosed(*resource_, catalog_.clinics(0), v1::MODALITY_IN_PERSON, Coast(local));
  };
  EXPECT_EQ(why("2026-06-01 08:55").kind, ClosedReason::Kind::kHours);
  EXPECT_EQ(why("2026-06-01 09:00").kind, ClosedReason::Kind::kAbsence);
  EXPECT_EQ(why("2026-06-01 09:00").detail, "leave");
  EXPECT_EQ(why("2026-06-07 12:00").kind, ClosedReason::Kind::kHours) << "away, but it is a Sunday";
  EXPECT_EQ(why("2026-07-03 12:00").kind, ClosedReason::Kind::kHoliday);
  EXPECT_EQ(why("2026-07-03 12:00").detail, "Independence Day (observed)");
}

TEST(LicencePeriods, RunFromTheFirstMidnightToTheLastAndARenewalLeavesNoGap) {
  const v1::Catalog parsed = ParseCatalog(R"pb(
    resources {
      licences {
        jurisdiction: "US-CA"
        valid_from { year: 2027 month: 1 day: 1 }
        valid_until { year: 2027 month: 6 day: 30 }
      }
      licences {
        jurisdiction: "US-CA"
        valid_until { year: 2026 month: 12 day: 31 }
      }
      licences { jurisdiction: "US-AZ" }
    })pb");
  const absl::TimeZone zone = ZoneOf(kCoastZone);
  EXPECT_THAT(LicencePeriods(parsed.resources(0), "US-CA", zone),
              ElementsAre(Interval{kAlways.begin, Coast("2027-07-01 00:00")}));
  EXPECT_THAT(LicencePeriods(parsed.resources(0), "US-AZ", zone), ElementsAre(kAlways));
  EXPECT_THAT(LicencePeriods(parsed.resources(0), "US-NV", zone), IsEmpty());
}

TEST(FindZone, TakesNamesOfTheDatabaseOnly) {
  EXPECT_TRUE(FindZone("America/Los_Angeles").has_value());
  EXPECT_TRUE(FindZone("UTC").has_value());
  for (const char* name : {"", "Mars/Olympus", "America", "/etc/localtime", "localtime",
                           "libc:localtime", "file:/etc/passwd", "../../etc/passwd",
                           "Fixed/UTC+01:00:00", "posix/UTC", "PST8PDT,M3.2.0,M11.1.0"}) {
    EXPECT_FALSE(FindZone(name).has_value()) << name;
  }
}

TEST(LocalTime, MovesASkippedTimeForwardAndTakesTheEarlierOfTwo) {
  const absl::TimeZone zone = ZoneOf(kCoastZone);
  const auto utc = [&](absl::CivilDay day, int minute) {
    return absl::FormatTime("%H:%M", LocalTime(day, minute, zone), absl::UTCTimeZone());
  };
  EXPECT_EQ(utc(absl::CivilDay(2026, 3, 8), 150), "10:00");  // 2:30 is skipped: 3:00 PDT
  EXPECT_EQ(utc(absl::CivilDay(2026, 11, 1), 90), "08:30");  // 1:30 comes twice: PDT
}

}  // namespace
}  // namespace clarity::scheduling::catalog
