// A patient portal in few lines. The server is named by CLARITY_SERVER, the patient by the token in
// the file CLARITY_TOKEN_FILE:
//
//   sample_portal clinics/lake-forest visitTypes/initial-consultation

#include <cstdlib>
#include <iostream>
#include <memory>

#include "absl/time/clock.h"
#include "clients/core/catalog_connection.h"
#include "clients/core/channel.h"
#include "clients/core/credentials.h"
#include "clients/core/errors.h"
#include "clients/core/order_connection.h"
#include "clients/core/scheduling_connection.h"
#include "clients/portal/portal_client.h"
#include "clients/samples/portal_visit.h"

namespace {

using namespace clarity;  // NOLINT: a sample reads better without it on every line

int Fail(const absl::Status& status) {
  std::cerr << status << '\n' << "reason: " << client::ReasonOf(status) << '\n';
  return 1;
}

int Run(const char* server, const char* token_file, const char* clinic, const char* visit_type) {
  client::ChannelOptions channel_options;
  channel_options.server = server;
  channel_options.user_agent = "sample-portal";
  const auto channel = client::MakeChannel(channel_options);
  if (!channel.ok()) return Fail(channel.status());

  // The connections are shared by all patients of a portal; each client carries one patient's
  // token.
  const auto scheduling = client::MakeSchedulingConnection(*channel, client::Options());
  const auto catalog = client::MakeCatalogConnection(*channel, client::Options());
  const auto orders = client::MakeOrderConnection(*channel, client::Options());
  const client::PortalClient portal(scheduling, catalog, orders,
                                    client::TokenFileCredentials(token_file));

  const auto booked = samples::BookFirstTime(portal, clinic, visit_type, absl::Now());
  if (!booked.ok()) return Fail(booked.status());
  std::cout << "booked " << booked->name() << '\n';
  const auto cancelled = samples::CancelAll(portal);
  if (!cancelled.ok()) return Fail(cancelled.status());
  std::cout << "cancelled " << *cancelled << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const char* server = std::getenv("CLARITY_SERVER");
  const char* token_file = std::getenv("CLARITY_TOKEN_FILE");
  if (argc != 3 || server == nullptr || token_file == nullptr) {
    std::cerr << "usage: CLARITY_SERVER=HOST:PORT CLARITY_TOKEN_FILE=FILE " << argv[0]
              << " CLINIC VISIT-TYPE\n";
    return 2;
  }
  return Run(server, token_file, argv[1], argv[2]);
}
