#include "services/consultation/pathway/turns.h"

#include <string>

#include "services/consultation/limits.h"
#include "services/platform/base/log.h"
#include "services/platform/base/status_macros.h"

namespace clarity::consultation {

Turns::~Turns() { Stop(); }

void Turns::Follow() {
  thread_ = std::thread([this] { Run(); });
}

void Turns::Stop() {
  if (!thread_.joinable()) return;
  {
    base::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  thread_.join();
}

void Turns::Run() {
  bool has_more = false;
  bool has_failed = false;  // said once, not at every attempt
  while (WaitFor(has_more ? limits::kTurnsPause : limits::kTurnsEvery)) {
    const auto taken = TakeSome();
    has_more = taken.value_or(false);
    if (!taken.ok() && !has_failed) {
      base::Log(base::LogLevel::kWarning, "what time has brought is not written",
                {{"error", std::string(taken.status().message())}});
    }
    has_failed = !taken.ok();
  }
}

absl::StatusOr<bool> Turns::TakeSome() {
  const absl::Time now = clock_.Now();
  bool is_due = false;  // mostly nothing is: a read does not hold up those who write
  RETURN_IF_ERROR(database_.ReadAndWait([&](storage::Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(is_due, consequences_.IsTimeDue(transaction, now));
    return absl::OkStatus();
  }));
  if (!is_due) return false;
  int64_t taken = 0;
  RETURN_IF_ERROR(database_.WriteAndWait([&](storage::Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(taken, consequences_.FollowTime(transaction, now, limits::kTurnsBatch));
    return absl::OkStatus();
  }));
  return taken > 0;
}

// False: it is time to stop.
bool Turns::WaitFor(absl::Duration time) {
  base::MutexLock lock(&mutex_);
  if (!stopping_) changed_.WaitFor(&mutex_, time);
  return !stopping_;
}

}  // namespace clarity::consultation
