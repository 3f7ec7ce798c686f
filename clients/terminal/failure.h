#ifndef CLARITY_CLIENTS_TERMINAL_FAILURE_H_
#define CLARITY_CLIENTS_TERMINAL_FAILURE_H_

#include <string>

#include "absl/status/status.h"
#include "clients/terminal/console.h"

namespace clarity::client {

// How a tool ends, for scripts. The numbers are promised in the help text: never change one.
enum ExitCode {
  kExitOk = 0,
  kExitFailed = 1,       // something nobody expected
  kExitUsage = 2,        // the command or a value in it is wrong
  kExitNotFound = 3,     // there is no such thing, or the caller may not see or do it
  kExitTaken = 4,        // the time cannot be had; alternatives are shown where there are some
  kExitUnavailable = 5,  // the server cannot be reached, or has too much to do: try again later
  kExitConflict = 6,     // it is no longer, or not yet, in the state this needs
  kExitSignedOut = 7,    // no token, or one that is not valid
};

ExitCode ExitCodeOf(const absl::Status& status);

// What to do next, in a sentence; empty where the message says it all.
std::string AdviceOn(const absl::Status& status);

// Says on the error stream what went wrong: the message, the fields at fault, what else is known of
// it (whole lines), what to do next. Gives the exit code.
ExitCode Report(const Console& console, const absl::Status& status,
                absl::string_view explanation = "");

// The same for programs: {"error": {"code", "reason", "message", "details": [...]}} on the
// standard output, where the reply would have been.
ExitCode ReportJson(const Console& console, const absl::Status& status);

// The exit codes, for a help text.
extern const char kExitCodesHelp[];

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_TERMINAL_FAILURE_H_
