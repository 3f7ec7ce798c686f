#include "services/scheduling/calendar/visit.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <functional>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "services/scheduling/calendar/timeline.h"

namespace clarity::calendar {
namespace {

bool SortedAndDistinct(const std::vector<int>& indices) {
  return std::adjacent_find(indices.begin(), indices.end(), std::greater_equal<int>()) ==
         indices.end();
}

absl::Status ValidateNeed(const Need& need, size_t phases) {
  if (need.count < 1 || need.count > kVisitUnitsMax) {
    return absl::InvalidArgumentError(absl::StrCat("count must be 1 to ", kVisitUnitsMax));
  }
  if (!SortedAndDistinct(need.eligible) || (!need.eligible.empty() && need.eligible.front() < 0)) {
    return absl::InvalidArgumentError(
        "eligible resources must be sorted, distinct and not negative");
  }
  if (need.phases.size() != phases) {
    return absl::InvalidArgumentError("it must say for each phase of the visit what it asks");
  }
  const bool asks = std::any_of(need.phases.begin(), need.phases.end(),
                                [](PhaseUse use) { return use.mode != Mode::kNone; });
  if (!asks) return absl::InvalidArgumentError("it skips all phases");
  for (PhaseUse use : need.phases) {
    const int shares_max = use.mode == Mode::kClaim ? kCapacityMax : 0;
    if (use.shares < 0 || use.shares > shares_max) {
      return absl::InvalidArgumentError(
          absl::StrCat("a phase may claim 0 to ", kCapacityMax, " shares"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

int Visit::ticks() const { return std::accumulate(phase_ticks.begin(), phase_ticks.end(), 0); }

Interval Visit::PhaseInterval(int phase, Tick start) const {
  assert(0 <= phase && static_cast<size_t>(phase) < phase_ticks.size());
  const auto first = phase_ticks.begin();
  const Tick begin = std::accumulate(first, first + phase, start);
  return {begin, begin + phase_ticks[phase]};
}

absl::Status Visit::Validate() const {
  if (phase_ticks.size() > kVisitPhasesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a visit may have ", kVisitPhasesMax, " phases, not ", phase_ticks.size()));
  }
  int64_t total = 0;
  for (int length : phase_ticks) {
    if (length < 1) return absl::InvalidArgumentError("a phase must last a tick or more");
    total += length;
  }
  if (total < 1 || total > kVisitTicksMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a visit must last 1 to ", kVisitTicksMax, " ticks, not ", total));
  }
  int64_t units = 0;
  for (size_t i = 0; i < needs.size(); ++i) {
    const absl::Status status = ValidateNeed(needs[i], phase_ticks.size());
    if (!status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("need ", i, ": ", status.message()));
    }
    units += needs[i].count;
  }
  if (units > kVisitUnitsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a visit may need ", kVisitUnitsMax, " resources, not ", units));
  }
  return absl::OkStatus();
}

Stretches StretchesOf(const Visit& visit, const Need& need) {
  Stretches stretches;
  int offset = 0;
  for (size_t i = 0; i < visit.phase_ticks.size(); ++i) {
    const PhaseUse use = need.phases[i];
    const int length = visit.phase_ticks[i];
    const bool continues = i > 0 && need.phases[i - 1] == use;
    if (use.mode != Mode::kNone) {
      if (continues) {
        stretches.back().length += length;
      } else {
        stretches.push_back({offset, length, use});
      }
    }
    offset += length;
  }
  return stretches;
}

}  // namespace clarity::calendar
