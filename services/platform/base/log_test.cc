#include "services/platform/base/log.h"

#include <mutex>
#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "services/platform/base/limits.h"

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

TEST_F(LogTest, NamesItsLevels) {
  EXPECT_EQ(LogLevelFromName("debug"), LogLevel::kDebug);
  EXPECT_EQ(LogLevelFromName("warning"), LogLevel::kWarning);
  EXPECT_EQ(LogLevelFromName("error"), LogLevel::kError);
  EXPECT_EQ(LogLevelFromName("loud"), std::nullopt);
}

TEST_F(LogTest, InTheBackgroundEveryLineIsWrittenBeforeTheEnd) {
  constexpr int kLines = 100;
  {
    const BackgroundLog background;
    for (int i = 0; i < kLines; ++i) Log(LogLevel::kInfo, "line", {{"number", i}});
  }
  std::istringstream lines(output_.str());
  std::string line;
  for (int i = 0; i < kLines; ++i) {
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_EQ(nlohmann::json::parse(line)["number"], i);
  }
  EXPECT_FALSE(std::getline(lines, line)) << line;
}

// Takes no line until the gate opens.
class StuckReader final : public std::stringbuf {
 public:
  StuckReader() { gate_.lock(); }
  void Open() { gate_.unlock(); }

 protected:
  std::streamsize xsputn(const char* text, std::streamsize bytes) override {
    const std::lock_guard<std::mutex> wait(gate_);
    return std::stringbuf::xsputn(text, bytes);
  }

 private:
  std::mutex gate_;
};

TEST_F(LogTest, InTheBackgroundAStuckReaderHoldsNobodyUp) {
  StuckReader reader;
  std::ostream stream(&reader);
  LogTo(&stream);
  const int lines = 3 * static_cast<int>(limits::kLogLinesQueuedMax);
  {
    const BackgroundLog background;
    for (int i = 0; i < lines; ++i) Log(LogLevel::kInfo, "line", {{"number", i}});
    reader.Open();
  }
  LogTo(&output_);
  EXPECT_NE(reader.str().find(R"("event":"log lines left out")"), std::string::npos);
  EXPECT_NE(reader.str().find("\"number\":" + std::to_string(lines - 1) + "}"), std::string::npos)
      << "it is the oldest that are left out";
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
