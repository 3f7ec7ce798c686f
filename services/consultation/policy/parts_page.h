#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_PARTS_PAGE_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_PARTS_PAGE_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "clarity/consultation/v1/policy.pb.h"
#include "services/platform/base/errors.h"
#include "services/platform/rpc/page_token.h"

// Lists of what a policy consists of: scales, tests, questionnaires, protocols.
namespace clarity::consultation {

// Puts a page of `parts`, in the policy's order, into `page`, and the version and the token of the
// next one into the reply. A token of another version is PAGE_TOKEN_MISMATCH: the order may be
// another.
template <typename Part, typename Request, typename Reply, typename IsListed>
absl::Status ListParts(const v1::Policy& policy,
                       const google::protobuf::RepeatedPtrField<Part>& parts,
                       const Request& request, const IsListed& is_listed,
                       google::protobuf::RepeatedPtrField<Part>* page, Reply* reply) {
  const auto token = rpc::DecodePageToken(request, request.page_token());
  if (!token.ok()) return token.status();
  int next = 0;
  if (!token->empty()) {
    const std::pair<std::string, std::string> cursor = absl::StrSplit(*token, ' ');
    const bool is_ours = cursor.first == absl::StrCat(policy.version()) &&
                         absl::SimpleAtoi(cursor.second, &next) && next >= 0;
    if (!is_ours) {
      return base::InvalidReason("PAGE_TOKEN_MISMATCH",
                                 "the policy has changed: begin the list again");
    }
  }
  reply->set_policy_version(policy.version());
  const int size = request.page_size() == 0 ? rpc::kPageSizeUsual : request.page_size();
  for (; next < parts.size(); ++next) {
    if (!is_listed(parts[next])) continue;
    if (page->size() == size) {
      reply->set_next_page_token(
          rpc::EncodePageToken(request, absl::StrCat(policy.version(), " ", next)));
      break;
    }
    *page->Add() = parts[next];
  }
  return absl::OkStatus();
}

template <typename Part, typename Request, typename Reply>
absl::Status ListParts(const v1::Policy& policy,
                       const google::protobuf::RepeatedPtrField<Part>& parts,
                       const Request& request, google::protobuf::RepeatedPtrField<Part>* page,
                       Reply* reply) {
  return ListParts(
      policy, parts, request, [](const Part&) { return true; }, page, reply);
}

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_PARTS_PAGE_H_
