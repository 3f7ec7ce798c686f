#include "tests/support/consultation_connections.h"

#include "clients/core/channel.h"
#include "tests/support/results.h"

namespace clarity::tests {

ConsultationConnections ConnectConsultation(const std::string& address, const std::string& token) {
  client::ChannelOptions where;
  where.server = address;
  const std::shared_ptr<grpc::Channel> channel = Value(client::MakeChannel(where));
  client::Options options;
  options.credentials = client::TokenCredentials(token);
  options.deadline = absl::Seconds(30);
  ConsultationConnections connections;
  connections.patients =
      std::make_shared<client::Connection<consultation::v1::PatientService>>(channel, options);
  connections.policies = std::make_shared<client::PolicyConnection>(channel, options);
  connections.episodes =
      std::make_shared<client::Connection<consultation::v1::EpisodeService>>(channel, options);
  return connections;
}

}  // namespace clarity::tests
