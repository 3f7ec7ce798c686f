#include <algorithm>

#include "services/consultation/policy/check_parts.h"

namespace clarity::consultation {
namespace {

using Item = v1::QuestionnaireItem;

class QuestionnaireCheck {
 public:
  QuestionnaireCheck(const Rulebook& rulebook, Faults* faults)
      : rulebook_(rulebook), faults_(*faults) {}

  void Check(const std::string& path, const v1::Questionnaire& questionnaire) {
    const bool is_known_actor =
        questionnaire.actor() == v1::ACTOR_PATIENT || questionnaire.actor() == v1::ACTOR_CLINICIAN;
    if (!is_known_actor) faults_.Add(path + ".actor", "it must be PATIENT or CLINICIAN");
    faults_.CheckDistinct(path + ".parts", questionnaire.parts(), "id",
                          [](const v1::Questionnaire::Part& part) { return part.id(); });
    for (int i = 0; i < questionnaire.parts_size(); ++i) {
      const std::string part = At(path, "parts", i);
      for (int j = 0; j < questionnaire.parts(i).items_size(); ++j) {
        const Item& item = questionnaire.parts(i).items(j);
        CheckItem(At(part, "items", j), item);
        asked_.insert(item.link_id());
      }
    }
  }

 private:
  void CheckItem(const std::string& path, const Item& item) {
    // Of two with the same link id, the first is found.
    if (rulebook_.FindItem(item.link_id()).item != &item) {
      faults_.Add(path + ".link_id", "another item of the policy has it");
    }
    if (item.has_enable_when()) CheckEnableWhen(path + ".enable_when", item);
    CheckOnlyFor(path + ".choices", item, Item::TYPE_CODED, !item.choices().empty());
    CheckOnlyFor(path + ".units", item, Item::TYPE_QUANTITY, !item.units().empty());
    if (item.type() != Item::TYPE_CODED && item.repeats()) {
      faults_.Add(path + ".repeats", "it is for items of type CODED");
    }
    if (item.has_plausible() && item.type() != Item::TYPE_QUANTITY) {
      faults_.Add(path + ".plausible", "it is for items of type QUANTITY");
    } else if (item.has_plausible()) {
      CheckRange(path + ".plausible", item.plausible(), Interval(), &faults_);
    }
    faults_.CheckDistinct(path + ".choices", item.choices(), "code",
                          [](const v1::Choice& choice) { return choice.code(); });
    for (int i = 0; i < item.classes_size(); ++i) {
      CheckClass(At(path, "classes", i), item.type(), item.classes(i));
    }
  }

  // `is_given` must be so for this type, and for no other.
  void CheckOnlyFor(const std::string& path, const Item& item, Item::Type type, bool is_given) {
    const bool is_wanted = item.type() == type;
    if (is_wanted == is_given) return;
    const std::string name = Item::Type_Name(type).substr(sizeof("TYPE_") - 1);
    faults_.Add(path, absl::StrCat(is_wanted ? "it is required for items of type "
                                             : "it is for items of type ",
                                   name));
  }

  // What comes later cannot be asked for, so nothing goes round in a circle.
  void CheckEnableWhen(const std::string& path, const Item& item) {
    CheckCombinations(
        path, item.enable_when(), /*may_be_missing=*/false, &faults_,
        [&](const std::string& at, const v1::Criterion& leaf) {
          if (!leaf.has_answered()) {
            return faults_.Add(at, "an item depends on answers only");
          }
          const std::string& link_id = leaf.answered().link_id();
          if (link_id == item.link_id()) {
            faults_.Add(at + ".answered.link_id", "the item asks for itself");
          } else if (asked_.count(link_id) == 0 && rulebook_.FindItem(link_id).item != nullptr) {
            faults_.Add(at + ".answered.link_id",
                        "the item is not before this one in the questionnaire");
          } else {
            CheckCriterion(at, leaf, rulebook_, &faults_);
          }
        });
  }

  void CheckClass(const std::string& path, Item::Type type, const std::string& code_class) {
    const auto is_of_class = [&](const auto& code) {
      return std::find(code.classes().begin(), code.classes().end(), code_class) !=
             code.classes().end();
    };
    const v1::Policy& policy = rulebook_.policy();
    bool is_there = false;
    switch (type) {
      case Item::TYPE_CONDITIONS:
        is_there = std::any_of(policy.conditions().begin(), policy.conditions().end(), is_of_class);
        break;
      case Item::TYPE_MEDICINES:
      case Item::TYPE_TREATMENTS:
        is_there = std::any_of(policy.medicines().begin(), policy.medicines().end(), is_of_class);
        break;
      default:
        return faults_.Add(path, "it is for items of type MEDICINES, CONDITIONS and TREATMENTS");
    }
    if (!is_there) {
      faults_.Add(path, absl::StrCat("the policy has no code of the class \"", code_class, "\""));
    }
  }

  const Rulebook& rulebook_;
  Faults& faults_;
  absl::flat_hash_set<std::string> asked_;  // before the item that is looked at
};

}  // namespace

void CheckQuestionnaire(const std::string& path, const v1::Questionnaire& questionnaire,
                        const Rulebook& rulebook, Faults* faults) {
  QuestionnaireCheck(rulebook, faults).Check(path, questionnaire);
}

}  // namespace clarity::consultation
