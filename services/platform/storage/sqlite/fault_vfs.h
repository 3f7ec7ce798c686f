#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_FAULT_VFS_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_FAULT_VFS_H_

#include <sqlite3.h>

#include <map>
#include <string>

#include "services/platform/base/mutex.h"

namespace clarity::storage {

// For tests: SQLite's view of the file system, made to fail to order, and to lose what was written
// but not synced. It never syncs for real, which makes it fast. One at a time.
class FaultVfs {
 public:
  enum class Operation { kRead, kWrite, kSync };  // a truncation is a write

  FaultVfs();
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  const char* name() const { return vfs_.zName; }

  // The operation of that kind that follows after `skipped` others fails with `code`, and with
  // `until_healed` every operation of that kind after it.
  void Fail(Operation operation, int skipped, int code, bool until_healed);
  // Every read, write and sync fails from after `skipped` writes and syncs on.
  void CutPower(int skipped);
  void Heal();
  // Whether a fault has been met since it was ordered.
  bool WasMet();

  // Makes in `directory` what a machine would find there after losing its power now: of each file
  // what was synced. Of the database and of its log it may happen that the rest had arrived, too.
  void CopyDurable(const std::string& directory, bool unsynced_database, bool unsynced_log);

 private:
  struct File;
  struct Calls;

  int Check(Operation operation) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  sqlite3_vfs* const real_;
  sqlite3_vfs vfs_;

  base::Mutex mutex_;
  bool armed_ ABSL_GUARDED_BY(mutex_) = false;
  bool met_ ABSL_GUARDED_BY(mutex_) = false;
  bool power_cut_ ABSL_GUARDED_BY(mutex_) = false;
  bool until_healed_ ABSL_GUARDED_BY(mutex_) = false;
  Operation operation_ ABSL_GUARDED_BY(mutex_) = Operation::kWrite;
  int left_ ABSL_GUARDED_BY(mutex_) = 0;
  int code_ ABSL_GUARDED_BY(mutex_) = SQLITE_OK;
  std::map<std::string, std::string> synced_ ABSL_GUARDED_BY(mutex_);  // path to content
};

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_FAULT_VFS_H_
