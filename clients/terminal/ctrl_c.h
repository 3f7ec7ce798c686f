#ifndef CLARITY_CLIENTS_TERMINAL_CTRL_C_H_
#define CLARITY_CLIENTS_TERMINAL_CTRL_C_H_

#include <signal.h>

#include <functional>
#include <thread>

namespace clarity::client {

// While it lives, Ctrl-C does not end the process but calls a function, on a thread of its own. One
// made later takes its place as long as that lives.
class CtrlC {
 public:
  explicit CtrlC(std::function<void()> then);
  ~CtrlC();
  CtrlC(const CtrlC&) = delete;
  CtrlC& operator=(const CtrlC&) = delete;

 private:
  int pipe_[2];
  int pipe_before_;
  struct sigaction action_before_;
  std::thread thread_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_TERMINAL_CTRL_C_H_
