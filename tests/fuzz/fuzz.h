#ifndef CLARITY_TESTS_FUZZ_FUZZ_H_
#define CLARITY_TESTS_FUZZ_FUZZ_H_

#include <cstdio>
#include <cstdlib>

namespace clarity::fuzz {

// What does not hold ends the run; the fuzzer keeps the input.
inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "It does not hold that %s.\n", what);
  std::abort();
}

}  // namespace clarity::fuzz

#endif  // CLARITY_TESTS_FUZZ_FUZZ_H_
