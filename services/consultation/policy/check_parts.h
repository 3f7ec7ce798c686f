#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_CHECK_PARTS_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_CHECK_PARTS_H_

#include <string>

#include "absl/container/flat_hash_set.h"
#include "services/consultation/policy/faults.h"
#include "services/consultation/policy/interval.h"
#include "services/consultation/policy/rulebook.h"

// The parts of CheckPolicy; see check.h.
namespace clarity::consultation {

// One that is taken in rules and phases: everything but items of a scale.
void CheckCriterion(const std::string& path, const v1::Criterion& criterion,
                    const Rulebook& rulebook, Faults* faults);

// That it has numbers, and that something within `possible` is in it.
void CheckRange(const std::string& path, const v1::Range& range, const Interval& possible,
                Faults* faults);

void CheckQuestionnaire(const std::string& path, const v1::Questionnaire& questionnaire,
                        const Rulebook& rulebook, Faults* faults);

void CheckScale(const std::string& path, const v1::Scale& scale, Faults* faults);

void CheckProtocol(const std::string& path, const v1::Protocol& protocol, const Rulebook& rulebook,
                   Faults* faults);

// Goes through the combinations of a criterion; `leaf(path, criterion)` is called for the rest.
// `may_be_missing`: whether `missing` is taken.
template <typename Leaf>
void CheckCombinations(const std::string& path, const v1::Criterion& criterion, bool may_be_missing,
                       Faults* faults, const Leaf& leaf) {
  const auto check_all = [&](const std::string& list, const v1::Criteria& parts) {
    for (int i = 0; i < parts.criteria_size(); ++i) {
      CheckCombinations(At(list, "criteria", i), parts.criteria(i), may_be_missing, faults, leaf);
    }
  };
  switch (criterion.kind_case()) {
    case v1::Criterion::kAllOf:
      return check_all(path + ".all_of", criterion.all_of());
    case v1::Criterion::kAnyOf:
      return check_all(path + ".any_of", criterion.any_of());
    case v1::Criterion::kNotOf:
      return CheckCombinations(path + ".not_of", criterion.not_of(), may_be_missing, faults, leaf);
    case v1::Criterion::kMissing:
      if (!may_be_missing) return faults->Add(path + ".missing", "it is not taken here");
      return CheckCombinations(path + ".missing", criterion.missing(), true, faults, leaf);
    case v1::Criterion::KIND_NOT_SET:
      return faults->Add(path, "it asks for nothing");
    default:
      leaf(path, criterion);
  }
}

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_CHECK_PARTS_H_
