#include "clients/core/order_connection.h"

#include <utility>

#include "clients/core/caller.h"

namespace clarity::client {
namespace {

class OrderConnectionImpl final : public OrderConnection {
 public:
  OrderConnectionImpl(std::unique_ptr<scheduling::v1::OrderService::StubInterface> stub,
                      const Options& options)
      : stub_(std::move(stub)), caller_(std::make_shared<Caller>(options)) {}

  absl::StatusOr<scheduling::v1::PutOrderResponse> PutOrder(
      const scheduling::v1::PutOrderRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::PutOrder, request, options);
  }
  absl::StatusOr<scheduling::v1::RevokeOrderResponse> RevokeOrder(
      const scheduling::v1::RevokeOrderRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::RevokeOrder, request, options);
  }
  absl::StatusOr<scheduling::v1::Order> GetOrder(const scheduling::v1::GetOrderRequest& request,
                                                 const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::GetOrder, request, options);
  }
  absl::StatusOr<scheduling::v1::ListOrdersResponse> ListOrders(
      const scheduling::v1::ListOrdersRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::ListOrders, request, options);
  }
  absl::StatusOr<scheduling::v1::ReassignPatientResponse> ReassignPatient(
      const scheduling::v1::ReassignPatientRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::ReassignPatient, request, options);
  }

 private:
  using Stub = scheduling::v1::OrderService::StubInterface;

  const std::shared_ptr<Stub> stub_;
  const std::shared_ptr<Caller> caller_;
};

}  // namespace

std::shared_ptr<OrderConnection> MakeOrderConnection(
    const std::shared_ptr<grpc::ChannelInterface>& channel, const Options& options) {
  return std::make_shared<OrderConnectionImpl>(scheduling::v1::OrderService::NewStub(channel),
                                               options);
}

}  // namespace clarity::client
