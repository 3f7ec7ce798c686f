// clarityd: the server. Reads its configuration, puts the parts together, and waits to be told to
// stop.

#include <csignal>
#include <cstdio>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "services/clarityd/command_line.h"
#include "services/clarityd/instance.h"
#include "services/clarityd/store_commands.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/log.h"
#include "services/platform/rpc/library_log.h"
#include "services/platform/rpc/server.h"

namespace clarity {
namespace {

int Serve(CommandLine command_line) {
  rpc::BlockTerminationSignals();
  // A second signal shortens the waits of a stop.
  command_line.config.server.wait = [](absl::Duration time) { rpc::WaitForTermination(time); };
  base::SetLogLevel(command_line.log_level);
  const base::BackgroundLog background_log;
  const base::SystemClock clock;
  base::SystemRandom random;
  const rpc::LibraryLog library_log(&clock);
  const auto instance = Instance::Start(command_line.config, &clock, &random);
  if (!instance.ok()) {
    std::fprintf(stderr, "clarityd: %s\n", std::string(instance.status().message()).c_str());
    return kExitCannotStart;
  }
  LogStarted(command_line, (*instance)->port());
  const int signal = rpc::WaitForTermination();
  base::Log(base::LogLevel::kInfo, "stopping", {{"signal", absl::StrCat(signal)}});
  (*instance)->Shutdown();
  return kExitOk;
}

int Run(int argc, char** argv) {
  // Where a file may grow no further (ulimit -f), the store says so, as it does of a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  if (argc > 1 && IsStoreCommand(argv[1])) return RunStoreCommand(argc, argv);
  auto command_line = ReadCommandLine(argc, argv);
  if (const int* exit_code = std::get_if<int>(&command_line)) return *exit_code;
  return Serve(std::get<CommandLine>(std::move(command_line)));
}

}  // namespace
}  // namespace clarity

int main(int argc, char** argv) { return clarity::Run(argc, argv); }
