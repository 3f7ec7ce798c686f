#ifndef CLARITY_SERVICES_CLARITYD_INSTANCE_H_
#define CLARITY_SERVICES_CLARITYD_INSTANCE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/core/channel.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/address.h"
#include "services/platform/rpc/server.h"

namespace clarity {

// What an operator sets; see `clarityd --help` for each.
struct Config {
  std::string data_directory;
  std::vector<std::string> services = {"scheduling", "consultation"};
  rpc::Server::Options server;
  std::optional<rpc::Address> metrics_address;
  std::string keys_directory;
  std::string issuer = "clarity";
  std::string audience = "clarity";
  std::string revocation_file;  // empty: none
  std::string roles_file;
  // How consultation reaches scheduling: with the token in the file, read again when it changes; at
  // the server, or in this process where it runs here.
  std::string scheduling_token_file;
  std::optional<client::ChannelOptions> scheduling_server;
  int worker_threads = 4;
};

// One running clarityd: the parts put together, from the store up to the open port.
class Instance {
 public:
  // Clock and random outlive it. Fails with what an operator has to put right.
  static absl::StatusOr<std::unique_ptr<Instance>> Start(const Config& config,
                                                         const base::Clock* clock,
                                                         base::Random* random);
  // Stops in order: no new calls, those under way finished, the store closed last.
  virtual ~Instance() = default;

  virtual int port() const = 0;
  virtual void Shutdown() = 0;
};

}  // namespace clarity

#endif  // CLARITY_SERVICES_CLARITYD_INSTANCE_H_
