#include "services/consultation/plan/dose.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/consultation/policy/test_support.h"
#include "services/platform/base/errors.h"
#include "services/platform/rpc/testing/text_proto.h"

// The protocols of the demo policy against what was published: S4 Medscape esketamine; S32 ASKP
// basics; S33 KRF guidelines; S35 PMID 36112599; S37 relievus FAQ; S39 MIMS esketamine.
namespace clarity::consultation {
namespace {

using rpc::testing::FromText;
using ::testing::ElementsAre;

const Rulebook& Demo() {
  static const auto* const kRulebook = new Rulebook(DemoPolicy());
  return *kRulebook;
}

const v1::ProtocolPhase& PhaseOf(const Rulebook& rulebook, const std::string& protocol,
                                 const std::string& id) {
  for (const v1::ProtocolPhase& phase : rulebook.FindProtocol(protocol)->phases()) {
    if (phase.id() == id) return phase;
  }
  std::abort();
}

std::vector<std::string> PhasesOf(const Rulebook& rulebook, const Person& person,
                                  const std::string& protocol) {
  const auto phases =
      PhasesFor(*rulebook.FindProtocol(protocol), Inquiry(rulebook, person.facts()));
  std::vector<std::string> ids;
  if (!phases.ok()) return {std::string(phases.status().message())};
  for (const v1::ProtocolPhase* phase : *phases) ids.push_back(phase->id());
  return ids;
}

Person WithAcuteSuicidality(bool is_so) {
  Person person = HealthyPerson();
  for (v1::Answer& answer : *person.mutable_facts()->responses[1].mutable_answers()) {
    if (answer.link_id() == "exam.acute-suicidality") answer.set_boolean(is_so);
  }
  return person;
}

// -- Esketamine ---------------------------------------------------------------------------------

TEST(EsketamineTest, TheFirstDoseIs56UnlessSuicidalityIsAcute) {  // S4
  struct Case {
    const char* phase;
    int visit;
    double amount;
    DoseFit fit;
  };
  constexpr Case kCases[] = {
      {"weeks-1-4", 1, 56, DoseFit::kInside},       {"weeks-1-4", 1, 84, DoseFit::kOutside},
      {"weeks-1-4", 1, 28, DoseFit::kOutside},      {"weeks-1-4", 2, 84, DoseFit::kInside},
      {"weeks-1-4", 8, 84, DoseFit::kInside},       {"weeks-1-4", 2, 112, DoseFit::kOutside},
      {"weeks-1-4", 2, 70, DoseFit::kNotGivable},   {"weeks-1-4-acute", 1, 84, DoseFit::kInside},
      {"weeks-1-4-acute", 1, 56, DoseFit::kInside}, {"weeks-1-4-acute", 1, 112, DoseFit::kOutside},
      {"weeks-5-8", 1, 56, DoseFit::kInside},       {"weeks-5-8", 4, 84, DoseFit::kInside},
      {"maintenance", 1, 84, DoseFit::kInside},     {"maintenance", 26, 0, DoseFit::kNotGivable},
  };
  for (const Case& c : kCases) {
    const v1::DoseRange* range = DoseRangeOf(PhaseOf(Demo(), "esketamine", c.phase), c.visit);
    ASSERT_NE(range, nullptr) << c.phase << " " << c.visit;
    EXPECT_EQ(FitOf(*range, c.amount), c.fit) << c.phase << " " << c.visit << " " << c.amount;
  }
}

TEST(EsketamineTest, AcuteSuicidalityChoosesThePhases) {  // S4
  EXPECT_THAT(PhasesOf(Demo(), WithAcuteSuicidality(false), "esketamine"),
              ElementsAre("weeks-1-4", "weeks-5-8", "maintenance"));
  EXPECT_THAT(PhasesOf(Demo(), WithAcuteSuicidality(true), "esketamine"),
              ElementsAre("weeks-1-4-acute"));
  EXPECT_THAT(PhasesOf(Demo(), Person(), "esketamine"),
              ElementsAre("exam.acute-suicidality is not known"));
}

TEST(EsketamineTest,
     ItIsTwiceAWeekUpToWeek4AndOnceFromWeek5AndWeeklyOrFortnightlyFromWeek9) {  // S4
  const v1::ProtocolPhase& first = PhaseOf(Demo(), "esketamine", "weeks-1-4");
  const v1::ProtocolPhase& second = PhaseOf(Demo(), "esketamine", "weeks-5-8");
  const v1::ProtocolPhase& third = PhaseOf(Demo(), "esketamine", "maintenance");
  EXPECT_EQ(first.visits_max(), 2 * 4);
  EXPECT_EQ(first.days_max(), 4 * 7);
  EXPECT_LT(first.gap_hours_max(), 7 * 24);
  EXPECT_EQ(second.visits_max(), 4);
  EXPECT_EQ(second.days_max(), 4 * 7);
  EXPECT_LE(second.gap_hours_min(), 7 * 24);
  EXPECT_GE(second.gap_hours_max(), 7 * 24);
  EXPECT_LT(second.gap_hours_max(), 14 * 24);
  EXPECT_LE(third.gap_hours_min(), 7 * 24);
  EXPECT_GE(third.gap_hours_max(), 14 * 24);
}

// As the EU label has it, which a policy says with two variants of the phase.
TEST(EsketamineTest, From65YearsTheFirstDoseIs28WhereTheClinicFollowsTheEu) {  // S39
  v1::Policy policy = DemoPolicy();
  for (v1::Protocol& protocol : *policy.mutable_protocols()) {
    if (protocol.id() != "esketamine") continue;
    const v1::ProtocolPhase adult = protocol.phases(0);
    protocol.clear_phases();
    for (const bool is_elder : {false, true}) {
      v1::ProtocolPhase& phase = *protocol.add_phases();
      phase = adult;
      phase.set_id(is_elder ? "from-65" : "under-65");
      *phase.mutable_when() =
          FromText<v1::Criterion>(is_elder ? "age { at_least: 65 }" : "age { below: 65 }");
      if (is_elder) {
        for (auto set : {&v1::DoseRange::set_amount_min, &v1::DoseRange::set_amount_max,
                         &v1::DoseRange::set_amount_usual}) {
          (phase.mutable_doses(0)->*set)(28);
        }
      }
    }
  }
  const Rulebook eu(policy);
  Person person = HealthyPerson();
  person.Born(absl::CivilDay(1961, 3, 3));
  EXPECT_THAT(PhasesOf(eu, person, "esketamine"), ElementsAre("under-65"));
  person.Born(absl::CivilDay(1961, 3, 2));
  EXPECT_THAT(PhasesOf(eu, person, "esketamine"), ElementsAre("from-65"));
  const v1::DoseRange* first = DoseRangeOf(PhaseOf(eu, "esketamine", "from-65"), 1);
  EXPECT_EQ(FitOf(*first, 28), DoseFit::kInside);
  EXPECT_EQ(FitOf(*first, 56), DoseFit::kOutside);
  person.mutable_facts()->birth_date.reset();
  EXPECT_THAT(PhasesOf(eu, person, "esketamine"), ElementsAre("age is not known"));
}

// -- By weight ----------------------------------------------------------------------------------

TEST(IvTest, TheFirstInfusionIsHalfAMilligramAKilogramRoundedAsTheProtocolSays) {  // S32
  const v1::DoseRange* range = DoseRangeOf(PhaseOf(Demo(), "iv-ketamine", "induction"), 1);
  Person person = HealthyPerson();
  const Body body = BodyOf(Inquiry(Demo(), person.facts()), v1::Patient::SEX_FEMALE);
  EXPECT_EQ(body.weight_kg, 71);
  EXPECT_EQ(body.weight_result->test(), "body-weight");
  EXPECT_EQ(AmountMg(*range, 0.5, body).value(), 36) << "35.5 mg, to the nearest milligram";
  EXPECT_EQ(FitOf(*range, 0.5), DoseFit::kInside);
  EXPECT_EQ(FitOf(*range, 0.51), DoseFit::kOutside);
  EXPECT_EQ(FitOf(*range, 0.49), DoseFit::kOutside);
  const v1::DoseRange* later = DoseRangeOf(PhaseOf(Demo(), "iv-ketamine", "induction"), 2);
  EXPECT_EQ(FitOf(*later, 1), DoseFit::kInside);
  EXPECT_EQ(FitOf(*later, 1.01), DoseFit::kOutside);
}

TEST(IvTest, TheLimitInMilligramsHoldsWhateverTheWeight) {
  const v1::DoseRange* range = DoseRangeOf(PhaseOf(Demo(), "iv-ketamine", "maintenance"), 3);
  Body body;
  body.weight_kg = 120;
  EXPECT_EQ(AmountMg(*range, 1, body).value(), 120);
  body.weight_kg = 140;
  EXPECT_EQ(AmountMg(*range, 1, body).value(), 120);
  v1::DoseRange by_sevens = *range;
  by_sevens.set_rounding_mg(7);
  EXPECT_EQ(AmountMg(by_sevens, 1, body).value(), 119) << "the highest multiple below it";
}

TEST(IvTest, TheLimitInMilligramsHoldsForTheFirstInfusionToo) {
  const v1::DoseRange* first = DoseRangeOf(PhaseOf(Demo(), "iv-ketamine", "induction"), 1);
  Body body;
  body.weight_kg = 240;
  EXPECT_EQ(AmountMg(*first, 0.5, body).value(), 120);
  body.weight_kg = 260;
  EXPECT_EQ(AmountMg(*first, 0.5, body).value(), 120) << "130 by weight";
}

TEST(IvTest, TheInductionIsSixIn21Days48To96HoursApart) {  // S35, S37
  const v1::ProtocolPhase& induction = PhaseOf(Demo(), "iv-ketamine", "induction");
  EXPECT_EQ(induction.visits_max(), 6);
  EXPECT_EQ(induction.days_max(), 21);
  EXPECT_EQ(induction.gap_hours_min(), 48);
  EXPECT_EQ(induction.gap_hours_max(), 96);
}

TEST(IvTest, AWeightThatIsMissingOrTooOldIsAskedFor) {
  const v1::DoseRange* range = DoseRangeOf(PhaseOf(Demo(), "iv-ketamine", "induction"), 1);
  Person person = HealthyPerson();
  person.Now(person.facts().time + absl::Hours(4320));
  const Body body = BodyOf(Inquiry(Demo(), person.facts()), v1::Patient::SEX_MALE);
  EXPECT_EQ(body.weight_result, nullptr);
  const absl::Status status = AmountMg(*range, 0.5, body).status();
  EXPECT_EQ(base::ReasonOf(status), "FACT_MISSING");
  EXPECT_EQ(status.message(), "weight is not known");
}

TEST(IvTest, AWeightInPoundsIsConverted) {
  Person person = HealthyPerson();
  person.Measures("body-weight", 200, "[lb_av]");
  const Body body = BodyOf(Inquiry(Demo(), person.facts()), v1::Patient::SEX_MALE);
  EXPECT_NEAR(*body.weight_kg, 90.718, 0.001);
}

TEST(IdealWeightTest, IsDevines) {
  Body body;
  body.height_cm = 70 * 2.54;
  body.sex = v1::Patient::SEX_MALE;
  EXPECT_NEAR(*IdealWeightKg(body), 73, 1e-9);
  body.sex = v1::Patient::SEX_FEMALE;
  EXPECT_NEAR(*IdealWeightKg(body), 68.5, 1e-9);
  body.height_cm = 60 * 2.54;
  EXPECT_NEAR(*IdealWeightKg(body), 45.5, 1e-9);

  const auto range = FromText<v1::DoseRange>(
      "first_visit: 1 basis: DOSE_BASIS_MG_PER_KG_IDEAL amount_max: 1 rounding_mg: 1");
  body.weight_kg = 100;
  EXPECT_EQ(AmountMg(range, 1, body).value(), 46);
  body.sex = v1::Patient::SEX_OTHER;
  EXPECT_EQ(AmountMg(range, 1, body).status().message(), "sex is not known");
  body.height_cm.reset();
  EXPECT_EQ(AmountMg(range, 1, body).status().message(), "height is not known");
}

TEST(ImTest, DosesAreInMilligrams) {  // S33
  const v1::DoseRange* first = DoseRangeOf(PhaseOf(Demo(), "im-ketamine", "induction"), 1);
  EXPECT_EQ(FitOf(*first, 35), DoseFit::kInside);
  EXPECT_EQ(FitOf(*first, 40), DoseFit::kOutside);
  EXPECT_EQ(FitOf(*first, 36), DoseFit::kNotGivable);
  EXPECT_EQ(AmountMg(*first, 35, Body()).value(), 35) << "whatever the weight";
}

TEST(DoseRangeTest, AVisitWithoutADoseHasNone) {
  EXPECT_EQ(DoseRangeOf(PhaseOf(Demo(), "iv-ketamine", "induction-integration"), 1), nullptr);
}

}  // namespace
}  // namespace clarity::consultation
