#ifndef CLARITY_TESTS_SUPPORT_EVENTUALLY_H_
#define CLARITY_TESTS_SUPPORT_EVENTUALLY_H_

#include <functional>
#include <stdexcept>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace clarity::tests {

// Waits until what happens behind the scenes has happened.
inline void Eventually(const std::function<bool()>& has_happened) {
  const absl::Time limit = absl::Now() + absl::Seconds(30);
  while (!has_happened()) {
    if (absl::Now() > limit) throw std::runtime_error("it has not happened in 30 s");
    // Nobody may call all the time, and the clock of a server may stand still.
    absl::SleepFor(absl::Milliseconds(20));
  }
}

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_EVENTUALLY_H_
