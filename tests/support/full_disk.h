#ifndef CLARITY_TESTS_SUPPORT_FULL_DISK_H_
#define CLARITY_TESTS_SUPPORT_FULL_DISK_H_

#include <sys/resource.h>

#include <csignal>

namespace clarity::tests {

// While it lives, this process writes to no file: as if the disk were full.
class FullDisk {
 public:
  FullDisk() {
    std::signal(SIGXFSZ, SIG_IGN);  // the write fails instead
    getrlimit(RLIMIT_FSIZE, &usual_);
    rlimit none = usual_;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &usual_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit usual_{};
};

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_FULL_DISK_H_
