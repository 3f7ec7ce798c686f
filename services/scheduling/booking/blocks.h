#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_BLOCKS_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_BLOCKS_H_

#include "absl/status/status.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/booking/publisher.h"
#include "services/scheduling/catalog/catalog_store.h"

namespace clarity::scheduling {

// Keeping resources free of visits. For Door::Write.
class Blocks {
 public:
  // All outlive it.
  Blocks(catalog::CatalogStore* catalog, const Publisher* publisher, base::Random* random)
      : catalog_(catalog), publisher_(publisher), random_(random) {}

  absl::Status Create(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::CreateBlockRequest& request, v1::Block* reply);
  absl::Status Delete(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::DeleteBlockRequest& request, v1::DeleteBlockResponse* reply);

 private:
  catalog::CatalogStore* const catalog_;
  const Publisher* const publisher_;
  base::Random* const random_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_BLOCKS_H_
