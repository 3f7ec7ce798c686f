#ifndef CLARITY_SERVICES_PLATFORM_RPC_FIELD_PATH_H_
#define CLARITY_SERVICES_PLATFORM_RPC_FIELD_PATH_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace clarity::rpc {

// A path of field names through a message type ("participants.patient"), resolved once. It ends
// at a string field, and may pass through repeated messages.
class FieldPath {
 public:
  static absl::StatusOr<FieldPath> Resolve(const google::protobuf::Descriptor* root,
                                           absl::string_view path);

  // Calls `visit` for every value at the path. A field that is absent has none.
  void Visit(const google::protobuf::Message& root,
             absl::FunctionRef<void(const std::string&)> visit) const;

  // Sets every empty value at the path. An empty repeated message on the way gets one element; an
  // absent singular one stays absent. Gives whether anything changed.
  bool FillEmpty(google::protobuf::Message* root, const std::string& value) const;

  const std::vector<const google::protobuf::FieldDescriptor*>& fields() const { return fields_; }

 private:
  std::vector<const google::protobuf::FieldDescriptor*> fields_;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_FIELD_PATH_H_
