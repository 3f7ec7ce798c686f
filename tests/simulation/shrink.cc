#include "tests/simulation/shrink.h"

#include <algorithm>
#include <utility>

namespace clarity::simulation {
namespace {

std::vector<Step> LeaveOut(const std::vector<Step>& steps, size_t from, size_t count) {
  std::vector<Step> rest = steps;
  const auto begin = rest.begin() + static_cast<ptrdiff_t>(from);
  rest.erase(begin, begin + static_cast<ptrdiff_t>(std::min(count, rest.size() - from)));
  return rest;
}

}  // namespace

// Large pieces first; single ones until none of them can go. From the end, for what comes late
// rests on what came before.
std::vector<Step> Shrink(std::vector<Step> steps,
                         const std::function<bool(const std::vector<Step>&)>& fails,
                         int attempts_max) {
  size_t piece = std::max<size_t>(steps.size() / 2, 1);
  while (attempts_max > 0) {
    bool any_left_out = false;
    for (size_t end = steps.size(); end > 0 && attempts_max > 0;) {
      const size_t from = end > piece ? end - piece : 0;
      std::vector<Step> rest = LeaveOut(steps, from, end - from);
      --attempts_max;
      if (fails(rest)) {
        steps = std::move(rest);
        any_left_out = true;
      }
      end = from;
    }
    if (piece == 1 && !any_left_out) break;
    piece = std::max<size_t>(piece / 2, 1);
  }
  return steps;
}

}  // namespace clarity::simulation
