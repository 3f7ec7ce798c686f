#include "services/platform/rpc/page_token.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/hash.h"

namespace clarity::rpc {
namespace {

constexpr size_t kBindingBytes = 8;  // guards against mistakes; a cursor shows nothing secret

// What the query asks, whichever page of it.
std::string BindingOf(const google::protobuf::Message& query) {
  std::unique_ptr<google::protobuf::Message> asked(query.New());
  asked->CopyFrom(query);
  for (const char* name : {"page_token", "page_size"}) {
    const auto* field = asked->GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) asked->GetReflection()->ClearField(asked.get(), field);
  }
  const std::string text =
      absl::StrCat(asked->GetDescriptor()->full_name(), "\n", asked->SerializeAsString());
  return base::Sha256(text).substr(0, kBindingBytes);
}

}  // namespace

std::string EncodePageToken(const google::protobuf::Message& query, absl::string_view cursor) {
  return absl::WebSafeBase64Escape(absl::StrCat(BindingOf(query), cursor));
}

absl::StatusOr<std::string> DecodePageToken(const google::protobuf::Message& query,
                                            absl::string_view token) {
  if (token.empty()) return std::string();
  std::string text;
  absl::string_view cursor;
  if (absl::WebSafeBase64Unescape(token, &text)) {
    cursor = text;
    if (absl::ConsumePrefix(&cursor, BindingOf(query))) return std::string(cursor);
  }
  return base::InvalidReason("PAGE_TOKEN_MISMATCH",
                             "the page token belongs to another query: start at its first page");
}

}  // namespace clarity::rpc
