#include "services/platform/base/ids.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace clarity::base {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

TEST(IdsTest, AnIdIsTwentySixCharactersThatCanBeReadOutOnThePhone) {
  SystemRandom random;
  for (int i = 0; i < 100; ++i) {
    const std::string id = NewId(kNow, random);
    EXPECT_EQ(id.size(), 26u);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz"), std::string::npos) << id;
  }
}

TEST(IdsTest, IdsSortByTimeToTheMillisecond) {
  SeededRandom random(1);
  std::string previous = NewId(kNow, random);
  for (const absl::Duration step :
       {absl::Milliseconds(1), absl::Seconds(1), absl::Hours(1), absl::Hours(24 * 365 * 100)}) {
    const std::string next = NewId(kNow + step, random);
    EXPECT_LT(previous, next) << step;
    previous = next;
  }
}

TEST(IdsTest, IdsOfOneMillisecondDiffer) {
  SystemRandom random;
  std::set<std::string> ids;
  for (int i = 0; i < 10'000; ++i) ids.insert(NewId(kNow, random));
  EXPECT_EQ(ids.size(), 10'000u);
}

TEST(IdsTest, EveryRandomCharacterVaries) {
  SeededRandom random(1);
  std::set<char> seen[26];
  for (int i = 0; i < 1000; ++i) {
    const std::string id = NewId(kNow, random);
    for (int c = 0; c < 26; ++c) seen[c].insert(id[c]);
  }
  for (int c = 0; c < 10; ++c) EXPECT_EQ(seen[c].size(), 1u) << "time character " << c;
  for (int c = 10; c < 26; ++c) EXPECT_EQ(seen[c].size(), 32u) << "random character " << c;
}

TEST(IdsTest, TheSameSeedGivesTheSameIds) {
  SeededRandom one(7), same(7), other(8);
  const std::string id = NewId(kNow, one);
  EXPECT_EQ(id, NewId(kNow, same));
  EXPECT_NE(id, NewId(kNow, other));
}

}  // namespace
}  // namespace clarity::base
