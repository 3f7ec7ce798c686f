#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_WORDING_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_WORDING_H_

#include <string>
#include <vector>

#include "services/consultation/policy/inquiry.h"

// What clinicians read about facts and criteria.
namespace clarity::consultation {

// What is known, or missing, of what a leaf asks for: of a list, each entry that decides it.
std::vector<v1::Fact> FactsOf(const Inquiry& inquiry, const v1::Criterion& leaf);

// Conditions, medicines and treatments that were told in free text only.
std::vector<v1::Fact> UncodedFacts(const Inquiry& inquiry);

// "if systolic blood pressure is above 140 mm[Hg]"; `is_so` false: "is not above".
std::string IfLeafWere(const Rulebook& rulebook, const v1::Criterion& leaf, bool is_so);

// What it is that time brings when a leaf turns: "once myocardial infarction is 42 days ago".
std::string OnceLeafTurns(const Inquiry& inquiry, const v1::Criterion& leaf, absl::Time time);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_WORDING_H_
