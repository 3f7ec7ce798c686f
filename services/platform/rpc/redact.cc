#include "services/platform/rpc/redact.h"

#include <memory>
#include <vector>

#include "clarity/options/v1/options.pb.h"
#include "google/protobuf/util/json_util.h"

namespace clarity::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kRedacted[] = "[redacted]";

void RedactField(Message* message, const FieldDescriptor* field) {
  const Reflection& reflection = *message->GetReflection();
  reflection.ClearField(message, field);
  if (field->type() != FieldDescriptor::TYPE_STRING) return;
  if (field->is_repeated()) {
    reflection.AddString(message, field, kRedacted);
  } else {
    reflection.SetString(message, field, kRedacted);
  }
}

void RedactMessage(Message* message) {
  const Reflection& reflection = *message->GetReflection();
  // What is not known cannot be told to be harmless.
  reflection.MutableUnknownFields(message)->Clear();
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(*message, &set);
  for (const FieldDescriptor* field : set) {
    if (field->options().GetExtension(options::v1::field).health()) {
      RedactField(message, field);
    } else if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    } else if (!field->is_repeated()) {
      RedactMessage(reflection.MutableMessage(message, field));
    } else {
      for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
        RedactMessage(reflection.MutableRepeatedMessage(message, field, i));
      }
    }
  }
}

}  // namespace

std::string Redacted(const Message& message) {
  const std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  RedactMessage(copy.get());
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  const auto status = google::protobuf::util::MessageToJsonString(*copy, &json, options);
  return status.ok() ? json : kRedacted;
}

}  // namespace clarity::rpc
