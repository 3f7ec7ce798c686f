#include "services/clarityd/store_commands.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/clarityd/command_line.h"
#include "services/clarityd/data_directory.h"
#include "services/platform/rpc/server.h"

namespace clarity {
namespace {

constexpr char kBackup[] = "backup";
constexpr char kVerify[] = "verify";

// A line that is written over, on a terminal only.
class ProgressLine {
 public:
  ~ProgressLine() { Show(""); }

  void Show(const std::string& text) {
    if (!on_terminal_ || text == shown_) return;
    shown_ = text;
    std::fprintf(stderr, "\r\x1b[K%s", text.c_str());
    std::fflush(stderr);
  }

 private:
  const bool on_terminal_ = isatty(STDERR_FILENO) != 0;
  std::string shown_;
};

// Whether somebody has asked to stop: with the signals blocked, they wait to be seen.
bool StopIsAsked() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
}

BackupProgress ShowOn(ProgressLine* line) {
  return [line](absl::string_view doing, int64_t done, int64_t total) {
    if (StopIsAsked()) return absl::CancelledError("stopped when asked to");
    line->Show(total > 0 ? absl::StrCat(doing, " ", done * 100 / total, " %")
                         : absl::StrCat(doing, " ..."));
    return absl::OkStatus();
  };
}

void Print(const StoreReport& report) {
  const storage::StoreContents& contents = report.contents;
  std::printf("%s  %.1f MiB, schema %s\n", report.file_name.c_str(),
              static_cast<double>(contents.bytes) / (1 << 20),
              absl::StrJoin(contents.versions, ", ", absl::PairFormatter(" ")).c_str());
  for (const auto& [table, rows] : contents.rows) {
    std::printf("  %-16s %10lld rows\n", table.c_str(), static_cast<long long>(rows));
  }
}

int Finish(const absl::StatusOr<std::vector<StoreReport>>& reports, const std::string& done) {
  if (!reports.ok()) {
    std::fprintf(stderr, "error: %s\n", std::string(reports.status().message()).c_str());
    return kExitFailed;
  }
  std::printf("%s\n", done.c_str());
  for (const StoreReport& report : *reports) Print(report);
  return kExitOk;
}

int BackUp(const std::string& data, const std::string& target) {
  rpc::BlockTerminationSignals();  // so that a backup broken off leaves nothing behind
  absl::StatusOr<std::vector<StoreReport>> reports;
  {
    ProgressLine line;
    reports = BackUpDataDirectory(data, target, ShowOn(&line));
  }
  return Finish(reports, absl::StrCat("Backed up to ", target, ", and verified there:"));
}

int Verify(const std::string& directory) {
  absl::StatusOr<std::vector<StoreReport>> reports;
  {
    ProgressLine line;
    reports = VerifyDataDirectory(directory, ShowOn(&line));
  }
  return Finish(reports, absl::StrCat(directory, " is whole:"));
}

}  // namespace

bool IsStoreCommand(const std::string& argument) {
  return argument == kBackup || argument == kVerify;
}

int RunStoreCommand(int argc, char** argv) {
  CLI::App app("Copies a data directory, or says whether it is whole; a server may have it open.",
               "clarityd");
  app.require_subcommand(1);
  int result = kExitOk;
  std::string data, target;

  const auto is_given = [](const std::string& path) {
    return std::string(path.empty() ? "the path is empty" : "");
  };
  CLI::App* backup = app.add_subcommand(kBackup, "Copy the data directory, and verify the copy");
  backup->add_option("--data", data, "directory of the store")->required()->check(is_given);
  backup->add_option("--to", target, "directory to make; it must not exist")
      ->required()
      ->check(is_given);
  backup->callback([&] { result = BackUp(data, target); });

  CLI::App* verify = app.add_subcommand(kVerify, "Read a data directory or backup, all of it");
  verify->add_option("directory", data, "directory of the store")->required()->check(is_given);
  verify->callback([&] { result = Verify(data); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return result;
}

}  // namespace clarity
