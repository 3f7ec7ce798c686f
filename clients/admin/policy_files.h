#ifndef CLARITY_CLIENTS_ADMIN_POLICY_FILES_H_
#define CLARITY_CLIENTS_ADMIN_POLICY_FILES_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clarity/consultation/v1/policy.pb.h"
#include "clients/admin/declared_files.h"

namespace clarity::client {

// A policy declared in text files, each any part of a clarity.consultation.v1.Policy.
class PolicyFiles : public DeclaredFiles {
 public:
  // See DeclaredFiles::Read.
  static absl::StatusOr<PolicyFiles> Read(const std::string& path);

  const consultation::v1::Policy& policy() const {
    return static_cast<const consultation::v1::Policy&>(message());
  }

 private:
  explicit PolicyFiles(DeclaredFiles&& files) : DeclaredFiles(std::move(files)) {}
};

// Writes a policy as files that Read() takes, a kind of part each: settings.textproto,
// codes.textproto, rules.textproto ... What only the server sets is left out. See
// WriteDeclaredFiles.
absl::Status WritePolicyFiles(const consultation::v1::Policy& policy, const std::string& directory);

// The policy as one text, as Read() takes it.
std::string PolicyText(const consultation::v1::Policy& policy);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_POLICY_FILES_H_
