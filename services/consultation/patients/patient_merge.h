#ifndef CLARITY_SERVICES_CONSULTATION_PATIENTS_PATIENT_MERGE_H_
#define CLARITY_SERVICES_CONSULTATION_PATIENTS_PATIENT_MERGE_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/patient_service.pb.h"
#include "services/consultation/intake/episode_log.h"
#include "services/consultation/pathway/consequences.h"
#include "services/consultation/patients/search_index.h"
#include "services/consultation/scheduling/outbox.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// Two records turn out to be of the same person.
class PatientMerge {
 public:
  // All outlive it.
  PatientMerge(const SearchIndex* index, const Outbox* outbox, const EpisodeLog* log,
               const Consequences* consequences)
      : index_(*index), outbox_(*outbox), log_(*log), consequences_(*consequences) {}

  absl::Status Merge(const rpc::Call& call, storage::Transaction& transaction,
                     const v1::MergePatientsRequest& request, v1::Patient* reply);

 private:
  const SearchIndex& index_;
  const Outbox& outbox_;
  const EpisodeLog& log_;
  const Consequences& consequences_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATIENTS_PATIENT_MERGE_H_
