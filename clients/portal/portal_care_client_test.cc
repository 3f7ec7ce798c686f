#include "clients/portal/portal_care_client.h"

#include "clients/core/errors.h"
#include "clients/core/mocks/mock_care.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using namespace consultation::v1;  // NOLINT: the vocabulary of every line below
using ::testing::DoAll;
using ::testing::ElementsAre;
using ::testing::SaveArg;

class PortalCareClientTest : public testing::Test {
 protected:
  // The patient's token, asked for once a call.
  class CountedCredentials final : public Credentials {
   public:
    absl::StatusOr<std::string> Token() override {
      ++asked;
      return std::string("token");
    }
    int asked = 0;
  };

  static QuestionnaireResponse Draft() {
    QuestionnaireResponse draft;
    draft.set_name("questionnaireResponses/r-1");
    draft.set_etag("e1");
    return draft;
  }
  static Answer Yes(const char* link_id) {
    Answer answer;
    answer.set_link_id(link_id);
    answer.set_boolean(true);
    return answer;
  }

  MockCare care_;
  const std::shared_ptr<CountedCredentials> credentials_ = std::make_shared<CountedCredentials>();
  const PortalCareClient client_{care_.connections(), credentials_};
};

TEST_F(PortalCareClientTest, NobodyIsNamedButByTheToken) {
  GetPatientRequest record;
  GetPathwayRequest pathway;
  ListEpisodesRequest episodes;
  EXPECT_CALL(care_.patients(), GetPatient)
      .WillOnce(DoAll(SaveArg<1>(&record), Answers(Patient())));
  EXPECT_CALL(care_.episodes(), GetPathway)
      .WillOnce(DoAll(SaveArg<1>(&pathway), Answers(Pathway())));
  EXPECT_CALL(care_.episodes(), ListEpisodes)
      .WillOnce(DoAll(SaveArg<1>(&episodes), Answers(ListEpisodesResponse())));
  EXPECT_TRUE(client_.GetPatient().ok());
  EXPECT_TRUE(client_.GetPathway().ok());
  auto range = client_.ListEpisodes(/*show_closed=*/true);
  EXPECT_TRUE(range.begin() == range.end());
  EXPECT_EQ(record.name(), "");
  EXPECT_EQ(pathway.patient() + pathway.episode(), "");
  EXPECT_EQ(episodes.patient(), "");
  EXPECT_TRUE(episodes.show_closed());
  EXPECT_EQ(credentials_->asked, 3);
}

TEST_F(PortalCareClientTest, TheRecordChangesAsItWasReadAndOnlyWhereNamed) {
  Patient patient;
  patient.set_name("patients/p-1");
  patient.set_etag("e7");
  patient.add_phone_numbers()->set_number("+19495550100");
  UpdatePatientRequest request;
  EXPECT_CALL(care_.patients(), UpdatePatient)
      .WillOnce(DoAll(SaveArg<1>(&request), Answers(patient)));
  EXPECT_TRUE(client_.UpdatePatient(patient, {"phone_numbers", "email"}).ok());
  EXPECT_EQ(request.patient().etag(), "e7");
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("phone_numbers", "email"));
}

TEST_F(PortalCareClientTest, ConsentIsToAWordingAndCanBeWithdrawn) {
  RecordConsentRequest agreed;
  WithdrawConsentRequest withdrawn;
  EXPECT_CALL(care_.patients(), RecordConsent)
      .WillOnce(DoAll(SaveArg<1>(&agreed), Answers(Patient())));
  EXPECT_CALL(care_.patients(), WithdrawConsent)
      .WillOnce(DoAll(SaveArg<1>(&withdrawn), Answers(Patient())));
  EXPECT_TRUE(client_.RecordConsent(Consent::KIND_TREATMENT, "treatment-2026-02").ok());
  EXPECT_TRUE(client_.WithdrawConsent(Consent::KIND_SMS).ok());
  EXPECT_EQ(agreed.consent().kind(), Consent::KIND_TREATMENT);
  EXPECT_EQ(agreed.consent().wording_version(), "treatment-2026-02");
  EXPECT_EQ(withdrawn.kind(), Consent::KIND_SMS);
}

TEST_F(PortalCareClientTest, WhoSignsUpOpensAnEpisodeFromThePortal) {
  OpenEpisodeRequest request;
  EXPECT_CALL(care_.episodes(), OpenEpisode)
      .WillOnce(DoAll(SaveArg<1>(&request), Answers(Episode())));
  Episode episode;
  episode.set_clinic("clinics/lake-forest");
  episode.add_reasons(Episode::REASON_PTSD);
  EXPECT_TRUE(client_.OpenEpisode(episode).ok());
  EXPECT_EQ(request.episode().source(), Episode::SOURCE_PORTAL);
  EXPECT_THAT(request.episode().reasons(), ElementsAre(Episode::REASON_PTSD));
}

TEST_F(PortalCareClientTest, AQuestionnaireIsSavedByPartsSubmittedAndAmendedAsItWasSeen) {
  SaveAnswersRequest save;
  SubmitResponseRequest submit;
  AmendResponseRequest amend;
  EXPECT_CALL(care_.evaluations(), SaveAnswers)
      .WillOnce(DoAll(SaveArg<1>(&save), Answers(Draft())));
  EXPECT_CALL(care_.evaluations(), SubmitResponse)
      .WillOnce(DoAll(SaveArg<1>(&submit), Answers(Draft())));
  EXPECT_CALL(care_.evaluations(), AmendResponse)
      .WillOnce(DoAll(SaveArg<1>(&amend), Answers(Draft())));
  const auto draft = client_.SaveAnswers("episodes/e-1", "history", {Yes("escort.available")});
  ASSERT_TRUE(draft.ok()) << draft.status();
  const auto submitted = client_.SubmitResponse(*draft);
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  ASSERT_TRUE(client_.AmendResponse(*submitted, {Yes("pregnant")}, "a test at home").ok());
  EXPECT_EQ(save.episode(), "episodes/e-1");
  EXPECT_EQ(save.questionnaire(), "history");
  EXPECT_EQ(save.answers(0).link_id(), "escort.available");
  EXPECT_EQ(submit.name(), "questionnaireResponses/r-1");
  EXPECT_EQ(submit.etag(), "e1");
  EXPECT_EQ(amend.etag(), "e1");
  EXPECT_EQ(amend.answers(0).link_id(), "pregnant");
  EXPECT_EQ(amend.reason(), "a test at home");
}

TEST_F(PortalCareClientTest, AScaleIsAskedScoredAndSeenOverTime) {
  ListScalesRequest scales;
  RecordOutcomeRequest record;
  ListOutcomesRequest outcomes;
  ListScalesResponse asked;
  asked.add_scales()->set_id("phq-9");
  EXPECT_CALL(care_.outcomes(), ListScales).WillOnce(DoAll(SaveArg<1>(&scales), Answers(asked)));
  EXPECT_CALL(care_.outcomes(), RecordOutcome)
      .WillOnce(DoAll(SaveArg<1>(&record), Answers(Outcome())));
  EXPECT_CALL(care_.outcomes(), ListOutcomes)
      .WillOnce(DoAll(SaveArg<1>(&outcomes), Answers(ListOutcomesResponse())));
  for (const auto& scale : client_.ListScales("clinics/lake-forest")) {
    ASSERT_TRUE(scale.ok()) << scale.status();
    EXPECT_EQ(scale->id(), "phq-9");
  }
  Outcome outcome;
  outcome.set_scale("phq-9");
  EXPECT_TRUE(client_.RecordOutcome(outcome).ok());
  auto range = client_.ListOutcomes("episodes/e-1", "phq-9");
  EXPECT_TRUE(range.begin() == range.end());
  EXPECT_EQ(scales.clinic(), "clinics/lake-forest");
  EXPECT_EQ(record.outcome().scale(), "phq-9");
  EXPECT_EQ(outcomes.episode() + " " + outcomes.scale(), "episodes/e-1 phq-9");
}

TEST_F(PortalCareClientTest, ThePlanThatTheEpisodeNamesIsRead) {
  GetPlanRequest request;
  Plan signed_plan;
  signed_plan.set_protocol("iv-ketamine");
  EXPECT_CALL(care_.plans(), GetPlan).WillOnce(DoAll(SaveArg<1>(&request), Answers(signed_plan)));
  const auto plan = client_.GetPlan("plans/p-1");
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(request.name(), "plans/p-1");
  EXPECT_EQ(plan->protocol(), "iv-ketamine");
}

TEST_F(PortalCareClientTest, AnOutcomeIsCorrectedAsItWasSeen) {
  CorrectOutcomeRequest request;
  EXPECT_CALL(care_.outcomes(), CorrectOutcome)
      .WillOnce(DoAll(SaveArg<1>(&request), Answers(Outcome())));
  Outcome recorded;
  recorded.set_name("outcomes/o-1");
  recorded.set_etag("e3");
  recorded.add_items()->set_score(0);
  EXPECT_TRUE(client_.CorrectOutcome(recorded, "a slip").ok());
  EXPECT_EQ(request.name() + " " + request.etag(), "outcomes/o-1 e3");
  EXPECT_TRUE(request.outcome().items(0).has_score());
  EXPECT_EQ(request.reason(), "a slip");
}

}  // namespace
}  // namespace clarity::client
