#include "services/platform/rpc/field_path.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace clarity::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Fields = std::vector<const FieldDescriptor*>;

void VisitFrom(const Message& message, const Fields& fields, size_t depth,
               absl::FunctionRef<void(const std::string&)> visit) {
  const FieldDescriptor* field = fields[depth];
  const Reflection& reflection = *message.GetReflection();
  const bool is_last = depth + 1 == fields.size();
  std::string scratch;
  if (field->is_repeated()) {
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      if (is_last) {
        visit(reflection.GetRepeatedStringReference(message, field, i, &scratch));
      } else {
        VisitFrom(reflection.GetRepeatedMessage(message, field, i), fields, depth + 1, visit);
      }
    }
  } else if (is_last) {
    visit(reflection.GetStringReference(message, field, &scratch));
  } else if (reflection.HasField(message, field)) {
    VisitFrom(reflection.GetMessage(message, field), fields, depth + 1, visit);
  }
}

bool FillFrom(Message* message, const Fields& fields, size_t depth, const std::string& value) {
  const FieldDescriptor* field = fields[depth];
  const Reflection& reflection = *message->GetReflection();
  if (depth + 1 == fields.size()) {
    if (!reflection.GetString(*message, field).empty()) return false;
    reflection.SetString(message, field, value);
    return true;
  }
  if (!field->is_repeated()) {
    return reflection.HasField(*message, field) &&
           FillFrom(reflection.MutableMessage(message, field), fields, depth + 1, value);
  }
  if (reflection.FieldSize(*message, field) == 0) {
    return FillFrom(reflection.AddMessage(message, field), fields, depth + 1, value);
  }
  bool changed = false;
  for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
    changed |=
        FillFrom(reflection.MutableRepeatedMessage(message, field, i), fields, depth + 1, value);
  }
  return changed;
}

}  // namespace

absl::StatusOr<FieldPath> FieldPath::Resolve(const google::protobuf::Descriptor* root,
                                             absl::string_view path) {
  FieldPath result;
  const google::protobuf::Descriptor* message = root;
  for (absl::string_view name : absl::StrSplit(path, '.')) {
    const FieldDescriptor* field =
        message == nullptr ? nullptr : message->FindFieldByName(std::string(name));
    if (field == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(root->full_name(), " has no field at the path ", path));
    }
    result.fields_.push_back(field);
    message = field->message_type();
  }
  if (result.fields_.back()->type() != FieldDescriptor::TYPE_STRING) {
    return absl::InvalidArgumentError(
        absl::StrCat("the path ", path, " of ", root->full_name(), " does not end at a string"));
  }
  return result;
}

void FieldPath::Visit(const Message& root,
                      absl::FunctionRef<void(const std::string&)> visit) const {
  VisitFrom(root, fields_, 0, visit);
}

bool FieldPath::FillEmpty(Message* root, const std::string& value) const {
  return FillFrom(root, fields_, 0, value);
}

}  // namespace clarity::rpc
