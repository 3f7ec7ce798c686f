#include "services/scheduling/calendar/timeline.h"

#include <algorithm>
#include <optional>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace clarity::calendar {
namespace {

constexpr Location kClinic = 1;
constexpr Location kElsewhere = 2;

TEST(TimelineTest, IsClosedUntilOpened) {
  Timeline timeline(1, {0, 2});
  EXPECT_FALSE(timeline.IsOpen(kClinic, {0, 1}));
  timeline.Open(kClinic, {10, 20});
  EXPECT_TRUE(timeline.IsOpen(kClinic, {10, 20}));
  EXPECT_FALSE(timeline.IsOpen(kClinic, {9, 20}));
  EXPECT_FALSE(timeline.IsOpen(kClinic, {10, 21}));
}

TEST(TimelineTest, AFloatingResourceIsOpenByPlaceAndTakenEverywhere) {
  Timeline timeline(1, {0, 1});
  timeline.Open(kClinic, {0, 100});
  timeline.Open(kElsewhere, {100, 200});
  EXPECT_FALSE(timeline.IsOpen(kElsewhere, {0, 100}));
  timeline.Open(kElsewhere, {50, 100});
  timeline.ApplyClaim({60, 70}, 1);
  EXPECT_FALSE(timeline.IsFree(kClinic, {60, 61}, 1));
  EXPECT_FALSE(timeline.IsFree(kElsewhere, {60, 61}, 1));
  EXPECT_TRUE(timeline.IsFree(kElsewhere, {70, 200}, 1));
}

TEST(TimelineTest, ClaimsCrossPageBorders) {
  Timeline timeline(1, {0, 2});
  timeline.Open(kClinic, {0, 1024});
  timeline.ApplyClaim({511, 513}, 1);
  EXPECT_TRUE(timeline.IsFree(kClinic, {0, 511}, 1));
  EXPECT_FALSE(timeline.IsFree(kClinic, {510, 512}, 1));
  EXPECT_FALSE(timeline.IsFree(kClinic, {512, 513}, 1));
  EXPECT_TRUE(timeline.IsFree(kClinic, {513, 1024}, 1));
  EXPECT_EQ(timeline.FirstTaken({0, 1024}, 1), (Interval{511, 513}));
}

TEST(TimelineTest, CountsSharesUpToTheCapacity) {
  Timeline timeline(4, {0, 1});
  timeline.Open(kClinic, {0, 100});
  timeline.ApplyClaim({0, 50}, 1);
  timeline.ApplyClaim({25, 75}, 2);
  EXPECT_TRUE(timeline.IsFree(kClinic, {0, 25}, 3));
  EXPECT_FALSE(timeline.IsFree(kClinic, {0, 26}, 3));
  EXPECT_TRUE(timeline.IsFree(kClinic, {0, 100}, 1));
  EXPECT_FALSE(timeline.IsFree(kClinic, {0, 100}, 2));
  EXPECT_TRUE(timeline.IsFree(kClinic, {75, 100}, 4));
  EXPECT_FALSE(timeline.IsFree(kClinic, {75, 100}, 5));
  EXPECT_EQ(timeline.UsedMax({0, 100}), 3);
  EXPECT_EQ(timeline.UsedMax({75, 100}), 0);
}

TEST(TimelineTest, StaysExactBeyondTheCapacity) {
  Timeline timeline(1, {0, 1});
  timeline.Open(kClinic, {0, 100});
  timeline.ApplyClaim({10, 20}, 1);
  timeline.ApplyClaim({15, 25}, 1);  // an override
  EXPECT_EQ(timeline.UsedMax({0, 100}), 2);
  timeline.RemoveClaim({10, 20}, 1);
  EXPECT_TRUE(timeline.IsFree(kClinic, {0, 15}, 1));
  EXPECT_FALSE(timeline.IsFree(kClinic, {15, 16}, 1));
  timeline.RemoveClaim({15, 25}, 1);
  EXPECT_TRUE(timeline.IsFree(kClinic, {0, 100}, 1));
}

TEST(TimelineTest, BeyondItsPagesNothingIsOpenAndClaimsAreClipped) {
  Timeline timeline(1, {1, 1});
  timeline.Open(kClinic, {0, 5000});
  timeline.ApplyClaim({0, 520}, 1);
  timeline.ApplyClaim({2000, 3000}, 1);
  EXPECT_FALSE(timeline.IsOpen(kClinic, {511, 513}));
  EXPECT_FALSE(timeline.IsOpen(kClinic, {1023, 1025}));
  EXPECT_TRUE(timeline.IsFree(kClinic, {520, 1024}, 1));
  timeline.RemoveClaim({0, 520}, 1);
  EXPECT_TRUE(timeline.IsFree(kClinic, {512, 1024}, 1));
  EXPECT_EQ(timeline.FirstClosed(kClinic, {500, 600}), (Interval{500, 512}));
}

TEST(TimelineTest, FindsTheFirstObstacle) {
  Timeline timeline(2, {0, 1});
  timeline.Open(kClinic, {10, 30});
  timeline.Open(kClinic, {40, 50});
  timeline.ApplyClaim({15, 20}, 2);
  timeline.ApplyClaim({20, 22}, 1);
  EXPECT_EQ(timeline.FirstClosed(kClinic, {12, 60}), (Interval{30, 40}));
  EXPECT_EQ(timeline.FirstClosed(kClinic, {12, 30}), std::nullopt);
  EXPECT_EQ(timeline.FirstTaken({10, 30}, 1), (Interval{15, 20}));
  EXPECT_EQ(timeline.FirstTaken({10, 30}, 2), (Interval{15, 22}));
  EXPECT_EQ(timeline.FirstTaken({22, 30}, 2), std::nullopt);
}

TEST(TimelineTest, AgreesWithCountingTickByTick) {
  constexpr int kSeed = 20240;
  RecordProperty("seed", kSeed);
  std::mt19937 random(kSeed);
  const auto pick = [&](int n) { return static_cast<int>(random() % n); };
  struct Claim {
    Interval interval;
    int shares;
  };
  constexpr int kTicks = 3 * kPageTicks;
  for (int round = 0; round < 20; ++round) {
    const int capacity = 1 + pick(kCapacityMax);
    Timeline timeline(capacity, {0, 3});
    timeline.Open(kClinic, {0, kTicks});
    std::vector<Claim> claims;
    std::vector<int> used(kTicks, 0);
    for (int step = 0; step < 60; ++step) {
      if (!claims.empty() && pick(3) == 0) {
        const Claim claim = claims[pick(static_cast<int>(claims.size()))];
        claims.erase(std::find_if(claims.begin(), claims.end(),
                                  [&](const Claim& c) { return c.interval == claim.interval; }));
        timeline.RemoveClaim(claim.interval, claim.shares);
        for (Tick t = claim.interval.begin; t < claim.interval.end; ++t) used[t] -= claim.shares;
      } else {
        // Distinct begins, so that the search above finds the very claim.
        const Tick begin = step * 24 + pick(24);
        const Interval interval = {begin, std::min<Tick>(kTicks, begin + 1 + pick(700))};
        const Claim claim = {interval, 1 + pick(std::min(3, capacity))};
        claims.push_back(claim);
        timeline.ApplyClaim(claim.interval, claim.shares);
        for (Tick t = claim.interval.begin; t < claim.interval.end; ++t) used[t] += claim.shares;
      }
    }
    for (Tick t = 0; t < kTicks; ++t) {
      ASSERT_EQ(timeline.UsedMax({t, t + 1}), used[t]) << "seed " << kSeed << " tick " << t;
      for (int shares = 1; shares <= capacity; ++shares) {
        ASSERT_EQ(timeline.IsFree(kClinic, {t, t + 1}, shares), used[t] + shares <= capacity)
            << "seed " << kSeed << " tick " << t;
      }
    }
  }
}

TEST(TimelineTest, FreeTicksAreThoseOpenWithAShareLeft) {
  Timeline timeline(2, {0, 2});
  timeline.Open(kClinic, {500, 530});  // over a page border
  EXPECT_EQ(timeline.FreeTicks(kClinic, {0, 1024}), 30);
  EXPECT_EQ(timeline.FreeTicks(kElsewhere, {0, 1024}), 0);
  timeline.ApplyClaim({505, 515}, 1);
  EXPECT_EQ(timeline.FreeTicks(kClinic, {0, 1024}), 30);
  timeline.ApplyClaim({510, 520}, 1);
  EXPECT_EQ(timeline.FreeTicks(kClinic, {0, 1024}), 25);
  EXPECT_EQ(timeline.FreeTicks(kClinic, {512, 520}), 5);
}

TEST(TimelineTest, AClaimCountsForNoMoreThanTheCapacity) {
  Timeline timeline(4, {0, 1});
  timeline.ApplyClaim({10, 20}, kAllShares);
  EXPECT_EQ(timeline.UsedMax({0, 100}), 4);
  timeline.ApplyClaim({15, 25}, 1);
  EXPECT_EQ(timeline.UsedMax({0, 100}), 5);
  timeline.RemoveClaim({10, 20}, kAllShares);
  EXPECT_EQ(timeline.UsedMax({0, 100}), 1);
}

}  // namespace
}  // namespace clarity::calendar
