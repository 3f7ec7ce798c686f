#ifndef CLARITY_SERVICES_SCHEDULING_ORDERS_ORDERS_H_
#define CLARITY_SERVICES_SCHEDULING_ORDERS_ORDERS_H_

#include "absl/status/status.h"
#include "clarity/scheduling/v1/order_service.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/booking/publisher.h"
#include "services/scheduling/catalog/catalog_store.h"

namespace clarity::scheduling {

// What a clinician has permitted. Put and Revoke for Door::Write, Get and List for Door::Read.
class Orders {
 public:
  // Both outlive it.
  Orders(catalog::CatalogStore* catalog, const Publisher* publisher)
      : catalog_(catalog), publisher_(publisher) {}

  absl::Status Put(const rpc::Call& call, storage::Transaction& transaction,
                   const v1::PutOrderRequest& request, v1::PutOrderResponse* reply);
  absl::Status Revoke(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::RevokeOrderRequest& request, v1::RevokeOrderResponse* reply);
  absl::Status Get(const rpc::Call& call, storage::Transaction& transaction,
                   const v1::GetOrderRequest& request, v1::Order* reply);
  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListOrdersRequest& request, v1::ListOrdersResponse* reply);

 private:
  absl::Status CheckOrder(const rpc::Call& call, storage::Transaction& transaction,
                          const v1::Order& order) const;

  catalog::CatalogStore* const catalog_;
  const Publisher* const publisher_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_ORDERS_ORDERS_H_
