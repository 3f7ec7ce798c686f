#ifndef CLARITY_TESTS_BENCH_FILLING_H_
#define CLARITY_TESTS_BENCH_FILLING_H_

#include <cstdint>

#include "tests/support/clarityd_process.h"

namespace clarity::bench {

// What the two weeks of network M hold once they are filled.
struct Filled {
  int appointments = 0;
  int blocks = 0;
  double taken = 0;  // of the time that resources are there
};

// Takes 70 % of everybody's time in the two weeks: visits of all types at random starts, as far as
// they go, and blocks of half an hour to an hour and a half for the rest. Through the service, one
// call after the other, so that a seed gives the same calendar each time.
Filled FillNetworkM(const tests::ClaritydProcess& server, uint32_t seed);

}  // namespace clarity::bench

#endif  // CLARITY_TESTS_BENCH_FILLING_H_
