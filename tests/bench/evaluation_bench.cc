// How often one core evaluates the demo policy: every rule with its facts and what would change it.
//
//   evaluation_bench   prints a line for each kind of person, and for only asking every rule

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "absl/functional/function_ref.h"
#include "services/consultation/policy/evaluation.h"
#include "services/consultation/policy/test_support.h"

namespace clarity::consultation {
namespace {

constexpr int kRounds = 5;
constexpr int kEvaluations = 2000;

// The best of some rounds: what the work costs when nothing else gets in its way.
void Measure(const char* name, absl::FunctionRef<void()> work) {
  double best_us = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kEvaluations; ++i) work();
    const std::chrono::duration<double, std::micro> taken =
        std::chrono::steady_clock::now() - begin;
    best_us = std::min(best_us, taken.count() / kEvaluations);
  }
  std::printf("%-36s %7.1f us  %8.0f /s\n", name, best_us, 1e6 / best_us);
}

void MeasurePerson(const char* name, const Rulebook& rulebook, const Person& person) {
  Measure(name, [&] {
    if (Evaluate(Inquiry(rulebook, person.facts())).decisions().empty()) std::abort();
  });
}

void Run() {
  const Rulebook rulebook(DemoPolicy());
  std::printf("%d rules\n", rulebook.policy().rules_size());
  const Person healthy = HealthyPerson();
  MeasurePerson("evaluated, everything known", rulebook, healthy);
  MeasurePerson("evaluated, nothing known", rulebook, Person());
  int applied = 0;
  Measure("every rule asked, everything known", [&] {
    const Inquiry inquiry(rulebook, healthy.facts());
    for (const v1::Rule& rule : rulebook.policy().rules()) {
      applied += AskRule(inquiry, rule) == Truth::kYes ? 1 : 0;
    }
  });
  if (applied == 0) std::abort();
}

}  // namespace
}  // namespace clarity::consultation

int main() { clarity::consultation::Run(); }
