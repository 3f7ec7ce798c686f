#include "services/consultation/policy/inquiry.h"

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/consultation/policy/test_support.h"
#include "services/platform/rpc/testing/text_proto.h"

namespace clarity::consultation {
namespace {

using rpc::testing::FromText;

constexpr char kInquiredPolicy[] = R"pb(
  conditions { code: "infarction" classes: "heart" }
  conditions { code: "murmur" classes: "heart" }
  conditions { code: "psychosis" classes: "mind" }
  medicines {
    code: "phenelzine"
    classes: [ "maoi", "antidepressant" ]
  }
  medicines {
    code: "sertraline"
    classes: [ "ssri", "antidepressant" ]
  }
  medicines {
    code: "fluoxetine"
    classes: [ "ssri", "antidepressant" ]
  }
  medicines { code: "yoga" }
  tests {
    code: "temperature"
    units { ucum: "Cel" }
    units { ucum: "[degF]" factor: 0.5555556 offset: -17.777778 }
    valid_hours: 24
  }
  tests {
    code: "ecg"
    codes { code: "normal" }
    codes { code: "long-qt" }
    valid_hours: 240
  }
  questionnaires {
    id: "history"
    parts {
      items { link_id: "any-heart" type: TYPE_BOOLEAN }
      items {
        link_id: "heart"
        type: TYPE_CONDITIONS
        classes: "heart"
        enable_when { answered { link_id: "any-heart" codes: "yes" } }
      }
      items { link_id: "mind" type: TYPE_CONDITIONS classes: "mind" }
      items { link_id: "medicines" type: TYPE_MEDICINES }
      items { link_id: "tried" type: TYPE_TREATMENTS }
      items {
        link_id: "drugs"
        type: TYPE_CODED
        choices { code: "none" }
        choices { code: "some" }
      }
      items {
        link_id: "drinks"
        type: TYPE_QUANTITY
        units: [ "/wk", "/d" ]
      }
    }
  }
  scales {
    id: "phq-9"
    bands { id: "mild" }
    bands { id: "severe" }
    findings { id: "item-9" }
  })pb";

class InquiryTest : public ::testing::Test {
 protected:
  Truth Ask(const std::string& criterion) const {
    return Inquiry(rulebook_, person_.facts()).Ask(FromText<v1::Criterion>(criterion));
  }
  void Answers(const std::string& answers) {
    person_.mutable_facts()->responses.clear();
    person_.Submits("history", answers);
  }

  const Rulebook rulebook_{FromText<v1::Policy>(kInquiredPolicy)};
  Person person_;
};

constexpr char kInfarction[] = R"(has_condition { condition: "infarction" })";
constexpr char kHeart[] = R"(has_condition { condition_class: "heart" })";
constexpr char kMind[] = R"(has_condition { condition_class: "mind" })";

TEST_F(InquiryTest, AListThatWasNeverAskedForIsUnknownAndAnEmptyOneIsNo) {
  EXPECT_EQ(Ask(kInfarction), Truth::kUnknown);
  Answers(R"(answers { link_id: "any-heart" boolean: true })");
  EXPECT_EQ(Ask(kInfarction), Truth::kUnknown);
  Answers(
      R"(answers { link_id: "any-heart" boolean: true } answers { link_id: "heart" conditions {} })");
  EXPECT_EQ(Ask(kInfarction), Truth::kNo);
  EXPECT_EQ(Ask(kHeart), Truth::kNo);
}

TEST_F(InquiryTest, AListSpeaksOnlyForTheClassesItOffers) {
  Answers(
      R"(answers { link_id: "any-heart" boolean: true } answers { link_id: "heart" conditions {} })");
  EXPECT_EQ(Ask(kMind), Truth::kUnknown);
  EXPECT_EQ(Ask(R"(has_condition { condition: "psychosis" })"), Truth::kUnknown);
}

TEST_F(InquiryTest, AnItemThatOtherAnswersLeaveOutIsNo) {
  Answers(R"(answers { link_id: "any-heart" boolean: false })");
  EXPECT_EQ(Ask(kInfarction), Truth::kNo);
  EXPECT_EQ(Ask(kHeart), Truth::kNo);
  Answers(R"(answers { link_id: "any-heart" not_known: true })");
  EXPECT_EQ(Ask(kInfarction), Truth::kUnknown) << "nobody knows whether the list is empty";
}

TEST_F(InquiryTest, IDoNotKnowIsUnknown) {
  Answers(
      R"(answers { link_id: "mind" not_known: true } answers { link_id: "drugs" not_known: true })");
  EXPECT_EQ(Ask(kMind), Truth::kUnknown);
  EXPECT_EQ(Ask(R"(answered { link_id: "drugs" codes: "some" })"), Truth::kUnknown);
  EXPECT_EQ(Ask(R"(missing { answered { link_id: "drugs" codes: "some" } })"), Truth::kYes);
}

TEST_F(InquiryTest, OnlyAConditionThatIsResolvedIsNoLongerThere) {
  for (const auto& [status, is_current] : std::initializer_list<std::pair<const char*, Truth>>{
           {"", Truth::kYes},
           {"clinical_status: CLINICAL_STATUS_ACTIVE", Truth::kYes},
           {"clinical_status: CLINICAL_STATUS_REMISSION", Truth::kYes},
           {"clinical_status: CLINICAL_STATUS_RESOLVED", Truth::kNo}}) {
    Answers(absl::StrCat(R"(answers { link_id: "any-heart" boolean: true }
                            answers { link_id: "heart" conditions { conditions {
                              condition: "infarction" )",
                         status, " } } }"));
    EXPECT_EQ(Ask(R"(has_condition { condition: "infarction" current: true })"), is_current)
        << status;
    EXPECT_EQ(Ask(R"(has_condition { condition: "infarction" })"), Truth::kYes) << status;
  }
}

TEST_F(InquiryTest, FreeTextDecidesNothing) {
  Answers(R"(answers { link_id: "mind" conditions { conditions { text: "psychosis" } } })");
  EXPECT_EQ(Ask(kMind), Truth::kNo);
}

TEST_F(InquiryTest, AConditionCountsByItsDayOfOnsetAtTheClinic) {
  person_.Now(At("2026-03-02 23:59"));
  Answers(R"(answers { link_id: "any-heart" boolean: true }
             answers { link_id: "heart" conditions { conditions {
               condition: "infarction" onset_date { year: 2026 month: 1 day: 20 }
               clinical_status: CLINICAL_STATUS_RESOLVED } } })");
  EXPECT_EQ(Ask(R"(has_condition { condition: "infarction" within_days: 42 })"), Truth::kYes)
      << "41 days ago, though in UTC it is the day after";
  EXPECT_EQ(Ask(R"(has_condition { condition: "infarction" within_days: 41 })"), Truth::kNo);
  EXPECT_EQ(Ask(R"(has_condition { condition_class: "heart" })"), Truth::kYes);
  EXPECT_EQ(Ask(R"(has_condition { condition_class: "heart" current: true })"), Truth::kNo);
}

TEST_F(InquiryTest, AConditionWithoutADateMayLieWithin) {
  Answers(R"(answers { link_id: "mind" conditions { conditions { condition: "psychosis" } } })");
  EXPECT_EQ(Ask(R"(has_condition { condition: "psychosis" within_days: 42 })"), Truth::kUnknown);
  EXPECT_EQ(Ask(kMind), Truth::kYes);
}

TEST_F(InquiryTest, AMedicineCountsWhileItIsTakenAndSoLongAfter) {
  Answers(R"(answers { link_id: "medicines" medicines { medicines {
               medicine: "phenelzine" start_date { year: 2025 month: 1 day: 1 }
               end_date { year: 2026 month: 2 day: 16 } } } })");
  EXPECT_EQ(Ask(R"(takes_medicine { medicine: "phenelzine" })"), Truth::kNo);
  EXPECT_EQ(Ask(R"(takes_medicine { medicine_class: "maoi" within_days: 14 })"), Truth::kNo)
      << "it ended 14 days ago";
  EXPECT_EQ(Ask(R"(takes_medicine { medicine_class: "maoi" within_days: 15 })"), Truth::kYes);
  EXPECT_EQ(Ask(R"(takes_medicine { medicine: "sertraline" })"), Truth::kNo);
}

TEST_F(InquiryTest, AMedicineThatBeginsLaterIsNotTakenYet) {
  Answers(R"(answers { link_id: "medicines" medicines { medicines {
               medicine: "sertraline" start_date { year: 2026 month: 3 day: 3 } } } })");
  EXPECT_EQ(Ask(R"(takes_medicine { medicine: "sertraline" })"), Truth::kNo);
  person_.Now(At("2026-03-03 00:00"));
  EXPECT_EQ(Ask(R"(takes_medicine { medicine: "sertraline" })"), Truth::kYes);
}

TEST_F(InquiryTest, AgeIsInFullYearsOnTheDayAtTheClinic) {
  EXPECT_EQ(Ask("age { below: 18 }"), Truth::kUnknown);
  person_.Born(absl::CivilDay(2008, 3, 3));
  person_.Now(At("2026-03-02 23:59"));
  EXPECT_EQ(Ask("age { below: 18 }"), Truth::kYes);
  person_.Now(At("2026-03-03 00:00"));
  EXPECT_EQ(Ask("age { below: 18 }"), Truth::kNo);
  person_.Born(absl::CivilDay(2008, 2, 29));
  person_.Now(At("2026-02-28 12:00"));
  EXPECT_EQ(Ask("age { below: 18 }"), Truth::kYes);
  person_.Now(At("2026-03-01 00:00"));
  EXPECT_EQ(Ask("age { below: 18 }"), Truth::kNo);
}

TEST_F(InquiryTest, TheNewestResultCountsInTheFirstUnitWhileItIsValid) {
  EXPECT_EQ(Ask(R"(measured { test: "temperature" range { above: 38 } })"), Truth::kUnknown);
  person_.Measures("temperature", 102, "[degF]", At("2026-03-02 08:00"));
  person_.Measures("temperature", 36.6, "Cel", At("2026-03-01 20:00"));
  EXPECT_EQ(Ask(R"(measured { test: "temperature" range { above: 38 } })"), Truth::kYes);
  EXPECT_EQ(Ask(R"(measured { test: "temperature" range { above: 38 } within_hours: 4 })"),
            Truth::kUnknown)
      << "it is exactly 4 hours old";
  EXPECT_EQ(Ask(R"(measured { test: "temperature" range { above: 38 } within_hours: 5 })"),
            Truth::kYes);
  person_.Now(At("2026-03-03 07:59"));
  EXPECT_EQ(Ask(R"(measured { test: "temperature" range { above: 38 } })"), Truth::kYes);
  person_.Now(At("2026-03-03 08:00"));
  EXPECT_EQ(Ask(R"(measured { test: "temperature" range { above: 38 } })"), Truth::kUnknown);
}

TEST_F(InquiryTest, ResultsThatAreWithdrawnOrOfLaterDoNotCount) {
  person_.Shows("ecg", "long-qt");
  person_.mutable_facts()->results[0].set_state(v1::Result::STATE_WITHDRAWN);
  EXPECT_EQ(Ask(R"(measured { test: "ecg" codes: "long-qt" })"), Truth::kUnknown);
  person_.Shows("ecg", "normal", At("2026-03-02 11:00"));
  person_.Shows("ecg", "long-qt", At("2026-03-02 12:01"));
  EXPECT_EQ(Ask(R"(measured { test: "ecg" codes: "long-qt" })"), Truth::kNo);
}

TEST_F(InquiryTest, DraftsAndResponsesOfLaterDoNotCount) {
  constexpr char kSome[] = R"(answered { link_id: "drugs" codes: "some" })";
  Answers(R"(answers { link_id: "drugs" codes { codes: "some" } })");
  EXPECT_EQ(Ask(kSome), Truth::kYes);
  person_.mutable_facts()->responses[0].set_state(v1::QuestionnaireResponse::STATE_DRAFT);
  EXPECT_EQ(Ask(kSome), Truth::kUnknown);
  person_.Submits("history", R"(answers { link_id: "drugs" codes { codes: "some" } })",
                  At("2026-03-02 12:01"));
  EXPECT_EQ(Ask(kSome), Truth::kUnknown);
}

TEST_F(InquiryTest, AnAmountIsComparedInTheItemsFirstUnitOnly) {
  constexpr char kMany[] = R"(answered { link_id: "drinks" range { at_least: 15 } })";
  Answers(R"(answers { link_id: "drinks" quantity { value: 15 unit: "/wk" } })");
  EXPECT_EQ(Ask(kMany), Truth::kYes);
  Answers(R"(answers { link_id: "drinks" quantity { value: 15 unit: "/d" } })");
  EXPECT_EQ(Ask(kMany), Truth::kUnknown);
}

TEST_F(InquiryTest, TheNewestOutcomeThatIsNotCorrectedCounts) {
  EXPECT_EQ(Ask(R"(outcome { scale: "phq-9" bands: "severe" })"), Truth::kUnknown);
  person_.Scores("phq-9", R"(score: 4 band: "mild")", At("2026-02-20 10:00"));
  person_.Scores("phq-9", R"(score: 21 band: "severe" corrected_by: "outcomes/9")",
                 At("2026-02-25 10:00"));
  EXPECT_EQ(Ask(R"(outcome { scale: "phq-9" bands: "severe" })"), Truth::kNo);
  EXPECT_EQ(Ask(R"(outcome { scale: "phq-9" score { at_most: 4 } within_days: 11 })"), Truth::kYes);
  EXPECT_EQ(Ask(R"(outcome { scale: "phq-9" score { at_most: 4 } within_days: 10 })"),
            Truth::kUnknown);
  EXPECT_EQ(Ask(R"(outcome { scale: "phq-9" findings: "item-9" })"), Truth::kNo);
}

TEST_F(InquiryTest, TrialsCountByFirstClassAndWhatIsNotKnownMayCount) {
  constexpr char kTwo[] = R"(adequate_trials {
    medicine_class: "antidepressant" count_min: 2 classes_min: 2 weeks_min: 6 improvement_percent_max: 25 })";
  const auto tried = [&](const std::string& treatments) {
    Answers("answers { link_id: \"tried\" treatments { " + treatments + " } }");
    return Ask(kTwo);
  };
  constexpr char kSertraline[] =
      R"(treatments { medicine: "sertraline" weeks: 6 improvement_percent: 25 })";
  EXPECT_EQ(Ask(kTwo), Truth::kUnknown);
  EXPECT_EQ(tried(""), Truth::kNo);
  EXPECT_EQ(tried(kSertraline), Truth::kNo);
  EXPECT_EQ(tried(std::string(kSertraline) +
                  R"(treatments { medicine: "fluoxetine" weeks: 6 improvement_percent: 0 })"),
            Truth::kNo)
      << "both are SSRIs";
  EXPECT_EQ(
      Ask(R"(adequate_trials { medicine_class: "antidepressant" count_min: 2 weeks_min: 6 })"),
      Truth::kYes)
      << "but two medicines";
  EXPECT_EQ(tried(std::string(kSertraline) + kSertraline +
                  R"(treatments { medicine: "sertraline" weeks: 12 improvement_percent: 0 })"),
            Truth::kNo);
  EXPECT_EQ(
      Ask(R"(adequate_trials { medicine_class: "antidepressant" count_min: 2 weeks_min: 6 })"),
      Truth::kNo)
      << "the same medicine again is no second trial";
  EXPECT_EQ(tried(std::string(kSertraline) +
                  R"(treatments { medicine: "phenelzine" weeks: 6 improvement_percent: 25 })"),
            Truth::kYes);
  EXPECT_EQ(tried(std::string(kSertraline) + R"(treatments { medicine: "phenelzine" weeks: 6 })"),
            Truth::kUnknown)
      << "how much it helped is not known";
  EXPECT_EQ(tried(std::string(kSertraline) + R"(treatments { medicine: "phenelzine" weeks: 5 })"),
            Truth::kNo)
      << "it was too short, however much it helped";
  EXPECT_EQ(tried(std::string(kSertraline) +
                  R"(treatments { medicine: "phenelzine" weeks: 6 improvement_percent: 26 })"),
            Truth::kNo);
  EXPECT_EQ(tried(std::string(kSertraline) +
                  R"(treatments { medicine: "yoga" weeks: 52 improvement_percent: 0 })"),
            Truth::kNo);
}

}  // namespace
}  // namespace clarity::consultation
