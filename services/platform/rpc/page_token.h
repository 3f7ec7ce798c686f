#ifndef CLARITY_SERVICES_PLATFORM_RPC_PAGE_TOKEN_H_
#define CLARITY_SERVICES_PLATFORM_RPC_PAGE_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

// Opaque page tokens (AIP-158): where a list stopped, bound to the query it belongs to. A query is
// a request without its `page_token` and `page_size`: the size may change from page to page.
namespace clarity::rpc {

inline constexpr int kPageSizeUsual = 50;

std::string EncodePageToken(const google::protobuf::Message& query, absl::string_view cursor);

// The cursor; empty for an empty token. INVALID_ARGUMENT (PAGE_TOKEN_MISMATCH) for a token of
// another query, or one that EncodePageToken never made.
absl::StatusOr<std::string> DecodePageToken(const google::protobuf::Message& query,
                                            absl::string_view token);

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_PAGE_TOKEN_H_
