#include "clients/terminal/table.h"

#include <sstream>

#include "gtest/gtest.h"

namespace clarity::client {
namespace {

class TableTest : public testing::Test {
 protected:
  std::string Print(const Table& table) {
    std::ostringstream out;
    console_.out = &out;
    table.Print(console_);
    return out.str();
  }

  Console console_;
};

TEST(Printable, NothingThatMovesRewritesOrTurnsRoundIsShown) {
  EXPECT_EQ(Printable("Zo\u00eb \u05d0\u05d1, 20\u00a0mg"), "Zo\u00eb \u05d0\u05d1, 20\u00a0mg");
  EXPECT_EQ(Printable("a\x1b[2Jb\nc\x7f"), "a [2Jb c ");
  EXPECT_EQ(Printable("safe\u202eton\u2066x\u2069\u200f\u009b"), "safe ton x   ");
  EXPECT_EQ(Printable("cut \xe2\x80"), "cut \xe2\x80") << "what is no character stays as it is";
}

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth("Lake Forest"), 11u);
  EXPECT_EQ(DisplayWidth("Muñoz"), 5u);
  EXPECT_EQ(DisplayWidth("Mun\u0303oz"), 5u) << "a combining tilde takes no column";
  EXPECT_EQ(DisplayWidth("診療"), 4u);
  EXPECT_EQ(DisplayWidth("\xff\xfe"), 2u) << "bytes that are not UTF-8";
  EXPECT_EQ(DisplayWidth(""), 0u);
}

TEST_F(TableTest, ColumnsAreAsWideAsTheirWidestCell) {
  Table table({"#", "clinician", "room"});
  table.AddRow({"1", "Dr. Muñoz", "Room 2"});
  table.AddRow({"10", "診療", "Chair"});
  EXPECT_EQ(Print(table),
            "#   clinician  room\n"
            "1   Dr. Muñoz  Room 2\n"
            "10  診療       Chair\n");
}

TEST_F(TableTest, LeavesOutColumnsWithoutContentAndBlanksAtLineEnds) {
  Table table({"name", "note", "where"});
  table.AddRow({"a", "", "here"});
  table.AddRow({"b", "", ""});
  EXPECT_EQ(Print(table), "name  where\na     here\nb\n");
}

TEST_F(TableTest, TonesDoNotShiftColumns) {
  console_.colour = true;
  Table table({"state", "name"});
  table.AddRow({Cell("NO", Tone::kBad), "a"});
  EXPECT_EQ(Print(table), "\x1b[2mstate\x1b[0m  \x1b[2mname\x1b[0m\n\x1b[31mNO\x1b[0m     a\n");
}

TEST_F(TableTest, FitsTheTerminalByShorteningItsWidestColumns) {
  console_.columns = [] { return 24; };
  Table table({"appointment", "where", "who"});
  table.KeepWhole({"appointment"});
  table.AddRow({"appointments/01", "Lake Forest", "Dr. Muñoz"});
  table.AddRow({"appointments/02", "診療診療診療", "Dr. Lee"});
  EXPECT_EQ(Print(table),
            "appointment      where     who\n"
            "appointments/01  Lake Fo…  Dr. Muñ…\n"
            "appointments/02  診療診…   Dr. Lee\n")
      << "a name stays whole, and no column becomes shorter than 8";
}

TEST(Shortened, CountsColumns) {
  EXPECT_EQ(Shortened("Lake Forest", 11), "Lake Forest");
  EXPECT_EQ(Shortened("Lake Forest", 5), "Lake…");
  EXPECT_EQ(Shortened("診療", 3), "診…");
  EXPECT_EQ(Shortened("診療", 2), "…");
  EXPECT_EQ(Shortened("x", 0), "");
}

TEST_F(TableTest, TextFromElsewhereCannotControlTheTerminal) {
  Table table({"name"});
  table.AddRow({"evil\x1b[2J\r\nname"});
  EXPECT_EQ(Print(table), "name\nevil [2J  name\n");
}

}  // namespace
}  // namespace clarity::client
