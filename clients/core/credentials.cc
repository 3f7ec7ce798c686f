#include "clients/core/credentials.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace clarity::client {
namespace {

class StaticToken final : public Credentials {
 public:
  explicit StaticToken(std::string token) : token_(std::move(token)) {}
  absl::StatusOr<std::string> Token() override { return token_; }

 private:
  const std::string token_;
};

class TokenFile final : public Credentials {
 public:
  explicit TokenFile(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<std::string> Token() override {
    struct stat file;
    if (stat(path_.c_str(), &file) != 0) return CannotRead(std::strerror(errno));
    // Inode as well as time: a file put in place by rename may be older than the one before.
    const Version version{file.st_ino, file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec};
    std::lock_guard<std::mutex> lock(mutex_);
    if (token_.empty() || version != version_) {
      absl::Status read = Read();
      if (!read.ok()) return read;
      version_ = version;
    }
    return token_;
  }

 private:
  using Version = std::tuple<ino_t, off_t, time_t, long>;

  absl::Status Read() {
    std::ifstream file(path_);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) return CannotRead(std::strerror(errno));
    absl::StripAsciiWhitespace(&text);
    if (text.empty()) return CannotRead("it is empty");
    token_ = std::move(text);
    return absl::OkStatus();
  }

  absl::Status CannotRead(const char* why) const {
    return absl::UnauthenticatedError(
        absl::StrCat("the token file ", path_, " cannot be read: ", why));
  }

  const std::string path_;
  std::mutex mutex_;
  // State below is protected by mutex_.
  std::string token_;
  Version version_;
};

}  // namespace

std::shared_ptr<Credentials> TokenCredentials(std::string token) {
  return std::make_shared<StaticToken>(std::move(token));
}

std::shared_ptr<Credentials> TokenFileCredentials(std::string path) {
  return std::make_shared<TokenFile>(std::move(path));
}

}  // namespace clarity::client
