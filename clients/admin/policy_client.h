#ifndef CLARITY_CLIENTS_ADMIN_POLICY_CLIENT_H_
#define CLARITY_CLIENTS_ADMIN_POLICY_CLIENT_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "clarity/consultation/v1/policy_service.grpc.pb.h"
#include "clients/core/connection.h"
#include "clients/core/page_range.h"

namespace clarity::client {

using PolicyConnection = Connection<consultation::v1::PolicyService>;

// What an operator's application calls about policies. Takes the requests of policy_service.proto,
// whose comments say what they mean. Cheap to copy.
class PolicyClient {
 public:
  explicit PolicyClient(std::shared_ptr<PolicyConnection> policies, CallOptions options = {})
      : policies_(std::move(policies)), options_(std::move(options)) {}

  absl::StatusOr<consultation::v1::ApplyPolicyResponse> ApplyPolicy(
      const consultation::v1::ApplyPolicyRequest& request) const;
  // `version` 0: the present one.
  absl::StatusOr<consultation::v1::Policy> GetPolicy(const std::string& name,
                                                     int64_t version = 0) const;
  // The versions of a policy, the newest first; of all policies where no name is given.
  PageRange<consultation::v1::ListPolicyVersionsResponse::PolicyVersion> ListPolicyVersions(
      const std::string& name = "") const;

 private:
  std::shared_ptr<PolicyConnection> policies_;
  CallOptions options_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_POLICY_CLIENT_H_
