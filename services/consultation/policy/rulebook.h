#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_RULEBOOK_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_RULEBOOK_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "clarity/consultation/v1/policy.pb.h"

namespace clarity::consultation {

// Those that no policy names by themselves.
inline constexpr char kAllClinics[] = "clinics/-";

// The tests that doses by weight are computed from: in kg and in cm.
inline constexpr char kBodyWeightLoinc[] = "29463-7";
inline constexpr char kBodyHeightLoinc[] = "8302-2";

// A version of a policy, made ready to be asked: every part found by its id. Never changes, so any
// number of threads may use it.
class Rulebook {
 public:
  // Takes any policy, also one with faults; of parts with the same id the first is found.
  explicit Rulebook(v1::Policy policy);
  Rulebook(const Rulebook&) = delete;
  Rulebook& operator=(const Rulebook&) = delete;

  const v1::Policy& policy() const { return policy_; }

  // Null where there is none of that id.
  const v1::Practitioner* FindPractitioner(absl::string_view name) const;
  const v1::ConditionCode* FindCondition(absl::string_view code) const;
  const v1::MedicineCode* FindMedicine(absl::string_view code) const;
  const v1::Test* FindTest(absl::string_view code) const;
  const v1::Test* FindTestByLoinc(absl::string_view loinc) const;
  const v1::Questionnaire* FindQuestionnaire(absl::string_view id) const;
  const v1::RequirementDefinition* FindRequirement(absl::string_view id) const;
  const v1::Rule* FindRule(absl::string_view id) const;
  const v1::Protocol* FindProtocol(absl::string_view id) const;
  const v1::Scale* FindScale(absl::string_view id) const;

  // An item, and the questionnaire it is in.
  struct Item {
    const v1::Questionnaire* questionnaire = nullptr;
    const v1::QuestionnaireItem* item = nullptr;
  };
  // With nulls where there is none.
  Item FindItem(absl::string_view link_id) const;
  // Those of a type, in the policy's order.
  const std::vector<Item>& ItemsOf(v1::QuestionnaireItem::Type type) const;

  // The leaves of the rule's criterion, those that say the same together.
  using SameLeaves = std::vector<const v1::Criterion*>;
  const std::vector<SameLeaves>& LeavesOf(const v1::Rule& rule) const;

 private:
  template <typename Part>
  using ById = absl::flat_hash_map<absl::string_view, const Part*>;

  const v1::Policy policy_;
  ById<v1::Practitioner> practitioners_;
  ById<v1::ConditionCode> conditions_;
  ById<v1::MedicineCode> medicines_;
  ById<v1::Test> tests_;
  ById<v1::Test> tests_by_loinc_;
  ById<v1::Questionnaire> questionnaires_;
  ById<v1::RequirementDefinition> requirements_;
  ById<v1::Rule> rules_;
  ById<v1::Protocol> protocols_;
  ById<v1::Scale> scales_;
  absl::flat_hash_map<absl::string_view, Item> items_;
  absl::flat_hash_map<int, std::vector<Item>> items_by_type_;
  absl::flat_hash_map<const v1::Rule*, std::vector<SameLeaves>> leaves_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_RULEBOOK_H_
