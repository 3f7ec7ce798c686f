#include "tests/support/consultation_connections.h"

#include <type_traits>

#include "clients/core/channel.h"
#include "tests/support/results.h"

namespace clarity::tests {

ConsultationConnections ConnectConsultation(const std::string& address, const std::string& token,
                                            int attempts_max) {
  client::ChannelOptions where;
  where.server = address;
  const std::shared_ptr<grpc::Channel> channel = Value(client::MakeChannel(where));
  client::Options options;
  options.credentials = client::TokenCredentials(token);
  options.deadline = absl::Seconds(30);
  options.retry.attempts_max = attempts_max;
  const auto connect = [&](auto* connection) {
    using Connection = typename std::remove_pointer_t<decltype(connection)>::element_type;
    *connection = std::make_shared<Connection>(channel, options);
  };
  ConsultationConnections connections;
  connect(&connections.patients);
  connect(&connections.episodes);
  connect(&connections.evaluations);
  connect(&connections.clearances);
  connect(&connections.plans);
  connect(&connections.outcomes);
  connect(&connections.policies);
  return connections;
}

}  // namespace clarity::tests
