#ifndef CLARITY_SERVICES_CONSULTATION_PATIENTS_EMERGENCY_ACCESS_H_
#define CLARITY_SERVICES_CONSULTATION_PATIENTS_EMERGENCY_ACCESS_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/patient_service.pb.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// Breaking the glass: a clinician reaches a patient of another clinic, on record.
class EmergencyAccesses {
 public:
  // Outlives it.
  explicit EmergencyAccesses(base::Random* random) : random_(*random) {}

  absl::Status BreakGlass(const rpc::Call& call, storage::Transaction& transaction,
                          const v1::BreakGlassRequest& request, v1::EmergencyAccess* reply);
  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListEmergencyAccessesRequest& request,
                    v1::ListEmergencyAccessesResponse* reply);

 private:
  base::Random& random_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATIENTS_EMERGENCY_ACCESS_H_
