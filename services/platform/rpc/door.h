#ifndef CLARITY_SERVICES_PLATFORM_RPC_DOOR_H_
#define CLARITY_SERVICES_PLATFORM_RPC_DOOR_H_

#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "grpcpp/grpcpp.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::rpc {

// The one door every call passes: who is it, may they, is the request valid, is there room; then
// the handler; then the audit, the metrics and the mapping of its status. What it enforces stands
// in the options of the proto method, found by the type of the request.
//
// A handler is an ordinary synchronous function. Reads and writes run inside a transaction of the
// store, so a handler never sees half of somebody else's change and leaves nothing half done.
class Door {
 public:
  virtual ~Door() = default;

  // absl::Status UseCase::Method(const Call&, storage::Transaction&, const Request&, Reply*)
  // in a read-only transaction, on a worker.
  template <typename UseCase, typename Request, typename Reply>
  grpc::ServerUnaryReactor* Read(grpc::CallbackServerContext* context, const Request* request,
                                 Reply* reply, UseCase* use_case,
                                 absl::Status (UseCase::*handler)(const Call&,
                                                                  storage::Transaction&,
                                                                  const Request&, Reply*)) {
    return Run(context, request, reply, Kind::kRead,
               [=](const Call& call, storage::Transaction* transaction,
                   const google::protobuf::Message& checked, google::protobuf::Message* answer) {
                 return (use_case->*handler)(call, *transaction,
                                             static_cast<const Request&>(checked),
                                             static_cast<Reply*>(answer));
               });
  }

  // The same in a read-write transaction. The door answers a repeated request_id from the stored
  // reply, stores the reply and the audit record with the change, and undoes everything for
  // `validate_only`. May be run again: it must set `reply` anew each time.
  template <typename UseCase, typename Request, typename Reply>
  grpc::ServerUnaryReactor* Write(grpc::CallbackServerContext* context, const Request* request,
                                  Reply* reply, UseCase* use_case,
                                  absl::Status (UseCase::*handler)(const Call&,
                                                                   storage::Transaction&,
                                                                   const Request&, Reply*),
                                  // Adds details to an error after the transaction is over, on a
                                  // worker: alternatives to a taken slot.
                                  void (UseCase::*explain)(const Call&, const Request&,
                                                           absl::Status*) = nullptr);

  // absl::Status UseCase::Method(const Call&, const Request&, Reply*) without a transaction: for
  // what is answered from memory, or opens several transactions of its own.
  template <typename UseCase, typename Request, typename Reply>
  grpc::ServerUnaryReactor* Compute(grpc::CallbackServerContext* context, const Request* request,
                                    Reply* reply, UseCase* use_case,
                                    absl::Status (UseCase::*handler)(const Call&, const Request&,
                                                                     Reply*));

 protected:
  enum class Kind { kRead, kWrite, kCompute };
  using Handler = absl::AnyInvocable<absl::Status(const Call&, storage::Transaction*,
                                                  const google::protobuf::Message&,
                                                  google::protobuf::Message*)>;
  virtual grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context,
                                        const google::protobuf::Message* request,
                                        google::protobuf::Message* reply, Kind kind,
                                        Handler handler) = 0;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_DOOR_H_
