#include "services/platform/rpc/library_log.h"

#include <grpc/support/log.h>

#include <sstream>
#include <string>
#include <vector>

#include "google/protobuf/stubs/logging.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "services/platform/base/limits.h"
#include "services/platform/base/log.h"
#include "services/platform/rpc/testing/echo_service.pb.h"

namespace clarity::rpc {
namespace {

class LibraryLogTest : public ::testing::Test {
 protected:
  LibraryLogTest() { base::LogTo(&output_); }
  ~LibraryLogTest() override { base::LogTo(nullptr); }

  // What was written since this was last asked; every line of it is JSON.
  std::vector<nlohmann::json> Lines() {
    std::istringstream text(output_.str());
    output_.str("");
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }

  // As a stranger's request does it.
  static void ParseInvalidUtf8() {
    testing::Item item;
    EXPECT_FALSE(item.ParseFromString("\x22\x02\xff\xfe"));
  }

  std::ostringstream output_;
  base::ManualClock clock_{absl::FromUnixSeconds(1'772'000'000)};
  const LibraryLog library_log_{&clock_};
};

TEST_F(LibraryLogTest, GrpcSpeaksThroughOurLog) {
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);  // as grpc_init does where nobody says otherwise
  gpr_log(GPR_ERROR, "no %s", "address");
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["level"], "warning");
  EXPECT_EQ(lines[0]["library"], "grpc");
  EXPECT_EQ(lines[0]["text"], "no address");
}

TEST_F(LibraryLogTest, ProtobufTellsThePlaceButNotTheBytes) {
  ParseInvalidUtf8();
  GOOGLE_LOG(ERROR) << "patients/p1";
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["library"], "protobuf");
  EXPECT_EQ(lines[0]["place"].get<std::string>().rfind("wire_format_lite.cc:", 0), 0u) << lines[0];
  EXPECT_EQ(lines[1].dump().find("p1"), std::string::npos) << lines[1];
}

TEST_F(LibraryLogTest, AFloodIsCutShortAndCounted) {
  constexpr int kMore = 1000;
  for (int i = 0; i < limits::kForeignLogLinesPerSecondMax + kMore; ++i) ParseInvalidUtf8();
  EXPECT_EQ(Lines().size(), static_cast<size_t>(limits::kForeignLogLinesPerSecondMax));
  clock_.Advance(absl::Seconds(1));
  ParseInvalidUtf8();
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["left_out"], kMore);
}

}  // namespace
}  // namespace clarity::rpc
