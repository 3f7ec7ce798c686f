#include "services/platform/storage/sqlite/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"

namespace clarity::storage {
namespace {

absl::Status Cannot(absl::string_view what, const std::string& path, const std::string& why) {
  return base::Unavailable(absl::StrCat("cannot ", what, " ", path, ": ", why),
                           limits::kRetryAfter);
}

}  // namespace

absl::Status CreatePrivateDirectory(const std::string& directory) {
  std::error_code error;
  if (std::filesystem::create_directories(directory, error)) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  }
  return error ? Cannot("make", directory, error.message()) : absl::OkStatus();
}

absl::Status CreatePrivateFile(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return Cannot("write", path, std::strerror(errno));
  close(descriptor);
  return absl::OkStatus();
}

absl::Status SyncToDisk(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Cannot("read", path, std::strerror(errno));
  const bool synced = fsync(descriptor) == 0;
  absl::Status status = synced ? absl::OkStatus() : Cannot("write", path, std::strerror(errno));
  close(descriptor);
  return status;
}

}  // namespace clarity::storage
