#include "services/platform/base/executor.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "services/platform/base/mutex.h"

namespace clarity::base {
namespace {

// Counts up; lets others wait for a number.
class Counter {
 public:
  void Increment() {
    MutexLock lock(&mutex_);
    ++count_;
    changed_.NotifyAll();
  }
  void WaitFor(int count) {
    MutexLock lock(&mutex_);
    while (count_ < count) changed_.Wait(&mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(WorkerPoolTest, RunsEveryTaskItTookOnceBeforeItEnds) {
  std::atomic<int> runs = 0;
  int taken = 0;
  {
    WorkerPool pool(4, 1000);
    for (int i = 0; i < 1000; ++i) taken += pool.TrySubmit([&runs] { ++runs; });
  }
  EXPECT_EQ(taken, 1000);
  EXPECT_EQ(runs, 1000);
}

TEST(WorkerPoolTest, RunsAsManyAtOnceAsItHasThreads) {
  Counter begun;
  WorkerPool pool(3, 10);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pool.TrySubmit([&] {
      begun.Increment();
      begun.WaitFor(3);  // Would never end with fewer threads.
    }));
  }
  begun.WaitFor(3);
}

TEST(WorkerPoolTest, RefusesWhatDoesNotFitAndLeavesItUnrun) {
  Counter begun, released;
  std::atomic<int> runs = 0;
  {
    WorkerPool pool(1, 2);
    ASSERT_TRUE(pool.TrySubmit([&] {
      begun.Increment();
      released.WaitFor(1);
    }));
    begun.WaitFor(1);
    EXPECT_TRUE(pool.TrySubmit([&] { ++runs; }));
    EXPECT_TRUE(pool.TrySubmit([&] { ++runs; }));
    EXPECT_FALSE(pool.TrySubmit([&] { runs += 100; }));
    released.Increment();
  }
  EXPECT_EQ(runs, 2);
}

TEST(WorkerPoolTest, ATaskMaySubmitTheNext) {
  Counter finished;
  WorkerPool pool(1, 1);
  ASSERT_TRUE(pool.TrySubmit([&] { EXPECT_TRUE(pool.TrySubmit([&] { finished.Increment(); })); }));
  finished.WaitFor(1);
}

TEST(WorkerPoolTest, TakesFromManyCallersAtOnce) {
  std::atomic<int> runs = 0, taken = 0;
  {
    WorkerPool pool(2, 16);
    std::vector<std::thread> callers;
    for (int i = 0; i < 8; ++i) {
      callers.emplace_back([&] {
        for (int n = 0; n < 500; ++n) taken += pool.TrySubmit([&] { ++runs; });
      });
    }
    for (std::thread& caller : callers) caller.join();
  }
  EXPECT_EQ(runs, taken);
  EXPECT_GT(taken, 0);
}

TEST(InlineExecutorTest, RunsTheTaskBeforeItReturns) {
  InlineExecutor executor;
  const std::thread::id here = std::this_thread::get_id();
  std::thread::id ran_in;
  EXPECT_TRUE(executor.TrySubmit([&] { ran_in = std::this_thread::get_id(); }));
  EXPECT_EQ(ran_in, here);
}

}  // namespace
}  // namespace clarity::base
