#ifndef CLARITY_SERVICES_PLATFORM_RPC_ANSWER_H_
#define CLARITY_SERVICES_PLATFORM_RPC_ANSWER_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"
#include "services/platform/rpc/call.h"

namespace clarity::rpc {

// The status of a call as the client gets it: the code, a text, and a google.rpc.Status of under
// 4 KB. Of what only concerns ourselves the client is told no more than the call's id, under which
// the log has it.
grpc::Status ToGrpcStatus(const Call& call, const absl::Status& status);

// INTERNAL, UNKNOWN, DATA_LOSS: a fault of the server, not of the request.
bool ConcernsOurselves(absl::StatusCode code);

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_ANSWER_H_
