#ifndef CLARITY_SERVICES_CLARITYD_TIDYING_H_
#define CLARITY_SERVICES_CLARITYD_TIDYING_H_

#include <cstdint>
#include <functional>
#include <thread>

#include "absl/status/statusor.h"
#include "services/platform/base/mutex.h"
#include "services/platform/storage/database.h"

namespace clarity {

// Keeps the tables from growing for ever. Correctness never waits for it.
class Tidying {
 public:
  // Removes a little of what nobody needs any more, and gives how many rows that were; 0: there was
  // nothing. Runs in a transaction of its own, so that the writes of callers come in between.
  using Step = std::function<absl::StatusOr<int64_t>(storage::Transaction&)>;

  // Step by step until there is nothing left, as often as limits::kTidyEvery, on a thread of its
  // own. The store outlives it.
  Tidying(storage::Database* database, Step step);
  ~Tidying();

  // One step. Whether there may be more to do.
  static absl::StatusOr<bool> RunStep(storage::Database& database, const Step& step);

 private:
  void Run();
  bool WaitFor(absl::Duration time);

  storage::Database& database_;
  const Step step_;
  base::Mutex mutex_;
  base::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace clarity

#endif  // CLARITY_SERVICES_CLARITYD_TIDYING_H_
