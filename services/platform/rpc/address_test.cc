#include "services/platform/rpc/address.h"

#include "gtest/gtest.h"

namespace clarity::rpc {
namespace {

TEST(AddressTest, IsAHostAndAPort) {
  for (const char* text : {"127.0.0.1:7421", "[::1]:0", "localhost:65535"}) {
    const auto address = ParseAddress(text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->ToString(), text);
  }
  for (const char* text : {"", "7421", ":7421", "localhost", "localhost:", "localhost:x",
                           "localhost:65536", "localhost:-1"}) {
    EXPECT_EQ(ParseAddress(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(AddressTest, PlainTextStaysOnThisMachineUnlessAllowed) {
  for (const char* text : {"127.0.0.1:1", "127.0.0.2:1", "[::1]:1", "localhost:1"}) {
    EXPECT_TRUE(CheckPlainText(*ParseAddress(text), false).ok()) << text;
  }
  for (const char* text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "clinic.test:1"}) {
    EXPECT_FALSE(CheckPlainText(*ParseAddress(text), false).ok()) << text;
    EXPECT_TRUE(CheckPlainText(*ParseAddress(text), true).ok()) << text;
  }
}

TEST(AddressTest, APeerIsKnownByItsNetwork) {
  EXPECT_EQ(NetworkOf("ipv4:192.0.2.1:1"), NetworkOf("ipv4:192.0.2.1:2"));
  EXPECT_NE(NetworkOf("ipv4:192.0.2.1:1"), NetworkOf("ipv4:192.0.2.2:1"));
  EXPECT_EQ(NetworkOf("ipv6:%5B2001:db8::1%5D:1"), NetworkOf("ipv6:[2001:db8:0:0:ab::2]:2"));
  EXPECT_NE(NetworkOf("ipv6:[2001:db8::1]:1"), NetworkOf("ipv6:[2001:db8:0:1::1]:1"));
  EXPECT_EQ(NetworkOf("unix:/run/clarity"), "unix");
}

}  // namespace
}  // namespace clarity::rpc
