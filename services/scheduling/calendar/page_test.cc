#include "services/scheduling/calendar/page.h"

#include <string>

#include "gtest/gtest.h"

namespace clarity::calendar {
namespace {

TEST(PageTest, BordersLieBetween511And512) {
  EXPECT_EQ(PageOf(0), 0);
  EXPECT_EQ(PageOf(511), 0);
  EXPECT_EQ(PageOf(512), 1);
  EXPECT_EQ(PageInterval(1), (Interval{512, 1024}));
}

TEST(PageTest, PagesBeforeTheEpochAreNegative) {
  EXPECT_EQ(PageOf(-1), -1);
  EXPECT_EQ(PageOf(-512), -1);
  EXPECT_EQ(PageOf(-513), -2);
  EXPECT_EQ(PageInterval(-1), (Interval{-512, 0}));
}

TEST(PageTest, AnIntervalTouchesThePagesOfItsTicks) {
  EXPECT_EQ(PagesOf({511, 512}).count, 1);
  EXPECT_EQ(PagesOf({511, 513}).count, 2);
  EXPECT_EQ(PagesOf({512, 1024}).first, 1);
  EXPECT_EQ(PagesOf({512, 1024}).count, 1);
  EXPECT_EQ(PagesOf({7, 7}).count, 0);
  EXPECT_EQ(PagesOf({9, 7}).count, 0);
  EXPECT_EQ(PagesOf({-1, 1}).first, -1);
}

TEST(Bits512Test, SetsAndClearsEveryRange) {
  for (int begin = 0; begin <= kPageTicks; begin += 7) {
    for (int end = begin; end <= kPageTicks; end += 5) {
      Bits512 set, cleared;
      cleared.Set(0, kPageTicks);
      set.Set(begin, end);
      cleared.Clear(begin, end);
      EXPECT_EQ(set.count(), end - begin);
      EXPECT_EQ(cleared.count(), kPageTicks - (end - begin));
      for (int bit = 0; bit < kPageTicks; ++bit) {
        ASSERT_EQ(set.Test(bit), begin <= bit && bit < end) << begin << " " << end << " " << bit;
        ASSERT_NE(set.Test(bit), cleared.Test(bit)) << begin << " " << end << " " << bit;
      }
    }
  }
}

TEST(Bits512Test, SerialisesTheFirstTickIntoTheLowestBitOfTheFirstByte) {
  Bits512 bits;
  bits.Set(0, 1);
  bits.Set(10, 12);
  bits.Set(511, 512);
  const std::string bytes = bits.ToBytes();
  ASSERT_EQ(bytes.size(), kPageBytes);
  EXPECT_EQ(bytes[0], '\x01');
  EXPECT_EQ(bytes[1], '\x0c');
  EXPECT_EQ(bytes[63], '\x80');
  const auto read = Bits512::FromBytes(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, bits);
}

TEST(Bits512Test, RefusesBytesOfAnotherLength) {
  EXPECT_EQ(Bits512::FromBytes("").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Bits512::FromBytes(std::string(65, 'x')).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(PageMaskTest, CoversThePartOfAnIntervalWithinThePage) {
  EXPECT_EQ(PageMask(0, {500, 600}).count(), 12);
  EXPECT_EQ(PageMask(1, {500, 600}).count(), 88);
  EXPECT_TRUE(PageMask(1, {500, 600}).Test(0));
  EXPECT_FALSE(PageMask(2, {500, 600}).any());
  EXPECT_EQ(PageMask(-1, {-1000, 1000}).count(), kPageTicks);
}

}  // namespace
}  // namespace clarity::calendar
