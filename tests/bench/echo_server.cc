// clarityd without scheduling: the same door, on the same options, and behind it a service that
// only answers. What clarityd takes beyond it is what scheduling costs.

#include <algorithm>
#include <memory>
#include <string>
#include <thread>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/executor.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/log.h"
#include "services/platform/rpc/authenticator.h"
#include "services/platform/rpc/door.h"
#include "services/platform/rpc/method.h"
#include "services/platform/rpc/metrics.h"
#include "services/platform/rpc/notifier.h"
#include "services/platform/rpc/permissions.h"
#include "services/platform/rpc/server.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "tests/bench/echo_service.grpc.pb.h"
#include "tests/support/results.h"

namespace clarity::bench {
namespace {

using tests::Value;

class Echo {
 public:
  absl::Status Answer(const rpc::Call&, const EchoRequest& request, EchoResponse* reply) {
    reply->mutable_filler()->assign(static_cast<size_t>(request.reply_bytes()), 'x');
    return absl::OkStatus();
  }
};

class EchoSurface final : public EchoService::CallbackService {
 public:
  explicit EchoSurface(rpc::Door* door) : door_(*door) {}

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const EchoRequest* request,
                                 EchoResponse* reply) override {
    return door_.Compute(context, request, reply, &echo_, &bench::Echo::Answer);
  }

 private:
  rpc::Door& door_;
  bench::Echo echo_;
};

struct Options {
  std::string data_directory;
  std::string roles_file;
  rpc::Authenticator::Options authenticator;
};

// As clarityd puts itself together.
void Serve(const Options& options) {
  const base::SystemClock clock;
  base::SystemRandom random;
  rpc::Notifier notifier;
  rpc::Metrics metrics;
  storage::SqliteDatabase::Options store;
  store.directory = options.data_directory;
  store.clock = &clock;
  const auto database = Value(storage::SqliteDatabase::Open(store));
  const auto permissions = Value(rpc::Permissions::Load(options.roles_file));
  const auto methods =
      Value(rpc::MethodTable::Create({EchoRequest::descriptor()->file()->service(0)}, permissions));
  const auto authenticator = Value(rpc::Authenticator::Create(options.authenticator, &clock));
  base::WorkerPool workers(std::max(4, 2 * static_cast<int>(std::thread::hardware_concurrency())),
                           limits::kWorkerQueueTasksMax);
  rpc::Door door({&clock, &random, &workers, database.get(), &permissions, methods.get(),
                  authenticator.get(), &notifier, &metrics});
  EchoSurface surface(&door);
  const auto server = Value(rpc::Server::Start({}, {&surface}, {&door}));
  base::Log(base::LogLevel::kInfo, "started",
            {{"address", absl::StrCat("127.0.0.1:", server->port())}});
  rpc::WaitForTermination();
  server->Shutdown();
}

int Run(int argc, char** argv) {
  Options options;
  std::string listen;
  CLI::App app("bench_echo_server");
  app.add_option("--data", options.data_directory)->required();
  app.add_option("--listen", listen, "any free port of 127.0.0.1, whatever is said here");
  app.add_option("--keys", options.authenticator.keys_directory)->required();
  app.add_option("--issuer", options.authenticator.issuer)->required();
  app.add_option("--audience", options.authenticator.audience)->required();
  app.add_option("--roles", options.roles_file)->required();
  CLI11_PARSE(app, argc, argv);
  rpc::BlockTerminationSignals();
  Serve(options);
  return 0;
}

}  // namespace
}  // namespace clarity::bench

int main(int argc, char** argv) { return clarity::bench::Run(argc, argv); }
