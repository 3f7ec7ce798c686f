#ifndef CLARITY_SERVICES_PLATFORM_BASE_CLOCK_H_
#define CLARITY_SERVICES_PLATFORM_BASE_CLOCK_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/platform/base/mutex.h"

namespace clarity::base {

// The only source of the current time. Injected from main() down, so that a test or a simulation
// decides what time it is.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

// A clock that moves only when told to.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(absl::Time now) : now_(now) {}

  absl::Time Now() const override {
    MutexLock lock(&mutex_);
    return now_;
  }
  void Set(absl::Time now) {
    MutexLock lock(&mutex_);
    now_ = now;
  }
  void Advance(absl::Duration by) {
    MutexLock lock(&mutex_);
    now_ += by;
  }

 private:
  mutable Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clarity::base

#endif  // CLARITY_SERVICES_PLATFORM_BASE_CLOCK_H_
