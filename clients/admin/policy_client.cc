#include "clients/admin/policy_client.h"

namespace clarity::client {

using consultation::v1::ApplyPolicyRequest;
using consultation::v1::ApplyPolicyResponse;
using consultation::v1::GetPolicyRequest;
using consultation::v1::ListPolicyVersionsRequest;
using consultation::v1::ListPolicyVersionsResponse;
using consultation::v1::Policy;
using Stub = PolicyConnection::Stub;
using PolicyVersion = ListPolicyVersionsResponse::PolicyVersion;

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

PageRange<PolicyVersion> PolicyClient::ListPolicyVersions(const std::string& name) const {
  ListPolicyVersionsRequest request;
  request.set_policy(name);
  return Paginate<PolicyVersion, ListPolicyVersionsRequest, ListPolicyVersionsResponse>(
      std::move(request), &ListPolicyVersionsResponse::mutable_versions,
      [policies = policies_, options = options_](const ListPolicyVersionsRequest& page) {
        return policies->Call(&Stub::ListPolicyVersions, page, options);
      });
}

}  // namespace clarity::client
