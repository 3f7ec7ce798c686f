#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_FILES_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_FILES_H_

#include <string>

#include "absl/status/status.h"

// The files hold patients' data: only their owner may read them. UNAVAILABLE, with path and reason,
// when the file system refuses.
namespace clarity::storage {

// With those above it; nothing if it is there.
absl::Status CreatePrivateDirectory(const std::string& directory);

// Nothing if it is there. SQLite gives its other files the mode of this one. Only where no store of
// this process has it open: closing a file drops the locks the process has on it.
absl::Status CreatePrivateFile(const std::string& path);

// What was written to a file, or the names in a directory, outlast a power cut from here on.
absl::Status SyncToDisk(const std::string& path);

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_FILES_H_
