#include "services/platform/rpc/call_log.h"

#include <string>
#include <vector>

#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/log.h"
#include "services/platform/rpc/answer.h"
#include "services/platform/rpc/method.h"
#include "services/platform/rpc/redact.h"

namespace clarity::rpc {
namespace {

base::LogLevel LevelOf(const Call& call, const absl::Status& status) {
  if (ConcernsOurselves(status.code())) return base::LogLevel::kError;
  const bool is_write = call.method != nullptr && call.method->IsWrite();
  return status.ok() && !is_write ? base::LogLevel::kDebug : base::LogLevel::kInfo;
}

// These texts are about us, the store or a token; those of other errors may name a patient.
std::string Told(const absl::Status& status) {
  const bool is_safe = ConcernsOurselves(status.code()) || absl::IsUnavailable(status) ||
                       absl::IsUnauthenticated(status);
  return is_safe ? std::string(status.message()) : "";
}

}  // namespace

void CallLog::Record(const Call& call, const absl::Status& status, absl::Time now,
                     absl::Duration took, const google::protobuf::Message& request) {
  const base::LogLevel level = LevelOf(call, status);
  if (!base::IsLogged(level)) return;
  const Principal& caller = call.principal;
  std::vector<base::LogField> fields;
  const auto add = [&](absl::string_view key, absl::string_view value) {
    if (!value.empty()) fields.emplace_back(key, value);
  };
  add("call", call.id);
  add("method", call.method == nullptr ? "" : call.method->name);
  add("code", absl::StatusCodeToString(status.code()));
  add("reason", base::ReasonOf(status));
  add("text", Told(status));
  fields.emplace_back("ms", absl::ToDoubleMilliseconds(took));
  if (caller.subject.empty()) {
    const auto left_out = of_strangers_.Take(now);
    if (!left_out.has_value()) return;
    if (*left_out > 0) fields.emplace_back("left_out", *left_out);
  } else if (!caller.Has(Role::kPatient)) {
    add("subject", caller.subject);
    add("actor", caller.actor);
  }
  if (ConcernsOurselves(status.code())) {
    add("request", Redacted(request).substr(0, limits::kLoggedRequestBytesMax));
  }
  base::Log(level, "call", fields);
}

}  // namespace clarity::rpc
