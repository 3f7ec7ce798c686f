#ifndef CLARITY_CLIENTS_ADMIN_SERVER_PROGRAM_H_
#define CLARITY_CLIENTS_ADMIN_SERVER_PROGRAM_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace clarity::client {

// Makes this process the server's program, clarityd, with these arguments: the one beside this
// program, otherwise the first in PATH. Returns only where there is none, NOT_FOUND.
absl::Status BecomeClarityd(const std::vector<std::string>& arguments);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_SERVER_PROGRAM_H_
