#include "services/consultation/outcome/scale.h"

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/consultation/policy/test_support.h"

// The scales of the demo policy against what was published: S36 McInnes 2022; S75 PHQ-9 bands; S79
// GAD-7; S80, S81 PCL-5; S83 ids-qids.org; S85, S86 C-SSRS triage; S87 PHQ-9 item 9.
namespace clarity::consultation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const v1::Scale& ScaleOf(const std::string& id) {
  static const auto* const kRulebook = new Rulebook(DemoPolicy());
  return *kRulebook->FindScale(id);
}

using Items = std::map<std::string, int>;

v1::Outcome OutcomeOf(const Items& items) {
  v1::Outcome outcome;
  for (const auto& [item, score] : items) {
    v1::ItemScore& answer = *outcome.add_items();
    answer.set_item(item);
    answer.set_score(score);
  }
  return outcome;
}

v1::Outcome Scored(const std::string& scale, const Items& items,
                   std::optional<int> baseline = std::nullopt) {
  v1::Outcome outcome = OutcomeOf(items);
  EXPECT_THAT(ScaleSheet(ScaleOf(scale), outcome.items()).Check(), IsEmpty()) << scale;
  Score(ScaleOf(scale), &outcome);
  v1::Outcome before;
  if (baseline.has_value()) before.set_score(*baseline);
  Compare(ScaleOf(scale), before, &outcome);
  return outcome;
}

// Items "1" to "n" that add up to `total`, the first as high as they go.
Items Adding(int total, int items, int highest) {
  Items scores;
  for (int i = 1; i <= items; ++i) {
    scores[absl::StrCat(i)] = std::min(total, highest);
    total -= std::min(total, highest);
  }
  return scores;
}

std::vector<std::string> FindingsOf(const v1::Outcome& outcome) {
  return {outcome.findings().begin(), outcome.findings().end()};
}

std::vector<std::string> AlertsOf(const std::string& scale, const Items& items) {
  const v1::Outcome outcome = OutcomeOf(items);
  std::vector<std::string> ids;
  for (const v1::ScaleLevel* level : ScaleSheet(ScaleOf(scale), outcome.items()).Alerts()) {
    ids.push_back(level->id());
  }
  return ids;
}

struct BandCase {
  const char* source;
  const char* scale;
  int items;
  int highest;
  int score;
  const char* band;
};

void PrintTo(const BandCase& c, std::ostream* out) {
  *out << c.scale << " " << c.score << " is " << c.band << " [" << c.source << "]";
}

class Bands : public ::testing::TestWithParam<BandCase> {};

TEST_P(Bands, AreAsPublished) {
  const BandCase& c = GetParam();
  const v1::Outcome outcome = Scored(c.scale, Adding(c.score, c.items, c.highest));
  EXPECT_EQ(outcome.score(), c.score);
  EXPECT_EQ(outcome.band(), c.band);
}

INSTANTIATE_TEST_SUITE_P(ClinicalFacts, Bands,
                         ::testing::Values(BandCase{"S75", "phq-9", 9, 3, 0, "minimal"},
                                           BandCase{"S75", "phq-9", 9, 3, 4, "minimal"},
                                           BandCase{"S75", "phq-9", 9, 3, 5, "mild"},
                                           BandCase{"S75", "phq-9", 9, 3, 9, "mild"},
                                           BandCase{"S75", "phq-9", 9, 3, 10, "moderate"},
                                           BandCase{"S75", "phq-9", 9, 3, 14, "moderate"},
                                           BandCase{"S75", "phq-9", 9, 3, 15, "moderately-severe"},
                                           BandCase{"S75", "phq-9", 9, 3, 19, "moderately-severe"},
                                           BandCase{"S75", "phq-9", 9, 3, 20, "severe"},
                                           BandCase{"S75", "phq-9", 9, 3, 27, "severe"},
                                           BandCase{"S79", "gad-7", 7, 3, 4, "minimal"},
                                           BandCase{"S79", "gad-7", 7, 3, 5, "mild"},
                                           BandCase{"S79", "gad-7", 7, 3, 9, "mild"},
                                           BandCase{"S79", "gad-7", 7, 3, 10, "moderate"},
                                           BandCase{"S79", "gad-7", 7, 3, 14, "moderate"},
                                           BandCase{"S79", "gad-7", 7, 3, 15, "severe"}));

struct ResponseCase {
  const char* source;
  int baseline;
  int score;
  bool response;
  bool remission;
};

class Responses : public ::testing::TestWithParam<ResponseCase> {};

TEST_P(Responses, AreAsPublished) {
  const ResponseCase& c = GetParam();
  const v1::Outcome outcome = Scored("phq-9", Adding(c.score, 9, 3), c.baseline);
  EXPECT_EQ(outcome.change(), c.score - c.baseline);
  EXPECT_EQ(outcome.response(), c.response) << c.source;
  EXPECT_EQ(outcome.remission(), c.remission) << c.source;
}

INSTANTIATE_TEST_SUITE_P(ClinicalFacts, Responses,
                         ::testing::Values(ResponseCase{"S36", 20, 10, true, false},
                                           ResponseCase{"S36", 20, 11, false, false},
                                           ResponseCase{"S36", 9, 4, true, true},
                                           ResponseCase{"S36", 9, 5, false, false},
                                           ResponseCase{"S36", 8, 5, false, false},
                                           ResponseCase{"S36", 5, 4, false, true},
                                           ResponseCase{"S36", 0, 0, false, true}));

TEST(ScaleTest, WithoutABaselineThereIsRemissionAndNoResponse) {
  const v1::Outcome outcome = Scored("phq-9", Adding(3, 9, 3));
  EXPECT_TRUE(outcome.remission());
  EXPECT_FALSE(outcome.has_response());
  EXPECT_FALSE(outcome.has_change());
  EXPECT_EQ(outcome.trend(), v1::Outcome::TREND_UNSPECIFIED);
}

TEST(ScaleTest, Phq9Item9AsksForActionWhateverTheTotal) {  // S87
  Items items = Adding(0, 9, 3);
  EXPECT_THAT(AlertsOf("phq-9", items), IsEmpty());
  items["9"] = 1;
  const v1::Outcome outcome = Scored("phq-9", items);
  EXPECT_EQ(outcome.score(), 1);
  EXPECT_EQ(outcome.band(), "minimal");
  EXPECT_THAT(FindingsOf(outcome), ElementsAre("item-9"));
  EXPECT_THAT(AlertsOf("phq-9", items), ElementsAre("item-9"));
}

TEST(ScaleTest, Gad7ScreensAt10AndTellsATrendByFourPoints) {  // S79
  EXPECT_THAT(FindingsOf(Scored("gad-7", Adding(9, 7, 3))), IsEmpty());
  EXPECT_THAT(FindingsOf(Scored("gad-7", Adding(10, 7, 3))), ElementsAre("positive-screen"));
  EXPECT_EQ(Scored("gad-7", Adding(10, 7, 3), 14).trend(), v1::Outcome::TREND_IMPROVED);
  EXPECT_EQ(Scored("gad-7", Adding(11, 7, 3), 14).trend(), v1::Outcome::TREND_UNCHANGED);
  EXPECT_EQ(Scored("gad-7", Adding(17, 7, 3), 14).trend(), v1::Outcome::TREND_UNCHANGED);
  EXPECT_EQ(Scored("gad-7", Adding(18, 7, 3), 14).trend(), v1::Outcome::TREND_WORSENED);
}

TEST(ScaleTest, Pcl5IsCutOffAt33AndHasNoBands) {  // S80
  Items items = Adding(20, 20, 1);
  for (const int i : {6, 7}) items[absl::StrCat(i)] = 4;
  EXPECT_EQ(Scored("pcl-5", items).band(), "");
  items["1"] = 4;
  items["2"] = 4;
  EXPECT_EQ(Scored("pcl-5", items).score(), 32);
  EXPECT_THAT(FindingsOf(Scored("pcl-5", items)), IsEmpty());
  items["8"] = 2;
  EXPECT_EQ(Scored("pcl-5", items).score(), 33);
  EXPECT_THAT(FindingsOf(Scored("pcl-5", items)), ElementsAre("cut-off"));
}

TEST(ScaleTest, Pcl5ClustersTakeOneOneTwoAndTwoItemsOfAtLeastTwo) {  // S80
  Items items = Adding(0, 20, 4);
  for (const int i : {1, 6, 8, 9, 15, 16}) items[absl::StrCat(i)] = 2;
  EXPECT_THAT(FindingsOf(Scored("pcl-5", items)), ElementsAre("clusters"));
  for (const int i : {1, 6, 8, 9, 15, 16}) {
    Items fewer = items;
    fewer[absl::StrCat(i)] = 1;
    EXPECT_THAT(FindingsOf(Scored("pcl-5", fewer)), IsEmpty()) << "item " << i;
  }
}

// All sixteen, but for those that are not asked.
Items Qids(const Items& given) {
  Items items = Adding(0, 16, 3);
  for (const auto& [item, score] : given) items[item] = score;
  if (items["6"] > 0) items.erase("7");
  if (items["8"] > 0) items.erase("9");
  return items;
}

TEST(ScaleTest, QidsTakesTheHighestOfSleepAppetiteAndPace) {  // S83
  EXPECT_EQ(Scored("qids-sr16", Qids({{"1", 1}, {"2", 3}, {"3", 2}, {"4", 1}})).score(), 3);
  EXPECT_EQ(Scored("qids-sr16", Qids({{"6", 2}, {"9", 3}})).score(), 3);
  EXPECT_EQ(Scored("qids-sr16", Qids({{"15", 2}, {"16", 1}})).score(), 2);
  EXPECT_EQ(
      Scored("qids-sr16", Qids({{"5", 3}, {"10", 1}, {"11", 1}, {"12", 1}, {"13", 1}, {"14", 1}}))
          .score(),
      8);
  Items highest;
  for (int i = 1; i <= 16; ++i) highest[absl::StrCat(i)] = 3;
  EXPECT_EQ(Scored("qids-sr16", Qids(highest)).score(), 27);
}

TEST(ScaleTest, QidsBandsAreAsPublished) {  // S83
  const auto band = [](int total) {
    // Items 5 and 10 to 14 enter by themselves, and one of each of the three groups.
    Items items;
    for (const char* item : {"5", "10", "11", "12", "13", "14", "1", "7", "15"}) {
      items[item] = std::min(total, 3);
      total -= std::min(total, 3);
    }
    return Scored("qids-sr16", Qids(items)).band();
  };
  EXPECT_EQ(band(5), "none");
  EXPECT_EQ(band(6), "mild");
  EXPECT_EQ(band(10), "mild");
  EXPECT_EQ(band(11), "moderate");
  EXPECT_EQ(band(15), "moderate");
  EXPECT_EQ(band(16), "severe");
  EXPECT_EQ(band(20), "severe");
  EXPECT_EQ(band(21), "very-severe");
}

struct RiskCase {
  const char* source;
  Items items;
  const char* band;
};

void PrintTo(const RiskCase& c, std::ostream* out) { *out << c.band << " [" << c.source << "]"; }

class SuicideRisk : public ::testing::TestWithParam<RiskCase> {};

TEST_P(SuicideRisk, IsAsTriaged) {
  const RiskCase& c = GetParam();
  const v1::Outcome outcome = Scored("c-ssrs", c.items);
  EXPECT_EQ(outcome.band(), c.band);
  EXPECT_FALSE(outcome.has_score());
  const bool alarms = std::string(c.band) == "high" || std::string(c.band) == "moderate";
  EXPECT_EQ(AlertsOf("c-ssrs", c.items).size(), alarms ? 1 : 0);
}

INSTANTIATE_TEST_SUITE_P(
    ClinicalFacts, SuicideRisk,
    ::testing::Values(
        RiskCase{"S85", {{"1", 0}, {"2", 0}, {"6", 0}}, "none"},
        RiskCase{"S86", {{"1", 0}, {"2", 0}, {"6", 1}, {"6-recent", 1}}, "high"},
        RiskCase{"S86", {{"1", 0}, {"2", 0}, {"6", 1}, {"6-recent", 0}}, "moderate"},
        RiskCase{"K", {{"1", 1}, {"2", 0}, {"6", 0}}, "low"},
        RiskCase{"K", {{"1", 0}, {"2", 1}, {"3", 0}, {"4", 0}, {"5", 0}, {"6", 0}}, "low"},
        RiskCase{"K", {{"1", 1}, {"2", 1}, {"3", 1}, {"4", 0}, {"5", 0}, {"6", 0}}, "moderate"},
        RiskCase{"S86", {{"1", 1}, {"2", 1}, {"3", 1}, {"4", 1}, {"5", 0}, {"6", 0}}, "high"},
        RiskCase{"S86", {{"1", 1}, {"2", 1}, {"3", 0}, {"4", 0}, {"5", 1}, {"6", 0}}, "high"}));

TEST(ScaleTest, ANoToQuestion2LeadsToQuestion6) {  // S85
  const v1::Outcome outcome = OutcomeOf({{"1", 0}, {"2", 0}, {"3", 1}, {"6", 0}});
  const ScaleSheet sheet(ScaleOf("c-ssrs"), outcome.items());
  EXPECT_FALSE(sheet.IsAsked("3"));
  EXPECT_TRUE(sheet.IsAsked("6"));
  const std::vector<base::Violation> violations = sheet.Check();
  ASSERT_EQ(violations.size(), 1);
  EXPECT_EQ(violations[0].field, "items[2].item");
  EXPECT_EQ(sheet.Band()->id(), "none") << "what is not asked does not count";
}

TEST(ScaleTest, TellsAllThatIsWrongAtOnce) {
  v1::Outcome outcome = OutcomeOf({{"1", 4}, {"12", 0}, {"2", 0}});
  *outcome.add_items() = outcome.items(2);
  std::vector<std::string> fields;
  for (const auto& violation : ScaleSheet(ScaleOf("phq-9"), outcome.items()).Check()) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ElementsAre("items[0].score", "items[1].item", "items[3].item", "items",
                                  "items", "items", "items", "items", "items", "items"));
}

}  // namespace
}  // namespace clarity::consultation
