#ifndef CLARITY_SERVICES_SCHEDULING_CALENDAR_ASSIGN_H_
#define CLARITY_SERVICES_SCHEDULING_CALENDAR_ASSIGN_H_

#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "services/scheduling/calendar/visit.h"

namespace clarity::calendar {

// Who fills what: `resources[n]` are the `needs[n].count` resources that fill need n. Made for
// every slot of a page: kept without allocating as long as it is small.
struct Assignment {
  using Chosen = absl::InlinedVector<int, 4>;
  absl::InlinedVector<Chosen, 4> resources;

  friend bool operator==(const Assignment& a, const Assignment& b) {
    return a.resources == b.resources;
  }
};

// Whether `resource` can fill a unit of `need` at the start in question. Asked only when the
// answer matters and at most once for each pair, so it may read from the store. After a failed
// read it answers false, and its owner knows that the result says nothing.
using FitsFn = absl::FunctionRef<bool(int need, int resource)>;

// Fills all units of all needs with different resources, or finds that nobody can (maximum
// bipartite matching). Candidates are tried in the order of `preference[n]`, a permutation of
// needs[n].eligible, or of `eligible` itself if `preference` is empty. The needs choose in their
// own order; one that has chosen moves on only if a later one could not be filled otherwise.
// The same questions and answers give the same assignment.
std::optional<Assignment> Assign(const Visit& visit, FitsFn fits,
                                 const std::vector<std::vector<int>>& preference = {});

}  // namespace clarity::calendar

#endif  // CLARITY_SERVICES_SCHEDULING_CALENDAR_ASSIGN_H_
