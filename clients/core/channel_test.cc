#include "clients/core/channel.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using ::testing::HasSubstr;

TEST(MakeChannel, SpeaksPlainlyOnlyToThisMachine) {
  for (const char* server : {"127.0.0.1:7400", "localhost:7400", "[::1]:7400", "unix:/tmp/s"}) {
    ChannelOptions options;
    options.server = server;
    EXPECT_TRUE(MakeChannel(options).ok()) << server;
  }
  for (const char* server : {"clarity.example:7400", "localhost.example:7400", "10.0.0.1:7400"}) {
    ChannelOptions options;
    options.server = server;
    EXPECT_EQ(MakeChannel(options).status().code(), absl::StatusCode::kInvalidArgument) << server;
    options.tls = true;
    EXPECT_TRUE(MakeChannel(options).ok()) << server;
  }
}

TEST(MakeChannel, SaysThatTheCaFileIsMissing) {
  ChannelOptions options;
  options.ca_file = "/nonexistent/ca.pem";
  EXPECT_THAT(std::string(MakeChannel(options).status().message()),
              HasSubstr("/nonexistent/ca.pem"));
}

}  // namespace
}  // namespace clarity::client
