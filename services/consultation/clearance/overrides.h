#ifndef CLARITY_SERVICES_CONSULTATION_CLEARANCE_OVERRIDES_H_
#define CLARITY_SERVICES_CONSULTATION_CLEARANCE_OVERRIDES_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/clearance_service.pb.h"
#include "services/consultation/pathway/consequences.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// Rules that prescribers set aside for an episode, on the facts of the time. When these change, it
// ends, and stays on record.
class Overrides {
 public:
  // Outlives it.
  explicit Overrides(const Consequences* consequences) : consequences_(*consequences) {}

  absl::Status OverrideRule(const rpc::Call& call, storage::Transaction& transaction,
                            const v1::OverrideRuleRequest& request, v1::RuleOverride* reply);

 private:
  const Consequences& consequences_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_CLEARANCE_OVERRIDES_H_
