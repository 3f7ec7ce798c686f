#ifndef CLARITY_SERVICES_PLATFORM_RPC_DOOR_H_
#define CLARITY_SERVICES_PLATFORM_RPC_DOOR_H_

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "grpcpp/grpcpp.h"
#include "services/platform/base/limits.h"
#include "services/platform/rpc/access_log.h"
#include "services/platform/rpc/call.h"
#include "services/platform/rpc/call_log.h"
#include "services/platform/rpc/feed.h"
#include "services/platform/rpc/passage.h"
#include "services/platform/rpc/stream.h"
#include "services/platform/rpc/watched_database.h"
#include "services/platform/storage/database.h"

namespace clarity::rpc {

// The trailing metadata that every answer has: the log has the call under this id.
inline constexpr char kCallIdKey[] = "clarity-call-id";

// The one door every call passes: who is it, may they, is the request valid, is there room; then
// the handler; then the audit, the metrics and the mapping of its status. What it enforces stands
// in the options of the proto method, found by the type of the request.
//
// A handler is an ordinary synchronous function. Reads and writes run inside a transaction of the
// store, so a handler never sees half of somebody else's change and leaves nothing half done.
class Door {
 public:
  explicit Door(const DoorParts& parts, absl::Duration heartbeat_every = limits::kHeartbeatEvery);
  // Not before every call is answered: shut the gRPC server down first.
  ~Door();

  // absl::Status UseCase::Method(const Call&, storage::Transaction&, const Request&, Reply*)
  // in a read-only transaction, on a worker.
  template <typename UseCase, typename Request, typename Reply>
  grpc::ServerUnaryReactor* Read(grpc::CallbackServerContext* context, const Request* request,
                                 Reply* reply, UseCase* use_case,
                                 absl::Status (UseCase::*handler)(const Call&,
                                                                  storage::Transaction&,
                                                                  const Request&, Reply*)) {
    return Run(context, request, reply, Kind::kRead, Bind(use_case, handler), {});
  }

  // The same in a read-write transaction. The door answers a repeated request_id from the stored
  // reply, stores the reply and the audit record with the change, and undoes everything for
  // `validate_only`. May be run again; `reply` is empty each time.
  //
  // `explain` adds details to a FAILED_PRECONDITION after the transaction is over, on a worker:
  // alternatives to a taken slot. Left out when the workers are busy.
  template <typename UseCase, typename Request, typename Reply>
  grpc::ServerUnaryReactor* Write(
      grpc::CallbackServerContext* context, const Request* request, Reply* reply, UseCase* use_case,
      absl::Status (UseCase::*handler)(const Call&, storage::Transaction&, const Request&, Reply*),
      void (UseCase::*explain)(const Call&, const Request&, absl::Status*) = nullptr) {
    Explain bound;
    if (explain != nullptr) {
      bound = [use_case, explain](const Call& call, const google::protobuf::Message& checked,
                                  absl::Status* status) {
        (use_case->*explain)(call, static_cast<const Request&>(checked), status);
      };
    }
    return Run(context, request, reply, Kind::kWrite, Bind(use_case, handler),
               {std::move(bound), nullptr});
  }

  // The same; and where what the request says is refused to a caller who may call, `keep` runs in a
  // transaction of its own, for what must not be lost with the rest. It says whether it has kept
  // anything, and may add details to the refusal. It may be run again, and the request may break
  // any rule.
  template <typename UseCase, typename Request, typename Reply>
  grpc::ServerUnaryReactor* WriteOrKeep(
      grpc::CallbackServerContext* context, const Request* request, Reply* reply, UseCase* use_case,
      absl::Status (UseCase::*handler)(const Call&, storage::Transaction&, const Request&, Reply*),
      absl::StatusOr<bool> (UseCase::*keep)(const Call&, storage::Transaction&, const Request&,
                                            absl::Status*)) {
    return Run(
        context, request, reply, Kind::kWrite, Bind(use_case, handler),
        {nullptr, [use_case, keep](const Call& call, storage::Transaction& transaction,
                                   const google::protobuf::Message& refused, absl::Status* status) {
           return (use_case->*keep)(call, transaction, static_cast<const Request&>(refused),
                                    status);
         }});
  }

  // absl::Status UseCase::Method(const Call&, const Request&, Reply*) without a transaction: for
  // what is answered from memory, or opens several transactions of its own.
  template <typename UseCase, typename Request, typename Reply>
  grpc::ServerUnaryReactor* Compute(grpc::CallbackServerContext* context, const Request* request,
                                    Reply* reply, UseCase* use_case,
                                    absl::Status (UseCase::*handler)(const Call&, const Request&,
                                                                     Reply*)) {
    return Run(context, request, reply, Kind::kCompute,
               [use_case, handler](const Call& call, storage::Transaction*,
                                   const google::protobuf::Message& checked,
                                   google::protobuf::Message* answer) {
                 return (use_case->*handler)(call, static_cast<const Request&>(checked),
                                             static_cast<Reply*>(answer));
               },
               {});
  }

  // absl::StatusOr<std::unique_ptr<Feed<Reply>>> UseCase::Method(const Call&, const Request&), on
  // a worker: a stream of what the feed gives until the client goes, its token ends, or the
  // server stops.
  template <typename UseCase, typename Request, typename Reply>
  grpc::ServerWriteReactor<Reply>* Watch(
      grpc::CallbackServerContext* context, const Request* request, UseCase* use_case,
      absl::StatusOr<std::unique_ptr<Feed<Reply>>> (UseCase::*open)(const Call&, const Request&)) {
    auto* reactor = new StreamReactor<Request, Reply>(
        [use_case, open](const Call& call, const Request& checked) {
          return (use_case->*open)(call, checked);
        });
    reactor->Start(MakePump(context, request, reactor));
    return reactor;
  }

  // What bytes are answered that are no request, so that no call comes of them; in the log, too.
  struct Refusal {
    std::string call_id;
    grpc::Status status;
  };
  Refusal RefuseMalformed();

  // To be called about once a second: signs of life, tokens that have ended or were revoked, keys
  // that came or went, what the store would not take.
  void Tick();
  // Whether the store takes writes. Without it most calls come to nothing.
  bool CanServe() const { return database_.TakesWrites(); }
  // From now on every call is answered with UNAVAILABLE, and the streams are ended so: the server
  // is about to stop. Calls under way go on.
  void Close();

 private:
  friend class UnaryCall;
  enum class Kind { kRead, kWrite, kCompute };
  using Handler = absl::AnyInvocable<absl::Status(const Call&, storage::Transaction*,
                                                  const google::protobuf::Message&,
                                                  google::protobuf::Message*)>;
  using Explain =
      absl::AnyInvocable<void(const Call&, const google::protobuf::Message&, absl::Status*)>;
  using Keep = absl::AnyInvocable<absl::StatusOr<bool>(
      const Call&, storage::Transaction&, const google::protobuf::Message&, absl::Status*)>;
  // What happens after a refusal; each may be empty.
  struct Afterwards {
    Explain explain;
    Keep keep;
  };

  template <typename UseCase, typename Request, typename Reply>
  static Handler Bind(UseCase* use_case,
                      absl::Status (UseCase::*handler)(const Call&, storage::Transaction&,
                                                       const Request&, Reply*)) {
    return [use_case, handler](const Call& call, storage::Transaction* transaction,
                               const google::protobuf::Message& checked,
                               google::protobuf::Message* answer) {
      return (use_case->*handler)(call, *transaction, static_cast<const Request&>(checked),
                                  static_cast<Reply*>(answer));
    };
  }

  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context,
                                const google::protobuf::Message* request,
                                google::protobuf::Message* reply, Kind kind, Handler handler,
                                Afterwards afterwards);
  std::shared_ptr<Pump> MakePump(grpc::CallbackServerContext* context,
                                 const google::protobuf::Message* request, Pump::Outlet* outlet);

  WatchedDatabase database_;
  const DoorParts parts_;  // with the database as it is watched here
  const absl::Duration heartbeat_every_;
  Limiters limiters_;
  CallLog call_log_;
  AccessLog access_log_;
  OpenStreams open_streams_;
  std::atomic<bool> closed_{false};
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_DOOR_H_
