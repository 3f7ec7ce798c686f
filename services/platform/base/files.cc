#include "services/platform/base/files.h"

#include <cerrno>
#include <cstdio>
#include <memory>

#include "absl/strings/str_cat.h"

namespace clarity::base {
namespace {

constexpr size_t kPartBytes = 4096;

absl::Status CannotRead(const std::string& path, int error) {
  return absl::ErrnoToStatus(error, absl::StrCat("cannot read ", path));
}

}  // namespace

// Not through a stream, which does not say why it failed and takes a directory for an empty file.
absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             &std::fclose);
  if (file == nullptr) return CannotRead(path, errno);
  std::string text;
  char part[kPartBytes];
  while (const size_t bytes = std::fread(part, 1, sizeof(part), file.get())) {
    text.append(part, bytes);
  }
  if (std::ferror(file.get()) != 0) return CannotRead(path, errno);
  return text;
}

}  // namespace clarity::base
