#ifndef CLARITY_SERVICES_PLATFORM_RPC_MALFORMED_H_
#define CLARITY_SERVICES_PLATFORM_RPC_MALFORMED_H_

#include <memory>

#include "grpcpp/support/server_interceptor.h"

namespace clarity::rpc {

class Door;

// Answers bytes that do not parse as the request with INVALID_ARGUMENT. Left to itself the library
// says UNIMPLEMENTED, and never asks the service: the door, which outlives the interceptor, sees
// such a call only here.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>
MakeMalformedRequestInterceptor(Door* door);

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_MALFORMED_H_
