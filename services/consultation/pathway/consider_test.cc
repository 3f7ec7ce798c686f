#include "services/consultation/pathway/consider.h"

#include <cstdint>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/consultation/clearance/blockers.h"
#include "services/consultation/pathway/exclusions.h"
#include "services/consultation/policy/evaluation.h"
#include "services/consultation/policy/test_support.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/testing/text_proto.h"

namespace clarity::consultation {
namespace {

using rpc::testing::FromText;

constexpr char kProtocol[] = "iv-ketamine";

PolicyStore::Policy Demo() {
  static const auto* const kRulebook =
      new PolicyStore::Policy(std::make_shared<const Rulebook>(DemoPolicy()));
  return *kRulebook;
}

// The demo policy, with one rule that asks something else.
PolicyStore::Policy DemoWhere(const std::string& rule, const std::string& applies_when) {
  v1::Policy policy = DemoPolicy();
  for (v1::Rule& each : *policy.mutable_rules()) {
    if (each.id() == rule) *each.mutable_when() = FromText<v1::Criterion>(applies_when);
  }
  return std::make_shared<const Rulebook>(std::move(policy));
}

// An episode of somebody who has agreed to treatment.
CaseFile FileOf(const Person& person, PolicyStore::Policy rulebook = Demo()) {
  CaseFile file;
  file.rulebook = std::move(rulebook);
  file.facts = person.facts();
  v1::Episode& episode = *file.episode.mutable_episode();
  episode.set_name("episodes/1");
  episode.set_state(v1::Episode::STATE_ACTIVE);
  *episode.mutable_contact_time() = ToWire(file.facts.time);
  file.patient.add_consents()->set_kind(v1::Consent::KIND_TREATMENT);
  return file;
}

v1::Evaluation Considered(CaseFile* file) {
  return Consider([file] { return absl::StrCat("requirements/", file->requirements.size()); },
                  file);
}

// The file considered at another time, if nothing comes to be known until then.
CaseFile ConsideredAt(absl::Time time, CaseFile file) {
  file.facts.time = time;
  Considered(&file);
  return file;
}

absl::Time TurnOf(const CaseFile& file) {
  const int64_t micros = file.episode.turn_time_micros();
  return micros == kNeverMicros ? absl::InfiniteFuture() : absl::FromUnixMicros(micros);
}

// All that can follow from facts and time, a line each.
std::string TextOf(const CaseFile& file) {
  std::string text = absl::StrCat(file.episode.ShortDebugString(), "\n");
  for (const auto& record : file.requirements) {
    absl::StrAppend(&text, record.ShortDebugString(), "\n");
  }
  for (const auto& record : file.overrides) {
    absl::StrAppend(&text, record.ShortDebugString(), "\n");
  }
  for (const auto& record : file.exclusions) {
    absl::StrAppend(&text, record.ShortDebugString(), "\n");
  }
  if (file.clearance.has_value()) {
    v1::Clearance clearance = file.clearance->clearance();
    clearance.clear_evaluation();
    absl::StrAppend(&text, clearance.ShortDebugString(), "\n");
  }
  if (file.plan.has_value()) absl::StrAppend(&text, file.plan->ShortDebugString(), "\n");
  return text;
}

const v1::Requirement& RequirementOf(const CaseFile& file, const std::string& definition) {
  for (const auto& record : file.requirements) {
    if (record.requirement().definition() == definition) return record.requirement();
  }
  std::cerr << "no requirement " << definition << "\n";
  std::abort();
}

// What `count` prescribers have signed now.
google::protobuf::RepeatedPtrField<v1::Signature> SignedBy(int count, const CaseFile& file) {
  google::protobuf::RepeatedPtrField<v1::Signature> signatures;
  for (int i = 0; i < count; ++i) {
    v1::Signature& signature = *signatures.Add();
    signature.set_practitioner(absl::StrCat("practitioners/", i));
    *signature.mutable_time() = ToWire(file.facts.time);
  }
  return signatures;
}

void SetAside(const v1::Decision& decision, int signatures, CaseFile* file) {
  auto& record = file->overrides.emplace_back();
  record.mutable_override()->set_rule(decision.rule());
  *record.mutable_override()->mutable_signatures() = SignedBy(signatures, *file);
  *record.mutable_facts() = FactsOf(decision);
}

const v1::Decision& DecisionOf(const v1::Evaluation& evaluation, const std::string& rule) {
  for (const v1::Decision& decision : evaluation.decisions()) {
    if (decision.rule() == rule) return decision;
  }
  std::cerr << "no rule " << rule << "\n";
  std::abort();
}

void Decide(v1::Clearance::Verdict verdict, v1::Evaluation evaluation, CaseFile* file) {
  v1::Clearance& clearance = *file->clearance.emplace().mutable_clearance();
  clearance.set_name("clearances/1");
  clearance.set_verdict(verdict);
  clearance.set_state(v1::Clearance::STATE_VALID);
  if (Clears(verdict)) clearance.add_protocols(kProtocol);
  *clearance.mutable_evaluation() = std::move(evaluation);
}

// Vital signs that nobody minds, now.
void MeasureAsHealthy(Person* person) {
  const Person healthy = HealthyPerson();
  for (const v1::Result& result : healthy.facts().results) {
    person->Measures(result.test(), result.quantity().value(), result.quantity().unit());
  }
}

// Somebody who has nothing that matters, but takes these.
Person Taking(const std::vector<std::string>& medicines) {
  Person person = HealthyPerson();
  person.Scores("phq-9", "score: 17", person.facts().time);
  for (v1::Answer& answer : *person.mutable_facts()->responses[0].mutable_answers()) {
    if (answer.link_id() != "medicines.now") continue;
    for (const std::string& medicine : medicines) {
      answer.mutable_medicines()->add_medicines()->set_medicine(medicine);
    }
  }
  return person;
}

// -- Examples -------------------------------------------------------------------------------------

TEST(ConsiderTest, APartThatIsTooOldIsSeenThoughTheRequirementWasNeverMet) {
  Person person;
  person.Measures("heart-rate", 66, "/min");
  CaseFile file = FileOf(person);
  Considered(&file);
  const absl::Time expiry = person.facts().time + absl::Hours(4320);
  EXPECT_EQ(RequirementOf(file, "vital-signs").state(), v1::Requirement::STATE_OPEN);
  EXPECT_EQ(TurnOf(file), expiry);
  const CaseFile later = ConsideredAt(expiry, file);
  EXPECT_EQ(RequirementOf(later, "vital-signs").state(), v1::Requirement::STATE_LAPSED);
}

TEST(ConsiderTest, WhatMetAWithdrawnRequirementIsNoMatterOfTime) {
  Person person = HealthyPerson();
  person.Born(absl::CivilDay(1955, 1, 1)).Shows("ecg", "normal");
  CaseFile file = FileOf(person);
  Considered(&file);
  EXPECT_EQ(RequirementOf(file, "ecg").state(), v1::Requirement::STATE_MET);
  file.facts.birth_date = absl::CivilDay(1984, 1, 1);
  Considered(&file);
  EXPECT_EQ(RequirementOf(file, "ecg").state(), v1::Requirement::STATE_WITHDRAWN);
  const CaseFile later = ConsideredAt(file.facts.time + absl::Hours(24 * 365), file);
  EXPECT_GT(TurnOf(later), later.facts.time) << "its turn would come again and again";
}

TEST(ConsiderTest, AnOverrideEndsWhenOneOfItsFactsIsTooOldThoughTheRuleStillApplies) {
  const auto rulebook = DemoWhere("blood-pressure-high", R"pb(
    any_of {
      criteria {
        measured {
          test: "respiratory-rate"
          range { above: 20 }
        }
      }
      criteria {
        measured {
          test: "body-temperature"
          range { above: 38 }
        }
      }
    })pb");
  Person person = HealthyPerson();
  person.Measures("respiratory-rate", 24, "/min").Measures("body-temperature", 39, "Cel");
  CaseFile file = FileOf(person, rulebook);
  SetAside(DecisionOf(Considered(&file), "blood-pressure-high"), 1, &file);
  v1::Evaluation evaluation = Considered(&file);
  EXPECT_EQ(DecisionOf(evaluation, "blood-pressure-high").overrides_size(), 1);
  EXPECT_EQ(TurnOf(file), file.facts.time + absl::Hours(24));
  file.facts.time += absl::Hours(24);
  evaluation = Considered(&file);
  const v1::Decision& decision = DecisionOf(evaluation, "blood-pressure-high");
  EXPECT_EQ(decision.applies(), v1::Decision::APPLIES_YES);
  EXPECT_EQ(decision.overrides_size(), 0);
  EXPECT_NE(file.overrides[0].end_time_micros(), 0);
}

TEST(ConsiderTest, ABirthdayEndsNoOverride) {
  const auto rulebook = DemoWhere("blood-pressure-high", R"pb(
    all_of {
      criteria { age { below: 65 } }
      criteria {
        measured {
          test: "systolic-blood-pressure"
          range { above: 140 }
        }
      }
    })pb");
  Person person = HealthyPerson();
  person.Born(absl::CivilDay(1984, 3, 3)).Measures("systolic-blood-pressure", 150, "mm[Hg]");
  CaseFile file = FileOf(person, rulebook);
  SetAside(DecisionOf(Considered(&file), "blood-pressure-high"), 1, &file);
  file.facts.time += absl::Hours(48);
  EXPECT_EQ(DecisionOf(Considered(&file), "blood-pressure-high").overrides_size(), 1);
}

TEST(ConsiderTest, WhatHasExpiredStaysSoThoughNobodyLookedBeforeItWasRenewed) {
  Person person = HealthyPerson();
  person.Scores("phq-9", "score: 17", person.facts().time);
  CaseFile file = FileOf(person);
  Decide(v1::Clearance::VERDICT_CLEARED, Considered(&file), &file);
  Considered(&file);
  ASSERT_TRUE(IsClearing(file.clearance->clearance()));
  const absl::Time expiry = FromWire(file.clearance->clearance().expire_time());
  person.Now(expiry + absl::Minutes(1));
  MeasureAsHealthy(&person);
  person.Scores("phq-9", "score: 17", person.facts().time);
  person.Scores("c-ssrs", R"pb(band: "none")pb", person.facts().time);
  file.facts = person.facts();
  Considered(&file);
  EXPECT_EQ(RequirementOf(file, "vital-signs").state(), v1::Requirement::STATE_MET);
  EXPECT_EQ(file.clearance->clearance().state(), v1::Clearance::STATE_EXPIRED);
  EXPECT_EQ(FromWire(file.clearance->clearance().end_time()), expiry);
}

TEST(ConsiderTest, AWaiverEndsWhenAFactOfTheRulesThatAskChanges) {
  const auto taking = [](const std::vector<std::string>& medicines) {
    return Taking(medicines).Born(absl::CivilDay(1950, 1, 1)).facts();
  };
  CaseFile file = FileOf(Person());
  file.facts = taking({});
  const v1::Evaluation evaluation = Considered(&file);
  ASSERT_EQ(RequirementOf(file, "ecg").state(), v1::Requirement::STATE_OPEN) << "for the age";
  for (auto& record : file.requirements) {
    if (record.requirement().definition() != "ecg") continue;
    *record.mutable_requirement()->mutable_waivers() = SignedBy(1, file);
    *record.mutable_waived_on() = FactsBehind(record.requirement(), evaluation);
  }
  Considered(&file);
  EXPECT_EQ(RequirementOf(file, "ecg").state(), v1::Requirement::STATE_WAIVED);
  file.facts = taking({"sertraline"});
  Considered(&file);
  EXPECT_EQ(RequirementOf(file, "ecg").state(), v1::Requirement::STATE_WAIVED)
      << "no rule that asks for it looks at that";
  file.facts = taking({"amitriptyline"});
  Considered(&file);
  EXPECT_EQ(RequirementOf(file, "ecg").state(), v1::Requirement::STATE_OPEN);
  EXPECT_EQ(RequirementOf(file, "ecg").waivers_size(), 0);
}

// What ends a clearance that was decided on what is known of the one, once the other is known.
std::string WhatReopensIt(const Person& then, const Person& now) {
  CaseFile file = FileOf(then);
  Decide(v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS, Considered(&file), &file);
  Considered(&file);
  EXPECT_TRUE(IsClearing(file.clearance->clearance()));
  file.facts = now.facts();
  Considered(&file);
  return file.clearance->clearance().ended_by();
}

TEST(ConsiderTest, AWorseReadingReopensAClearanceThoughTheSameRuleHadApplied) {
  const auto reopens = [](const std::vector<double>& then, const std::vector<double>& now) {
    const auto with = [](const std::vector<double>& readings) {
      Person person = HealthyPerson();
      person.Scores("phq-9", "score: 17", person.facts().time);
      person.Measures("systolic-blood-pressure", readings[0], "mm[Hg]")
          .Measures("diastolic-blood-pressure", readings[1], "mm[Hg]")
          .Measures("heart-rate", readings[2], "/min");
      return person;
    };
    return WhatReopensIt(with(then), with(now));
  };
  const std::string pressure = "New: Blood pressure above 140/90";
  EXPECT_EQ(reopens({145, 85, 66}, {178, 118, 66}), pressure);
  EXPECT_EQ(reopens({145, 85, 66}, {146, 85, 66}), pressure);
  EXPECT_EQ(reopens({145, 85, 66}, {145, 91, 66}), pressure) << "another reading is high as well";
  EXPECT_EQ(reopens({145, 85, 66}, {145, 85, 66}), "") << "nothing is new";
  EXPECT_EQ(reopens({145, 95, 66}, {141, 94, 66}), "") << "it is better";
  EXPECT_EQ(reopens({145, 95, 66}, {124, 78, 66}), "") << "it is well";
  const std::string vitals = "New: Vital signs or weight out of range";
  EXPECT_EQ(reopens({124, 78, 45}, {124, 78, 44}), vitals);
  EXPECT_EQ(reopens({124, 78, 45}, {124, 78, 46}), "");
  EXPECT_EQ(reopens({124, 78, 45}, {124, 78, 122}), vitals) << "beyond the other bound";
}

TEST(ConsiderTest, AnotherMedicineReopensAClearanceThoughTheSameRuleHadApplied) {
  const std::string news = "New: Takes an opioid or hypnotic";
  EXPECT_EQ(WhatReopensIt(Taking({"oxycodone"}), Taking({"oxycodone", "buprenorphine"})), news);
  EXPECT_EQ(WhatReopensIt(Taking({"oxycodone"}), Taking({"buprenorphine"})), news);
  EXPECT_EQ(WhatReopensIt(Taking({"oxycodone"}), Taking({"oxycodone"})), "");
  EXPECT_EQ(WhatReopensIt(Taking({"oxycodone", "zolpidem"}), Taking({"zolpidem"})), "");
}

// -- Properties -----------------------------------------------------------------------------------

// Somebody of whom things get known in any order, as time goes on, while prescribers decide.
class RandomCare : public ::testing::TestWithParam<int> {
 protected:
  RandomCare() {
    person_ = HealthyPerson();
    // On one of the days around a birthday that matters.
    person_.Born(absl::CivilDay(2026 - (Pick(2) == 0 ? 18 : 65), 3, 2) + (Pick(60) - 30));
    person_.Shows("ecg", "normal");
    file_ = FileOf(person_);
    Score(/*risk_percent=*/0);
    Settle();
  }

  int Pick(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
  bool Chance(int percent) { return Pick(100) < percent; }
  absl::Time Now() const { return file_.facts.time; }
  const v1::Policy& policy() const { return file_.rulebook->policy(); }

  void Settle() { evaluation_ = Considered(&file_); }

  bool IsMinor() const {
    return DecisionOf(evaluation_, "age-under-18").applies() == v1::Decision::APPLIES_YES;
  }
  bool IsCleared() const {
    return file_.clearance.has_value() && IsClearing(file_.clearance->clearance());
  }

  void TakeStep() {
    switch (Pick(10)) {
      case 0:
      case 1:
        return PassTime();
      case 2:
        return MeasureAnything();
      case 3:
        return TakeVitalSigns();
      case 4:
        return WithdrawResult();
      case 5:
        return AnswerAgain();
      case 6:
        return Score(/*risk_percent=*/20);
      case 7:
        return SetRuleAside();
      case 8:
        return Waive();
      default:
        return DecideAndPlan();
    }
  }

  void DecideAndPlan() {
    v1::DecideClearanceRequest request;
    request.set_verdict(Chance(50) ? v1::Clearance::VERDICT_CLEARED
                                   : v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS);
    request.add_protocols(kProtocol);
    for (const v1::Decision& decision : evaluation_.decisions()) {
      if (decision.past_exclusions().empty() || Chance(10)) continue;
      request.add_settled_exclusions()->set_rule(decision.rule());
    }
    const auto blockers = BlockersOf(file_, evaluation_, request);
    if (blockers.ByteSizeLong() > 0) {
      if (Chance(70)) return;
      request.set_verdict(v1::Clearance::VERDICT_DEFERRED);
    }
    const auto verdict = request.verdict();
    Decide(verdict, evaluation_, &file_);
    SettleAsIn(request);
    if (verdict == v1::Clearance::VERDICT_DEFERRED) {
      *file_.clearance->mutable_clearance()->mutable_defer_until_date() = PickDate();
      return;
    }
    v1::Plan& plan = *file_.plan.emplace().mutable_plan();
    plan.set_name("plans/1");
    plan.set_protocol(kProtocol);
    plan.set_state(v1::Plan::STATE_SIGNED);
  }

  // What has to hold whatever happened.
  void Check() {
    SCOPED_TRACE(absl::StrCat("seed ", GetParam(), "\n", TextOf(file_)));
    EXPECT_EQ(TextOf(ConsideredAt(Now(), file_)), TextOf(file_)) << "once is enough";
    CheckClearance();
    CheckTurn();
  }

 private:
  void SettleAsIn(const v1::DecideClearanceRequest& request) {
    v1::Clearance& clearance = *file_.clearance->mutable_clearance();
    *clearance.mutable_settled_exclusions() = request.settled_exclusions();
    for (const auto& settled : SettledBy(clearance, file_)) {
      for (auto& record : file_.exclusions) {
        if (record.rule() == settled.rule()) record = settled;
      }
    }
  }

  void PassTime() {
    const absl::Time turn = TurnOf(file_);
    absl::Time to = Now() + absl::Hours(1 + Pick(200));
    if (turn != absl::InfiniteFuture() && Chance(50)) to = turn - absl::Microseconds(Pick(2));
    if (to > Now()) file_.facts.time = to;
    person_.Now(Now());
  }

  void MeasureAnything() {
    const v1::Test& test = policy().tests(Pick(policy().tests_size()));
    const absl::Time time = Now() - absl::Hours(Chance(50) ? 0 : Pick(1000));
    if (test.units().empty()) {
      person_.Shows(test.code(), test.codes(Pick(test.codes_size())).code(), time);
    } else {
      const v1::Range& range = test.plausible();
      const double share = Pick(100) / 100.0;
      person_.Measures(test.code(), range.at_least() + (range.at_most() - range.at_least()) * share,
                       test.units(0).ucum(), time);
    }
    file_.facts = person_.facts();
  }

  void TakeVitalSigns() {
    MeasureAsHealthy(&person_);
    file_.facts = person_.facts();
  }

  void WithdrawResult() {
    auto& results = person_.mutable_facts()->results;
    results[static_cast<size_t>(Pick(static_cast<int>(results.size())))].set_state(
        v1::Result::STATE_WITHDRAWN);
    file_.facts = person_.facts();
  }

  type::v1::Date PickDate() {
    const absl::CivilDay day = absl::ToCivilDay(Now(), file_.facts.zone) - (Pick(60) - 10);
    type::v1::Date date;
    date.set_year(static_cast<int>(day.year()));
    date.set_month(day.month());
    date.set_day(day.day());
    return date;
  }

  void AnswerAgain() {
    v1::QuestionnaireResponse response = HealthyPerson().facts().responses[0];
    for (v1::Answer& answer : *response.mutable_answers()) {
      if (Chance(3)) answer.set_not_known(true);
      if (answer.has_conditions() && Chance(20)) {
        auto* condition = answer.mutable_conditions()->add_conditions();
        condition->set_condition(policy().conditions(Pick(policy().conditions_size())).code());
        if (Chance(50)) *condition->mutable_onset_date() = PickDate();
      }
      if (answer.has_medicines() && Chance(50)) {
        auto* medicine = answer.mutable_medicines()->add_medicines();
        medicine->set_medicine(policy().medicines(Pick(policy().medicines_size())).code());
        if (Chance(50)) *medicine->mutable_start_date() = PickDate();
        if (Chance(50)) *medicine->mutable_end_date() = PickDate();
      }
    }
    response.set_name(absl::StrCat("questionnaireResponses/", person_.facts().responses.size()));
    *response.mutable_submit_time() = ToWire(Now());
    person_.mutable_facts()->responses.push_back(std::move(response));
    file_.facts = person_.facts();
  }

  void Score(int risk_percent) {
    person_.Scores("phq-9", absl::StrCat("score: ", Pick(28)), Now());
    person_.Scores("c-ssrs", Chance(risk_percent) ? R"pb(band: "high")pb" : R"pb(band: "none")pb",
                   Now());
    file_.facts = person_.facts();
  }

  void SetRuleAside() {
    for (const v1::Decision& decision : evaluation_.decisions()) {
      const bool can_be = Excludes(decision.effect()) && decision.overrides().empty() &&
                          decision.applies() != v1::Decision::APPLIES_NO &&
                          decision.overridable_by() != v1::AUTHORITY_UNSPECIFIED;
      if (can_be && Chance(70)) SetAside(decision, 1 + Pick(2), &file_);
    }
  }

  void Waive() {
    for (auto& record : file_.requirements) {
      v1::Requirement& requirement = *record.mutable_requirement();
      if (IsMetOrWaived(requirement) || requirement.waivable_by() == v1::AUTHORITY_UNSPECIFIED) {
        continue;
      }
      *requirement.mutable_waivers() = SignedBy(1 + Pick(2), file_);
      *record.mutable_waived_on() = FactsBehind(requirement, evaluation_);
    }
  }

  void CheckClearance() {
    const bool is_signed =
        file_.plan.has_value() && file_.plan->plan().state() == v1::Plan::STATE_SIGNED;
    EXPECT_TRUE(IsCleared() || !is_signed) << "no plan without a clearance";
    if (!IsCleared()) return;
    for (const NeededRequirement& needed :
         RequirementsOf(*file_.rulebook, Evaluate(Inquiry(*file_.rulebook, file_.facts)))) {
      const bool is_of_others = !needed.protocols.empty() && needed.protocols[0] != kProtocol;
      const auto state = RequirementOf(file_, needed.definition->id()).state();
      EXPECT_TRUE(is_of_others || state == v1::Requirement::STATE_MET ||
                  state == v1::Requirement::STATE_WAIVED)
          << needed.definition->id();
    }
    for (const v1::Decision& decision : evaluation_.decisions()) {
      if (decision.effect() != v1::RULE_EFFECT_EXCLUDE_ABSOLUTE) continue;
      EXPECT_TRUE(decision.applies() == v1::Decision::APPLIES_NO || !decision.overrides().empty())
          << decision.rule();
      const auto& then =
          DecisionOf(file_.clearance->clearance().evaluation(), decision.rule()).applies();
      EXPECT_TRUE(decision.past_exclusions().empty() || then == v1::Decision::APPLIES_YES)
          << decision.rule();
    }
  }

  // Between now and the turn nothing changes by itself.
  void CheckTurn() {
    const absl::Time turn = TurnOf(file_);
    ASSERT_GT(turn, Now());
    const absl::Time last = turn == absl::InfiniteFuture() ? Now() + absl::Hours(24 * 400)
                                                           : turn - absl::Microseconds(1);
    EXPECT_EQ(TextOf(ConsideredAt(last, file_)), TextOf(file_));
    const absl::Time between = Now() + (last - Now()) * (Pick(100) / 100.0);
    EXPECT_EQ(TextOf(ConsideredAt(between, file_)), TextOf(file_));
  }

  std::mt19937 random_{static_cast<uint32_t>(GetParam())};
  Person person_;
  CaseFile file_;
  v1::Evaluation evaluation_;
};

TEST_P(RandomCare, IsConsideredOnceNeverClearedWronglyAndHasItsTurnInTime) {
  DecideAndPlan();
  Settle();
  ASSERT_TRUE(IsMinor() || IsCleared()) << "there is something to lose";
  for (int i = 0; i < 40 && !HasFailure(); ++i) {
    TakeStep();
    Settle();
    Check();
  }
}

INSTANTIATE_TEST_SUITE_P(Seed, RandomCare, ::testing::Range(0, 20));
INSTANTIATE_TEST_SUITE_P(Long, RandomCare, ::testing::Range(20, 500));

}  // namespace
}  // namespace clarity::consultation
