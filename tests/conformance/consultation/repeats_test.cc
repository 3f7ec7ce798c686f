// Calls that are made again, and calls of who has seen an older state: of episodes, contacts,
// alerts, consents and merges. For the others, see the tests of each.

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/conformance/consultation/consultation_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::SizeIs;

class RepeatsTest : public CareTest {
 protected:
  // Makes the call twice, and `other` under the same id. Gives the one answer.
  template <typename Service, typename Method, typename Request>
  auto AnsweredOnce(const Service& service, Method method, Request request, Request other) {
    request.set_request_id(absl::StrCat("request-", ++requests_));
    const auto answer = Value(service->Call(method, request));
    clock().Advance(absl::Minutes(1));
    EXPECT_EQ(Value(service->Call(method, request)).SerializeAsString(),
              answer.SerializeAsString());
    other.set_request_id(request.request_id());
    EXPECT_THAT(service->Call(method, other),
                Refused(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
    return answer;
  }
  // The call of who has seen an older state.
  template <typename Service, typename Method, typename Request>
  static void RefusedAsStale(const Service& service, Method method, Request request) {
    request.set_etag("older");
    EXPECT_THAT(service->Call(method, request), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  }

  v1::Patient Present(const std::string& patient) const {
    v1::GetPatientRequest request;
    request.set_name(patient);
    return Value(staff_.patients->Call(&PatientStub::GetPatient, request));
  }

  const std::string patient_ = NewPatient("Ortiz");

 private:
  int requests_ = 0;
};

TEST_F(RepeatsTest, AnEpisodeIsOpenedAndClosedOnce) {
  auto open = NewEpisode(patient_);
  auto other = open;
  other.mutable_episode()->set_source(v1::Episode::SOURCE_PORTAL);
  const auto episode = AnsweredOnce(agent_.episodes, &EpisodeStub::OpenEpisode, open, other);

  v1::CloseEpisodeRequest close;
  close.set_name(episode.name());
  close.set_outcome(v1::Episode::OUTCOME_WITHDRAWN);
  close.set_reason("moved away");
  RefusedAsStale(staff_.episodes, &EpisodeStub::CloseEpisode, close);
  v1::ListEpisodesRequest list;
  list.set_patient(patient_);
  EXPECT_THAT(Value(staff_.episodes->Call(&EpisodeStub::ListEpisodes, list)).episodes(), SizeIs(1));
  close.set_etag(episode.etag());
  auto for_another_reason = close;
  for_another_reason.set_reason("no longer wants it");
  AnsweredOnce(staff_.episodes, &EpisodeStub::CloseEpisode, close, for_another_reason);
  list.set_show_closed(true);
  EXPECT_THAT(Value(staff_.episodes->Call(&EpisodeStub::ListEpisodes, list)).episodes(), SizeIs(1));
}

TEST_F(RepeatsTest, AContactIsLoggedOnce) {
  const auto episode = Opened(patient_);
  AnsweredOnce(agent_.episodes, &EpisodeStub::LogContact,
               NewContact(episode, v1::Contact::DISPOSITION_REACHED),
               NewContact(episode, v1::Contact::DISPOSITION_NO_ANSWER));
  v1::ListContactsRequest list;
  list.set_episode(episode.name());
  EXPECT_THAT(Value(agent_.episodes->Call(&EpisodeStub::ListContacts, list)).contacts(), SizeIs(1));
}

TEST_F(RepeatsTest, AnAlertIsRaisedAndTakenUpOnce) {
  auto other = NewAlert(patient_);
  other.mutable_alert()->set_description("has a plan");
  const auto alert =
      AnsweredOnce(agent_.episodes, &EpisodeStub::RaiseSafetyAlert, NewAlert(patient_), other);
  const auto open = [&] {
    const v1::ListSafetyAlertsRequest list;
    return Value(clinician_.episodes->Call(&EpisodeStub::ListSafetyAlerts, list)).alerts();
  };
  EXPECT_THAT(open(), SizeIs(1));

  v1::AcknowledgeSafetyAlertRequest take_up;
  take_up.set_name(alert.name());
  take_up.set_action("called back; safe tonight");
  RefusedAsStale(clinician_.episodes, &EpisodeStub::AcknowledgeSafetyAlert, take_up);
  EXPECT_THAT(open(), SizeIs(1));
  take_up.set_etag(open()[0].etag());
  auto otherwise = take_up;
  otherwise.set_action("sent an ambulance");
  const auto taken =
      AnsweredOnce(clinician_.episodes, &EpisodeStub::AcknowledgeSafetyAlert, take_up, otherwise);
  EXPECT_EQ(taken.acknowledgement().reason(), "called back; safe tonight");
  EXPECT_THAT(open(), SizeIs(0));
}

TEST_F(RepeatsTest, AConsentIsRecordedAndWithdrawnOnce) {
  v1::RecordConsentRequest agree;
  agree.set_patient(patient_);
  agree.mutable_consent()->set_kind(v1::Consent::KIND_TREATMENT);
  agree.mutable_consent()->set_wording_version("treatment-2026-02");
  RefusedAsStale(staff_.patients, &PatientStub::RecordConsent, agree);
  EXPECT_THAT(Present(patient_).consents(), SizeIs(0));
  agree.set_etag(Present(patient_).etag());
  auto another = agree;
  another.mutable_consent()->set_wording_version("treatment-2026-03");
  const auto agreed = AnsweredOnce(staff_.patients, &PatientStub::RecordConsent, agree, another);
  EXPECT_THAT(agreed.consents(), SizeIs(1));

  v1::WithdrawConsentRequest withdraw;
  withdraw.set_patient(patient_);
  withdraw.set_kind(v1::Consent::KIND_TREATMENT);
  RefusedAsStale(staff_.patients, &PatientStub::WithdrawConsent, withdraw);
  EXPECT_FALSE(Present(patient_).consents(0).has_withdraw_time());
  withdraw.set_etag(agreed.etag());
  auto of_another_kind = withdraw;
  of_another_kind.set_kind(v1::Consent::KIND_SUBSTANCE_USE_RECORDS);
  AnsweredOnce(staff_.patients, &PatientStub::WithdrawConsent, withdraw, of_another_kind);
  ASSERT_THAT(Present(patient_).consents(), SizeIs(1));
  EXPECT_TRUE(Present(patient_).consents(0).has_withdraw_time());
}

TEST_F(RepeatsTest, TwoRecordsAreMergedOnceAndAsTheyWereSeen) {
  const std::string twice = NewPatient("Ortiz-Lopez");
  v1::MergePatientsRequest merge;
  merge.set_from_patient(twice);
  merge.set_to_patient(patient_);
  merge.set_reason("the same person");
  for (const bool is_from : {true, false}) {
    auto stale = merge;
    (is_from ? stale.mutable_from_etag() : stale.mutable_to_etag())->assign("older");
    EXPECT_THAT(staff_.patients->Call(&PatientStub::MergePatients, stale),
                Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
    EXPECT_EQ(Present(twice).state(), v1::Patient::STATE_ACTIVE);
  }
  merge.set_from_etag(Present(twice).etag());
  merge.set_to_etag(Present(patient_).etag());
  auto other_way = merge;
  other_way.set_from_patient(patient_);
  other_way.set_to_patient(twice);
  const auto merged = AnsweredOnce(staff_.patients, &PatientStub::MergePatients, merge, other_way);
  EXPECT_EQ(merged.name(), patient_);
  EXPECT_EQ(Present(twice).merged_into(), patient_);
}

}  // namespace
}  // namespace clarity::tests
