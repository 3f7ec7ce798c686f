#include "tests/terminal/session.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace clarity::tests {

SharedClock::SharedClock(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (ftruncate(file, sizeof(int64_t)) != 0) throw std::runtime_error("no file for the clock");
  void* shared = mmap(nullptr, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (shared == MAP_FAILED) throw std::runtime_error("no memory for the clock");
  close(file);
  micros_ = static_cast<std::atomic<int64_t>*>(shared);
}

SharedClock::~SharedClock() { munmap(micros_, sizeof(int64_t)); }

SessionTest::SessionTest(ClinicServer::Layout layout) : server_(layout) {
  clock_.Set(server_.clock().Now());
  SignIn(Claims("agent", "AGENT"));
  variables_ = {{"CLARITY_SERVER", server_.address()},
                {"CLARITY_TOKEN_FILE", directory_ / "token"},
                {"CLARITY_TEST_CLOCK", directory_ / "clock"},
                {"HOME", directory_ / ""},
                {"TZ", "America/Los_Angeles"}};
}

void SessionTest::SignIn(const TokenClaims& claims) {
  std::ofstream(directory_ / "token", std::ios::trunc) << server_.Token(claims);
}

std::unique_ptr<Terminal> SessionTest::Begin(Terminal::Size size,
                                             const std::vector<std::string>& flags) {
  std::vector<std::string> command = {CLARITY_TESTS_CALLCENTER};
  command.insert(command.end(), flags.begin(), flags.end());
  auto terminal = std::make_unique<Terminal>(command, variables_, size);
  terminal->SeePrompt("callcenter> ");
  return terminal;
}

std::unique_ptr<Terminal> SessionTest::BeginShell(const std::string& script) {
  return std::make_unique<Terminal>(std::vector<std::string>{"/bin/sh", "-c", script}, variables_,
                                    Terminal::Size());
}

void SessionTest::Advance(absl::Duration by) {
  server_.clock().Advance(by);
  clock_.Set(server_.clock().Now());
}

}  // namespace clarity::tests
