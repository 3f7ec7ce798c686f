#ifndef CLARITY_SERVICES_CONSULTATION_PATIENTS_PATIENTS_H_
#define CLARITY_SERVICES_CONSULTATION_PATIENTS_PATIENTS_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/patient_service.pb.h"
#include "services/consultation/pathway/consequences.h"
#include "services/consultation/patients/search_index.h"
#include "services/consultation/scheduling/clinics.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// Records of people: making, reading and changing them.
class Patients {
 public:
  // All outlive it.
  Patients(const SearchIndex* index, Clinics* clinics, const Consequences* consequences,
           base::Random* random)
      : index_(*index), clinics_(*clinics), consequences_(*consequences), random_(*random) {}

  absl::Status Create(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::CreatePatientRequest& request, v1::Patient* reply);
  absl::Status Get(const rpc::Call& call, storage::Transaction& transaction,
                   const v1::GetPatientRequest& request, v1::Patient* reply);
  absl::Status BatchGet(const rpc::Call& call, storage::Transaction& transaction,
                        const v1::BatchGetPatientsRequest& request,
                        v1::BatchGetPatientsResponse* reply);
  absl::Status Update(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::UpdatePatientRequest& request, v1::Patient* reply);

 private:
  // Puts numbers into E.164, and says all that is wrong with the record at once.
  absl::Status Normalise(const rpc::Call& call, storage::Transaction& transaction,
                         v1::Patient* patient) const;
  absl::Status CheckDuplicates(const rpc::Call& call, storage::Transaction& transaction,
                               const v1::CreatePatientRequest& request,
                               const v1::Patient& patient) const;

  const SearchIndex& index_;
  Clinics& clinics_;
  const Consequences& consequences_;
  base::Random& random_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATIENTS_PATIENTS_H_
