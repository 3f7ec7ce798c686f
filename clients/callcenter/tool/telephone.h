#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_TELEPHONE_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_TELEPHONE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace clarity::client {

// A telephone number as callers say it, as the service takes it (E.164): "949-555-0100" is
// "+19495550100". INVALID_ARGUMENT where there can be no such number.
absl::StatusOr<std::string> ParseTelephone(absl::string_view text);

// Whether it looks like a number and not like a name or an id: digits, and what stands between
// them.
bool LooksLikeTelephone(absl::string_view text);
// The same of anything that is dialled, however short.
bool IsDialled(absl::string_view text);

// That it is none, and how one is said.
absl::Status NoTelephone(absl::string_view text);

// As people read it: "+1 949-555-0100". What is no number stays as it is.
std::string ReadableTelephone(absl::string_view number);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_TELEPHONE_H_
