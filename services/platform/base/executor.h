#ifndef CLARITY_SERVICES_PLATFORM_BASE_EXECUTOR_H_
#define CLARITY_SERVICES_PLATFORM_BASE_EXECUTOR_H_

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "services/platform/base/mutex.h"

namespace clarity::base {

using Task = absl::AnyInvocable<void() &&>;

// Where handlers run. Bounded: work that does not fit is refused at once, so that overload is
// shed at the door instead of growing a queue.
class Executor {
 public:
  virtual ~Executor() = default;

  // Takes the task, or returns false (full, or stopping) and leaves it unrun.
  [[nodiscard]] virtual bool TrySubmit(Task task) = 0;
};

// A fixed number of threads behind a bounded queue. Safe for any number of callers.
class WorkerPool final : public Executor {
 public:
  WorkerPool(int threads, size_t queue_tasks_max);
  // Stops taking tasks, runs those already taken, and joins the threads.
  ~WorkerPool() override;

  bool TrySubmit(Task task) override;

 private:
  void Run();

  const size_t queue_tasks_max_;
  Mutex mutex_;
  CondVar wake_;
  std::deque<Task> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

// Runs every task in the caller, before TrySubmit returns: single-threaded simulation and tests.
class InlineExecutor final : public Executor {
 public:
  bool TrySubmit(Task task) override {
    std::move(task)();
    return true;
  }
};

}  // namespace clarity::base

#endif  // CLARITY_SERVICES_PLATFORM_BASE_EXECUTOR_H_
