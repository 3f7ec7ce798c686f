#include "services/scheduling/calendar/grid.h"

#include <algorithm>
#include <cassert>

#include "absl/time/civil_time.h"

namespace clarity::calendar {
namespace {

constexpr int kMinutesPerDay = 24 * 60;

// A span of time during which the local clock keeps one distance from UTC.
struct Segment {
  absl::Time end;
  absl::Duration utc_offset;
};

Segment SegmentAt(absl::Time time, absl::TimeZone zone) {
  const absl::Duration utc_offset = absl::Seconds(zone.At(time).offset);
  absl::TimeZone::CivilTransition change;
  if (!zone.NextTransition(time, &change)) return {absl::InfiniteFuture(), utc_offset};
  return {zone.At(change.to).trans, utc_offset};
}

// Sets the grid times of one local day, whose midnight is (or, if the clocks were never changed,
// would be) at `midnight`.
void SetDay(absl::Time midnight, int grid_minutes, Interval within, Bitmap* mask) {
  for (int minute = 0; minute < kMinutesPerDay; minute += grid_minutes) {
    const absl::Time time = midnight + absl::Minutes(minute);
    if (!IsOnTick(time)) continue;
    const Tick tick = FloorTick(time);
    if (within.Contains(tick)) mask->Set({tick, tick + 1});
  }
}

}  // namespace

Bitmap GridMask(Interval window, absl::TimeZone zone, int grid_minutes) {
  assert(1 <= grid_minutes && grid_minutes <= kMinutesPerDay);
  Bitmap mask(window);
  Tick begin = window.begin;
  while (begin < window.end) {
    const Segment segment = SegmentAt(ToTime(begin), zone);
    const Tick end = segment.end < ToTime(window.end) ? CeilTick(segment.end) : window.end;
    // Within the segment local time is UTC plus the offset, so days follow each other evenly.
    absl::Time local = ToTime(begin) + segment.utc_offset;
    absl::Time day = absl::UnixEpoch() + absl::Floor(local - absl::UnixEpoch(), absl::Hours(24));
    for (; day - segment.utc_offset < ToTime(end); day += absl::Hours(24)) {
      SetDay(day - segment.utc_offset, grid_minutes, {begin, end}, &mask);
    }
    begin = end;
  }
  return mask;
}

bool IsOnGrid(Tick tick, absl::TimeZone zone, int grid_minutes) {
  assert(1 <= grid_minutes && grid_minutes <= kMinutesPerDay);
  const absl::CivilSecond local = absl::ToCivilSecond(ToTime(tick), zone);
  const int minutes = local.hour() * 60 + local.minute();
  return local.second() == 0 && minutes % grid_minutes == 0;
}

}  // namespace clarity::calendar
