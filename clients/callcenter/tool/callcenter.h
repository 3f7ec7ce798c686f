#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_CALLCENTER_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_CALLCENTER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/callcenter/tool/desk.h"
#include "clients/terminal/console.h"
#include "clients/terminal/server_flags.h"

namespace clarity::client {

struct CallCenterFlags : ServerFlags {
  std::string consultation_server;  // empty: the same server
};

using CallCenterConnect = std::function<absl::StatusOr<DeskClients>(const CallCenterFlags&)>;

// Over gRPC.
absl::StatusOr<DeskClients> ConnectCallCenter(const CallCenterFlags& flags);

// The agent's tool: `arguments` without the program's name. Gives the exit code, see
// terminal/failure.h.
int RunCallCenter(const std::vector<std::string>& arguments, const Console& console,
                  const CallCenterConnect& connect);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_CALLCENTER_H_
