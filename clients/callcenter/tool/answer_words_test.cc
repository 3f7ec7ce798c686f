#include "clients/callcenter/tool/answer_words.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using consultation::v1::Answer;
using consultation::v1::ListQuestionnairesResponse;
using consultation::v1::QuestionnaireItem;
using consultation::v1::ReportedCondition;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AnswerWordsTest : public testing::Test {
 protected:
  static ListQuestionnairesResponse Codes() {
    ListQuestionnairesResponse codes;
    const auto add = [](auto* code, const char* id, const char* title, const char* of_class) {
      code->set_code(id);
      code->set_display_name(title);
      code->add_classes(of_class);
    };
    add(codes.add_conditions(), "stroke", "Stroke", "cardiovascular");
    add(codes.add_conditions(), "heart-failure", "Heart failure", "cardiovascular");
    add(codes.add_conditions(), "mania", "Mania", "psychiatric");
    add(codes.add_medicines(), "sertraline", "Sertraline", "antidepressant");
    add(codes.add_medicines(), "amphetamine", "Amphetamine salts", "stimulant");
    return codes;
  }
  static QuestionnaireItem Item(QuestionnaireItem::Type type) {
    QuestionnaireItem item;
    item.set_link_id("a.b");
    item.set_type(type);
    return item;
  }
  static QuestionnaireItem Drugs() {
    QuestionnaireItem item = Item(QuestionnaireItem::TYPE_CODED);
    item.set_repeats(true);
    for (const char* code : {"none", "cannabis", "opioids"}) item.add_choices()->set_code(code);
    item.mutable_choices(2)->set_display_name("Opioids not prescribed");
    return item;
  }
  Answer Parsed(const QuestionnaireItem& item, absl::string_view text) const {
    const auto answer = words_.Parse(item, text);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.value_or(Answer());
  }
  std::string Refused(const QuestionnaireItem& item, absl::string_view text) const {
    const auto answer = words_.Parse(item, text);
    EXPECT_TRUE(absl::IsInvalidArgument(answer.status())) << text;
    return std::string(answer.status().message());
  }

  const AnswerWords words_{Codes(), absl::CivilDay(2026, 11, 23)};
};

TEST_F(AnswerWordsTest, AnyItemCanBeUnknownOrTakenBack) {
  const QuestionnaireItem item = Item(QuestionnaireItem::TYPE_BOOLEAN);
  EXPECT_TRUE(Parsed(item, " ? ").not_known());
  EXPECT_EQ(Parsed(item, "").value_case(), Answer::VALUE_NOT_SET);
  EXPECT_EQ(Parsed(item, "").link_id(), "a.b");
}

TEST_F(AnswerWordsTest, YesAndNoDaysAndWords) {
  EXPECT_TRUE(Parsed(Item(QuestionnaireItem::TYPE_BOOLEAN), "Yes").boolean());
  EXPECT_EQ(Parsed(Item(QuestionnaireItem::TYPE_BOOLEAN), "n").value_case(), Answer::kBoolean);
  EXPECT_EQ(Refused(Item(QuestionnaireItem::TYPE_BOOLEAN), "maybe"),
            "'maybe' is no answer: say yes or no");
  EXPECT_EQ(Parsed(Item(QuestionnaireItem::TYPE_DATE), "1/12/2026").date().day(), 12);
  EXPECT_THAT(Refused(Item(QuestionnaireItem::TYPE_DATE), "2027-01-01"), HasSubstr("no day that"));
  EXPECT_EQ(Parsed(Item(QuestionnaireItem::TYPE_TEXT), "sleeps, badly").text(), "sleeps, badly");
}

TEST_F(AnswerWordsTest, ChoicesAreNumbersCodesOrNames) {
  EXPECT_THAT(Parsed(Drugs(), "2, opioids NOT prescribed").codes().codes(),
              ElementsAre("cannabis", "opioids"));
  EXPECT_EQ(Refused(Drugs(), "2, tea"), "'tea' is no choice: say none, cannabis, opioids");
  EXPECT_THAT(Refused(Drugs(), "4"), HasSubstr("'4' is no choice"));
}

TEST_F(AnswerWordsTest, AUnitGoesWithoutSayingOnlyWhereThereIsOne) {
  QuestionnaireItem item = Item(QuestionnaireItem::TYPE_QUANTITY);
  item.add_units("{drinks}/wk");
  EXPECT_EQ(Parsed(item, "2.5").quantity().unit(), "{drinks}/wk");
  EXPECT_EQ(Parsed(item, "2.5").quantity().value(), 2.5);
  item.add_units("g/wk");
  EXPECT_THAT(Refused(item, "2"), HasSubstr("say a number and a unit"));
  EXPECT_EQ(Parsed(item, "2 g/wk").quantity().unit(), "g/wk");
}

TEST_F(AnswerWordsTest, ConditionsAreThoseOfTheItemWithSinceWhenAndHowTheyAreNow) {
  QuestionnaireItem item = Item(QuestionnaireItem::TYPE_CONDITIONS);
  item.add_classes("cardiovascular");
  EXPECT_TRUE(Parsed(item, "none").has_conditions());
  EXPECT_EQ(Parsed(item, "none").conditions().conditions_size(), 0);
  const Answer answer =
      Parsed(item, "Heart failure; stroke, since 2019-05-01, resolved; other: gout");
  ASSERT_EQ(answer.conditions().conditions_size(), 3);
  EXPECT_EQ(answer.conditions().conditions(0).condition(), "heart-failure");
  const ReportedCondition& stroke = answer.conditions().conditions(1);
  EXPECT_EQ(stroke.condition(), "stroke");
  EXPECT_EQ(stroke.onset_date().year(), 2019);
  EXPECT_EQ(stroke.clinical_status(), ReportedCondition::CLINICAL_STATUS_RESOLVED);
  EXPECT_EQ(answer.conditions().conditions(2).text(), "gout");
  EXPECT_EQ(Refused(item, "mania"),
            "'mania' is not in the list: 'other: mania' keeps it in their words");
  EXPECT_THAT(Refused(item, "stroke, twice"), HasSubstr("'twice' is no detail of a condition"));
}

TEST_F(AnswerWordsTest, MedicinesHaveADosageAndAPeriod) {
  const QuestionnaireItem item = Item(QuestionnaireItem::TYPE_MEDICINES);
  const Answer answer =
      Parsed(item, "amphetamine salts 20 mg, in the morning, since 2024-01-15, until 2024-06-01");
  const auto& medicine = answer.medicines().medicines(0);
  EXPECT_EQ(medicine.medicine(), "amphetamine");
  EXPECT_EQ(medicine.dosage(), "20 mg, in the morning");
  EXPECT_EQ(medicine.start_date().month(), 1);
  EXPECT_EQ(medicine.end_date().month(), 6);
  EXPECT_THAT(Refused(item, "sertraline, since spring"), HasSubstr("'spring' is no day that was"));
}

TEST_F(AnswerWordsTest, TreatmentsSayHowMuchHowLongAndHowMuchItHelped) {
  const QuestionnaireItem item = Item(QuestionnaireItem::TYPE_TREATMENTS);
  const Answer answer = Parsed(item, "Sertraline 150 mg, 10 weeks, 20%; other: hypnosis, 1 week");
  const auto& sertraline = answer.treatments().treatments(0);
  EXPECT_EQ(sertraline.medicine(), "sertraline");
  EXPECT_EQ(sertraline.dosage(), "150 mg");
  EXPECT_EQ(sertraline.weeks(), 10);
  EXPECT_EQ(sertraline.improvement_percent(), 20);
  const auto& hypnosis = answer.treatments().treatments(1);
  EXPECT_EQ(hypnosis.text(), "hypnosis");
  EXPECT_EQ(hypnosis.weeks(), 1);
  EXPECT_FALSE(hypnosis.has_improvement_percent()) << "not known";
}

}  // namespace
}  // namespace clarity::client
