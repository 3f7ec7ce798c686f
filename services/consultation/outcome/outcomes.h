#ifndef CLARITY_SERVICES_CONSULTATION_OUTCOME_OUTCOMES_H_
#define CLARITY_SERVICES_CONSULTATION_OUTCOME_OUTCOMES_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "clarity/consultation/v1/outcome_service.pb.h"
#include "services/consultation/intake/safety_alerts.h"
#include "services/consultation/pathway/consequences.h"
#include "services/consultation/policy/policy_store.h"
#include "services/consultation/records.pb.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// How a patient is doing, by rating scales.
class Outcomes {
 public:
  // All outlive it.
  Outcomes(PolicyStore* policies, const SafetyAlerts* alerts, const Consequences* consequences,
           base::Random* random)
      : policies_(*policies), alerts_(*alerts), consequences_(*consequences), random_(*random) {}

  absl::Status ListScales(const rpc::Call& call, storage::Transaction& transaction,
                          const v1::ListScalesRequest& request, v1::ListScalesResponse* reply);
  absl::Status Record(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::RecordOutcomeRequest& request, v1::Outcome* reply);
  absl::Status Correct(const rpc::Call& call, storage::Transaction& transaction,
                       const v1::CorrectOutcomeRequest& request, v1::Outcome* reply);
  // Of answers that were refused: the alerts that they raise.
  absl::StatusOr<bool> KeepRecorded(const rpc::Call& call, storage::Transaction& transaction,
                                    const v1::RecordOutcomeRequest& request, absl::Status* refusal);
  absl::StatusOr<bool> KeepCorrected(const rpc::Call& call, storage::Transaction& transaction,
                                     const v1::CorrectOutcomeRequest& request,
                                     absl::Status* refusal);
  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListOutcomesRequest& request, v1::ListOutcomesResponse* reply);

 private:
  // Records what was said, in the place of `corrected`; null: of none.
  absl::Status Add(const rpc::Call& call, storage::Transaction& transaction,
                   storage::v1::EpisodeRecord* episode, storage::v1::OutcomeRecord* corrected,
                   v1::Outcome said, v1::Outcome* reply) const;

  absl::StatusOr<bool> KeepAlerts(const rpc::Call& call, storage::Transaction& transaction,
                                  const v1::Outcome& said, absl::Status* refusal) const;

  PolicyStore& policies_;
  const SafetyAlerts& alerts_;
  const Consequences& consequences_;
  base::Random& random_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_OUTCOME_OUTCOMES_H_
