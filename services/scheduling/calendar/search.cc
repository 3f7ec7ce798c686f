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
// Two weeks, wherever they begin: fewer would take longer for the usual window, more for a longer.
constexpr size_t kPagesAtATime = 9;

// One search: the starts that remain are narrowed by one need after the other.
class Search {
 public:
  Search(const Visit& visit, absl::Span<const ResourceView> resources, const Bitmap& starts,
         SearchScratch& scratch, FirstFits* first_fits);

  Bitmap Run();

 private:
  // A need and what the search has found out about its place among the others.
  struct Plan {
    const Need* need;
    size_t index;  // of the need in the visit
    Stretches stretches;
    int group;       // needs with resources in common, directly or through others, share a group
    int enough;      // so many fitting resources that matching cannot fail for want of this need
    bool contested;  // the group has other needs
  };

  void GroupNeeds();
  void PrepareFirstFits();
  void Narrow(const Plan& plan);
  void DropNeverOpen(const Plan& plan);
  void CountEach(const Plan& plan, size_t first, size_t count);
  bool SetRows(const Plan& plan, const ResourceView& resource, size_t first);
  void MatchUncertain();

  size_t pages() const { return static_cast<size_t>(remaining_.range().count); }

  const absl::Span<const ResourceView> resources_;
  SearchScratch& scratch_;
  FirstFits* const first_fits_;
  Bitmap remaining_;
  std::vector<Plan> plans_;
};

Search::Search(const Visit& visit, absl::Span<const ResourceView> resources, const Bitmap& starts,
               SearchScratch& scratch, FirstFits* first_fits)
    : resources_(resources), scratch_(scratch), first_fits_(first_fits), remaining_(starts) {
  plans_.reserve(visit.needs.size());
  for (const Need& need : visit.needs) {
    assert(need.eligible.empty() || static_cast<size_t>(need.eligible.back()) < resources.size());
    plans_.push_back({&need, plans_.size(), StretchesOf(visit, need), 0, need.count, false});
    // The longest first: where it is not free, the others are not looked at.
    Stretches& stretches = plans_.back().stretches;
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
  PrepareFirstFits();
  scratch_.certain.assign(remaining_.pages(), remaining_.pages() + pages());
  for (const Plan& plan : plans_) {
    if (!remaining_.any()) return std::move(remaining_);
    Narrow(plan);
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

void Search::PrepareFirstFits() {
  if (first_fits_ == nullptr) return;
  first_fits_->range = remaining_.range();
  first_fits_->contested =
      std::any_of(plans_.begin(), plans_.end(), [](const Plan& plan) { return plan.contested; });
  first_fits_->rows.resize(plans_.size());
  for (const Plan& plan : plans_) {
    first_fits_->rows[plan.index].assign(plan.need->eligible.size() * pages(), Bits512());
  }
}

// Some pages at a time: where all starts of those have enough, the others need not be looked at.
void Search::Narrow(const Plan& plan) {
  DropNeverOpen(plan);
  for (size_t first = 0; first < pages(); first += kPagesAtATime) {
    const size_t count = std::min(pages() - first, kPagesAtATime);
    CountEach(plan, first, count);
    const Bits512* sufficient = scratch_.at_least.data() + (plan.need->count - 1) * count;
    const Bits512* enough = scratch_.at_least.data() + (plan.enough - 1) * count;
    for (size_t page = 0; page < count; ++page) {
      for (int w = 0; w < 8; ++w) {
        remaining_.pages()[first + page].words[w] &= sufficient[page].words[w];
        scratch_.certain[first + page].words[w] &= enough[page].words[w];
      }
    }
  }
}

// Drops the starts at which nobody is open long enough: one cheap look at all of them together.
// Without it nights, and the last hours of each day, would be looked for at every single one.
void Search::DropNeverOpen(const Plan& plan) {
  const PageRange range = PagesToSearch(remaining_.window());
  scratch_.open.assign(static_cast<size_t>(range.count), Bits512());
  for (int index : plan.need->eligible) {
    const Timeline& timeline = *resources_[index].timeline;
    const Bits512* open = timeline.OpenRow(resources_[index].location);
    const PageIndex first = std::max(range.first, timeline.pages().first);
    const PageIndex end = std::min(range.end(), timeline.pages().end());
    if (open == nullptr || first >= end) continue;
    AddRow(open + (first - timeline.pages().first), static_cast<int>(end - first),
           scratch_.open.data() + (first - range.first));
  }
  FreeRows& rows = scratch_.rows;
  rows.first = 0;
  rows.end = range.count;
  rows.stretches.clear();
  for (const Stretch& stretch : plan.stretches) {
    rows.stretches.push_back({scratch_.open.data(), nullptr, stretch.offset, stretch.length});
  }
  KeepFitting(rows, remaining_.range().count, remaining_.pages(), scratch_.tally);
}

// Goes through the eligible resources until every remaining start of `count` pages has enough.
void Search::CountEach(const Plan& plan, size_t first, size_t count) {
  scratch_.at_least.assign(count * plan.enough, Bits512());
  scratch_.fitting.resize(count);
  const Tally tally = {static_cast<int>(count), remaining_.pages() + first,
                       scratch_.at_least.data(), plan.enough};
  const std::vector<int>& eligible = plan.need->eligible;
  for (size_t i = 0; i < eligible.size(); ++i) {
    if (!SetRows(plan, resources_[eligible[i]], first)) continue;
    Bits512* const fitting = first_fits_ == nullptr
                                 ? scratch_.fitting.data()
                                 : &first_fits_->rows[plan.index][i * pages() + first];
    if (!CountResource(scratch_.rows, tally, fitting, scratch_.tally)) break;
  }
}

// Where the resource is free for each stretch, from the page `first` of the starts on; false if
// there is one for which it never is.
bool Search::SetRows(const Plan& plan, const ResourceView& resource, size_t first) {
  const Timeline& timeline = *resource.timeline;
  const Bits512* open = timeline.OpenRow(resource.location);
  if (open == nullptr) return false;
  FreeRows& rows = scratch_.rows;
  rows.first = static_cast<int>(timeline.pages().first - remaining_.range().first -
                                static_cast<PageIndex>(first));
  rows.end = rows.first + timeline.pages().count;
  rows.stretches.clear();
  for (const Stretch& stretch : plan.stretches) {
    const int shares = SharesTaken(stretch.use, timeline.capacity());
    if (shares > timeline.capacity()) return false;
    const Bits512* used =
        shares == 0 ? nullptr : timeline.UsedRow(timeline.capacity() - shares + 1);
    rows.stretches.push_back({open, used, stretch.offset, stretch.length});
  }
  return true;
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
      return Fits(contestants[need]->stretches, resources_[resource], *start);
    };
    if (!Assign(contest, fits).has_value()) remaining_.Clear({*start, *start + 1});
  }
}

Obstacle FindObstacle(const Stretches& stretches, int index, const ResourceView& resource,
                      Tick start) {
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
                SearchScratch& scratch, FirstFits* first_fits) {
  return Search(visit, resources, starts, scratch, first_fits).Run();
}

std::optional<Assignment> AssignFirst(const FirstFits& first_fits, const Visit& visit, Tick start) {
  assert(!first_fits.contested);
  const PageIndex page = PageOf(start);
  if (!first_fits.range.Contains(page)) return std::nullopt;
  Assignment assignment;
  for (size_t n = 0; n < visit.needs.size(); ++n) {
    Assignment::Chosen& chosen = assignment.resources.emplace_back();
    const Bits512* row = first_fits.rows[n].data() + (page - first_fits.range.first);
    for (const int resource : visit.needs[n].eligible) {
      if (row->Test(static_cast<int>(start - page * kPageTicks))) chosen.push_back(resource);
      row += first_fits.range.count;
    }
    if (chosen.size() < static_cast<size_t>(visit.needs[n].count)) return std::nullopt;
  }
  return assignment;
}

bool Fits(const Stretches& need, const ResourceView& resource, Tick start) {
  const Timeline& timeline = *resource.timeline;
  return std::all_of(need.begin(), need.end(), [&](const Stretch& stretch) {
    return timeline.IsFree(resource.location, stretch.At(start),
                           SharesTaken(stretch.use, timeline.capacity()));
  });
}

Explanation Explain(const Visit& visit, absl::Span<const ResourceView> resources, Tick start) {
  Explanation explanation;
  bool each_satisfiable = true;
  for (const Need& need : visit.needs) {
    const Stretches stretches = StretchesOf(visit, need);
    NeedExplanation& found = explanation.needs.emplace_back();
    for (int index : need.eligible) {
      if (Fits(stretches, resources[index], start)) {
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
