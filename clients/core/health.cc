#include "clients/core/health.h"

#include <future>

#include "absl/time/clock.h"
#include "clients/core/errors.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/impl/codegen/proto_utils.h"

namespace clarity::client {
namespace {

// Distributions of gRPC leave out health.proto. These two have the same form on the wire as its
// HealthCheckRequest without a service, and its HealthCheckResponse (an enum in field 1).
using HealthStub =
    grpc::TemplatedGenericStub<google::protobuf::Empty, google::protobuf::Int32Value>;
constexpr int kServing = 1;

}  // namespace

absl::StatusOr<bool> IsServing(const std::shared_ptr<grpc::ChannelInterface>& channel,
                               absl::Duration deadline) {
  HealthStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + deadline));
  google::protobuf::Empty request;
  google::protobuf::Int32Value reply;
  std::promise<grpc::Status> answered;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request, &reply,
                 [&answered](grpc::Status status) { answered.set_value(std::move(status)); });
  const grpc::Status status = answered.get_future().get();
  if (!status.ok()) return FromGrpc(status);
  return reply.value() == kServing;
}

}  // namespace clarity::client
