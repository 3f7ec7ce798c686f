#ifndef CLARITY_TESTS_SIMULATION_MEMORY_FILES_H_
#define CLARITY_TESTS_SIMULATION_MEMORY_FILES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/platform/base/ids.h"
#include "services/platform/base/mutex.h"

namespace clarity::simulation {

// A disk in memory, which keeps what was synced apart from what was only written, fails to order,
// and loses its power. Whoever had a file open before a crash goes on with a copy that nobody will
// ever read, as a process does that is gone.
class MemoryFiles {
 public:
  // One file. Its members belong to the disk's mutex; for the disk and its SQLite face only.
  struct File {
    struct Write {
      size_t offset = 0;
      std::string bytes;
      bool truncates = false;
    };
    void Apply(const Write& write, std::string* to) const;

    std::string content;          // as a process reads it
    std::string synced;           // what is there after any crash
    std::vector<Write> unsynced;  // what has come since, in its order

    // The locks of processes, and the memory they share; gone with them.
    int shared_locks = 0;
    const void* reserved_by = nullptr;
    bool exclusive = false;
    std::vector<std::unique_ptr<char[]>> shared_memory;
    std::map<int, int> memory_locks;  // -1: exclusive
  };

  enum class Operation { kRead, kWrite, kSync };
  enum class Survival { kSynced, kWritten, kAnyOfIt };

  base::Mutex& mutex() ABSL_LOCK_RETURNED(mutex_) { return mutex_; }

  std::shared_ptr<File> Open(const std::string& path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Has(const std::string& path) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remove(const std::string& path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int crashes() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return crashes_; }
  // SQLITE_OK, or the error that was ordered for an operation like this one.
  int Check(Operation operation) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Put(File* file, File::Write write) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Sync(File* file, const std::string& path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // The write or sync after `skipped` others fails, once.
  void FailOnce(Operation operation, int skipped);
  // Every write fails, for want of room, until Heal.
  void FillUp();
  // After so many writes and syncs nothing works any more.
  void CutPower(int skipped);
  void Heal();
  // Whether a fault was met since the last call of this.
  bool TakeMet();
  // As if the log was synced when it was not.
  void LieAboutSyncs() { lies_ = true; }

  // The machine stops, and starts again with what has survived.
  void Crash(Survival survival, base::Random& random);

 private:
  enum class Fault { kNone, kOnce, kFull, kPowerCut };

  base::Mutex mutex_;
  std::map<std::string, std::shared_ptr<File>> files_ ABSL_GUARDED_BY(mutex_);
  Fault fault_ ABSL_GUARDED_BY(mutex_) = Fault::kNone;
  Operation failing_ ABSL_GUARDED_BY(mutex_) = Operation::kWrite;
  int left_ ABSL_GUARDED_BY(mutex_) = 0;
  bool met_ ABSL_GUARDED_BY(mutex_) = false;
  int crashes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool lies_ = false;
};

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_MEMORY_FILES_H_
