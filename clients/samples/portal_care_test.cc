#include "clients/samples/portal_care.h"

#include <vector>

#include "clients/core/mocks/mock_care.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::samples {
namespace {

using namespace consultation::v1;  // NOLINT: the vocabulary of every line below
using client::Answers;
using ::testing::_;
using ::testing::DoAll;
using ::testing::ElementsAre;
using ::testing::SaveArg;

class PortalCareTest : public testing::Test {
 protected:
  PortalCareTest() {
    history_.set_id("history");
    history_.set_actor(ACTOR_PATIENT);
    auto* part = history_.add_parts();
    part->add_items()->set_link_id("smokes");
    part->add_items()->set_link_id("how-many");
    part->mutable_items(1)->mutable_enable_when();
    history_.add_parts()->add_items()->set_link_id("escort");
  }
  static QuestionnaireResponse Draft(const std::vector<std::string>& open_items) {
    QuestionnaireResponse draft;
    draft.set_name("questionnaireResponses/r");
    for (const std::string& item : open_items) draft.add_open_items(item);
    return draft;
  }
  static std::vector<std::string> Ids(const SaveAnswersRequest& request) {
    std::vector<std::string> ids;
    for (const Answer& answer : request.answers()) ids.push_back(answer.link_id());
    return ids;
  }
  static Answer Yes(const QuestionnaireItem& item) {
    Answer answer;
    answer.set_link_id(item.link_id());
    answer.set_boolean(true);
    return answer;
  }

  client::MockCare mock_;
  const client::PortalCareClient care_{mock_.connections(), nullptr};
  Questionnaire history_;
};

TEST_F(PortalCareTest, APageIsSavedAndWhatItMakesNecessaryIsAskedThere) {
  SaveAnswersRequest first, second, third;
  EXPECT_CALL(mock_.evaluations(), SaveAnswers)
      .WillOnce(DoAll(SaveArg<1>(&first), Answers(Draft({"how-many", "escort"}))))
      .WillOnce(DoAll(SaveArg<1>(&second), Answers(Draft({"escort"}))))
      .WillOnce(DoAll(SaveArg<1>(&third), Answers(Draft({}))));
  EXPECT_CALL(mock_.evaluations(), SubmitResponse).WillOnce(Answers(Draft({})));
  ASSERT_TRUE(FillIn(care_, "episodes/e", history_, Yes).ok());
  EXPECT_THAT(Ids(first), ElementsAre("smokes"));
  EXPECT_THAT(Ids(second), ElementsAre("how-many"));
  EXPECT_THAT(Ids(third), ElementsAre("escort"));
}

TEST_F(PortalCareTest, WhatIsSubmittedOrForCliniciansIsNotAskedAgain) {
  ListQuestionnairesResponse asked;
  *asked.add_questionnaires() = history_;
  *asked.add_questionnaires() = history_;
  asked.mutable_questionnaires(1)->set_id("escort-form");
  asked.add_questionnaires()->set_actor(ACTOR_CLINICIAN);
  ListResponsesResponse responses;
  responses.add_responses()->set_questionnaire("history");
  responses.mutable_responses(0)->mutable_submit_time();
  EXPECT_CALL(mock_.episodes(), GetPathway).WillOnce(Answers(Pathway()));
  EXPECT_CALL(mock_.evaluations(), ListQuestionnaires).WillOnce(Answers(asked));
  EXPECT_CALL(mock_.evaluations(), ListResponses).WillOnce(Answers(responses));
  EXPECT_CALL(
      mock_.evaluations(),
      SaveAnswers(_, testing::Property(&SaveAnswersRequest::questionnaire, "escort-form"), _))
      .Times(2)
      .WillRepeatedly(Answers(Draft({})));
  EXPECT_CALL(mock_.evaluations(), SubmitResponse).WillOnce(Answers(Draft({})));
  const auto filled_in = FillInWhatIsMissing(care_, Yes);
  ASSERT_TRUE(filled_in.ok()) << filled_in.status();
  EXPECT_EQ(*filled_in, 1);
}

}  // namespace
}  // namespace clarity::samples
