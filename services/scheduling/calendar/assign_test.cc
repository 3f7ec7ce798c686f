#include "services/scheduling/calendar/assign.h"

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::calendar {
namespace {

using ::testing::ElementsAre;
using Pairs = std::set<std::pair<int, int>>;  // (need, resource) that fit

Visit NeedsOf(std::vector<std::vector<int>> eligible, std::vector<int> counts = {}) {
  Visit visit;
  visit.phase_ticks = {1};
  for (size_t i = 0; i < eligible.size(); ++i) {
    visit.needs.push_back({eligible[i], counts.empty() ? 1 : counts[i], {{Mode::kClaim, 1}}});
  }
  return visit;
}

std::optional<Assignment> AssignAmong(const Visit& visit, const Pairs& fitting,
                                      const std::vector<std::vector<int>>& preference = {}) {
  return Assign(
      visit,
      [&](int need, int resource) {
        return fitting.count({need, resource}) > 0;
      },
      preference);
}

TEST(AssignTest, TakesThePreferredResourceThatFits) {
  const Visit visit = NeedsOf({{0, 1, 2}});
  EXPECT_THAT(AssignAmong(visit, {{0, 1}, {0, 2}})->resources, ElementsAre(ElementsAre(1)));
  EXPECT_THAT(AssignAmong(visit, {{0, 1}, {0, 2}}, {{2, 1, 0}})->resources,
              ElementsAre(ElementsAre(2)));
  EXPECT_EQ(AssignAmong(visit, {}), std::nullopt);
}

TEST(AssignTest, OneResourceFillsOneNeedOnly) {
  const Visit visit = NeedsOf({{7}, {7}});
  EXPECT_EQ(AssignAmong(visit, {{0, 7}, {1, 7}}), std::nullopt);
}

TEST(AssignTest, AnEarlierNeedMovesOnlyIfALaterOneCouldNotBeFilled) {
  const Visit visit = NeedsOf({{0, 1}, {0, 1}});
  EXPECT_THAT(AssignAmong(visit, {{0, 0}, {0, 1}, {1, 0}, {1, 1}})->resources,
              ElementsAre(ElementsAre(0), ElementsAre(1)));
  EXPECT_THAT(AssignAmong(visit, {{0, 0}, {0, 1}, {1, 0}})->resources,
              ElementsAre(ElementsAre(1), ElementsAre(0)));
}

TEST(AssignTest, MovesAlongAChain) {
  const Visit visit = NeedsOf({{0, 1}, {1, 2}, {2, 3}, {0}});
  Pairs fitting = {{0, 0}, {0, 1}, {1, 1}, {1, 2}, {2, 2}, {2, 3}, {3, 0}};
  EXPECT_THAT(AssignAmong(visit, fitting)->resources,
              ElementsAre(ElementsAre(1), ElementsAre(2), ElementsAre(3), ElementsAre(0)));
  fitting.erase({2, 3});
  EXPECT_EQ(AssignAmong(visit, fitting), std::nullopt);
}

TEST(AssignTest, ACountOfTwoTakesTwo) {
  const Visit visit = NeedsOf({{0, 1, 2}, {2}}, {2, 1});
  EXPECT_THAT(AssignAmong(visit, {{0, 0}, {0, 1}, {0, 2}, {1, 2}}, {{2, 1, 0}, {2}})->resources,
              ElementsAre(ElementsAre(1, 0), ElementsAre(2)));
  EXPECT_EQ(AssignAmong(visit, {{0, 0}, {0, 2}, {1, 2}}), std::nullopt);
}

TEST(AssignTest, AsksOnlyWhatMattersAndNothingTwice) {
  const Visit visit = NeedsOf({{0, 1, 2}, {0, 1, 2}}, {1, 1});
  std::vector<std::pair<int, int>> asked;
  ASSERT_TRUE(Assign(visit, [&](int need, int resource) {
                asked.emplace_back(need, resource);
                return true;
              }).has_value());
  EXPECT_THAT(asked, ElementsAre(std::pair(0, 0), std::pair(1, 1)));

  asked.clear();
  EXPECT_FALSE(Assign(visit, [&](int need, int resource) {
                 asked.emplace_back(need, resource);
                 return resource == 0;
               }).has_value());
  EXPECT_EQ(std::set(asked.begin(), asked.end()).size(), asked.size());
}

// All ways to fill the units from `unit` on, one after the other.
bool CanFill(const Visit& visit, const Pairs& fitting, const std::vector<int>& units, size_t unit,
             std::set<int>& taken) {
  if (unit == units.size()) return true;
  for (int resource : visit.needs[units[unit]].eligible) {
    if (taken.count(resource) || !fitting.count({units[unit], resource})) continue;
    taken.insert(resource);
    const bool filled = CanFill(visit, fitting, units, unit + 1, taken);
    taken.erase(resource);
    if (filled) return true;
  }
  return false;
}

TEST(AssignTest, SucceedsExactlyIfTryingEverythingDoes) {
  constexpr int kSeed = 4711;
  RecordProperty("seed", kSeed);
  std::mt19937 random(kSeed);
  const auto pick = [&](int n) { return static_cast<int>(random() % n); };
  int succeeded = 0;
  for (int round = 0; round < 5000; ++round) {
    std::vector<std::vector<int>> eligible(1 + pick(4)), preference;
    std::vector<int> counts, units;
    Pairs fitting;
    for (size_t need = 0; need < eligible.size(); ++need) {
      for (int resource = 0; resource < 7; ++resource) {
        if (pick(2) == 0) continue;
        eligible[need].push_back(resource);
        if (pick(3) > 0) fitting.insert({static_cast<int>(need), resource});
      }
      counts.push_back(1 + pick(2));
      units.insert(units.end(), counts.back(), static_cast<int>(need));
      preference.push_back(eligible[need]);
      std::shuffle(preference.back().begin(), preference.back().end(), random);
    }
    const Visit visit = NeedsOf(eligible, counts);
    const auto assignment = AssignAmong(visit, fitting, preference);
    std::set<int> taken;
    ASSERT_EQ(assignment.has_value(), CanFill(visit, fitting, units, 0, taken))
        << "seed " << kSeed << " round " << round;
    if (!assignment.has_value()) continue;
    ++succeeded;
    EXPECT_EQ(assignment, AssignAmong(visit, fitting, preference));
    for (size_t need = 0; need < counts.size(); ++need) {
      ASSERT_EQ(assignment->resources[need].size(), static_cast<size_t>(counts[need]));
      for (int resource : assignment->resources[need]) {
        EXPECT_TRUE(fitting.count({static_cast<int>(need), resource}));
        EXPECT_TRUE(taken.insert(resource).second) << "a resource fills two units";
      }
    }
  }
  EXPECT_GT(succeeded, 500);
}

}  // namespace
}  // namespace clarity::calendar
