#ifndef CLARITY_SERVICES_CONSULTATION_CLEARANCE_BLOCKERS_H_
#define CLARITY_SERVICES_CONSULTATION_CLEARANCE_BLOCKERS_H_

#include <string>

#include "clarity/consultation/v1/clearance.pb.h"
#include "services/consultation/pathway/consider.h"

namespace clarity::consultation {

// What stands in the way of a verdict that clears for these protocols: requirements that are
// missing, rules that exclude, or may exclude, and are not set aside. Relative exclusions stand in
// the way of a clearance without conditions only.
v1::ClearanceBlockers BlockersOf(const CaseFile& file, const v1::Evaluation& evaluation,
                                 v1::Clearance::Verdict verdict,
                                 const google::protobuf::RepeatedPtrField<std::string>& protocols);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_CLEARANCE_BLOCKERS_H_
