#include "services/scheduling/search/wanted_times.h"

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::scheduling {
namespace {

using calendar::Interval;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WantedTimesTest : public ::testing::Test {
 protected:
  WantedTimesTest() { EXPECT_TRUE(absl::LoadTimeZone("America/Los_Angeles", &zone_)); }

  // Days of March 2026, from local midnight to local midnight.
  Interval March(int first, int end) const {
    return {calendar::CeilTick(absl::FromCivil(absl::CivilDay(2026, 3, first), zone_)),
            calendar::CeilTick(absl::FromCivil(absl::CivilDay(2026, 3, end), zone_))};
  }

  void AddTimes(int from_hour, int to_hour) {
    auto* range = query_.add_times_of_day();
    range->mutable_start()->set_hours(from_hour);
    range->mutable_end()->set_hours(to_hour);
  }

  // The first tick of each run of wanted ticks, and the tick after its last, in local time.
  std::vector<std::string> Runs(Interval window) const {
    const calendar::Bitmap wanted = WantedTimes(query_, window, zone_);
    std::vector<std::string> runs;
    const auto local = [&](calendar::Tick tick) {
      return absl::FormatTime("%a %H:%M", calendar::ToTime(tick), zone_);
    };
    for (auto t = wanted.Next(window.begin); t.has_value();) {
      calendar::Tick end = *t;
      while (end < window.end && wanted.Test(end)) ++end;
      runs.push_back(local(*t) + " to " + local(end));
      t = wanted.Next(end);
    }
    return runs;
  }

  absl::TimeZone zone_;
  v1::SlotQuery query_;
};

TEST_F(WantedTimesTest, EverythingWhenNothingIsSaid) {
  EXPECT_THAT(Runs(March(2, 3)), ElementsAre("Mon 00:00 to Tue 00:00"));
}

TEST_F(WantedTimesTest, DaysOfTheClinicsWeek) {
  query_.add_days_of_week(type::v1::DAY_OF_WEEK_TUESDAY);
  query_.add_days_of_week(type::v1::DAY_OF_WEEK_SUNDAY);
  EXPECT_THAT(Runs(March(2, 9)), ElementsAre("Tue 00:00 to Wed 00:00", "Sun 00:00 to Mon 00:00"));
}

TEST_F(WantedTimesTest, TimesOfTheClinicsDay) {
  AddTimes(9, 12);
  query_.add_days_of_week(type::v1::DAY_OF_WEEK_MONDAY);
  EXPECT_THAT(Runs(March(2, 4)), ElementsAre("Mon 09:00 to Mon 12:00"));
}

TEST_F(WantedTimesTest, ARangePastMidnightBelongsToTheDayItBegins) {
  AddTimes(22, 2);
  query_.add_days_of_week(type::v1::DAY_OF_WEEK_MONDAY);
  EXPECT_THAT(Runs(March(3, 4)), ElementsAre("Tue 00:00 to Tue 02:00"));
  EXPECT_THAT(Runs(March(2, 3)), ElementsAre("Mon 22:00 to Tue 00:00"));
}

TEST_F(WantedTimesTest, TheDayTheClocksChangeKeepsItsClockTimes) {
  AddTimes(9, 12);
  // 8 March 2026 has 23 hours.
  EXPECT_THAT(Runs(March(8, 9)), ElementsAre("Sun 09:00 to Sun 12:00"));
}

TEST_F(WantedTimesTest, TwentyFourHundredEndsTheDay) {
  AddTimes(20, 24);
  EXPECT_THAT(Runs(March(2, 3)), ElementsAre("Mon 20:00 to Tue 00:00"));
}

TEST_F(WantedTimesTest, NothingOnDaysThatAreNotInTheWindow) {
  query_.add_days_of_week(type::v1::DAY_OF_WEEK_FRIDAY);
  EXPECT_THAT(Runs(March(2, 4)), IsEmpty());
}

}  // namespace
}  // namespace clarity::scheduling
