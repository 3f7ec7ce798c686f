#ifndef CLARITY_SERVICES_PLATFORM_RPC_MALFORMED_H_
#define CLARITY_SERVICES_PLATFORM_RPC_MALFORMED_H_

#include <memory>

#include "grpcpp/support/server_interceptor.h"

namespace clarity::rpc {

// Answers bytes that do not parse as the request with INVALID_ARGUMENT. Left to itself the library
// says UNIMPLEMENTED, and never asks the service: the door does not see such a call.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>
MakeMalformedRequestInterceptor();

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_MALFORMED_H_
