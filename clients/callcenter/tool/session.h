#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_SESSION_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_SESSION_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "clients/callcenter/tool/desk.h"
#include "clients/core/interrupt.h"
#include "clients/terminal/console.h"
#include "clients/terminal/failure.h"
#include "clients/terminal/line_reader.h"

namespace clarity::client {

// A working day at the desk: one command after the other, as many calls as come. A command that
// fails, whatever the reason, ends neither the session nor what it remembers.
class Session {
 public:
  // All outlive it. `interrupt` is that of the desk's connection: Ctrl-C gives up the call that a
  // command waits for. `before_command` is called before each command.
  Session(Desk* desk, const Console* console, Interrupt* interrupt,
          std::function<void()> before_command)
      : desk_(*desk),
        console_(*console),
        interrupt_(*interrupt),
        before_command_(std::move(before_command)) {}

  // Until `quit` or the end of the input; holds still open then are released. Gives 0 to somebody
  // at a terminal, otherwise the exit code of the last command that failed.
  ExitCode Run(const std::string& server);

 private:
  LineHelp HelpForLines();
  std::string Prompt() const;
  // Meanwhile Ctrl-C gives up the call under way.
  void UntilCtrlC(const std::function<void()>& perform);
  void Perform(const std::string& line);
  ExitCode PerformWords(const std::vector<std::string>& words);

  Desk& desk_;
  const Console& console_;
  Interrupt& interrupt_;
  const std::function<void()> before_command_;
  bool leaving_ = false;
  ExitCode last_failure_ = kExitOk;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_SESSION_H_
