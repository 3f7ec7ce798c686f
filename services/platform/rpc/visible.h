#ifndef CLARITY_SERVICES_PLATFORM_RPC_VISIBLE_H_
#define CLARITY_SERVICES_PLATFORM_RPC_VISIBLE_H_

#include "absl/strings/string_view.h"

namespace clarity::rpc {

// Whether a text shows a reader anything: it is not made of spaces, controls and marks alone, nor
// of letters and signs that Unicode has as blanks.
bool HasVisibleCharacter(absl::string_view text);

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_VISIBLE_H_
