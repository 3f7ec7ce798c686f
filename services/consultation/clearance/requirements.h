#ifndef CLARITY_SERVICES_CONSULTATION_CLEARANCE_REQUIREMENTS_H_
#define CLARITY_SERVICES_CONSULTATION_CLEARANCE_REQUIREMENTS_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/clearance_service.pb.h"
#include "services/consultation/pathway/consequences.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// What must be there before clearance. Requirements come and go by themselves; see Consider.
class Requirements {
 public:
  // Outlives it.
  explicit Requirements(const Consequences* consequences) : consequences_(*consequences) {}

  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListRequirementsRequest& request,
                    v1::ListRequirementsResponse* reply);
  absl::Status Waive(const rpc::Call& call, storage::Transaction& transaction,
                     const v1::WaiveRequirementRequest& request, v1::Requirement* reply);

 private:
  const Consequences& consequences_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_CLEARANCE_REQUIREMENTS_H_
