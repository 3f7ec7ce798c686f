#ifndef CLARITY_SERVICES_PLATFORM_RPC_ANSWER_H_
#define CLARITY_SERVICES_PLATFORM_RPC_ANSWER_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"
#include "services/platform/rpc/call.h"

namespace clarity::rpc {

// The status of a call as the client gets it: the code, a text, and a google.rpc.Status of under
// 4 KB. What only concerns ourselves (INTERNAL, UNKNOWN, DATA_LOSS) goes to the log under the
// call's id, and the client is told no more than that id.
grpc::Status ToGrpcStatus(const Call& call, const absl::Status& status);

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_ANSWER_H_
