#ifndef CLARITY_SERVICES_CONSULTATION_PATIENTS_PATIENT_SEARCH_H_
#define CLARITY_SERVICES_CONSULTATION_PATIENTS_PATIENT_SEARCH_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/patient_service.pb.h"
#include "services/consultation/patients/search_index.h"
#include "services/consultation/scheduling/clinics.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// Who is it? By what a caller says of themselves.
class PatientSearch {
 public:
  // Both outlive it.
  PatientSearch(const SearchIndex* index, Clinics* clinics) : index_(*index), clinics_(*clinics) {}

  absl::Status Search(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::SearchPatientsRequest& request, v1::SearchPatientsResponse* reply);

 private:
  const SearchIndex& index_;
  Clinics& clinics_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATIENTS_PATIENT_SEARCH_H_
