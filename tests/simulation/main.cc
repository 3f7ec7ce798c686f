// Runs worlds, each from its own seed, for a time or until one fails; or with a planted fault until
// it is found. See run.sh.

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/platform/base/log.h"
#include "tests/simulation/planted_faults.h"
#include "tests/simulation/server.h"
#include "tests/simulation/shrink.h"
#include "tests/simulation/step.h"
#include "tests/simulation/world.h"

namespace clarity::simulation {
namespace {

constexpr int kStepsOfAWorld = 500;
constexpr int kShrinkAttemptsMax = 600;
constexpr uint64_t kSeedsApart = 1'000'003;  // of the steps from the rest of their world

struct Options {
  double minutes = 0;
  std::optional<uint64_t> seed;
  std::string fault;
};

std::vector<Step> StepsOf(uint64_t seed) {
  base::SeededRandom random(seed + kSeedsApart);
  return RandomSteps(random, kStepsOfAWorld);
}

std::string FirstLine(const Failure& failure) {
  return failure.what.substr(0, failure.what.find('\n'));
}

// Whether it is the same kind of failure, whatever it happened to.
bool IsLike(const Failure& a, const Failure& b) {
  constexpr size_t kLettersCompared = 14;
  return a.what.substr(0, kLettersCompared) == b.what.substr(0, kLettersCompared);
}

// Finds the fewest steps that fail, and tells what happens in them.
void Explain(const Premises& premises, uint64_t seed, const PlantedFault* planted,
             const Failure& failure) {
  const Fault fault = planted == nullptr ? Fault::kNone : planted->fault;
  std::vector<Step> steps = StepsOf(seed);
  steps.resize(std::min(steps.size(), failure.step + 1));
  std::cout << "\nSeed " << seed << " fails at step " << failure.step << " of " << kStepsOfAWorld
            << ":\n"
            << failure.what << "\n\nLooking for the fewest steps that fail ..." << std::endl;
  steps = Shrink(
      steps,
      [&](const std::vector<Step>& fewer) {
        const auto other = World(&premises, seed, fault).Run(fewer);
        return other.has_value() && IsLike(*other, failure);
      },
      kShrinkAttemptsMax);
  World world(&premises, seed, fault);
  const std::optional<Failure> last = world.Run(steps);
  std::cout << "\n" << steps.size() << " steps fail";
  for (const Step& step : steps) std::cout << ", " << NameOf(step.kind);
  std::cout << ":\n\n";
  for (const std::string& line : world.story()) std::cout << "  " << line << "\n";
  std::cout << "\n"
            << (last.has_value() ? last->what : "not every time") << "\n\nAgain: "
            << "bash tests/simulation/run.sh --seed " << seed
            << (planted == nullptr ? "" : absl::StrCat(" --fault=", planted->name)) << std::endl;
}

// The same seed twice has to tell the same story.
bool IsTheSameAgain(const Premises& premises, uint64_t seed) {
  World first(&premises, seed, Fault::kNone);
  World second(&premises, seed, Fault::kNone);
  first.Run(StepsOf(seed));
  second.Run(StepsOf(seed));
  if (first.digest() == second.digest()) return true;
  for (size_t i = 0; i < first.story().size() && i < second.story().size(); ++i) {
    if (first.story()[i] == second.story()[i]) continue;
    std::cout << "Seed " << seed << " does not replay: line " << i << " was\n  " << first.story()[i]
              << "\nand then\n  " << second.story()[i] << std::endl;
    break;
  }
  return false;
}

int RunWorlds(const Options& options) {
  const Premises premises;
  uint64_t seed = options.seed.value_or(std::random_device()());
  const uint64_t first = seed;
  const absl::Time begin = absl::Now();
  const absl::Time end = begin + absl::Minutes(1) * options.minutes;
  Counts counts;
  if (!IsTheSameAgain(premises, seed)) return 1;
  do {
    World world(&premises, seed, Fault::kNone);
    const std::optional<Failure> failure = world.Run(StepsOf(seed));
    counts.Add(world.counts());
    if (failure.has_value()) {
      Explain(premises, seed, nullptr, *failure);
      return 1;
    }
    ++seed;
  } while (absl::Now() < end);
  std::cout << "seeds " << first << " to " << seed - 1 << " in "
            << absl::FormatDuration(absl::Trunc(absl::Now() - begin, absl::Seconds(1))) << ": "
            << counts.calls << " calls, " << counts.done << " of them changed something and "
            << counts.together << " shared a commit; " << counts.faults
            << " faults of the store and " << counts.crashes << " crashes survived; seed " << first
            << " replayed exactly" << std::endl;
  return 0;
}

// Whether it is found within as many calls as it says.
bool Find(const Premises& premises, const PlantedFault& planted, const Options& options) {
  int64_t calls = 0;
  for (uint64_t seed = options.seed.value_or(1); calls <= planted.calls_max; ++seed) {
    World world(&premises, seed, planted.fault);
    const std::optional<Failure> failure = world.Run(StepsOf(seed));
    calls += world.counts().calls;
    if (!failure.has_value()) continue;
    std::cout << planted.name << ": found after " << calls << " calls (of at most "
              << planted.calls_max << "), with seed " << seed << ": " << FirstLine(*failure)
              << std::endl;
    if (options.fault != "all") Explain(premises, seed, &planted, *failure);
    return calls <= planted.calls_max;
  }
  std::cout << planted.name << ": NOT found in " << calls << " calls" << std::endl;
  return false;
}

int FindFaults(const Options& options) {
  const absl::Span<const PlantedFault> faults = PlantedFaults();
  const Premises premises;
  const absl::Time begin = absl::Now();
  int number = 0;
  int looked_for = 0;
  int found = 0;
  for (const PlantedFault& planted : faults) {
    ++number;
    if (options.fault == "list") {
      std::cout << number << "  " << planted.name << ": " << planted.description << " (within "
                << planted.calls_max << " calls)\n";
    } else if (options.fault == "all" || options.fault == planted.name ||
               options.fault == absl::StrCat(number)) {
      ++looked_for;
      found += Find(premises, planted, options) ? 1 : 0;
    }
  }
  if (options.fault == "list") return 0;
  // As the runner counts tests.
  std::cout << "Ran " << looked_for << " tests in "
            << absl::FormatDuration(absl::Trunc(absl::Now() - begin, absl::Seconds(1))) << "\n";
  if (found < looked_for) std::cout << "FAILED (failures=" << looked_for - found << ")\n";
  return looked_for > 0 && found == looked_for ? 0 : 1;
}

}  // namespace
}  // namespace clarity::simulation

int main(int argc, char** argv) {
  CLI::App app("A deterministic simulation of scheduling, with a plain model beside it");
  clarity::simulation::Options options;
  app.add_option("--minutes", options.minutes, "for how long, with one seed after the other");
  app.add_option("--seed", options.seed, "the first seed; alone, the only one");
  app.add_option("--fault", options.fault,
                 "plant this fault and see whether it is found: a number, a name, all, or list");
  CLI11_PARSE(app, argc, argv);
  std::ostream nowhere(nullptr);  // the server has much to say about its faults
  clarity::base::LogTo(&nowhere);
  return options.fault.empty() ? clarity::simulation::RunWorlds(options)
                               : clarity::simulation::FindFaults(options);
}
