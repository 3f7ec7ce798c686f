#include "services/consultation/policy/evaluation.h"

#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/consultation/policy/test_support.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/testing/text_proto.h"

// The demo policy against the published boundaries. "S1" and the like are the sources as the demo
// policy's files name them: S1, S2 US label; S5 EU label summaries; S6 PMC10812090; S12, S13
// candidacy; S39 MIMS esketamine.
namespace clarity::consultation {
namespace {

using rpc::testing::FromText;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto kYes = v1::Decision::APPLIES_YES;
constexpr auto kNo = v1::Decision::APPLIES_NO;
constexpr auto kUnknown = v1::Decision::APPLIES_UNKNOWN;

const Rulebook& Demo() {
  static const auto* const kRulebook = new Rulebook(DemoPolicy());
  return *kRulebook;
}

v1::Decision::Applies Says(const Person& person, absl::string_view rule) {
  return Decide(Demo(), person, rule).applies();
}

std::vector<std::string> RequiredOf(const Person& person) {
  std::vector<std::string> ids;
  for (const NeededRequirement& needed :
       RequirementsOf(Demo(), Evaluate(Inquiry(Demo(), person.facts())))) {
    if (needed.protocols.empty()) ids.push_back(needed.definition->id());
  }
  return ids;
}

// Adds an entry to the list of an item of the history.
void Report(Person* person, const std::string& item, const std::string& entry) {
  for (v1::Answer& answer : *person->mutable_facts()->responses[0].mutable_answers()) {
    if (answer.link_id() == item) {
      answer.MergeFrom(FromText<v1::Answer>(entry));
    }
  }
}

void ReportCondition(Person* person, const std::string& item, const std::string& condition) {
  Report(person, item, absl::StrCat("conditions { conditions { ", condition, " } }"));
}

// -- Boundaries ---------------------------------------------------------------------------------

struct PressureCase {
  const char* source;
  int systolic;
  int diastolic;
  int age;
  v1::Decision::Applies us;  // 140/90 at all ages
  v1::Decision::Applies eu;  // 150/90 from 65 years
};

void PrintTo(const PressureCase& c, std::ostream* out) {
  *out << c.systolic << "/" << c.diastolic << " at " << c.age << " [" << c.source << "]";
}

class BloodPressure : public ::testing::TestWithParam<PressureCase> {};

constexpr char kEuRule[] = R"pb(
  any_of {
    criteria {
      measured {
        test: "diastolic-blood-pressure"
        range { above: 90 }
      }
    }
    criteria {
      measured {
        test: "systolic-blood-pressure"
        range { above: 150 }
      }
    }
    criteria {
      all_of {
        criteria { age { below: 65 } }
        criteria {
          measured {
            test: "systolic-blood-pressure"
            range { above: 140 }
          }
        }
      }
    }
  })pb";

TEST_P(BloodPressure, IsJudgedAsTheClinicFollows) {
  const PressureCase& c = GetParam();
  Person person = HealthyPerson();
  person.Born(absl::CivilDay(2026 - c.age, 1, 1));
  person.mutable_facts()->results.clear();
  person.Measures("systolic-blood-pressure", c.systolic, "mm[Hg]")
      .Measures("diastolic-blood-pressure", c.diastolic, "mm[Hg]");
  EXPECT_EQ(Says(person, "blood-pressure-high"), c.us);

  v1::Policy policy = DemoPolicy();
  for (v1::Rule& rule : *policy.mutable_rules()) {
    if (rule.id() == "blood-pressure-high") *rule.mutable_when() = FromText<v1::Criterion>(kEuRule);
  }
  EXPECT_EQ(Decide(Rulebook(policy), person, "blood-pressure-high").applies(), c.eu);
}

INSTANTIATE_TEST_SUITE_P(ClinicalFacts, BloodPressure,
                         ::testing::Values(PressureCase{"S1", 140, 90, 41, kNo, kNo},
                                           PressureCase{"S1", 141, 89, 41, kYes, kYes},
                                           PressureCase{"S1", 139, 91, 41, kYes, kYes},
                                           PressureCase{"S5", 145, 85, 64, kYes, kYes},
                                           PressureCase{"S5", 145, 85, 65, kYes, kNo},
                                           PressureCase{"S5", 150, 85, 65, kYes, kNo},
                                           PressureCase{"S5", 151, 85, 65, kYes, kYes},
                                           PressureCase{"S5", 145, 91, 65, kYes, kYes}));

TEST(DemoPolicyTest, AnInfarctionExcludesForSixWeeks) {  // S5
  Person person = HealthyPerson();
  EXPECT_EQ(Says(person, "myocardial-infarction-recent"), kNo);
  ReportCondition(
      &person, "conditions.body",
      R"(condition: "myocardial-infarction" onset_date { year: 2026 month: 1 day: 20 })");
  EXPECT_EQ(Says(person, "myocardial-infarction-recent"), kYes) << "41 days";
  person.Now(At("2026-03-03 00:00"));
  EXPECT_EQ(Says(person, "myocardial-infarction-recent"), kNo) << "42 days";
}

TEST(DemoPolicyTest, AgeUnder18IsExcludedUntilTheBirthday) {  // S2
  Person person = HealthyPerson();
  person.Born(absl::CivilDay(2008, 3, 3));
  EXPECT_EQ(Says(person, "age-under-18"), kYes);
  person.Born(absl::CivilDay(2008, 3, 2));
  EXPECT_EQ(Says(person, "age-under-18"), kNo);
}

TEST(DemoPolicyTest, BenzodiazepinesAboveThreeMilligramsOfLorazepamAreTold) {  // S6
  for (const auto& [dose, applies] : {std::make_pair(3.0, kNo), std::make_pair(3.5, kYes)}) {
    Person person = HealthyPerson();
    for (v1::Answer& answer : *person.mutable_facts()->responses[1].mutable_answers()) {
      if (answer.has_quantity()) answer.mutable_quantity()->set_value(dose);
    }
    EXPECT_EQ(Says(person, "benzodiazepine-dose"), applies) << dose;
  }
}

TEST(DemoPolicyTest, BreathingIsToldOutsideOfTenToThirtyAMinuteWhereItWasCounted) {  // S10
  EXPECT_EQ(Says(HealthyPerson(), "vital-signs-out-of-range"), kNo) << "nobody has counted";
  for (const auto& [rate, applies] : {std::make_pair(9, kYes), std::make_pair(10, kNo),
                                      std::make_pair(30, kNo), std::make_pair(31, kYes)}) {
    Person person = HealthyPerson();
    person.Measures("respiratory-rate", rate, "/min");
    EXPECT_EQ(Says(person, "vital-signs-out-of-range"), applies) << rate;
  }
}

TEST(DemoPolicyTest, AnAbnormalEcgIsToldAndLongQtExcludes) {  // S1, S10, S11
  struct Case {
    const char* code;
    v1::Decision::Applies abnormal, long_qt;
  };
  for (const Case& c :
       {Case{"normal", kNo, kNo}, Case{"abnormal", kYes, kNo}, Case{"long-qt", kNo, kYes}}) {
    Person person = HealthyPerson();
    EXPECT_EQ(Says(person, "ecg-abnormal"), kNo) << "not asked of everybody";
    person.Shows("ecg", c.code);
    EXPECT_EQ(Says(person, "ecg-abnormal"), c.abnormal) << c.code;
    EXPECT_EQ(Says(person, "long-qt"), c.long_qt) << c.code;
  }
}

TEST(DemoPolicyTest, WhatNoSourceGivesANumberForAPrescriberReads) {  // S5, S9, S11
  struct Case {
    const char* test;
    const char* unit;
    const char* rule;
  };
  for (const Case& c : {Case{"alt", "U/L", "liver-panel-to-be-read"},
                        Case{"bilirubin", "mg/dL", "liver-panel-to-be-read"},
                        Case{"creatinine", "mg/dL", "renal-panel-to-be-read"},
                        Case{"stop-bang", "{score}", "stop-bang-to-be-read"}}) {
    Person person = HealthyPerson();
    EXPECT_EQ(Says(person, c.rule), kNo) << c.test;
    person.Measures(c.test, 1, c.unit);
    const v1::Decision decision = Decide(Demo(), person, c.rule);
    EXPECT_EQ(decision.applies(), kYes) << c.test;
    EXPECT_EQ(decision.actor(), v1::ACTOR_PRESCRIBER);
  }
}

TEST(DemoPolicyTest, APrescriberConsultsTheMonitoringDatabaseForEverybody) {  // S71, S13
  Person person = HealthyPerson();
  EXPECT_EQ(Says(person, "prescription-monitoring"), kYes);
  EXPECT_EQ(Says(person, "prescription-monitoring-unexpected"), kNo);
  person.Shows("prescription-monitoring", "nothing-unexpected");
  EXPECT_EQ(Says(person, "prescription-monitoring-unexpected"), kNo);
  person.Shows("prescription-monitoring", "unexpected", person.facts().time + absl::Seconds(1));
  person.Now(person.facts().time + absl::Minutes(1));
  EXPECT_EQ(Says(person, "prescription-monitoring-unexpected"), kYes);
}

TEST(DemoPolicyTest, CandidacyTakesTwoTrialsAndThePayerTwoClassesAndLessHelp) {  // S12, S13
  struct Case {
    const char* second;
    v1::Decision::Applies trials_inadequate;
    v1::Decision::Applies payer_criteria;
  };
  constexpr Case kCases[] = {
      {R"(medicine: "venlafaxine" weeks: 6 improvement_percent: 25)", kNo, kNo},
      {R"(medicine: "venlafaxine" weeks: 6 improvement_percent: 26)", kNo, kYes},
      {R"(medicine: "fluoxetine" weeks: 6 improvement_percent: 25)", kNo, kYes},
      {R"(medicine: "venlafaxine" weeks: 5 improvement_percent: 25)", kYes, kYes},
      {R"(medicine: "venlafaxine" improvement_percent: 25)", kUnknown, kUnknown},
      {R"(text: "something from Canada" weeks: 6 improvement_percent: 0)", kYes, kYes},
  };
  for (const Case& c : kCases) {
    Person person = HealthyPerson();
    for (v1::Answer& answer : *person.mutable_facts()->responses[0].mutable_answers()) {
      if (answer.has_treatments()) {
        *answer.mutable_treatments()->mutable_treatments(1) = FromText<v1::PastTreatment>(c.second);
      }
    }
    EXPECT_EQ(Says(person, "trials-inadequate"), c.trials_inadequate) << c.second;
    EXPECT_EQ(Says(person, "payer-criteria"), c.payer_criteria) << c.second;
  }
}

// -- Requirements -------------------------------------------------------------------------------

TEST(DemoPolicyTest, AHealthyPersonIsExcludedByNothingAndAskedForTheUsual) {
  const Person person = HealthyPerson();
  const v1::Evaluation evaluation = Evaluate(Inquiry(Demo(), person.facts()));
  for (const v1::Decision& decision : evaluation.decisions()) {
    if (decision.effect() != v1::RULE_EFFECT_EXCLUDE_ABSOLUTE) continue;
    EXPECT_EQ(decision.applies(), kNo) << decision.rule();
  }
  EXPECT_THAT(RequiredOf(person), ElementsAre("history", "examination", "vital-signs",
                                              "suicide-risk", "depression-baseline"));
}

TEST(DemoPolicyTest, NothingKnownIsNothingExcludedAndEverythingAskedFor) {
  const Person person;
  const v1::Evaluation evaluation = Evaluate(Inquiry(Demo(), person.facts()));
  for (const v1::Decision& decision : evaluation.decisions()) {
    if (decision.effect() != v1::RULE_EFFECT_EXCLUDE_ABSOLUTE) continue;
    EXPECT_EQ(decision.applies(), kUnknown) << decision.rule();
  }
  EXPECT_THAT(RequiredOf(person), Contains("ecg"));
  EXPECT_EQ(Says(person, "birth-date-missing"), kYes);
}

TEST(DemoPolicyTest, TestsFollowFromTheOwnRisks) {
  Person person = HealthyPerson();
  ReportCondition(&person, "conditions.body", R"(condition: "arrhythmia")");
  EXPECT_THAT(RequiredOf(person), Contains("ecg"));
  EXPECT_THAT(RequiredOf(person), Contains("specialist-letter"));

  Person drinker = HealthyPerson();
  Report(&drinker, "substances.drinks", "quantity { value: 15 }");
  EXPECT_THAT(RequiredOf(drinker), Contains("liver-panel"));
  Report(&drinker, "substances.drinks", "quantity { value: 14 }");
  EXPECT_THAT(RequiredOf(drinker), Not(Contains("liver-panel")));

  Person elder = HealthyPerson();
  elder.Born(absl::CivilDay(1961, 3, 2));
  EXPECT_THAT(RequiredOf(elder), Contains("ecg"));
  elder.Born(absl::CivilDay(1961, 3, 3));
  EXPECT_THAT(RequiredOf(elder), Not(Contains("ecg")));
}

TEST(DemoPolicyTest, ARequirementOfAProtocolIsForThatProtocol) {
  const Person person = HealthyPerson();
  bool is_there = false;
  for (const NeededRequirement& needed :
       RequirementsOf(Demo(), Evaluate(Inquiry(Demo(), person.facts())))) {
    if (needed.definition->id() != "rems-enrolment") continue;
    is_there = true;
    EXPECT_THAT(needed.protocols, ElementsAre("esketamine"));
    EXPECT_THAT(needed.rules, ElementsAre("esketamine-rems"));
  }
  EXPECT_TRUE(is_there);
}

TEST(CoverageTest, IsMetByWhatIsValidAndExpiresWithTheShortestLived) {
  Person person = HealthyPerson();
  const v1::RequirementDefinition& vital_signs = *Demo().FindRequirement("vital-signs");
  const absl::Time measured = person.facts().time;
  Coverage coverage = CoverageOf(Inquiry(Demo(), person.facts()), vital_signs);
  EXPECT_TRUE(coverage.is_met());
  EXPECT_EQ(coverage.met_by.size(), 5);
  EXPECT_EQ(coverage.expire_time, measured + absl::Hours(4320));

  person.Now(measured + absl::Hours(4319));
  person.Measures("heart-rate", 70, "/min");
  coverage = CoverageOf(Inquiry(Demo(), person.facts()), vital_signs);
  EXPECT_TRUE(coverage.is_met());
  person.Now(measured + absl::Hours(4320));
  coverage = CoverageOf(Inquiry(Demo(), person.facts()), vital_signs);
  EXPECT_THAT(coverage.open_tests,
              ElementsAre("systolic-blood-pressure", "diastolic-blood-pressure",
                          "oxygen-saturation", "body-weight"));
  EXPECT_TRUE(coverage.has_lapsed);
}

TEST(CoverageTest, WhatWasMeasuredBeforeTreatmentOutlastsTheTimeBetweenVisitsOfMaintenance) {
  Person person = HealthyPerson();
  person.Scores("phq-9", R"(score: 15)", person.facts().time);
  person.Now(person.facts().time + absl::Hours(24 * 60));
  for (const char* id : {"vital-signs", "suicide-risk", "depression-baseline", "examination"}) {
    EXPECT_TRUE(CoverageOf(Inquiry(Demo(), person.facts()), *Demo().FindRequirement(id)).is_met())
        << id << " after 60 days: visits are 4 weeks apart, or more";
  }
}

TEST(CoverageTest, TheScreenerCountsWhereAClinicianHasTakenIt) {
  const v1::RequirementDefinition& risk = *Demo().FindRequirement("suicide-risk");
  struct Case {
    const char* recorder;
    bool counts;
  };
  for (const Case& c :
       {Case{"ACTOR_PATIENT", false}, Case{"ACTOR_STAFF", false}, Case{"ACTOR_CLINICIAN", true}}) {
    Person person;
    person.Scores("c-ssrs", absl::StrCat("band: 'none' recorder: ", c.recorder),
                  person.facts().time);
    EXPECT_EQ(CoverageOf(Inquiry(Demo(), person.facts()), risk).is_met(), c.counts) << c.recorder;
  }
}

TEST(CoverageTest, AnOutcomeCountsForSoManyDaysOfTheClinicAndAHistoryForTheEpisode) {
  Person person;
  const v1::RequirementDefinition& risk = *Demo().FindRequirement("suicide-risk");
  const v1::RequirementDefinition& history = *Demo().FindRequirement("history");
  EXPECT_THAT(CoverageOf(Inquiry(Demo(), person.facts()), risk).open_scales, ElementsAre("c-ssrs"));
  EXPECT_FALSE(CoverageOf(Inquiry(Demo(), person.facts()), risk).has_lapsed);
  person.Scores("c-ssrs", R"(band: "low")", At("2026-03-02 11:00"));
  person.Submits("history", "", At("2026-03-02 11:00"));
  EXPECT_EQ(CoverageOf(Inquiry(Demo(), person.facts()), risk).expire_time, At("2026-05-31 00:00"));
  EXPECT_EQ(CoverageOf(Inquiry(Demo(), person.facts()), history).expire_time,
            absl::InfiniteFuture());
  person.Now(At("2026-05-31 00:00"));
  EXPECT_FALSE(CoverageOf(Inquiry(Demo(), person.facts()), risk).is_met());
  EXPECT_TRUE(CoverageOf(Inquiry(Demo(), person.facts()), history).is_met());
}

// -- What a decision says -----------------------------------------------------------------------

TEST(DecisionTest, NamesRuleVersionFactsAndSources) {
  v1::Policy policy = DemoPolicy();
  policy.set_version(7);
  const Rulebook rulebook(policy);
  Person person = HealthyPerson();
  person.Measures("systolic-blood-pressure", 18.9, "kPa", At("2026-03-02 12:00"));
  const v1::Evaluation evaluation = Evaluate(Inquiry(rulebook, person.facts()));
  EXPECT_EQ(evaluation.policy(), "policies/demo");
  EXPECT_EQ(evaluation.policy_version(), 7);

  const v1::Decision decision = Decide(rulebook, person, "blood-pressure-high");
  EXPECT_EQ(decision.applies(), kYes) << "18.9 kPa are 141.8 mm[Hg]";
  EXPECT_EQ(decision.sources_size(), 2);
  ASSERT_EQ(decision.facts_size(), 1) << decision.ShortDebugString();
  const v1::Fact& fact = decision.facts(0);
  EXPECT_EQ(fact.kind(), v1::Fact::KIND_RESULT);
  EXPECT_EQ(fact.display_name(), "Systolic blood pressure");
  EXPECT_EQ(fact.value(), "18.9 kPa") << "as it was recorded";
  EXPECT_EQ(fact.source(), person.facts().results.back().name());
  EXPECT_EQ(FromWire(fact.time()), At("2026-03-02 12:00"));
}

TEST(DecisionTest, NamesEveryEntryOfAListThatDecidesIt) {
  Person person = HealthyPerson();
  for (const char* medicine : {"oxycodone", "sertraline", "buprenorphine", "zolpidem"}) {
    Report(&person, "medicines.now",
           absl::StrCat("medicines { medicines { medicine: \"", medicine, "\" } }"));
  }
  std::vector<std::string> values;
  const v1::Decision decision = Decide(Demo(), person, "sedatives");
  for (const v1::Fact& fact : decision.facts()) {
    values.push_back(absl::StrCat(fact.code(), ": ", fact.value()));
  }
  EXPECT_THAT(values,
              ElementsAre("opioid: Oxycodone", "opioid: Buprenorphine", "hypnotic: Zolpidem"));
}

TEST(DecisionTest, TellsHowFarANumberLiesFromItsBound) {
  Person person = HealthyPerson();
  person.Measures("systolic-blood-pressure", 178, "mm[Hg]").Measures("heart-rate", 45, "/min");
  const auto pressure = Decide(Demo(), person, "blood-pressure-high");
  ASSERT_EQ(pressure.facts_size(), 1);
  EXPECT_EQ(pressure.facts(0).above_bound(), 38);
  const auto vitals = Decide(Demo(), person, "vital-signs-out-of-range");
  ASSERT_EQ(vitals.facts_size(), 1);
  EXPECT_EQ(vitals.facts(0).above_bound(), -5);
}

TEST(DecisionTest, ThoseThatApplyComeFirstThenTheUnknownOnes) {
  Person person = HealthyPerson();
  person.mutable_facts()->results.clear();
  const v1::Evaluation evaluation = Evaluate(Inquiry(Demo(), person.facts()));
  EXPECT_EQ(evaluation.decisions_size(), Demo().policy().rules_size());
  const auto rank = [](v1::Decision::Applies applies) {
    return applies == kYes ? 0 : applies == kUnknown ? 1 : 2;
  };
  int last = 0;
  for (const v1::Decision& decision : evaluation.decisions()) {
    EXPECT_GE(rank(decision.applies()), last);
    last = rank(decision.applies());
  }
  EXPECT_EQ(last, 2);
}

TEST(DecisionTest, TellsWhichFactsItWaitsForAndWhatTheyWouldChange) {
  Person person = HealthyPerson();
  person.mutable_facts()->responses.pop_back();  // the examination
  const v1::Decision decision = Decide(Demo(), person, "psychosis");
  EXPECT_EQ(decision.applies(), kUnknown);
  EXPECT_THAT(decision.facts(), IsEmpty());
  ASSERT_EQ(decision.missing_facts_size(), 1);
  EXPECT_EQ(decision.missing_facts(0).code(), "exam.psychosis");
  EXPECT_EQ(decision.missing_facts(0).value(), "");
  std::vector<std::string> changes;
  for (const auto& change : decision.changes()) changes.push_back(change.description());
  EXPECT_THAT(changes, ElementsAre("if Psychosis or schizophrenia is reported",
                                   "if \"Psychosis, now or in history\" is answered yes",
                                   "if \"Psychosis, now or in history\" is not answered yes"));
  EXPECT_EQ(decision.changes(2).applies(), kNo);
}

TEST(DecisionTest, TellsWhenTimeWouldChangeIt) {
  Person person = HealthyPerson();
  ReportCondition(
      &person, "conditions.body",
      R"(condition: "myocardial-infarction" onset_date { year: 2026 month: 1 day: 20 })");
  const v1::Decision decision = Decide(Demo(), person, "myocardial-infarction-recent");
  ASSERT_GE(decision.changes_size(), 1);
  EXPECT_EQ(decision.changes(0).applies(), kNo);
  EXPECT_EQ(decision.changes(0).description(), "once Heart attack is 42 days ago");
  EXPECT_EQ(FromWire(decision.changes(0).time()), At("2026-03-03 00:00"));
  EXPECT_EQ(NextChange(Evaluate(Inquiry(Demo(), person.facts()))), At("2026-03-03 00:00"));
}

TEST(DecisionTest, TellsWhenAResultWillBeTooOld) {
  const Person person = HealthyPerson();
  const v1::Decision decision = Decide(Demo(), person, "blood-pressure-high");
  ASSERT_GE(decision.changes_size(), 1);
  EXPECT_EQ(decision.changes(0).applies(), kUnknown);
  EXPECT_EQ(decision.changes(0).description(), "once Systolic blood pressure is too old");
  EXPECT_EQ(FromWire(decision.changes(0).time()), person.facts().time + absl::Hours(4320));
}

TEST(DecisionTest, NamesWhatWasToldInFreeTextOnly) {
  Person person = HealthyPerson();
  ReportCondition(&person, "conditions.body", R"(text: "a hole in the heart")");
  const v1::Evaluation evaluation = Evaluate(Inquiry(Demo(), person.facts()));
  ASSERT_EQ(evaluation.uncoded_facts_size(), 1);
  EXPECT_EQ(evaluation.uncoded_facts(0).kind(), v1::Fact::KIND_CONDITION);
  EXPECT_EQ(evaluation.uncoded_facts(0).value(), "a hole in the heart");
}

// -- For every person ---------------------------------------------------------------------------

class RandomPerson : public ::testing::TestWithParam<int> {
 protected:
  int Pick(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

  type::v1::Date PickDate() {
    const absl::CivilDay day = absl::CivilDay(2026, 3, 2) - Pick(60);
    type::v1::Date date;
    date.set_year(static_cast<int>(day.year()));
    date.set_month(day.month());
    date.set_day(day.day());
    return date;
  }

  Person PickPerson() {
    Person person = HealthyPerson();
    // On one of the days around a birthday that matters.
    person.Born(absl::CivilDay(2026 - (Pick(2) == 0 ? 18 : 65), 3, 2) + (Pick(60) - 5));
    const v1::Policy& policy = Demo().policy();
    for (v1::Answer& answer : *person.mutable_facts()->responses[0].mutable_answers()) {
      if (Pick(8) == 0) answer.set_not_known(true);
      if (answer.has_conditions() && Pick(2) == 0) {
        auto* condition = answer.mutable_conditions()->add_conditions();
        condition->set_condition(policy.conditions(Pick(policy.conditions_size())).code());
        if (Pick(2) == 0) *condition->mutable_onset_date() = PickDate();
      }
      if (answer.has_medicines()) {
        auto* medicine = answer.mutable_medicines()->add_medicines();
        medicine->set_medicine(policy.medicines(Pick(policy.medicines_size())).code());
        if (Pick(2) == 0) *medicine->mutable_end_date() = PickDate();
      }
    }
    for (v1::Result& result : person.mutable_facts()->results) {
      *result.mutable_measure_time() = ToWire(person.facts().time - absl::Hours(Pick(800)));
      if (Pick(4) == 0) result.mutable_quantity()->set_value(Pick(200));
    }
    return person;
  }

  std::mt19937 random_{static_cast<uint32_t>(GetParam())};
};

TEST_P(RandomPerson, TheNextChangeByTimeIsTheFirstThatStepByStepEvaluationFinds) {
  const Person person = PickPerson();
  const Inquiry inquiry(Demo(), person.facts());
  const v1::Evaluation evaluation = Evaluate(inquiry);
  for (const v1::Decision& decision : evaluation.decisions()) {
    const v1::Rule& rule = *Demo().FindRule(decision.rule());
    if (!rule.has_when()) continue;
    absl::Time told = absl::InfiniteFuture();
    if (decision.changes_size() > 0 && decision.changes(0).has_time()) {
      told = FromWire(decision.changes(0).time());
    }
    absl::Time found = absl::InfiniteFuture();
    for (int hours = 1; hours < 24 * 100; ++hours) {
      const absl::Time time = person.facts().time + absl::Hours(hours);
      if (AppliesOf(inquiry.AskAt(rule.when(), time)) == decision.applies()) continue;
      found = time;
      break;
    }
    if (found == absl::InfiniteFuture()) {
      EXPECT_GT(told, person.facts().time + absl::Hours(24 * 100 - 1)) << rule.id();
    } else {
      EXPECT_EQ(told, found) << rule.id();
    }
  }
}

TEST_P(RandomPerson, TheSameFactsAreDecidedTheSame) {
  const Person person = PickPerson();
  const Facts facts = person.facts();
  EXPECT_EQ(Evaluate(Inquiry(Demo(), person.facts())).SerializeAsString(),
            Evaluate(Inquiry(Rulebook(DemoPolicy()), facts)).SerializeAsString());
}

INSTANTIATE_TEST_SUITE_P(Seed, RandomPerson, ::testing::Range(0, 20));

}  // namespace
}  // namespace clarity::consultation
