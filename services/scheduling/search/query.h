#ifndef CLARITY_SERVICES_SCHEDULING_SEARCH_QUERY_H_
#define CLARITY_SERVICES_SCHEDULING_SEARCH_QUERY_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/platform/rpc/call.h"
#include "services/scheduling/booking/selection.h"
#include "services/scheduling/calendar/tick.h"
#include "services/scheduling/catalog/snapshot.h"

// What a SlotQuery asks for, read from the message.
namespace clarity::scheduling {

struct ClinicAt {
  int clinic = 0;
  std::optional<double> distance_km;
};

// The clinics it names, or those near its point that the caller may see, the nearest first.
// INVALID_ARGUMENT for both or neither; NOT_FOUND.
absl::StatusOr<std::vector<ClinicAt>> ClinicsOf(const rpc::Call& call,
                                                const catalog::Snapshot& snapshot,
                                                const v1::SlotQuery& query);

// Its window in ticks, without the past. INVALID_ARGUMENT when it is backwards or too long.
absl::StatusOr<calendar::Interval> WindowOf(const v1::SlotQuery& query, absl::Time now);

Selection SelectionOf(const v1::SlotQuery& query);

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_SEARCH_QUERY_H_
