#include "services/platform/storage/sqlite/process_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"

namespace clarity::storage {
namespace {

absl::Status CannotLock(const std::string& path) {
  return base::Unavailable(absl::StrCat("cannot lock ", path, ": ", std::strerror(errno)),
                           limits::kRetryAfter);
}

absl::Status InUse(const std::string& path, int descriptor) {
  char holder[128];
  const ssize_t bytes = pread(descriptor, holder, sizeof(holder), 0);
  return base::FailedPrecondition(
      "DATA_DIRECTORY_IN_USE",
      absl::StrCat(path, " is held by ",
                   // Between locking and writing the holder has not said yet who it is.
                   bytes > 0 ? absl::string_view(holder, bytes) : "another process",
                   ": stop it first, or use another data directory"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ProcessLock>> ProcessLock::Acquire(const std::string& path,
                                                                  absl::Time now) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return CannotLock(path);
  std::unique_ptr<ProcessLock> lock(new ProcessLock(descriptor));
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? InUse(path, descriptor) : CannotLock(path);
  }
  const std::string holder =
      absl::StrCat("process ", getpid(), " since ", absl::FormatTime(now, absl::UTCTimeZone()));
  if (ftruncate(descriptor, 0) != 0 ||
      pwrite(descriptor, holder.data(), holder.size(), 0) != static_cast<ssize_t>(holder.size())) {
    return CannotLock(path);
  }
  return lock;
}

ProcessLock::~ProcessLock() { close(descriptor_); }

}  // namespace clarity::storage
