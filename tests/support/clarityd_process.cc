#include "tests/support/clarityd_process.h"

#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "tests/support/child_process.h"
#include "tests/support/clinic_server.h"

namespace clarity::tests {
namespace {

constexpr char kClarityd[] = CLARITY_TESTS_BIN_DIR "/clarityd";
constexpr absl::Duration kReadyWithin = absl::Seconds(60);

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

ClaritydProcess::Ended RunToItsEnd(const std::vector<std::string>& command_line,
                                   const std::string& log) {
  const int exit_code = WaitFor(Launch(command_line, log));
  return {exit_code, ReadFile(log)};
}

}  // namespace

ClaritydProcess::ClaritydProcess() : ClaritydProcess(kClarityd) {}

ClaritydProcess::ClaritydProcess(std::string binary)
    : binary_(std::move(binary)), issuer_("test-key") {
  issuer_.WritePublicKey(directory_ / "keys");
  std::filesystem::create_directories(directory_ / "data");
}

ClaritydProcess::~ClaritydProcess() {
  if (pid_ > 0) Kill();
}

void ClaritydProcess::Start() {
  pid_ = Launch(CommandLine(), directory_ / "log");
  const absl::Time limit = absl::Now() + kReadyWithin;
  for (std::string address; address.empty(); address = ReadAddress()) {
    if (absl::Now() > limit || !tests::IsRunning(pid_)) {
      throw std::runtime_error("clarityd did not start:\n" + Said());
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
  address_ = ReadAddress();
}

int ClaritydProcess::Stop() {
  kill(pid_, SIGTERM);
  return WaitFor(std::exchange(pid_, -1));
}

void ClaritydProcess::Kill() {
  kill(pid_, SIGKILL);
  WaitFor(std::exchange(pid_, -1));
}

std::string ClaritydProcess::Said() const { return ReadFile(directory_ / "log"); }

std::string ClaritydProcess::Token(const std::string& subject, const std::string& role) const {
  return Token(Claims(subject, role));
}

std::string ClaritydProcess::Token(TokenClaims claims) const {
  claims.issue_time = absl::Now() - absl::Minutes(1);
  claims.expire_time = absl::Now() + absl::Hours(12);
  return issuer_.Issue(claims);
}

Connections ClaritydProcess::ConnectAs(const std::string& subject, const std::string& role,
                                       int attempts_max) const {
  return Connect(address_, Token(subject, role), attempts_max);
}

ClaritydProcess::Ended ClaritydProcess::RunSecond() const {
  return RunToItsEnd(CommandLine(), directory_ / "second.log");
}

ClaritydProcess::Ended ClaritydProcess::Run(const std::vector<std::string>& command_line,
                                            const std::string& token) const {
  const std::string token_file = directory_ / "token";
  std::ofstream(token_file) << token;
  std::vector<std::string> words = {
      "/usr/bin/env", "CLARITY_SERVER=" + address_, "CLARITY_TOKEN_FILE=" + token_file,
      std::string(CLARITY_TESTS_BIN_DIR) + "/" + command_line.front()};
  words.insert(words.end(), command_line.begin() + 1, command_line.end());
  return RunToItsEnd(words, directory_ / "program.log");
}

std::vector<std::string> ClaritydProcess::CommandLine() const {
  std::vector<std::string> words = under_;
  words.insert(words.end(), {binary_, "--data", data_directory(), "--keys", directory_ / "keys",
                             "--roles", CLARITY_TESTS_ROLES_FILE, "--issuer", rpc::testing::kIssuer,
                             "--audience", rpc::testing::kAudience, "--listen", address_});
  if (binary_ == kClarityd) {
    const std::string token_file = directory_ / "service.token";
    std::ofstream(token_file) << scheduling_->Token("consultation", "SERVICE");
    words.insert(words.end(), {"--scheduling-token", token_file});
    if (scheduling_ != this) {
      words.insert(words.end(), {"--scheduling-server", scheduling_->address()});
    }
    if (!service_.empty()) words.insert(words.end(), {"--services", service_});
  }
  return words;
}

// It says in its log where it listens, once it does.
std::string ClaritydProcess::ReadAddress() const {
  std::istringstream lines(Said());
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (json.is_object() && json.value("event", "") == "started") return json.value("address", "");
  }
  return "";
}

}  // namespace clarity::tests
