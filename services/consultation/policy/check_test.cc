#include "services/consultation/policy/check.h"

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/consultation/policy/test_support.h"
#include "services/platform/rpc/testing/text_proto.h"

namespace clarity::base {

void PrintTo(const Violation& violation, std::ostream* out) {
  *out << violation.field << ": " << violation.description;
}

}  // namespace clarity::base

namespace clarity::consultation {
namespace {

using rpc::testing::FromText;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Matcher;

// Without faults, and small enough to see each.
constexpr char kPolicy[] = R"pb(
  name: "policies/small"
  clinics: "clinics/lake-forest"
  settings {
    consultation_due_days: 14
    consultation_warning_days: 7
    safety_owner: "practitioners/okafor"
  }
  practitioners { name: "practitioners/okafor" clinics: "clinics/lake-forest" }
  conditions { code: "stroke" classes: "heart" }
  medicines { code: "phenelzine" classes: "maoi" }
  tests {
    code: "systolic"
    units { ucum: "mm[Hg]" }
    units { ucum: "kPa" factor: 7.5 }
    plausible { at_least: 50 at_most: 300 }
    valid_hours: 720
  }
  tests {
    code: "weight"
    loinc: "29463-7"
    units { ucum: "kg" }
    plausible { at_least: 25 }
    valid_hours: 720
  }
  tests {
    code: "ecg"
    codes { code: "normal" }
    codes { code: "abnormal" }
    valid_hours: 720
  }
  questionnaires {
    id: "history"
    actor: ACTOR_PATIENT
    parts {
      id: "health"
      items { link_id: "conditions" type: TYPE_CONDITIONS classes: "heart" }
      items { link_id: "medicines" type: TYPE_MEDICINES }
      items { link_id: "tried" type: TYPE_TREATMENTS }
      items { link_id: "smokes" type: TYPE_BOOLEAN }
      items {
        link_id: "packs"
        type: TYPE_QUANTITY
        units: "/d"
        plausible { at_most: 10 }
        enable_when { answered { link_id: "smokes" codes: "yes" } }
      }
      items {
        link_id: "reason"
        type: TYPE_CODED
        choices { code: "a" }
        choices { code: "b" }
      }
      items { link_id: "words" type: TYPE_TEXT }
    }
  }
  requirements { id: "ecg" tests: "ecg" }
  rules {
    id: "stroke"
    effect: RULE_EFFECT_EXCLUDE_ABSOLUTE
    when { has_condition { condition: "stroke" } }
  }
  rules { id: "ecg" effect: RULE_EFFECT_REQUIRE requirements: "ecg" }
  protocols {
    id: "iv"
    route: ROUTE_INTRAVENOUS
    phases {
      id: "induction"
      visits_min: 4
      visits_max: 6
      days_max: 21
      gap_hours_min: 48
      gap_hours_max: 96
      doses {
        first_visit: 1
        last_visit: 2
        basis: DOSE_BASIS_MG_PER_KG_ACTUAL
        amount_min: 0.5
        amount_max: 1
        amount_usual: 0.5
      }
      doses {
        first_visit: 3
        basis: DOSE_BASIS_MG
        amount_min: 28
        amount_max: 84
        amount_usual: 56
        rounding_mg: 28
      }
    }
    phases {
      id: "integration"
      visits_min: 1
      visits_max: 6
      days_max: 28
      follows { phase: "induction" hours_min: 24 hours_max: 72 }
    }
    monitoring {
      tests: "systolic"
      at_minutes: [ 0, 40 ]
      until_minutes: 40
    }
    reevaluations { phase: "induction" scales: "phq-2" }
  }
  scales {
    id: "phq-2"
    choices { score: 0 }
    choices { score: 3 }
    items { id: "1" }
    items {
      id: "2"
      enable_when { items_scored { items: "1" at_least: 1 } }
    }
    bands { id: "mild" score_min: 0 }
    bands { id: "severe" score_min: 4 }
    findings {
      id: "item-2"
      when { items_scored { items: "2" at_least: 1 } }
    }
    remission_score_max: 1
  })pb";

Matcher<const base::Violation&> Fault(const std::string& field, const std::string& description) {
  return AllOf(Field("field", &base::Violation::field, field),
               Field("description", &base::Violation::description, HasSubstr(description)));
}

std::vector<base::Violation> Check(const v1::Policy& policy) {
  return CheckPolicy(Rulebook(policy), {});
}

TEST(CheckTest, FindsNothingInTheSmallPolicyNorInTheDemo) {
  EXPECT_THAT(Check(FromText<v1::Policy>(kPolicy)), IsEmpty());
  EXPECT_THAT(Check(DemoPolicy()), IsEmpty());
}

TEST(CheckTest, TellsAllFaultsAtOnce) {
  auto policy = FromText<v1::Policy>(kPolicy);
  policy.mutable_settings()->set_safety_owner("practitioners/nobody");
  policy.mutable_rules(0)->mutable_when()->mutable_has_condition()->set_condition("strok");
  policy.mutable_scales(0)->mutable_bands(0)->set_score_min(1);
  EXPECT_THAT(Check(policy),
              ElementsAre(Fault("policy.settings.safety_owner", "practitioners/nobody"),
                          Fault("policy.rules[0].when.has_condition.condition", "\"strok\""),
                          Fault("policy.scales[0].bands[0]", "in no band")));
}

TEST(CheckTest, RefusesTheSameIdTwice) {
  auto policy = FromText<v1::Policy>(kPolicy);
  *policy.add_practitioners() = policy.practitioners(0);
  *policy.add_conditions() = policy.conditions(0);
  *policy.add_medicines() = policy.medicines(0);
  *policy.add_tests() = policy.tests(2);
  *policy.add_requirements() = policy.requirements(0);
  *policy.add_rules() = policy.rules(0);
  *policy.add_scales() = policy.scales(0);
  EXPECT_THAT(Check(policy),
              ElementsAre(Fault("policy.practitioners[1].name", "policy.practitioners[0]"),
                          Fault("policy.conditions[1].code", "policy.conditions[0]"),
                          Fault("policy.medicines[1].code", "policy.medicines[0]"),
                          Fault("policy.tests[3].code", "policy.tests[2]"),
                          Fault("policy.requirements[1].id", "policy.requirements[0]"),
                          Fault("policy.rules[2].id", "policy.rules[0]"),
                          Fault("policy.scales[1].id", "policy.scales[0]")));
}

TEST(CheckTest, AClinicHasOnePolicy) {
  auto policy = FromText<v1::Policy>(kPolicy);
  v1::Policy other;
  other.set_name("policies/other");
  other.add_clinics("clinics/lake-forest");
  EXPECT_THAT(CheckPolicy(Rulebook(policy), {&other}),
              ElementsAre(Fault("policy.clinics[0]", "policies/other")));
  policy.set_clinics(0, "clinics/-");
  EXPECT_THAT(CheckPolicy(Rulebook(policy), {&other}), IsEmpty()) << "all that no other names";
  other.set_clinics(0, "clinics/-");
  EXPECT_THAT(CheckPolicy(Rulebook(policy), {&other}),
              ElementsAre(Fault("policy.clinics[0]", "policies/other")));
}

// -- One fault each -----------------------------------------------------------------------------

struct FaultCase {
  const char* name;
  std::function<void(v1::Policy*)> spoil;
  std::string field;
  std::string description;
};

void PrintTo(const FaultCase& c, std::ostream* out) { *out << c.name; }

class SpoiltPolicy : public ::testing::TestWithParam<FaultCase> {};

TEST_P(SpoiltPolicy, IsRefusedWithThePlace) {
  auto policy = FromText<v1::Policy>(kPolicy);
  GetParam().spoil(&policy);
  EXPECT_THAT(Check(policy), ElementsAre(Fault(GetParam().field, GetParam().description)));
}

std::string NameOf(const ::testing::TestParamInfo<FaultCase>& info) { return info.param.name; }

// A rule whose criterion is this.
std::function<void(v1::Policy*)> When(const std::string& criterion) {
  return [criterion](v1::Policy* policy) {
    *policy->mutable_rules(0)->mutable_when() = FromText<v1::Criterion>(criterion);
  };
}

const std::string kWhen = "policy.rules[0].when";

INSTANTIATE_TEST_SUITE_P(
    Criterion, SpoiltPolicy,
    ::testing::Values(
        FaultCase{"Nothing", When(""), kWhen, "asks for nothing"},
        FaultCase{"NothingWithin", When("not_of { any_of { criteria {} } }"),
                  kWhen + ".not_of.any_of.criteria[0]", "asks for nothing"},
        FaultCase{"NoCondition", When("has_condition {}"), kWhen + ".has_condition", "neither"},
        FaultCase{"ConditionClass", When(R"(has_condition { condition_class: "lung" })"),
                  kWhen + ".has_condition.condition_class", "\"lung\""},
        FaultCase{"Medicine", When(R"(takes_medicine { medicine: "x" })"),
                  kWhen + ".takes_medicine.medicine", "\"x\""},
        FaultCase{"MedicineClass", When(R"(takes_medicine { medicine_class: "x" })"),
                  kWhen + ".takes_medicine.medicine_class", "\"x\""},
        FaultCase{"AgeWithoutNumbers", When("age {}"), kWhen + ".age", "without numbers"},
        FaultCase{"AgeNobodyHas", When("age { above: 65 below: 65 }"), kWhen + ".age",
                  "no number is in the range"},
        FaultCase{"AgeNobodyReaches", When("age { above: 150 }"), kWhen + ".age", "plausible"},
        FaultCase{"AgeBetweenTwoYears", When("age { above: 17 below: 18 }"), kWhen + ".age",
                  "no whole number"},
        FaultCase{"Test", When(R"(measured { test: "x" range { above: 1 } })"),
                  kWhen + ".measured.test", "\"x\""},
        FaultCase{"TestWithoutRange", When(R"(measured { test: "systolic" })"),
                  kWhen + ".measured.range", "without numbers"},
        FaultCase{"RangeNoResultReaches",
                  When(R"(measured { test: "systolic" range { above: 300 } })"),
                  kWhen + ".measured.range", "plausible"},
        FaultCase{"CodesOfANumber",
                  When(R"(measured { test: "systolic" range { above: 140 } codes: "normal" })"),
                  kWhen + ".measured.codes", "numbers, not codes"},
        FaultCase{"RangeOfCodes",
                  When(R"(measured { test: "ecg" range { above: 1 } codes: "normal" })"),
                  kWhen + ".measured.range", "codes, not numbers"},
        FaultCase{"UnknownResultCode", When(R"(measured { test: "ecg" codes: "odd" })"),
                  kWhen + ".measured.codes[0]", "\"odd\""},
        FaultCase{"Item", When(R"(answered { link_id: "x" codes: "yes" })"),
                  kWhen + ".answered.link_id", "\"x\""},
        FaultCase{"AnswerThatIsNoChoice", When(R"(answered { link_id: "reason" codes: "c" })"),
                  kWhen + ".answered.codes[0]", "\"c\""},
        FaultCase{"AnswerThatIsNeitherYesNorNo",
                  When(R"(answered { link_id: "smokes" codes: "maybe" })"),
                  kWhen + ".answered.codes[0]", "yes and no"},
        FaultCase{"AnswerNobodyGives", When(R"(answered { link_id: "packs" range { above: 10 } })"),
                  kWhen + ".answered.range", "plausible"},
        FaultCase{"FreeText", When(R"(answered { link_id: "words" codes: "yes" })"),
                  kWhen + ".answered.link_id", "of this type"},
        FaultCase{"Scale", When(R"(outcome { scale: "x" bands: "mild" })"),
                  kWhen + ".outcome.scale", "\"x\""},
        FaultCase{"Band", When(R"(outcome { scale: "phq-2" bands: "x" })"),
                  kWhen + ".outcome.bands[0]", "\"x\""},
        FaultCase{"Finding", When(R"(outcome { scale: "phq-2" findings: "x" })"),
                  kWhen + ".outcome.findings[0]", "\"x\""},
        FaultCase{"OutcomeOfNothing", When(R"(outcome { scale: "phq-2" })"), kWhen + ".outcome",
                  "no score, band or finding"},
        FaultCase{"MoreClassesThanTrials", When("adequate_trials { count_min: 1 classes_min: 2 }"),
                  kWhen + ".adequate_trials.classes_min", "more classes"},
        FaultCase{"ItemsOfAScale", When(R"(items_scored { items: "1" at_least: 1 })"),
                  kWhen + ".items_scored", "inside it only"},
        FaultCase{"RangesThatCannotHoldTogether", When(R"(all_of {
                            criteria { measured { test: "systolic" range { at_least: 140 } } }
                            criteria { age { at_least: 65 } }
                            criteria { measured { test: "systolic" range { below: 140 } } } })"),
                  kWhen + ".all_of.criteria[2]", "those before it"}),
    NameOf);

TEST(CheckTest, WhatNoQuestionnaireAsksForWouldNeverBeKnown) {
  auto policy = FromText<v1::Policy>(kPolicy);
  policy.clear_questionnaires();
  *policy.mutable_rules(0)->mutable_when() = FromText<v1::Criterion>(
      R"(any_of { criteria { has_condition { condition: "stroke" } }
                  criteria { takes_medicine { medicine: "phenelzine" } }
                  criteria { adequate_trials { count_min: 2 } } })");
  const std::string any = kWhen + ".any_of.criteria";
  EXPECT_THAT(Check(policy),
              ElementsAre(Fault(any + "[0].has_condition", "asks for conditions"),
                          Fault(any + "[1].takes_medicine", "asks for medicines"),
                          Fault(any + "[2].adequate_trials", "asks for earlier treatments")));
}

v1::QuestionnaireItem* ItemOf(v1::Policy* policy, int index) {
  return policy->mutable_questionnaires(0)->mutable_parts(0)->mutable_items(index);
}

const std::string kItems = "policy.questionnaires[0].parts[0].items";

INSTANTIATE_TEST_SUITE_P(
    Questionnaire, SpoiltPolicy,
    ::testing::Values(
        FaultCase{"FilledInByNobody",
                  [](v1::Policy* p) { p->mutable_questionnaires(0)->set_actor(v1::ACTOR_STAFF); },
                  "policy.questionnaires[0].actor", "PATIENT or CLINICIAN"},
        FaultCase{"LinkIdTwice", [](v1::Policy* p) { ItemOf(p, 6)->set_link_id("smokes"); },
                  kItems + "[6].link_id", "another item"},
        FaultCase{"AsksForItself",
                  [](v1::Policy* p) {
                    *ItemOf(p, 3)->mutable_enable_when() =
                        FromText<v1::Criterion>(R"(answered { link_id: "smokes" codes: "yes" })");
                  },
                  kItems + "[3].enable_when.answered.link_id", "asks for itself"},
        FaultCase{"GoesRoundInACircle",
                  [](v1::Policy* p) {
                    *ItemOf(p, 3)->mutable_enable_when() = FromText<v1::Criterion>(
                        R"(answered { link_id: "packs" range { above: 1 } })");
                  },
                  kItems + "[3].enable_when.answered.link_id", "not before this one"},
        FaultCase{"DependsOnAResult",
                  [](v1::Policy* p) {
                    *ItemOf(p, 4)->mutable_enable_when() =
                        FromText<v1::Criterion>("age { above: 18 }");
                  },
                  kItems + "[4].enable_when", "answers only"},
        FaultCase{"DependsOnWhatIsMissing",
                  [](v1::Policy* p) {
                    *ItemOf(p, 4)->mutable_enable_when() = FromText<v1::Criterion>(
                        R"(missing { answered { link_id: "smokes" codes: "yes" } })");
                  },
                  kItems + "[4].enable_when.missing", "not taken"},
        FaultCase{"DependsOnAChoiceThatIsNone",
                  [](v1::Policy* p) {
                    *ItemOf(p, 4)->mutable_enable_when() =
                        FromText<v1::Criterion>(R"(answered { link_id: "smokes" codes: "a" })");
                  },
                  kItems + "[4].enable_when.answered.codes[0]", "yes and no"},
        FaultCase{"CodedWithoutChoices", [](v1::Policy* p) { ItemOf(p, 5)->clear_choices(); },
                  kItems + "[5].choices", "required"},
        FaultCase{"ChoicesOfText",
                  [](v1::Policy* p) { ItemOf(p, 6)->add_choices()->set_code("a"); },
                  kItems + "[6].choices", "of type CODED"},
        FaultCase{"ChoiceTwice", [](v1::Policy* p) { ItemOf(p, 5)->add_choices()->set_code("a"); },
                  kItems + "[5].choices[2].code", "choices[0]"},
        FaultCase{"AmountWithoutUnits", [](v1::Policy* p) { ItemOf(p, 4)->clear_units(); },
                  kItems + "[4].units", "required"},
        FaultCase{"RepeatsOfABoolean", [](v1::Policy* p) { ItemOf(p, 3)->set_repeats(true); },
                  kItems + "[3].repeats", "CODED"},
        FaultCase{"ClassThatIsNone", [](v1::Policy* p) { ItemOf(p, 1)->add_classes("x"); },
                  kItems + "[1].classes[0]", "\"x\""},
        FaultCase{"ClassOfText", [](v1::Policy* p) { ItemOf(p, 6)->add_classes("maoi"); },
                  kItems + "[6].classes[0]", "TREATMENTS"}),
    NameOf);

v1::ProtocolPhase* PhaseOf(v1::Policy* policy, int index) {
  return policy->mutable_protocols(0)->mutable_phases(index);
}

const std::string kProtocol = "policy.protocols[0]";
const std::string kDoses = "policy.protocols[0].phases[0].doses";

INSTANTIATE_TEST_SUITE_P(
    Protocol, SpoiltPolicy,
    ::testing::Values(
        FaultCase{"PhaseTwice",
                  [](v1::Policy* p) {
                    PhaseOf(p, 1)->set_id("induction");
                    PhaseOf(p, 1)->clear_follows();
                  },
                  kProtocol + ".phases[1].id", "phases[0]"},
        FaultCase{"FewerThanTheLeast", [](v1::Policy* p) { PhaseOf(p, 1)->set_visits_min(7); },
                  kProtocol + ".phases[1].visits_min", "visits_max"},
        FaultCase{"GapsTheWrongWayRound",
                  [](v1::Policy* p) { PhaseOf(p, 0)->set_gap_hours_max(47); },
                  kProtocol + ".phases[0].gap_hours_min", "gap_hours_max"},
        FaultCase{"VisitsThatDoNotFit", [](v1::Policy* p) { PhaseOf(p, 0)->set_days_max(5); },
                  kProtocol + ".phases[0].days_max", "do not fit"},
        FaultCase{"FollowsItself",
                  [](v1::Policy* p) { PhaseOf(p, 1)->mutable_follows()->set_phase("integration"); },
                  kProtocol + ".phases[1].follows.phase", "itself"},
        FaultCase{"FollowsNothing",
                  [](v1::Policy* p) { PhaseOf(p, 1)->mutable_follows()->set_phase("x"); },
                  kProtocol + ".phases[1].follows.phase", "no phase before"},
        FaultCase{"FollowsTheWrongWayRound",
                  [](v1::Policy* p) { PhaseOf(p, 1)->mutable_follows()->set_hours_max(23); },
                  kProtocol + ".phases[1].follows.hours_min", "hours_max"},
        FaultCase{"FirstVisitWithoutDose",
                  [](v1::Policy* p) { PhaseOf(p, 0)->mutable_doses(0)->set_first_visit(2); },
                  kDoses + "[0].first_visit", "visit 1 has no dose"},
        FaultCase{"VisitWithoutDose",
                  [](v1::Policy* p) { PhaseOf(p, 0)->mutable_doses(1)->set_first_visit(4); },
                  kDoses + "[1].first_visit", "visit 3 has no dose"},
        FaultCase{"VisitWithTwoDoses",
                  [](v1::Policy* p) { PhaseOf(p, 0)->mutable_doses(1)->set_first_visit(2); },
                  kDoses + "[1].first_visit", "an earlier dose"},
        FaultCase{"LastVisitWithoutDose",
                  [](v1::Policy* p) { PhaseOf(p, 0)->mutable_doses(1)->set_last_visit(5); }, kDoses,
                  "visit 6 has no dose"},
        FaultCase{"DoseAfterAllThatFollow",
                  [](v1::Policy* p) { PhaseOf(p, 0)->mutable_doses(0)->set_last_visit(0); },
                  kDoses + "[1].first_visit", "all visits that follow"},
        FaultCase{"UsualDoseOutside",
                  [](v1::Policy* p) { PhaseOf(p, 0)->mutable_doses(0)->set_amount_usual(1.5); },
                  kDoses + "[0].amount_usual", "amount_max"},
        FaultCase{"DoseBoundsTheWrongWayRound",
                  [](v1::Policy* p) { PhaseOf(p, 0)->mutable_doses(0)->set_amount_max(0.4); },
                  kDoses + "[0].amount_max", "below"},
        FaultCase{"DoseOfNothing",
                  [](v1::Policy* p) { PhaseOf(p, 0)->mutable_doses(0)->set_amount_min(0); },
                  kDoses + "[0].amount_min", "above 0"},
        FaultCase{"HalfADevice",
                  [](v1::Policy* p) { PhaseOf(p, 0)->mutable_doses(1)->set_amount_usual(42); },
                  kDoses + "[1].amount_usual", "no multiple"},
        FaultCase{"LimitBelowTheRange",
                  [](v1::Policy* p) { PhaseOf(p, 0)->mutable_doses(1)->set_amount_mg_max(56); },
                  kDoses + "[1].amount_mg_max", "below amount_max"},
        FaultCase{"WeightIsNotMeasured",
                  [](v1::Policy* p) { p->mutable_tests(1)->set_loinc("1234-5"); },
                  kDoses + "[0].basis", "29463-7"},
        FaultCase{"HeightIsNotMeasured",
                  [](v1::Policy* p) {
                    PhaseOf(p, 0)->mutable_doses(0)->set_basis(v1::DOSE_BASIS_MG_PER_KG_IDEAL);
                  },
                  kDoses + "[0].basis", "8302-2"},
        FaultCase{
            "DosesOfNoRoute",
            [](v1::Policy* p) { p->mutable_protocols(0)->set_route(v1::Protocol::ROUTE_NONE); },
            kProtocol + ".route", "phases have doses"},
        FaultCase{"MonitorsWhatIsNoTest",
                  [](v1::Policy* p) {
                    p->mutable_protocols(0)->mutable_monitoring(0)->set_tests(0, "x");
                  },
                  kProtocol + ".monitoring[0].tests[0]", "\"x\""},
        FaultCase{"MonitorsAtNoMinute",
                  [](v1::Policy* p) {
                    p->mutable_protocols(0)->mutable_monitoring(0)->clear_at_minutes();
                  },
                  kProtocol + ".monitoring[0]", "no minute"},
        FaultCase{
            "MonitorsAfterItsEnd",
            [](v1::Policy*
                   p) { p->mutable_protocols(0)->mutable_monitoring(0)->set_until_minutes(39); },
            kProtocol + ".monitoring[0].at_minutes[1]", "until_minutes"},
        FaultCase{"ReevaluatesNoPhase",
                  [](v1::Policy*
                         p) { p->mutable_protocols(0)->mutable_reevaluations(0)->set_phase("x"); },
                  kProtocol + ".reevaluations[0].phase", "no such phase"},
        FaultCase{
            "ReevaluatesAfterTooManyVisits",
            [](v1::Policy*
                   p) { p->mutable_protocols(0)->mutable_reevaluations(0)->set_after_visits(7); },
            kProtocol + ".reevaluations[0].after_visits", "fewer visits"}),
    NameOf);

v1::Scale* ScaleOf(v1::Policy* policy) { return policy->mutable_scales(0); }

const std::string kScale = "policy.scales[0]";

INSTANTIATE_TEST_SUITE_P(
    Scale, SpoiltPolicy,
    ::testing::Values(
        FaultCase{"ItemTwice",
                  [](v1::Policy* p) { *ScaleOf(p)->add_items() = p->scales(0).items(0); },
                  kScale + ".items[2].id", "items[0]"},
        FaultCase{"ScoreTwice", [](v1::Policy* p) { ScaleOf(p)->add_choices()->set_score(3); },
                  kScale + ".choices[2].score", "choices[1]"},
        FaultCase{"ItemAsksForItself",
                  [](v1::Policy* p) {
                    ScaleOf(p)
                        ->mutable_items(1)
                        ->mutable_enable_when()
                        ->mutable_items_scored()
                        ->set_items(0, "2");
                  },
                  kScale + ".items[1].enable_when.items_scored.items[0]", "itself"},
        FaultCase{"ItemAsksForALaterOne",
                  [](v1::Policy* p) {
                    *ScaleOf(p)->mutable_items(0)->mutable_enable_when() =
                        FromText<v1::Criterion>(R"(items_scored { items: "2" at_least: 1 })");
                  },
                  kScale + ".items[0].enable_when.items_scored.items[0]", "no item before"},
        FaultCase{"LevelByFacts",
                  [](v1::Policy* p) {
                    *ScaleOf(p)->mutable_findings(0)->mutable_when() =
                        FromText<v1::Criterion>("age { above: 18 }");
                  },
                  kScale + ".findings[0].when", "its items"},
        FaultCase{
            "LevelByAnItemThatIsNone",
            [](v1::Policy* p) {
              ScaleOf(p)->mutable_findings(0)->mutable_when()->mutable_items_scored()->set_items(
                  0, "3");
            },
            kScale + ".findings[0].when.items_scored.items[0]", "no such item"},
        FaultCase{
            "LevelByAScoreThatIsNone",
            [](v1::Policy* p) {
              ScaleOf(p)->mutable_findings(0)->mutable_when()->mutable_items_scored()->set_at_least(
                  4);
            },
            kScale + ".findings[0].when.items_scored.items[0]", "no answer"},
        FaultCase{"MoreItemsThanThereAre",
                  [](v1::Policy* p) {
                    ScaleOf(p)
                        ->mutable_findings(0)
                        ->mutable_when()
                        ->mutable_items_scored()
                        ->set_count_min(2);
                  },
                  kScale + ".findings[0].when.items_scored.count_min", "more than"},
        FaultCase{"BandsWithAGap",
                  [](v1::Policy* p) { ScaleOf(p)->mutable_bands(0)->set_score_min(1); },
                  kScale + ".bands[0]", "in no band"},
        FaultCase{"BandsInNoOrder",
                  [](v1::Policy* p) { ScaleOf(p)->mutable_bands(1)->set_score_min(0); },
                  kScale + ".bands[1].score_min", "above the band before"},
        FaultCase{"BandThatHidesOthers",
                  [](v1::Policy* p) { ScaleOf(p)->mutable_bands(1)->clear_score_min(); },
                  kScale + ".bands[1]", "hides"},
        FaultCase{"BandNobodyReaches",
                  [](v1::Policy* p) { ScaleOf(p)->mutable_bands(1)->set_score_min(7); },
                  kScale + ".bands[1].score_min", "6 at most"},
        FaultCase{"FindingOfEverybody",
                  [](v1::Policy* p) { ScaleOf(p)->mutable_findings(0)->clear_when(); },
                  kScale + ".findings[0]", "everybody"},
        FaultCase{"LevelTwice",
                  [](v1::Policy* p) { ScaleOf(p)->mutable_findings(0)->set_id("mild"); },
                  kScale + ".findings[0].id", "another"},
        FaultCase{"ItemInTwoGroups",
                  [](v1::Policy* p) {
                    *ScaleOf(p)->add_groups() =
                        FromText<v1::ScoreGroup>(R"(items: ["1", "2"] how: HOW_SUM)");
                    *ScaleOf(p)->add_groups() =
                        FromText<v1::ScoreGroup>(R"(items: "2" how: HOW_MAX)");
                  },
                  kScale + ".groups[1].items[0]", "twice"},
        FaultCase{"RemissionAboveTheTotal",
                  [](v1::Policy* p) { ScaleOf(p)->set_remission_score_max(7); },
                  kScale + ".remission_score_max", "6 at most"},
        FaultCase{"ChangeBeyondTheTotal", [](v1::Policy* p) { ScaleOf(p)->set_change_points(7); },
                  kScale + ".change_points", "6 at most"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Others, SpoiltPolicy,
    ::testing::Values(
        FaultCase{"AllClinicsAndOne", [](v1::Policy* p) { p->add_clinics("clinics/-"); },
                  "policy.clinics[1]", "single ones"},
        FaultCase{"WarnsAfterItIsDue",
                  [](v1::Policy* p) { p->mutable_settings()->set_consultation_warning_days(15); },
                  "policy.settings.consultation_warning_days", "after"},
        FaultCase{"PractitionerElsewhere",
                  [](v1::Policy* p) { p->mutable_practitioners(0)->add_clinics("clinics/x"); },
                  "policy.practitioners[0].clinics[1]", "does not go by"},
        FaultCase{"TestOfNothing", [](v1::Policy* p) { p->add_tests()->set_code("x"); },
                  "policy.tests[3]", "neither"},
        FaultCase{"FirstUnitIsNoBase",
                  [](v1::Policy* p) { p->mutable_tests(0)->mutable_units(0)->set_factor(2); },
                  "policy.tests[0].units[0]", "converted"},
        FaultCase{"UnitTurnedRound",
                  [](v1::Policy* p) { p->mutable_tests(0)->mutable_units(1)->set_factor(-1); },
                  "policy.tests[0].units[1].factor", "above 0"},
        FaultCase{"UnitTwice",
                  [](v1::Policy* p) { p->mutable_tests(0)->mutable_units(1)->set_ucum("mm[Hg]"); },
                  "policy.tests[0].units[1].ucum", "units[0]"},
        FaultCase{"NothingIsPlausible",
                  [](v1::Policy* p) { p->mutable_tests(0)->mutable_plausible()->set_below(50); },
                  "policy.tests[0].plausible", "no number"},
        FaultCase{"PlausibleIsNotSaid",
                  [](v1::Policy* p) { p->mutable_tests(0)->clear_plausible(); },
                  "policy.tests[0].plausible", "without numbers"},
        FaultCase{"RequirementOfNothing",
                  [](v1::Policy* p) { p->mutable_requirements(0)->clear_tests(); },
                  "policy.requirements[0]", "nothing meets it"},
        FaultCase{"RequirementOfNoTest",
                  [](v1::Policy* p) { p->mutable_requirements(0)->set_tests(0, "x"); },
                  "policy.requirements[0].tests[0]", "\"x\""},
        FaultCase{"RequirementThatLapsesTwice",
                  [](v1::Policy* p) { p->mutable_requirements(0)->set_valid_days(30); },
                  "policy.requirements[0].valid_days", "its own"},
        FaultCase{"RuleThatRequiresNothing",
                  [](v1::Policy* p) { p->mutable_rules(1)->clear_requirements(); },
                  "policy.rules[1].requirements", "requires nothing"},
        FaultCase{"RuleThatRequiresWhatIsNot",
                  [](v1::Policy* p) { p->mutable_rules(1)->set_requirements(0, "x"); },
                  "policy.rules[1].requirements[0]", "\"x\""},
        FaultCase{"RuleOfNoProtocol",
                  [](v1::Policy* p) { p->mutable_rules(1)->add_protocols("x"); },
                  "policy.rules[1].protocols[0]", "\"x\""},
        FaultCase{"ActionOfARuleThatExcludes",
                  [](v1::Policy* p) { p->mutable_rules(0)->set_action("Run."); },
                  "policy.rules[0].action", "ACT"},
        FaultCase{"OverrideOfWhatExcludesNobody",
                  [](v1::Policy* p) {
                    p->mutable_rules(1)->set_overridable_by(v1::AUTHORITY_PRESCRIBER);
                  },
                  "policy.rules[1].overridable_by", "EXCLUDE"},
        FaultCase{"EndOfWhatExcludesNobody",
                  [](v1::Policy* p) { p->mutable_rules(1)->set_ends(v1::EXCLUSION_END_FACTS); },
                  "policy.rules[1].ends", "EXCLUDE"}),
    NameOf);

}  // namespace
}  // namespace clarity::consultation
