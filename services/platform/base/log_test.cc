#include "services/platform/base/log.h"

#include <sstream>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace clarity::base {
namespace {

class LogTest : public ::testing::Test {
 protected:
  LogTest() { LogTo(&output_); }
  ~LogTest() override {
    LogTo(nullptr);
    SetLogLevel(LogLevel::kInfo);
  }

  std::ostringstream output_;
};

TEST_F(LogTest, WritesOneLineOfJson) {
  Log(LogLevel::kWarning, "store away",
      {{"file", "a \"b\"\n"}, {"tries", 3}, {"share", 0.5}, {"last", true}});
  const std::string text = output_.str();
  ASSERT_EQ(text.find('\n'), text.size() - 1);
  const auto line = nlohmann::json::parse(text);
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["event"], "store away");
  EXPECT_EQ(line["file"], "a \"b\"\n");
  EXPECT_EQ(line["tries"], 3);
  EXPECT_EQ(line["share"], 0.5);
  EXPECT_EQ(line["last"], true);
  EXPECT_EQ(line["time"].get<std::string>().back(), 'Z');
}

TEST_F(LogTest, NeverFailsOnBytesThatAreNoText) {
  Log(LogLevel::kInfo, "odd", {{"bytes", "a\xff{}%"}});
  EXPECT_TRUE(nlohmann::json::accept(output_.str())) << output_.str();
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheLevel) {
  Log(LogLevel::kDebug, "detail");
  EXPECT_EQ(output_.str(), "");
  SetLogLevel(LogLevel::kDebug);
  Log(LogLevel::kDebug, "detail");
  EXPECT_NE(output_.str(), "");
}

}  // namespace
}  // namespace clarity::base
