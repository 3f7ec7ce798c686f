#include "services/consultation/pathway/turns.h"

#include <string>

#include "services/consultation/errors.h"
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
  // Mostly none: a read does not hold up those who write.
  std::map<std::string, std::string> episodes;
  RETURN_IF_ERROR(database_.ReadAndWait([&](storage::Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(episodes, Consequences::WhoseTurn(transaction, now, limits::kTurnsBatch));
    return absl::OkStatus();
  }));
  if (episodes.empty()) return false;
  const absl::Status together =
      database_.WriteAndWait([&](storage::Transaction& transaction) -> absl::Status {
        for (const auto& [patient, episode] : episodes) {
          RETURN_IF_ERROR(consequences_.FollowTime(transaction, now, patient));
        }
        return absl::OkStatus();
      });
  if (!together.ok()) RETURN_IF_ERROR(TakeEach(now, episodes));
  return true;
}

absl::Status Turns::TakeEach(absl::Time now, const std::map<std::string, std::string>& episodes) {
  absl::Status passing;
  for (const auto& episode : episodes) {
    const std::string& patient = episode.first;
    const absl::Status taken = database_.WriteAndWait([&](storage::Transaction& transaction) {
      return consequences_.FollowTime(transaction, now, patient);
    });
    if (IsPassing(taken)) passing = taken;
    if (taken.ok() || IsPassing(taken)) continue;
    base::Log(base::LogLevel::kError, "what time has brought an episode is put off",
              {{"episode", episode.second}, {"error", std::string(taken.message())}});
    RETURN_IF_ERROR(database_.WriteAndWait([&](storage::Transaction& transaction) {
      return Consequences::PutOffTurn(transaction, now, patient);
    }));
  }
  return passing;
}

// False: it is time to stop.
bool Turns::WaitFor(absl::Duration time) {
  base::MutexLock lock(&mutex_);
  if (!stopping_) changed_.WaitFor(&mutex_, time);
  return !stopping_;
}

}  // namespace clarity::consultation
