#include "clients/callcenter/tool/telephone.h"

#include "gtest/gtest.h"

namespace clarity::client {
namespace {

TEST(ParseTelephone, TakesNumbersAsCallersSayThem) {
  for (const char* text :
       {"9495550100", "949-555-0100", "(949) 555-0100", "1 949 555 0100", "+19495550100"}) {
    EXPECT_EQ(ParseTelephone(text).value_or("refused"), "+19495550100") << text;
  }
  EXPECT_EQ(ParseTelephone("+44 20 7946 0000").value_or("refused"), "+442079460000");
}

TEST(ParseTelephone, RefusesWhatIsNone) {
  for (const char* text : {"", "mother", "911-", "123", "+1"}) {
    EXPECT_EQ(ParseTelephone(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace clarity::client
