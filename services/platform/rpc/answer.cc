#include "services/platform/rpc/answer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/log.h"
#include "services/platform/rpc/method.h"

namespace clarity::rpc {
namespace {

bool ConcernsOurselves(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

absl::Status Hide(const Call& call, const absl::Status& status) {
  base::Log(base::LogLevel::kError, "call failed",
            {{"call", call.id},
             {"method", call.method == nullptr ? std::string() : call.method->name},
             {"code", absl::StatusCodeToString(status.code())},
             {"message", status.message()}});
  return base::Internal(absl::StrCat("a fault of the server; its log has it under ", call.id));
}

}  // namespace

grpc::Status ToGrpcStatus(const Call& call, const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status wire =
      base::ToRpcStatus(ConcernsOurselves(status.code()) ? Hide(call, status) : status);
  return grpc::Status(static_cast<grpc::StatusCode>(wire.code()), wire.message(),
                      wire.SerializeAsString());
}

}  // namespace clarity::rpc
