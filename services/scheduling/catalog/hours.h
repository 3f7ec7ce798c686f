#ifndef CLARITY_SERVICES_SCHEDULING_CATALOG_HOURS_H_
#define CLARITY_SERVICES_SCHEDULING_CATALOG_HOURS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/catalog.pb.h"
#include "services/platform/base/mutex.h"
#include "services/scheduling/calendar/bitmap.h"
#include "services/scheduling/calendar/page.h"
#include "services/scheduling/calendar/recurrence.h"
#include "services/scheduling/calendar/tick.h"

// From the local rules of the catalog to the engine's ticks.
namespace clarity::scheduling::catalog {

// Longer than any date of the catalog reaches: 1900 to 2200.
inline constexpr calendar::Interval kAlways = {-(calendar::Tick{1} << 40), calendar::Tick{1} << 40};

calendar::AvailabilityRule RuleOf(const v1::Availability& availability);

// What rows of availability say, absences and holidays aside, kept for the rows that say the same:
// most people of a clinic keep its hours, and to expand a recurrence costs more than all the rest.
// Safe for any number of threads.
class ShiftCache {
 public:
  calendar::Bitmap Get(const v1::Availability& row, absl::TimeZone zone, calendar::Interval window);

 private:
  static constexpr size_t kKeptMax = 64;  // 4 KiB each

  base::Mutex mutex_;
  absl::flat_hash_map<std::string, calendar::Bitmap> shifts_ ABSL_GUARDED_BY(mutex_);
};

// What a resource is open at a clinic (its rooms, or its telehealth) in these pages: all its rows
// that speak of the place, less its absences, less the clinic's holidays.
//
// An absence without a zone is in the zone of the row it cuts, so that "away until noon" means
// the noon of each place.
calendar::Bitmap OpenHours(const v1::Resource& resource, const v1::Clinic& clinic,
                           v1::Modality modality, calendar::PageRange pages, ShiftCache* shifts);

// Why a resource is not open at a place: its own rules, or what takes time out of them.
struct ClosedReason {
  enum class Kind { kHours, kAbsence, kHoliday };

  Kind kind = Kind::kHours;
  std::string detail;  // the absence's reason, for staff only; the holiday's name; or empty
};

// `tick` is not open there.
ClosedReason WhyClosed(const v1::Resource& resource, const v1::Clinic& clinic,
                       v1::Modality modality, calendar::Tick tick);

// When its licences for the jurisdiction are valid, on the calendar of `zone`: sorted, and neither
// touching nor overlapping, for a renewal leaves no gap.
std::vector<calendar::Interval> LicencePeriods(const v1::Resource& resource,
                                               absl::string_view jurisdiction, absl::TimeZone zone);

}  // namespace clarity::scheduling::catalog

#endif  // CLARITY_SERVICES_SCHEDULING_CATALOG_HOURS_H_
