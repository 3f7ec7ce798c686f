#ifndef CLARITY_TESTS_SUPPORT_TEXT_PROTO_H_
#define CLARITY_TESTS_SUPPORT_TEXT_PROTO_H_

#include "services/platform/rpc/testing/text_proto.h"

namespace clarity::tests {

// A message from its text.
using rpc::testing::FromText;

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_TEXT_PROTO_H_
