#ifndef CLARITY_CLIENTS_CORE_HEALTH_H_
#define CLARITY_CLIENTS_CORE_HEALTH_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"

namespace clarity::client {

// Asks the server's standard health service (grpc.health.v1) whether it is ready to serve. An
// error: it cannot be reached, or does not say.
absl::StatusOr<bool> IsServing(const std::shared_ptr<grpc::ChannelInterface>& channel,
                               absl::Duration deadline);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_HEALTH_H_
