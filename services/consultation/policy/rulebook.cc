#include "services/consultation/policy/rulebook.h"

#include <string>
#include <utility>

#include "services/consultation/policy/truth.h"

namespace clarity::consultation {
namespace {

template <typename Parts, typename Index, typename Key>
void AddAll(const Parts& parts, Key key, Index* index) {
  for (const auto& part : parts) index->try_emplace((part.*key)(), &part);
}

template <typename Index>
auto Find(const Index& index, absl::string_view id) {
  const auto it = index.find(id);
  return it == index.end() ? nullptr : it->second;
}

std::vector<Rulebook::SameLeaves> GroupLeaves(const v1::Criterion& criterion) {
  std::vector<Rulebook::SameLeaves> groups;
  absl::flat_hash_map<std::string, size_t> group_by_text;
  ForEachLeaf(criterion, [&](const v1::Criterion& leaf) {
    const auto [it, is_new] = group_by_text.try_emplace(leaf.SerializeAsString(), groups.size());
    if (is_new) groups.emplace_back();
    groups[it->second].push_back(&leaf);
  });
  return groups;
}

}  // namespace

Rulebook::Rulebook(v1::Policy policy) : policy_(std::move(policy)) {
  AddAll(policy_.practitioners(), &v1::Practitioner::name, &practitioners_);
  AddAll(policy_.conditions(), &v1::ConditionCode::code, &conditions_);
  AddAll(policy_.medicines(), &v1::MedicineCode::code, &medicines_);
  AddAll(policy_.tests(), &v1::Test::code, &tests_);
  AddAll(policy_.tests(), &v1::Test::loinc, &tests_by_loinc_);
  AddAll(policy_.questionnaires(), &v1::Questionnaire::id, &questionnaires_);
  AddAll(policy_.requirements(), &v1::RequirementDefinition::id, &requirements_);
  AddAll(policy_.rules(), &v1::Rule::id, &rules_);
  AddAll(policy_.protocols(), &v1::Protocol::id, &protocols_);
  AddAll(policy_.scales(), &v1::Scale::id, &scales_);
  for (const v1::Questionnaire& questionnaire : policy_.questionnaires()) {
    for (const v1::Questionnaire::Part& part : questionnaire.parts()) {
      for (const v1::QuestionnaireItem& item : part.items()) {
        const Item entry = {&questionnaire, &item};
        if (items_.try_emplace(item.link_id(), entry).second) {
          items_by_type_[item.type()].push_back(entry);
        }
      }
    }
  }
  for (const v1::Rule& rule : policy_.rules()) {
    leaves_[&rule] = rule.has_when() ? GroupLeaves(rule.when()) : std::vector<SameLeaves>();
  }
}

const v1::Practitioner* Rulebook::FindPractitioner(absl::string_view name) const {
  return Find(practitioners_, name);
}
const v1::ConditionCode* Rulebook::FindCondition(absl::string_view code) const {
  return Find(conditions_, code);
}
const v1::MedicineCode* Rulebook::FindMedicine(absl::string_view code) const {
  return Find(medicines_, code);
}
const v1::Test* Rulebook::FindTest(absl::string_view code) const { return Find(tests_, code); }
const v1::Test* Rulebook::FindTestByLoinc(absl::string_view loinc) const {
  return Find(tests_by_loinc_, loinc);
}
const v1::Questionnaire* Rulebook::FindQuestionnaire(absl::string_view id) const {
  return Find(questionnaires_, id);
}
const v1::RequirementDefinition* Rulebook::FindRequirement(absl::string_view id) const {
  return Find(requirements_, id);
}
const v1::Rule* Rulebook::FindRule(absl::string_view id) const { return Find(rules_, id); }
const v1::Protocol* Rulebook::FindProtocol(absl::string_view id) const {
  return Find(protocols_, id);
}
const v1::Scale* Rulebook::FindScale(absl::string_view id) const { return Find(scales_, id); }

Rulebook::Item Rulebook::FindItem(absl::string_view link_id) const {
  const auto it = items_.find(link_id);
  return it == items_.end() ? Item() : it->second;
}

const std::vector<Rulebook::Item>& Rulebook::ItemsOf(v1::QuestionnaireItem::Type type) const {
  static const auto* const kNone = new std::vector<Item>;
  const auto it = items_by_type_.find(type);
  return it == items_by_type_.end() ? *kNone : it->second;
}

const std::vector<Rulebook::SameLeaves>& Rulebook::LeavesOf(const v1::Rule& rule) const {
  return leaves_.at(&rule);
}

}  // namespace clarity::consultation
