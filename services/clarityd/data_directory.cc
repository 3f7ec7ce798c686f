#include "services/clarityd/data_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <system_error>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
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
constexpr char kStoresFile[] = "stores";

bool IsThere(const fs::path& directory, const StoreFile& store) {
  std::error_code ignored;
  return fs::exists(directory / store.file_name, ignored);
}

// A directory of an earlier version names none.
absl::StatusOr<bool> IsNamed(const fs::path& directory, const StoreFile& store) {
  const fs::path path = directory / kStoresFile;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return false;
  ASSIGN_OR_RETURN(const std::string text, base::ReadFile(path));
  return absl::c_linear_search(std::vector<absl::string_view>(absl::StrSplit(text, '\n')),
                               store.file_name);
}

// Those there are. Consultation goes first: what it has sent to scheduling until then is in
// scheduling's copy, and what it has not heard from there it will ask for.
absl::StatusOr<std::vector<StoreFile>> StoresIn(const fs::path& directory) {
  std::vector<StoreFile> stores;
  for (const StoreFile& store : {ConsultationStore(), SchedulingStore()}) {
    RETURN_IF_ERROR(CheckNotLost(directory, store));
    if (IsThere(directory, store)) stores.push_back(store);
  }
  // Named as missing where there is nothing at all.
  if (stores.empty()) stores.push_back(SchedulingStore());
  return stores;
}

// Does something with each store; an error says of which it is.
absl::StatusOr<std::vector<StoreReport>> ForEachStore(
    const std::string& directory, const BackupProgress& progress,
    const std::function<absl::StatusOr<storage::StoreContents>(
        const std::string& file_name, const storage::BackupOptions& options)>& work) {
  std::vector<StoreReport> reports;
  ASSIGN_OR_RETURN(const auto stores, StoresIn(directory));
  for (const StoreFile& store : stores) {
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

bool IsWithin(const fs::path& path, const fs::path& directory) {
  const auto end = std::mismatch(directory.begin(), directory.end(), path.begin(), path.end());
  return end.first == directory.end();
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

// A file for its owner only, with O_EXCL or O_APPEND; on the disk.
absl::Status Write(const fs::path& path, int how, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, 0600);
  if (file < 0 && errno == EEXIST) return absl::AlreadyExistsError(path.string());
  const bool is_written =
      file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      fsync(file) == 0;
  const int why = errno;
  if (file >= 0) close(file);
  if (is_written) return storage::SyncToDisk(path.parent_path());
  if (file >= 0 && how == O_EXCL) unlink(path.c_str());
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
  if (!IsThere(directory, ConsultationStore())) return absl::OkStatus();
  return ReadSearchKey(directory).status();
}

absl::Status NameStores(const fs::path& directory) {
  for (const StoreFile& store : {ConsultationStore(), SchedulingStore()}) {
    if (IsThere(directory, store)) RETURN_IF_ERROR(NameStore(directory, store));
  }
  return absl::OkStatus();
}

absl::Status CopySearchKey(const fs::path& from, const fs::path& to) {
  if (!IsThere(to, ConsultationStore())) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string key, ReadSearchKey(from));
  return Write(to / kSearchKeyFile, O_EXCL, key);
}

}  // namespace

absl::Status CheckNotLost(const std::string& directory, const StoreFile& store) {
  ASSIGN_OR_RETURN(const bool is_named, IsNamed(directory, store));
  if (!is_named || IsThere(directory, store)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      store.file_name, " is missing from ", directory, ", which had it: bring back the whole ",
      "directory from a backup; or, to begin with an empty one, take the line \"", store.file_name,
      "\" out of ", directory, "/", kStoresFile));
}

absl::Status NameStore(const std::string& directory, const StoreFile& store) {
  ASSIGN_OR_RETURN(const bool is_named, IsNamed(directory, store));
  if (is_named) return absl::OkStatus();
  // The line break first: what was there may have been cut off.
  return Write(fs::path(directory) / kStoresFile, O_APPEND,
               absl::StrCat("\n", store.file_name, "\n"));
}

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
    RETURN_IF_ERROR(Write(path, O_EXCL, key));
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
  if (IsWithin(final_path, Normal(directory))) {
    return absl::InvalidArgumentError(
        absl::StrCat(target, " lies in ", directory, ": a backup is kept somewhere else"));
  }
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
  if (status.ok()) status = NameStores(partial);
  if (status.ok()) status = Publish(partial, final_path);
  if (status.ok()) return reports;
  std::error_code ignored;
  fs::remove_all(partial, ignored);
  return status;
}

}  // namespace clarity
