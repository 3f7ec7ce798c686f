#include "services/platform/rpc/malformed.h"

#include "services/platform/rpc/door.h"

namespace clarity::rpc {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;

class MalformedRequestInterceptor final : public grpc::experimental::Interceptor {
 public:
  explicit MalformedRequestInterceptor(Door* door) : door_(*door) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE) &&
        methods->GetRecvMessage() == nullptr) {
      is_malformed_ = true;
    }
    if (is_malformed_ &&
        methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      const Door::Refusal refusal = door_.RefuseMalformed();
      methods->GetSendTrailingMetadata()->emplace(kCallIdKey, refusal.call_id);
      methods->ModifySendStatus(refusal.status);
    }
    methods->Proceed();
  }

 private:
  Door& door_;
  bool is_malformed_ = false;
};

class Factory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit Factory(Door* door) : door_(door) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    // Client streams may end without a message; here a request is always one message.
    const bool has_one_request =
        info->type() == grpc::experimental::ServerRpcInfo::Type::UNARY ||
        info->type() == grpc::experimental::ServerRpcInfo::Type::SERVER_STREAMING;
    return has_one_request ? new MalformedRequestInterceptor(door_) : nullptr;
  }

 private:
  Door* const door_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>
MakeMalformedRequestInterceptor(Door* door) {
  return std::make_unique<Factory>(door);
}

}  // namespace clarity::rpc
