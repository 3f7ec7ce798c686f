#include "tests/history/follower.h"

#include <iterator>
#include <set>

#include "clients/core/channel.h"
#include "clients/core/credentials.h"
#include "clients/core/options.h"
#include "clients/core/scheduling_connection.h"
#include "tests/history/journal.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::history {

void FollowChanges(const Identity& identity, const std::string& journals,
                   const std::string& watch_token) {
  Journal journal(journals, identity.subject);
  client::ChannelOptions where;
  where.server = identity.server;
  client::Options options;
  options.credentials = client::TokenCredentials(identity.token);
  const auto connection =
      client::MakeSchedulingConnection(tests::Value(client::MakeChannel(where)), options);
  const auto watch = connection->WatchAppointments(tests::Watch("clinics/-", watch_token), {});
  std::set<std::string> ended;
  while (ended.size() < std::size(kClinics)) {
    const auto event = tests::Value(watch->Next());
    if (event.has_heartbeat()) continue;
    journal.Tell(event);
    const auto& visit = event.change().appointment();
    if (visit.participants_size() > 0 && visit.participants(0).patient() == kMarker) {
      ended.insert(visit.clinic());
    }
  }
}

}  // namespace clarity::history
