#ifndef CLARITY_SERVICES_CLARITYD_COMMAND_LINE_H_
#define CLARITY_SERVICES_CLARITYD_COMMAND_LINE_H_

#include <string>
#include <variant>

#include "services/clarityd/instance.h"
#include "services/platform/base/log.h"

namespace clarity {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitCannotStart = 3;

// What the options of `clarityd` and its file of options say.
struct CommandLine {
  Config config;
  base::LogLevel log_level = base::LogLevel::kInfo;
};

// The exit code when there is nothing to run: help was asked for, or the usage is wrong, which has
// been said on the standard error.
std::variant<CommandLine, int> ReadCommandLine(int argc, const char* const* argv);

// All of it into the log, as the server listens on `port`. No option holds a secret: keys and
// tokens are files, named here and never shown.
void LogStarted(const CommandLine& command_line, int port);

}  // namespace clarity

#endif  // CLARITY_SERVICES_CLARITYD_COMMAND_LINE_H_
