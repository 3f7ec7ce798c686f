// Tests and their results, what must be there before treatment, and the decision.

#include <limits>
#include <ostream>
#include <stdexcept>
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
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// Beside a few rules of the demo policy.
constexpr char kReadingRules[] = R"pb(
  rules {
    id: "everybody"
    display_name: "Asked of everybody"
    sources: "test"
    effect: RULE_EFFECT_REQUIRE
    requirements: "vital-signs"
  }
  rules {
    id: "from-65"
    display_name: "From 65 years"
    sources: "test"
    when { age { at_least: 65 } }
    effect: RULE_EFFECT_REQUIRE
    requirements: [ "ecg", "specialist-letter" ]
  }
  rules {
    id: "pregnant"
    display_name: "Pregnancy"
    sources: "test"
    when {
      all_of {
        criteria { not_of { missing { measured { test: "hcg" codes: "positive" } } } }
        criteria { measured { test: "hcg" codes: "positive" } }
      }
    }
    effect: RULE_EFFECT_EXCLUDE_ABSOLUTE
  })pb";

// What clinicians and staff do about a patient's clearance, in few words.
class ClearanceCalls : public CareTest {
 protected:
  // An episode of somebody born in that year.
  std::string Begin(int year = 1984) {
    patient_ = NewPatient("Ortiz");
    ChangeBirthYear(year);
    return Opened(patient_).name();
  }
  void ChangeBirthYear(int year) const {
    v1::GetPatientRequest get;
    get.set_name(patient_);
    v1::UpdatePatientRequest request;
    v1::Patient& patient = *request.mutable_patient();
    patient = Value(agent_.patients->Call(&PatientStub::GetPatient, get));
    patient.mutable_birth_date()->set_year(year);
    patient.mutable_birth_date()->set_month(5);
    patient.mutable_birth_date()->set_day(17);
    request.mutable_update_mask()->add_paths("birth_date");
    Value(agent_.patients->Call(&PatientStub::UpdatePatient, request));
  }
  void Close(const std::string& episode) const {
    v1::CloseEpisodeRequest request;
    request.set_name(episode);
    request.set_outcome(v1::Episode::OUTCOME_WITHDRAWN);
    request.set_reason("moved away");
    Value(staff_.episodes->Call(&EpisodeStub::CloseEpisode, request));
  }
  v1::Episode Present(const std::string& episode) const {
    v1::GetEpisodeRequest request;
    request.set_name(episode);
    return Value(agent_.episodes->Call(&EpisodeStub::GetEpisode, request));
  }

  static v1::Result* Measure(const std::string& test, double value, const std::string& unit,
                             v1::RecordResultsRequest* request) {
    v1::Result* result = request->add_results();
    result->set_test(test);
    result->mutable_quantity()->set_value(value);
    result->mutable_quantity()->set_unit(unit);
    return result;
  }
  static v1::Result* Find(const std::string& test, const std::string& code,
                          v1::RecordResultsRequest* request) {
    v1::Result* result = request->add_results();
    result->set_test(test);
    result->set_code(code);
    return result;
  }
  static v1::RecordResultsRequest Vitals(const std::string& episode, double systolic = 124,
                                         double diastolic = 78) {
    v1::RecordResultsRequest request;
    request.set_episode(episode);
    Measure("systolic-blood-pressure", systolic, "mm[Hg]", &request);
    Measure("diastolic-blood-pressure", diastolic, "mm[Hg]", &request);
    Measure("heart-rate", 66, "/min", &request);
    Measure("oxygen-saturation", 98, "%", &request);
    Measure("body-weight", 71, "kg", &request);
    return request;
  }
  static v1::RecordResultsRequest Found(const std::string& episode, const std::string& test,
                                        const std::string& code) {
    v1::RecordResultsRequest request;
    request.set_episode(episode);
    Find(test, code, &request);
    return request;
  }
  absl::StatusOr<v1::RecordResultsResponse> TryRecord(
      const v1::RecordResultsRequest& request) const {
    return staff_.clearances->Call(&ClearanceStub::RecordResults, request);
  }
  std::vector<v1::Result> Record(const v1::RecordResultsRequest& request) const {
    const auto reply = Value(TryRecord(request));
    return {reply.results().begin(), reply.results().end()};
  }
  static std::vector<v1::Result> ResultsOf(const ConsultationConnections& caller,
                                           v1::ListResultsRequest request) {
    std::vector<v1::Result> all;
    do {
      const auto page = Value(caller.clearances->Call(&ClearanceStub::ListResults, request));
      all.insert(all.end(), page.results().begin(), page.results().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return all;
  }
  std::vector<v1::Result> ResultsOf(const std::string& episode) const {
    v1::ListResultsRequest request;
    request.set_episode(episode);
    return ResultsOf(staff_, request);
  }
  static v1::CorrectResultRequest Correction(const v1::Result& result, double value) {
    v1::CorrectResultRequest request;
    request.set_name(result.name());
    request.set_reason("read wrongly");
    request.mutable_result()->set_test(result.test());
    request.mutable_result()->mutable_quantity()->set_value(value);
    request.mutable_result()->mutable_quantity()->set_unit(result.quantity().unit());
    return request;
  }
  absl::StatusOr<v1::Result> Correct(const v1::CorrectResultRequest& request) const {
    return staff_.clearances->Call(&ClearanceStub::CorrectResult, request);
  }
  absl::StatusOr<v1::Result> Withdraw(const std::string& result,
                                      const std::string& etag = "") const {
    v1::WithdrawResultRequest request;
    request.set_name(result);
    request.set_reason("of another patient");
    request.set_etag(etag);
    return staff_.clearances->Call(&ClearanceStub::WithdrawResult, request);
  }

  static std::vector<v1::Requirement> RequirementsOf(const ConsultationConnections& caller,
                                                     v1::ListRequirementsRequest request) {
    std::vector<v1::Requirement> all;
    do {
      const auto page = Value(caller.clearances->Call(&ClearanceStub::ListRequirements, request));
      all.insert(all.end(), page.requirements().begin(), page.requirements().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return all;
  }
  v1::Requirement RequirementOf(const std::string& episode, const std::string& definition) const {
    v1::ListRequirementsRequest request;
    request.set_episode(episode);
    request.set_show_withdrawn(true);
    request.set_page_size(1);
    for (const auto& requirement : RequirementsOf(staff_, request)) {
      if (requirement.definition() == definition) return requirement;
    }
    throw std::runtime_error("no requirement " + definition);
  }
  static absl::StatusOr<v1::Requirement> Waive(const ConsultationConnections& caller,
                                               const v1::Requirement& requirement,
                                               const std::string& etag = "") {
    v1::WaiveRequirementRequest request;
    request.set_name(requirement.name());
    request.set_reason("seen last month elsewhere");
    request.set_etag(etag);
    return caller.clearances->Call(&ClearanceStub::WaiveRequirement, request);
  }
  static absl::StatusOr<v1::RuleOverride> Override(const ConsultationConnections& caller,
                                                   const std::string& episode,
                                                   const std::string& rule) {
    v1::OverrideRuleRequest request;
    request.set_episode(episode);
    request.set_rule(rule);
    request.set_reason("stable for years");
    return caller.clearances->Call(&ClearanceStub::OverrideRule, request);
  }

  static v1::DecideClearanceRequest Decision(const std::string& episode,
                                             v1::Clearance::Verdict verdict) {
    v1::DecideClearanceRequest request;
    request.set_episode(episode);
    request.set_verdict(verdict);
    request.set_reason("as discussed");
    if (verdict == v1::Clearance::VERDICT_CLEARED ||
        verdict == v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS) {
      request.add_protocols("iv-ketamine");
    }
    if (verdict == v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS) {
      request.add_conditions("blood pressure every five minutes");
    }
    return request;
  }
  absl::StatusOr<v1::Clearance> Decide(const v1::DecideClearanceRequest& request) const {
    return clinician_.clearances->Call(&ClearanceStub::DecideClearance, request);
  }
  absl::StatusOr<v1::Clearance> Clear(const std::string& episode) const {
    return Decide(Decision(episode, v1::Clearance::VERDICT_CLEARED));
  }
  // And settles what has excluded before.
  absl::StatusOr<v1::Clearance> ClearAndSettle(const std::string& episode) const {
    auto request = Decision(episode, v1::Clearance::VERDICT_CLEARED);
    const auto cleared = Decide(request);
    const auto blockers = client::DetailOf<v1::ClearanceBlockers>(cleared.status());
    if (!blockers.has_value()) return cleared;
    for (const std::string& rule : blockers->past_exclusions()) {
      v1::SettledExclusion& settled = *request.add_settled_exclusions();
      settled.set_rule(rule);
      settled.set_reason("looked at");
    }
    return Decide(request);
  }
  v1::Clearance Present(const v1::Clearance& clearance) const {
    v1::GetClearanceRequest request;
    request.set_name(clearance.name());
    return Value(clinician_.clearances->Call(&ClearanceStub::GetClearance, request));
  }
  static std::vector<std::string> BlockingRules(const absl::Status& status) {
    const auto blockers = client::DetailOf<v1::ClearanceBlockers>(status);
    if (!blockers.has_value()) return {"no detail"};
    return {blockers->rules().begin(), blockers->rules().end()};
  }
  static std::vector<std::string> BlockingRequirements(const absl::Status& status) {
    const auto blockers = client::DetailOf<v1::ClearanceBlockers>(status);
    if (!blockers.has_value()) return {"no detail"};
    return {blockers->requirements().begin(), blockers->requirements().end()};
  }

  std::string patient_;
  const ConsultationConnections other_prescriber_ =
      Clinician("practitioners/dr-lindqvist", kLakeForest);
  const ConsultationConnections nurse_ = Clinician("practitioners/nurse-tran", kLakeForest);
};

// Under the demo policy with so few rules that readings alone decide.
class ClearanceTest : public ClearanceCalls {
 protected:
  ClearanceTest() { Apply(FewRules()); }

  static v1::Policy FewRules() {
    const v1::Policy whole = CarePolicy();
    v1::Policy policy = whole;
    policy.clear_rules();
    for (const v1::Rule& rule : whole.rules()) {
      if (IsKept(rule.id())) *policy.add_rules() = rule;
    }
    policy.MergeFrom(FromText<v1::Policy>(kReadingRules));
    for (v1::Test& test : *policy.mutable_tests()) {
      if (test.code() == "systolic-blood-pressure") test.set_valid_hours(24 * 7);
    }
    return policy;
  }
  static bool IsKept(const std::string& rule) {
    return rule == "blood-pressure-high" || rule == "vital-signs-out-of-range" ||
           rule == "long-qt" || rule == "age-under-18" || rule == "esketamine-rems";
  }
};

// -- Results --------------------------------------------------------------------------------------

TEST_F(ClearanceTest, AResultKeepsItsUnitAndCountsInTheFirstOfItsTest) {
  const std::string episode = Begin();
  v1::RecordResultsRequest request;
  request.set_episode(episode);
  v1::Result* weight = Measure("body-weight", 160, "[lb_av]", &request);
  *weight->mutable_measure_time() = ToWire(At("2026-02-27 09:00"));
  weight->set_subject("somebody else");
  Measure("systolic-blood-pressure", 16, "kPa", &request);
  Find("ecg", "normal", &request);
  const auto results = Record(request);
  ASSERT_THAT(results, SizeIs(3));
  EXPECT_EQ(results[0].quantity().unit(), "[lb_av]");
  EXPECT_NEAR(results[0].base_value(), 72.5748, 1e-4);
  EXPECT_EQ(FromWire(results[0].expire_time()), At("2026-02-27 09:00") + absl::Hours(4320));
  EXPECT_EQ(results[0].subject(), "staff");
  EXPECT_EQ(results[0].version(), 1);
  EXPECT_EQ(results[0].state(), v1::Result::STATE_FINAL);
  EXPECT_EQ(results[0].episode(), episode);
  EXPECT_NEAR(results[1].base_value(), 120.01, 1e-2);
  EXPECT_EQ(FromWire(results[1].measure_time()), clock().Now()) << "now, where nothing is said";
  EXPECT_FALSE(results[2].has_base_value());
}

TEST_F(ClearanceTest, ResultsAreListedTheNewestFirst) {
  const std::string episode = Begin();
  v1::RecordResultsRequest request;
  request.set_episode(episode);
  for (const int days : {3, 1, 2}) {
    *Measure("heart-rate", 60 + days, "/min", &request)->mutable_measure_time() =
        ToWire(clock().Now() - absl::Hours(24) * days);
  }
  Find("ecg", "normal", &request);
  Record(request);
  v1::ListResultsRequest list;
  list.set_episode(episode);
  list.set_test("heart-rate");
  list.set_page_size(1);
  std::vector<double> values;
  for (const auto& result : ResultsOf(clinician_, list)) values.push_back(result.base_value());
  EXPECT_THAT(values, ElementsAre(61, 62, 63));
  EXPECT_THAT(ResultsOf(episode), SizeIs(4));

  auto page = Value(staff_.clearances->Call(&ClearanceStub::ListResults, list));
  list.set_test("ecg");
  list.set_page_token(page.next_page_token());
  EXPECT_THAT(staff_.clearances->Call(&ClearanceStub::ListResults, list),
              Refused(StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
}

TEST_F(ClearanceTest, AllThatIsWrongIsToldAtOnceAndNothingIsTaken) {
  const std::string episode = Begin(1960);
  v1::RecordResultsRequest request;
  request.set_episode(episode);
  Measure("no-such-test", 1, "kg", &request);
  Find("heart-rate", "normal", &request);
  Measure("ecg", 1, "kg", &request);
  Measure("body-weight", 71, "g", &request);
  Measure("body-weight", 710, "kg", &request);
  Find("ecg", "splendid", &request);
  request.add_results()->set_test("ecg");
  Measure("heart-rate", 66, "/min", &request)->set_requirement("requirements/none");
  Measure("heart-rate", 66, "/min", &request)
      ->set_requirement(RequirementOf(episode, "ecg").name());
  *Measure("heart-rate", 66, "/min", &request)->mutable_measure_time() =
      ToWire(clock().Now() + absl::Seconds(1));
  *Measure("heart-rate", 66, "/min", &request)->mutable_measure_time() =
      ToWire(clock().Now() - absl::Hours(24 * 180) - absl::Seconds(1));
  Measure("heart-rate", 66, "/min", &request);
  const absl::Status status = TryRecord(request).status();
  EXPECT_THAT(
      ViolatedFields(status),
      ElementsAre("results[0].test", "results[1].code", "results[2].quantity",
                  "results[3].quantity.unit", "results[4].quantity.value", "results[5].code",
                  "results[6]", "results[7].requirement", "results[8].requirement",
                  "results[9].measure_time", "results[10].measure_time"));
  EXPECT_THAT(status.ToString(), Not(HasSubstr("710")));
  EXPECT_THAT(ResultsOf(episode), IsEmpty());
}

TEST_F(ClearanceTest, AUnitAloneANumberWithoutOneAndOneWithoutEndAreNoResults) {
  v1::RecordResultsRequest request;
  request.set_episode(Begin());
  Measure("body-weight", 71, "", &request);
  Measure("heart-rate", 1000, "/min", &request);
  Measure("no-such-test", 1, "kg", &request);
  EXPECT_THAT(
      ViolatedFields(TryRecord(request).status()),
      ElementsAre("results[0].quantity.unit", "results[1].quantity.value", "results[2].test"))
      << "a unit that is missing hides nothing else";
  request.clear_results();
  Measure("body-weight", std::numeric_limits<double>::quiet_NaN(), "kg", &request);
  Measure("body-weight", std::numeric_limits<double>::infinity(), "kg", &request);
  Measure("body-weight", 0, "kg", &request)->mutable_quantity()->clear_value();
  EXPECT_THAT(ViolatedFields(TryRecord(request).status()),
              ElementsAre("results[0].quantity.value", "results[1].quantity.value",
                          "results[2].quantity.value"));
  request.clear_results();
  EXPECT_THAT(ViolatedFields(TryRecord(request).status()), ElementsAre("results"));
}

TEST_F(ClearanceTest, AResultForARequirementThatIsNoLongerAskedForIsRefused) {
  const std::string episode = Begin(1960);
  const auto ecg = RequirementOf(episode, "ecg");
  ChangeBirthYear(1984);
  auto request = Found(episode, "ecg", "normal");
  request.mutable_results(0)->set_requirement(ecg.name());
  EXPECT_THAT(TryRecord(request),
              Refused(StatusCode::kFailedPrecondition, "REQUIREMENT_WITHDRAWN"));
  request.mutable_results(0)->clear_requirement();
  EXPECT_THAT(Record(request), SizeIs(1));
}

TEST_F(ClearanceTest, NothingIsRecordedInAnEpisodeThatIsClosed) {
  const std::string episode = Begin();
  const auto results = Record(Vitals(episode));
  Close(episode);
  EXPECT_THAT(TryRecord(Vitals(episode)),
              Refused(StatusCode::kFailedPrecondition, "EPISODE_CLOSED"));
  EXPECT_THAT(Correct(Correction(results[0], 130)),
              Refused(StatusCode::kFailedPrecondition, "EPISODE_CLOSED"));
  EXPECT_THAT(Clear(episode), Refused(StatusCode::kFailedPrecondition, "EPISODE_CLOSED"));
  EXPECT_THAT(Override(clinician_, episode, "blood-pressure-high"),
              Refused(StatusCode::kFailedPrecondition, "EPISODE_CLOSED"));
  EXPECT_EQ(Value(Withdraw(results[0].name())).state(), v1::Result::STATE_WITHDRAWN)
      << "that it was an error can always be said";
}

TEST_F(ClearanceTest, ARepeatRecordsOnceAndATrialNothing) {
  const std::string episode = Begin();
  auto request = Vitals(episode);
  auto trial = request;
  trial.set_validate_only(true);
  const auto tried = Record(trial);
  ASSERT_THAT(tried, SizeIs(5));
  EXPECT_EQ(tried[0].name(), "");
  EXPECT_THAT(ResultsOf(episode), IsEmpty());

  request.set_request_id("vitals-1");
  const auto first = Record(request);
  const auto again = Record(request);
  EXPECT_EQ(first[0].name(), again[0].name());
  EXPECT_THAT(ResultsOf(episode), SizeIs(5));
  request.mutable_results(0)->mutable_quantity()->set_value(125);
  EXPECT_THAT(TryRecord(request), Refused(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(ClearanceTest, ACorrectionIsANewVersionAndTheOldOneStaysOnRecord) {
  const std::string episode = Begin();
  auto request = Vitals(episode, 190);
  *request.mutable_results(0)->mutable_measure_time() = ToWire(At("2026-03-01 09:00"));
  const auto first = Record(request)[0];
  EXPECT_THAT(first.flagged_by(), ElementsAre("blood-pressure-high", "vital-signs-out-of-range"));

  clock().Advance(absl::Hours(1));
  auto correction = Correction(first, 119);
  correction.set_etag(first.etag());
  const auto second = Value(Correct(correction));
  EXPECT_EQ(second.version(), 2);
  EXPECT_EQ(second.base_value(), 119);
  EXPECT_EQ(second.reason(), "read wrongly");
  EXPECT_EQ(FromWire(second.measure_time()), At("2026-03-01 09:00")) << "that stays";
  EXPECT_THAT(second.flagged_by(), IsEmpty());
  ASSERT_THAT(second.earlier_versions(), SizeIs(1));
  EXPECT_EQ(second.earlier_versions(0).quantity().value(), 190);
  EXPECT_EQ(second.earlier_versions(0).version(), 1);
  EXPECT_EQ(FromWire(second.earlier_versions(0).record_time()), FromWire(first.update_time()));
  EXPECT_THAT(Correct(correction), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));

  auto other_test = Correction(first, 119);
  other_test.mutable_result()->set_test("diastolic-blood-pressure");
  EXPECT_THAT(ViolatedFields(Correct(other_test).status()), ElementsAre("result.test"));
  auto wrong_unit = Correction(first, 119);
  wrong_unit.mutable_result()->mutable_quantity()->set_unit("kg");
  EXPECT_THAT(ViolatedFields(Correct(wrong_unit).status()), ElementsAre("result.quantity.unit"));
}

TEST_F(ClearanceTest, TheLastTwentyVersionsAreKept) {
  const auto result = Record(Vitals(Begin()))[0];
  v1::Result last;
  for (int i = 0; i < 22; ++i) last = Value(Correct(Correction(result, 100 + i)));
  EXPECT_EQ(last.version(), 23);
  ASSERT_THAT(last.earlier_versions(), SizeIs(20));
  EXPECT_EQ(last.earlier_versions(0).version(), 3);
  EXPECT_EQ(last.earlier_versions(19).version(), 22);
}

TEST_F(ClearanceTest, WhatWasRecordedInErrorNoLongerCounts) {
  const std::string episode = Begin();
  const auto result = Record(Vitals(episode))[0];
  EXPECT_EQ(RequirementOf(episode, "vital-signs").state(), v1::Requirement::STATE_MET);
  EXPECT_THAT(Withdraw(result.name(), "stale"), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  const auto withdrawn = Value(Withdraw(result.name(), result.etag()));
  EXPECT_EQ(withdrawn.state(), v1::Result::STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn.reason(), "of another patient");
  EXPECT_EQ(withdrawn.quantity().value(), 124);
  EXPECT_EQ(withdrawn.earlier_versions(0).subject(), "staff");
  const auto vitals = RequirementOf(episode, "vital-signs");
  EXPECT_EQ(vitals.state(), v1::Requirement::STATE_OPEN);
  EXPECT_THAT(vitals.open_tests(), ElementsAre("systolic-blood-pressure"));
  EXPECT_THAT(ResultsOf(episode), SizeIs(4));
  v1::ListResultsRequest list;
  list.set_episode(episode);
  list.set_show_withdrawn(true);
  EXPECT_THAT(ResultsOf(staff_, list), SizeIs(5));
  EXPECT_THAT(Withdraw(result.name()), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_THAT(Correct(Correction(result, 120)),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(ClearanceTest, TestsAreThoseOfTheClinicsPolicyInItsOrder) {
  v1::ListTestsRequest request;
  request.set_clinic(kLakeForest);
  request.set_page_size(7);
  std::vector<std::string> codes;
  do {
    const auto page = Value(staff_.clearances->Call(&ClearanceStub::ListTests, request));
    EXPECT_EQ(page.policy_version(), 2);
    for (const auto& test : page.tests()) codes.push_back(test.code());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  std::vector<std::string> of_policy;
  const v1::Policy policy = FewRules();
  for (const auto& test : policy.tests()) of_policy.push_back(test.code());
  EXPECT_EQ(codes, of_policy);
  request.set_clinic(kPhoenix);
  EXPECT_THAT(staff_.clearances->Call(&ClearanceStub::ListTests, request),
              Refused(StatusCode::kFailedPrecondition, "NO_POLICY"));
}

TEST_F(ClearanceTest, AnEpisodeTakesSoManyResultsAndNoMore) {
  const std::string episode = Begin();
  v1::RecordResultsRequest fifty;
  fifty.set_episode(episode);
  for (int i = 0; i < 50; ++i) Measure("heart-rate", 66, "/min", &fifty);
  for (int i = 0; i < 40; ++i) Record(fifty);
  EXPECT_THAT(TryRecord(Vitals(episode)), Refused(StatusCode::kResourceExhausted, "TOO_MANY"));
  v1::ListResultsRequest list;
  list.set_episode(episode);
  list.set_page_size(1000);
  EXPECT_THAT(ResultsOf(staff_, list), SizeIs(2000));
}

TEST_F(ClearanceTest, WithoutAPolicyNothingSaysWhatAResultMeans) {
  const std::string episode = Begin();
  const auto result = Record(Vitals(episode))[0];
  const auto declined = Value(Decide(Decision(episode, v1::Clearance::VERDICT_DECLINED)));
  v1::Policy of_others = FewRules();
  of_others.clear_clinics();
  of_others.add_clinics(kIrvine);
  for (auto& practitioner : *of_others.mutable_practitioners()) practitioner.clear_clinics();
  Apply(of_others);
  const auto no_policy = Refused(StatusCode::kFailedPrecondition, "NO_POLICY");
  EXPECT_THAT(TryRecord(Vitals(episode)), no_policy);
  EXPECT_THAT(Correct(Correction(result, 120)), no_policy);
  EXPECT_THAT(Clear(episode), no_policy);
  v1::GetClearanceRequest get;
  get.set_name(declined.name());
  EXPECT_THAT(clinician_.clearances->Call(&ClearanceStub::GetClearance, get), no_policy);
  EXPECT_EQ(Value(Withdraw(result.name())).state(), v1::Result::STATE_WITHDRAWN);
  EXPECT_THAT(ResultsOf(episode), SizeIs(4)) << "what was recorded can be read";
}

// -- Clinical limits ------------------------------------------------------------------------------

// clinical-facts, section 8: "BP 140/90 pass, 141/89 flag, 139/91 flag". S1: US label, S5: EU label
// summaries; 140/90 is followed at all ages.
struct PressureReading {
  const char* source;
  double systolic;
  double diastolic;
  const char* unit;
  bool is_flagged;
};

void PrintTo(const PressureReading& c, std::ostream* out) {
  *out << c.systolic << "/" << c.diastolic << " " << c.unit << " [" << c.source << "]";
}

class BloodPressureReading : public ClearanceTest,
                             public ::testing::WithParamInterface<PressureReading> {};

TEST_P(BloodPressureReading, IsTakenAndFlaggedBeyondTheLimit) {
  const PressureReading& c = GetParam();
  const std::string episode = Begin();
  auto request = Vitals(episode, c.systolic, c.diastolic);
  for (int i = 0; i < 2; ++i) request.mutable_results(i)->mutable_quantity()->set_unit(c.unit);
  Record(request);
  std::vector<std::string> flags;
  for (const v1::Result& result : ResultsOf(episode)) {
    flags.insert(flags.end(), result.flagged_by().begin(), result.flagged_by().end());
  }
  const auto cleared = Clear(episode);
  if (!c.is_flagged) {
    EXPECT_THAT(flags, IsEmpty());
    EXPECT_TRUE(cleared.ok()) << cleared.status();
    return;
  }
  EXPECT_THAT(flags, ElementsAre("blood-pressure-high"));
  EXPECT_THAT(cleared, Refused(StatusCode::kFailedPrecondition, "NOT_CLEARABLE"));
  EXPECT_THAT(BlockingRules(cleared.status()), ElementsAre("blood-pressure-high"));
  EXPECT_EQ(Value(Decide(Decision(episode, v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS)))
                .conditions_size(),
            1)
      << "weighed in the decision, no automatic hold";
}

INSTANTIATE_TEST_SUITE_P(AtTheLimit, BloodPressureReading,
                         ::testing::Values(PressureReading{"S1, S5", 140, 90, "mm[Hg]", false},
                                           PressureReading{"S1, S5", 141, 89, "mm[Hg]", true},
                                           PressureReading{"S1, S5", 139, 91, "mm[Hg]", true},
                                           PressureReading{"S1, S5", 18.6, 11.9, "kPa", false},
                                           PressureReading{"S1, S5", 18.7, 11.9, "kPa", true}));

// -- Requirements ---------------------------------------------------------------------------------

TEST_F(ClearanceTest, ARequirementSaysWhatIsOpenWhoActsAndByWhen) {
  const std::string episode = Begin(1960);
  v1::ListRequirementsRequest list;
  list.set_episode(episode);
  std::vector<std::string> ids;
  for (const auto& requirement : RequirementsOf(clinician_, list)) {
    ids.push_back(requirement.definition());
  }
  EXPECT_THAT(ids,
              UnorderedElementsAre("vital-signs", "ecg", "rems-enrolment", "specialist-letter"));
  EXPECT_EQ(ids.back(), "specialist-letter") << "due last";

  auto vitals = RequirementOf(episode, "vital-signs");
  EXPECT_EQ(vitals.state(), v1::Requirement::STATE_OPEN);
  EXPECT_THAT(vitals.open_tests(), SizeIs(5));
  EXPECT_EQ(vitals.actor(), v1::ACTOR_STAFF);
  EXPECT_THAT(vitals.rules(), ElementsAre("everybody"));
  EXPECT_THAT(vitals.visit_types(),
              ElementsAre("visitTypes/clearance-check", "visitTypes/medical-evaluation"));
  EXPECT_EQ(Local(FromWire(vitals.due_time())), "2026-03-24 00:00") << "the end of day 21";

  auto request = Vitals(episode);
  request.mutable_results()->RemoveLast();
  Record(request);
  EXPECT_THAT(RequirementOf(episode, "vital-signs").open_tests(), ElementsAre("body-weight"));
  v1::RecordResultsRequest weight;
  weight.set_episode(episode);
  Measure("body-weight", 71, "kg", &weight);
  Record(weight);
  vitals = RequirementOf(episode, "vital-signs");
  EXPECT_EQ(vitals.state(), v1::Requirement::STATE_MET);
  EXPECT_THAT(vitals.met_by(), SizeIs(5));
  EXPECT_EQ(FromWire(vitals.expire_time()), clock().Now() + absl::Hours(24 * 7))
      << "with the first that is too old";
}

TEST_F(ClearanceTest, ARequirementThatTheFactsNoLongerAskForIsWithdrawn) {
  const std::string episode = Begin(1960);
  ChangeBirthYear(1984);
  v1::ListRequirementsRequest list;
  list.set_episode(episode);
  EXPECT_THAT(RequirementsOf(staff_, list), SizeIs(2));
  EXPECT_EQ(RequirementOf(episode, "ecg").state(), v1::Requirement::STATE_WITHDRAWN);
  list.set_page_token("nonsense");
  EXPECT_THAT(staff_.clearances->Call(&ClearanceStub::ListRequirements, list),
              Refused(StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
}

TEST_F(ClearanceTest, APrescriberWaivesWhereThePolicyLets) {
  const std::string episode = Begin(1960);
  const auto ecg = RequirementOf(episode, "ecg");
  EXPECT_THAT(Waive(nurse_, ecg), Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  EXPECT_THAT(Waive(staff_, ecg), Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  EXPECT_THAT(Waive(clinician_, ecg, "stale"), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Waive(clinician_, RequirementOf(episode, "vital-signs")),
              Refused(StatusCode::kFailedPrecondition, "NOT_OVERRIDABLE"));
  const auto waived = Value(Waive(clinician_, ecg, ecg.etag()));
  EXPECT_EQ(waived.state(), v1::Requirement::STATE_WAIVED);
  EXPECT_EQ(waived.waivers(0).practitioner(), "practitioners/dr-okafor");
  EXPECT_EQ(waived.waivers(0).display_name(), "Dr. Ada Okafor");
  EXPECT_EQ(waived.waivers(0).reason(), "seen last month elsewhere");
  EXPECT_EQ(waived.etag(), RequirementOf(episode, "ecg").etag());
  EXPECT_THAT(Waive(other_prescriber_, ecg),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(ClearanceTest, TwoPrescribersWaiveWhatThePolicyLeavesToTwo) {
  const std::string episode = Begin(1960);
  const auto letter = RequirementOf(episode, "specialist-letter");
  EXPECT_EQ(Value(Waive(clinician_, letter)).state(), v1::Requirement::STATE_OPEN);
  EXPECT_THAT(Waive(clinician_, letter),
              Refused(StatusCode::kFailedPrecondition, "SECOND_PRESCRIBER_NEEDED"));
  EXPECT_EQ(Value(Waive(other_prescriber_, letter)).state(), v1::Requirement::STATE_WAIVED);
  EXPECT_THAT(RequirementOf(episode, "specialist-letter").waivers(), SizeIs(2));
  ChangeBirthYear(1984);
  ChangeBirthYear(1960);
  EXPECT_EQ(RequirementOf(episode, "specialist-letter").state(), v1::Requirement::STATE_OPEN)
      << "it was waived for what was known then";
}

// -- Rules that are set aside ---------------------------------------------------------------------

TEST_F(ClearanceTest, ARuleIsSetAsideForTheFactsItWasDecidedBy) {
  const std::string episode = Begin();
  Record(Vitals(episode, 150));
  const auto override = Value(Override(clinician_, episode, "blood-pressure-high"));
  EXPECT_TRUE(override.complete());
  EXPECT_EQ(override.policy_version(), 2);
  EXPECT_EQ(override.signatures(0).reason(), "stable for years");
  EXPECT_THAT(Override(other_prescriber_, episode, "blood-pressure-high"),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  const auto cleared = Value(Clear(episode));

  clock().Advance(absl::Hours(1));
  Record(Vitals(episode, 155));
  EXPECT_EQ(Present(cleared).state(), v1::Clearance::STATE_REOPENED);
  EXPECT_THAT(BlockingRules(Clear(episode).status()), ElementsAre("blood-pressure-high"));
  EXPECT_TRUE(Value(Override(clinician_, episode, "blood-pressure-high")).complete())
      << "on the new reading";
  EXPECT_TRUE(Clear(episode).ok());
}

TEST_F(ClearanceTest, TwoPrescribersSetAsideWhatThePolicyLeavesToTwo) {
  const std::string episode = Begin();
  Record(Vitals(episode));
  Record(Found(episode, "ecg", "long-qt"));
  EXPECT_FALSE(Value(Override(clinician_, episode, "long-qt")).complete());
  EXPECT_THAT(Override(clinician_, episode, "long-qt"),
              Refused(StatusCode::kFailedPrecondition, "SECOND_PRESCRIBER_NEEDED"));
  EXPECT_THAT(BlockingRules(Clear(episode).status()), ElementsAre("long-qt"));
  const auto both = Value(Override(other_prescriber_, episode, "long-qt"));
  EXPECT_TRUE(both.complete());
  EXPECT_THAT(both.signatures(), SizeIs(2));
  const auto cleared = Value(Clear(episode));
  const auto& decisions = cleared.evaluation().decisions();
  const auto decision =
      absl::c_find_if(decisions, [](const v1::Decision& each) { return each.rule() == "long-qt"; });
  ASSERT_NE(decision, decisions.end());
  EXPECT_THAT(decision->overrides(), SizeIs(2)) << "the decision shows who";
}

TEST_F(ClearanceTest, ASecondSignatureOnOtherFactsBeginsAnew) {
  const std::string episode = Begin();
  Record(Found(episode, "ecg", "long-qt"));
  Value(Override(clinician_, episode, "long-qt"));
  clock().Advance(absl::Hours(1));
  Record(Found(episode, "ecg", "long-qt"));
  const auto other = Value(Override(other_prescriber_, episode, "long-qt"));
  EXPECT_FALSE(other.complete());
  EXPECT_THAT(other.signatures(), SizeIs(1));
}

TEST_F(ClearanceTest, WhatCannotBeSetAsideIsRefused) {
  const std::string episode = Begin(2010);
  EXPECT_THAT(Override(clinician_, episode, "age-under-18"),
              Refused(StatusCode::kFailedPrecondition, "NOT_OVERRIDABLE"));
  EXPECT_THAT(Override(clinician_, episode, "everybody"),
              Refused(StatusCode::kFailedPrecondition, "NOT_OVERRIDABLE"));
  EXPECT_THAT(Override(clinician_, episode, "no-such-rule"),
              Refused(StatusCode::kNotFound, "NOT_FOUND"));
  Record(Vitals(episode));
  EXPECT_THAT(Override(clinician_, episode, "blood-pressure-high"),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  Record(Vitals(episode, 150));
  for (const auto* caller : {&nurse_, &staff_}) {
    EXPECT_THAT(Override(*caller, episode, "blood-pressure-high"),
                Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  }
  EXPECT_THAT(
      Override(Clinician("practitioners/np-reyes", kIrvine), episode, "blood-pressure-high"),
      Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_F(ClearanceTest, AnOverrideCountsAsLongAsThePolicyIsContentWithIt) {
  const std::string episode = Begin();
  Record(Vitals(episode, 150));
  Value(Override(clinician_, episode, "blood-pressure-high"));
  v1::Policy stricter = FewRules();
  for (v1::Rule& rule : *stricter.mutable_rules()) {
    if (rule.id() == "blood-pressure-high") rule.set_overridable_by(v1::AUTHORITY_TWO_PRESCRIBERS);
  }
  Apply(stricter);
  EXPECT_THAT(BlockingRules(Clear(episode).status()), ElementsAre("blood-pressure-high"));
  EXPECT_TRUE(Value(Override(other_prescriber_, episode, "blood-pressure-high")).complete());
  EXPECT_TRUE(Clear(episode).ok());
}

// -- The decision ---------------------------------------------------------------------------------

TEST_F(ClearanceTest, OpenRequirementsAndExclusionsStandInTheWay) {
  const std::string episode = Begin();
  const auto open = Clear(episode);
  EXPECT_THAT(open, Refused(StatusCode::kFailedPrecondition, "NOT_CLEARABLE"));
  EXPECT_THAT(BlockingRequirements(open.status()),
              ElementsAre(RequirementOf(episode, "vital-signs").name()));
  EXPECT_THAT(BlockingRules(open.status()), ElementsAre("blood-pressure-high"))
      << "what is not known may apply";

  Record(Vitals(episode));
  EXPECT_THAT(Record(Found(episode, "hcg", "positive"))[0].flagged_by(), ElementsAre("pregnant"));
  const auto pregnant = Decide(Decision(episode, v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS));
  EXPECT_THAT(BlockingRules(pregnant.status()), ElementsAre("pregnant"));
  EXPECT_THAT(BlockingRequirements(pregnant.status()), IsEmpty());

  const auto declined = Value(Decide(Decision(episode, v1::Clearance::VERDICT_DECLINED)));
  EXPECT_FALSE(declined.has_expire_time());
  EXPECT_EQ(Present(episode).state(), v1::Episode::STATE_STOPPED);
}

TEST_F(ClearanceTest, WhatIsOfOneProtocolOnlyStandsInTheWayOfThatOne) {
  const std::string episode = Begin();
  Record(Vitals(episode));
  Record(Found(episode, "ecg", "normal"));
  auto request = Decision(episode, v1::Clearance::VERDICT_CLEARED);
  request.add_protocols("esketamine");
  EXPECT_THAT(BlockingRequirements(Decide(request).status()),
              ElementsAre(RequirementOf(episode, "rems-enrolment").name()));
  request.mutable_protocols()->RemoveLast();
  const auto cleared = Value(Decide(request));
  EXPECT_THAT(cleared.protocols(), ElementsAre("iv-ketamine"));
  EXPECT_EQ(cleared.signature().practitioner(), "practitioners/dr-okafor");
  EXPECT_EQ(cleared.evaluation().policy_version(), 2);
  EXPECT_EQ(cleared.evaluation().episode(), episode);
  EXPECT_EQ(Present(episode).clearance(), cleared.name());
  request.set_protocols(0, "no-such-protocol");
  EXPECT_THAT(Decide(request), Refused(StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(ClearanceTest, EachVerdictTakesItsOwnFields) {
  const std::string episode = Begin();
  const auto defer = [](v1::DecideClearanceRequest* request, int month, int day) {
    request->mutable_defer_until_date()->set_year(2026);
    request->mutable_defer_until_date()->set_month(month);
    request->mutable_defer_until_date()->set_day(day);
  };
  const auto violated = [&](const v1::DecideClearanceRequest& request) {
    return ViolatedFields(Decide(request).status());
  };
  auto request = Decision(episode, v1::Clearance::VERDICT_CLEARED);
  request.clear_protocols();
  request.add_conditions("none");
  defer(&request, 12, 24);
  EXPECT_THAT(violated(request), ElementsAre("protocols", "conditions", "defer_until_date"));
  request = Decision(episode, v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS);
  request.set_conditions(0, "");
  EXPECT_THAT(violated(request), ElementsAre("conditions[0]"));
  request = Decision(episode, v1::Clearance::VERDICT_REFERRED);
  request.add_protocols("iv-ketamine");
  EXPECT_THAT(violated(request), ElementsAre("protocols"));
  request = Decision(episode, v1::Clearance::VERDICT_DEFERRED);
  EXPECT_THAT(violated(request), ElementsAre("defer_until_date"));
  defer(&request, 3, 2);
  EXPECT_THAT(violated(request), ElementsAre("defer_until_date")) << "today";
  defer(&request, 4, 31);
  EXPECT_THAT(violated(request), ElementsAre("defer_until_date")) << "no such day";
  request = Decision(episode, v1::Clearance::VERDICT_UNSPECIFIED);
  EXPECT_THAT(violated(request), ElementsAre("verdict"));
}

TEST_F(ClearanceTest, OnlyAPrescriberDecides) {
  const std::string episode = Begin();
  const auto request = Decision(episode, v1::Clearance::VERDICT_DECLINED);
  for (const auto& caller :
       {nurse_, staff_, agent_, Patient(patient_), Caller(Claims("service", "SERVICE")),
        Caller(Claims("clinician-without-practitioner", "CLINICIAN")),
        Clinician("practitioners/np-reyes", kIrvine)}) {
    EXPECT_THAT(caller.clearances->Call(&ClearanceStub::DecideClearance, request),
                Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  }
}

TEST_F(ClearanceTest, NothingIsDecidedOnMoreThanWasLookedAt) {
  const std::string episode = Begin();
  Record(Vitals(episode, 145, 85));
  Record(Found(episode, "ecg", "normal"));
  v1::OverrideRuleRequest override;
  override.set_episode(episode);
  override.set_rule("blood-pressure-high");
  override.set_reason("stable for years");
  override.set_etag(Present(episode).etag());
  auto clear = Decision(episode, v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS);
  clear.set_etag(Present(episode).etag());
  clock().Advance(absl::Minutes(1));
  Record(Vitals(episode, 178, 118));
  const auto set_aside = [&] {
    return clinician_.clearances->Call(&ClearanceStub::OverrideRule, override);
  };
  EXPECT_THAT(set_aside(), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Decide(clear), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  override.set_etag(Present(episode).etag());
  EXPECT_TRUE(Value(set_aside()).complete());
  clear.set_etag(Present(episode).etag());
  EXPECT_EQ(Value(Decide(clear)).state(), v1::Clearance::STATE_VALID);
}

TEST_F(ClearanceTest, ANewerDecisionReplacesTheOneThatHolds) {
  const std::string episode = Begin();
  Record(Vitals(episode));
  auto request = Decision(episode, v1::Clearance::VERDICT_DEFERRED);
  request.mutable_defer_until_date()->set_year(2026);
  request.mutable_defer_until_date()->set_month(3);
  request.mutable_defer_until_date()->set_day(5);
  request.set_etag("stale");
  EXPECT_THAT(Decide(request), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  request.set_etag(Present(episode).etag());
  const auto deferred = Value(Decide(request));
  EXPECT_EQ(deferred.state(), v1::Clearance::STATE_VALID);
  EXPECT_EQ(Present(episode).state(), v1::Episode::STATE_ON_HOLD);

  clock().Advance(absl::Hours(1));
  const auto referred = Value(Decide(Decision(episode, v1::Clearance::VERDICT_REFERRED)));
  const auto replaced = Present(deferred);
  EXPECT_EQ(replaced.state(), v1::Clearance::STATE_REPLACED);
  EXPECT_EQ(FromWire(replaced.end_time()), clock().Now());
  EXPECT_NE(replaced.ended_by(), "");

  v1::ListClearancesRequest list;
  list.set_episode(episode);
  list.set_page_size(1);
  auto page = Value(clinician_.clearances->Call(&ClearanceStub::ListClearances, list));
  ASSERT_THAT(page.clearances(), SizeIs(1));
  EXPECT_EQ(page.clearances(0).name(), referred.name()) << "the newest first";
  list.set_page_token(page.next_page_token());
  page = Value(clinician_.clearances->Call(&ClearanceStub::ListClearances, list));
  ASSERT_THAT(page.clearances(), SizeIs(1));
  EXPECT_EQ(page.clearances(0).name(), deferred.name());
  EXPECT_EQ(page.next_page_token(), "");
  list.set_page_token("nonsense");
  EXPECT_THAT(clinician_.clearances->Call(&ClearanceStub::ListClearances, list),
              Refused(StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
}

TEST_F(ClearanceTest, ADeferralEndsOnItsDayAtTheClinic) {
  const std::string episode = Begin();
  auto request = Decision(episode, v1::Clearance::VERDICT_DEFERRED);
  request.mutable_defer_until_date()->set_year(2026);
  request.mutable_defer_until_date()->set_month(3);
  request.mutable_defer_until_date()->set_day(3);
  const auto deferred = Value(Decide(request));
  clock().Set(At("2026-03-03 00:00") - absl::Microseconds(1));
  EXPECT_EQ(Present(deferred).state(), v1::Clearance::STATE_VALID);
  clock().Set(At("2026-03-03 00:00"));
  EXPECT_EQ(Present(deferred).state(), v1::Clearance::STATE_EXPIRED);
  Record(Vitals(episode));
  EXPECT_EQ(Present(episode).state(), v1::Episode::STATE_ACTIVE);
}

TEST_F(ClearanceTest, AClearanceExpiresWithItsShortestLivedResult) {
  const std::string episode = Begin();
  Record(Vitals(episode));
  Record(Found(episode, "ecg", "normal"));
  const auto cleared = Value(Clear(episode));
  const absl::Time expiry = clock().Now() + absl::Hours(24 * 7);
  EXPECT_EQ(FromWire(cleared.expire_time()), expiry);

  clock().Set(expiry - absl::Microseconds(1));
  EXPECT_EQ(Present(cleared).state(), v1::Clearance::STATE_VALID);
  clock().Set(expiry + absl::Minutes(5));
  const auto expired = Present(cleared);
  EXPECT_EQ(expired.state(), v1::Clearance::STATE_EXPIRED) << "whoever has noticed";
  EXPECT_THAT(expired.ended_by(), HasSubstr("Too old"));
  EXPECT_EQ(FromWire(expired.end_time()), expiry);
  EXPECT_EQ(RequirementOf(episode, "vital-signs").state(), v1::Requirement::STATE_LAPSED);
  EXPECT_EQ(Local(FromWire(RequirementOf(episode, "vital-signs").due_time())), "2026-03-31 00:00")
      << "due anew";
  EXPECT_THAT(Clear(episode), Refused(StatusCode::kFailedPrecondition, "NOT_CLEARABLE"));

  v1::RecordResultsRequest again;
  again.set_episode(episode);
  Measure("systolic-blood-pressure", 120, "mm[Hg]", &again);
  Record(again);
  EXPECT_EQ(RequirementOf(episode, "vital-signs").state(), v1::Requirement::STATE_MET);
  EXPECT_EQ(Present(cleared).state(), v1::Clearance::STATE_EXPIRED) << "somebody decides again";
  EXPECT_EQ(Value(Clear(episode)).state(), v1::Clearance::STATE_VALID);
  EXPECT_EQ(Present(cleared).state(), v1::Clearance::STATE_EXPIRED);
}

TEST_F(ClearanceTest, ANewFactReopensAClearanceAtOnce) {
  const std::string episode = Begin();
  const auto reopens = [&](const v1::RecordResultsRequest& news) {
    clock().Advance(absl::Minutes(1));
    Record(Vitals(episode));
    Record(Found(episode, "ecg", "normal"));
    Record(Found(episode, "hcg", "negative"));
    const auto cleared = Value(ClearAndSettle(episode));
    clock().Advance(absl::Minutes(1));
    Record(Vitals(episode));
    EXPECT_EQ(Present(cleared).state(), v1::Clearance::STATE_VALID) << "nothing is new";
    clock().Advance(absl::Minutes(1));
    Record(news);
    const auto present = Present(cleared);
    EXPECT_EQ(present.state(), v1::Clearance::STATE_REOPENED);
    EXPECT_EQ(FromWire(present.end_time()), clock().Now());
    return present.ended_by();
  };
  EXPECT_EQ(reopens(Vitals(episode, 141)), "New: Blood pressure above 140/90");
  EXPECT_EQ(reopens(Vitals(episode, 85)), "New: Vital signs or weight out of range");
  EXPECT_EQ(reopens(Found(episode, "ecg", "long-qt")), "New: Long QT");
  EXPECT_EQ(reopens(Found(episode, "hcg", "positive")), "New: Pregnancy");
}

TEST_F(ClearanceTest, AWorseReadingReopensAClearanceThatWasDecidedOnABadOne) {
  const std::string episode = Begin();
  Record(Vitals(episode, 145, 85));
  Record(Found(episode, "ecg", "normal"));
  const auto cleared =
      Value(Decide(Decision(episode, v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS)));
  const auto measured = [&](double systolic, double diastolic) {
    clock().Advance(absl::Minutes(1));
    Record(Vitals(episode, systolic, diastolic));
    return Present(cleared).ended_by();
  };
  EXPECT_EQ(measured(145, 85), "") << "the same again";
  EXPECT_EQ(measured(142, 80), "") << "better";
  EXPECT_EQ(measured(178, 118), "New: Blood pressure above 140/90");
}

TEST_F(ClearanceTest, ACorrectionOrWithdrawalReopensAClearanceToo) {
  const std::string episode = Begin();
  const auto systolic = Record(Vitals(episode))[0];
  Record(Found(episode, "ecg", "normal"));
  auto cleared = Value(Clear(episode));
  clock().Advance(absl::Minutes(1));
  Value(Correct(Correction(systolic, 142)));
  EXPECT_EQ(Present(cleared).state(), v1::Clearance::STATE_REOPENED);

  Value(Correct(Correction(systolic, 132)));
  cleared = Value(Clear(episode));
  Value(Withdraw(systolic.name()));
  const auto present = Present(cleared);
  EXPECT_EQ(present.state(), v1::Clearance::STATE_REOPENED);
  EXPECT_THAT(present.ended_by(), HasSubstr("Needed"));
}

TEST_F(ClearanceTest, ARepeatedDecisionIsOneAndATrialNone) {
  const std::string episode = Begin();
  auto request = Decision(episode, v1::Clearance::VERDICT_DECLINED);
  auto trial = request;
  trial.set_validate_only(true);
  const auto tried = Value(Decide(trial));
  EXPECT_EQ(tried.name(), "");
  EXPECT_EQ(tried.verdict(), v1::Clearance::VERDICT_DECLINED);
  EXPECT_EQ(Present(episode).clearance(), "");
  request.set_request_id("decision-1");
  EXPECT_EQ(Value(Decide(request)).name(), Value(Decide(request)).name());
  v1::ListClearancesRequest list;
  list.set_episode(episode);
  EXPECT_THAT(Value(clinician_.clearances->Call(&ClearanceStub::ListClearances, list)).clearances(),
              SizeIs(1));
}

// -- Who sees what --------------------------------------------------------------------------------

TEST_F(ClearanceTest, APatientSeesTheOwnResultsWithoutWhatIsNotForPatients) {
  const std::string episode = Begin(1960);
  auto request = Vitals(episode, 150);
  request.mutable_results(0)->set_note("a note among clinicians");
  const auto recorded = Record(request)[0];
  EXPECT_EQ(recorded.note(), "a note among clinicians");
  Value(Correct(Correction(recorded, 151)));
  Value(Waive(clinician_, RequirementOf(episode, "ecg")));

  v1::ListResultsRequest list;
  list.set_episode(episode);
  list.set_test("systolic-blood-pressure");
  const auto own = ResultsOf(Patient(patient_), list);
  ASSERT_THAT(own, SizeIs(1));
  EXPECT_EQ(own[0].quantity().value(), 151);
  EXPECT_EQ(own[0].note(), "");
  EXPECT_EQ(own[0].reason(), "");
  EXPECT_THAT(own[0].flagged_by(), IsEmpty());
  EXPECT_THAT(ResultsOf(clinician_, list)[0].flagged_by(), SizeIs(1));

  v1::ListRequirementsRequest requirements;
  requirements.set_episode(episode);
  for (const auto& requirement : RequirementsOf(Patient(patient_), requirements)) {
    EXPECT_THAT(requirement.rules(), IsEmpty());
    EXPECT_NE(requirement.patient_text(), "");
    for (const auto& waiver : requirement.waivers()) EXPECT_EQ(waiver.reason(), "");
  }
  const auto declined = Value(Decide(Decision(episode, v1::Clearance::VERDICT_DECLINED)));
  v1::GetClearanceRequest get;
  get.set_name(declined.name());
  EXPECT_THAT(Patient(patient_).clearances->Call(&ClearanceStub::GetClearance, get),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_F(ClearanceTest, OthersSeeAsFarAsTheirRoleAndClinicGo) {
  const std::string episode = Begin();
  const auto result = Record(Vitals(episode))[0];
  const auto declined = Value(Decide(Decision(episode, v1::Clearance::VERDICT_DECLINED)));
  v1::ListResultsRequest results;
  results.set_episode(episode);
  v1::ListRequirementsRequest requirements;
  requirements.set_episode(episode);
  v1::GetClearanceRequest clearance;
  clearance.set_name(declined.name());
  v1::ListClearancesRequest clearances;
  clearances.set_episode(episode);
  const auto denied = Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED");
  for (const auto& caller : {agent_, Patient("patients/other"), CallerOf(kIrvine, "CLINICIAN"),
                             Caller(Claims("operator", "OPERATOR"))}) {
    EXPECT_THAT(caller.clearances->Call(&ClearanceStub::ListResults, results), denied);
    EXPECT_THAT(caller.clearances->Call(&ClearanceStub::ListRequirements, requirements), denied);
    EXPECT_THAT(caller.clearances->Call(&ClearanceStub::GetClearance, clearance), denied);
    EXPECT_THAT(caller.clearances->Call(&ClearanceStub::ListClearances, clearances), denied);
    EXPECT_THAT(caller.clearances->Call(&ClearanceStub::RecordResults, Vitals(episode)), denied);
    EXPECT_THAT(caller.clearances->Call(&ClearanceStub::CorrectResult, Correction(result, 120)),
                denied);
  }
  EXPECT_THAT(staff_.clearances->Call(&ClearanceStub::GetClearance, clearance), denied);
  const auto service = Caller(Claims("laboratory", "SERVICE"));
  EXPECT_EQ(Value(service.clearances->Call(&ClearanceStub::GetClearance, clearance)).name(),
            declined.name());
  EXPECT_THAT(
      Value(service.clearances->Call(&ClearanceStub::RecordResults, Vitals(episode))).results(),
      SizeIs(5));
  clearance.set_name("clearances/none");
  EXPECT_THAT(clinician_.clearances->Call(&ClearanceStub::GetClearance, clearance), denied)
      << "the same whether it exists or not";
}

TEST_F(ClearanceTest, WhatWasRecordedIsThereAfterARestart) {
  const std::string episode = Begin();
  Record(Vitals(episode));
  Record(Found(episode, "ecg", "normal"));
  const auto cleared = Value(Clear(episode));
  server_.Restart();
  EXPECT_EQ(Present(cleared).state(), v1::Clearance::STATE_VALID);
  EXPECT_THAT(ResultsOf(episode), SizeIs(6));
}

// -- Under the whole policy -----------------------------------------------------------------------

// Somebody who has answered everything, and has nothing that matters.
class WholeCareTest : public ClearanceCalls {
 protected:
  WholeCareTest() {
    episode_ = Begin();
    history_ = Submit("history", kHistory);
    Submit("examination", kExamination);
    Score("c-ssrs", {"1", "2", "6"});
    Score("gad-7", {"1", "2", "3", "4", "5", "6", "7"});
    Record(Vitals(episode_));
  }

  std::string Submit(const std::string& questionnaire, const std::string& answers) const {
    v1::SaveAnswersRequest save;
    save.set_episode(episode_);
    save.set_questionnaire(questionnaire);
    *save.mutable_answers() = FromText<v1::QuestionnaireResponse>(answers).answers();
    v1::SubmitResponseRequest submit;
    submit.set_name(Value(clinician_.evaluations->Call(&EvaluationStub::SaveAnswers, save)).name());
    return Value(clinician_.evaluations->Call(&EvaluationStub::SubmitResponse, submit)).name();
  }
  void AmendHistory(const std::string& answers) const {
    v1::AmendResponseRequest amend;
    amend.set_name(history_);
    amend.set_reason("remembered it later");
    *amend.mutable_answers() = FromText<v1::QuestionnaireResponse>(answers).answers();
    Value(clinician_.evaluations->Call(&EvaluationStub::AmendResponse, amend));
  }
  // With nothing in any item.
  void Score(const std::string& scale, const std::vector<std::string>& items) const {
    v1::RecordOutcomeRequest request;
    request.mutable_outcome()->set_episode(episode_);
    request.mutable_outcome()->set_scale(scale);
    for (const std::string& item : items) {
      v1::ItemScore& score = *request.mutable_outcome()->add_items();
      score.set_item(item);
      score.set_score(0);
    }
    Value(clinician_.outcomes->Call(&OutcomeStub::RecordOutcome, request));
  }

  std::string episode_;
  std::string history_;
};

TEST_F(WholeCareTest, WhoHasNothingThatMattersIsCleared) {
  const auto cleared = Value(Clear(episode_));
  EXPECT_EQ(cleared.state(), v1::Clearance::STATE_VALID);
  EXPECT_THAT(cleared.evaluation().decisions(), Not(IsEmpty()));
  EXPECT_EQ(Present(episode_).clearance(), cleared.name());
}

TEST_F(WholeCareTest, AMedicineAPregnancyOrAWordReopensAClearanceAtOnce) {
  const auto reopens = [&](const std::string& amended) {
    clock().Advance(absl::Minutes(1));
    const auto cleared = Value(Clear(episode_));
    AmendHistory(amended);
    const auto present = Present(cleared);
    EXPECT_EQ(present.state(), v1::Clearance::STATE_REOPENED);
    EXPECT_FALSE(Clear(episode_).ok());
    AmendHistory(absl::StrCat(kHistory, R"pb(answers { link_id: "pregnancy.now" })pb"));
    return present.ended_by();
  };
  EXPECT_EQ(reopens(R"pb(
              answers {
                link_id: "medicines.now"
                medicines { medicines { medicine: "amitriptyline" } }
              })pb"),
            "Needed: 12-lead ECG");
  EXPECT_EQ(reopens(R"pb(
              answers { link_id: "pregnancy.possible" boolean: true }
              answers {
                link_id: "pregnancy.now"
                codes { codes: "neither" }
              })pb"),
            "Needed: Pregnancy test");
  EXPECT_EQ(reopens(R"pb(
              answers {
                link_id: "conditions.body"
                conditions { conditions { condition: "aneurysmal-vascular-disease" } }
              })pb"),
            "New: Aneurysmal vascular disease or arteriovenous malformation");
}

TEST_F(WholeCareTest, ASecondMedicineOfTheSameClassReopensAClearance) {
  const auto takes = [&](const std::string& medicines) {
    AmendHistory(
        absl::StrCat(R"(answers { link_id: "medicines.now" medicines { )", medicines, " } }"));
  };
  const std::string oxycodone = R"(medicines { medicine: "oxycodone" })";
  takes(oxycodone);
  const auto cleared = Value(Clear(episode_));
  takes(oxycodone);
  EXPECT_EQ(Present(cleared).ended_by(), "") << "the same again";
  takes(absl::StrCat(oxycodone, R"( medicines { medicine: "buprenorphine" })"));
  EXPECT_EQ(Present(cleared).ended_by(), "New: Takes an opioid or hypnotic");
}

TEST_F(WholeCareTest, AWaiverEndsWhenTheFactsChangeThatItWasGivenOn) {
  const std::string amitriptyline = R"(medicines { medicine: "amitriptyline" })";
  const auto takes = [&](const std::string& medicines) {
    AmendHistory(
        absl::StrCat(R"(answers { link_id: "medicines.now" medicines { )", medicines, " } }"));
    return RequirementOf(episode_, "ecg").state();
  };
  EXPECT_EQ(takes(amitriptyline), v1::Requirement::STATE_OPEN);
  Value(Waive(clinician_, RequirementOf(episode_, "ecg")));
  const auto cleared = Value(Clear(episode_));
  EXPECT_EQ(takes(absl::StrCat(amitriptyline, R"(medicines { medicine: "sertraline" })")),
            v1::Requirement::STATE_WAIVED)
      << "of no interest to the rule that asks for it";
  EXPECT_EQ(takes(absl::StrCat(amitriptyline, R"(medicines { medicine: "nortriptyline" })")),
            v1::Requirement::STATE_OPEN);
  EXPECT_THAT(RequirementOf(episode_, "ecg").waivers(), IsEmpty());
  EXPECT_EQ(Present(cleared).ended_by(), "Needed: 12-lead ECG");
}

TEST_F(WholeCareTest, APregnancyTestCountsWhateverThePatientThinksPossible) {
  Record(Found(episode_, "hcg", "positive"));
  EXPECT_THAT(BlockingRules(Clear(episode_).status()), ElementsAre("pregnancy"));
}

TEST_F(WholeCareTest, WhatWasToldInWordsOnlyIsLookedAtBySomebody) {
  const auto cleared = Value(Clear(episode_));
  AmendHistory(R"pb(
    answers {
      link_id: "medicines.now"
      medicines { medicines { text: "a drop for the eyes" } }
    })pb");
  EXPECT_EQ(Present(cleared).ended_by(), "New, in words only: a drop for the eyes");
  const auto again = Value(Clear(episode_));
  EXPECT_THAT(again.evaluation().uncoded_facts(), SizeIs(1));
  EXPECT_EQ(Present(again).state(), v1::Clearance::STATE_VALID);
}

}  // namespace
}  // namespace clarity::tests
