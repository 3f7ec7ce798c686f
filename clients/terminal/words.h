#ifndef CLARITY_CLIENTS_TERMINAL_WORDS_H_
#define CLARITY_CLIENTS_TERMINAL_WORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/generated_enum_reflection.h"

// The values of the protos' enums as people type and read them: "staff-away" for
// Cancellation::REASON_STAFF_AWAY. The one for "not given" has no word.
namespace clarity::client {

namespace internal {
std::vector<std::string> WordsOf(const google::protobuf::EnumDescriptor& type);
std::string WordFor(const google::protobuf::EnumDescriptor& type, int number);
int NumberFor(const google::protobuf::EnumDescriptor& type, absl::string_view word);
}  // namespace internal

template <typename Enum>
std::vector<std::string> WordsOf() {
  return internal::WordsOf(*google::protobuf::GetEnumDescriptor<Enum>());
}

// Empty for "not given", and for a value that is newer than this program.
template <typename Enum>
std::string WordFor(Enum value) {
  return internal::WordFor(*google::protobuf::GetEnumDescriptor<Enum>(), value);
}

// "Not given" for what is none of the words.
template <typename Enum>
Enum ValueFor(absl::string_view word) {
  return static_cast<Enum>(internal::NumberFor(*google::protobuf::GetEnumDescriptor<Enum>(), word));
}

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_TERMINAL_WORDS_H_
