#ifndef CLARITY_TESTS_TERMINAL_SESSION_H_
#define CLARITY_TESTS_TERMINAL_SESSION_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/support/clinic_server.h"
#include "tests/support/temporary_directory.h"
#include "tests/terminal/terminal.h"

namespace clarity::tests {

// The time that a program of the test goes by: a file that both have in memory.
class SharedClock {
 public:
  explicit SharedClock(const std::string& path);
  ~SharedClock();
  SharedClock(const SharedClock&) = delete;
  SharedClock& operator=(const SharedClock&) = delete;

  void Set(absl::Time now) { *micros_ = absl::ToUnixMicros(now); }

 private:
  std::atomic<int64_t>* micros_;
};

// Sessions of the agent's tool, in terminals, against a real server. All go by the clock of the
// test, which begins on Monday, 2 March 2026, 7:10 at Lake Forest.
class SessionTest : public testing::Test {
 protected:
  explicit SessionTest(ClinicServer::Layout layout = ClinicServer::Layout::kTogether);

  void SignIn(const TokenClaims& claims);

  // The session, at its first prompt.
  std::unique_ptr<Terminal> Begin(const std::vector<std::string>& flags = {}) {
    return Begin(Terminal::Size(), flags);
  }
  std::unique_ptr<Terminal> Begin(Terminal::Size size, const std::vector<std::string>& flags = {});
  std::unique_ptr<Terminal> BeginShell(const std::string& script);

  void Advance(absl::Duration by);

  ClinicServer server_;
  const TemporaryDirectory directory_;
  SharedClock clock_{directory_ / "clock"};
  std::map<std::string, std::string> variables_;
};

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_TERMINAL_SESSION_H_
