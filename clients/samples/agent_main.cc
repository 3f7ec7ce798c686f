// An agent's application in few lines. The server is named by CLARITY_SERVER, the agent by the
// token in the file CLARITY_TOKEN_FILE:
//
//   sample_agent clinics/lake-forest visitTypes/initial-consultation patients/p-1

#include <cstdlib>
#include <iostream>

#include "absl/time/clock.h"
#include "clients/callcenter/call_center_client.h"
#include "clients/core/catalog_connection.h"
#include "clients/core/channel.h"
#include "clients/core/credentials.h"
#include "clients/core/errors.h"
#include "clients/core/scheduling_connection.h"
#include "clients/samples/agent_call.h"

namespace {

using namespace clarity;  // NOLINT: a sample reads better without it on every line

int Fail(const absl::Status& status) {
  std::cerr << status << '\n' << "reason: " << client::ReasonOf(status) << '\n';
  return 1;
}

int Run(const char* server, const char* token_file, char** what) {
  client::ChannelOptions channel_options;
  channel_options.server = server;
  channel_options.user_agent = "sample-agent";
  const auto channel = client::MakeChannel(channel_options);
  if (!channel.ok()) return Fail(channel.status());
  client::Options options;
  options.credentials = client::TokenFileCredentials(token_file);
  options.deadline = absl::Seconds(5);  // somebody waits on the line
  const client::CallCenterClient agent(client::MakeSchedulingConnection(*channel, options),
                                       client::MakeCatalogConnection(*channel, options),
                                       client::MakeOrderConnection(*channel, options));

  const auto times = samples::FourGoodTimes(agent, what[0], what[1], absl::Now());
  if (!times.ok()) return Fail(times.status());
  for (const auto& slot : *times) {
    std::cout << "free " << absl::FormatTime(absl::FromUnixSeconds(slot.start_time().seconds()))
              << '\n';
  }
  if (times->empty()) return 1;
  const auto hold = samples::HoldThisOrTheNearest(agent, times->front(), "new caller");
  if (!hold.ok()) return Fail(hold.status());
  const auto booked = samples::BookHeld(agent, *hold, what[2]);
  if (!booked.ok()) return Fail(booked.status());
  std::cout << "booked " << booked->name() << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const char* server = std::getenv("CLARITY_SERVER");
  const char* token_file = std::getenv("CLARITY_TOKEN_FILE");
  if (argc != 4 || server == nullptr || token_file == nullptr) {
    std::cerr << "usage: CLARITY_SERVER=HOST:PORT CLARITY_TOKEN_FILE=FILE " << argv[0]
              << " CLINIC VISIT-TYPE PATIENT\n";
    return 2;
  }
  return Run(server, token_file, argv + 1);
}
