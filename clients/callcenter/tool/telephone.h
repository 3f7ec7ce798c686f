#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_TELEPHONE_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_TELEPHONE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace clarity::client {

// A telephone number as callers say it, as the service takes it (E.164): "949-555-0100" is
// "+19495550100". INVALID_ARGUMENT where there can be no such number.
absl::StatusOr<std::string> ParseTelephone(absl::string_view text);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_TELEPHONE_H_
