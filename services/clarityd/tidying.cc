#include "services/clarityd/tidying.h"

#include <utility>

#include "services/platform/base/limits.h"
#include "services/platform/base/log.h"
#include "services/platform/base/status_macros.h"

namespace clarity {

Tidying::Tidying(storage::Database* database, Step step)
    : database_(*database), step_(std::move(step)), thread_([this] { Run(); }) {}

Tidying::~Tidying() {
  {
    base::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  thread_.join();
}

absl::StatusOr<bool> Tidying::RunStep(storage::Database& database, const Step& step) {
  int64_t removed = 0;
  RETURN_IF_ERROR(database.WriteAndWait([&](storage::Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(removed, step(transaction));
    return absl::OkStatus();
  }));
  return removed > 0;
}

void Tidying::Run() {
  bool has_more = false;
  while (WaitFor(has_more ? limits::kTidyPause : limits::kTidyEvery)) {
    const auto stepped = RunStep(database_, step_);
    has_more = stepped.value_or(false);
    if (!stepped.ok()) {
      base::Log(base::LogLevel::kWarning, "tidying failed",
                {{"code", absl::StatusCodeToString(stepped.status().code())},
                 {"text", stepped.status().message()}});
    }
  }
}

// False: it is time to stop.
bool Tidying::WaitFor(absl::Duration time) {
  base::MutexLock lock(&mutex_);
  if (!stopping_) changed_.WaitFor(&mutex_, time);
  return !stopping_;
}

}  // namespace clarity
