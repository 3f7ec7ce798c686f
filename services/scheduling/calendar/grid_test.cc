#include "services/scheduling/calendar/grid.h"

#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::calendar {
namespace {

absl::TimeZone Zone(const std::string& name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone)) << name;
  return zone;
}

Interval LocalDays(absl::TimeZone zone, absl::CivilDay first, int days) {
  return {FloorTick(absl::FromCivil(first, zone)),
          CeilTick(absl::FromCivil(absl::CivilDay(first + days), zone))};
}

std::vector<std::string> LocalTimes(const Bitmap& starts, absl::TimeZone zone) {
  std::vector<std::string> times;
  for (auto t = starts.Next(starts.window().begin); t.has_value(); t = starts.Next(*t + 1)) {
    times.push_back(absl::FormatTime("%H:%M%Ez", ToTime(*t), zone));
  }
  return times;
}

TEST(GridMaskTest, AnHourIsSkippedInSpring) {
  const absl::TimeZone zone = Zone("America/Los_Angeles");
  const Bitmap grid = GridMask(LocalDays(zone, absl::CivilDay(2026, 3, 8), 1), zone, 60);
  const auto times = LocalTimes(grid, zone);
  ASSERT_EQ(times.size(), 23u);
  EXPECT_EQ(times[1], "01:00-08:00");
  EXPECT_EQ(times[2], "03:00-07:00");
}

TEST(GridMaskTest, AnHourComesTwiceInAutumn) {
  const absl::TimeZone zone = Zone("America/Los_Angeles");
  const Bitmap grid = GridMask(LocalDays(zone, absl::CivilDay(2026, 11, 1), 1), zone, 60);
  const auto times = LocalTimes(grid, zone);
  ASSERT_EQ(times.size(), 25u);
  EXPECT_EQ(times[1], "01:00-07:00");
  EXPECT_EQ(times[2], "01:00-08:00");
}

TEST(GridMaskTest, HalfAnHourIsSkippedOnLordHowe) {
  const absl::TimeZone zone = Zone("Australia/Lord_Howe");
  const Bitmap grid = GridMask(LocalDays(zone, absl::CivilDay(2026, 10, 4), 1), zone, 60);
  const auto times = LocalTimes(grid, zone);
  ASSERT_EQ(times.size(), 23u);  // 02:00 to 02:30 does not exist, so neither does 02:00
  EXPECT_EQ(times[1], "01:00+10:30");
  EXPECT_EQ(times[2], "03:00+11:00");
}

TEST(GridMaskTest, FollowsLocalClocksAtOddOffsets) {
  const absl::TimeZone zone = Zone("Asia/Kathmandu");
  const Bitmap grid = GridMask(LocalDays(zone, absl::CivilDay(2026, 5, 1), 1), zone, 30);
  const auto times = LocalTimes(grid, zone);
  ASSERT_EQ(times.size(), 48u);
  EXPECT_EQ(times[0], "00:00+05:45");
  EXPECT_EQ(times[1], "00:30+05:45");
}

TEST(GridMaskTest, BeginsAnewEachMidnightIfTheDayIsNoMultiple) {
  const absl::TimeZone zone = absl::UTCTimeZone();
  const Bitmap grid = GridMask(LocalDays(zone, absl::CivilDay(2026, 5, 1), 2), zone, 50);
  const auto times = LocalTimes(grid, zone);
  ASSERT_EQ(times.size(), 58u);
  EXPECT_EQ(times[28], "23:20+00:00");
  EXPECT_EQ(times[29], "00:00+00:00");
}

using Case = std::tuple<std::string, int, int>;  // zone, grid, month in which to begin

class GridPropertyTest : public ::testing::TestWithParam<Case> {};

// The clock of every tick, read one by one.
TEST_P(GridPropertyTest, MaskIsWhatTheClocksShow) {
  const auto& [name, grid_minutes, month] = GetParam();
  const absl::TimeZone zone = Zone(name);
  const Tick begin = FloorTick(absl::FromCivil(absl::CivilDay(2026, month, 3), zone)) + 17;
  const Interval window = {begin, begin + 45 * kTicksPerDay + 5};
  const Bitmap grid = GridMask(window, zone, grid_minutes);
  for (Tick tick = window.begin; tick < window.end; ++tick) {
    const std::string clock = absl::FormatTime("%H %M %S", ToTime(tick), zone);
    const int minute = std::stoi(clock.substr(0, 2)) * 60 + std::stoi(clock.substr(3, 2));
    const bool expected = clock.substr(6) == "00" && minute % grid_minutes == 0;
    ASSERT_EQ(grid.Test(tick), expected) << clock;
    ASSERT_EQ(IsOnGrid(tick, zone, grid_minutes), expected) << clock;
  }
}

INSTANTIATE_TEST_SUITE_P(Zones, GridPropertyTest,
                         ::testing::Combine(::testing::Values("America/Los_Angeles",
                                                              "Australia/Lord_Howe",
                                                              "Asia/Kathmandu", "America/St_Johns",
                                                              "Asia/Beirut", "UTC"),
                                            ::testing::Values(5, 10, 15, 20, 45, 60, 90, 480, 1440),
                                            ::testing::Values(3, 10)));

}  // namespace
}  // namespace clarity::calendar
