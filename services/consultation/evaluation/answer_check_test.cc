#include "services/consultation/evaluation/answer_check.h"

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/consultation/policy/test_support.h"
#include "services/platform/rpc/testing/text_proto.h"

namespace clarity::consultation {
namespace {

using rpc::testing::FromText;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using Answers = AnswerCheck::Answers;

constexpr char kPolicy[] = R"pb(
  conditions { code: "arrhythmia" classes: "heart" }
  conditions { code: "mania" classes: "mind" }
  medicines {
    code: "sertraline"
    classes: [ "ssri", "antidepressant" ]
  }
  medicines { code: "theophylline" }
  questionnaires {
    id: "form"
    parts {
      items { link_id: "yes-no" type: TYPE_BOOLEAN required: true }
      items {
        link_id: "one"
        type: TYPE_CODED
        required: true
        enable_when { answered { link_id: "yes-no" codes: "yes" } }
        choices { code: "a" }
        choices { code: "b" }
      }
      items {
        link_id: "many"
        type: TYPE_CODED
        repeats: true
        choices { code: "a" }
        choices { code: "b" }
      }
    }
    parts {
      items { link_id: "heart" type: TYPE_CONDITIONS classes: "heart" }
      items { link_id: "medicines" type: TYPE_MEDICINES }
      items { link_id: "tried" type: TYPE_TREATMENTS classes: "antidepressant" }
      items {
        link_id: "dose"
        type: TYPE_QUANTITY
        units: [ "mg/d", "g/d" ]
        plausible { at_least: 0 at_most: 100 }
      }
      items { link_id: "day" type: TYPE_DATE }
      items { link_id: "words" type: TYPE_TEXT }
    }
  }
  questionnaires {
    id: "other"
    parts { items { link_id: "elsewhere" type: TYPE_BOOLEAN } }
  })pb";

class AnswerCheckTest : public ::testing::Test {
 protected:
  // Of somebody born on 17 May 1984, on 2 March 2026.
  AnswerCheck check() const {
    return AnswerCheck(&rulebook_, rulebook_.FindQuestionnaire("form"), respondent_);
  }
  static Answers Of(const std::string& answers) {
    return FromText<v1::QuestionnaireResponse>(answers).answers();
  }
  // "dose KIND_UNIT", a line a problem.
  std::vector<std::string> Problems(const std::string& answers) const {
    std::vector<std::string> lines;
    const v1::ResponseProblems problems = check().ProblemsOf(Of(answers));
    for (const auto& problem : problems.problems()) {
      lines.push_back(
          absl::StrCat(problem.link_id(), " ", v1::ResponseProblems::Kind_Name(problem.kind())));
    }
    return lines;
  }

  const Rulebook rulebook_{FromText<v1::Policy>(kPolicy)};
  Respondent respondent_ = {absl::CivilDay(2026, 3, 2), absl::CivilDay(1984, 5, 17)};
};

// -- One answer -----------------------------------------------------------------------------------

struct FormCase {
  const char* answer;
  // "field KIND", a line a fault.
  std::vector<std::string> faults;
};

void PrintTo(const FormCase& c, std::ostream* out) { *out << c.answer; }

class AnswerForm : public AnswerCheckTest, public ::testing::WithParamInterface<FormCase> {};

TEST_P(AnswerForm, IsWhatTheItemTakes) {
  const auto answer = FromText<v1::Answer>(GetParam().answer);
  const v1::QuestionnaireItem* item = check().FindItem(answer.link_id());
  ASSERT_NE(item, nullptr);
  std::vector<std::string> faults;
  for (const AnswerFault& fault : check().FaultsOf(*item, answer)) {
    faults.push_back(absl::StrCat(fault.field, " ", v1::ResponseProblems::Kind_Name(fault.kind)));
  }
  EXPECT_THAT(faults, ElementsAreArray(GetParam().faults));
}

INSTANTIATE_TEST_SUITE_P(
    Any, AnswerForm,
    ::testing::Values(FormCase{R"(link_id: "yes-no")", {}},
                      FormCase{R"(link_id: "yes-no" not_known: true)", {}},
                      FormCase{R"(link_id: "yes-no" not_known: false)", {"not_known KIND_TYPE"}},
                      FormCase{R"(link_id: "yes-no" boolean: false)", {}},
                      FormCase{R"(link_id: "yes-no" text: "no")", {" KIND_TYPE"}},
                      FormCase{R"(link_id: "words" text: "no")", {}},
                      FormCase{R"(link_id: "words" text: " ")", {"text KIND_TYPE"}},
                      FormCase{R"(link_id: "words" boolean: false)", {" KIND_TYPE"}}));

INSTANTIATE_TEST_SUITE_P(
    Codes, AnswerForm,
    ::testing::Values(
        FormCase{R"(link_id: "one" codes { codes: "a" })", {}},
        FormCase{R"(link_id: "one" codes {})", {"codes.codes KIND_TYPE"}},
        FormCase{R"(link_id: "one" codes { codes: ["a", "b"] })", {"codes.codes KIND_TYPE"}},
        FormCase{R"(link_id: "one" codes { codes: "c" })", {"codes.codes[0] KIND_UNKNOWN_CODE"}},
        FormCase{R"(link_id: "many" codes {})", {}},
        FormCase{R"(link_id: "many" codes { codes: ["a", "b"] })", {}},
        FormCase{R"(link_id: "many" codes { codes: ["a", "c"] })",
                 {"codes.codes[1] KIND_UNKNOWN_CODE"}}));

INSTANTIATE_TEST_SUITE_P(
    Lists, AnswerForm,
    ::testing::Values(
        FormCase{R"(link_id: "heart" conditions {})", {}},
        FormCase{R"(link_id: "heart" conditions { conditions { condition: "arrhythmia" } })", {}},
        FormCase{R"(link_id: "heart" conditions { conditions { text: "murmur" } })", {}},
        FormCase{
            R"(link_id: "heart" conditions { conditions { clinical_status: CLINICAL_STATUS_RESOLVED } })",
            {"conditions.conditions[0] KIND_UNKNOWN_CODE"}},
        FormCase{R"(link_id: "heart" conditions { conditions { condition: "murmur" } })",
                 {"conditions.conditions[0].condition KIND_UNKNOWN_CODE"}},
        FormCase{R"(link_id: "heart" conditions { conditions { condition: "mania" } })",
                 {"conditions.conditions[0].condition KIND_UNKNOWN_CODE"}},
        FormCase{R"(link_id: "heart" conditions {
                      conditions { condition: "arrhythmia" }
                      conditions { condition: "arrhythmia" clinical_status: CLINICAL_STATUS_RESOLVED } })",
                 {"conditions.conditions[1] KIND_TYPE"}},
        FormCase{R"(link_id: "medicines" medicines { medicines { medicine: "theophylline" } })",
                 {}},
        FormCase{R"(link_id: "medicines" medicines { medicines { dosage: "20 mg" } })",
                 {"medicines.medicines[0] KIND_UNKNOWN_CODE"}},
        FormCase{R"(link_id: "medicines" medicines {
                      medicines { medicine: "sertraline"
                                  start_date { year: 2020 month: 1 day: 1 }
                                  end_date { year: 2021 month: 1 day: 1 } }
                      medicines { medicine: "sertraline" }
                      medicines { medicine: "sertraline" dosage: "twice" } })",
                 {"medicines.medicines[2] KIND_TYPE"}},
        FormCase{R"(link_id: "tried" treatments { treatments { medicine: "sertraline" }
                                                  treatments { medicine: "sertraline" } })",
                 {}},
        FormCase{R"(link_id: "tried" treatments { treatments { medicine: "theophylline" } })",
                 {"treatments.treatments[0].medicine KIND_UNKNOWN_CODE"}}));

INSTANTIATE_TEST_SUITE_P(
    Amounts, AnswerForm,
    ::testing::Values(FormCase{R"(link_id: "dose" quantity { value: 0 unit: "mg/d" })", {}},
                      FormCase{R"(link_id: "dose" quantity { value: 100 unit: "mg/d" })", {}},
                      FormCase{R"(link_id: "dose" quantity { value: 100.5 unit: "mg/d" })",
                               {"quantity.value KIND_IMPLAUSIBLE"}},
                      FormCase{R"(link_id: "dose" quantity { value: -1 unit: "mg/d" })",
                               {"quantity.value KIND_IMPLAUSIBLE"}},
                      FormCase{R"(link_id: "dose" quantity { value: 1 unit: "g/d" })", {}},
                      FormCase{R"(link_id: "dose" quantity { value: 1 })",
                               {"quantity.unit KIND_UNIT"}},
                      FormCase{R"(link_id: "dose" quantity { value: 1 unit: "mg" })",
                               {"quantity.unit KIND_UNIT"}}));

INSTANTIATE_TEST_SUITE_P(
    Days, AnswerForm,
    ::testing::Values(
        FormCase{R"(link_id: "day" date { year: 2026 month: 3 day: 2 })", {}},
        FormCase{R"(link_id: "day" date { year: 2026 month: 3 day: 3 })", {"date KIND_DATE"}},
        FormCase{R"(link_id: "day" date { year: 2026 month: 2 day: 29 })", {"date KIND_DATE"}},
        FormCase{R"(link_id: "day" date { year: 1984 month: 5 day: 17 })", {}},
        FormCase{R"(link_id: "day" date { year: 1984 month: 5 day: 16 })", {"date KIND_DATE"}},
        FormCase{R"(link_id: "heart" conditions {
                      conditions { text: "murmur" onset_date { year: 2027 month: 1 day: 1 } } })",
                 {"conditions.conditions[0].onset_date KIND_DATE"}},
        FormCase{R"(link_id: "tried" treatments {
                      treatments { text: "yoga" end_date { year: 1970 month: 1 day: 1 } } })",
                 {"treatments.treatments[0].end_date KIND_DATE"}},
        FormCase{R"(link_id: "medicines" medicines {
                      medicines { text: "tonic" start_date { year: 2026 month: 1 day: 2 }
                                                end_date { year: 2026 month: 1 day: 2 } } })",
                 {}},
        FormCase{R"(link_id: "medicines" medicines {
                      medicines { text: "tonic" start_date { year: 2026 month: 1 day: 2 }
                                                end_date { year: 2026 month: 1 day: 1 } } })",
                 {"medicines.medicines[0].end_date KIND_DATE"}},
        FormCase{R"(link_id: "medicines" medicines {
                      medicines { text: "tonic" start_date { year: 2026 month: 4 day: 1 }
                                                end_date { year: 2026 month: 3 day: 31 } } })",
                 {"medicines.medicines[0].start_date KIND_DATE",
                  "medicines.medicines[0].end_date KIND_DATE"}}));

TEST_F(AnswerCheckTest, NoDayIsBeforeABirthThatIsNotKnown) {
  respondent_.birth_date.reset();
  const auto answer = FromText<v1::Answer>(R"pb(link_id: "day"
                                                date { year: 1900 month: 1 day: 1 })pb");
  EXPECT_THAT(check().FaultsOf(*check().FindItem("day"), answer), IsEmpty());
}

TEST_F(AnswerCheckTest, AnItemOfAnotherQuestionnaireIsNotFound) {
  EXPECT_EQ(check().FindItem("elsewhere"), nullptr);
  EXPECT_EQ(check().FindItem("nowhere"), nullptr);
}

// -- All answers ----------------------------------------------------------------------------------

TEST_F(AnswerCheckTest, WhatIsOpenFollowsFromTheAnswersSoFar) {
  EXPECT_THAT(check().OpenItems(Of("")), ElementsAre("yes-no"));
  EXPECT_THAT(check().OpenItems(Of(R"(answers { link_id: "yes-no" boolean: true })")),
              ElementsAre("one"));
  EXPECT_THAT(check().OpenItems(Of(R"(answers { link_id: "yes-no" boolean: false })")), IsEmpty());
  EXPECT_THAT(check().OpenItems(Of(R"(answers { link_id: "yes-no" not_known: true })")), IsEmpty())
      << "whether the next is asked is not known, so that it is not required";
}

TEST_F(AnswerCheckTest, EveryProblemIsToldByTheOrderOfTheItems) {
  EXPECT_THAT(
      Problems(R"(answers { link_id: "gone" boolean: true }
                          answers { link_id: "words" codes {} }
                          answers { link_id: "dose" quantity { value: 101 unit: "mg/d" } }
                          answers { link_id: "medicines" medicines {
                                      medicines { medicine: "unheard-of"
                                                  start_date { year: 2030 month: 1 day: 1 } }
                                      medicines { medicine: "also-unheard-of" } } })"),
      ElementsAre("yes-no KIND_REQUIRED", "medicines KIND_UNKNOWN_CODE", "medicines KIND_DATE",
                  "dose KIND_IMPLAUSIBLE", "words KIND_TYPE", "gone KIND_NOT_ASKED"));
}

TEST_F(AnswerCheckTest, AnAnswerToWhatIsNoLongerAskedIsAProblem) {
  const std::string one = R"(answers { link_id: "one" codes { codes: "a" } })";
  EXPECT_THAT(Problems(one + R"(answers { link_id: "yes-no" boolean: true })"), IsEmpty());
  EXPECT_THAT(Problems(one + R"(answers { link_id: "yes-no" boolean: false })"),
              ElementsAre("one KIND_NOT_ASKED"));
  EXPECT_THAT(Problems(one + R"(answers { link_id: "yes-no" not_known: true })"), IsEmpty());
}

}  // namespace
}  // namespace clarity::consultation
