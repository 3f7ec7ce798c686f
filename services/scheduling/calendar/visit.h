#ifndef CLARITY_SERVICES_SCHEDULING_CALENDAR_VISIT_H_
#define CLARITY_SERVICES_SCHEDULING_CALENDAR_VISIT_H_

#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "services/scheduling/calendar/tick.h"

namespace clarity::calendar {

// A visit is a day at most: from any start, it ends in the same page or in the next.
inline constexpr int kVisitTicksMax = kTicksPerDay;
inline constexpr int kVisitPhasesMax = 16;
inline constexpr int kVisitUnitsMax = 32;  // the counts of all needs together

enum class Mode {
  kNone,     // the need skips the phase
  kClaim,    // takes shares of the resource
  kPresent,  // only asks that it is open: somebody on duty
};

// What a need asks of its resource during one phase.
struct PhaseUse {
  Mode mode = Mode::kNone;
  int shares = 0;  // kClaim only; 0 stands for all the resource has: one-to-one

  friend bool operator==(PhaseUse a, PhaseUse b) {
    return a.mode == b.mode && a.shares == b.shares;
  }
};

// `count` different resources out of `eligible`. One resource fills at most one unit of one
// need, and stays for all phases of that need.
struct Need {
  std::vector<int> eligible;  // sorted indices into the caller's resources
  int count = 1;
  std::vector<PhaseUse> phases;  // one for each phase of the visit
};

// The engine's view of a visit type: what it takes, from check-in to clean-up.
struct Visit {
  std::vector<int> phase_ticks;
  std::vector<Need> needs;

  int ticks() const;
  // When a phase takes place, of a visit that begins at `start`.
  Interval PhaseInterval(int phase, Tick start) const;

  // INVALID_ARGUMENT with a plain reason. Everything else takes validity for granted.
  absl::Status Validate() const;
};

// The shares a phase takes of a resource with that capacity. Zero for all modes but kClaim.
inline int SharesTaken(PhaseUse use, int capacity) {
  if (use.mode != Mode::kClaim) return 0;
  return use.shares == 0 ? capacity : use.shares;
}

// Consecutive phases that ask the same of a need's resource, taken together.
struct Stretch {
  int offset = 0;  // ticks from the start of the visit
  int length = 0;  // ticks
  PhaseUse use;    // never kNone

  Interval At(Tick start) const { return {start + offset, start + offset + length}; }
};

// Few, and made for each start that is looked at closely: kept without allocating.
using Stretches = absl::InlinedVector<Stretch, 4>;

Stretches StretchesOf(const Visit& visit, const Need& need);

}  // namespace clarity::calendar

#endif  // CLARITY_SERVICES_SCHEDULING_CALENDAR_VISIT_H_
