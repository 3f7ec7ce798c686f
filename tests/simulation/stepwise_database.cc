#include "tests/simulation/stepwise_database.h"

#include <utility>

namespace clarity::simulation {

void StepwiseDatabase::Write(Work work, Done done) {
  progress_.Note([&] { ++under_way_; });
  database_.Write(std::move(work),
                  [this, done = std::move(done)](storage::Outcome outcome) mutable {
                    std::move(done)(std::move(outcome));
                    progress_.Note([&] { --under_way_; });
                  });
  // Not before it is in the writer's queue.
  progress_.Note([&] { ++arrived_; });
}

// By a write that changes nothing, and does not end before it is released.
void StepwiseDatabase::Hold() {
  progress_.Note([&] {
    held_ = true;
    ++under_way_;
  });
  store_.Write(
      [this](storage::Transaction&) {
        progress_.Note([&] { waits_ = true; });
        progress_.Await([&] { return !held_; });
        return absl::OkStatus();
      },
      [this](const storage::Outcome&) {
        progress_.Note([&] {
          waits_ = false;
          --under_way_;
        });
      });
  progress_.Await([&] { return waits_ || under_way_ == 0; });
}

void StepwiseDatabase::Release() {
  progress_.Note([&] { held_ = false; });
}

void StepwiseDatabase::AwaitStillness() {
  progress_.Await([&] { return under_way_ == 0; });
}

}  // namespace clarity::simulation
