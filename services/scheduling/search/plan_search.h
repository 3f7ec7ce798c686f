#ifndef CLARITY_SERVICES_SCHEDULING_SEARCH_PLAN_SEARCH_H_
#define CLARITY_SERVICES_SCHEDULING_SEARCH_PLAN_SEARCH_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/booking/calendar_cache.h"
#include "services/scheduling/booking/placement.h"
#include "services/scheduling/booking/selection.h"
#include "services/scheduling/calendar/bitmap.h"
#include "services/scheduling/calendar/search.h"
#include "services/scheduling/catalog/snapshot.h"

namespace clarity::scheduling {

// Time that is a caller's own matter, read from the store once a search.
struct OwnTime {
  std::vector<calendar::Interval> busy;  // of the patient
  std::string moved_appointment;         // what it has is not in its own way
  bool all_open = false;                 // the patient may have no more of the type
};

// Reads it. Either name may be empty. `window` bounds the starts of interest.
absl::StatusOr<OwnTime> ReadOwnTime(storage::Database& database, const v1::VisitType& type,
                                    const std::string& patient,
                                    const std::string& moved_appointment, calendar::Interval window,
                                    absl::Time now);

// The search for one visit type at one clinic, stretch by stretch of time.
class PlanSearch {
 public:
  // All outlive it. `selection` names resources of the catalog.
  PlanSearch(std::shared_ptr<const catalog::Snapshot> snapshot, const catalog::VisitPlan* plan,
             Selection selection, const OwnTime* own_time, absl::Time now)
      : snapshot_(std::move(snapshot)),
        plan_(plan),
        selection_(std::move(selection)),
        own_time_(own_time),
        now_(now) {}

  const catalog::VisitPlan& plan() const { return *plan_; }

  // The starts within `wanted` that can be booked. What the rules refuse is left out.
  absl::StatusOr<calendar::Bitmap> Starts(CalendarCache& cache, const calendar::Bitmap& wanted);
  // The same for starts among which AllowedStarts has chosen already.
  absl::StatusOr<calendar::Bitmap> StartsAmong(CalendarCache& cache,
                                               const calendar::Bitmap& allowed);

  // Who would take part: for a start that the last Starts returned.
  std::optional<Placement> At(calendar::Tick start) const;
  // The same with the clinicians who have the most time left on that day, who are pinned.
  std::optional<Placement> AtBalanced(calendar::Tick start) const;

  // Which needs fail at a start, on which resources, and because of what. Looks at the pages of
  // that start: call At for what Starts returned before.
  absl::StatusOr<std::vector<v1::Blocker>> BlockersAt(CalendarCache& cache, calendar::Tick start);

 private:
  absl::Status LoadTimelines(CalendarCache& cache, calendar::Interval starts);
  // One way to select, and who fits first in the starts that were found for it last.
  struct Way {
    SelectedVisit selected;
    calendar::FirstFits first_fits;
  };
  // The ways for a start; worked out once for each piece of the plan.
  absl::StatusOr<std::vector<Way>*> WaysFor(size_t piece);
  size_t PieceOf(calendar::Tick start) const;
  // The placement by the first way for which `assign` finds somebody.
  using AssignFn = absl::FunctionRef<std::optional<calendar::Assignment>(const Way& way)>;
  std::optional<Placement> ByFirstWay(calendar::Tick start, AssignFn assign) const;
  // For each need, its candidates in the order in which they are tried.
  using Preference = std::vector<std::vector<int>>;
  std::optional<calendar::Assignment> Match(const SelectedVisit& selected, calendar::Tick start,
                                            const Preference& preference) const;
  void ClearBusy(calendar::Bitmap* starts) const;
  v1::Blocker BlockerFor(const std::string& need, const calendar::Obstacle& obstacle) const;
  void AddUnlicensed(size_t piece, int need, std::vector<v1::Blocker>* blockers) const;

  std::shared_ptr<const catalog::Snapshot> snapshot_;
  const catalog::VisitPlan* plan_;
  Selection selection_;
  const OwnTime* own_time_;
  absl::Time now_;

  absl::flat_hash_map<size_t, std::vector<Way>> ways_;  // by piece
  std::vector<std::shared_ptr<const calendar::Timeline>> timelines_;
  std::vector<calendar::ResourceView> views_;  // into timelines_
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_SEARCH_PLAN_SEARCH_H_
