#include "services/consultation/policy/check.h"

#include <algorithm>
#include <string>

#include "services/consultation/policy/check_parts.h"
#include "services/consultation/policy/quantity.h"

namespace clarity::consultation {
namespace {

class PolicyCheck {
 public:
  explicit PolicyCheck(const Rulebook& rulebook)
      : rulebook_(rulebook), policy_(rulebook.policy()) {}

  std::vector<base::Violation> Run(absl::Span<const v1::Policy* const> others);

 private:
  void CheckClinics(absl::Span<const v1::Policy* const> others);
  void CheckIds();
  void CheckSettings(const std::string& path, const v1::PolicySettings& settings);
  void CheckPractitioner(const std::string& path, const v1::Practitioner& practitioner);
  void CheckTest(const std::string& path, const v1::Test& test);
  void CheckRequirement(const std::string& path, const v1::RequirementDefinition& definition);
  void CheckRule(const std::string& path, const v1::Rule& rule);

  // That each id is found; `what` it is of.
  template <typename Ids, typename Find>
  void CheckNamed(const std::string& path, const Ids& ids, absl::string_view what, Find find) {
    for (int i = 0; i < ids.size(); ++i) {
      if ((rulebook_.*find)(ids.Get(i)) != nullptr) continue;
      faults_.Add(absl::StrCat(path, "[", i, "]"),
                  absl::StrCat("the policy has no ", what, " \"", ids.Get(i), "\""));
    }
  }

  const Rulebook& rulebook_;
  const v1::Policy& policy_;
  Faults faults_;
};

std::vector<base::Violation> PolicyCheck::Run(absl::Span<const v1::Policy* const> others) {
  CheckClinics(others);
  CheckIds();
  CheckSettings("policy.settings", policy_.settings());
  for (int i = 0; i < policy_.practitioners_size(); ++i) {
    CheckPractitioner(At("policy", "practitioners", i), policy_.practitioners(i));
  }
  for (int i = 0; i < policy_.tests_size(); ++i) {
    CheckTest(At("policy", "tests", i), policy_.tests(i));
  }
  for (int i = 0; i < policy_.questionnaires_size(); ++i) {
    CheckQuestionnaire(At("policy", "questionnaires", i), policy_.questionnaires(i), rulebook_,
                       &faults_);
  }
  for (int i = 0; i < policy_.requirements_size(); ++i) {
    CheckRequirement(At("policy", "requirements", i), policy_.requirements(i));
  }
  for (int i = 0; i < policy_.rules_size(); ++i) {
    CheckRule(At("policy", "rules", i), policy_.rules(i));
  }
  for (int i = 0; i < policy_.protocols_size(); ++i) {
    CheckProtocol(At("policy", "protocols", i), policy_.protocols(i), rulebook_, &faults_);
  }
  for (int i = 0; i < policy_.scales_size(); ++i) {
    CheckScale(At("policy", "scales", i), policy_.scales(i), &faults_);
  }
  return faults_.Take();
}

void PolicyCheck::CheckClinics(absl::Span<const v1::Policy* const> others) {
  absl::flat_hash_map<std::string, std::string> taken;
  for (const v1::Policy* other : others) {
    for (const std::string& clinic : other->clinics()) taken[clinic] = other->name();
  }
  for (int i = 0; i < policy_.clinics_size(); ++i) {
    const std::string& clinic = policy_.clinics(i);
    const std::string path = At("policy", "clinics", i);
    if (clinic == kAllClinics && policy_.clinics_size() > 1) {
      faults_.Add(path, "all clinics are not named together with single ones");
    }
    const auto other = taken.find(clinic);
    if (other == taken.end()) continue;
    faults_.Add(path, absl::StrCat(clinic, " goes by ", other->second, " already"));
  }
}

void PolicyCheck::CheckIds() {
  const auto name = [](const auto& part) { return part.name(); };
  const auto code = [](const auto& part) { return part.code(); };
  const auto id = [](const auto& part) { return part.id(); };
  faults_.CheckDistinct("policy.practitioners", policy_.practitioners(), "name", name);
  faults_.CheckDistinct("policy.conditions", policy_.conditions(), "code", code);
  faults_.CheckDistinct("policy.medicines", policy_.medicines(), "code", code);
  faults_.CheckDistinct("policy.tests", policy_.tests(), "code", code);
  faults_.CheckDistinct("policy.questionnaires", policy_.questionnaires(), "id", id);
  faults_.CheckDistinct("policy.requirements", policy_.requirements(), "id", id);
  faults_.CheckDistinct("policy.rules", policy_.rules(), "id", id);
  faults_.CheckDistinct("policy.protocols", policy_.protocols(), "id", id);
  faults_.CheckDistinct("policy.scales", policy_.scales(), "id", id);
}

void PolicyCheck::CheckSettings(const std::string& path, const v1::PolicySettings& settings) {
  if (settings.consultation_warning_days() > settings.consultation_due_days()) {
    faults_.Add(path + ".consultation_warning_days", "it is after consultation_due_days");
  }
  if (rulebook_.FindPractitioner(settings.safety_owner()) == nullptr) {
    faults_.Add(path + ".safety_owner",
                absl::StrCat("the policy has no practitioner \"", settings.safety_owner(), "\""));
  }
}

void PolicyCheck::CheckPractitioner(const std::string& path, const v1::Practitioner& practitioner) {
  const auto& clinics = policy_.clinics();
  const auto goes_by_it = [&](const std::string& clinic) {
    return std::find(clinics.begin(), clinics.end(), clinic) != clinics.end();
  };
  for (int i = 0; i < practitioner.clinics_size(); ++i) {
    if (goes_by_it(kAllClinics) || goes_by_it(practitioner.clinics(i))) continue;
    faults_.Add(At(path, "clinics", i), "the clinic does not go by this policy");
  }
}

void PolicyCheck::CheckTest(const std::string& path, const v1::Test& test) {
  faults_.CheckDistinct(path + ".units", test.units(), "ucum",
                        [](const v1::Test::Unit& unit) { return unit.ucum(); });
  faults_.CheckDistinct(path + ".codes", test.codes(), "code",
                        [](const v1::Choice& choice) { return choice.code(); });
  if (test.units().empty() == test.codes().empty()) {
    faults_.Add(path,
                test.units().empty() ? "it has neither units nor codes" : "it has units and codes");
  }
  for (int i = 0; i < test.units_size(); ++i) {
    const v1::Test::Unit& unit = test.units(i);
    const std::string at = At(path, "units", i);
    if (FactorOf(unit) < 0) faults_.Add(at + ".factor", "it must be above 0");
    if (i == 0 && (FactorOf(unit) != 1 || unit.offset() != 0)) {
      faults_.Add(at, "the first unit is the one that the others are converted to");
    }
  }
  if (!test.units().empty()) {
    CheckRange(path + ".plausible", test.plausible(), Interval(), &faults_);
  } else if (test.has_plausible()) {
    faults_.Add(path + ".plausible", "it is for tests with numbers");
  }
}

void PolicyCheck::CheckRequirement(const std::string& path,
                                   const v1::RequirementDefinition& definition) {
  CheckNamed(path + ".tests", definition.tests(), "test", &Rulebook::FindTest);
  CheckNamed(path + ".questionnaires", definition.questionnaires(), "questionnaire",
             &Rulebook::FindQuestionnaire);
  CheckNamed(path + ".scales", definition.scales(), "scale", &Rulebook::FindScale);
  const bool takes_answers = !definition.questionnaires().empty() || !definition.scales().empty();
  if (definition.tests().empty() && !takes_answers) {
    faults_.Add(path, "nothing meets it: it names no test, questionnaire or scale");
  }
  if (definition.valid_days() > 0 && !takes_answers) {
    faults_.Add(path + ".valid_days", "it is for questionnaires and scales: a test has its own");
  }
}

void PolicyCheck::CheckRule(const std::string& path, const v1::Rule& rule) {
  if (rule.has_when()) CheckCriterion(path + ".when", rule.when(), rulebook_, &faults_);
  CheckNamed(path + ".requirements", rule.requirements(), "requirement",
             &Rulebook::FindRequirement);
  CheckNamed(path + ".protocols", rule.protocols(), "protocol", &Rulebook::FindProtocol);
  const bool requires_something = rule.effect() == v1::RULE_EFFECT_REQUIRE;
  if (requires_something == rule.requirements().empty()) {
    faults_.Add(path + ".requirements", requires_something ? "the rule requires nothing"
                                                           : "they are for rules that REQUIRE");
  }
  const bool acts = rule.effect() == v1::RULE_EFFECT_ACT;
  if (acts == rule.action().empty()) {
    faults_.Add(path + ".action",
                acts ? "the rule says nothing to do" : "it is for rules that ACT");
  }
  if (acts == (rule.actor() == v1::ACTOR_UNSPECIFIED)) {
    faults_.Add(path + ".actor", acts ? "the rule does not say who" : "it is for rules that ACT");
  }
  const bool excludes = rule.effect() == v1::RULE_EFFECT_EXCLUDE_ABSOLUTE ||
                        rule.effect() == v1::RULE_EFFECT_EXCLUDE_RELATIVE;
  if (!excludes && rule.overridable_by() != v1::AUTHORITY_UNSPECIFIED) {
    faults_.Add(path + ".overridable_by", "it is for rules that EXCLUDE");
  }
  if (!excludes && rule.ends() != v1::EXCLUSION_END_UNSPECIFIED) {
    faults_.Add(path + ".ends", "it is for rules that EXCLUDE");
  }
}

}  // namespace

std::vector<base::Violation> CheckPolicy(const Rulebook& rulebook,
                                         absl::Span<const v1::Policy* const> others) {
  return PolicyCheck(rulebook).Run(others);
}

}  // namespace clarity::consultation
