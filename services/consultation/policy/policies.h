#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_POLICIES_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_POLICIES_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/policy_service.pb.h"
#include "services/consultation/policy/policy_store.h"
#include "services/consultation/policy/trial.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// Declaring policies, and reading them.
class Policies {
 public:
  // Both outlive it.
  Policies(PolicyStore* store, const EpisodeFacts* episodes)
      : store_(*store), episodes_(*episodes) {}

  absl::Status Apply(const rpc::Call& call, storage::Transaction& transaction,
                     const v1::ApplyPolicyRequest& request, v1::ApplyPolicyResponse* reply);
  absl::Status Get(const rpc::Call& call, storage::Transaction& transaction,
                   const v1::GetPolicyRequest& request, v1::Policy* reply);
  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListPolicyVersionsRequest& request,
                    v1::ListPolicyVersionsResponse* reply);

 private:
  absl::Status Try(const rpc::Call& call, storage::Transaction& transaction,
                   const std::vector<PolicyStore::Policy>& present, const Rulebook& next,
                   v1::ApplyPolicyResponse* reply);

  PolicyStore& store_;
  const EpisodeFacts& episodes_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_POLICIES_H_
