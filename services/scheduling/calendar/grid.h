#ifndef CLARITY_SERVICES_SCHEDULING_CALENDAR_GRID_H_
#define CLARITY_SERVICES_SCHEDULING_CALENDAR_GRID_H_

#include "absl/time/time.h"
#include "services/scheduling/calendar/bitmap.h"
#include "services/scheduling/calendar/tick.h"

// The start grid of a visit type: at which local clock times it may begin. People read clocks,
// so a grid of 30 minutes means :00 and :30 in Kathmandu too, and on the day the clocks change.
namespace clarity::calendar {

// The ticks of the window at which the local clock shows a multiple of `grid_minutes` (1..1440)
// after midnight.
Bitmap GridMask(Interval window, absl::TimeZone zone, int grid_minutes);

bool IsOnGrid(Tick tick, absl::TimeZone zone, int grid_minutes);

}  // namespace clarity::calendar

#endif  // CLARITY_SERVICES_SCHEDULING_CALENDAR_GRID_H_
