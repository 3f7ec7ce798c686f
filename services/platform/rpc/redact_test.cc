#include "services/platform/rpc/redact.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/rpc/testing/echo_service.pb.h"
#include "services/platform/rpc/testing/text_proto.h"

namespace clarity::rpc {
namespace {

TEST(RedactTest, HidesHealthDataAtAnyDepthAndShowsTheRest) {
  const std::string text = Redacted(testing::FromText<testing::PutItemRequest>(
      "request_id: 'r1' item { clinic: 'clinics/a' patient: 'patients/jane' note: 'seizures' "
      "parts { count: 2 remark: 'mother ill' } }"));
  EXPECT_EQ(text, R"({"item":{"clinic":"clinics/a","patient":"[redacted]","note":"[redacted]",)"
                  R"("parts":[{"count":2,"remark":"[redacted]"}]},"request_id":"r1"})");
}

TEST(RedactTest, DropsWhatItDoesNotKnow) {
  // A newer client's field, which may be anything.
  testing::PutItemRequest request;
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(99, "seizures");
  EXPECT_EQ(Redacted(request), "{}");
}

}  // namespace
}  // namespace clarity::rpc
