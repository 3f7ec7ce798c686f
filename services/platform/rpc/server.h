#ifndef CLARITY_SERVICES_PLATFORM_RPC_SERVER_H_
#define CLARITY_SERVICES_PLATFORM_RPC_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "services/platform/base/mutex.h"
#include "services/platform/rpc/address.h"
#include "services/platform/rpc/door.h"

namespace clarity::rpc {

// Signals end the process in order, not at once: call this first in main, before any thread is
// started, so that every thread inherits the mask and nobody but WaitForTermination gets them.
void BlockTerminationSignals();
// Returns when SIGTERM or SIGINT arrives, with its number; 0 when neither has after `at_most`.
int WaitForTermination(absl::Duration at_most = absl::InfiniteDuration());

// A gRPC server around the doors of what it serves.
class Server {
 public:
  struct Options {
    Address address;
    // PEM files. Without them the server speaks plain text, on loopback only.
    std::string certificate_file;
    std::string key_file;
    // Plain text on any address: where a proxy in the same pod or private network ends TLS.
    bool insecure_listen = false;
    bool reflection = false;
    // How long calls are served on while the health service says NOT_SERVING already, so that a
    // load balancer has taken notice; and how long the calls under way may take after that.
    absl::Duration drain = absl::ZeroDuration();
    absl::Duration grace = absl::Seconds(10);
    // How Shutdown waits; it may return before its time to shorten the wait.
    std::function<void(absl::Duration)> wait = absl::SleepFor;
  };

  // The services and their doors outlive the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const Options& options,
                                                       const std::vector<grpc::Service*>& services,
                                                       std::vector<Door*> doors);
  ~Server();

  int port() const { return port_; }
  // To itself, without a network: the calls pass the doors as any others do.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // Health NOT_SERVING; after `drain`, calls refused with UNAVAILABLE and streams ended so; a
  // moment later the port closed, and at most `grace` for the calls under way. Once it returns no
  // handler runs. May be called again.
  void Shutdown();

 private:
  Server(const Options& options, std::vector<Door*> doors)
      : options_(options), doors_(std::move(doors)) {}
  absl::Status Listen(const std::vector<grpc::Service*>& services);
  void RunTicks();

  const Options options_;
  const std::vector<Door*> doors_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;

  base::Mutex mutex_;
  base::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread ticks_;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_SERVER_H_
