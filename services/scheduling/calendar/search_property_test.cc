#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "services/scheduling/calendar/assign.h"
#include "services/scheduling/calendar/search.h"

// The search against a model that is obviously right: every tick a number, every question asked
// tick by tick, every assignment tried.
namespace clarity::calendar {
namespace {

constexpr Location kPlaces = 2;

struct ModelResource {
  int capacity = 1;
  Location location = 0;                // where the search looks for it
  std::vector<std::vector<bool>> open;  // by place and tick
  std::vector<int> used;                // by tick
};

// Ticks outside [begin, begin + size) are closed.
struct Model {
  Tick begin = 0;
  std::vector<ModelResource> resources;

  bool Fits(const Visit& visit, const Need& need, int index, Tick start) const {
    const ModelResource& resource = resources[index];
    Tick tick = start;
    for (size_t phase = 0; phase < visit.phase_ticks.size(); ++phase) {
      const PhaseUse use = need.phases[phase];
      for (int i = 0; i < visit.phase_ticks[phase]; ++i, ++tick) {
        if (use.mode == Mode::kNone) continue;
        const Tick at = tick - begin;
        if (at < 0 || at >= static_cast<Tick>(resource.used.size())) return false;
        if (!resource.open[resource.location][at]) return false;
        if (use.mode == Mode::kPresent) continue;
        const int shares = use.shares == 0 ? resource.capacity : use.shares;
        if (resource.used[at] + shares > resource.capacity) return false;
      }
    }
    return true;
  }

  bool CanFill(const Visit& visit, Tick start, size_t need, int unit, int first,
               std::set<int>& taken) const {
    if (need == visit.needs.size()) return true;
    if (unit == visit.needs[need].count) return CanFill(visit, start, need + 1, 0, 0, taken);
    // The units of one need are alike, so they are taken in rising order.
    for (int resource : visit.needs[need].eligible) {
      if (resource < first || taken.count(resource)) continue;
      if (!Fits(visit, visit.needs[need], resource, start)) continue;
      taken.insert(resource);
      const bool filled = CanFill(visit, start, need, unit + 1, resource + 1, taken);
      taken.erase(resource);
      if (filled) return true;
    }
    return false;
  }

  bool Feasible(const Visit& visit, Tick start) const {
    std::set<int> taken;
    return CanFill(visit, start, 0, 0, 0, taken);
  }
};

class SearchPropertyTest : public ::testing::TestWithParam<int> {
 protected:
  int Pick(int n) { return static_cast<int>(random_() % n); }

  // The same resources in the model and as timelines.
  void MakeResources(int count, Tick begin, int pages);
  Visit MakeVisit();
  Bitmap MakeStarts(Tick begin, int ticks);

  std::mt19937 random_{static_cast<uint32_t>(GetParam())};
  Model model_;
  std::vector<Timeline> timelines_;
};

void SearchPropertyTest::MakeResources(int count, Tick begin, int pages) {
  const int ticks = pages * kPageTicks;
  model_.begin = begin;
  for (int i = 0; i < count; ++i) {
    ModelResource resource;
    resource.capacity = Pick(3) == 0 ? 1 + Pick(kCapacityMax) : 1;
    resource.location = Pick(kPlaces);
    resource.open.assign(kPlaces, std::vector<bool>(ticks, false));
    resource.used.assign(ticks, 0);
    // Some timelines are shorter than the others; beyond them nothing is open.
    PageRange range = {PageOf(begin), pages};
    if (pages > 1 && Pick(4) == 0) range = {range.first + Pick(2), range.count - 1};
    Timeline timeline(resource.capacity, range);
    for (int shift = 0; shift < 2 + Pick(10); ++shift) {
      const Location place = Pick(kPlaces);
      const int from = Pick(ticks), to = std::min(ticks, from + 1 + Pick(300));
      timeline.Open(place, {begin + from, begin + to});
      std::fill(resource.open[place].begin() + from, resource.open[place].begin() + to, true);
    }
    for (int claim = 0; claim < Pick(20); ++claim) {
      const int from = Pick(ticks), to = std::min(ticks, from + 1 + Pick(60));
      const int shares = 1 + Pick(resource.capacity);
      timeline.ApplyClaim({begin + from, begin + to}, shares);
      for (int t = from; t < to; ++t) resource.used[t] += shares;
    }
    for (int t = 0; t < ticks; ++t) {
      if (range.Contains(PageOf(begin + t))) continue;
      for (std::vector<bool>& open : resource.open) open[t] = false;
    }
    model_.resources.push_back(resource);
    timelines_.push_back(timeline);
  }
}

Visit SearchPropertyTest::MakeVisit() {
  Visit visit;
  const int phases = 1 + Pick(4);
  const int longest = Pick(4) == 0 ? kVisitTicksMax / phases : 12;
  for (int i = 0; i < phases; ++i) visit.phase_ticks.push_back(1 + Pick(longest));
  const int needs = Pick(4);
  for (int i = 0; i < needs; ++i) {
    Need need;
    for (int r = 0; r < static_cast<int>(timelines_.size()); ++r) {
      if (Pick(2) == 0) need.eligible.push_back(r);
    }
    need.count = Pick(3) == 0 ? 2 : 1;
    for (int phase = 0; phase < phases; ++phase) {
      const Mode mode = static_cast<Mode>(Pick(3));
      const int shares = mode == Mode::kClaim ? Pick(3) : 0;
      need.phases.push_back({mode, shares});
    }
    if (need.phases[0].mode == Mode::kNone) need.phases[0] = {Mode::kClaim, 1};
    visit.needs.push_back(need);
  }
  return visit;
}

Bitmap SearchPropertyTest::MakeStarts(Tick begin, int ticks) {
  // Sometimes reaching beyond the timelines on either side.
  const Tick from = begin - 100 + Pick(ticks);
  Bitmap starts({from, from + 1 + Pick(ticks)});
  const int grid = 1 + Pick(4);
  for (Tick t = starts.window().begin; t < starts.window().end; t += grid) starts.Set({t, t + 1});
  return starts;
}

TEST_P(SearchPropertyTest, AgreesWithTryingEverything) {
  constexpr int kPages = 3;
  const Tick begin = PageInterval(Pick(100) - 50).begin;
  MakeResources(1 + Pick(7), begin, kPages);
  std::vector<ResourceView> views;
  for (size_t i = 0; i < timelines_.size(); ++i) {
    views.push_back({&timelines_[i], model_.resources[i].location});
  }
  SearchScratch scratch;
  for (int round = 0; round < 10; ++round) {
    const Visit visit = MakeVisit();
    ASSERT_TRUE(visit.Validate().ok()) << visit.Validate();
    const Bitmap starts = MakeStarts(begin, kPages * kPageTicks);
    FirstFits first_fits;
    const Bitmap feasible = Feasible(visit, views, starts, scratch, &first_fits);
    ASSERT_EQ(feasible.window(), starts.window());
    ASSERT_EQ(Feasible(visit, views, starts, scratch), feasible);
    for (Tick t = starts.window().begin; t < starts.window().end; ++t) {
      const bool expected = starts.Test(t) && model_.Feasible(visit, t);
      ASSERT_EQ(feasible.Test(t), expected)
          << "seed " << GetParam() << " round " << round << " start " << t;
      if (!starts.Test(t) || Pick(16) != 0) continue;
      const auto fits = [&](int need, int resource) {
        return Fits(StretchesOf(visit, visit.needs[need]), views[resource], t);
      };
      const auto assigned = Assign(visit, fits);
      ASSERT_EQ(assigned.has_value(), expected) << "seed " << GetParam();
      ASSERT_EQ(Explain(visit, views, t).feasible, expected) << "seed " << GetParam();
      if (first_fits.contested) continue;
      ASSERT_EQ(AssignFirst(first_fits, visit, t), assigned) << "seed " << GetParam();
    }
  }
}

// Many needs over few resources: where the search has to match.
TEST_P(SearchPropertyTest, AgreesWhereNeedsCompete) {
  const Tick begin = 0;
  MakeResources(5, begin, 1);
  std::vector<ResourceView> views;
  for (size_t i = 0; i < timelines_.size(); ++i) {
    timelines_[i].Open(model_.resources[i].location, {0, 300});
    auto& open = model_.resources[i].open[model_.resources[i].location];
    std::fill(open.begin(), open.begin() + 300, true);
    views.push_back({&timelines_[i], model_.resources[i].location});
  }
  Bitmap starts({0, kPageTicks});
  starts.Set({0, kPageTicks});
  SearchScratch scratch;
  for (int round = 0; round < 10; ++round) {
    Visit visit;
    visit.phase_ticks = {1 + Pick(8)};
    for (int i = 0; i < 2 + Pick(3); ++i) {
      Need need;
      for (int r = 0; r < 5; ++r) {
        if (Pick(5) < 3) need.eligible.push_back(r);
      }
      need.count = 1 + (Pick(4) == 0);
      need.phases = {{Mode::kClaim, Pick(2)}};
      visit.needs.push_back(need);
    }
    const Bitmap feasible = Feasible(visit, views, starts, scratch);
    for (Tick t = 0; t < kPageTicks; ++t) {
      ASSERT_EQ(feasible.Test(t), model_.Feasible(visit, t))
          << "seed " << GetParam() << " round " << round << " start " << t;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SearchPropertyTest, ::testing::Range(1, 151));

}  // namespace
}  // namespace clarity::calendar
