#include "services/clarityd/data_directory.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/sqlite/files.h"
#include "services/scheduling/migrations.h"

namespace clarity {
namespace {

namespace fs = std::filesystem;

// Does something with each store; an error says of which it is.
absl::StatusOr<std::vector<StoreReport>> ForEachStore(
    const BackupProgress& progress,
    const std::function<absl::StatusOr<storage::StoreContents>(
        const std::string& file_name, const storage::BackupOptions& options)>& work) {
  std::vector<StoreReport> reports;
  for (const StoreFile& store : {SchedulingStore()}) {
    storage::BackupOptions options;
    options.migrations = store.migrations;
    options.progress = [&](absl::string_view doing, int64_t done, int64_t total) {
      return progress(absl::StrCat(doing, " ", store.file_name), done, total);
    };
    absl::StatusOr<storage::StoreContents> contents = work(store.file_name, options);
    if (!contents.ok()) {
      return absl::Status(contents.status().code(),
                          absl::StrCat(store.file_name, ": ", contents.status().message()));
    }
    reports.push_back({store.file_name, *std::move(contents)});
  }
  return reports;
}

// "/backups/monday/" and "monday" as "/backups/monday": a path whose parent can be named.
fs::path Normal(const std::string& path) {
  const fs::path normal = fs::absolute(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

absl::Status MakePartial(const fs::path& target, const fs::path& partial) {
  std::error_code ignored;
  if (fs::exists(target, ignored)) {
    return absl::AlreadyExistsError(
        absl::StrCat(target.string(), " is there already: a backup is not written over anything"));
  }
  if (mkdir(partial.c_str(), 0700) == 0) return absl::OkStatus();
  if (errno == EEXIST) {
    return absl::AlreadyExistsError(
        absl::StrCat(partial.string(),
                     " is there: another backup to it is under way, or one was broken off; if none "
                     "is, remove it"));
  }
  return absl::UnavailableError(
      absl::StrCat("cannot make ", partial.string(), ": ", std::strerror(errno)));
}

// From here on there is a backup, and it outlasts a power cut.
absl::Status Publish(const fs::path& partial, const fs::path& target) {
  RETURN_IF_ERROR(storage::SyncToDisk(partial));
  std::error_code error;
  fs::rename(partial, target, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot rename ", partial.string(), ": ", error.message()));
  }
  return storage::SyncToDisk(target.parent_path());
}

}  // namespace

StoreFile SchedulingStore() { return {"scheduling.db", {scheduling::Migrations()}}; }

absl::StatusOr<std::vector<StoreReport>> VerifyDataDirectory(const std::string& directory,
                                                             const BackupProgress& progress) {
  return ForEachStore(
      progress, [&](const std::string& file_name, const storage::BackupOptions& options) {
        return storage::VerifyStore(absl::StrCat(directory, "/", file_name), options);
      });
}

absl::StatusOr<std::vector<StoreReport>> BackUpDataDirectory(const std::string& directory,
                                                             const std::string& target,
                                                             const BackupProgress& progress) {
  const fs::path final_path = Normal(target);
  const fs::path partial = final_path.string() + ".partial";
  RETURN_IF_ERROR(MakePartial(final_path, partial));
  auto reports = ForEachStore(
      progress, [&](const std::string& file_name, const storage::BackupOptions& options) {
        return storage::BackUpStore(absl::StrCat(directory, "/", file_name), partial / file_name,
                                    options);
      });
  absl::Status status = reports.ok() ? Publish(partial, final_path) : reports.status();
  if (status.ok()) return reports;
  std::error_code ignored;
  fs::remove_all(partial, ignored);
  return status;
}

}  // namespace clarity
