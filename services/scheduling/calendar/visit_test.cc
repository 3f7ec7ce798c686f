#include "services/scheduling/calendar/visit.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::calendar {
namespace {

using ::testing::HasSubstr;

constexpr PhaseUse kNone = {};
constexpr PhaseUse kPresent = {Mode::kPresent, 0};
constexpr PhaseUse kAll = {Mode::kClaim, 0};
constexpr PhaseUse kOne = {Mode::kClaim, 1};

Visit ThreePhases(std::vector<PhaseUse> uses) {
  Visit visit;
  visit.phase_ticks = {2, 3, 5};
  visit.needs.push_back({{0, 1}, 1, std::move(uses)});
  return visit;
}

std::string Refusal(const Visit& visit) { return std::string(visit.Validate().message()); }

TEST(VisitTest, PhasesFollowEachOther) {
  const Visit visit = ThreePhases({kOne, kOne, kOne});
  EXPECT_EQ(visit.ticks(), 10);
  EXPECT_EQ(visit.PhaseInterval(0, 100), (Interval{100, 102}));
  EXPECT_EQ(visit.PhaseInterval(2, 100), (Interval{105, 110}));
}

TEST(VisitTest, LikePhasesJoinIntoOneStretch) {
  const Visit visit = ThreePhases({kAll, kAll, kOne});
  const auto stretches = StretchesOf(visit, visit.needs[0]);
  ASSERT_EQ(stretches.size(), 2u);
  EXPECT_EQ(stretches[0].At(100), (Interval{100, 105}));
  EXPECT_EQ(stretches[1].At(100), (Interval{105, 110}));
}

TEST(VisitTest, ASkippedPhaseParts) {
  const Visit visit = ThreePhases({kPresent, kNone, kPresent});
  const auto stretches = StretchesOf(visit, visit.needs[0]);
  ASSERT_EQ(stretches.size(), 2u);
  EXPECT_EQ(stretches[0].At(0), (Interval{0, 2}));
  EXPECT_EQ(stretches[1].At(0), (Interval{5, 10}));
}

TEST(VisitTest, AllSharesAreTheCapacity) {
  EXPECT_EQ(SharesTaken(kAll, 4), 4);
  EXPECT_EQ(SharesTaken(kOne, 4), 1);
  EXPECT_EQ(SharesTaken(kPresent, 4), 0);
  EXPECT_EQ(SharesTaken(kNone, 4), 0);
}

TEST(VisitTest, AcceptsWhatIsInOrder) {
  EXPECT_TRUE(ThreePhases({kOne, kNone, kPresent}).Validate().ok());
  Visit nobody;  // nothing but time
  nobody.phase_ticks = {kVisitTicksMax};
  EXPECT_TRUE(nobody.Validate().ok());
}

TEST(VisitTest, RefusesWhatIsNot) {
  EXPECT_THAT(Refusal(Visit()), HasSubstr("must last"));
  EXPECT_THAT(Refusal(ThreePhases({kOne})), HasSubstr("need 0: it must say for each phase"));
  EXPECT_THAT(Refusal(ThreePhases({kNone, kNone, kNone})), HasSubstr("skips all phases"));
  EXPECT_THAT(Refusal(ThreePhases({kOne, kOne, {Mode::kClaim, -1}})), HasSubstr("shares"));
  EXPECT_THAT(Refusal(ThreePhases({kOne, kOne, {Mode::kPresent, 1}})), HasSubstr("shares"));

  Visit visit = ThreePhases({kOne, kOne, kOne});
  visit.phase_ticks[1] = 0;
  EXPECT_THAT(Refusal(visit), HasSubstr("a tick or more"));
  visit.phase_ticks[1] = kVisitTicksMax;
  EXPECT_THAT(Refusal(visit), HasSubstr("must last"));
  visit.phase_ticks.assign(kVisitPhasesMax + 1, 1);
  EXPECT_THAT(Refusal(visit), HasSubstr("phases"));

  visit = ThreePhases({kOne, kOne, kOne});
  visit.needs[0].eligible = {1, 0};
  EXPECT_THAT(Refusal(visit), HasSubstr("sorted"));
  visit.needs[0].eligible = {1, 1};
  EXPECT_THAT(Refusal(visit), HasSubstr("distinct"));
  visit.needs[0].eligible = {-1};
  EXPECT_THAT(Refusal(visit), HasSubstr("not negative"));
  visit.needs[0].eligible = {0};
  visit.needs[0].count = 0;
  EXPECT_THAT(Refusal(visit), HasSubstr("count"));
  visit.needs[0].count = kVisitUnitsMax;
  visit.needs.push_back(visit.needs[0]);
  EXPECT_THAT(Refusal(visit), HasSubstr("resources, not 64"));
}

}  // namespace
}  // namespace clarity::calendar
