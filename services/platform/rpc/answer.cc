#include "services/platform/rpc/answer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"
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

// At most so many bytes, without cutting a character of UTF-8 in two.
absl::Status Shorten(const absl::Status& status) {
  absl::string_view text = status.message();
  if (text.size() <= limits::kErrorTextBytesMax) return status;
  size_t end = limits::kErrorTextBytesMax;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
  absl::Status shorter(status.code(), text.substr(0, end));
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    shorter.SetPayload(type_url, payload);
  });
  return shorter;
}

}  // namespace

grpc::Status ToGrpcStatus(const Call& call, const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const absl::Status shown =
      Shorten(ConcernsOurselves(status.code()) ? Hide(call, status) : status);
  const google::rpc::Status wire = base::ToRpcStatus(shown);
  return grpc::Status(static_cast<grpc::StatusCode>(wire.code()), wire.message(),
                      wire.SerializeAsString());
}

}  // namespace clarity::rpc
