#ifndef CLARITY_SERVICES_PLATFORM_RPC_WATCHED_DATABASE_H_
#define CLARITY_SERVICES_PLATFORM_RPC_WATCHED_DATABASE_H_

#include <atomic>
#include <memory>

#include "absl/status/status.h"
#include "services/platform/storage/database.h"

namespace clarity::rpc {

// A store of which it is known whether it takes writes: for the health service. A write that finds
// it away raises the question; a write of its own, that changes nothing anybody reads, answers it,
// and is made again and again until it goes through.
class WatchedDatabase final : public storage::Database {
 public:
  // `database` outlives it.
  explicit WatchedDatabase(storage::Database* database) : database_(*database) {}

  void Read(Work work, Done done) override { database_.Read(std::move(work), std::move(done)); }
  void Write(Work work, Done done) override;

  // As far as is known.
  bool TakesWrites() const { return state_->takes_writes; }
  // To be called about once a second: asks the store where there is a doubt.
  void Tick();

 private:
  // A write may end after this has gone.
  struct State {
    std::atomic<bool> takes_writes{true};
    std::atomic<bool> in_doubt{false};
    std::atomic<bool> asking{false};
  };

  storage::Database& database_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_WATCHED_DATABASE_H_
