#include "services/platform/base/errors.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/any.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/platform/base/limits.h"

namespace clarity::base {
namespace {

constexpr char kTypeUrlPrefix[] = "type.googleapis.com/";
constexpr char kDomain[] = "clarity";

std::string TypeUrl(const google::protobuf::Message& message) {
  return absl::StrCat(kTypeUrlPrefix, message.GetDescriptor()->full_name());
}

absl::Status WithReason(absl::Status status, absl::string_view reason,
                        const Metadata& metadata = {}) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(kDomain);
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  AddDetail(status, info);
  return status;
}

absl::Status WithRetry(absl::Status status, absl::Duration retry_after) {
  google::rpc::RetryInfo retry;
  const int64_t nanos = absl::ToInt64Nanoseconds(retry_after);
  retry.mutable_retry_delay()->set_seconds(nanos / 1'000'000'000);
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  AddDetail(status, retry);
  return status;
}

// At most so many bytes, without cutting a character of UTF-8 in two.
absl::string_view Cut(absl::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t end = bytes_max;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

absl::Status InvalidRequest(const std::vector<Violation>& violations) {
  google::rpc::BadRequest details;
  const size_t listed = std::min<size_t>(violations.size(), limits::kViolationsListedMax);
  for (size_t i = 0; i < listed; ++i) {
    auto* violation = details.add_field_violations();
    violation->set_field(violations[i].field);
    violation->set_description(violations[i].description);
  }
  std::string message = violations.empty() ? "the request is not valid"
                        : violations[0].field.empty()
                            ? violations[0].description
                            : absl::StrCat(violations[0].field, ": ", violations[0].description);
  if (violations.size() > 1) {
    absl::StrAppend(&message, " (and ", violations.size() - 1, " more)");
  }
  if (violations.size() > listed) {
    auto* violation = details.add_field_violations();
    violation->set_description(absl::StrCat(violations.size() - listed, " more"));
  }
  absl::Status status = absl::InvalidArgumentError(message);
  AddDetail(status, details);
  return WithReason(status, "INVALID_REQUEST");
}

absl::Status InvalidField(absl::string_view field, absl::string_view description) {
  return InvalidRequest({{std::string(field), std::string(description)}});
}

absl::Status InvalidReason(absl::string_view reason, absl::string_view message) {
  return WithReason(absl::InvalidArgumentError(message), reason);
}

absl::Status Unauthenticated(absl::string_view message) {
  return WithReason(absl::UnauthenticatedError(message), "UNAUTHENTICATED");
}

absl::Status PermissionDenied() {
  return WithReason(
      absl::PermissionDeniedError("the caller may not do this, or may not see what it names"),
      "PERMISSION_DENIED");
}

absl::Status NotFound(absl::string_view resource_name) {
  return WithReason(absl::NotFoundError(absl::StrCat(resource_name, " does not exist")),
                    "NOT_FOUND", {{"name", std::string(resource_name)}});
}

absl::Status AlreadyExists(absl::string_view resource_name) {
  return WithReason(absl::AlreadyExistsError(absl::StrCat(resource_name, " exists already")),
                    "ALREADY_EXISTS", {{"name", std::string(resource_name)}});
}

absl::Status FailedPrecondition(absl::string_view reason, absl::string_view message,
                                const Metadata& metadata) {
  return WithReason(absl::FailedPreconditionError(message), reason, metadata);
}

absl::Status EtagMismatch(absl::string_view resource_name) {
  return WithReason(absl::AbortedError(absl::StrCat(
                        resource_name, " has changed since it was read: read it again")),
                    "ETAG_MISMATCH", {{"name", std::string(resource_name)}});
}

absl::Status TokenExpired() {
  return WithReason(
      absl::OutOfRangeError("the changes after this token are gone: list again, then watch"),
      "TOKEN_EXPIRED");
}

absl::Status ResourceExhausted(absl::string_view reason, absl::string_view message) {
  return WithReason(absl::ResourceExhaustedError(message), reason);
}

absl::Status ResourceExhausted(absl::string_view reason, absl::string_view message,
                               absl::Duration retry_after) {
  return WithRetry(ResourceExhausted(reason, message), retry_after);
}

absl::Status Unavailable(absl::string_view message, absl::Duration retry_after) {
  return WithRetry(WithReason(absl::UnavailableError(message), "UNAVAILABLE"), retry_after);
}

absl::Status Internal(absl::string_view message) {
  return WithReason(absl::InternalError(message), "INTERNAL");
}

void AddDetail(absl::Status& status, const google::protobuf::Message& detail) {
  status.SetPayload(TypeUrl(detail), absl::Cord(detail.SerializeAsString()));
}

bool GetDetail(const absl::Status& status, google::protobuf::Message* detail) {
  const auto payload = status.GetPayload(TypeUrl(*detail));
  return payload.has_value() && detail->ParseFromString(std::string(*payload));
}

std::string ReasonOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  return GetDetail(status, &info) ? info.reason() : std::string();
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status rpc;
  rpc.set_code(static_cast<int>(status.code()));
  rpc.set_message(std::string(Cut(status.message(), limits::kErrorTextBytesMax)));
  std::vector<google::protobuf::Any> details;
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    google::protobuf::Any detail;
    detail.set_type_url(std::string(type_url));
    detail.set_value(std::string(payload));
    details.push_back(std::move(detail));
  });
  // Smallest first, so that what is dropped is the largest; the ErrorInfo before everything.
  const auto rank = [](const google::protobuf::Any& any) {
    return any.Is<google::rpc::ErrorInfo>() ? 0 : any.ByteSizeLong();
  };
  std::sort(details.begin(), details.end(),
            [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  size_t bytes = rpc.ByteSizeLong();
  for (auto& detail : details) {
    bytes += detail.ByteSizeLong() + 4;
    if (bytes > limits::kErrorDetailBytesMax) break;
    *rpc.add_details() = std::move(detail);
  }
  return rpc;
}

}  // namespace clarity::base
