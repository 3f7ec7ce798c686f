#ifndef CLARITY_SERVICES_CONSULTATION_EVALUATION_EVALUATIONS_H_
#define CLARITY_SERVICES_CONSULTATION_EVALUATION_EVALUATIONS_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/evaluation_service.pb.h"
#include "services/consultation/pathway/case_file.h"
#include "services/consultation/policy/policy_store.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// What a policy says of an episode.
class Evaluations {
 public:
  // Both outlive it.
  Evaluations(PolicyStore* policies, const CaseFiles* files)
      : policies_(*policies), files_(*files) {}

  absl::Status Evaluate(const rpc::Call& call, storage::Transaction& transaction,
                        const v1::EvaluateEpisodeRequest& request, v1::Evaluation* reply);

 private:
  PolicyStore& policies_;
  const CaseFiles& files_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_EVALUATION_EVALUATIONS_H_
