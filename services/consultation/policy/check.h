#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_CHECK_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_CHECK_H_

#include <vector>

#include "absl/types/span.h"
#include "services/consultation/policy/rulebook.h"
#include "services/platform/base/errors.h"

namespace clarity::consultation {

// Everything wrong with a policy beyond what the options of its fields already say (the door has
// checked those), all at once. Fields are paths from the request: "policy.rules[3].when.age".
// `others`: the policies of other names that are in force; a clinic has one.
std::vector<base::Violation> CheckPolicy(const Rulebook& rulebook,
                                         absl::Span<const v1::Policy* const> others);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_CHECK_H_
