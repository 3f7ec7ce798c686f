#include "services/scheduling/calendar/grid.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <numeric>

#include "absl/time/civil_time.h"

namespace clarity::calendar {
namespace {

constexpr int kMinutesPerDay = 24 * 60;

constexpr int64_t kTickSeconds = kTickMinutes * 60;
constexpr int64_t kDaySeconds = kMinutesPerDay * 60;

// A span of time during which the local clock keeps one distance from UTC.
struct Segment {
  Tick end;
  int utc_offset_seconds;
};

Segment SegmentAt(Tick begin, Tick end, absl::TimeZone zone) {
  const absl::Time time = ToTime(begin);
  const int utc_offset_seconds = zone.At(time).offset;
  absl::TimeZone::CivilTransition change;
  if (!zone.NextTransition(time, &change)) return {end, utc_offset_seconds};
  return {std::min(end, CeilTick(zone.At(change.to).trans)), utc_offset_seconds};
}

// Sets the grid times of one local day that fall on ticks. Its midnight is (or, if the clocks were
// never changed, would be) so many seconds after the epoch. In whole numbers: every search does
// this for each day of its window.
void SetDay(int64_t midnight, int grid_minutes, Interval within, Bitmap* mask) {
  const int step = std::lcm(grid_minutes, kTickMinutes);
  int minute = 0;
  while (minute < step && (midnight + minute * 60) % kTickSeconds != 0) minute += grid_minutes;
  if (minute >= std::min(step, kMinutesPerDay)) return;  // none does, on such a clock
  const int step_ticks = step / kTickMinutes;
  Tick first = (midnight + minute * 60) / kTickSeconds;
  const Tick end = first + (kMinutesPerDay - minute + kTickMinutes - 1) / kTickMinutes;
  if (first < within.begin) {
    first += (within.begin - first + step_ticks - 1) / step_ticks * step_ticks;
  }
  mask->SetEach({first, std::max(first, std::min(end, within.end))}, step_ticks);
}

}  // namespace

Bitmap GridMask(Interval window, absl::TimeZone zone, int grid_minutes) {
  assert(1 <= grid_minutes && grid_minutes <= kMinutesPerDay);
  Bitmap mask(window);
  Tick begin = window.begin;
  while (begin < window.end) {
    const Segment segment = SegmentAt(begin, window.end, zone);
    // Within the segment local time is UTC plus the offset, so days follow each other evenly.
    const int64_t local = begin * kTickSeconds + segment.utc_offset_seconds;
    const int64_t since_midnight = (local % kDaySeconds + kDaySeconds) % kDaySeconds;
    int64_t midnight = local - since_midnight - segment.utc_offset_seconds;
    for (; midnight < segment.end * kTickSeconds; midnight += kDaySeconds) {
      SetDay(midnight, grid_minutes, {begin, segment.end}, &mask);
    }
    begin = segment.end;
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
