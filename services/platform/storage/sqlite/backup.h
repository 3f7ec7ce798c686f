#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_BACKUP_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_BACKUP_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/platform/storage/migrations/migration.h"

// Copies of a store, made beside a server that goes on writing to it, and whether a store is whole.
// Neither needs the process lock: the file is only read, through a connection of its own.
namespace clarity::storage {

// What a store holds, as far as a copy can be compared with it.
struct StoreContents {
  int64_t bytes = 0;
  std::map<std::string, int64_t> versions;   // by component: its last migration
  std::map<std::string, int64_t> rows;       // by table
  std::map<std::string, int64_t> positions;  // by stream of the change log: its last position
};

struct BackupOptions {
  std::vector<MigrationSet> migrations;  // the services'; the platform's own are known
  // Told how far a piece of work is, now and then, and from any thread, but one call at a time. An
  // error from it ends the work with that error.
  std::function<absl::Status(absl::string_view doing, int64_t done, int64_t total)> progress;
  // What stays free on the disk of a copy: the server's own may be the same one.
  int64_t room_left_bytes = int64_t{64} << 20;
  const char* target_vfs = nullptr;  // null: the system's own; another injects faults
};

// Reads a store as the server would, all of it, and says what it holds. DATA_LOSS where the file is
// damaged or the change log has a gap; FAILED_PRECONDITION where a newer binary wrote it; NOT_FOUND
// where there is none. A store that an older binary wrote is fine: the server brings it up to date
// when it opens it.
absl::StatusOr<StoreContents> VerifyStore(const std::string& path, const BackupOptions& options);

// Makes `target`, which must not exist, a copy of the store at `source` as it is now, all of it at
// one moment: every write acknowledged before is in it. Verifies the copy and compares it with what
// it was made of. It is on the disk, for its owner's eyes only and one file without a log, before
// this returns; after an error nothing of it is left. The store's log grows while the copy is
// made, by what is written meanwhile.
//
// RESOURCE_EXHAUSTED where the disk of `target` has not enough room; otherwise as VerifyStore.
absl::StatusOr<StoreContents> BackUpStore(const std::string& source, const std::string& target,
                                          const BackupOptions& options);

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_BACKUP_H_
