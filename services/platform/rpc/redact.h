#ifndef CLARITY_SERVICES_PLATFORM_RPC_REDACT_H_
#define CLARITY_SERVICES_PLATFORM_RPC_REDACT_H_

#include <string>

#include "google/protobuf/message.h"

namespace clarity::rpc {

// A message as JSON for the log: every field marked as health data, at any depth, is "[redacted]",
// or left out where it is no text.
std::string Redacted(const google::protobuf::Message& message);

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_REDACT_H_
