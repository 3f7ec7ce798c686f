#include "services/consultation/plan/drafting.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "services/consultation/policy/test_support.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/local_time.h"
#include "services/platform/rpc/testing/text_proto.h"

// Plans from the protocols of the demo policy, against what was published: S4 Medscape esketamine;
// S32 ASKP basics; S35 PMID 36112599; S37 relievus FAQ. Every plan begins on 3 March 2026.
namespace clarity::consultation {
namespace {

using rpc::testing::FromText;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using v1::Deviation;

constexpr absl::CivilDay kStart(2026, 3, 3);

const Rulebook& Demo() {
  static const auto* const kRulebook = new Rulebook(DemoPolicy());
  return *kRulebook;
}

v1::PlanPhase Phase(const std::string& text) { return FromText<v1::PlanPhase>(text); }

absl::StatusOr<PlanDraft> DraftOf(const Rulebook& rulebook, const Person& person,
                                  const std::string& protocol,
                                  const std::vector<v1::PlanPhase>& wanted = {},
                                  const PlanPhases& kept = PlanPhases()) {
  const Inquiry inquiry(rulebook, person.facts());
  const PlanPhases phases(wanted.begin(), wanted.end());
  return MakeDraft({*rulebook.FindProtocol(protocol), inquiry,
                    BodyOf(inquiry, v1::Patient::SEX_FEMALE), kStart, phases, kept});
}
absl::StatusOr<PlanDraft> DraftOf(const std::string& protocol,
                                  const std::vector<v1::PlanPhase>& wanted = {}) {
  return DraftOf(Demo(), HealthyPerson(), protocol, wanted);
}

const v1::PlanPhase& PhaseIn(const PlanDraft& draft, const std::string& id) {
  for (const v1::PlanPhase& phase : draft.phases) {
    if (phase.phase() == id) return phase;
  }
  std::abort();
}

// "weeks-1-4 8 visits 03-03 to 03-30".
std::vector<std::string> Windows(const PlanDraft& draft) {
  std::vector<std::string> windows;
  for (const v1::PlanPhase& phase : draft.phases) {
    windows.push_back(absl::StrFormat("%s %d visits %02d-%02d to %02d-%02d", phase.phase(),
                                      phase.visits(), phase.start_date().month(),
                                      phase.start_date().day(), phase.end_date().month(),
                                      phase.end_date().day()));
  }
  return windows;
}

// "1-0: 0.5 is 36 mg".
std::vector<std::string> Doses(const v1::PlanPhase& phase) {
  std::vector<std::string> doses;
  for (const v1::PlannedDose& dose : phase.doses()) {
    doses.push_back(absl::StrCat(dose.first_visit(), "-", dose.last_visit(), ": ", dose.amount(),
                                 " is ", dose.amount_mg(), " mg"));
  }
  return doses;
}

std::vector<std::string> Deviations(const absl::StatusOr<PlanDraft>& draft) {
  if (!draft.ok()) return {draft.status().ToString()};
  std::vector<std::string> descriptions;
  for (const Deviation& deviation : draft->deviations) {
    descriptions.push_back(absl::StrCat(deviation.phase(), ": ", deviation.description()));
  }
  return descriptions;
}

std::vector<std::string> Faults(const absl::StatusOr<PlanDraft>& draft) {
  google::rpc::BadRequest details;
  if (draft.ok() || !base::GetDetail(draft.status(), &details)) return {};
  std::vector<std::string> fields;
  for (const auto& violation : details.field_violations()) fields.push_back(violation.field());
  return fields;
}

Person WithAcuteSuicidality() {
  Person person = HealthyPerson();
  for (v1::Answer& answer : *person.mutable_facts()->responses[1].mutable_answers()) {
    if (answer.link_id() == "exam.acute-suicidality") answer.set_boolean(true);
  }
  return person;
}

// -- What is usual --------------------------------------------------------------------------------

TEST(DraftTest, IvIsSixIn21DaysWithIntegrationUpTo72HoursAfterTheLast) {  // S35, S37
  const PlanDraft draft = DraftOf("iv-ketamine").value();
  EXPECT_THAT(Windows(draft), ElementsAre("induction 6 visits 03-03 to 03-23",
                                          "induction-integration 6 visits 03-03 to 03-26",
                                          "maintenance 12 visits 03-24 to 03-24",
                                          "maintenance-integration 12 visits 03-24 to 03-27"));
  EXPECT_EQ(PhaseIn(draft, "maintenance").end_date().year(), 2027) << "366 days";
  const v1::PlanPhase& induction = PhaseIn(draft, "induction");
  EXPECT_EQ(induction.gap_hours_min(), 48);
  EXPECT_EQ(induction.gap_hours_max(), 96);
  EXPECT_EQ(PhaseIn(draft, "induction-integration").gap_hours_min(), 0);
  EXPECT_THAT(Doses(induction), ElementsAre("1-0: 0.5 is 36 mg")) << "of 71 kg";  // S32
  EXPECT_THAT(PhaseIn(draft, "induction-integration").doses(), IsEmpty());
  EXPECT_THAT(draft.weight_result, ::testing::HasSubstr("body-weight"));
  EXPECT_THAT(draft.deviations, IsEmpty());
  EXPECT_THAT(induction.visit_types(), ElementsAre("visitTypes/iv-session"));
  EXPECT_EQ(induction.display_name(), "Induction");
}

TEST(DraftTest, EsketamineIsEightInWeeks1To4ThenFourThenOn) {  // S4
  const PlanDraft draft = DraftOf("esketamine").value();
  EXPECT_THAT(Windows(draft),
              ElementsAre("weeks-1-4 8 visits 03-03 to 03-30", "weeks-5-8 4 visits 03-31 to 04-27",
                          "maintenance 26 visits 04-28 to 10-27"));
  EXPECT_THAT(Doses(PhaseIn(draft, "weeks-1-4")), ElementsAre("1-0: 56 is 56 mg"));
  EXPECT_EQ(draft.weight_result, "") << "no dose is by weight";
}

TEST(DraftTest, AcuteSuicidalityBeginsWith84) {  // S4
  const PlanDraft draft = DraftOf(Demo(), WithAcuteSuicidality(), "esketamine").value();
  EXPECT_THAT(Windows(draft), ElementsAre("weeks-1-4-acute 8 visits 03-03 to 03-30"));
  EXPECT_THAT(Doses(draft.phases[0]), ElementsAre("1-0: 84 is 84 mg"));
}

TEST(DraftTest, WithoutTheFactThatChoosesThereIsNoPlan) {
  const auto draft = DraftOf(Demo(), Person(), "esketamine");
  EXPECT_EQ(base::ReasonOf(draft.status()), "FACT_MISSING");
  EXPECT_EQ(base::ReasonOf(DraftOf(Demo(), Person(), "iv-ketamine").status()), "FACT_MISSING")
      << "the weight";
}

TEST(DraftTest, DosesAreToldByRunsOfVisits) {
  const auto draft = DraftOf("im-ketamine");
  EXPECT_THAT(Doses(PhaseIn(*draft, "induction")),
              ElementsAre("1-1: 25 is 25 mg", "2-0: 50 is 50 mg"));
}

TEST(DraftTest, APhaseThatFollowsNobodysVisitsIsLeftOut) {
  v1::Policy policy = DemoPolicy();
  v1::Protocol& iv = *policy.mutable_protocols(0);
  *iv.mutable_phases(2)->mutable_when() = FromText<v1::Criterion>("age { at_least: 100 }");
  const auto draft = DraftOf(Rulebook(policy), HealthyPerson(), "iv-ketamine");
  EXPECT_THAT(Windows(*draft), ElementsAre("induction 6 visits 03-03 to 03-23",
                                           "induction-integration 6 visits 03-03 to 03-26"));
}

// -- What is wanted instead -----------------------------------------------------------------------

constexpr char kInduction[] = R"pb(
  phase: "induction"
  visits: 4
  start_date { year: 2026 month: 3 day: 9 }
  end_date { year: 2026 month: 3 day: 22 }
  gap_hours_min: 72
  gap_hours_max: 96
  doses { first_visit: 1 basis: DOSE_BASIS_MG_PER_KG_ACTUAL amount: 0.5 }
)pb";

TEST(DraftTest, TheOthersFollowThePhaseThatIsOther) {
  const auto draft = DraftOf("iv-ketamine", {Phase(kInduction)});
  EXPECT_THAT(Deviations(draft), IsEmpty());
  EXPECT_EQ(Windows(*draft)[0], "induction 4 visits 03-09 to 03-22");
  EXPECT_EQ(Windows(*draft)[1], "induction-integration 6 visits 03-09 to 03-25");
  EXPECT_EQ(PhaseIn(*draft, "maintenance").start_date().day(), 23);
}

TEST(DraftTest, WhatStaysStaysAndWhatIsNoLongerForThisPersonGoes) {
  PlanPhases kept = DraftOf("esketamine").value().phases;
  kept[0].set_visits(6);
  const auto same = DraftOf(Demo(), HealthyPerson(), "esketamine", {}, kept);
  EXPECT_EQ(same->phases[0].visits(), 6);
  const auto acute = DraftOf(Demo(), WithAcuteSuicidality(), "esketamine", {}, kept);
  EXPECT_THAT(Windows(*acute), ElementsAre("weeks-1-4-acute 8 visits 03-03 to 03-30"));
}

TEST(DraftTest, WhatFollowsTheVisitsOfAPhaseMovesWithIt) {
  PlanPhases kept = DraftOf("iv-ketamine").value().phases;
  kept[1].set_visits(3);
  const auto draft = DraftOf(Demo(), HealthyPerson(), "iv-ketamine", {Phase(kInduction)}, kept);
  EXPECT_EQ(Windows(*draft)[1], "induction-integration 3 visits 03-09 to 03-25");
  EXPECT_EQ(Windows(*draft)[3], "maintenance-integration 12 visits 03-24 to 03-27") << "it stays";
  EXPECT_THAT(Deviations(draft), IsEmpty());
}

// One field of a phase, set to a value.
struct Change {
  const char* fields;
  const char* deviation;  // or nothing
};

void ExpectDeviations(const std::string& protocol, const std::string& phase,
                      const std::vector<Change>& cases) {
  for (const Change& c : cases) {
    auto wanted = PhaseIn(*DraftOf(protocol), phase);
    const auto changed = Phase(c.fields);
    if (!changed.doses().empty()) wanted.clear_doses();
    wanted.MergeFrom(changed);
    const auto draft = DraftOf(protocol, {wanted});
    if (*c.deviation == '\0') {
      EXPECT_THAT(Deviations(draft), IsEmpty()) << c.fields;
    } else {
      EXPECT_THAT(Deviations(draft), ::testing::Contains(absl::StrCat(phase, ": ", c.deviation)))
          << c.fields;
    }
  }
}

TEST(DeviationTest, OfAnIvInduction) {  // S32, S35, S37
  ExpectDeviations(
      "iv-ketamine", "induction",
      {{"visits: 6", ""},
       {"visits: 7 doses { first_visit: 1 basis: DOSE_BASIS_MG_PER_KG_ACTUAL amount: 0.5 }",
        "7 visits, the protocol has 4 to 6 visits"},
       {"visits: 3 doses { first_visit: 1 basis: DOSE_BASIS_MG_PER_KG_ACTUAL amount: 0.5 }",
        "3 visits, the protocol has 4 to 6 visits"},
       {"gap_hours_min: 48", ""},
       {"gap_hours_min: 47", "47 h apart at least, the protocol has 48 h"},
       {"gap_hours_max: 96", ""},
       {"gap_hours_max: 97", "97 h apart at most, the protocol has 96 h"},
       {"end_date { day: 23 }", ""},
       {"end_date { day: 24 }", "22 days, the protocol has 21"},
       {"doses { first_visit: 1 basis: DOSE_BASIS_MG_PER_KG_ACTUAL amount: 1 }",
        "visit 1: 1 mg/kg, the protocol has 0.5 mg/kg"},
       {"doses { first_visit: 1 basis: DOSE_BASIS_MG_PER_KG_ACTUAL amount: 1.5 }",
        "visits 2 to 6: 1.5 mg/kg, the protocol has 0.5 to 1 mg/kg"}});
}

TEST(DeviationTest, OfIntegrationWhichIs24To72HoursAfterEachDose) {
  ExpectDeviations("iv-ketamine", "induction-integration",
                   {{"end_date { day: 26 }", ""},
                    {"end_date { day: 27 }",
                     "goes beyond the visits it follows, the protocol has up to 72 h after the "
                     "last of them"},
                    {"start_date { day: 2 }",
                     "goes beyond the visits it follows, the protocol has up to 72 h after the "
                     "last of them"}});
}

TEST(DeviationTest, Of84MgOnDay1WhichTakesAcuteSuicidality) {  // S4
  ExpectDeviations("esketamine", "weeks-1-4",
                   {{"doses { first_visit: 1 last_visit: 1 basis: DOSE_BASIS_MG amount: 56 } "
                     "doses { first_visit: 2 basis: DOSE_BASIS_MG amount: 84 }",
                     ""},
                    {"doses { first_visit: 1 basis: DOSE_BASIS_MG amount: 84 }",
                     "visit 1: 84 mg, the protocol has 56 mg"},
                    {"doses { first_visit: 1 basis: DOSE_BASIS_MG amount: 28 }",
                     "visit 1: 28 mg, the protocol has 56 mg"}});
}

TEST(DeviationTest, OfEsketaminesWeek4And5And8And9) {  // S4
  ExpectDeviations(
      "esketamine", "weeks-5-8",
      {{"start_date { day: 31 }", ""},
       {"start_date { day: 30 } end_date { day: 26 }", "begins before the phase before it ends"},
       {"end_date { day: 28 }", "29 days, the protocol has 28"},
       {"visits: 5", "5 visits, the protocol has 4 visits"}});
  ExpectDeviations(
      "esketamine", "maintenance",
      {{"start_date { day: 28 }", ""},
       {"start_date { day: 27 } end_date { day: 26 }", "begins before the phase before it ends"},
       {"gap_hours_max: 384", ""},
       {"gap_hours_max: 385", "385 h apart at most, the protocol has 384 h"}});
}

TEST(DeviationTest, OfAPhaseWithoutALargestGap) {
  auto wanted = Phase(kInduction);
  wanted.clear_gap_hours_max();
  EXPECT_THAT(Deviations(DraftOf("iv-ketamine", {wanted})),
              ElementsAre("induction: any time apart, the protocol has 96 h"));
}

TEST(DeviationTest, OfVisitsBeyondTheProtocolGoesByItsLastDose) {
  auto wanted = Phase(kInduction);
  wanted.set_visits(9);
  wanted.mutable_doses(0)->set_amount(0.4);
  EXPECT_THAT(Deviations(DraftOf("iv-ketamine", {wanted})),
              ElementsAre("induction: 9 visits, the protocol has 4 to 6 visits",
                          "induction: visit 1: 0.4 mg/kg, the protocol has 0.5 mg/kg",
                          "induction: visits 2 to 9: 0.4 mg/kg, the protocol has 0.5 to 1 mg/kg"));
}

// -- What cannot be -------------------------------------------------------------------------------

TEST(FaultTest, EachIsNamedByItsField) {
  struct Case {
    const char* protocol;
    const char* fields;  // merged into an induction of four visits; its doses instead of that one's
    const char* fault;
  };
  const Case cases[] = {
      {"iv-ketamine", "phase: 'weeks-1-4'", "phases[0].phase"},
      {"iv-ketamine", "end_date { day: 8 }", "phases[0].end_date"},
      {"iv-ketamine", "end_date { month: 2 day: 30 year: 2027 }", "phases[0].end_date"},
      {"iv-ketamine", "gap_hours_min: 97", "phases[0].gap_hours_max"},
      {"iv-ketamine", "doses { first_visit: 2 basis: DOSE_BASIS_MG_PER_KG_ACTUAL amount: 0.5 }",
       "phases[0].doses[0].first_visit"},
      {"iv-ketamine",
       "doses { first_visit: 1 last_visit: 3 basis: DOSE_BASIS_MG_PER_KG_ACTUAL amount: 0.5 }",
       "phases[0].doses"},
      {"iv-ketamine",
       "doses { first_visit: 1 last_visit: 5 basis: DOSE_BASIS_MG_PER_KG_ACTUAL amount: 0.5 }",
       "phases[0].doses[0].last_visit"},
      {"iv-ketamine",
       "doses { first_visit: 1 basis: DOSE_BASIS_MG_PER_KG_ACTUAL amount: 0.5 } "
       "doses { first_visit: 4 basis: DOSE_BASIS_MG_PER_KG_ACTUAL amount: 1 }",
       "phases[0].doses[1].first_visit"},
      {"iv-ketamine", "doses { first_visit: 1 basis: DOSE_BASIS_MG amount: 36 }",
       "phases[0].doses[0].basis"},
      {"iv-ketamine", "doses { first_visit: 1 basis: DOSE_BASIS_MG_PER_KG_ACTUAL amount: 0 }",
       "phases[0].doses[0].amount"},
      {"iv-ketamine", "doses { first_visit: 1 basis: DOSE_BASIS_MG_PER_KG_ACTUAL amount: 0.001 }",
       "phases[0].doses[0].amount"},
      {"im-ketamine", "doses { first_visit: 1 basis: DOSE_BASIS_MG amount: 33 }",
       "phases[0].doses[0].amount"},
  };
  for (const Case& c : cases) {
    auto wanted = Phase(kInduction);
    const auto changed = Phase(c.fields);
    if (!changed.doses().empty()) wanted.clear_doses();
    wanted.MergeFrom(changed);
    EXPECT_THAT(Faults(DraftOf(c.protocol, {wanted})), ElementsAre(c.fault)) << c.fields;
  }
}

TEST(FaultTest, OfDosesWhereTheProtocolHasNoneAndOfNoneWhereItHasSome) {
  auto wanted = Phase(kInduction);
  wanted.clear_doses();
  EXPECT_THAT(Faults(DraftOf("iv-ketamine", {wanted})), ElementsAre("phases[0].doses"));
  wanted = Phase(kInduction);
  wanted.set_phase("induction-integration");
  EXPECT_THAT(Faults(DraftOf("iv-ketamine", {wanted})), ElementsAre("phases[0].doses"));
}

TEST(FaultTest, AllAreToldAtOnce) {
  auto first = Phase(kInduction);
  first.set_gap_hours_max(1);
  auto second = Phase(kInduction);
  auto unknown = Phase(kInduction);
  unknown.set_phase("unknown");
  EXPECT_THAT(Faults(DraftOf("iv-ketamine", {first, second, unknown})),
              ElementsAre("phases[1].phase", "phases[2].phase", "phases[0].gap_hours_max"));
}

TEST(FaultTest, APhaseThatIsForOthersIsUnknown) {
  auto wanted = PhaseIn(*DraftOf(Demo(), WithAcuteSuicidality(), "esketamine"), "weeks-1-4-acute");
  EXPECT_THAT(Faults(DraftOf("esketamine", {wanted})), ElementsAre("phases[0].phase"));
}

}  // namespace
}  // namespace clarity::consultation
