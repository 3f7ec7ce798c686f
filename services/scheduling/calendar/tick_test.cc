#include "services/scheduling/calendar/tick.h"

#include "gtest/gtest.h"

namespace clarity::calendar {
namespace {

TEST(TickTest, CountsFiveMinutesSinceTheEpoch) {
  EXPECT_EQ(FloorTick(absl::UnixEpoch()), 0);
  EXPECT_EQ(ToTime(0), absl::UnixEpoch());
  EXPECT_EQ(FloorTick(absl::FromUnixSeconds(300)), 1);
  EXPECT_EQ(ToTime(kTicksPerDay), absl::UnixEpoch() + absl::Hours(24));
}

TEST(TickTest, RoundsTowardsThePastAndTheFuture) {
  const absl::Time between = absl::FromUnixSeconds(301);
  EXPECT_EQ(FloorTick(between), 1);
  EXPECT_EQ(CeilTick(between), 2);
  EXPECT_FALSE(IsOnTick(between));
  EXPECT_EQ(FloorTick(absl::FromUnixSeconds(300)), CeilTick(absl::FromUnixSeconds(300)));
  EXPECT_TRUE(IsOnTick(absl::FromUnixSeconds(300)));
}

TEST(TickTest, RoundsTheSameWayBeforeTheEpoch) {
  const absl::Time before = absl::FromUnixNanos(-1);
  EXPECT_EQ(FloorTick(before), -1);
  EXPECT_EQ(CeilTick(before), 0);
  EXPECT_EQ(FloorTick(absl::FromUnixSeconds(-300)), -1);
  EXPECT_EQ(CeilTick(absl::FromUnixSeconds(-300)), -1);
}

TEST(IntervalTest, IsHalfOpen) {
  const Interval interval = {10, 20};
  EXPECT_EQ(interval.ticks(), 10);
  EXPECT_TRUE(interval.Contains(10));
  EXPECT_FALSE(interval.Contains(20));
  EXPECT_TRUE(interval.Overlaps({19, 30}));
  EXPECT_FALSE(interval.Overlaps({20, 30}));
  EXPECT_FALSE(interval.Overlaps({15, 15}));
}

TEST(IntervalTest, IntersectionIsNeverBackwards) {
  EXPECT_EQ(Intersection({10, 20}, {15, 30}), (Interval{15, 20}));
  EXPECT_TRUE(Intersection({10, 20}, {25, 30}).empty());
  EXPECT_EQ(Intersection({10, 20}, {25, 30}).ticks(), 0);
  EXPECT_EQ((Interval{5, 3}).ticks(), 0);
}

}  // namespace
}  // namespace clarity::calendar
