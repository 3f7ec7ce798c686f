#include "clients/terminal/line_reader.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(SplitWords, ReadsALineAsAShellDoes) {
  EXPECT_THAT(*SplitWords(""), IsEmpty());
  EXPECT_THAT(*SplitWords("  hold  2 "), ElementsAre("hold", "2"));
  EXPECT_THAT(*SplitWords("book 2 --note \"mother's car\" --callback ''"),
              ElementsAre("book", "2", "--note", "mother's car", "--callback", ""));
}

TEST(SplitWords, SaysWhatIsLeftOpen) {
  EXPECT_THAT(SplitWords("mother's car").status().message(), HasSubstr("' is left open"));
  EXPECT_THAT(SplitWords("say \"so").status().message(), HasSubstr("\" is left open"));
}

TEST(PlainLines, ComeOneByOneWithTheNewsBefore) {
  std::istringstream in("clinics\n\nquit");
  std::ostringstream out;
  Console console;
  console.in = &in;
  console.out = &out;
  LineHelp help;
  help.news = [] { return "news\n"; };
  const auto lines = PlainLines(console, help);
  EXPECT_EQ(lines->Read(), "clinics");
  EXPECT_EQ(lines->Read(), "");
  EXPECT_EQ(lines->Read(), "quit");
  EXPECT_EQ(lines->Read(), absl::nullopt);
  EXPECT_EQ(out.str(), "news\nnews\nnews\nnews\n");
}

}  // namespace
}  // namespace clarity::client
