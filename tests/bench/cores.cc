#include "tests/bench/cores.h"

#include <sched.h>
#include <time.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "absl/strings/str_cat.h"

namespace clarity::bench {

void PinTo(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  if (sched_setaffinity(0, sizeof(cores), &cores) != 0) {
    throw std::runtime_error(absl::StrCat("there is no core ", core, " to run on"));
  }
}

absl::Duration CpuTimeOf(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) {
    throw std::runtime_error(absl::StrCat("there is no process ", process));
  }
  return absl::DurationFromTimespec(time);
}

CoreWatch::CoreWatch(int core) : core_(core), begin_(Read()) {}

double CoreWatch::Busy() const {
  const Ticks end = Read();
  return end.all > begin_.all ? (end.busy - begin_.busy) / (end.all - begin_.all) : 0;
}

// "cpu1 user nice system idle iowait irq softirq steal ..."
CoreWatch::Ticks CoreWatch::Read() const {
  std::ifstream stat("/proc/stat");
  for (std::string line; std::getline(stat, line);) {
    std::istringstream fields(line);
    std::string name;
    fields >> name;
    if (name != absl::StrCat("cpu", core_)) continue;
    double user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft_irq = 0, steal = 0;
    fields >> user >> nice >> system >> idle >> wait >> irq >> soft_irq >> steal;
    const double busy = user + nice + system + irq + soft_irq + steal;
    return {busy, busy + idle + wait};
  }
  throw std::runtime_error(absl::StrCat("/proc/stat has no core ", core_));
}

}  // namespace clarity::bench
