#include "services/platform/rpc/permissions.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "services/platform/base/files.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/roles.pb.h"

namespace clarity::rpc {
namespace {

using google::protobuf::TextFormat;

// Gathers faults as "file:line: what".
class Faults final : public google::protobuf::io::ErrorCollector {
 public:
  explicit Faults(absl::string_view file_name) : file_name_(file_name) {}

  // Lines count from 0, as protobuf's do; a negative one is unknown.
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    faults_.push_back(absl::StrCat(file_name_, ":", line + 1, ": ", message));
  }

  absl::Status ToStatus() const {
    if (faults_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrJoin(faults_, "\n"));
  }

 private:
  const std::string file_name_;
  std::vector<std::string> faults_;
};

bool IsPermissionName(absl::string_view name) {
  for (char c : name) {
    if (!(c >= 'a' && c <= 'z') && c != '.' && c != '_') return false;
  }
  return name.find('.') != absl::string_view::npos;
}

}  // namespace

std::optional<Role> RoleFromName(absl::string_view name) {
  RolePolicy::Role role;
  if (!RolePolicy::Role_Parse(std::string(name), &role) || role == RolePolicy::ROLE_UNSPECIFIED) {
    return std::nullopt;
  }
  return static_cast<Role>(role - RolePolicy::PATIENT);
}

absl::StatusOr<Permissions> Permissions::Load(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, base::ReadFile(path));
  return Parse(text, path);
}

absl::StatusOr<Permissions> Permissions::Parse(absl::string_view text,
                                               absl::string_view file_name) {
  Faults faults(file_name);
  TextFormat::ParseInfoTree places;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&faults);
  parser.WriteLocationsTo(&places);
  RolePolicy policy;
  if (!parser.ParseFromString(std::string(text), &policy)) return faults.ToStatus();

  const auto* grants_field = RolePolicy::descriptor()->FindFieldByName("grants");
  const auto* role_field = RolePolicy::Grant::descriptor()->FindFieldByName("role");
  const auto* permissions_field = RolePolicy::Grant::descriptor()->FindFieldByName("permissions");
  Permissions result;
  uint32_t seen = 0;
  for (int g = 0; g < policy.grants_size(); ++g) {
    const RolePolicy::Grant& grant = policy.grants(g);
    const TextFormat::ParseInfoTree& place = *places.GetTreeForNested(grants_field, g);
    const std::string role_name = RolePolicy::Role_Name(grant.role());
    const auto role = RoleFromName(role_name);
    if (!role.has_value()) {
      faults.AddError(places.GetLocation(grants_field, g).line, 0, "a grant names no role");
      continue;
    }
    if ((seen & RoleBit(*role)) != 0) {
      faults.AddError(place.GetLocation(role_field, -1).line, 0,
                      absl::StrCat(role_name, " is listed a second time"));
    }
    seen |= RoleBit(*role);
    for (int p = 0; p < grant.permissions_size(); ++p) {
      const std::string& permission = grant.permissions(p);
      const int line = place.GetLocation(permissions_field, p).line;
      if (!IsPermissionName(permission)) {
        faults.AddError(line, 0, absl::StrCat("\"", permission, "\" is no permission's name"));
      }
      Granted& granted = result.by_permission_[permission];
      if ((granted.roles & RoleBit(*role)) != 0) {
        faults.AddError(line, 0, absl::StrCat(role_name, " has ", permission, " already"));
      }
      granted.roles |= RoleBit(*role);
      if (granted.place.empty()) granted.place = absl::StrCat(file_name, ":", line + 1);
    }
  }
  if (absl::Status status = faults.ToStatus(); !status.ok()) return status;
  return result;
}

bool Permissions::Gives(uint32_t roles, absl::string_view permission) const {
  const auto found = by_permission_.find(permission);
  return found != by_permission_.end() && (found->second.roles & roles) != 0;
}

bool Permissions::Knows(absl::string_view permission) const {
  return by_permission_.find(permission) != by_permission_.end();
}

absl::Status Permissions::CheckAllNamed(const std::set<std::string>& named) const {
  std::vector<std::string> faults;
  for (const auto& [permission, granted] : by_permission_) {
    if (named.count(permission) > 0) continue;
    faults.push_back(
        absl::StrCat(granted.place, ": no method and no field names the permission ", permission));
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
}

}  // namespace clarity::rpc
