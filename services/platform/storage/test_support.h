#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_TEST_SUPPORT_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_TEST_SUPPORT_H_

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "services/platform/base/mutex.h"

namespace clarity::storage {

// A directory of a test's own, gone with it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = std::filesystem::temp_directory_path() / "clarity-test-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Opens once, and lets everybody through from then on.
class Gate {
 public:
  void Open() {
    base::MutexLock lock(&mutex_);
    open_ = true;
    changed_.NotifyAll();
  }
  void Wait() {
    base::MutexLock lock(&mutex_);
    while (!open_) changed_.Wait(&mutex_);
  }

 private:
  base::Mutex mutex_;
  base::CondVar changed_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_TEST_SUPPORT_H_
