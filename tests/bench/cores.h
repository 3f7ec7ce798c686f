#ifndef CLARITY_TESTS_BENCH_CORES_H_
#define CLARITY_TESTS_BENCH_CORES_H_

namespace clarity::bench {

// From now on this thread, and what it starts, threads and processes, run on this core only.
void PinTo(int core);

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
