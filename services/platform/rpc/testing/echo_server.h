#ifndef CLARITY_SERVICES_PLATFORM_RPC_TESTING_ECHO_SERVER_H_
#define CLARITY_SERVICES_PLATFORM_RPC_TESTING_ECHO_SERVER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
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
#include "services/platform/rpc/server.h"
#include "services/platform/rpc/testing/echo_service.grpc.pb.h"
#include "services/platform/rpc/testing/token.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "services/platform/storage/test_support.h"

namespace clarity::rpc::testing {

// What the echo service does. A test puts in what it wants to happen meanwhile.
class EchoUseCases {
 public:
  explicit EchoUseCases(Notifier* notifier) : notifier_(notifier) {}

  absl::Status GetItem(const Call& call, storage::Transaction& transaction,
                       const GetItemRequest& request, Item* reply);
  absl::Status Ping(const Call& call, const PingRequest& request, PingResponse* reply);
  absl::Status Count(const Call& call, const CountRequest& request, CountResponse* reply);
  absl::Status PutItem(const Call& call, storage::Transaction& transaction,
                       const PutItemRequest& request, Item* reply);
  void ExplainItem(const Call& call, const PutItemRequest& request, absl::Status* status);
  absl::Status PutGroup(const Call& call, storage::Transaction& transaction,
                        const PutGroupRequest& request, PutGroupResponse* reply);
  absl::StatusOr<bool> KeepGroup(const Call& call, storage::Transaction& transaction,
                                 const PutGroupRequest& request, absl::Status* refusal);
  absl::StatusOr<std::unique_ptr<Feed<WatchItemsResponse>>> WatchItems(
      const Call& call, const WatchItemsRequest& request);

  std::function<absl::Status()> on_get = [] { return absl::OkStatus(); };
  std::function<absl::Status()> on_count = [] { return absl::OkStatus(); };
  std::function<absl::Status()> on_put = [] { return absl::OkStatus(); };
  std::function<absl::Status()> on_keep = [] { return absl::OkStatus(); };
  // What the feed has to say after `position`; it may add nothing.
  std::function<absl::Status(const Call&, int position, std::vector<WatchItemsResponse>*)> on_watch;
  std::atomic<int> puts{0};

 private:
  Notifier* const notifier_;
};

class EchoGrpcService final : public EchoService::CallbackService {
 public:
  EchoGrpcService(Door* door, EchoUseCases* use_cases) : door_(*door), use_cases_(use_cases) {}

  grpc::ServerUnaryReactor* GetItem(grpc::CallbackServerContext* context,
                                    const GetItemRequest* request, Item* reply) override {
    return door_.Read(context, request, reply, use_cases_, &EchoUseCases::GetItem);
  }
  grpc::ServerUnaryReactor* Ping(grpc::CallbackServerContext* context, const PingRequest* request,
                                 PingResponse* reply) override {
    return door_.Compute(context, request, reply, use_cases_, &EchoUseCases::Ping);
  }
  grpc::ServerUnaryReactor* Count(grpc::CallbackServerContext* context, const CountRequest* request,
                                  CountResponse* reply) override {
    return door_.Compute(context, request, reply, use_cases_, &EchoUseCases::Count);
  }
  grpc::ServerUnaryReactor* PutItem(grpc::CallbackServerContext* context,
                                    const PutItemRequest* request, Item* reply) override {
    return door_.Write(context, request, reply, use_cases_, &EchoUseCases::PutItem,
                       &EchoUseCases::ExplainItem);
  }
  grpc::ServerUnaryReactor* PutGroup(grpc::CallbackServerContext* context,
                                     const PutGroupRequest* request,
                                     PutGroupResponse* reply) override {
    return door_.WriteOrKeep(context, request, reply, use_cases_, &EchoUseCases::PutGroup,
                             &EchoUseCases::KeepGroup);
  }
  grpc::ServerWriteReactor<WatchItemsResponse>* WatchItems(
      grpc::CallbackServerContext* context, const WatchItemsRequest* request) override {
    return door_.Watch(context, request, use_cases_, &EchoUseCases::WatchItems);
  }

 private:
  Door& door_;
  EchoUseCases* const use_cases_;
};

// A real server of the echo service, on a real store, with a clock that a test moves.
class EchoServer {
 public:
  explicit EchoServer(int threads = 2, size_t queue_tasks_max = 100);
  ~EchoServer();

  std::string Token(const TokenClaims& claims) const { return issuer_.Issue(claims); }
  // Good claims for an hour.
  TokenClaims Claims() const;
  // With metadata for the token.
  static std::unique_ptr<grpc::ClientContext> Context(const std::string& token);
  std::unique_ptr<grpc::ClientContext> Context() const { return Context(Token(Claims())); }

  EchoService::Stub& stub() { return *stub_; }
  EchoUseCases& use_cases() { return use_cases_; }
  base::ManualClock& clock() { return clock_; }
  Door& door() { return *door_; }
  Server& server() { return *server_; }
  Metrics& metrics() { return metrics_; }
  Notifier& notifier() { return notifier_; }
  storage::Database& database() { return *database_; }
  std::shared_ptr<grpc::Channel> channel() { return channel_; }

 private:
  storage::TemporaryDirectory directory_;
  base::ManualClock clock_{absl::FromUnixSeconds(1'772'000'000)};
  base::SeededRandom random_{7};
  TestIssuer issuer_{"main"};
  Metrics metrics_;
  Notifier notifier_;
  EchoUseCases use_cases_{&notifier_};
  std::unique_ptr<Permissions> permissions_;
  std::unique_ptr<const MethodTable> methods_;
  std::unique_ptr<Authenticator> authenticator_;
  // In the order in which they need each other: the door's last records need the store.
  std::unique_ptr<storage::SqliteDatabase> database_;
  std::unique_ptr<base::WorkerPool> workers_;
  std::unique_ptr<Door> door_;
  std::unique_ptr<EchoGrpcService> service_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<EchoService::Stub> stub_;
};

}  // namespace clarity::rpc::testing

#endif  // CLARITY_SERVICES_PLATFORM_RPC_TESTING_ECHO_SERVER_H_
