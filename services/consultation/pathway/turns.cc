#include "services/consultation/pathway/turns.h"

#include <string>

#include "services/consultation/limits.h"
#include "services/platform/base/log.h"
#include "services/platform/base/status_macros.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;

// It is over soon: the store is away, or scheduling is being asked for a clinic.
bool IsPassing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

}  // namespace

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
  std::map<std::string, std::string>
      episodes;  // mostly none: a read does not hold up those who write
  RETURN_IF_ERROR(database_.ReadAndWait([&](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(episodes, Consequences::WhoseTurn(transaction, now, limits::kTurnsBatch));
    return absl::OkStatus();
  }));
  if (episodes.empty()) return false;
  const absl::Status together =
      database_.WriteAndWait([&](Transaction& transaction) -> absl::Status {
        for (const auto& [patient, episode] : episodes) {
          RETURN_IF_ERROR(consequences_.FollowTime(transaction, now, patient));
        }
        return absl::OkStatus();
      });
  if (!together.ok()) RETURN_IF_ERROR(TakeEach(now, episodes));
  return true;
}

absl::Status Turns::TakeEach(absl::Time now, const std::map<std::string, std::string>& episodes) {
  absl::Status last;
  for (const auto& episode : episodes) {
    const std::string& patient = episode.first;
    const absl::Status taken = database_.WriteAndWait([&](Transaction& transaction) {
      return consequences_.FollowTime(transaction, now, patient);
    });
    if (taken.ok()) continue;
    last = taken;
    if (IsPassing(taken)) continue;
    base::Log(base::LogLevel::kError, "what time has brought an episode is put off",
              {{"episode", episode.second}, {"error", std::string(taken.message())}});
    RETURN_IF_ERROR(database_.WriteAndWait([&](Transaction& transaction) {
      return Consequences::PutOffTurn(transaction, now, patient);
    }));
  }
  return IsPassing(last) ? last : absl::OkStatus();
}

// False: it is time to stop.
bool Turns::WaitFor(absl::Duration time) {
  base::MutexLock lock(&mutex_);
  if (!stopping_) changed_.WaitFor(&mutex_, time);
  return !stopping_;
}

}  // namespace clarity::consultation
