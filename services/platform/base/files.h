#ifndef CLARITY_SERVICES_PLATFORM_BASE_FILES_H_
#define CLARITY_SERVICES_PLATFORM_BASE_FILES_H_

#include <string>

#include "absl/status/statusor.h"

namespace clarity::base {

// The whole of a small file. An error names the path and says why it cannot be read.
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace clarity::base

#endif  // CLARITY_SERVICES_PLATFORM_BASE_FILES_H_
