#ifndef CLARITY_SERVICES_SCHEDULING_SEARCH_OPENINGS_H_
#define CLARITY_SERVICES_SCHEDULING_SEARCH_OPENINGS_H_

#include "absl/status/status.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/booking/calendar_cache.h"
#include "services/scheduling/catalog/catalog_store.h"

namespace clarity::scheduling {

// How much is open, and when the next openings are. For Door::Compute.
class Openings {
 public:
  // All outlive it.
  Openings(storage::Database* database, catalog::CatalogStore* catalog, CalendarCache* cache)
      : database_(database), catalog_(catalog), cache_(cache) {}

  absl::Status CountSlots(const rpc::Call& call, const v1::CountSlotsRequest& request,
                          v1::CountSlotsResponse* reply);
  absl::Status FindNextAvailable(const rpc::Call& call, const v1::FindNextAvailableRequest& request,
                                 v1::FindNextAvailableResponse* reply);

 private:
  storage::Database* const database_;
  catalog::CatalogStore* const catalog_;
  CalendarCache* const cache_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_SEARCH_OPENINGS_H_
