#ifndef CLARITY_CLIENTS_ADMIN_CLARITYCTL_H_
#define CLARITY_CLIENTS_ADMIN_CLARITYCTL_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/admin/admin_client.h"
#include "clients/admin/call.h"
#include "clients/admin/policy_client.h"
#include "clients/core/order_connection.h"
#include "clients/terminal/console.h"
#include "clients/terminal/server_flags.h"

namespace clarity::client {

// What clarityctl needs of a server.
struct AdminServer {
  AdminClient client;
  PolicyClient policies;
  std::shared_ptr<OrderConnection> orders;
  std::function<absl::StatusOr<bool>()> is_serving;
  Invoke invoke = nullptr;
};
using AdminConnect = std::function<absl::StatusOr<AdminServer>(const ServerFlags&)>;

// Over gRPC.
absl::StatusOr<AdminServer> ConnectAdmin(const ServerFlags& flags);

// Has the server's program do something with these arguments. Backups are its work: what a store
// has to be like only the program knows that serves it, and a client knows the protos only.
using RunClarityd = std::function<absl::Status(const std::vector<std::string>& arguments)>;

// The operator's tool: `arguments` without the program's name. Gives the exit code, see
// terminal/failure.h.
int RunClarityctl(const std::vector<std::string>& arguments, const Console& console,
                  const AdminConnect& connect, const RunClarityd& run_clarityd);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_CLARITYCTL_H_
