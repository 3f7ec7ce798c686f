#include "services/platform/rpc/answer.h"

#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"
#include "services/platform/base/errors.h"

namespace clarity::rpc {

bool ConcernsOurselves(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

grpc::Status ToGrpcStatus(const Call& call, const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status wire = base::ToRpcStatus(
      ConcernsOurselves(status.code())
          ? base::Internal(absl::StrCat("a fault of the server; its log has it under ", call.id))
          : status);
  return grpc::Status(static_cast<grpc::StatusCode>(wire.code()), wire.message(),
                      wire.SerializeAsString());
}

}  // namespace clarity::rpc
