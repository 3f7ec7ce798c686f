#ifndef CLARITY_CLIENTS_CORE_CALLER_H_
#define CLARITY_CLIENTS_CORE_CALLER_H_

#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/core/options.h"
#include "clients/core/retry.h"
#include "google/protobuf/message.h"
#include "grpcpp/client_context.h"

namespace clarity::client {

// What every call of a connection has in common, whichever method it is: its identity, deadline,
// credentials, freshness, attempts and errors. Safe for use from several threads.
class Caller {
 public:
  explicit Caller(Options options) : options_(std::move(options)) {}

  // One call of a unary method of a generated stub.
  template <typename Stub, typename Request, typename Reply>
  absl::StatusOr<Reply> Call(Stub& stub,
                             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Reply*),
                             Request request, const CallOptions& call_options) {
    AssignRequestId(&request, options_.environment);
    Reply reply;
    absl::Status status = Run(request, call_options, [&](grpc::ClientContext* context) {
      reply.Clear();
      return (stub.*method)(context, request, &reply);
    });
    if (!status.ok()) return status;
    return reply;
  }

  // The same of a method that is known by its descriptor only. `attempt` makes one attempt.
  absl::Status Invoke(google::protobuf::Message* request, const CallOptions& call_options,
                      const std::function<grpc::Status(grpc::ClientContext*)>& attempt) {
    AssignRequestId(request, options_.environment);
    return Run(*request, call_options, attempt);
  }

  // Puts what `request` needs into the metadata of one attempt.
  absl::Status Prepare(const google::protobuf::Message& request, const CallOptions& call_options,
                       grpc::ClientContext* context);

  const Options& options() const { return options_; }

 private:
  using Attempt = std::function<grpc::Status(grpc::ClientContext*)>;

  // Makes attempts, each with a context of its own, until one is answered for good.
  absl::Status Run(const google::protobuf::Message& request, const CallOptions& call_options,
                   const Attempt& attempt);
  // Remembers how fresh a later read has to be.
  void NoteFreshness(const grpc::ClientContext& context);

  const Options options_;
  std::mutex mutex_;
  // State below is protected by mutex_.
  std::string freshness_;  // of the last write that was answered
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_CALLER_H_
