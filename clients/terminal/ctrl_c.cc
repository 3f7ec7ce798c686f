#include "clients/terminal/ctrl_c.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace clarity::client {
namespace {

constexpr char kPressed = 'c';
constexpr char kOver = 'o';

// Where the signal handler writes to. A handler can reach nothing but globals.
std::atomic<int> pipe_now{-1};

void Tell(int pipe, char what) {
  const int error_before = errno;
  // A full pipe has told of it often enough.
  if (write(pipe, &what, 1) < 0) errno = error_before;
}

void OnSignal(int) { Tell(pipe_now, kPressed); }

}  // namespace

CtrlC::CtrlC(std::function<void()> then) {
  if (pipe2(pipe_, O_CLOEXEC) != 0) std::abort();
  pipe_before_ = pipe_now.exchange(pipe_[1]);
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &action_before_);
  thread_ = std::thread([in = pipe_[0], then = std::move(then)] {
    char what;
    while (read(in, &what, 1) == 1 && what != kOver) then();
  });
}

CtrlC::~CtrlC() {
  sigaction(SIGINT, &action_before_, nullptr);
  pipe_now = pipe_before_;
  Tell(pipe_[1], kOver);
  thread_.join();
  close(pipe_[0]);
  close(pipe_[1]);
}

}  // namespace clarity::client
