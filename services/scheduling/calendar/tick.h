#ifndef CLARITY_SERVICES_SCHEDULING_CALENDAR_TICK_H_
#define CLARITY_SERVICES_SCHEDULING_CALENDAR_TICK_H_

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"

// The engine's time: ticks of 5 minutes since the Unix epoch. Ticks are absolute, so a day on
// which the clocks change is a day like any other. Local time exists at the edges only: in
// grid.h and recurrence.h.
namespace clarity::calendar {

using Tick = int64_t;

inline constexpr int kTickMinutes = 5;
inline constexpr absl::Duration kTickLength = absl::Minutes(kTickMinutes);
inline constexpr int kTicksPerDay = 24 * 60 / kTickMinutes;

// The tick that begins at `time`, or the last one that began before it.
inline Tick FloorTick(absl::Time time) {
  absl::Duration remainder;
  const Tick tick = absl::IDivDuration(time - absl::UnixEpoch(), kTickLength, &remainder);
  return remainder < absl::ZeroDuration() ? tick - 1 : tick;
}

inline absl::Time ToTime(Tick tick) { return absl::UnixEpoch() + tick * kTickLength; }

// The first tick that begins at `time` or after it.
inline Tick CeilTick(absl::Time time) {
  const Tick floor = FloorTick(time);
  return ToTime(floor) == time ? floor : floor + 1;
}

inline bool IsOnTick(absl::Time time) { return ToTime(FloorTick(time)) == time; }

// Half-open: `end` is the first tick that no longer belongs. Empty if begin >= end.
struct Interval {
  Tick begin = 0;
  Tick end = 0;

  bool empty() const { return begin >= end; }
  Tick ticks() const { return empty() ? 0 : end - begin; }
  bool Contains(Tick tick) const { return begin <= tick && tick < end; }
  bool Overlaps(Interval other) const {
    return std::max(begin, other.begin) < std::min(end, other.end);
  }

  friend bool operator==(Interval a, Interval b) { return a.begin == b.begin && a.end == b.end; }
  friend bool operator!=(Interval a, Interval b) { return !(a == b); }
};

// What both have in common; empty, and never backwards, if nothing.
inline Interval Intersection(Interval a, Interval b) {
  const Tick begin = std::max(a.begin, b.begin);
  return {begin, std::max(begin, std::min(a.end, b.end))};
}

}  // namespace clarity::calendar

#endif  // CLARITY_SERVICES_SCHEDULING_CALENDAR_TICK_H_
