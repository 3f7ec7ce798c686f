#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_HOLDS_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_HOLDS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/booking/calendar_cache.h"
#include "services/scheduling/booking/publisher.h"
#include "services/scheduling/catalog/catalog_store.h"
#include "services/scheduling/search/slot_explainer.h"

namespace clarity::scheduling {

// Keeping a time for a short while. For Door::Write.
class Holds {
 public:
  // All outlive it.
  Holds(catalog::CatalogStore* catalog, CalendarCache* cache, const Publisher* publisher,
        SlotExplainer* explainer, base::Random* random)
      : catalog_(catalog),
        cache_(cache),
        publisher_(publisher),
        explainer_(explainer),
        random_(random) {}

  absl::Status Create(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::CreateHoldRequest& request, v1::Hold* reply);
  void ExplainCreate(const rpc::Call& call, const v1::CreateHoldRequest& request,
                     absl::Status* refusal);
  absl::Status Renew(const rpc::Call& call, storage::Transaction& transaction,
                     const v1::RenewHoldRequest& request, v1::Hold* reply);
  absl::Status Release(const rpc::Call& call, storage::Transaction& transaction,
                       const v1::ReleaseHoldRequest& request, v1::ReleaseHoldResponse* reply);

 private:
  catalog::CatalogStore* const catalog_;
  CalendarCache* const cache_;
  const Publisher* const publisher_;
  SlotExplainer* const explainer_;
  base::Random* const random_;
};

// Removes holds whose time is over, and gives how many. They are in nobody's way; they only take up
// room.
absl::StatusOr<int64_t> SweepHolds(storage::Transaction& transaction, absl::Time now);

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_HOLDS_H_
