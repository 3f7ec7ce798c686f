#include "services/platform/rpc/watched_database.h"

#include <utility>

#include "services/platform/base/log.h"

namespace clarity::rpc {
namespace {

constexpr char kGuard[] = "health";

}  // namespace

void WatchedDatabase::Write(Work work, Done done) {
  database_.Write(std::move(work),
                  [state = state_, done = std::move(done)](storage::Outcome outcome) mutable {
                    // A use case may say so, too: hence a doubt, and no more.
                    if (absl::IsUnavailable(outcome.status)) state->in_doubt = true;
                    std::move(done)(std::move(outcome));
                  });
}

void WatchedDatabase::Tick() {
  if (!state_->in_doubt || state_->asking.exchange(true)) return;
  database_.Write(
      [](storage::Transaction& transaction) { return transaction.BumpGuard(kGuard); },
      [state = state_](const storage::Outcome& outcome) {
        const bool takes_writes = outcome.status.ok();
        state->in_doubt = !takes_writes;
        if (state->takes_writes.exchange(takes_writes) != takes_writes) {
          base::Log(takes_writes ? base::LogLevel::kInfo : base::LogLevel::kError,
                    takes_writes ? "the store takes writes again" : "the store takes no writes",
                    {{"text", outcome.status.message()}});
        }
        state->asking = false;
      });
}

}  // namespace clarity::rpc
