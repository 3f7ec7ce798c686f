#include "clients/core/channel.h"

#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace clarity::client {
namespace {

constexpr int kRequestBytesMax = 4 * 1024 * 1024;
constexpr int kReplyBytesMax = 16 * 1024 * 1024;
constexpr int kKeepaliveMillis = 30'000;
constexpr int kKeepaliveTimeoutMillis = 10'000;
constexpr int kReconnectMillisFirst = 100;
constexpr int kReconnectMillisMost = 3'000;

grpc::ChannelArguments Arguments(const ChannelOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetUserAgentPrefix(options.user_agent);
  arguments.SetMaxSendMessageSize(kRequestBytesMax);
  arguments.SetMaxReceiveMessageSize(kReplyBytesMax);
  // Finds out about a connection that died silently, also under a watch that only listens.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // gRPC would go on refusing calls for up to two minutes after the server is back.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMillisFirst);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMillisMost);
  // The library's own loop retries: it knows which calls are idempotent. Two layers of retries
  // would multiply.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return arguments;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> TransportOf(
    const ChannelOptions& options) {
  if (!options.tls && options.ca_file.empty()) {
    if (IsThisMachine(options.server)) return grpc::InsecureChannelCredentials();
    return absl::InvalidArgumentError(
        absl::StrCat(options.server,
                     " is not this machine: use TLS, so that the token and the "
                     "patients' data are not sent in the clear"));
  }
  grpc::SslCredentialsOptions tls;
  if (!options.ca_file.empty()) {
    std::ifstream file(options.ca_file);
    tls.pem_root_certs.assign(std::istreambuf_iterator<char>(file),
                              std::istreambuf_iterator<char>());
    if (tls.pem_root_certs.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the CA file ", options.ca_file, " cannot be read or is empty"));
    }
  }
  return grpc::SslCredentials(tls);
}

}  // namespace

bool IsThisMachine(absl::string_view server) {
  return absl::StartsWith(server, "127.") || absl::StartsWith(server, "localhost:") ||
         absl::StartsWith(server, "[::1]:") || absl::StartsWith(server, "unix:");
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ChannelOptions& options) {
  auto transport = TransportOf(options);
  if (!transport.ok()) return transport.status();
  return grpc::CreateCustomChannel(options.server, *transport, Arguments(options));
}

}  // namespace clarity::client
