#include "services/scheduling/calendar/search.h"

#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::calendar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Location kClinic = 0;
constexpr Location kElsewhere = 1;
constexpr PhaseUse kNone = {};
constexpr PhaseUse kPresent = {Mode::kPresent, 0};
constexpr PhaseUse kAll = {Mode::kClaim, 0};
constexpr PhaseUse kOne = {Mode::kClaim, 1};

// A small clinic: resources are added, then a visit is searched for in [0, 1000).
class SearchTest : public ::testing::Test {
 protected:
  // Its index.
  int Add(int capacity, Interval open, Location location = kClinic) {
    timelines_.emplace_back(capacity, PageRange{-1, 4});
    timelines_.back().Open(location, open);
    return static_cast<int>(timelines_.size()) - 1;
  }

  Timeline& timeline(int index) { return timelines_[index]; }

  std::vector<ResourceView> Views() const {
    std::vector<ResourceView> views;
    for (const Timeline& timeline : timelines_) views.push_back({&timeline, kClinic});
    return views;
  }

  std::vector<Interval> Search(const Visit& visit, Interval window = {0, 1000}) {
    EXPECT_TRUE(visit.Validate().ok()) << visit.Validate();
    Bitmap starts(window);
    starts.Set(window);
    const Bitmap feasible = Feasible(visit, Views(), starts, scratch_);
    std::vector<Interval> runs;
    for (auto t = feasible.Next(window.begin); t.has_value(); t = feasible.Next(*t + 1)) {
      if (!runs.empty() && runs.back().end == *t) {
        ++runs.back().end;
      } else {
        runs.push_back({*t, *t + 1});
      }
    }
    return runs;
  }

  std::vector<Timeline> timelines_;
  SearchScratch scratch_;
};

Visit VisitOf(std::vector<int> phase_ticks, std::vector<Need> needs) {
  Visit visit;
  visit.phase_ticks = std::move(phase_ticks);
  visit.needs = std::move(needs);
  return visit;
}

TEST_F(SearchTest, AVisitWithoutNeedsMayBeginAnywhere) {
  EXPECT_THAT(Search(VisitOf({5}, {})), ElementsAre(Interval{0, 1000}));
}

TEST_F(SearchTest, ANeedNobodyIsEligibleForIsNeverFilled) {
  EXPECT_THAT(Search(VisitOf({5}, {{{}, 1, {kOne}}})), IsEmpty());
}

TEST_F(SearchTest, StartsThatFitBeforeClosing) {
  Add(1, {100, 200});
  EXPECT_THAT(Search(VisitOf({10}, {{{0}, 1, {kOne}}})), ElementsAre(Interval{100, 191}));
  EXPECT_THAT(Search(VisitOf({100}, {{{0}, 1, {kOne}}})), ElementsAre(Interval{100, 101}));
  EXPECT_THAT(Search(VisitOf({101}, {{{0}, 1, {kOne}}})), IsEmpty());
}

TEST_F(SearchTest, StartsOnBothSidesOfAPageBorder) {
  Add(1, {400, 700});
  timeline(0).ApplyClaim({511, 512}, 1);
  EXPECT_THAT(Search(VisitOf({64}, {{{0}, 1, {kOne}}})),
              ElementsAre(Interval{400, 448}, Interval{512, 637}));
  timeline(0).RemoveClaim({511, 512}, 1);
  timeline(0).ApplyClaim({512, 513}, 1);
  EXPECT_THAT(Search(VisitOf({64}, {{{0}, 1, {kOne}}})),
              ElementsAre(Interval{400, 449}, Interval{513, 637}));
}

TEST_F(SearchTest, AVisitMayEndInThePageBehindTheWindow) {
  Add(1, {500, 600});
  EXPECT_THAT(Search(VisitOf({50}, {{{0}, 1, {kOne}}}), {490, 512}),
              ElementsAre(Interval{500, 512}));
}

TEST_F(SearchTest, TheLongestVisitReachesIntoTheNextPage) {
  Add(1, {500, 500 + kVisitTicksMax + 2});
  EXPECT_THAT(Search(VisitOf({kVisitTicksMax}, {{{0}, 1, {kOne}}})),
              ElementsAre(Interval{500, 503}));
  EXPECT_THAT(Search(VisitOf({kVisitTicksMax - 1, 1}, {{{0}, 1, {kNone, kOne}}})),
              ElementsAre(Interval{500 - kVisitTicksMax + 1, 503}));
}

TEST_F(SearchTest, ANeedHoldsItsResourceOnlyInItsPhases) {
  Add(1, {0, 100});
  Add(1, {0, 100});
  timeline(1).ApplyClaim({20, 60}, 1);
  // The second is needed in the first and the last ten ticks only.
  const Visit visit =
      VisitOf({10, 40, 10}, {{{0}, 1, {kOne, kOne, kOne}}, {{1}, 1, {kOne, kNone, kOne}}});
  EXPECT_THAT(Search(visit), ElementsAre(Interval{10, 11}));
}

TEST_F(SearchTest, OneResourceStaysForAllPhasesOfItsNeed) {
  Add(1, {0, 50});
  Add(1, {50, 100});
  // Each is there for one half; nobody for both.
  EXPECT_THAT(Search(VisitOf({10, 10}, {{{0, 1}, 1, {kOne, kOne}}})),
              ElementsAre(Interval{0, 31}, Interval{50, 81}));
}

TEST_F(SearchTest, OneToOneFirstThenOneShareOfFour) {
  const int nurse = Add(4, {0, 100});
  timeline(nurse).ApplyClaim({40, 60}, 1);
  // Dosing, one to one, must not overlap the other patient; observation may.
  EXPECT_THAT(Search(VisitOf({10, 20}, {{{nurse}, 1, {kAll, kOne}}})),
              ElementsAre(Interval{0, 31}, Interval{60, 71}));
  timeline(nurse).ApplyClaim({40, 60}, 3);
  EXPECT_THAT(Search(VisitOf({10, 20}, {{{nurse}, 1, {kAll, kOne}}})),
              ElementsAre(Interval{0, 11}, Interval{60, 71}));
}

TEST_F(SearchTest, MoreSharesThanTheResourceHasNeverFit) {
  Add(2, {0, 100});
  EXPECT_THAT(Search(VisitOf({10}, {{{0}, 1, {{Mode::kClaim, 3}}}})), IsEmpty());
  EXPECT_THAT(Search(VisitOf({10}, {{{0}, 1, {{Mode::kClaim, 2}}}})), ElementsAre(Interval{0, 91}));
}

TEST_F(SearchTest, PresenceAsksForSomebodyOnDutyNotForSomebodyFree) {
  Add(1, {20, 60});
  timeline(0).ApplyClaim({0, 100}, 1);
  EXPECT_THAT(Search(VisitOf({10}, {{{0}, 1, {kPresent}}})), ElementsAre(Interval{20, 51}));
  EXPECT_THAT(Search(VisitOf({10}, {{{0}, 1, {kOne}}})), IsEmpty());
}

TEST_F(SearchTest, AFloatingClinicianIsFoundWhereTheyAre) {
  Add(1, {0, 50}, kElsewhere);
  EXPECT_THAT(Search(VisitOf({10}, {{{0}, 1, {kOne}}})), IsEmpty());
  timeline(0).Open(kClinic, {60, 100});
  timeline(0).ApplyClaim({40, 70}, 1);
  EXPECT_THAT(Search(VisitOf({10}, {{{0}, 1, {kOne}}})), ElementsAre(Interval{70, 91}));
}

TEST_F(SearchTest, ACountOfTwoNeedsTwoAtTheSameTime) {
  Add(1, {0, 50});
  Add(1, {40, 100});
  Add(1, {45, 80});
  EXPECT_THAT(Search(VisitOf({5}, {{{0, 1, 2}, 2, {kOne}}})), ElementsAre(Interval{40, 76}));
  EXPECT_THAT(Search(VisitOf({5}, {{{0, 1, 2}, 3, {kOne}}})), ElementsAre(Interval{45, 46}));
  EXPECT_THAT(Search(VisitOf({5}, {{{0, 1, 2}, 4, {kOne}}})), IsEmpty());
}

TEST_F(SearchTest, TheSameResourceCannotFillTwoNeeds) {
  Add(1, {0, 100});
  const Visit visit = VisitOf({10}, {{{0}, 1, {kOne}}, {{0}, 1, {kPresent}}});
  EXPECT_THAT(Search(visit), IsEmpty());
}

TEST_F(SearchTest, CompetingNeedsAreMatched) {
  Add(1, {0, 100});  // prescriber and nurse at once
  Add(1, {0, 50});   // nurse
  Add(1, {50, 80});  // prescriber
  // Somebody to prescribe, 0 or 2, and somebody to watch, 0 or 1.
  const Visit visit = VisitOf({10}, {{{0, 2}, 1, {kOne}}, {{0, 1}, 1, {kOne}}});
  EXPECT_THAT(Search(visit), ElementsAre(Interval{0, 41}, Interval{50, 71}));
}

TEST_F(SearchTest, OnlyStartsThatAreAskedForAreFound) {
  Add(1, {0, 100});
  Bitmap starts({0, 90});
  starts.Set({5, 6});
  starts.Set({80, 84});
  const Bitmap feasible = Feasible(VisitOf({20}, {{{0}, 1, {kOne}}}), Views(), starts, scratch_);
  EXPECT_EQ(feasible.count(), 2);
  EXPECT_TRUE(feasible.Test(5));
  EXPECT_TRUE(feasible.Test(80));
}

TEST_F(SearchTest, BeyondTheTimelinesNothingIsFound) {
  Add(1, {-2000, 9000});  // covers [-512, 1536)
  EXPECT_THAT(Search(VisitOf({10}, {{{0}, 1, {kOne}}}), {-3000, 5000}),
              ElementsAre(Interval{-512, 1527}));
  EXPECT_THAT(Search(VisitOf({10, 5}, {{{0}, 1, {kNone, kOne}}}), {-3000, 5000}),
              ElementsAre(Interval{-522, 1522}));
}

TEST_F(SearchTest, SearchesOnlyNeedPagesOfTheStartsAndOneMore) {
  EXPECT_EQ(PagesToSearch({0, 512}).count, 2);
  EXPECT_EQ(PagesToSearch({0, 513}).count, 3);
  EXPECT_EQ(PagesToSearch({0, 0}).count, 0);
}

TEST_F(SearchTest, ExplainsWhyNobodyFits) {
  Add(1, {0, 100});
  Add(1, {0, 45});
  Add(4, {0, 100});
  timeline(0).ApplyClaim({30, 42}, 1);
  const Visit visit =
      VisitOf({10, 10}, {{{0, 1, 2}, 1, {kNone, {Mode::kClaim, 2}}}, {{0, 1}, 1, {kOne, kOne}}});
  const Explanation why = Explain(visit, Views(), 30);
  EXPECT_FALSE(why.feasible);
  EXPECT_FALSE(why.only_jointly_impossible);
  ASSERT_EQ(why.needs.size(), 2u);
  EXPECT_TRUE(why.needs[0].satisfiable);
  EXPECT_THAT(why.needs[0].fitting, ElementsAre(2));
  EXPECT_EQ(why.needs[0].obstacles[0].kind, Obstacle::Kind::kTooSmall);

  EXPECT_FALSE(why.needs[1].satisfiable);
  ASSERT_EQ(why.needs[1].obstacles.size(), 2u);
  EXPECT_EQ(why.needs[1].obstacles[0].kind, Obstacle::Kind::kTaken);
  EXPECT_EQ(why.needs[1].obstacles[0].when, (Interval{30, 42}));
  EXPECT_EQ(why.needs[1].obstacles[1].kind, Obstacle::Kind::kNotOpen);
  EXPECT_EQ(why.needs[1].obstacles[1].resource, 1);
  EXPECT_EQ(why.needs[1].obstacles[1].when, (Interval{45, 50}));
}

TEST_F(SearchTest, ExplainsThatNeedsCannotBeFilledTogether) {
  Add(1, {0, 100});
  const Visit visit = VisitOf({10}, {{{0}, 1, {kOne}}, {{0}, 1, {kPresent}}});
  const Explanation why = Explain(visit, Views(), 30);
  EXPECT_FALSE(why.feasible);
  EXPECT_TRUE(why.only_jointly_impossible);
  EXPECT_TRUE(why.needs[0].satisfiable);
  EXPECT_TRUE(why.needs[1].satisfiable);
}

TEST_F(SearchTest, ExplainsThatAStartIsFeasible) {
  Add(1, {0, 100});
  const Explanation why = Explain(VisitOf({10}, {{{0}, 1, {kOne}}}), Views(), 90);
  EXPECT_TRUE(why.feasible);
  EXPECT_FALSE(why.only_jointly_impossible);
}

}  // namespace
}  // namespace clarity::calendar
