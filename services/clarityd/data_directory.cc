#include "services/clarityd/data_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "services/consultation/migrations.h"
#include "services/platform/base/files.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/sqlite/files.h"
#include "services/scheduling/migrations.h"

namespace clarity {
namespace {

namespace fs = std::filesystem;

constexpr char kSearchKeyFile[] = "search.key";
constexpr size_t kSearchKeyBytes = 32;

// Those there are. Consultation goes first: what it has sent to scheduling until then is in
// scheduling's copy, and what it has not heard from there it will ask for.
std::vector<StoreFile> StoresIn(const fs::path& directory) {
  std::vector<StoreFile> stores;
  if (fs::exists(directory / ConsultationStore().file_name)) stores.push_back(ConsultationStore());
  // Named as missing where there is nothing at all.
  if (stores.empty() || fs::exists(directory / SchedulingStore().file_name)) {
    stores.push_back(SchedulingStore());
  }
  return stores;
}

// Does something with each store; an error says of which it is.
absl::StatusOr<std::vector<StoreReport>> ForEachStore(
    const std::string& directory, const BackupProgress& progress,
    const std::function<absl::StatusOr<storage::StoreContents>(
        const std::string& file_name, const storage::BackupOptions& options)>& work) {
  std::vector<StoreReport> reports;
  for (const StoreFile& store : StoresIn(directory)) {
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

// For its owner only, and on the disk. ALREADY_EXISTS where it is there.
absl::Status WriteSecret(const fs::path& path, const std::string& secret) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) return absl::AlreadyExistsError(path.string());
  const bool is_written =
      file >= 0 &&
      write(file, secret.data(), secret.size()) == static_cast<ssize_t>(secret.size()) &&
      fsync(file) == 0;
  const int why = errno;
  if (file >= 0) close(file);
  if (is_written) return storage::SyncToDisk(path.parent_path());
  if (file >= 0) unlink(path.c_str());
  return absl::UnavailableError(
      absl::StrCat("cannot write ", path.string(), ": ", std::strerror(why)));
}

absl::StatusOr<std::string> ReadSearchKey(const fs::path& directory) {
  ASSIGN_OR_RETURN(std::string key, base::ReadFile(directory / kSearchKeyFile));
  if (key.size() == kSearchKeyBytes) return key;
  return absl::DataLossError(absl::StrCat((directory / kSearchKeyFile).string(), " has ",
                                          key.size(), " bytes, not ", kSearchKeyBytes));
}

// A consultation store whose key is lost finds nobody.
absl::Status CheckSearchKey(const fs::path& directory) {
  if (!fs::exists(directory / ConsultationStore().file_name)) return absl::OkStatus();
  return ReadSearchKey(directory).status();
}

absl::Status CopySearchKey(const fs::path& from, const fs::path& to) {
  if (!fs::exists(to / ConsultationStore().file_name)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string key, ReadSearchKey(from));
  return WriteSecret(to / kSearchKeyFile, key);
}

}  // namespace

StoreFile ConsultationStore() { return {"consultation.db", {consultation::Migrations()}}; }

absl::StatusOr<std::string> ReadOrMakeSearchKey(const std::string& directory,
                                                base::Random& random) {
  const fs::path path = fs::path(directory) / kSearchKeyFile;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    std::string key;
    while (key.size() < kSearchKeyBytes) {
      const uint64_t word = random.Next();
      key.append(reinterpret_cast<const char*>(&word), sizeof word);
    }
    RETURN_IF_ERROR(WriteSecret(path, key));
  }
  return ReadSearchKey(directory);
}

StoreFile SchedulingStore() { return {"scheduling.db", {scheduling::Migrations()}}; }

absl::StatusOr<std::vector<StoreReport>> VerifyDataDirectory(const std::string& directory,
                                                             const BackupProgress& progress) {
  RETURN_IF_ERROR(CheckSearchKey(directory));
  return ForEachStore(directory, progress,
                      [&](const std::string& file_name, const storage::BackupOptions& options) {
                        return storage::VerifyStore(absl::StrCat(directory, "/", file_name),
                                                    options);
                      });
}

absl::StatusOr<std::vector<StoreReport>> BackUpDataDirectory(const std::string& directory,
                                                             const std::string& target,
                                                             const BackupProgress& progress) {
  const fs::path final_path = Normal(target);
  const fs::path partial = final_path.string() + ".partial";
  RETURN_IF_ERROR(MakePartial(final_path, partial));
  auto reports =
      ForEachStore(directory, progress,
                   [&](const std::string& file_name, const storage::BackupOptions& options) {
                     return storage::BackUpStore(absl::StrCat(directory, "/", file_name),
                                                 partial / file_name, options);
                   });
  absl::Status status = reports.status();
  if (status.ok()) status = CopySearchKey(directory, partial);
  if (status.ok()) status = Publish(partial, final_path);
  if (status.ok()) return reports;
  std::error_code ignored;
  fs::remove_all(partial, ignored);
  return status;
}

}  // namespace clarity
