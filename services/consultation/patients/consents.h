#ifndef CLARITY_SERVICES_CONSULTATION_PATIENTS_CONSENTS_H_
#define CLARITY_SERVICES_CONSULTATION_PATIENTS_CONSENTS_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/patient_service.pb.h"
#include "services/consultation/pathway/consequences.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// The consent of that kind that holds; null where there is none.
const v1::Consent* FindConsent(const v1::Patient& patient, v1::Consent::Kind kind);

// What a patient agrees to.
class Consents {
 public:
  // Outlives it.
  explicit Consents(const Consequences* consequences) : consequences_(*consequences) {}

  absl::Status Record(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::RecordConsentRequest& request, v1::Patient* reply);
  absl::Status Withdraw(const rpc::Call& call, storage::Transaction& transaction,
                        const v1::WithdrawConsentRequest& request, v1::Patient* reply);

 private:
  const Consequences& consequences_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATIENTS_CONSENTS_H_
