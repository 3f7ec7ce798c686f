#include "services/clarityd/command_line.h"

#include <fstream>
#include <sstream>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "services/platform/storage/test_support.h"

namespace clarity {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class CommandLineTest : public ::testing::Test {
 protected:
  // What these arguments, after the required ones, come to.
  static std::variant<CommandLine, int> Read(const std::vector<const char*>& arguments) {
    std::vector<const char*> argv = {"clarityd", "--data",  "/data", "--keys",
                                     "/keys",    "--roles", "/roles"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return ReadCommandLine(static_cast<int>(argv.size()), argv.data());
  }
  static CommandLine Good(const std::vector<const char*>& arguments) {
    return std::get<CommandLine>(Read(arguments));
  }
  // What is said against them.
  static std::string Refusal(const std::vector<const char*>& arguments) {
    ::testing::internal::CaptureStderr();
    const auto read = Read(arguments);
    EXPECT_TRUE(std::holds_alternative<int>(read) && std::get<int>(read) == kExitUsage);
    return ::testing::internal::GetCapturedStderr();
  }
  const char* WriteFile(const std::string& text) {
    std::ofstream(file_) << text;
    return file_.c_str();
  }

  const storage::TemporaryDirectory directory_;
  const std::string file_ = directory_.path() + "/clarityd.toml";
};

TEST_F(CommandLineTest, TheFileSaysWhatTheFlagsDoNot) {
  const CommandLine read =
      Good({"--config",
            WriteFile("issuer = \"https://id.clinic.test\"\nrevoked = \"/revoked\"\n"
                      "drain = 30\nlisten = \"127.0.0.1:1\"\nlog-level = \"debug\"\n"),
            "--listen", "[::1]:2"});
  EXPECT_EQ(read.config.issuer, "https://id.clinic.test");
  EXPECT_EQ(read.config.revocation_file, "/revoked");
  EXPECT_EQ(read.config.server.drain, absl::Seconds(30));
  EXPECT_EQ(read.config.server.address.ToString(), "[::1]:2");
  EXPECT_EQ(read.log_level, base::LogLevel::kDebug);
}

TEST_F(CommandLineTest, AStoreWithoutADirectoryIsRefused) {
  const char* argv[] = {"clarityd", "--data", "", "--keys", "/keys", "--roles", "/roles"};
  ::testing::internal::CaptureStderr();
  const auto read = ReadCommandLine(7, argv);
  EXPECT_EQ(std::get<int>(read), kExitUsage);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("--data: names no directory"));
}

TEST_F(CommandLineTest, AMisspeltKeyInTheFileIsRefusedByName) {
  const char* file = WriteFile("issuer = \"clarity\"\nrevokd = \"/revoked\"\n");
  EXPECT_EQ(Refusal({"--config", file}), "clarityd: " + file_ + ": \"revokd\" is no option\n");
  file = WriteFile("[tokens]\nrevoked = \"/revoked\"\n");
  EXPECT_EQ(Refusal({"--config", file}),
            "clarityd: " + file_ + ": \"tokens.revoked\" is no option\n");
}

TEST_F(CommandLineTest, AFileThatIsNotThereIsRefused) {
  EXPECT_THAT(Refusal({"--config", "/no/such/file"}), HasSubstr("/no/such/file"));
}

TEST_F(CommandLineTest, AnAddressWithoutAPortIsRefusedWithItsOption) {
  EXPECT_THAT(Refusal({"--metrics-listen", "garbage"}),
              StartsWith("--metrics-listen: \"garbage\" is not ADDRESS:PORT"));
  EXPECT_THAT(Refusal({"--listen", "7421"}), StartsWith("--listen: \"7421\" is not ADDRESS:PORT"));
}

TEST_F(CommandLineTest, ByDefaultAStopGivesLoadBalancersTimeToNotice) {
  EXPECT_GT(Good({}).config.server.drain, absl::ZeroDuration());
  EXPECT_EQ(Good({"--drain", "0"}).config.server.drain, absl::ZeroDuration());
  EXPECT_EQ(Good({"--drain", "0.5"}).config.server.drain, absl::Milliseconds(500));
  EXPECT_THAT(Refusal({"--drain", "-1"}), HasSubstr("--drain"));
}

TEST_F(CommandLineTest, TheStartTellsTheConfiguration) {
  std::ostringstream output;
  base::LogTo(&output);
  LogStarted(Good({"--listen",
                   "127.0.0.1:0",
                   "--metrics-listen",
                   "127.0.0.1:9464",
                   "--issuer",
                   "the-issuer",
                   "--audience",
                   "the-audience",
                   "--revoked",
                   "/revoked",
                   "--services",
                   "scheduling",
                   "--scheduling-token",
                   "/service.token",
                   "--scheduling-server",
                   "other:7421",
                   "--workers",
                   "3",
                   "--tls-certificate",
                   "/cert",
                   "--tls-key",
                   "/key",
                   "--reflection",
                   "--insecure-listen",
                   "--drain",
                   "5"}),
             7421);
  base::LogTo(nullptr);
  auto line = nlohmann::json::parse(output.str());
  line.erase("time");
  EXPECT_EQ(line, nlohmann::json({{"level", "info"},
                                  {"event", "started"},
                                  {"address", "127.0.0.1:7421"},
                                  {"services", "scheduling"},
                                  {"data", "/data"},
                                  {"roles", "/roles"},
                                  {"keys", "/keys"},
                                  {"issuer", "the-issuer"},
                                  {"audience", "the-audience"},
                                  {"revoked", "/revoked"},
                                  {"scheduling_token", "/service.token"},
                                  {"scheduling_server", "other:7421"},
                                  {"metrics", "127.0.0.1:9464"},
                                  {"tls", true},
                                  {"tls_certificate", "/cert"},
                                  {"tls_key", "/key"},
                                  {"insecure_listen", true},
                                  {"reflection", true},
                                  {"workers", 3},
                                  {"drain_seconds", 5.0}}));
}

}  // namespace
}  // namespace clarity
