#ifndef CLARITY_SERVICES_SCHEDULING_SEARCH_SLOT_SEARCH_H_
#define CLARITY_SERVICES_SCHEDULING_SEARCH_SLOT_SEARCH_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/booking/calendar_cache.h"
#include "services/scheduling/catalog/catalog_store.h"
#include "services/scheduling/orders/order_use.h"
#include "services/scheduling/search/plan_search.h"
#include "services/scheduling/search/slot_form.h"

namespace clarity::scheduling {

// Finding times. For Door::Compute: it reads the search cache, and the store only for what is the
// caller's own.
class SlotSearch {
 public:
  // All outlive it.
  SlotSearch(storage::Database* database, catalog::CatalogStore* catalog, CalendarCache* cache)
      : database_(database), catalog_(catalog), cache_(cache) {}

  absl::Status FindSlots(const rpc::Call& call, const v1::FindSlotsRequest& request,
                         v1::FindSlotsResponse* reply);

 private:
  struct Own;

  // Fills in what the caller may see: the order the visit would consume, whoever the visit to be
  // moved is pinned to, and whom the patient knows.
  absl::Status ReadOwn(const rpc::Call& call, const v1::FindSlotsRequest& request, Own* own) const;

  storage::Database* const database_;
  catalog::CatalogStore* const catalog_;
  CalendarCache* const cache_;
  SlotForms forms_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_SEARCH_SLOT_SEARCH_H_
