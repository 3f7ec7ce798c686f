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

TEST(LooksLikeTelephone, TellsNumbersFromNamesAndIds) {
  for (const char* text : {"949-555-0100", "(949) 555 0100", "+44 20 7946 0000", "5550100"}) {
    EXPECT_TRUE(LooksLikeTelephone(text)) << text;
  }
  for (const char* text : {"", "p-1", "patients/5550100", "Ortiz", "911", "01h2x9495550100"}) {
    EXPECT_FALSE(LooksLikeTelephone(text)) << text;
  }
}

TEST(ReadableTelephone, IsAsPeopleReadIt) {
  EXPECT_EQ(ReadableTelephone("+19495550100"), "+1 949-555-0100");
  EXPECT_EQ(ReadableTelephone("+442079460000"), "+44 20 7946 0000");
  EXPECT_EQ(ReadableTelephone("mother's"), "mother's");
}

}  // namespace
}  // namespace clarity::client
