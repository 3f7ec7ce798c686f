#ifndef CLARITY_TESTS_SIMULATION_STEPWISE_DATABASE_H_
#define CLARITY_TESTS_SIMULATION_STEPWISE_DATABASE_H_

#include "services/platform/storage/database.h"
#include "tests/simulation/progress.h"

namespace clarity::simulation {

// A store of which it is known what it is at, and whose writer waits when told to, so that writes
// gather and are committed together.
class StepwiseDatabase final : public storage::Database {
 public:
  // Both outlive it. `store` is the one with the writer, below whatever else `database` is.
  StepwiseDatabase(storage::Database* database, storage::Database* store, Progress* progress)
      : database_(*database), store_(*store), progress_(*progress) {}

  void Read(Work work, Done done) override { database_.Read(std::move(work), std::move(done)); }
  void Write(Work work, Done done) override;

  // From now on writes only arrive.
  void Hold();
  // What has arrived is done in one commit.
  void Release();
  // Until every write is over.
  void AwaitStillness();
  // For use in Progress::Await.
  int arrived() const { return arrived_; }

 private:
  storage::Database& database_;
  storage::Database& store_;
  Progress& progress_;
  // Under the mutex of `progress_`.
  int arrived_ = 0;
  int under_way_ = 0;
  bool held_ = false;
  bool waits_ = false;
};

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_STEPWISE_DATABASE_H_
