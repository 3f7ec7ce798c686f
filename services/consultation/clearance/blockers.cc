#include "services/consultation/clearance/blockers.h"

#include "services/consultation/limits.h"
#include "services/consultation/policy/evaluation.h"

namespace clarity::consultation {
namespace {

using google::protobuf::RepeatedPtrField;

bool Blocks(const v1::Decision& decision, v1::Clearance::Verdict verdict) {
  const bool is_relative = decision.effect() == v1::RULE_EFFECT_EXCLUDE_RELATIVE;
  const bool may_apply = decision.applies() != v1::Decision::APPLIES_NO;
  return Excludes(decision.effect()) && may_apply && decision.overrides().empty() &&
         !(is_relative && verdict == v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS);
}

}  // namespace

v1::ClearanceBlockers BlockersOf(const CaseFile& file, const v1::Evaluation& evaluation,
                                 v1::Clearance::Verdict verdict,
                                 const RepeatedPtrField<std::string>& protocols) {
  v1::ClearanceBlockers blockers;
  for (const v1::Decision& decision : evaluation.decisions()) {
    if (blockers.rules_size() == limits::kBlockersMax) break;
    if (Blocks(decision, verdict) && IsAbout(decision.protocols(), protocols)) {
      blockers.add_rules(decision.rule());
    }
  }
  for (const storage::v1::RequirementRecord& record : file.requirements) {
    if (blockers.requirements_size() == limits::kBlockersMax) break;
    const v1::Requirement& requirement = record.requirement();
    if (!IsMetOrWaived(requirement) && IsAbout(requirement.protocols(), protocols)) {
      blockers.add_requirements(requirement.name());
    }
  }
  return blockers;
}

}  // namespace clarity::consultation
