#ifndef CLARITY_TESTS_SIMULATION_SHRINK_H_
#define CLARITY_TESTS_SIMULATION_SHRINK_H_

#include <functional>
#include <vector>

#include "tests/simulation/step.h"

namespace clarity::simulation {

// The steps of which none can be left out any more without the failure's going away, in at most
// `attempts_max` attempts.
std::vector<Step> Shrink(std::vector<Step> steps,
                         const std::function<bool(const std::vector<Step>&)>& fails,
                         int attempts_max);

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_SHRINK_H_
