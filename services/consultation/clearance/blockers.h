#ifndef CLARITY_SERVICES_CONSULTATION_CLEARANCE_BLOCKERS_H_
#define CLARITY_SERVICES_CONSULTATION_CLEARANCE_BLOCKERS_H_

#include "clarity/consultation/v1/clearance_service.pb.h"
#include "services/consultation/pathway/consider.h"

namespace clarity::consultation {

// What stands in the way of a decision that clears: requirements that are missing, rules that
// exclude, or may exclude, and are not set aside, past exclusions that it does not settle. Relative
// exclusions stand in the way of a clearance without conditions only.
v1::ClearanceBlockers BlockersOf(const CaseFile& file, const v1::Evaluation& evaluation,
                                 const v1::DecideClearanceRequest& request);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_CLEARANCE_BLOCKERS_H_
