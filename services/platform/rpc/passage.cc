#include "services/platform/rpc/passage.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/hash.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/address.h"
#include "services/platform/rpc/freshness.h"

namespace clarity::rpc {
namespace {

using google::protobuf::Message;
using options::v1::MethodRule;

constexpr absl::string_view kBearer = "bearer ";
// All that the caller may see, in fields that are marked `wildcard`; validation refuses it in
// others.
constexpr absl::string_view kAllClinics = "clinics/-";

// The caller's deadline counts from the real clock, as the library does; the call's from ours. A
// stream lasts until somebody ends it.
absl::Time DeadlineOf(const grpc::CallbackServerContext& context, const Method* method,
                      absl::Time now) {
  const bool is_stream = method != nullptr && method->descriptor->server_streaming();
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) {
    return is_stream ? absl::InfiniteFuture() : now + limits::kDeadlineUsual;
  }
  const absl::Duration left = absl::FromChrono(deadline - std::chrono::system_clock::now());
  return now + (is_stream ? left : std::min(left, limits::kDeadlineMax));
}

}  // namespace

Passage::Passage(const DoorParts& parts, Limiters* limiters, grpc::CallbackServerContext* context,
                 const Message* request)
    : parts_(parts), limiters_(limiters), context_(context), arrived_(request) {
  call_.method = parts_.methods->Find(request->GetDescriptor());
  call_.permissions = parts_.permissions;
  call_.now = parts_.clock->Now();
  call_.deadline = DeadlineOf(*context, call_.method, call_.now);
  call_.id = base::NewId(call_.now, *parts_.random);
}

absl::Status Passage::Admit() {
  if (call_.method == nullptr) return absl::InternalError("a method without an entry in the table");
  const size_t bytes_max = call_.method->request_bytes_max;
  if (arrived_->ByteSizeLong() > bytes_max) {
    return base::InvalidField("", absl::StrCat("the request has more than ", bytes_max, " bytes"));
  }
  RETURN_IF_ERROR(ReadToken());
  const auto principal = parts_.authenticator->FindCached(token_);
  if (principal != nullptr) return Identify(*principal);
  if (!limiters_->bad_tokens.HasRoom(NetworkOf(context_->peer()), call_.now)) {
    return base::ResourceExhausted("RATE_LIMITED", "too many bad tokens come from this address",
                                   limits::kRetryAfter);
  }
  return absl::OkStatus();
}

absl::Status Passage::Examine() {
  RETURN_IF_ERROR(StillWanted());
  if (!identified_) RETURN_IF_ERROR(Verify());
  const Validator& validator = parts_.methods->validator();
  if (validator.HasOutputOnly(*arrived_)) validator.ClearOutputOnly(Mutable());
  RETURN_IF_ERROR(CheckScope());
  ReadRequestId();
  std::vector<base::Violation> violations;
  if (call_.method->IsWrite() && call_.request_id.empty() && !call_.validate_only) {
    violations.push_back({"request_id", "is required"});
  }
  RETURN_IF_ERROR(validator.Check(
      request(), [this](absl::string_view permission) { return call_.Can(permission); },
      std::move(violations)));
  return ReadFreshness();
}

absl::Status Passage::ReadToken() {
  const auto [begin, end] = context_->client_metadata().equal_range("authorization");
  if (begin == end) return base::Unauthenticated("there is no token: send authorization metadata");
  if (std::next(begin) != end) return base::Unauthenticated("there is more than one token");
  const absl::string_view value(begin->second.data(), begin->second.size());
  if (!absl::StartsWithIgnoreCase(value, kBearer)) {
    return base::Unauthenticated("the authorization metadata is no bearer token");
  }
  token_ = std::string(value.substr(kBearer.size()));
  return absl::OkStatus();
}

absl::Status Passage::Verify() {
  const auto principal = parts_.authenticator->Authenticate(token_);
  if (principal.ok()) return Identify(**principal);
  limiters_->bad_tokens.Take(NetworkOf(context_->peer()), call_.now);
  return principal.status();
}

absl::Status Passage::Identify(const Principal& principal) {
  call_.principal = principal;
  identified_ = true;
  if (!limiters_->calls.Take(principal.subject, call_.now)) {
    return base::ResourceExhausted("RATE_LIMITED", "too many calls of this caller",
                                   limits::kRetryAfter);
  }
  const MethodRule& rule = call_.method->rule;
  return rule.open_to_all() || call_.Can(rule.permission()) ? absl::OkStatus()
                                                            : base::PermissionDenied();
}

absl::Status Passage::CheckScope() {
  const Principal& principal = call_.principal;
  bool is_allowed = true;
  const Method& method = *call_.method;
  if (method.patient.has_value() && principal.IsPatientOnly()) {
    bool is_named = false;
    bool has_empty = false;
    method.patient->Visit(*arrived_, [&](const std::string& patient) {
      is_named |= patient == principal.patient;
      has_empty |= patient.empty();
      is_allowed &= patient.empty() || patient == principal.patient;
    });
    if (has_empty || !is_named) method.patient->FillEmpty(Mutable(), principal.patient);
  }
  for (const FieldPath& path : method.clinics) {
    path.Visit(*arrived_, [&](const std::string& clinic) {
      is_allowed &= clinic.empty() || clinic == kAllClinics || principal.SeesClinic(clinic);
    });
  }
  return is_allowed ? absl::OkStatus() : base::PermissionDenied();
}

void Passage::ReadRequestId() {
  const Method& method = *call_.method;
  if (!method.IsWrite()) return;
  const auto& reflection = *arrived_->GetReflection();
  call_.request_id = reflection.GetString(*arrived_, method.request_id);
  call_.validate_only =
      method.validate_only != nullptr && reflection.GetBool(*arrived_, method.validate_only);
}

absl::Status Passage::ReadFreshness() {
  const auto found = context_->client_metadata().find(kFreshnessKey);
  if (found == context_->client_metadata().end()) return absl::OkStatus();
  ASSIGN_OR_RETURN(call_.freshness,
                   ParseFreshness(absl::string_view(found->second.data(), found->second.size())));
  return absl::OkStatus();
}

absl::Status Passage::StillWanted() const {
  if (context_->IsCancelled()) return absl::CancelledError("the caller has gone");
  if (parts_.clock->Now() >= call_.deadline) {
    return absl::DeadlineExceededError("the deadline passed before the call was served");
  }
  return absl::OkStatus();
}

absl::Status Passage::CheckIdentity() const {
  return parts_.authenticator->Authenticate(token_).status();
}

bool Passage::IsStillKnown() const { return parts_.authenticator->FindCached(token_) != nullptr; }

bool SubmitTask(const DoorParts& parts, base::Task task) {
  Metrics* const metrics = parts.metrics;
  metrics->TaskQueued();
  const bool is_taken = parts.executor->TrySubmit([metrics, task = std::move(task)]() mutable {
    metrics->TaskStarted();
    std::move(task)();
  });
  if (!is_taken) metrics->TaskStarted();
  return is_taken;
}

std::string Passage::BodyHash() const {
  std::string body;
  {
    google::protobuf::io::StringOutputStream output(&body);
    google::protobuf::io::CodedOutputStream coded(&output);
    coded.SetSerializationDeterministic(true);
    request().SerializeToCodedStream(&coded);
  }
  return base::Sha256(body);
}

Message* Passage::Mutable() {
  if (copy_ == nullptr) {
    copy_.reset(arrived_->New());
    copy_->CopyFrom(*arrived_);
  }
  return copy_.get();
}

}  // namespace clarity::rpc
