#include "services/platform/rpc/malformed.h"

#include "services/platform/base/errors.h"
#include "services/platform/rpc/answer.h"

namespace clarity::rpc {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;

class MalformedRequestInterceptor final : public grpc::experimental::Interceptor {
 public:
  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE) &&
        methods->GetRecvMessage() == nullptr) {
      is_malformed_ = true;
    }
    if (is_malformed_ &&
        methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      methods->ModifySendStatus(ToGrpcStatus(
          Call(), base::InvalidReason("INVALID_REQUEST", "the bytes are not of such a request")));
    }
    methods->Proceed();
  }

 private:
  bool is_malformed_ = false;
};

class Factory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    // Client streams may end without a message; here a request is always one message.
    const bool has_one_request =
        info->type() == grpc::experimental::ServerRpcInfo::Type::UNARY ||
        info->type() == grpc::experimental::ServerRpcInfo::Type::SERVER_STREAMING;
    return has_one_request ? new MalformedRequestInterceptor : nullptr;
  }
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>
MakeMalformedRequestInterceptor() {
  return std::make_unique<Factory>();
}

}  // namespace clarity::rpc
