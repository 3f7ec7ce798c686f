#include "services/platform/rpc/rate_limiter.h"

#include "gtest/gtest.h"

namespace clarity::rpc {
namespace {

TEST(RateLimiterTest, GivesEachSubjectItsOwnRateAndRefillsIt) {
  RateLimiter limiter(/*calls_per_second=*/2, /*subjects_max=*/10);
  const absl::Time start = absl::FromUnixSeconds(1'772'000'000);
  EXPECT_TRUE(limiter.Take("a", start));
  EXPECT_TRUE(limiter.Take("a", start));
  EXPECT_FALSE(limiter.Take("a", start));
  EXPECT_TRUE(limiter.Take("b", start));
  EXPECT_FALSE(limiter.Take("a", start + absl::Milliseconds(400)));
  EXPECT_TRUE(limiter.Take("a", start + absl::Milliseconds(600)));
  EXPECT_FALSE(limiter.Take("a", start + absl::Milliseconds(600)));
}

TEST(RateLimiterTest, NeverSavesUpMoreThanASecond) {
  RateLimiter limiter(/*calls_per_second=*/2, /*subjects_max=*/10);
  const absl::Time start = absl::FromUnixSeconds(1'772'000'000);
  EXPECT_TRUE(limiter.Take("a", start));
  const absl::Time later = start + absl::Hours(1);
  EXPECT_TRUE(limiter.Take("a", later));
  EXPECT_TRUE(limiter.Take("a", later));
  EXPECT_FALSE(limiter.Take("a", later));
}

TEST(RateLimiterTest, KeepsOnlySoManySubjectsAndForgetsThoseAtRest) {
  RateLimiter limiter(/*calls_per_second=*/1, /*subjects_max=*/2);
  const absl::Time start = absl::FromUnixSeconds(1'772'000'000);
  EXPECT_TRUE(limiter.Take("a", start));
  EXPECT_TRUE(limiter.Take("b", start));
  EXPECT_FALSE(limiter.Take("c", start));
  EXPECT_TRUE(limiter.Take("c", start + absl::Seconds(1)));
}

TEST(RateLimiterTest, SaysWhetherThereIsRoomWithoutTakingIt) {
  RateLimiter limiter(/*calls_per_second=*/1, /*subjects_max=*/1);
  const absl::Time start = absl::FromUnixSeconds(1'772'000'000);
  EXPECT_TRUE(limiter.HasRoom("a", start));
  EXPECT_TRUE(limiter.HasRoom("a", start));
  EXPECT_TRUE(limiter.Take("a", start));
  EXPECT_FALSE(limiter.HasRoom("a", start));
  EXPECT_TRUE(limiter.HasRoom("b", start)) << "however many others are counted";
  EXPECT_TRUE(limiter.HasRoom("a", start + absl::Seconds(1)));
}

}  // namespace
}  // namespace clarity::rpc
