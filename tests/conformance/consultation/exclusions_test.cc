// An exclusion that has applied is not forgotten: whatever the facts say later, a prescriber looks
// at it before the patient is treated.

#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "tests/conformance/consultation/consultation_test.h"
#include "tests/support/answers.h"
#include "tests/support/text_proto.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kAneurysm[] = R"pb(
  link_id: "conditions.body"
  conditions { conditions { condition: "aneurysmal-vascular-disease" } })pb";
constexpr char kNothing[] = R"pb(
  link_id: "conditions.body"
  conditions {})pb";

// Under those rules of the demo policy that these are about. What is to be there before treatment
// is none of it.
class ExclusionsTest : public CareTest {
 protected:
  ExclusionsTest() { Apply(Exclusions()); }

  static v1::Policy Exclusions() {
    const std::set<std::string> kept = {"aneurysmal-vascular-disease",
                                        "myocardial-infarction-recent", "long-qt", "age-under-18",
                                        "pregnancy"};
    v1::Policy policy = PlanPolicy();
    policy.clear_rules();
    const v1::Policy whole = CarePolicy();
    for (const v1::Rule& rule : whole.rules()) {
      if (kept.count(rule.id()) > 0) *policy.add_rules() = rule;
    }
    return policy;
  }

  // -- Patients --

  std::string NewPerson(const std::string& family, int year = 1984) const {
    v1::CreatePatientRequest request;
    v1::Patient& patient = *request.mutable_patient();
    patient.set_given_name("Maria");
    patient.set_family_name(family);
    patient.set_clinic(kLakeForest);
    *patient.mutable_birth_date() = BirthDate(year);
    return Value(agent_.patients->Call(&PatientStub::CreatePatient, request)).name();
  }
  static type::v1::Date BirthDate(int year) {
    type::v1::Date date;
    date.set_year(year);
    date.set_month(5);
    date.set_day(17);
    return date;
  }
  void ChangeBirthYear(const std::string& patient, int year) const {
    v1::GetPatientRequest get;
    get.set_name(patient);
    v1::UpdatePatientRequest request;
    *request.mutable_patient() = Value(agent_.patients->Call(&PatientStub::GetPatient, get));
    *request.mutable_patient()->mutable_birth_date() = BirthDate(year);
    request.mutable_update_mask()->add_paths("birth_date");
    Value(agent_.patients->Call(&PatientStub::UpdatePatient, request));
  }
  void Merge(const std::string& from, const std::string& to) const {
    v1::MergePatientsRequest request;
    request.set_from_patient(from);
    request.set_to_patient(to);
    request.set_reason("the same person");
    Value(staff_.patients->Call(&PatientStub::MergePatients, request));
  }
  void Close(const std::string& episode) const {
    v1::CloseEpisodeRequest request;
    request.set_name(episode);
    request.set_outcome(v1::Episode::OUTCOME_WITHDRAWN);
    request.set_reason("moved away");
    Value(staff_.episodes->Call(&EpisodeStub::CloseEpisode, request));
  }

  // -- Facts --

  // A healthy history, with this answer instead of the one to the same question.
  std::string TakeHistory(const std::string& episode, const std::string& instead = kNothing) const {
    v1::SaveAnswersRequest save = FromText<v1::SaveAnswersRequest>(kHistory);
    save.set_episode(episode);
    save.set_questionnaire("history");
    const auto answer = FromText<v1::Answer>(instead);
    for (v1::Answer& healthy : *save.mutable_answers()) {
      if (healthy.link_id() == answer.link_id()) healthy = answer;
    }
    v1::SubmitResponseRequest submit;
    submit.set_name(Value(agent_.evaluations->Call(&EvaluationStub::SaveAnswers, save)).name());
    Value(agent_.evaluations->Call(&EvaluationStub::SubmitResponse, submit));
    return submit.name();
  }
  void Amend(const std::string& response, const std::string& answer) {
    clock().Advance(absl::Minutes(1));
    v1::AmendResponseRequest request;
    request.set_name(response);
    *request.add_answers() = FromText<v1::Answer>(answer);
    request.set_reason("told on the telephone");
    Value(staff_.evaluations->Call(&EvaluationStub::AmendResponse, request));
  }
  std::string Find(const std::string& episode, const std::string& test, const std::string& code) {
    clock().Advance(absl::Minutes(1));
    v1::RecordResultsRequest request;
    request.set_episode(episode);
    v1::Result& result = *request.add_results();
    result.set_test(test);
    result.set_code(code);
    return Value(staff_.clearances->Call(&ClearanceStub::RecordResults, request)).results(0).name();
  }
  void Withdraw(const std::string& result) const {
    v1::WithdrawResultRequest request;
    request.set_name(result);
    request.set_reason("of another patient");
    Value(staff_.clearances->Call(&ClearanceStub::WithdrawResult, request));
  }

  // -- Decisions --

  static v1::DecideClearanceRequest Decision(const std::string& episode,
                                             const std::vector<std::string>& settled = {}) {
    v1::DecideClearanceRequest request;
    request.set_episode(episode);
    request.set_verdict(v1::Clearance::VERDICT_CLEARED);
    request.add_protocols(kProtocol);
    request.set_reason("as discussed");
    for (const std::string& rule : settled) {
      v1::SettledExclusion& exclusion = *request.add_settled_exclusions();
      exclusion.set_rule(rule);
      exclusion.set_reason("looked at the images of 2024");
    }
    return request;
  }
  absl::StatusOr<v1::Clearance> Decide(const v1::DecideClearanceRequest& request) const {
    return clinician_.clearances->Call(&ClearanceStub::DecideClearance, request);
  }
  absl::StatusOr<v1::Clearance> Clear(const std::string& episode,
                                      const std::vector<std::string>& settled = {}) const {
    return Decide(Decision(episode, settled));
  }
  v1::Clearance Present(const v1::Clearance& clearance) const {
    v1::GetClearanceRequest request;
    request.set_name(clearance.name());
    return Value(clinician_.clearances->Call(&ClearanceStub::GetClearance, request));
  }
  // What a refusal says is to be settled.
  static std::vector<std::string> ToSettle(const absl::Status& status) {
    const auto blockers = client::DetailOf<v1::ClearanceBlockers>(status);
    if (!blockers.has_value()) return {status.ToString()};
    return {blockers->past_exclusions().begin(), blockers->past_exclusions().end()};
  }
  void Override(const ConsultationConnections& caller, const std::string& episode,
                const std::string& rule) const {
    v1::OverrideRuleRequest request;
    request.set_episode(episode);
    request.set_rule(rule);
    request.set_reason("stable for years");
    Value(caller.clearances->Call(&ClearanceStub::OverrideRule, request));
  }

  // What is open: "pregnancy TOO_OLD", in the order of the rules.
  std::vector<std::string> Open(const std::string& episode,
                                absl::Time time = absl::InfiniteFuture()) const {
    v1::EvaluateEpisodeRequest request;
    request.set_episode(episode);
    if (time != absl::InfiniteFuture()) *request.mutable_time() = ToWire(time);
    const auto evaluation =
        Value(clinician_.evaluations->Call(&EvaluationStub::EvaluateEpisode, request));
    std::vector<std::string> open;
    for (const v1::Decision& decision : evaluation.decisions()) {
      for (const v1::PastExclusion& past : decision.past_exclusions()) {
        const std::string& cause = v1::PastExclusion::Cause_Name(past.cause());
        open.push_back(absl::StrCat(decision.rule(), " ", cause.substr(sizeof("CAUSE_") - 1)));
      }
    }
    return open;
  }

  // -- Plans --

  v1::Plan Signed(const std::string& patient, const std::string& episode) const {
    v1::RecordConsentRequest consent;
    consent.set_patient(patient);
    consent.mutable_consent()->set_kind(v1::Consent::KIND_TREATMENT);
    consent.mutable_consent()->set_wording_version("treatment-2026-02");
    Value(staff_.patients->Call(&PatientStub::RecordConsent, consent));
    v1::DraftPlanRequest draft;
    draft.set_episode(episode);
    draft.set_protocol(kProtocol);
    v1::SignPlanRequest sign;
    sign.set_name(Value(clinician_.plans->Call(&PlanStub::DraftPlan, draft)).name());
    return Value(clinician_.plans->Call(&PlanStub::SignPlan, sign));
  }
  v1::Plan Present(const v1::Plan& plan) const {
    v1::GetPlanRequest request;
    request.set_name(plan.name());
    return Value(clinician_.plans->Call(&PlanStub::GetPlan, request));
  }
  absl::StatusOr<v1::Plan> Resume(const v1::Plan& plan) const {
    v1::ResumePlanRequest request;
    request.set_name(plan.name());
    request.set_reason("all is well again");
    return clinician_.plans->Call(&PlanStub::ResumePlan, request);
  }

  static constexpr char kProtocol[] = "im-ketamine";
  const ConsultationConnections other_prescriber_ =
      Clinician("practitioners/dr-lindqvist", kLakeForest);
};

// -- What is not forgotten ------------------------------------------------------------------------

TEST_F(ExclusionsTest, AMergeBringsWhatExcludedInAnEarlierEpisodeAndSuspendsThePlan) {
  const std::string from = NewPerson("Ortiz");
  const std::string earlier = Opened(from).name();
  TakeHistory(earlier, kAneurysm);
  Close(earlier);
  const std::string to = NewPerson("Kowalski");
  const std::string episode = Opened(to).name();
  TakeHistory(episode);
  const auto cleared = Value(Clear(episode));
  const auto plan = Signed(to, episode);

  Merge(from, to);
  EXPECT_EQ(Present(plan).state(), v1::Plan::STATE_SUSPENDED);
  EXPECT_EQ(Present(cleared).state(), v1::Clearance::STATE_REOPENED);
  EXPECT_THAT(Open(episode), ElementsAre("aneurysmal-vascular-disease MERGED"));
  EXPECT_THAT(Resume(plan), Refused(StatusCode::kFailedPrecondition, "NOT_CLEARED"));
  const auto refused = Clear(episode);
  EXPECT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "NOT_CLEARABLE"));
  EXPECT_THAT(ToSettle(refused.status()), ElementsAre("aneurysmal-vascular-disease"));

  Value(Clear(episode, {"aneurysmal-vascular-disease"}));
  EXPECT_EQ(Value(Resume(plan)).state(), v1::Plan::STATE_SIGNED);
}

TEST_F(ExclusionsTest, ASecondEpisodeDoesNotForgetWhatExcludedInTheFirst) {
  const std::string patient = NewPerson("Ortiz");
  const std::string first = Opened(patient).name();
  const absl::Time told = clock().Now();
  TakeHistory(first, kAneurysm);
  EXPECT_THAT(Clear(first), Refused(StatusCode::kFailedPrecondition, "NOT_CLEARABLE"));
  clock().Advance(absl::Hours(24));
  Close(first);
  const std::string second = Opened(patient).name();
  TakeHistory(second);
  EXPECT_THAT(ToSettle(Clear(second).status()), ElementsAre("aneurysmal-vascular-disease"));
  EXPECT_THAT(Open(second), ElementsAre("aneurysmal-vascular-disease EARLIER_EPISODE"));

  const auto cleared = Value(Clear(second, {"aneurysmal-vascular-disease"}));
  ASSERT_THAT(cleared.settled_exclusions(), SizeIs(1));
  EXPECT_EQ(cleared.settled_exclusions(0).reason(), "looked at the images of 2024");
  const auto& decisions = cleared.evaluation().decisions();
  const auto decision = absl::c_find_if(
      decisions, [](const v1::Decision& each) { return !each.past_exclusions().empty(); });
  ASSERT_NE(decision, decisions.end()) << "what was looked at stays on record";
  EXPECT_EQ(decision->past_exclusions(0).episode(), first);
  EXPECT_EQ(FromWire(decision->past_exclusions(0).since_time()), told);
  EXPECT_THAT(Open(second), IsEmpty());
  Close(second);
  const std::string third = Opened(patient).name();
  TakeHistory(third);
  EXPECT_TRUE(Clear(third).ok()) << "it was settled";
}

TEST_F(ExclusionsTest, APositivePregnancyTestThatIsTooOldIsNotForgotten) {
  const std::string episode = Opened(NewPerson("Ortiz")).name();
  TakeHistory(episode);
  Find(episode, "hcg", "positive");
  EXPECT_THAT(Open(episode), IsEmpty()) << "it applies";
  clock().Advance(absl::Hours(24 * 15));
  EXPECT_THAT(Open(episode), ElementsAre("pregnancy TOO_OLD"));
  EXPECT_THAT(ToSettle(Clear(episode).status()), ElementsAre("pregnancy"));
  Find(episode, "hcg", "negative");
  EXPECT_THAT(ToSettle(Clear(episode).status()), ElementsAre("pregnancy"))
      << "how it came about is for a prescriber";
  EXPECT_TRUE(Clear(episode, {"pregnancy"}).ok());
}

TEST_F(ExclusionsTest, ARelativeOneThatIsKeptStandsInTheWayAsTheRuleItselfWould) {
  v1::Policy policy = Exclusions();
  for (v1::Rule& rule : *policy.mutable_rules()) {
    if (rule.id() == "long-qt") rule.set_overridable_by(v1::AUTHORITY_PRESCRIBER);
  }
  Apply(policy);
  const std::string episode = Opened(NewPerson("Ortiz")).name();
  TakeHistory(episode);
  Find(episode, "ecg", "long-qt");
  clock().Advance(absl::Hours(24 * 181));
  EXPECT_THAT(ToSettle(Clear(episode).status()), ElementsAre("long-qt"));
  auto with_conditions = Decision(episode);
  with_conditions.set_verdict(v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS);
  with_conditions.add_conditions("an ECG before the third session");
  const auto cleared = Value(Decide(with_conditions));
  EXPECT_EQ(Present(cleared).state(), v1::Clearance::STATE_VALID);
  EXPECT_THAT(Open(episode), ElementsAre("long-qt TOO_OLD")) << "nobody has settled it";
}

TEST_F(ExclusionsTest, NoConditionAnswersForWhatIsForTwoPrescribersToDecide) {
  const std::string episode = Opened(NewPerson("Ortiz")).name();
  TakeHistory(episode);
  Find(episode, "ecg", "long-qt");
  auto with_conditions = Decision(episode);
  with_conditions.set_verdict(v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS);
  with_conditions.add_conditions("an ECG before the third session");
  EXPECT_THAT(Decide(with_conditions), Refused(StatusCode::kFailedPrecondition, "NOT_CLEARABLE"))
      << "as long as it applies";
  clock().Advance(absl::Hours(24 * 181));
  EXPECT_THAT(ToSettle(Decide(with_conditions).status()), ElementsAre("long-qt")) << "and after";
}

TEST_F(ExclusionsTest, StaffWhoSeeNoAnswersTakeNoExclusionAway) {
  const std::string patient = NewPerson("Ortiz");
  const std::string episode = Opened(patient).name();
  const std::string history = TakeHistory(episode);
  Value(Clear(episode));
  const auto plan = Signed(patient, episode);
  Amend(history, kAneurysm);
  EXPECT_EQ(Present(plan).state(), v1::Plan::STATE_SUSPENDED);
  Amend(history, kNothing);
  EXPECT_THAT(Open(episode), ElementsAre("aneurysmal-vascular-disease FACTS_CHANGED"));
  EXPECT_THAT(ToSettle(Clear(episode).status()), ElementsAre("aneurysmal-vascular-disease"));
  EXPECT_THAT(Resume(plan), Refused(StatusCode::kFailedPrecondition, "NOT_CLEARED"));
  Value(Clear(episode, {"aneurysmal-vascular-disease"}));
  EXPECT_EQ(Value(Resume(plan)).state(), v1::Plan::STATE_SIGNED);
}

TEST_F(ExclusionsTest, APositiveTestThatStaffWithdrawIsLookedAtByAPrescriber) {
  const std::string episode = Opened(NewPerson("Ortiz")).name();
  TakeHistory(episode);
  Withdraw(Find(episode, "hcg", "positive"));
  EXPECT_THAT(Open(episode), ElementsAre("pregnancy FACTS_CHANGED"));
  EXPECT_THAT(ToSettle(Clear(episode).status()), ElementsAre("pregnancy"));
}

TEST_F(ExclusionsTest, AnotherBirthDateMakesNoAdultOfAMinorUnseenButABirthdayDoes) {
  const std::string patient = NewPerson("Ortiz", 2008);
  const std::string episode = Opened(patient).name();
  TakeHistory(episode);
  ChangeBirthYear(patient, 1998);
  EXPECT_THAT(Open(episode), ElementsAre("age-under-18 FACTS_CHANGED"));
  EXPECT_THAT(ToSettle(Clear(episode).status()), ElementsAre("age-under-18"));
  EXPECT_TRUE(Clear(episode, {"age-under-18"}).ok());

  const std::string other = Opened(NewPerson("Kowalski", 2008)).name();
  TakeHistory(other);
  clock().Set(At("2026-05-17 00:00") - absl::Microseconds(1));
  EXPECT_FALSE(Clear(other).ok());
  clock().Set(At("2026-05-17 00:00"));
  EXPECT_THAT(Open(other), IsEmpty());
  EXPECT_TRUE(Clear(other).ok());
}

TEST_F(ExclusionsTest, WhatARuleExcludesForATimeIsOverWithTheTimeAndNotBefore) {
  const char* const infarction = R"pb(
    link_id: "conditions.body"
    conditions {
      conditions {
        condition: "myocardial-infarction"
        onset_date { year: 2026 month: 2 day: 1 }
      }
    })pb";
  const std::string episode = Opened(NewPerson("Ortiz")).name();
  const std::string history = TakeHistory(episode, infarction);
  Amend(history, kNothing);
  EXPECT_THAT(ToSettle(Clear(episode).status()), ElementsAre("myocardial-infarction-recent"));
  clock().Set(At("2026-03-20 09:00"));
  EXPECT_THAT(Open(episode), IsEmpty());
  EXPECT_TRUE(Clear(episode).ok());
}

TEST_F(ExclusionsTest, WhatWasSetAsideKnowinglyIsNoNewsWhenItGoes) {
  const char* const infarction = R"pb(
    link_id: "conditions.body"
    conditions {
      conditions {
        condition: "myocardial-infarction"
        onset_date { year: 2026 month: 3 day: 1 }
      }
    })pb";
  const std::string episode = Opened(NewPerson("Ortiz")).name();
  const std::string history = TakeHistory(episode, infarction);
  Override(clinician_, episode, "myocardial-infarction-recent");
  Override(other_prescriber_, episode, "myocardial-infarction-recent");
  const auto cleared = Value(Clear(episode));
  Amend(history, kNothing);
  EXPECT_EQ(Present(cleared).state(), v1::Clearance::STATE_VALID);
  EXPECT_THAT(ToSettle(Clear(episode).status()), ElementsAre("myocardial-infarction-recent"))
      << "who decides anew looks at it";
}

// -- Settling -------------------------------------------------------------------------------------

TEST_F(ExclusionsTest, WhatIsSettledStaysSoUntilTheRuleAppliesAgain) {
  const std::string episode = Opened(NewPerson("Ortiz")).name();
  const std::string history = TakeHistory(episode, kAneurysm);
  Amend(history, kNothing);
  auto deferred = Decision(episode, {"aneurysmal-vascular-disease"});
  deferred.set_verdict(v1::Clearance::VERDICT_REFERRED);
  deferred.clear_protocols();
  Value(Decide(deferred));
  const auto cleared = Value(Clear(episode));
  Amend(history, kAneurysm);
  EXPECT_EQ(Present(cleared).state(), v1::Clearance::STATE_REOPENED);
  Amend(history, kNothing);
  EXPECT_THAT(ToSettle(Clear(episode).status()), ElementsAre("aneurysmal-vascular-disease"));
}

TEST_F(ExclusionsTest, OnlyWhatIsOpenIsSettledAndOnlyWithAReason) {
  const std::string episode = Opened(NewPerson("Ortiz")).name();
  const std::string history = TakeHistory(episode, kAneurysm);
  EXPECT_THAT(Clear(episode, {"aneurysmal-vascular-disease"}),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"))
      << "it applies";
  Amend(history, kNothing);
  EXPECT_THAT(Clear(episode, {"pregnancy"}),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_THAT(Clear(episode, {"no-such-rule"}), Refused(StatusCode::kNotFound, "NOT_FOUND"));
  auto request = Decision(episode, {"aneurysmal-vascular-disease", "aneurysmal-vascular-disease"});
  EXPECT_THAT(ViolatedFields(Decide(request).status()), ElementsAre("settled_exclusions[1].rule"));
  request = Decision(episode, {"aneurysmal-vascular-disease"});
  request.mutable_settled_exclusions(0)->set_reason(" ");
  EXPECT_THAT(ViolatedFields(Decide(request).status()),
              ElementsAre("settled_exclusions[0].reason"));
}

TEST_F(ExclusionsTest, ATrialSettlesNothingARepeatOnceAndAStaleEtagNothing) {
  const std::string episode = Opened(NewPerson("Ortiz")).name();
  const std::string history = TakeHistory(episode, kAneurysm);
  Amend(history, kNothing);
  auto request = Decision(episode, {"aneurysmal-vascular-disease"});
  request.set_validate_only(true);
  Value(Decide(request));
  EXPECT_THAT(Open(episode), SizeIs(1));
  request.set_validate_only(false);
  request.set_etag("stale");
  EXPECT_THAT(Decide(request), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Open(episode), SizeIs(1));
  request.clear_etag();
  request.set_request_id("once");
  const auto cleared = Value(Decide(request));
  EXPECT_EQ(Value(Decide(request)).name(), cleared.name());
  EXPECT_THAT(Open(episode), IsEmpty());
  server_.Restart();
  EXPECT_EQ(Value(Decide(request)).name(), cleared.name());
  EXPECT_THAT(Open(episode), IsEmpty());
}

TEST_F(ExclusionsTest, AnEvaluationOfAnEarlierTimeKnowsWhatWasOpenThen) {
  const std::string episode = Opened(NewPerson("Ortiz")).name();
  const std::string history = TakeHistory(episode, kAneurysm);
  const absl::Time applied = clock().Now();
  Amend(history, kNothing);
  const absl::Time amended = clock().Now();
  clock().Advance(absl::Minutes(1));
  Value(Clear(episode, {"aneurysmal-vascular-disease"}));
  EXPECT_THAT(Open(episode, applied), IsEmpty());
  EXPECT_THAT(Open(episode, amended), ElementsAre("aneurysmal-vascular-disease FACTS_CHANGED"));
  EXPECT_THAT(Open(episode, clock().Now()), IsEmpty());
}

TEST_F(ExclusionsTest, ARuleThatThePolicyHasNoMoreLeavesNothingOpen) {
  const std::string episode = Opened(NewPerson("Ortiz")).name();
  const std::string history = TakeHistory(episode, kAneurysm);
  Amend(history, kNothing);
  v1::Policy without = Exclusions();
  without.mutable_rules()->DeleteSubrange(0, 1);
  Apply(without);
  EXPECT_THAT(Open(episode), IsEmpty());
  const auto cleared = Value(Clear(episode));
  Apply(Exclusions());
  Eventually([&] { return Present(cleared).state() == v1::Clearance::STATE_REOPENED; });
}

TEST_F(ExclusionsTest, AgentsSeeThatAPrescriberHasToLookAndNotAtWhat) {
  const std::string episode = Opened(NewPerson("Ortiz")).name();
  const std::string history = TakeHistory(episode, kAneurysm);
  const auto points = [&](const ConsultationConnections& caller) {
    v1::GetPathwayRequest request;
    request.set_episode(episode);
    v1::Pathway pathway = Value(caller.episodes->Call(&EpisodeStub::GetPathway, request));
    std::vector<std::string> descriptions;
    for (const auto& step : pathway.steps()) {
      for (const auto& point : step.open_points()) {
        if (point.actor() == v1::ACTOR_PRESCRIBER) descriptions.push_back(point.description());
      }
    }
    return descriptions;
  };
  for (const auto step : {v1::STEP_BOOKING, v1::STEP_CONSULTATION}) {
    v1::OverrideStepRequest skip;
    skip.set_episode(episode);
    skip.set_step(step);
    skip.set_reason("seen at the door");
    Value(clinician_.episodes->Call(&EpisodeStub::OverrideStep, skip));
  }
  EXPECT_THAT(points(agent_), ElementsAre("A prescriber has to decide"));
  Amend(history, kNothing);
  for (const auto* caller : {&agent_, &clinician_}) {
    EXPECT_THAT(points(*caller),
                ElementsAre("A prescriber has to decide",
                            "Something on record is to be looked at before a decision"));
  }
  v1::EvaluateEpisodeRequest evaluate;
  evaluate.set_episode(episode);
  EXPECT_THAT(agent_.evaluations->Call(&EvaluationStub::EvaluateEpisode, evaluate),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

// -- Words ----------------------------------------------------------------------------------------

TEST_F(ExclusionsTest, AReasonThatShowsNothingIsNone) {
  const std::string patient = NewPerson("Ortiz");
  const std::string episode = Opened(patient).name();
  TakeHistory(episode);
  Value(Clear(episode));
  const auto plan = Signed(patient, episode);
  for (const char* blank : {" ", "\u200b"}) {
    v1::BreakGlassRequest glass;
    glass.set_patient(patient);
    glass.set_reason(blank);
    EXPECT_THAT(ViolatedFields(clinician_.patients->Call(&PatientStub::BreakGlass, glass).status()),
                ElementsAre("reason"));
    v1::AcknowledgeSafetyAlertRequest acknowledge;
    acknowledge.set_name("safetyAlerts/1");
    acknowledge.set_action(blank);
    EXPECT_THAT(
        ViolatedFields(
            clinician_.episodes->Call(&EpisodeStub::AcknowledgeSafetyAlert, acknowledge).status()),
        ElementsAre("action"));
    v1::CosignPlanRequest cosign;
    cosign.set_name(plan.name());
    cosign.set_reason(blank);
    EXPECT_THAT(ViolatedFields(clinician_.plans->Call(&PlanStub::CosignPlan, cosign).status()),
                ElementsAre("reason"));
    v1::AmendPlanRequest amend;
    amend.set_name(plan.name());
    amend.set_reason(blank);
    EXPECT_THAT(ViolatedFields(clinician_.plans->Call(&PlanStub::AmendPlan, amend).status()),
                ElementsAre("reason"));
    auto decide = Decision(episode);
    decide.set_reason(blank);
    EXPECT_THAT(ViolatedFields(Decide(decide).status()), ElementsAre("reason"));
  }
}

}  // namespace
}  // namespace clarity::tests
