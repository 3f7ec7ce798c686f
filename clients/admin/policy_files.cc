#include "clients/admin/policy_files.h"

#include <map>

namespace clarity::client {
namespace {

using consultation::v1::Policy;
using google::protobuf::FieldDescriptor;

// What is not named is among the settings.
constexpr struct {
  const char* field;
  const char* file;
} kFiles[] = {
    {"conditions", "codes.textproto"},
    {"medicines", "codes.textproto"},
    {"tests", "tests.textproto"},
    {"questionnaires", "questionnaires.textproto"},
    {"requirements", "requirements.textproto"},
    {"rules", "rules.textproto"},
    {"protocols", "protocols.textproto"},
    {"scales", "scales.textproto"},
};

Policy Declared(Policy policy) {
  policy.clear_version();
  policy.clear_apply_time();
  policy.clear_etag();
  return policy;
}

}  // namespace

absl::StatusOr<PolicyFiles> PolicyFiles::Read(const std::string& path) {
  auto files = DeclaredFiles::Read(path, Policy::default_instance(), "policy");
  if (!files.ok()) return files.status();
  return PolicyFiles(*std::move(files));
}

absl::Status WritePolicyFiles(const Policy& policy, const std::string& directory) {
  Policy settings = Declared(policy);
  std::map<std::string, Policy> parts;
  for (const auto& [name, file] : kFiles) {
    const FieldDescriptor* field = Policy::descriptor()->FindFieldByName(name);
    policy.GetReflection()->SwapFields(&settings, &parts[file], {field});
  }
  std::map<std::string, const google::protobuf::Message*> files = {
      {"settings.textproto", &settings}};
  for (const auto& [file, part] : parts) files[file] = &part;
  return WriteDeclaredFiles(files, directory);
}

std::string PolicyText(const Policy& policy) { return DeclaredText(Declared(policy)); }

}  // namespace clarity::client
