#ifndef CLARITY_CLIENTS_CORE_MOCKS_FAKE_ENVIRONMENT_H_
#define CLARITY_CLIENTS_CORE_MOCKS_FAKE_ENVIRONMENT_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/time/time.h"
#include "clients/core/environment.h"

namespace clarity::client {

// For tests: a clock that only sleeping moves, and random numbers of the test's choice. Outlives
// the environments it gives.
class FakeEnvironment {
 public:
  explicit FakeEnvironment(absl::Time now) : now_(now) {}

  Environment Get() {
    return {[this] { return now_; },
            [this](absl::Duration wait) {
              sleeps_.push_back(wait);
              now_ += wait;
            },
            [this] { return random_; }};
  }

  absl::Time now() const { return now_; }
  void set_random(uint64_t random) { random_ = random; }
  const std::vector<absl::Duration>& sleeps() const { return sleeps_; }

  static constexpr uint64_t kLargestRandom = std::numeric_limits<uint64_t>::max();

 private:
  absl::Time now_;
  uint64_t random_ = kLargestRandom;
  std::vector<absl::Duration> sleeps_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_MOCKS_FAKE_ENVIRONMENT_H_
