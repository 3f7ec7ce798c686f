#ifndef CLARITY_SERVICES_SCHEDULING_SEARCH_SLOT_EXPLAINER_H_
#define CLARITY_SERVICES_SCHEDULING_SEARCH_SLOT_EXPLAINER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/booking/calendar_cache.h"
#include "services/scheduling/booking/placement.h"
#include "services/scheduling/catalog/catalog_store.h"

namespace clarity::scheduling {

// Says why a start is possible or not. For Door::Compute, and for the refusals of Door::Write.
class SlotExplainer {
 public:
  // All outlive it.
  SlotExplainer(storage::Database* database, catalog::CatalogStore* catalog, CalendarCache* cache)
      : database_(database), catalog_(catalog), cache_(cache) {}

  absl::Status ExplainSlot(const rpc::Call& call, const v1::ExplainSlotRequest& request,
                           v1::ExplainSlotResponse* reply);

  // Adds to the refusal of a wish what stands in its way, and up to five other starts nearby. Other
  // errors are left alone.
  void ExplainRefusal(const rpc::Call& call, const Wish& wish, const std::string& order,
                      const std::string& moved_appointment, absl::Status* refusal);

 private:
  absl::StatusOr<v1::ExplainSlotResponse> Explain(const rpc::Call& call, const Wish& wish,
                                                  const std::string& order,
                                                  const std::string& moved_appointment);

  storage::Database* const database_;
  catalog::CatalogStore* const catalog_;
  CalendarCache* const cache_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_SEARCH_SLOT_EXPLAINER_H_
