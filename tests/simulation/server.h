#ifndef CLARITY_TESTS_SIMULATION_SERVER_H_
#define CLARITY_TESTS_SIMULATION_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "grpcpp/grpcpp.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/executor.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/authenticator.h"
#include "services/platform/rpc/door.h"
#include "services/platform/rpc/method.h"
#include "services/platform/rpc/metrics.h"
#include "services/platform/rpc/notifier.h"
#include "services/platform/rpc/permissions.h"
#include "services/platform/rpc/services.h"
#include "services/platform/rpc/testing/token.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "tests/simulation/memory_vfs.h"
#include "tests/simulation/planted_faults.h"
#include "tests/simulation/stepwise_database.h"
#include "tests/support/temporary_directory.h"

namespace clarity::simulation {

// What every server has, whichever world it is in: who may do what, and whose tokens are good.
class Premises {
 public:
  Premises();

  std::string Token(const std::string& subject, const std::string& role) const;
  std::string data_directory() const { return directory_ / "data"; }
  std::string keys_directory() const { return directory_ / "keys"; }
  const rpc::Permissions& permissions() const { return *permissions_; }
  const rpc::MethodTable& methods() const { return *methods_; }

 private:
  const tests::TemporaryDirectory directory_;
  const rpc::testing::TestIssuer issuer_;
  std::unique_ptr<rpc::Permissions> permissions_;
  std::unique_ptr<const rpc::MethodTable> methods_;
};

// The real service on the disk of the simulation, from a start to a stop or a crash. Whoever calls
// it does so in this process; its handlers run in the thread that brings the call, and one call at
// a time is under way, or several that share a commit.
class Server {
 public:
  struct Options {
    const Premises* premises = nullptr;  // they all outlive it
    const base::Clock* clock = nullptr;
    base::Random* random = nullptr;
    MemoryFiles* files = nullptr;
    Progress* progress = nullptr;
    int checkpoint_pages = 100;
    Fault fault = Fault::kNone;
  };
  static absl::StatusOr<std::unique_ptr<Server>> Start(const Options& options);
  ~Server();

  std::shared_ptr<grpc::Channel> Connect();
  StepwiseDatabase& database() { return *stepwise_; }
  // The store itself, for whoever looks at what is stored.
  storage::Database& store() { return *store_; }
  // What the server does about once a second, and what it does about once a minute.
  void Tick() { door_->Tick(); }
  absl::Status Tidy();

 private:
  explicit Server(const Options& options) : options_(options), vfs_(options.files) {}
  absl::Status OpenStore();
  absl::Status OpenDoor();

  const Options options_;
  MemoryVfs vfs_;
  base::InlineExecutor executor_;
  rpc::Metrics metrics_;
  rpc::Notifier notifier_;
  std::unique_ptr<storage::SqliteDatabase> store_;
  std::unique_ptr<FaultyDatabase> faulty_;
  std::unique_ptr<StepwiseDatabase> stepwise_;
  std::unique_ptr<rpc::Authenticator> authenticator_;
  std::unique_ptr<rpc::Services> services_;
  std::unique_ptr<rpc::Door> door_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_SERVER_H_
