#ifndef CLARITY_SERVICES_CONSULTATION_EVALUATION_QUESTIONNAIRES_H_
#define CLARITY_SERVICES_CONSULTATION_EVALUATION_QUESTIONNAIRES_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/evaluation_service.pb.h"
#include "services/consultation/policy/policy_store.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// Whether the caller may see and fill in questionnaires that are for `actor`: what is a
// clinician's, only clinicians.
bool MaySeeQuestionnairesFor(const rpc::Call& call, v1::Actor actor);

// What is asked.
class Questionnaires {
 public:
  // Outlives it.
  explicit Questionnaires(PolicyStore* policies) : policies_(*policies) {}

  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListQuestionnairesRequest& request,
                    v1::ListQuestionnairesResponse* reply);

 private:
  PolicyStore& policies_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_EVALUATION_QUESTIONNAIRES_H_
