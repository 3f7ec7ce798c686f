#include "services/consultation/clearance/blockers.h"

#include "absl/algorithm/container.h"
#include "services/consultation/limits.h"
#include "services/consultation/policy/evaluation.h"

namespace clarity::consultation {
namespace {

// Whether a condition answers for the rule. Not where the policy asks for two prescribers: one of
// them would get round the other.
bool IsAdmitted(const v1::Decision& decision, v1::Clearance::Verdict verdict) {
  return verdict == v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS &&
         decision.effect() == v1::RULE_EFFECT_EXCLUDE_RELATIVE &&
         decision.overridable_by() != v1::AUTHORITY_TWO_PRESCRIBERS;
}

bool Blocks(const v1::Decision& decision) {
  return decision.applies() != v1::Decision::APPLIES_NO && decision.overrides().empty();
}

bool IsUnsettled(const v1::Decision& decision, const v1::DecideClearanceRequest& request) {
  return !decision.past_exclusions().empty() &&
         absl::c_none_of(request.settled_exclusions(), [&](const v1::SettledExclusion& settled) {
           return settled.rule() == decision.rule();
         });
}

}  // namespace

v1::ClearanceBlockers BlockersOf(const CaseFile& file, const v1::Evaluation& evaluation,
                                 const v1::DecideClearanceRequest& request) {
  v1::ClearanceBlockers blockers;
  for (const v1::Decision& decision : evaluation.decisions()) {
    if (!Excludes(decision.effect()) || IsAdmitted(decision, request.verdict())) continue;
    if (!IsAbout(decision.protocols(), request.protocols())) continue;
    if (Blocks(decision) && blockers.rules_size() < limits::kBlockersMax) {
      blockers.add_rules(decision.rule());
    }
    if (IsUnsettled(decision, request) && blockers.past_exclusions_size() < limits::kBlockersMax) {
      blockers.add_past_exclusions(decision.rule());
    }
  }
  for (const storage::v1::RequirementRecord& record : file.requirements) {
    if (blockers.requirements_size() == limits::kBlockersMax) break;
    const v1::Requirement& requirement = record.requirement();
    if (!IsMetOrWaived(requirement) && IsAbout(requirement.protocols(), request.protocols())) {
      blockers.add_requirements(requirement.name());
    }
  }
  return blockers;
}

}  // namespace clarity::consultation
