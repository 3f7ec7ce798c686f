#include "clients/admin/policy_client.h"

namespace clarity::client {

using consultation::v1::ApplyPolicyRequest;
using consultation::v1::ApplyPolicyResponse;
using consultation::v1::GetPolicyRequest;
using consultation::v1::ListPoliciesRequest;
using consultation::v1::ListPoliciesResponse;
using consultation::v1::Policy;
using Stub = PolicyConnection::Stub;
using PolicyVersion = ListPoliciesResponse::PolicyVersion;

absl::StatusOr<ApplyPolicyResponse> PolicyClient::ApplyPolicy(
    const ApplyPolicyRequest& request) const {
  return policies_->Call(&Stub::ApplyPolicy, request, options_);
}

absl::StatusOr<Policy> PolicyClient::GetPolicy(const std::string& name, int64_t version) const {
  GetPolicyRequest request;
  request.set_name(name);
  request.set_version(version);
  return policies_->Call(&Stub::GetPolicy, request, options_);
}

PageRange<PolicyVersion> PolicyClient::ListPolicies(const std::string& name) const {
  ListPoliciesRequest request;
  request.set_policy(name);
  return Paginate<PolicyVersion, ListPoliciesRequest, ListPoliciesResponse>(
      std::move(request), &ListPoliciesResponse::mutable_policies,
      [policies = policies_, options = options_](const ListPoliciesRequest& page) {
        return policies->Call(&Stub::ListPolicies, page, options);
      });
}

}  // namespace clarity::client
