#include "services/platform/rpc/permissions.h"

#include <fstream>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
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
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read the role file ", path));
  return Parse(text.str(), path);
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
      uint32_t& roles = result.roles_by_permission_[permission];
      if ((roles & RoleBit(*role)) != 0) {
        faults.AddError(line, 0, absl::StrCat(role_name, " has ", permission, " already"));
      }
      roles |= RoleBit(*role);
    }
  }
  if (absl::Status status = faults.ToStatus(); !status.ok()) return status;
  return result;
}

bool Permissions::Gives(uint32_t roles, absl::string_view permission) const {
  const auto found = roles_by_permission_.find(permission);
  return found != roles_by_permission_.end() && (found->second & roles) != 0;
}

bool Permissions::Knows(absl::string_view permission) const {
  return roles_by_permission_.find(permission) != roles_by_permission_.end();
}

}  // namespace clarity::rpc
