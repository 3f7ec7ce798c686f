#include "clients/callcenter/care_client.h"

#include <vector>

#include "clients/core/care_requests.h"
#include "clients/core/errors.h"
#include "clients/core/mocks/fake_environment.h"
#include "clients/core/mocks/mock_care.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using namespace consultation::v1;  // NOLINT: the vocabulary of every line below
using ::testing::_;
using ::testing::DoAll;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::Property;
using ::testing::SaveArg;

class CareClientTest : public testing::Test {
 protected:
  static absl::Status Refusal(const char* reason) {
    absl::Status status = absl::FailedPreconditionError("no");
    google::rpc::ErrorInfo info;
    info.set_reason(reason);
    AddDetail(&status, info);
    return status;
  }

  static Options WithoutWaiting(FakeEnvironment* fake) {
    Options options;
    options.environment = fake->Get();
    return options;
  }

  FakeEnvironment fake_{absl::UnixEpoch()};
  MockCare care_{WithoutWaiting(&fake_)};
  const CareClient client_{care_.connections()};
};

TEST_F(CareClientTest, ACallerIsFoundByTheNumber) {
  SearchPatientsResponse reply;
  reply.add_matches()->mutable_patient()->set_name("patients/p-1");
  EXPECT_CALL(care_.patients(),
              SearchPatients(_, Property(&SearchPatientsRequest::phone_number, "949 555 0100"), _))
      .WillOnce(Answers(reply));
  const auto found = client_.SearchPatients(SearchByPhoneNumber("949 555 0100"));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->matches(0).patient().name(), "patients/p-1");
}

TEST_F(CareClientTest, ARecordThatLooksLikeAnotherIsMadeOnceSomebodyHasLooked) {
  absl::Status alike = Refusal("LIKELY_DUPLICATE");
  LikelyDuplicates duplicates;
  duplicates.add_candidates()->set_patient("patients/p-1");
  AddDetail(&alike, duplicates);
  Patient made;
  made.set_name("patients/p-2");
  CreatePatientRequest first, second;
  EXPECT_CALL(care_.patients(), CreatePatient)
      .WillOnce(DoAll(SaveArg<1>(&first), Refuses(alike)))
      .WillOnce(DoAll(SaveArg<1>(&second), Answers(made)));

  const CreatePatientRequest request;
  const auto refused = client_.CreatePatient(request);
  ASSERT_EQ(ReasonOf(refused.status()), "LIKELY_DUPLICATE");
  const auto shown = DetailOf<LikelyDuplicates>(refused.status());
  ASSERT_TRUE(shown.has_value());
  fake_.set_random(7);
  const auto created = client_.CreatePatient(DistinctFrom(*shown, request));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->name(), "patients/p-2");
  EXPECT_THAT(second.confirmed_distinct_from(), ElementsAre("patients/p-1"));
  EXPECT_THAT(second.request_id(), Not(first.request_id()));
}

TEST_F(CareClientTest, WhomToCallGoesOverAllPages) {
  ListOverdueContactsResponse first, second;
  first.add_overdue_contacts()->set_cause(ListOverdueContactsResponse::CAUSE_OVERDUE);
  first.set_next_page_token("next");
  second.add_overdue_contacts()->set_cause(ListOverdueContactsResponse::CAUSE_DUE_SOON);
  const auto page = [](const char* token) {
    return Property(&ListOverdueContactsRequest::page_token, token);
  };
  EXPECT_CALL(care_.episodes(), ListOverdueContacts(_, page(""), _)).WillOnce(Answers(first));
  EXPECT_CALL(care_.episodes(), ListOverdueContacts(_, page("next"), _)).WillOnce(Answers(second));
  std::vector<ListOverdueContactsResponse::Cause> causes;
  for (const auto& contact : client_.ListOverdueContacts()) {
    ASSERT_TRUE(contact.ok()) << contact.status();
    causes.push_back(contact->cause());
  }
  EXPECT_THAT(causes, ElementsAre(ListOverdueContactsResponse::CAUSE_OVERDUE,
                                  ListOverdueContactsResponse::CAUSE_DUE_SOON));
}

TEST_F(CareClientTest, AnAlertThatIsTriedAgainIsTheSameAlert) {
  RaiseSafetyAlertRequest first, second;
  EXPECT_CALL(care_.episodes(), RaiseSafetyAlert)
      .WillOnce(DoAll(SaveArg<1>(&first), Refuses(absl::UnavailableError("away"))))
      .WillOnce(DoAll(SaveArg<1>(&second), Answers(SafetyAlert())));
  RaiseSafetyAlertRequest request;
  request.mutable_alert()->set_caller_label("Ann, +1 949 555 0100");
  ASSERT_TRUE(client_.RaiseSafetyAlert(request).ok());
  EXPECT_EQ(first.alert().caller_label(), "Ann, +1 949 555 0100");
  EXPECT_EQ(second.request_id(), first.request_id()) << "so it is raised once";
}

TEST_F(CareClientTest, OpenAlertsAreListedOverAllPagesAndTakenUpOnce) {
  ListSafetyAlertsResponse first, second;
  first.add_alerts()->set_name("safetyAlerts/s-1");
  first.set_next_page_token("next");
  second.add_alerts()->set_name("safetyAlerts/s-2");
  const auto page = [](const char* token) {
    return Property(&ListSafetyAlertsRequest::page_token, token);
  };
  EXPECT_CALL(care_.episodes(), ListSafetyAlerts(_, page(""), _)).WillOnce(Answers(first));
  EXPECT_CALL(care_.episodes(), ListSafetyAlerts(_, page("next"), _)).WillOnce(Answers(second));
  std::vector<std::string> names;
  for (const auto& alert : client_.ListSafetyAlerts()) {
    ASSERT_TRUE(alert.ok()) << alert.status();
    names.push_back(alert->name());
  }
  EXPECT_THAT(names, ElementsAre("safetyAlerts/s-1", "safetyAlerts/s-2"));

  AcknowledgeSafetyAlertRequest tried, again;
  EXPECT_CALL(care_.episodes(), AcknowledgeSafetyAlert)
      .WillOnce(DoAll(SaveArg<1>(&tried), Refuses(absl::UnavailableError("away"))))
      .WillOnce(DoAll(SaveArg<1>(&again), Answers(second.alerts(0))));
  AcknowledgeSafetyAlertRequest request;
  request.set_name("safetyAlerts/s-2");
  request.set_action("called back");
  ASSERT_TRUE(client_.AcknowledgeSafetyAlert(request).ok());
  EXPECT_EQ(again.action(), "called back");
  EXPECT_EQ(again.request_id(), tried.request_id()) << "so that it is taken up once";
}

TEST_F(CareClientTest, AnswersAreSavedPartByPart) {
  QuestionnaireResponse draft;
  draft.set_name("questionnaireResponses/r-1");
  draft.add_open_items("escort.available");
  EXPECT_CALL(care_.evaluations(),
              SaveAnswers(_, Property(&SaveAnswersRequest::questionnaire, "history"), _))
      .WillOnce(Answers(draft));
  SaveAnswersRequest request;
  request.set_questionnaire("history");
  const auto saved = client_.SaveAnswers(request);
  ASSERT_TRUE(saved.ok()) << saved.status();
  EXPECT_THAT(saved->open_items(), ElementsAre("escort.available"));
}

TEST_F(CareClientTest, WithoutAnOpenEpisodeThereIsNoPathway) {
  EXPECT_CALL(care_.episodes(), GetPathway).WillOnce(Refuses(Refusal("NO_EPISODE")));
  EXPECT_EQ(ReasonOf(client_.GetPathway({}).status()), "NO_EPISODE");
}

}  // namespace
}  // namespace clarity::client
