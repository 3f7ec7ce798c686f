#include "tests/support/connections.h"

#include "clients/core/channel.h"
#include "clients/core/options.h"
#include "tests/support/results.h"

namespace clarity::tests {

Connections Connect(const std::string& address, const std::string& token, int attempts_max) {
  client::ChannelOptions where;
  where.server = address;
  const std::shared_ptr<grpc::Channel> channel = Value(client::MakeChannel(where));
  client::Options options;
  options.credentials = client::TokenCredentials(token);
  // A machine that compiles at the same time is slow; a call that hangs still ends.
  options.deadline = absl::Seconds(30);
  options.retry.attempts_max = attempts_max;
  options.watch_outage_max = absl::Seconds(1);
  return {client::MakeSchedulingConnection(channel, options),
          client::MakeCatalogConnection(channel, options),
          client::MakeOrderConnection(channel, options), options.credentials};
}

}  // namespace clarity::tests
