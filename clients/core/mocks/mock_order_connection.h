#ifndef CLARITY_CLIENTS_CORE_MOCKS_MOCK_ORDER_CONNECTION_H_
#define CLARITY_CLIENTS_CORE_MOCKS_MOCK_ORDER_CONNECTION_H_

#include <memory>

#include "clients/core/order_connection.h"
#include "gmock/gmock.h"

namespace clarity::client {

// For an application's own tests: give it to the client instead of a connection.
class MockOrderConnection : public OrderConnection {
 public:
  MockOrderConnection();
  ~MockOrderConnection() override;

  MOCK_METHOD(absl::StatusOr<scheduling::v1::PutOrderResponse>, PutOrder,
              (const scheduling::v1::PutOrderRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::RevokeOrderResponse>, RevokeOrder,
              (const scheduling::v1::RevokeOrderRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Order>, GetOrder,
              (const scheduling::v1::GetOrderRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::ListOrdersResponse>, ListOrders,
              (const scheduling::v1::ListOrdersRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::ReassignPatientResponse>, ReassignPatient,
              (const scheduling::v1::ReassignPatientRequest& request, const CallOptions& options),
              (override));
};

}  // namespace clarity::client

extern template class testing::NiceMock<clarity::client::MockOrderConnection>;

#endif  // CLARITY_CLIENTS_CORE_MOCKS_MOCK_ORDER_CONNECTION_H_
