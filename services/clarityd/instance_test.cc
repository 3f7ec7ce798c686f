#include "services/clarityd/instance.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/clarityd/data_directory.h"
#include "services/platform/base/files.h"
#include "services/platform/base/log.h"
#include "services/platform/rpc/testing/token.h"
#include "services/platform/storage/test_support.h"

namespace clarity {
namespace {

using ::testing::HasSubstr;

// What an operator is told who got the configuration wrong.
class InstanceTest : public ::testing::Test {
 protected:
  InstanceTest() {
    rpc::testing::TestIssuer("main").WritePublicKey(directory_.path() + "/keys");
    config_.data_directory = directory_.path() + "/data";
    config_.keys_directory = directory_.path() + "/keys";
    config_.roles_file = CLARITY_ROLES_FILE;
    config_.scheduling_token_file = directory_.path() + "/service.token";
  }

  // Empty when it starts.
  std::string WhyNot() {
    const auto instance = Instance::Start(config_, &clock_, &random_);
    return std::string(instance.status().message());
  }

  const storage::TemporaryDirectory directory_;
  const base::SystemClock clock_;
  base::SystemRandom random_;
  Config config_;
};

TEST_F(InstanceTest, StartsWithTheRolesThatWeDeliver) { EXPECT_EQ(WhyNot(), ""); }

TEST_F(InstanceTest, AMisspeltPermissionInTheRolesIsRefused) {
  std::string roles = *base::ReadFile(CLARITY_ROLES_FILE);
  const std::string right = "\"orders.revoke\"";
  roles.insert(roles.find(right) + right.size(), " permissions: \"orders.revok\"");
  config_.roles_file = directory_.path() + "/roles.textproto";
  std::ofstream(config_.roles_file) << roles;
  EXPECT_THAT(WhyNot(), HasSubstr("no method and no field names the permission orders.revok"));
}

TEST_F(InstanceTest, ConsultationWantsToKnowHowToReachScheduling) {
  config_.scheduling_token_file.clear();
  EXPECT_THAT(WhyNot(), HasSubstr("it needs --scheduling-token"));
  config_.scheduling_token_file = directory_.path() + "/service.token";
  config_.services = {"consultation"};
  EXPECT_THAT(WhyNot(), HasSubstr("say where, with --scheduling-server"));
  config_.services = {"scheduling", "billing"};
  EXPECT_EQ(WhyNot(), "--services: \"billing\" is unknown; there are: scheduling, consultation");
  config_.services = {"scheduling", "scheduling"};
  EXPECT_EQ(WhyNot(), "--services: \"scheduling\" is there twice");
}

TEST_F(InstanceTest, AStoreWithoutItsSearchKeyIsNotOpened) {
  EXPECT_EQ(WhyNot(), "");
  std::ofstream(config_.data_directory + "/search.key") << std::string(32, 'x');
  EXPECT_THAT(WhyNot(), HasSubstr("bring back the file search.key"));
}

TEST_F(InstanceTest, AStoreThatIsLostIsMissed) {
  EXPECT_EQ(WhyNot(), "");
  EXPECT_EQ(WhyNot(), "");
  for (const char* store : {"scheduling.db", "consultation.db"}) {
    const std::string path = config_.data_directory + "/" + store;
    std::filesystem::rename(path, path + ".aside");
    EXPECT_THAT(WhyNot(), HasSubstr(std::string(store) + " is missing from")) << store;
    EXPECT_FALSE(std::filesystem::exists(path)) << "no empty one in its place";
    std::filesystem::rename(path + ".aside", path);
  }
  EXPECT_EQ(WhyNot(), "");
}

TEST_F(InstanceTest, AnEmptyStoreTakesThePlaceOfALostOneWhereAnOperatorSaysSo) {
  EXPECT_EQ(WhyNot(), "");
  std::filesystem::remove(config_.data_directory + "/scheduling.db");
  std::ofstream(config_.data_directory + "/stores") << "consultation.db\n";
  EXPECT_EQ(WhyNot(), "");
}

TEST_F(InstanceTest, ABackupNamesItsStores) {
  EXPECT_EQ(WhyNot(), "");
  const auto no_progress = [](absl::string_view, int64_t, int64_t) { return absl::OkStatus(); };
  const std::string copy = directory_.path() + "/copy";
  ASSERT_TRUE(BackUpDataDirectory(config_.data_directory, copy, no_progress).ok());
  EXPECT_TRUE(VerifyDataDirectory(copy, no_progress).ok());
  EXPECT_EQ(
      BackUpDataDirectory(config_.data_directory, config_.data_directory + "/copy", no_progress)
          .status()
          .code(),
      absl::StatusCode::kInvalidArgument)
      << "a backup is not kept where the data are";
  std::filesystem::remove(copy + "/consultation.db");
  EXPECT_THAT(VerifyDataDirectory(copy, no_progress).status().message(),
              HasSubstr("consultation.db is missing from"));
}

TEST_F(InstanceTest, ADirectoryForTheRolesIsToldAsSuch) {
  config_.roles_file = directory_.path();
  EXPECT_EQ(WhyNot(), "cannot read " + directory_.path() + ": Is a directory");
}

TEST_F(InstanceTest, MetricsStayOnThisMachineUnlessAllowed) {
  config_.metrics_address = rpc::Address{"0.0.0.0", 0};
  EXPECT_EQ(WhyNot(),
            "will not listen on 0.0.0.0:0 in plain text: allow it with --insecure-listen");
  config_.server.insecure_listen = true;
  EXPECT_EQ(WhyNot(), "");
}

TEST_F(InstanceTest, APortThatIsTakenIsTold) {
  const auto first = Instance::Start(config_, &clock_, &random_);
  ASSERT_TRUE(first.ok()) << first.status();
  config_.data_directory += "-2";
  config_.metrics_address = rpc::Address{"127.0.0.1", (*first)->port()};
  const std::string taken =
      "cannot listen on " + config_.metrics_address->ToString() + ": Address already in use";
  EXPECT_EQ(WhyNot(), taken);
  config_.server.address = *config_.metrics_address;
  config_.metrics_address.reset();
  EXPECT_EQ(WhyNot(), taken);
}

}  // namespace
}  // namespace clarity
