#include "services/scheduling/calendar/search.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <utility>

#include "services/scheduling/calendar/assign.h"
#include "services/scheduling/calendar/tally.h"

namespace clarity::calendar {
namespace {

constexpr int kNoNeed = -1;

bool FitsThroughout(const std::vector<Stretch>& stretches, const ResourceView& resource,
                    Tick start) {
  const Timeline& timeline = *resource.timeline;
  return std::all_of(stretches.begin(), stretches.end(), [&](const Stretch& stretch) {
    return timeline.IsFree(resource.location, stretch.At(start),
                           SharesTaken(stretch.use, timeline.capacity()));
  });
}

// One search: the starts that remain are narrowed by one need after the other.
class Search {
 public:
  Search(const Visit& visit, absl::Span<const ResourceView> resources, const Bitmap& starts,
         SearchScratch& scratch);

  Bitmap Run();

 private:
  // A need and what the search has found out about its place among the others.
  struct Plan {
    const Need* need;
    std::vector<Stretch> stretches;
    int group;       // needs with resources in common, directly or through others, share a group
    int enough;      // so many fitting resources that matching cannot fail for want of this need
    bool contested;  // the group has other needs
  };

  void GroupNeeds();
  void Narrow(const Plan& plan);
  void SetRows(const Plan& plan);
  bool SetStretches(const Plan& plan, const Timeline& timeline, FreeRows* rows) const;
  void DropNeverOpen(const Plan& plan);
  void CountFitting(const Plan& plan);
  void BeginTally(int levels);
  void MatchUncertain();

  size_t pages() const { return static_cast<size_t>(remaining_.range().count); }
  // The starts at which k resources or more fit the need at hand.
  Bits512* AtLeast(int k) { return scratch_.at_least.data() + (k - 1) * pages(); }

  const absl::Span<const ResourceView> resources_;
  SearchScratch& scratch_;
  Bitmap remaining_;
  std::vector<Plan> plans_;
  absl::Span<const FreeRows> rows_;  // of the need at hand, in scratch_
};

Search::Search(const Visit& visit, absl::Span<const ResourceView> resources, const Bitmap& starts,
               SearchScratch& scratch)
    : resources_(resources), scratch_(scratch), remaining_(starts) {
  plans_.reserve(visit.needs.size());
  for (const Need& need : visit.needs) {
    assert(need.eligible.empty() || static_cast<size_t>(need.eligible.back()) < resources.size());
    plans_.push_back({&need, StretchesOf(visit, need), 0, need.count, false});
    // The longest first: where it is not free, the others are not looked at.
    std::vector<Stretch>& stretches = plans_.back().stretches;
    std::stable_sort(stretches.begin(), stretches.end(),
                     [](const Stretch& a, const Stretch& b) { return a.length > b.length; });
  }
  // The choosiest first: it is cheap, and leaves the others less to look at.
  std::stable_sort(plans_.begin(), plans_.end(), [](const Plan& a, const Plan& b) {
    return a.need->eligible.size() < b.need->eligible.size();
  });
}

Bitmap Search::Run() {
  GroupNeeds();
  scratch_.certain.assign(remaining_.pages(), remaining_.pages() + pages());
  for (const Plan& plan : plans_) {
    Narrow(plan);
    if (!remaining_.any()) return remaining_;
  }
  MatchUncertain();
  return std::move(remaining_);
}

// Finds which needs compete. Those of a group can be served in their order whenever each has as
// many fitting resources as itself and all before it need together: then a start is certain, and
// only where somebody has fewer does the search have to match.
void Search::GroupNeeds() {
  scratch_.owner.assign(resources_.size(), kNoNeed);
  for (size_t i = 0; i < plans_.size(); ++i) {
    plans_[i].group = static_cast<int>(i);
    for (int resource : plans_[i].need->eligible) {
      int& owner = scratch_.owner[resource];
      if (owner == kNoNeed) owner = static_cast<int>(i);
      const int joined = plans_[owner].group;
      if (joined == plans_[i].group) continue;
      for (Plan& plan : plans_) {
        if (plan.group == joined) plan.group = plans_[i].group;
      }
    }
  }
  for (size_t i = 0; i < plans_.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (plans_[j].group != plans_[i].group) continue;
      plans_[i].enough += plans_[j].need->count;
      plans_[i].contested = plans_[j].contested = true;
    }
  }
}

void Search::Narrow(const Plan& plan) {
  SetRows(plan);
  DropNeverOpen(plan);
  CountFitting(plan);
  const Bits512* sufficient = AtLeast(plan.need->count);
  const Bits512* enough = AtLeast(plan.enough);
  for (size_t page = 0; page < pages(); ++page) {
    for (int w = 0; w < 8; ++w) {
      remaining_.pages()[page].words[w] &= sufficient[page].words[w];
      scratch_.certain[page].words[w] &= enough[page].words[w];
    }
  }
}

// Collects when each eligible resource is free, of those that ever may be.
void Search::SetRows(const Plan& plan) {
  const size_t eligible = plan.need->eligible.size();
  if (scratch_.rows.size() < eligible) scratch_.rows.resize(eligible);
  size_t count = 0;
  for (int index : plan.need->eligible) {
    const Timeline& timeline = *resources_[index].timeline;
    FreeRows& rows = scratch_.rows[count];
    rows.open = timeline.OpenRow(resources_[index].location);
    if (rows.open == nullptr) continue;
    rows.first = static_cast<int>(timeline.pages().first - remaining_.range().first);
    rows.end = rows.first + timeline.pages().count;
    if (SetStretches(plan, timeline, &rows)) ++count;
  }
  rows_ = absl::MakeConstSpan(scratch_.rows).subspan(0, count);
}

// False if the resource is too small for one of them.
bool Search::SetStretches(const Plan& plan, const Timeline& timeline, FreeRows* rows) const {
  rows->stretches.clear();
  for (const Stretch& stretch : plan.stretches) {
    const int shares = SharesTaken(stretch.use, timeline.capacity());
    if (shares > timeline.capacity()) return false;
    const Bits512* used =
        shares == 0 ? nullptr : timeline.UsedRow(timeline.capacity() - shares + 1);
    rows->stretches.push_back({used, stretch.offset, stretch.length});
  }
  return true;
}

// Drops the starts at which nobody is open long enough: a look at all of them together. Without
// it, nights and the last hours of each day would be looked at in every single one.
void Search::DropNeverOpen(const Plan& plan) {
  BeginTally(1);
  scratch_.open.assign(pages() + 1, Bits512());
  for (const FreeRows& rows : rows_) AddOpen(rows, scratch_.tally.runs, scratch_.open.data());
  FreeRows together;
  together.end = remaining_.range().count + 1;
  together.open = scratch_.open.data();
  for (const Stretch& stretch : plan.stretches) {
    together.stretches.push_back({nullptr, stretch.offset, stretch.length});
  }
  CountResource(together, scratch_.tally);
  std::copy(AtLeast(1), AtLeast(1) + pages(), remaining_.pages());
}

// Goes through the resources until every remaining start has enough of them.
void Search::CountFitting(const Plan& plan) {
  BeginTally(plan.enough);
  for (size_t i = 0; i < rows_.size() && !scratch_.tally.runs.empty(); ++i) {
    CountResource(rows_[i], scratch_.tally);
    // Most starts find enough among the first few; so look after 1, 2, 4, 8 ... of them.
    if ((i & (i + 1)) == 0) FindRuns(&scratch_.tally);
  }
}

// Nobody is counted yet, and all remaining starts are in question.
void Search::BeginTally(int levels) {
  scratch_.at_least.assign(pages() * levels, Bits512());
  Tally& tally = scratch_.tally;
  tally.pages = remaining_.range().count;
  tally.starts = remaining_.pages();
  tally.at_least = scratch_.at_least.data();
  tally.levels = levels;
  FindRuns(&tally);
}

// Where competing needs have too few resources to be certain, only matching can tell.
void Search::MatchUncertain() {
  Bitmap uncertain = remaining_;
  for (size_t page = 0; page < pages(); ++page) {
    for (int w = 0; w < 8; ++w) {
      uncertain.pages()[page].words[w] &= ~scratch_.certain[page].words[w];
    }
  }
  if (!uncertain.any()) return;

  Visit contest;
  std::vector<const Plan*> contestants;
  for (const Plan& plan : plans_) {
    if (!plan.contested) continue;
    contest.needs.push_back(*plan.need);
    contestants.push_back(&plan);
  }
  for (auto start = uncertain.Next(uncertain.window().begin); start.has_value();
       start = uncertain.Next(*start + 1)) {
    const auto fits = [&](int need, int resource) {
      return FitsThroughout(contestants[need]->stretches, resources_[resource], *start);
    };
    if (!Assign(contest, fits).has_value()) remaining_.Clear({*start, *start + 1});
  }
}

Obstacle FindObstacle(const std::vector<Stretch>& stretches, int index,
                      const ResourceView& resource, Tick start) {
  const Timeline& timeline = *resource.timeline;
  for (const Stretch& stretch : stretches) {
    const Interval when = stretch.At(start);
    const int shares = SharesTaken(stretch.use, timeline.capacity());
    if (shares > timeline.capacity()) return {index, Obstacle::Kind::kTooSmall, when};
    if (const auto closed = timeline.FirstClosed(resource.location, when)) {
      return {index, Obstacle::Kind::kNotOpen, *closed};
    }
    if (shares == 0) continue;
    if (const auto taken = timeline.FirstTaken(when, shares)) {
      return {index, Obstacle::Kind::kTaken, *taken};
    }
  }
  assert(false);  // it fits
  return {};
}

}  // namespace

PageRange PagesToSearch(Interval starts) {
  PageRange range = PagesOf(starts);
  if (range.count > 0) ++range.count;
  return range;
}

Bitmap Feasible(const Visit& visit, absl::Span<const ResourceView> resources, const Bitmap& starts,
                SearchScratch& scratch) {
  return Search(visit, resources, starts, scratch).Run();
}

bool Fits(const Visit& visit, int need, const ResourceView& resource, Tick start) {
  return FitsThroughout(StretchesOf(visit, visit.needs[need]), resource, start);
}

Explanation Explain(const Visit& visit, absl::Span<const ResourceView> resources, Tick start) {
  Explanation explanation;
  bool each_satisfiable = true;
  for (const Need& need : visit.needs) {
    const std::vector<Stretch> stretches = StretchesOf(visit, need);
    NeedExplanation& found = explanation.needs.emplace_back();
    for (int index : need.eligible) {
      if (FitsThroughout(stretches, resources[index], start)) {
        found.fitting.push_back(index);
      } else {
        found.obstacles.push_back(FindObstacle(stretches, index, resources[index], start));
      }
    }
    found.satisfiable = found.fitting.size() >= static_cast<size_t>(need.count);
    each_satisfiable = each_satisfiable && found.satisfiable;
  }
  const auto fits = [&](int need, int resource) {
    const std::vector<int>& fitting = explanation.needs[need].fitting;
    return std::binary_search(fitting.begin(), fitting.end(), resource);
  };
  explanation.feasible = each_satisfiable && Assign(visit, fits).has_value();
  explanation.only_jointly_impossible = each_satisfiable && !explanation.feasible;
  return explanation;
}

}  // namespace clarity::calendar
