#ifndef CLARITY_SERVICES_PLATFORM_RPC_METHOD_H_
#define CLARITY_SERVICES_PLATFORM_RPC_METHOD_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clarity/options/v1/options.pb.h"
#include "google/protobuf/descriptor.h"
#include "services/platform/rpc/field_path.h"
#include "services/platform/rpc/permissions.h"
#include "services/platform/rpc/validation.h"

namespace clarity::rpc {

// What one RPC declares about itself, resolved once at start.
struct Method {
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  std::string name;  // "clarity.scheduling.v1.SchedulingService/BookAppointment"
  options::v1::MethodRule rule;
  int request_bytes_max = 0;
  const google::protobuf::FieldDescriptor* request_id = nullptr;     // null for reads
  const google::protobuf::FieldDescriptor* validate_only = nullptr;  // null where there is none
  std::optional<FieldPath> patient;
  std::vector<FieldPath> clinics;

  bool IsWrite() const { return rule.effect() == options::v1::MethodRule::EFFECT_WRITE; }
  bool IsInline() const { return rule.lane() == options::v1::MethodRule::LANE_INLINE; }
};

// All RPCs of a server. A method whose declaration is not complete and consistent keeps the server
// from starting, so that nothing is served by accident without a rule.
class MethodTable {
 public:
  // INVALID_ARGUMENT names every fault of every method at once.
  static absl::StatusOr<std::unique_ptr<const MethodTable>> Create(
      const std::vector<const google::protobuf::ServiceDescriptor*>& services,
      const Permissions& permissions);

  // The method that takes this type of request: a request type belongs to one method only.
  const Method* Find(const google::protobuf::Descriptor* request) const;

  // The permissions that methods and fields name.
  const std::set<std::string>& permissions() const { return permissions_; }

  const Validator& validator() const { return *validator_; }

 private:
  MethodTable() = default;

  std::map<const google::protobuf::Descriptor*, Method> by_request_;
  std::set<std::string> permissions_;
  std::unique_ptr<const Validator> validator_;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_METHOD_H_
