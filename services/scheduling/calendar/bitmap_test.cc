#include "services/scheduling/calendar/bitmap.h"

#include <optional>
#include <random>
#include <set>

#include "gtest/gtest.h"

namespace clarity::calendar {
namespace {

std::set<Tick> TicksOf(const Bitmap& bitmap) {
  std::set<Tick> ticks;
  for (auto t = bitmap.Next(bitmap.window().begin); t.has_value(); t = bitmap.Next(*t + 1)) {
    ticks.insert(*t);
  }
  return ticks;
}

TEST(BitmapTest, HoldsTicksOfItsWindowOnly) {
  Bitmap bitmap({500, 530});
  bitmap.Set({0, 505});
  bitmap.Set({525, 9999});
  EXPECT_EQ(bitmap.count(), 10);
  EXPECT_FALSE(bitmap.Test(499));
  EXPECT_TRUE(bitmap.Test(500));
  EXPECT_TRUE(bitmap.Test(529));
  EXPECT_FALSE(bitmap.Test(530));
  bitmap.Clear({504, 526});
  EXPECT_EQ(TicksOf(bitmap), (std::set<Tick>{500, 501, 502, 503, 526, 527, 528, 529}));
}

TEST(BitmapTest, AnEmptyWindowHoldsNothing) {
  Bitmap bitmap;
  bitmap.Set({0, 100});
  EXPECT_FALSE(bitmap.any());
  EXPECT_EQ(bitmap.Next(0), std::nullopt);
  EXPECT_EQ(bitmap, Bitmap(Interval{0, 0}));
}

TEST(BitmapTest, WalksAcrossPagesAndGaps) {
  Bitmap bitmap({-600, 2000});
  for (Tick tick : {-600, -512, -1, 0, 63, 64, 511, 512, 1999}) bitmap.Set({tick, tick + 1});
  EXPECT_EQ(TicksOf(bitmap), (std::set<Tick>{-600, -512, -1, 0, 63, 64, 511, 512, 1999}));
  EXPECT_EQ(bitmap.Next(-10000), -600);
  EXPECT_EQ(bitmap.Next(513), 1999);
  EXPECT_EQ(bitmap.Next(2000), std::nullopt);
}

TEST(BitmapTest, SetsEachOfAStepWhereverItBeginsAndEnds) {
  const Interval window{-700, 900};
  for (const int step : {1, 2, 3, 10, 63, 64, 65, 288}) {
    for (const Interval interval : {window, Interval{-513, -511}, Interval{0, 64}, Interval{5, 5},
                                    Interval{-37, 700}, Interval{63, 129}}) {
      Bitmap bitmap(window);
      bitmap.SetEach(interval, step);
      std::set<Tick> expected;
      for (Tick t = interval.begin; t < interval.end; t += step) expected.insert(t);
      EXPECT_EQ(TicksOf(bitmap), expected) << step << " from " << interval.begin;
    }
  }
}

TEST(BitmapTest, CombinesAsSetsDoWhateverTheWindows) {
  constexpr int kSeed = 11;
  RecordProperty("seed", kSeed);
  std::mt19937 random(kSeed);
  const auto pick = [&](int n) { return static_cast<Tick>(random() % n); };
  for (int round = 0; round < 200; ++round) {
    const Tick a_begin = pick(1500), b_begin = pick(1500);
    Bitmap a({a_begin, a_begin + pick(1500)});
    Bitmap b({b_begin, b_begin + pick(1500)});
    for (int i = 0; i < 8; ++i) {
      const Tick in_a = pick(3000), in_b = pick(3000);
      a.Set({in_a, in_a + pick(200)});
      b.Set({in_b, in_b + pick(200)});
    }
    const std::set<Tick> in_a = TicksOf(a), in_b = TicksOf(b);
    EXPECT_EQ(static_cast<size_t>(a.count()), in_a.size());
    Bitmap both = a, either = a, only = a;
    both &= b;
    either |= b;
    only -= b;
    for (Tick t = 0; t < 3000; ++t) {
      const bool ours = a.window().Contains(t);
      ASSERT_EQ(both.Test(t), in_a.count(t) && in_b.count(t)) << "seed " << kSeed;
      ASSERT_EQ(either.Test(t), ours && (in_a.count(t) || in_b.count(t))) << "seed " << kSeed;
      ASSERT_EQ(only.Test(t), in_a.count(t) && !in_b.count(t)) << "seed " << kSeed;
    }
    EXPECT_EQ(either.count(), static_cast<int64_t>(TicksOf(either).size()));
  }
}

}  // namespace
}  // namespace clarity::calendar
