#ifndef CLARITY_SERVICES_SCHEDULING_CALENDAR_SEARCH_H_
#define CLARITY_SERVICES_SCHEDULING_CALENDAR_SEARCH_H_

#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "services/scheduling/calendar/assign.h"
#include "services/scheduling/calendar/bitmap.h"
#include "services/scheduling/calendar/tally.h"
#include "services/scheduling/calendar/timeline.h"
#include "services/scheduling/calendar/visit.h"

namespace clarity::calendar {

// A resource as one search sees it: its timeline, at the place of the visit.
struct ResourceView {
  const Timeline* timeline = nullptr;
  Location location = 0;
};

// The pages that timelines have to cover for a search of these starts: a visit may end in the
// page after the one it starts in.
PageRange PagesToSearch(Interval starts);

// Memory a search works in, kept from one to the next so that it need not be allocated anew. One
// a thread. What is in it between two searches means nothing.
struct SearchScratch {
  FreeRows rows;  // of one resource
  TallyScratch tally;
  std::vector<Bits512> fitting;   // the starts from which one resource fits
  std::vector<Bits512> open;      // where anybody is
  std::vector<Bits512> at_least;  // how many fit, as in Tally
  std::vector<Bits512> certain;   // the starts that need no matching
  std::vector<int> owner;         // by resource, the first need it is eligible for
};

// Who fits first: what a search finds out on its way, for those who go on to ask about many of the
// starts it returned.
struct FirstFits {
  PageRange range;
  // By need of the visit, [i * range.count + page] for its i-th eligible resource: the starts at
  // which it is among the first to fit.
  std::vector<std::vector<Bits512>> rows;
  bool contested = false;  // needs compete: the first to fit is not always the one to take
};

// Those of `starts` from which the visit can be booked: all needs filled, by different resources.
// Exact: it agrees with Assign on every start. The indices in `visit` are of `resources`.
// `first_fits` may be null.
Bitmap Feasible(const Visit& visit, absl::Span<const ResourceView> resources, const Bitmap& starts,
                SearchScratch& scratch, FirstFits* first_fits = nullptr);

// What Assign finds, with the resources in the order of eligibility, for a start that such a search
// returned; nothing for another. At a fraction of the cost, but not where needs are contested.
std::optional<Assignment> AssignFirst(const FirstFits& first_fits, const Visit& visit, Tick start);

// Whether a resource can fill a unit of a need, which asks for these stretches, of a visit that
// begins at `start`.
bool Fits(const Stretches& need, const ResourceView& resource, Tick start);

// Why a resource cannot fill a need: the first obstacle on its way.
struct Obstacle {
  enum class Kind {
    kNotOpen,   // during `when` it is not open at the place
    kTaken,     // during `when` it has not the shares left
    kTooSmall,  // it never has as many shares
  };

  int resource = 0;
  Kind kind = Kind::kNotOpen;
  Interval when;
};

struct NeedExplanation {
  std::vector<int> fitting;         // the resources that could fill it, if it were alone
  std::vector<Obstacle> obstacles;  // one for each of the others
  bool satisfiable = false;         // `fitting` are as many as it needs
};

struct Explanation {
  bool feasible = false;
  // Each need alone could be filled, but not all of them by different resources.
  bool only_jointly_impossible = false;
  std::vector<NeedExplanation> needs;
};

// Why, or why not, a visit can begin at `start`.
Explanation Explain(const Visit& visit, absl::Span<const ResourceView> resources, Tick start);

}  // namespace clarity::calendar

#endif  // CLARITY_SERVICES_SCHEDULING_CALENDAR_SEARCH_H_
