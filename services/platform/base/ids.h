#ifndef CLARITY_SERVICES_PLATFORM_BASE_IDS_H_
#define CLARITY_SERVICES_PLATFORM_BASE_IDS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include "absl/time/time.h"
#include "services/platform/base/mutex.h"

namespace clarity::base {

// The only source of randomness, injected like the clock.
class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next() = 0;
};

// From the operating system; what is made of it cannot be guessed.
class SystemRandom final : public Random {
 public:
  uint64_t Next() override;

 private:
  // Each draw by itself would take longer than all else that an id takes. None is given twice, nor
  // kept once it is given.
  Mutex mutex_;
  std::array<uint64_t, 64> drawn_ ABSL_GUARDED_BY(mutex_) = {};
  size_t left_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The same numbers for the same seed.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}
  uint64_t Next() override {
    MutexLock lock(&mutex_);
    return engine_();
  }

 private:
  Mutex mutex_;
  std::mt19937_64 engine_ ABSL_GUARDED_BY(mutex_);
};

// 26 lower-case base-32 characters (Crockford's alphabet: no i, l, o, u, so that an id can be read
// out on the phone): 48 bits of milliseconds, then 80 random bits. Sorts by time, which keeps
// index inserts local.
std::string NewId(absl::Time now, Random& random);

}  // namespace clarity::base

#endif  // CLARITY_SERVICES_PLATFORM_BASE_IDS_H_
