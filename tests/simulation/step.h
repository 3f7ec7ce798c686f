#ifndef CLARITY_TESTS_SIMULATION_STEP_H_
#define CLARITY_TESTS_SIMULATION_STEP_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "services/platform/base/ids.h"

namespace clarity::simulation {

// One thing that somebody does, or that happens to the server. What it comes to depends on what
// there is by then: its dice choose among that. So any steps may be left out of a script, and the
// rest still mean something.
struct Step {
  enum class Kind {
    kBook,
    kBookHeld,
    kHold,
    kRenew,
    kRelease,
    kMove,
    kCancel,
    kConfirm,
    kVisit,
    kMiss,
    kUndo,
    kBlock,
    kUnblock,
    kPutOrder,
    kRevokeOrder,
    kMerge,
    kChangeCatalog,
    kRepeat,
    kReuseId,
    kLook,
    kFollow,
    kWait,
    kTidy,
    kFail,
    kFillDisk,
    kCutPower,
    kCrash,
  };

  Kind kind = Kind::kWait;
  bool with_next = false;  // in one commit with the step after it, where both write
  std::array<uint32_t, 4> dice{};

  // 0 to n - 1, by one of the dice, the first `range` of whose numbers are used up already.
  size_t Any(int die, size_t n, size_t range = 1) const { return dice[die] / range % n; }
  bool Chance(int die, size_t in, size_t range = 1) const { return Any(die, in, range) == 0; }
};

const char* NameOf(Step::Kind kind);
std::vector<Step> RandomSteps(base::Random& random, int count);

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_STEP_H_
