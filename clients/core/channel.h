#ifndef CLARITY_CLIENTS_CORE_CHANNEL_H_
#define CLARITY_CLIENTS_CORE_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grpcpp/channel.h"

namespace clarity::client {

// Whether "host:port" is on the machine that this runs on.
bool IsThisMachine(absl::string_view server);

struct ChannelOptions {
  std::string server = "127.0.0.1:7421";  // host:port
  bool tls = false;
  std::string ca_file;     // PEM; trusts these instead of the system's; implies `tls`
  std::string user_agent;  // of the application, put before gRPC's own
};

// A channel to a server. Without TLS only to this machine: a token must not cross a network in the
// clear. Connects with the first call, and again by itself.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ChannelOptions& options);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_CHANNEL_H_
