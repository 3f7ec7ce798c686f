#include "services/platform/base/log.h"

#include <memory>
#include <utility>

#include "nlohmann/json.hpp"
#include "services/platform/base/limits.h"
#include "spdlog/async.h"
#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace clarity::base {
namespace {

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::shared_ptr<spdlog::logger> SetUp(std::shared_ptr<spdlog::logger> logger) {
  // The message is the rest of the JSON object: see Log.
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)", spdlog::pattern_time_type::utc));
  logger->flush_on(spdlog::level::warn);
  return logger;
}

std::shared_ptr<spdlog::logger> MakeLogger(spdlog::sink_ptr sink) {
  return SetUp(std::make_shared<spdlog::logger>("clarity", std::move(sink)));
}

// A process has one standard error: the one global there is.
std::shared_ptr<spdlog::logger>& Logger() {
  static auto* const logger = new std::shared_ptr<spdlog::logger>(
      MakeLogger(std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  return *logger;
}

}  // namespace

void Log(LogLevel level, absl::string_view event, absl::Span<const LogField> fields) {
  const std::shared_ptr<spdlog::logger> logger = std::atomic_load(&Logger());
  if (!logger->should_log(ToSpdlog(level))) return;
  nlohmann::ordered_json line;
  line["event"] = std::string(event);
  for (const LogField& field : fields) {
    std::visit([&](const auto& value) { line[std::string(field.key)] = value; }, field.value);
  }
  // Bytes that are no UTF-8 become U+FFFD: a log line must not fail.
  const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  logger->log(ToSpdlog(level), "{}", text.substr(1));
}

void SetLogLevel(LogLevel level) { std::atomic_load(&Logger())->set_level(ToSpdlog(level)); }

bool IsLogged(LogLevel level) { return std::atomic_load(&Logger())->should_log(ToSpdlog(level)); }

std::optional<LogLevel> LogLevelFromName(absl::string_view name) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    const auto level_name = spdlog::level::to_string_view(ToSpdlog(level));
    if (name == absl::string_view(level_name.data(), level_name.size())) return level;
  }
  return std::nullopt;
}

void LogTo(std::ostream* stream) {
  spdlog::sink_ptr sink;
  if (stream != nullptr) {
    sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(*stream, /*force_flush=*/true);
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  auto logger = MakeLogger(std::move(sink));
  logger->set_level(std::atomic_load(&Logger())->level());
  std::atomic_store(&Logger(), std::move(logger));
}

BackgroundLog::BackgroundLog()
    : before_(std::atomic_load(&Logger())),
      thread_(std::make_shared<spdlog::details::thread_pool>(limits::kLogLinesQueuedMax, 1)) {
  const auto& sinks = before_->sinks();
  auto logger =
      SetUp(std::make_shared<spdlog::async_logger>("clarity", sinks.begin(), sinks.end(), thread_,
                                                   spdlog::async_overflow_policy::overrun_oldest));
  logger->set_level(before_->level());
  std::atomic_store(&Logger(), std::move(logger));
}

BackgroundLog::~BackgroundLog() {
  before_->set_level(std::atomic_load(&Logger())->level());
  std::atomic_store(&Logger(), before_);
  const auto left_out = static_cast<int64_t>(thread_->overrun_counter());
  thread_.reset();  // writes what is queued and joins
  if (left_out > 0) Log(LogLevel::kWarning, "log lines left out", {{"lines", left_out}});
}

}  // namespace clarity::base
