#ifndef CLARITY_SERVICES_PLATFORM_RPC_PERMISSIONS_H_
#define CLARITY_SERVICES_PLATFORM_RPC_PERMISSIONS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/platform/rpc/call.h"

namespace clarity::rpc {

// Which role may do what: the reviewed file (deploy/policies/roles.textproto, a
// clarity.rpc.RolePolicy). What it does not grant, nobody may do.
class Permissions {
 public:
  // Every fault of the file, each with its line.
  static absl::StatusOr<Permissions> Load(const std::string& path);
  static absl::StatusOr<Permissions> Parse(absl::string_view text, absl::string_view file_name);

  // Whether any of the roles (bits by Role) gives the permission.
  bool Gives(uint32_t roles, absl::string_view permission) const;
  // Whether any role at all does.
  bool Knows(absl::string_view permission) const;

  // INVALID_ARGUMENT where the file grants what is not among `named`, the permissions that methods
  // and fields name: a misspelt one would take from a role what it should have.
  absl::Status CheckAllNamed(const std::set<std::string>& named) const;

 private:
  struct Granted {
    uint32_t roles = 0;
    std::string place;  // "roles.textproto:12"
  };
  std::map<std::string, Granted, std::less<>> by_permission_;
};

// "AGENT", as tokens and the file name roles.
std::optional<Role> RoleFromName(absl::string_view name);

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_PERMISSIONS_H_
