#include "services/platform/rpc/library_log.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/log.h"
#include "services/platform/rpc/line_limit.h"

// Newer releases of both write through abseil's log instead.
#if __has_include(<grpc/support/log.h>)
#include <grpc/support/log.h>
#define CLARITY_GRPC_HAS_LOG_FUNCTION
#endif
#if __has_include(<google/protobuf/stubs/logging.h>)
#include <google/protobuf/stubs/logging.h>
#define CLARITY_PROTOBUF_HAS_LOG_HANDLER
#endif

namespace clarity::rpc {
namespace {

struct Listener {
  const base::Clock* clock;
  LineLimit grpc;
  LineLimit protobuf;
};

// The libraries take plain functions: what those need is global. Null: nobody listens.
std::shared_ptr<Listener>& Current() {
  static auto* const current = new std::shared_ptr<Listener>;
  return *current;
}

// "wire_format_lite.cc:618"
std::string Place(absl::string_view file, int line) {
  return absl::StrCat(file.substr(file.rfind('/') + 1), ":", line);
}

void Write(LineLimit Listener::*limit, base::LogLevel level, absl::string_view library,
           const std::string& place, absl::string_view text) {
  const std::shared_ptr<Listener> listener = std::atomic_load(&Current());
  if (listener == nullptr) return;
  const auto left_out = ((*listener).*limit).Take(listener->clock->Now());
  if (!left_out.has_value()) return;
  base::Log(level, "library",
            {{"library", library}, {"place", place}, {"text", text}, {"left_out", *left_out}});
}

#ifdef CLARITY_GRPC_HAS_LOG_FUNCTION
base::LogLevel LevelOf(gpr_log_severity severity) {
  return severity == GPR_LOG_SEVERITY_ERROR  ? base::LogLevel::kWarning
         : severity == GPR_LOG_SEVERITY_INFO ? base::LogLevel::kInfo
                                             : base::LogLevel::kDebug;
}

// Sockets, handshakes and frames; errors only, unless GRPC_VERBOSITY asks for more. What gRPC calls
// an error is mostly a peer's.
void OnGrpcLog(gpr_log_func_args* line) {
  Write(&Listener::grpc, LevelOf(line->severity), "grpc", Place(line->file, line->line),
        line->message);
}
#endif

#ifdef CLARITY_PROTOBUF_HAS_LOG_HANDLER
base::LogLevel LevelOf(google::protobuf::LogLevel level) {
  switch (level) {
    case google::protobuf::LOGLEVEL_INFO:
      return base::LogLevel::kInfo;
    case google::protobuf::LOGLEVEL_FATAL:
      return base::LogLevel::kError;
    default:
      return base::LogLevel::kWarning;
  }
}

void OnProtobufLog(google::protobuf::LogLevel level, const char* file, int line,
                   const std::string&) {
  Write(&Listener::protobuf, LevelOf(level), "protobuf", Place(file, line), "");
}

google::protobuf::LogHandler* g_protobuf_before = nullptr;
#endif

}  // namespace

LibraryLog::LibraryLog(const base::Clock* clock) {
  auto listener = std::make_shared<Listener>();
  listener->clock = clock;
  std::atomic_store(&Current(), std::move(listener));
#ifdef CLARITY_GRPC_HAS_LOG_FUNCTION
  gpr_set_log_function(&OnGrpcLog);
#endif
#ifdef CLARITY_PROTOBUF_HAS_LOG_HANDLER
  g_protobuf_before = google::protobuf::SetLogHandler(&OnProtobufLog);
#endif
}

LibraryLog::~LibraryLog() {
#ifdef CLARITY_GRPC_HAS_LOG_FUNCTION
  gpr_set_log_function(nullptr);
#endif
#ifdef CLARITY_PROTOBUF_HAS_LOG_HANDLER
  google::protobuf::SetLogHandler(g_protobuf_before);
#endif
  std::atomic_store(&Current(), std::shared_ptr<Listener>());
}

}  // namespace clarity::rpc
