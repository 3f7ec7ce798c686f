#ifndef CLARITY_SERVICES_PLATFORM_BASE_HASH_H_
#define CLARITY_SERVICES_PLATFORM_BASE_HASH_H_

#include <string>

#include "absl/strings/string_view.h"

namespace clarity::base {

// SHA-256, 32 bytes: the same on every machine and in every version, so fit to be stored and sent.
std::string Sha256(absl::string_view text);

// HMAC-SHA-256, 32 bytes: cannot be told from chance without the key.
std::string HmacSha256(absl::string_view key, absl::string_view text);

}  // namespace clarity::base

#endif  // CLARITY_SERVICES_PLATFORM_BASE_HASH_H_
