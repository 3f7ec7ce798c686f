#ifndef CLARITY_SERVICES_SCHEDULING_SEARCH_WANTED_TIMES_H_
#define CLARITY_SERVICES_SCHEDULING_SEARCH_WANTED_TIMES_H_

#include "absl/time/time.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/scheduling/calendar/bitmap.h"

namespace clarity::scheduling {

// The ticks of `window` at which a caller wants visits to start: on the days of the week and at
// the times of day of the query, on the clinic's clock.
calendar::Bitmap WantedTimes(const v1::SlotQuery& query, calendar::Interval window,
                             absl::TimeZone zone);

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_SEARCH_WANTED_TIMES_H_
