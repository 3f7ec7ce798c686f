// Rating scales: scored as published, compared with the baseline, and the alerts they raise.

#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "tests/conformance/consultation/consultation_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Property;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class OutcomesTest : public CareTest {
 protected:
  // Item ids and scores, in order.
  using Scores = std::vector<std::pair<std::string, int>>;

  static Scores Phq9(const std::vector<int>& scores) {
    Scores items;
    for (size_t i = 0; i < scores.size(); ++i) {
      items.emplace_back(std::to_string(i + 1), scores[i]);
    }
    return items;
  }
  v1::RecordOutcomeRequest Taken(const std::string& scale, const Scores& scores) const {
    v1::RecordOutcomeRequest request;
    v1::Outcome& outcome = *request.mutable_outcome();
    outcome.set_episode(episode_.name());
    outcome.set_scale(scale);
    for (const auto& [item, score] : scores) {
      v1::ItemScore& added = *outcome.add_items();
      added.set_item(item);
      added.set_score(score);
    }
    return request;
  }
  v1::Outcome Recorded(const v1::RecordOutcomeRequest& request) const {
    return Value(clinician_.outcomes->Call(&OutcomeStub::RecordOutcome, request));
  }
  v1::CorrectOutcomeRequest Correction(const v1::Outcome& wrong, const Scores& scores) const {
    v1::CorrectOutcomeRequest request;
    request.set_name(wrong.name());
    *request.mutable_outcome() = Taken(wrong.scale(), scores).outcome();
    request.set_reason("the columns were mixed up");
    request.set_etag(wrong.etag());
    return request;
  }
  static absl::StatusOr<v1::Outcome> Correct(const ConsultationConnections& caller,
                                             const v1::CorrectOutcomeRequest& request) {
    return caller.outcomes->Call(&OutcomeStub::CorrectOutcome, request);
  }
  std::vector<v1::Outcome> Listed(const ConsultationConnections& caller,
                                  bool show_corrected = false) const {
    v1::ListOutcomesRequest request;
    request.set_episode(episode_.name());
    request.set_show_corrected(show_corrected);
    request.set_page_size(2);
    std::vector<v1::Outcome> all;
    do {
      const auto page = Value(caller.outcomes->Call(&OutcomeStub::ListOutcomes, request));
      all.insert(all.end(), page.outcomes().begin(), page.outcomes().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return all;
  }
  // A session begins, as consultation knows.
  void BeTreated(const char* start) {
    scheduling::v1::PutOrderRequest put;
    scheduling::v1::Order& order = *put.mutable_order();
    order.set_name(absl::StrCat("orders/", absl::ToUnixSeconds(At(start))));
    order.set_patient(patient_);
    order.add_visit_types(kOrderedSession);
    order.set_units(1);
    *order.mutable_window()->mutable_start_time() = ToWire(clock().Now());
    *order.mutable_window()->mutable_end_time() = ToWire(At(start) + absl::Hours(24));
    const Connections service = server_.ConnectAs(Claims("plans", "SERVICE"));
    Value(service.orders->PutOrder(put, {}));
    auto booking = Booking(kOrderedSession, kLakeForest, start, patient_);
    booking.set_order(order.name());
    const auto visit = Value(scheduling_.AsAgent().BookAppointment(booking));
    clock().Set(At(start));
    scheduling::v1::RecordArrivalRequest arrive;
    arrive.set_name(visit.name());
    Value(scheduling_.scheduling->RecordArrival(arrive, {}));
    scheduling::v1::StartAppointmentRequest begin;
    begin.set_name(visit.name());
    Value(scheduling_.scheduling->StartAppointment(begin, {}));
    Eventually([&] {
      v1::GetPathwayRequest get;
      get.set_episode(episode_.name());
      const auto pathway = Value(clinician_.episodes->Call(&EpisodeStub::GetPathway, get));
      return absl::c_any_of(pathway.visits(), [&](const v1::Pathway::PathwayVisit& known) {
        return known.appointment() == visit.name() &&
               known.state() == v1::Pathway::PathwayVisit::STATE_BEGUN;
      });
    });
  }
  void Close() const {
    v1::CloseEpisodeRequest close;
    close.set_name(episode_.name());
    close.set_outcome(v1::Episode::OUTCOME_WITHDRAWN);
    close.set_reason("moved away");
    Value(staff_.episodes->Call(&EpisodeStub::CloseEpisode, close));
  }
  std::vector<v1::SafetyAlert> OpenAlerts() const {
    const auto reply =
        Value(staff_.episodes->Call(&EpisodeStub::ListSafetyAlerts, v1::ListSafetyAlertsRequest()));
    return {reply.alerts().begin(), reply.alerts().end()};
  }

  const std::string patient_ = NewPatient("Ortiz");
  v1::Episode episode_ = Opened(patient_);
};

TEST_F(OutcomesTest, AScaleIsScoredAndComparedWithTheBaseline) {
  const auto first = Recorded(Taken("phq-9", Phq9({3, 3, 3, 3, 2, 2, 2, 2, 0})));
  EXPECT_EQ(first.score(), 20);
  EXPECT_EQ(first.band(), "severe");
  EXPECT_EQ(first.baseline(), "") << "it is the baseline";
  EXPECT_FALSE(first.has_response());
  clock().Advance(absl::Hours(24 * 14));
  const auto second = Recorded(Taken("phq-9", Phq9({2, 2, 1, 1, 1, 1, 1, 1, 0})));
  EXPECT_EQ(second.baseline(), first.name());
  EXPECT_EQ(second.change(), -10);
  EXPECT_TRUE(second.response()) << "half of it, exactly";
  EXPECT_FALSE(second.remission());
  clock().Advance(absl::Hours(24 * 14));
  EXPECT_TRUE(Recorded(Taken("phq-9", Phq9({1, 1, 1, 1, 0, 0, 0, 0, 0}))).remission());
}

TEST_F(OutcomesTest, AnOutcomeKeepsWhatTheScaleSaidWhenItWasTaken) {
  const auto first = Recorded(Taken("phq-9", Phq9({2, 2, 2, 2, 2, 0, 0, 0, 0})));
  EXPECT_EQ(first.band(), "moderate");
  v1::Policy policy = CarePolicy();
  for (v1::Scale& scale : *policy.mutable_scales()) {
    if (scale.id() != "phq-9") continue;
    for (v1::ScaleLevel& band : *scale.mutable_bands()) {
      if (band.id() == "moderate") band.set_score_min(11);
    }
    scale.set_remission_score_max(10);
  }
  Apply(policy);
  clock().Advance(absl::Hours(24));
  const auto second = Recorded(Taken("phq-9", Phq9({2, 2, 2, 2, 2, 0, 0, 0, 0})));
  EXPECT_EQ(second.band(), "mild");
  EXPECT_TRUE(second.remission());
  const auto kept = Listed(clinician_)[1];
  EXPECT_EQ(kept.name(), first.name());
  EXPECT_EQ(kept.policy_version(), first.policy_version());
  EXPECT_EQ(kept.band(), "moderate");
  EXPECT_FALSE(kept.remission());

  // Also where what it is compared with has changed.
  clock().Advance(absl::Hours(1));
  const auto corrected =
      Value(Correct(staff_, Correction(first, Phq9({3, 3, 3, 3, 2, 0, 0, 0, 0}))));
  EXPECT_EQ(Listed(clinician_)[0].baseline(), corrected.name());
  EXPECT_EQ(Listed(clinician_)[0].change(), -4);
  EXPECT_EQ(Listed(clinician_)[0].band(), "mild");
}

TEST_F(OutcomesTest, ASecondEpisodeHasABaselineOfItsOwn) {
  BeTreated("2026-03-05 10:00");
  v1::CloseEpisodeRequest close;
  close.set_name(episode_.name());
  close.set_outcome(v1::Episode::OUTCOME_COMPLETED);
  close.set_reason("all is well");
  Value(staff_.episodes->Call(&EpisodeStub::CloseEpisode, close));
  clock().Advance(absl::Hours(24));
  episode_ = Opened(patient_);
  const auto record = [&](int first_item) {
    clock().Advance(absl::Hours(1));
    return Recorded(Taken("phq-9", Phq9({first_item, 3, 3, 3, 2, 2, 2, 2, 0})));
  };
  record(3);
  const auto last = record(1);
  EXPECT_EQ(last.change(), -2);
  BeTreated("2026-03-10 10:00");
  EXPECT_EQ(record(0).baseline(), last.name()) << "the last before its own first session";
}

TEST_F(OutcomesTest, WhatACorrectionReplacesCountsNoLongerAlsoAsTheBaseline) {
  const auto wrong = Recorded(Taken("phq-9", Phq9({1, 1, 1, 1, 0, 0, 0, 0, 0})));
  clock().Advance(absl::Hours(1));
  const auto later = Recorded(Taken("phq-9", Phq9({3, 3, 3, 3, 2, 2, 2, 2, 0})));
  EXPECT_EQ(later.change(), 16);
  const auto correction = Correction(wrong, Phq9({3, 3, 3, 3, 3, 3, 3, 3, 0}));
  const auto right = Value(Correct(staff_, correction));
  EXPECT_EQ(right.corrects(), wrong.name());
  EXPECT_EQ(right.reason(), "the columns were mixed up");
  EXPECT_EQ(FromWire(right.time()), FromWire(wrong.time())) << "unless another is said";
  const auto listed = Listed(clinician_);
  ASSERT_THAT(listed, SizeIs(2));
  EXPECT_EQ(listed[0].name(), later.name());
  EXPECT_EQ(listed[0].baseline(), right.name());
  EXPECT_EQ(listed[0].change(), -4);
  const auto all = Listed(clinician_, /*show_corrected=*/true);
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_THAT(all, Contains(Property(&v1::Outcome::corrected_by, right.name())));
  EXPECT_THAT(Correct(staff_, correction), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  auto again = correction;
  again.clear_etag();
  EXPECT_THAT(Correct(staff_, again), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(OutcomesTest, WhatSaysWhatItCorrectsWithoutCorrectingItIsAnOutcomeOfItsOwn) {
  const auto first = Recorded(Taken("phq-9", Phq9({1, 1, 1, 1, 0, 0, 0, 0, 0})));
  auto second = Taken("phq-9", Phq9({0, 0, 0, 0, 0, 0, 0, 0, 0}));
  second.mutable_outcome()->set_corrects(first.name());
  EXPECT_EQ(Recorded(second).corrects(), "");
  EXPECT_THAT(Listed(clinician_), SizeIs(2));
}

TEST_F(OutcomesTest, ACorrectionIsTheirsWhoRecordedItAndTheClinics) {
  const Scores none = Phq9({0, 0, 0, 0, 0, 0, 0, 0, 0});
  const auto patient = Patient(patient_);
  const auto told = Value(patient.outcomes->Call(
      &OutcomeStub::RecordOutcome, Taken("phq-9", Phq9({1, 1, 1, 0, 0, 0, 0, 0, 0}))));
  const auto mended = Value(Correct(patient, Correction(told, none)));
  EXPECT_EQ(mended.corrects(), told.name());
  EXPECT_EQ(mended.reason(), "") << "what is said of it is for those who treat them";
  const auto found = Recorded(Taken("phq-9", Phq9({3, 3, 3, 3, 2, 2, 2, 2, 3})));
  const auto service = CallerOf(kLakeForest, "SERVICE");
  const auto colleague = CallerOf(kPhoenix, "CLINICIAN");
  for (const auto& caller : {patient, agent_, service, colleague, Patient(NewPatient("Other"))}) {
    EXPECT_THAT(Correct(caller, Correction(found, none)),
                Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  }
  EXPECT_THAT(OpenAlerts(), SizeIs(1));
  Value(Correct(staff_, Correction(found, none)));
  EXPECT_TRUE(Correct(clinician_, Correction(mended, none)).ok());
  EXPECT_THAT(OpenAlerts(), SizeIs(1)) << "somebody takes it up all the same";
}

TEST_F(OutcomesTest, ACorrectionIsOfTheSameScaleAndEpisodeAndCanBeTriedAndRepeated) {
  const auto wrong = Recorded(Taken("phq-9", Phq9({1, 1, 1, 1, 0, 0, 0, 0, 0})));
  auto request = Correction(wrong, Phq9({1, 1, 1, 1, 1, 0, 0, 0, 0}));
  auto other = request;
  other.mutable_outcome()->set_scale("gad-7");
  other.mutable_outcome()->set_episode("episodes/another");
  EXPECT_THAT(ViolatedFields(Correct(clinician_, other).status()),
              UnorderedElementsAre("outcome.episode", "outcome.scale"));
  other = request;
  other.set_name("outcomes/none");
  EXPECT_THAT(Correct(clinician_, other),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  request.set_validate_only(true);
  EXPECT_EQ(Value(Correct(clinician_, request)).name(), "");
  request.set_validate_only(false);
  request.set_request_id("once");
  EXPECT_EQ(Value(Correct(clinician_, request)).name(), Value(Correct(clinician_, request)).name());
  EXPECT_THAT(Listed(clinician_, /*show_corrected=*/true), SizeIs(2));
}

TEST_F(OutcomesTest, AnItemWithoutAScoreIsNotTakenForNotAtAll) {
  auto request = Taken("phq-9", Phq9({0, 0, 0, 0, 0, 0, 0, 0, 0}));
  request.mutable_outcome()->mutable_items(8)->clear_score();
  const auto refused = clinician_.outcomes->Call(&OutcomeStub::RecordOutcome, request);
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(ViolatedFields(refused.status()), ElementsAre("outcome.items[8].score"));
  EXPECT_THAT(Listed(clinician_), IsEmpty());
}

TEST_F(OutcomesTest, ThoughtsOfDeathRaiseAnAlertThatStaysUntilSomebodyTakesItUp) {
  const auto patient = Patient(patient_);
  const auto outcome = Value(patient.outcomes->Call(
      &OutcomeStub::RecordOutcome, Taken("phq-9", Phq9({0, 0, 0, 0, 0, 0, 0, 0, 1}))));
  EXPECT_THAT(outcome.alerts(), IsEmpty()) << "not told to the patient";
  auto alerts = OpenAlerts();
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].patient(), patient_);
  EXPECT_EQ(alerts[0].kind(), v1::SafetyAlert::KIND_SUICIDE_RISK);
  EXPECT_EQ(alerts[0].outcome(), outcome.name());
  EXPECT_EQ(alerts[0].owner(), "practitioners/dr-okafor");
  server_.Restart();
  EXPECT_THAT(OpenAlerts(), SizeIs(1));
  v1::AcknowledgeSafetyAlertRequest take_up;
  take_up.set_name(alerts[0].name());
  take_up.set_action("called the patient: safe tonight");
  Value(clinician_.episodes->Call(&EpisodeStub::AcknowledgeSafetyAlert, take_up));
  EXPECT_THAT(OpenAlerts(), IsEmpty());
}

TEST_F(OutcomesTest, ANoToPlanItSkipsWhatFollowsAndAHighRiskIsDueInMinutes) {
  const auto none = Recorded(Taken("c-ssrs", {{"1", 0}, {"2", 0}, {"6", 0}}));
  EXPECT_EQ(none.band(), "none");
  EXPECT_FALSE(none.has_score());
  EXPECT_THAT(OpenAlerts(), IsEmpty());
  const auto high =
      Recorded(Taken("c-ssrs", {{"1", 1}, {"2", 1}, {"3", 1}, {"4", 1}, {"5", 0}, {"6", 0}}));
  EXPECT_EQ(high.band(), "high");
  const auto alerts = OpenAlerts();
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_THAT(high.alerts(), ElementsAre(alerts[0].name()));
  EXPECT_EQ(FromWire(alerts[0].due_time()) - clock().Now(), absl::Minutes(15));
}

TEST_F(OutcomesTest, AnAttemptInTheLastThreeMonthsIsAHighRiskThoughThereAreNoThoughtsNow) {  // S85
  const auto recent = Recorded(Taken("c-ssrs", {{"1", 0}, {"2", 0}, {"6", 1}, {"6-recent", 1}}));
  EXPECT_EQ(recent.band(), "high");
  EXPECT_THAT(OpenAlerts(), SizeIs(1));
  const auto earlier = Recorded(Taken("c-ssrs", {{"1", 0}, {"2", 0}, {"6", 1}, {"6-recent", 0}}));
  EXPECT_EQ(earlier.band(), "moderate");
}

TEST_F(OutcomesTest, EverythingThatIsWrongWithAnswersIsToldAtOnce) {
  auto request = Taken("c-ssrs", {{"1", 7}, {"2", 0}, {"4", 1}});
  *request.mutable_outcome()->mutable_time() = ToWire(clock().Now() + absl::Minutes(1));
  const auto refused = clinician_.outcomes->Call(&OutcomeStub::RecordOutcome, request);
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  const auto fields = ViolatedFields(refused.status());
  EXPECT_THAT(fields, ::testing::IsSupersetOf({"outcome.items[0].score", "outcome.time"}));
  EXPECT_THAT(fields.size(), ::testing::Ge(4)) << "also 4, which is not asked, and 6, which is";
  EXPECT_THAT(refused.status().message(), ::testing::Not(::testing::HasSubstr("7")));
  EXPECT_THAT(OpenAlerts(), SizeIs(1)) << "what it says of danger is not refused";

  EXPECT_THAT(clinician_.outcomes->Call(&OutcomeStub::RecordOutcome, Taken("no-such", {{"1", 0}})),
              Refused(StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_THAT(OpenAlerts(), SizeIs(1));
  EXPECT_THAT(Listed(clinician_), IsEmpty());
}

TEST_F(OutcomesTest, ThoughtsOfDeathRaiseAnAlertThoughTheRestIsRefused) {
  auto request = Taken("phq-9", Phq9({1, 1, 1, 1, 1, 1, 1, 1, 2}));
  request.mutable_outcome()->mutable_items(2)->clear_score();
  request.set_request_id("once");
  for (int sent = 0; sent < 2; ++sent) {
    const auto refused = clinician_.outcomes->Call(&OutcomeStub::RecordOutcome, request);
    EXPECT_THAT(ViolatedFields(refused.status()), ElementsAre("outcome.items[2].score"));
    const auto raised = client::DetailOf<v1::AlertsRaised>(refused.status());
    ASSERT_TRUE(raised.has_value()) << "and the caller knows";
    const auto alerts = OpenAlerts();
    ASSERT_THAT(alerts, SizeIs(1)) << "sent again, it is the same";
    EXPECT_THAT(raised->alerts(), ElementsAre(alerts[0].name()));
    EXPECT_EQ(alerts[0].patient(), patient_);
    EXPECT_EQ(alerts[0].outcome(), "") << "no answer is on record";
  }
  EXPECT_THAT(Listed(clinician_), IsEmpty());

  request = Taken("phq-9", {{"1", 3}, {"9", 1}});
  const auto told = Patient(patient_).outcomes->Call(&OutcomeStub::RecordOutcome, request);
  EXPECT_EQ(told.status().code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(client::DetailOf<v1::AlertsRaised>(told.status()).has_value())
      << "what an alert leads to is not told to the patient";
  EXPECT_THAT(OpenAlerts(), SizeIs(2));
}

TEST_F(OutcomesTest, WhatTheScreenerSkipsOrIsAnsweredTwiceIsReadForAnAlertAllTheSame) {
  const auto tried = [&](const Scores& scores) {
    return clinician_.outcomes->Call(&OutcomeStub::RecordOutcome, Taken("c-ssrs", scores)).status();
  };
  EXPECT_EQ(tried({{"1", 0}, {"4", 1}, {"6", 0}}).code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(OpenAlerts(), SizeIs(1)) << "4, though 2 has no answer";
  EXPECT_EQ(tried({{"1", 0}, {"2", 0}, {"6", 1}, {"6", 0}}).code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(OpenAlerts(), SizeIs(2));
  EXPECT_EQ(tried({{"1", 1}, {"2", 0}}).code(), StatusCode::kInvalidArgument);
  auto request = Taken("phq-9", Phq9({3, 3, 3, 3, 3, 3, 3, 3}));
  request.set_validate_only(true);
  EXPECT_EQ(clinician_.outcomes->Call(&OutcomeStub::RecordOutcome, request).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_THAT(OpenAlerts(), SizeIs(2)) << "nothing in these says so";
}

TEST_F(OutcomesTest, ThoughtsOfDeathInAClosedEpisodeOrAStaleCorrectionRaiseAnAlert) {
  const auto wrong = Recorded(Taken("phq-9", Phq9({1, 1, 1, 1, 1, 1, 1, 1, 0})));
  auto correction = Correction(wrong, Phq9({1, 1, 1, 1, 1, 1, 1, 1, 1}));
  correction.set_etag("stale");
  EXPECT_THAT(Correct(staff_, correction), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(OpenAlerts(), SizeIs(1));
  EXPECT_THAT(Correct(CallerOf(kPhoenix, "CLINICIAN"), correction),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  v1::AcknowledgeSafetyAlertRequest take_up;
  take_up.set_name(OpenAlerts()[0].name());
  take_up.set_action("called the patient");
  Value(clinician_.episodes->Call(&EpisodeStub::AcknowledgeSafetyAlert, take_up));
  Close();
  EXPECT_THAT(Patient(patient_).outcomes->Call(&OutcomeStub::RecordOutcome,
                                               Taken("phq-9", Phq9({0, 0, 0, 0, 0, 0, 0, 0, 2}))),
              Refused(StatusCode::kFailedPrecondition, "EPISODE_CLOSED"));
  ASSERT_THAT(OpenAlerts(), SizeIs(1));
  EXPECT_EQ(OpenAlerts()[0].clinic(), kLakeForest);
}

TEST_F(OutcomesTest, TheScreenerIsTakenByAClinicianWhateverThePatientFillsIn) {
  const Scores none = {{"1", 0}, {"2", 0}, {"6", 0}};
  const auto screener = [&] {
    v1::ListRequirementsRequest list;
    list.set_episode(episode_.name());
    const auto listed = Value(clinician_.clearances->Call(&ClearanceStub::ListRequirements, list));
    for (const auto& requirement : listed.requirements()) {
      if (requirement.definition() == "suicide-risk") return requirement.state();
    }
    return v1::Requirement::STATE_UNSPECIFIED;
  };
  const auto own =
      Value(Patient(patient_).outcomes->Call(&OutcomeStub::RecordOutcome, Taken("c-ssrs", none)));
  EXPECT_EQ(own.recorder(), v1::ACTOR_PATIENT);
  EXPECT_EQ(screener(), v1::Requirement::STATE_OPEN);
  EXPECT_EQ(
      Value(staff_.outcomes->Call(&OutcomeStub::RecordOutcome, Taken("c-ssrs", none))).recorder(),
      v1::ACTOR_STAFF);
  EXPECT_EQ(screener(), v1::Requirement::STATE_OPEN);
  EXPECT_EQ(Recorded(Taken("c-ssrs", none)).recorder(), v1::ACTOR_CLINICIAN);
  EXPECT_EQ(screener(), v1::Requirement::STATE_MET);
  clock().Advance(absl::Hours(1));
  Value(Patient(patient_).outcomes->Call(&OutcomeStub::RecordOutcome, Taken("c-ssrs", none)));
  EXPECT_EQ(screener(), v1::Requirement::STATE_MET)
      << "a later one of the patient's changes nothing";
}

TEST_F(OutcomesTest, ACallMadeAgainRecordsAndAlertsOnce) {
  auto request = Taken("phq-9", Phq9({0, 0, 0, 0, 0, 0, 0, 0, 3}));
  request.set_request_id("once");
  const auto first = Recorded(request);
  EXPECT_EQ(Recorded(request).name(), first.name());
  EXPECT_THAT(Listed(clinician_), SizeIs(1));
  EXPECT_THAT(OpenAlerts(), SizeIs(1));
  request.set_validate_only(true);
  request.clear_request_id();
  EXPECT_EQ(Recorded(request).name(), "");
  EXPECT_THAT(Listed(clinician_), SizeIs(1));
}

TEST_F(OutcomesTest, NothingIsRecordedInAClosedEpisode) {
  Close();
  EXPECT_THAT(clinician_.outcomes->Call(&OutcomeStub::RecordOutcome,
                                        Taken("phq-9", Phq9({0, 0, 0, 0, 0, 0, 0, 0, 0}))),
              Refused(StatusCode::kFailedPrecondition, "EPISODE_CLOSED"));
}

TEST_F(OutcomesTest, AnswersAreForCliniciansAndForThePatient) {
  Recorded(Taken("phq-9", Phq9({1, 1, 1, 1, 1, 1, 1, 1, 0})));
  EXPECT_THAT(Listed(Patient(patient_)), SizeIs(1));
  v1::ListOutcomesRequest list;
  list.set_episode(episode_.name());
  for (const auto& caller :
       {agent_, staff_, Patient(NewPatient("Other")), CallerOf(kPhoenix, "CLINICIAN")}) {
    EXPECT_THAT(caller.outcomes->Call(&OutcomeStub::ListOutcomes, list),
                Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  }
  v1::ListScalesRequest scales;
  scales.set_clinic(kLakeForest);
  scales.set_page_size(1);
  const auto page = Value(Patient(patient_).outcomes->Call(&OutcomeStub::ListScales, scales));
  ASSERT_THAT(page.scales(), SizeIs(1));
  EXPECT_EQ(page.scales(0).id(), "phq-9");
  scales.set_page_token(page.next_page_token());
  EXPECT_NE(Value(staff_.outcomes->Call(&OutcomeStub::ListScales, scales)).scales(0).id(), "phq-9");
}

}  // namespace
}  // namespace clarity::tests
