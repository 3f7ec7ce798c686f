#include "services/consultation/evaluation/amendment.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/algorithm/container.h"
#include "services/consultation/pathway/consider.h"
#include "services/consultation/policy/evaluation.h"

namespace clarity::consultation {
namespace {

using Answers = google::protobuf::RepeatedPtrField<v1::Answer>;

template <typename Messages>
bool HasAllOf(const Messages& present, const Messages& earlier) {
  return absl::c_all_of(earlier, [&](const auto& was) {
    return absl::c_any_of(
        present, [&](const auto& is) { return is.SerializeAsString() == was.SerializeAsString(); });
  });
}

bool StillSays(const v1::Answer& present, const v1::Answer& earlier) {
  if (earlier.value_case() == v1::Answer::VALUE_NOT_SET || earlier.has_not_known()) return true;
  if (present.value_case() != earlier.value_case()) return false;
  switch (earlier.value_case()) {
    case v1::Answer::kCodes:
      return absl::c_all_of(earlier.codes().codes(), [&](const std::string& code) {
        return absl::c_linear_search(present.codes().codes(), code);
      });
    case v1::Answer::kMedicines:
      return HasAllOf(present.medicines().medicines(), earlier.medicines().medicines());
    case v1::Answer::kConditions:
      return HasAllOf(present.conditions().conditions(), earlier.conditions().conditions());
    case v1::Answer::kTreatments:
      return HasAllOf(present.treatments().treatments(), earlier.treatments().treatments());
    default:
      return present.SerializeAsString() == earlier.SerializeAsString();
  }
}

// Ids of the rules that stand against treatment, or ask for something before it.
std::set<std::string> StandingRules(const CaseFile& file) {
  std::set<std::string> rules;
  const v1::Evaluation evaluation = EvaluateFile(file);
  for (const v1::Decision& decision : evaluation.decisions()) {
    const bool stands = Excludes(decision.effect()) || !decision.requirements().empty();
    if (stands && decision.applies() == v1::Decision::APPLIES_YES) rules.insert(decision.rule());
  }
  return rules;
}

}  // namespace

bool OnlyAdds(const Answers& earlier, const Answers& present) {
  return absl::c_all_of(earlier, [&](const v1::Answer& was) {
    const auto is = absl::c_find_if(
        present, [&](const v1::Answer& answer) { return answer.link_id() == was.link_id(); });
    return StillSays(is == present.end() ? v1::Answer() : *is, was);
  });
}

bool TakesBack(CaseFile file, const v1::QuestionnaireResponse& amended) {
  const std::set<std::string> before = StandingRules(file);
  for (v1::QuestionnaireResponse& response : file.facts.responses) {
    if (response.name() == amended.name()) response = amended;
  }
  return !absl::c_includes(StandingRules(file), before);
}

}  // namespace clarity::consultation
