#ifndef CLARITY_TESTS_BENCH_CORES_H_
#define CLARITY_TESTS_BENCH_CORES_H_

#include <sys/types.h>

#include "absl/time/time.h"

namespace clarity::bench {

// From now on this thread, and what it starts, threads and processes, run on this core only.
void PinTo(int core);

// What a process has computed so far, on whatever core.
absl::Duration CpuTimeOf(pid_t process);

// How busy a core is, whoever keeps it so, from now until asked.
class CoreWatch {
 public:
  explicit CoreWatch(int core);

  double Busy() const;  // 0 to 1

 private:
  struct Ticks {
    double busy = 0, all = 0;
  };
  Ticks Read() const;

  const int core_;
  const Ticks begin_;
};

}  // namespace clarity::bench

#endif  // CLARITY_TESTS_BENCH_CORES_H_
