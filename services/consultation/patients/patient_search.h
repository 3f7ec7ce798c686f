#ifndef CLARITY_SERVICES_CONSULTATION_PATIENTS_PATIENT_SEARCH_H_
#define CLARITY_SERVICES_CONSULTATION_PATIENTS_PATIENT_SEARCH_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/patient_service.pb.h"
#include "services/consultation/patients/search_index.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// Who is it? By what a caller says of themselves.
class PatientSearch {
 public:
  // Outlives it.
  explicit PatientSearch(const SearchIndex* index) : index_(*index) {}

  absl::Status Search(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::SearchPatientsRequest& request, v1::SearchPatientsResponse* reply);

 private:
  const SearchIndex& index_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATIENTS_PATIENT_SEARCH_H_
