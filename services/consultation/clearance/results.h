#ifndef CLARITY_SERVICES_CONSULTATION_CLEARANCE_RESULTS_H_
#define CLARITY_SERVICES_CONSULTATION_CLEARANCE_RESULTS_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/clearance_service.pb.h"
#include "services/consultation/pathway/consequences.h"
#include "services/consultation/policy/policy_store.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// What is measured and tested. Nothing that was once recorded is lost: a correction and a
// withdrawal are versions of their own.
class Results {
 public:
  // All outlive it.
  Results(PolicyStore* policies, const Consequences* consequences, base::Random* random)
      : policies_(*policies), consequences_(*consequences), random_(*random) {}

  absl::Status ListTests(const rpc::Call& call, storage::Transaction& transaction,
                         const v1::ListTestsRequest& request, v1::ListTestsResponse* reply);
  absl::Status Record(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::RecordResultsRequest& request, v1::RecordResultsResponse* reply);
  absl::Status Correct(const rpc::Call& call, storage::Transaction& transaction,
                       const v1::CorrectResultRequest& request, v1::Result* reply);
  absl::Status Withdraw(const rpc::Call& call, storage::Transaction& transaction,
                        const v1::WithdrawResultRequest& request, v1::Result* reply);
  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListResultsRequest& request, v1::ListResultsResponse* reply);

 private:
  PolicyStore& policies_;
  const Consequences& consequences_;
  base::Random& random_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_CLEARANCE_RESULTS_H_
