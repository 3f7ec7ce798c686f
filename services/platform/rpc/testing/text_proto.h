#ifndef CLARITY_SERVICES_PLATFORM_RPC_TESTING_TEXT_PROTO_H_
#define CLARITY_SERVICES_PLATFORM_RPC_TESTING_TEXT_PROTO_H_

#include <cstdlib>
#include <string>

#include "google/protobuf/text_format.h"

namespace clarity::rpc::testing {

// A message from its text, for tests.
template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  if (!google::protobuf::TextFormat::ParseFromString(text, &message)) std::abort();
  return message;
}

}  // namespace clarity::rpc::testing

#endif  // CLARITY_SERVICES_PLATFORM_RPC_TESTING_TEXT_PROTO_H_
