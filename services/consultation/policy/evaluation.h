#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_EVALUATION_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_EVALUATION_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/consultation/policy/inquiry.h"

// What a policy says of a person: a pure function of facts, policy and time.
namespace clarity::consultation {

v1::Decision::Applies AppliesOf(Truth truth);

// Whether a rule applies; one without a criterion always does.
Truth AskRule(const Inquiry& inquiry, const v1::Rule& rule);

// Every rule with its facts and what would change it. Which episode it is, and what has been set
// aside, is the caller's to add.
v1::Evaluation Evaluate(const Inquiry& inquiry);

// Whether a rule or requirement is about treatment by any of these protocols. `limited_to` empty:
// about every one.
bool IsAbout(const google::protobuf::RepeatedPtrField<std::string>& limited_to,
             const google::protobuf::RepeatedPtrField<std::string>& protocols);

// The patient cannot be treated, or not without conditions.
bool Excludes(v1::RuleEffect effect);

// How much a rule says against treatment: nothing, perhaps, or that it applies. A perhaps counts
// only where it could exclude; one that asks for requirements says nothing, for they speak for
// themselves.
int WeightOf(v1::RuleEffect effect, v1::Decision::Applies applies);

// When time alone next changes a decision; InfiniteFuture where it never does.
absl::Time NextChange(const v1::Evaluation& evaluation);

// A requirement that rules ask for, or may ask for while a fact is missing.
struct NeededRequirement {
  const v1::RequirementDefinition* definition = nullptr;
  std::vector<std::string> rules;
  // Only for these; empty: for all.
  std::vector<std::string> protocols;
};

// In the policy's order.
std::vector<NeededRequirement> RequirementsOf(const Rulebook& rulebook,
                                              const v1::Evaluation& evaluation);

// What meets a requirement, and what does not yet.
struct Coverage {
  // Codes.
  std::vector<std::string> open_tests;
  // Ids.
  std::vector<std::string> open_questionnaires, open_scales;
  std::vector<std::string> met_by;
  // When the first of what meets it ceases to count.
  absl::Time expire_time = absl::InfiniteFuture();
  // Some part was met, and is too old.
  bool has_lapsed = false;

  bool is_met() const {
    return open_tests.empty() && open_questionnaires.empty() && open_scales.empty();
  }
};

Coverage CoverageOf(const Inquiry& inquiry, const v1::RequirementDefinition& definition);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_EVALUATION_H_
