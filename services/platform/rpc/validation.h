#ifndef CLARITY_SERVICES_PLATFORM_RPC_VALIDATION_H_
#define CLARITY_SERVICES_PLATFORM_RPC_VALIDATION_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "services/platform/base/errors.h"

namespace clarity::rpc {

// Checks requests against the rules their fields declare (clarity.options.v1.field). The rules of
// all messages that a request can hold are compiled once; checking takes no lock.
class Validator {
 public:
  // INVALID_ARGUMENT names every rule that makes no sense: a pattern that does not compile, a
  // resource on a number.
  static absl::StatusOr<std::unique_ptr<const Validator>> Create(
      const std::vector<const google::protobuf::Descriptor*>& requests);
  ~Validator();

  // INVALID_ARGUMENT with all violations, or PERMISSION_DENIED where a field is set that needs a
  // permission `may` does not give. Output-only fields are passed over: they are to be dropped.
  // No text ever repeats a value, which may be health data.
  // `violations` are those already known; they are reported with the others.
  absl::Status Check(const google::protobuf::Message& request,
                     absl::FunctionRef<bool(absl::string_view permission)> may,
                     std::vector<base::Violation> violations = {}) const;

  // Whether any field is set that only the server fills.
  bool HasOutputOnly(const google::protobuf::Message& request) const;
  // Drops them, at any depth.
  void ClearOutputOnly(google::protobuf::Message* request) const;

  // The permissions that fields name.
  const std::set<std::string>& permissions() const { return permissions_; }

 private:
  friend class RuleCompiler;
  friend class Checker;
  struct FieldRules;
  struct MessageRules;

  Validator();
  const MessageRules& RulesOf(const google::protobuf::Descriptor* message) const;

  std::map<const google::protobuf::Descriptor*, std::unique_ptr<MessageRules>> by_message_;
  std::set<std::string> permissions_;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_VALIDATION_H_
