#ifndef CLARITY_CLIENTS_CORE_CONNECTION_H_
#define CLARITY_CLIENTS_CORE_CONNECTION_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "clients/core/caller.h"
#include "clients/core/options.h"
#include "clients/core/watch.h"
#include "grpcpp/channel.h"

namespace clarity::client {

// Every method of a generated service, with retries, credentials and typed errors:
//
//   Connection<consultation::v1::PatientService> patients(channel, options);
//   auto patient = patients.Call(&PatientService::StubInterface::GetPatient, request);
//
// What a method means is told in its proto. For tests of an application: give it a mock of the
// stub, which gRPC generates. Safe for use from several threads.
template <typename Service>
class Connection {
 public:
  using Stub = typename Service::StubInterface;

  Connection(const std::shared_ptr<grpc::ChannelInterface>& channel, Options options)
      : Connection(Service::NewStub(channel), std::move(options)) {}
  Connection(std::unique_ptr<Stub> stub, Options options)
      : stub_(std::move(stub)), caller_(std::make_shared<Caller>(std::move(options))) {}

  template <typename Request, typename Reply>
  absl::StatusOr<Reply> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Reply*),
                             Request request, const CallOptions& options = {}) {
    return caller_->Call(*stub_, method, std::move(request), options);
  }

  // A method that streams changes, resumed by itself.
  template <typename Request, typename Event>
  std::unique_ptr<client::Watch<Event>> Watch(
      std::unique_ptr<grpc::ClientReaderInterface<Event>> (Stub::*method)(grpc::ClientContext*,
                                                                          const Request&),
      Request request, const CallOptions& options = {}) {
    const auto open = [stub = stub_, method](grpc::ClientContext* context, const Request& resumed) {
      return ((*stub).*method)(context, resumed);
    };
    return std::make_unique<ResumingWatch<Request, Event>>(caller_, open, std::move(request),
                                                           options);
  }

 private:
  const std::shared_ptr<Stub> stub_;
  const std::shared_ptr<Caller> caller_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_CONNECTION_H_
