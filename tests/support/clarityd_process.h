#ifndef CLARITY_TESTS_SUPPORT_CLARITYD_PROCESS_H_
#define CLARITY_TESTS_SUPPORT_CLARITYD_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "services/platform/rpc/testing/token.h"
#include "tests/support/connections.h"
#include "tests/support/temporary_directory.h"

namespace clarity::tests {

// The real clarityd as a process of its own, on a directory that outlives it. So may be any other
// server that takes the same options and logs where it listens.
class ClaritydProcess {
 public:
  ClaritydProcess();
  explicit ClaritydProcess(std::string binary);
  ~ClaritydProcess();

  // From the next start on it runs this service alone; otherwise all.
  void ServeOnly(const std::string& service) { service_ = service; }
  // From the next start on it runs under this program: a path, and the words before its own.
  void RunUnder(std::vector<std::string> command) { under_ = std::move(command); }
  // From the next start on its consultation asks the scheduling of another, over TCP. Outlives it.
  void UseSchedulingOf(const ClaritydProcess* other) { scheduling_ = other; }

  // Starts it on what is in the directory, and waits until it serves; from the second time on where
  // it served before.
  void Start();
  // Asks it to stop, and waits until it has; with which exit code.
  int Stop();
  // kill -9: nothing is flushed, nobody says good-bye.
  void Kill();

  pid_t pid() const { return pid_; }
  const std::string& address() const { return address_; }
  // Its log, since it was last started.
  std::string Said() const;
  // For somebody in one role, for all clinics; good for half a day.
  std::string Token(const std::string& subject, const std::string& role) const;
  std::string Token(rpc::testing::TokenClaims claims) const;
  Connections ConnectAs(const std::string& subject, const std::string& role,
                        int attempts_max = 1) const;

  // How another program ended, and what it said.
  struct Ended {
    int exit_code = 0;
    std::string said;
  };
  // A second server on the same directory.
  Ended RunSecond() const;
  // One of our other programs, by name, with the words after it. It finds the server, and the token
  // where there is one, as any application does: by its environment.
  Ended Run(const std::vector<std::string>& command_line, const std::string& token = "") const;

  std::string data_directory() const { return directory_ / "data"; }
  // A path of the test's own, where nothing is yet.
  std::string Elsewhere(const std::string& name) const { return directory_ / name; }

 private:
  std::vector<std::string> CommandLine() const;
  std::string ReadAddress() const;

  const std::string binary_;
  std::string service_;             // empty: all
  std::vector<std::string> under_;  // empty: it runs by itself
  const ClaritydProcess* scheduling_ = this;
  const TemporaryDirectory directory_;
  const rpc::testing::TestIssuer issuer_;
  std::string address_ = "127.0.0.1:0";
  pid_t pid_ = -1;
};

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_CLARITYD_PROCESS_H_
