#ifndef CLARITY_TESTS_SIMULATION_PROGRESS_H_
#define CLARITY_TESTS_SIMULATION_PROGRESS_H_

#include <stdexcept>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/platform/base/mutex.h"

namespace clarity::simulation {

// What the library's threads have done so far, and the wait of the one thread that decides what
// comes next: it goes on only when all is still, so that nothing depends on which thread was
// faster.
class Progress {
 public:
  template <typename Change>
  void Note(Change change) {
    base::MutexLock lock(&mutex_);
    change();
    changed_.NotifyAll();
  }

  template <typename Reached>
  void Await(Reached reached) {
    constexpr absl::Duration kHangs = absl::Minutes(1);
    const absl::Time give_up = absl::Now() + kHangs;
    base::MutexLock lock(&mutex_);
    while (!reached()) {
      if (absl::Now() > give_up) throw std::runtime_error("a call hangs");
      changed_.WaitFor(&mutex_, absl::Seconds(1));
    }
  }

 private:
  base::Mutex mutex_;
  base::CondVar changed_;
};

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_PROGRESS_H_
