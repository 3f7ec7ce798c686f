#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_DAY_BOARD_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_DAY_BOARD_H_

#include "absl/status/status.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/catalog/catalog_store.h"

namespace clarity::scheduling {

// One clinic on one day. For Door::Read.
class DayBoards {
 public:
  explicit DayBoards(catalog::CatalogStore* catalog) : catalog_(catalog) {}

  absl::Status Get(const rpc::Call& call, storage::Transaction& transaction,
                   const v1::GetDayBoardRequest& request, v1::DayBoard* reply);

 private:
  catalog::CatalogStore* const catalog_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_DAY_BOARD_H_
