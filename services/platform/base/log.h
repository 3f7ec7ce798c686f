#ifndef CLARITY_SERVICES_PLATFORM_BASE_LOG_H_
#define CLARITY_SERVICES_PLATFORM_BASE_LOG_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace spdlog {
class logger;
namespace details {
class thread_pool;
}
}  // namespace spdlog

namespace clarity::base {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// One fact of a log line. Never health data, a token or a password: pass protos through
// rpc::Redacted.
struct LogField {
  LogField(absl::string_view k, absl::string_view v) : key(k), value(std::string(v)) {}
  LogField(absl::string_view k, const char* v) : key(k), value(std::string(v)) {}
  LogField(absl::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(absl::string_view k, int64_t v) : key(k), value(v) {}
  LogField(absl::string_view k, int v) : key(k), value(int64_t{v}) {}
  LogField(absl::string_view k, bool v) : key(k), value(v) {}
  LogField(absl::string_view k, double v) : key(k), value(v) {}

  absl::string_view key;
  std::variant<std::string, int64_t, bool, double> value;
};

// Writes one line of JSON to the standard error: time, level, event, then the fields in order.
// The event names what happened, in a few words that do not change: "server started".
void Log(LogLevel level, absl::string_view event, absl::Span<const LogField> fields = {});

// What is below is not written. kInfo at first.
void SetLogLevel(LogLevel level);
bool IsLogged(LogLevel level);
// "warning", as lines name it.
std::optional<LogLevel> LogLevelFromName(absl::string_view name);
// Where lines go from now on, for tests; null: the standard error again.
void LogTo(std::ostream* stream);

// While it lives, a thread of its own writes the lines: nobody waits for whoever reads them. When
// they come faster than they are taken the oldest are left out, which the last line then says. One
// at a time.
class BackgroundLog {
 public:
  BackgroundLog();
  // Writes what is left.
  ~BackgroundLog();
  BackgroundLog(const BackgroundLog&) = delete;
  BackgroundLog& operator=(const BackgroundLog&) = delete;

 private:
  const std::shared_ptr<spdlog::logger> before_;
  std::shared_ptr<spdlog::details::thread_pool> thread_;
};

}  // namespace clarity::base

#endif  // CLARITY_SERVICES_PLATFORM_BASE_LOG_H_
