#include "clients/callcenter/tool/held_times.h"

#include <string>

#include "clients/callcenter/tool/when.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

const absl::Time kHeldAt = absl::FromUnixSeconds(1'795'456'800);

scheduling::v1::Hold MadeAt(const std::string& name, absl::Time created, absl::Duration life) {
  scheduling::v1::Hold hold;
  hold.set_name(name);
  *hold.mutable_create_time() = ToProto(created);
  *hold.mutable_expire_time() = ToProto(created + life);
  return hold;
}

TEST(HeldTimes, LastAsLongAsTheServerSaysWhateverItsClockShows) {
  HeldTimes held;
  const absl::Time there = kHeldAt - absl::Minutes(7);  // its clock is behind
  scheduling::v1::Hold hold = MadeAt("holds/a", there, absl::Minutes(10));
  EXPECT_EQ(held.Add(hold, "", kHeldAt).expires, kHeldAt + absl::Minutes(10));
  *hold.mutable_expire_time() = ToProto(there + absl::Minutes(14));
  held.Renew(hold);
  EXPECT_EQ(held.times().front().expires, kHeldAt + absl::Minutes(14));
}

TEST(HeldTimes, TheFirstToLapseIsTheFirst) {
  HeldTimes held;
  EXPECT_EQ(held.Add(MadeAt("holds/a", kHeldAt, absl::Minutes(10)), "", kHeldAt).label, "h1");
  EXPECT_EQ(held.Add(MadeAt("holds/b", kHeldAt, absl::Minutes(5)), "", kHeldAt).label, "h2");
  EXPECT_EQ(held.times().front().label, "h2");
  EXPECT_EQ(held.Find("h1")->hold.name(), "holds/a");
  EXPECT_EQ(held.Find("holds/b")->label, "h2");
  held.Remove("holds/b");
  EXPECT_EQ(held.Find("h2"), nullptr);
  EXPECT_EQ(held.times().front().label, "h1");
}

TEST(HeldTimes, WarnOnceAndAgainAfterARenewal) {
  HeldTimes held;
  const auto hold = MadeAt("holds/a", kHeldAt, absl::Minutes(10));
  held.Add(hold, "", kHeldAt);
  EXPECT_TRUE(held.TakeEndingSoon(kHeldAt + absl::Minutes(7)).empty());
  EXPECT_EQ(held.TakeEndingSoon(kHeldAt + absl::Minutes(8)).size(), 1u);
  EXPECT_TRUE(held.TakeEndingSoon(kHeldAt + absl::Minutes(9)).empty());
  held.Renew(hold);
  EXPECT_EQ(held.TakeEndingSoon(kHeldAt + absl::Minutes(9)).size(), 1u);
}

TEST(HeldTimes, WhatHasLapsedIsHeldNoLonger) {
  HeldTimes held;
  held.Add(MadeAt("holds/a", kHeldAt, absl::Minutes(10)), "", kHeldAt);
  held.Add(MadeAt("holds/b", kHeldAt, absl::Minutes(20)), "", kHeldAt);
  const auto lapsed = held.TakeLapsed(kHeldAt + absl::Minutes(10));
  ASSERT_EQ(lapsed.size(), 1u);
  EXPECT_EQ(lapsed.front().label, "h1");
  EXPECT_EQ(held.times().size(), 1u);
}

}  // namespace
}  // namespace clarity::client
