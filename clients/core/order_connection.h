#ifndef CLARITY_CLIENTS_CORE_ORDER_CONNECTION_H_
#define CLARITY_CLIENTS_CORE_ORDER_CONNECTION_H_

#include <memory>

#include "absl/status/statusor.h"
#include "clarity/scheduling/v1/order_service.grpc.pb.h"
#include "clients/core/options.h"
#include "grpcpp/channel.h"

namespace clarity::client {

// Every method of the order service, with retries, credentials and typed errors. What it means is
// told in order_service.proto. The seam for tests: see core/mocks. Safe for use from several
// threads.
class OrderConnection {
 public:
  virtual ~OrderConnection() = default;

  virtual absl::StatusOr<scheduling::v1::PutOrderResponse> PutOrder(
      const scheduling::v1::PutOrderRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::RevokeOrderResponse> RevokeOrder(
      const scheduling::v1::RevokeOrderRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Order> GetOrder(
      const scheduling::v1::GetOrderRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::ListOrdersResponse> ListOrders(
      const scheduling::v1::ListOrdersRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::ReassignPatientResponse> ReassignPatient(
      const scheduling::v1::ReassignPatientRequest& request, const CallOptions& options) = 0;
};

std::shared_ptr<OrderConnection> MakeOrderConnection(
    const std::shared_ptr<grpc::ChannelInterface>& channel, const Options& options);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_ORDER_CONNECTION_H_
