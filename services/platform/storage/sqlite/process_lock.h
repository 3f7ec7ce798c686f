#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_PROCESS_LOCK_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_PROCESS_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace clarity::storage {

// Keeps a database to one process. The kernel drops the lock when the process ends, however it
// ends; the file stays, and says who holds it.
class ProcessLock {
 public:
  // FAILED_PRECONDITION (DATA_DIRECTORY_IN_USE), with pid and start of the holder, when another
  // process holds it. UNAVAILABLE when the file cannot be written.
  static absl::StatusOr<std::unique_ptr<ProcessLock>> Acquire(const std::string& path,
                                                              absl::Time now);
  ~ProcessLock();
  ProcessLock(const ProcessLock&) = delete;
  ProcessLock& operator=(const ProcessLock&) = delete;

 private:
  explicit ProcessLock(int descriptor) : descriptor_(descriptor) {}

  const int descriptor_;
};

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_PROCESS_LOCK_H_
