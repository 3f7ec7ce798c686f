#include "clients/core/retry.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "clarity/options/v1/options.pb.h"
#include "clients/core/errors.h"
#include "google/protobuf/descriptor.h"
#include "google/rpc/error_details.pb.h"

namespace clarity::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// A service stands in the file of its requests.
const MethodDescriptor* MethodOf(const Descriptor& request) {
  const google::protobuf::FileDescriptor& file = *request.file();
  for (int s = 0; s < file.service_count(); ++s) {
    for (int m = 0; m < file.service(s)->method_count(); ++m) {
      const MethodDescriptor* method = file.service(s)->method(m);
      if (method->input_type() == &request) return method;
    }
  }
  return nullptr;
}

const FieldDescriptor* RequestIdField(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("request_id");
  if (field == nullptr || field->is_repeated()) return nullptr;
  return field->type() == FieldDescriptor::TYPE_STRING ? field : nullptr;
}

constexpr char kNobodyListens[] = "nothing listens there";

bool OnlyValidates(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("validate_only");
  return field != nullptr && request.GetReflection()->GetBool(request, field);
}

// How long the server asks to be left alone; absent where it does not say.
absl::optional<absl::Duration> AskedWait(const absl::Status& failure) {
  const auto info = DetailOf<google::rpc::RetryInfo>(failure);
  if (!info.has_value()) return absl::nullopt;
  return absl::Seconds(info->retry_delay().seconds()) +
         absl::Nanoseconds(info->retry_delay().nanos());
}

// CANCELLED by ourselves never comes here: a server that stops cancels what it has not begun.
bool IsTransient(const absl::Status& failure) {
  if (absl::IsUnavailable(failure) || absl::IsCancelled(failure)) return true;
  return absl::IsResourceExhausted(failure) && AskedWait(failure).has_value();
}

// The machine has answered that nothing listens there; only gRPC's words tell.
bool IsRefused(const absl::Status& failure) {
  return absl::IsUnavailable(failure) && ReasonOf(failure).empty() &&
         absl::StrContains(failure.message(), "Connection refused");
}

}  // namespace

bool IsRead(const Message& request) {
  const MethodDescriptor* method = MethodOf(*request.GetDescriptor());
  if (method == nullptr) return false;
  return method->options().GetExtension(options::v1::method).effect() ==
         options::v1::MethodRule::EFFECT_READ;
}

bool IsIdempotent(const Message& request) {
  if (IsRead(request) || OnlyValidates(request)) return true;
  const FieldDescriptor* field = RequestIdField(request);
  return field != nullptr && !request.GetReflection()->GetString(request, field).empty();
}

void AssignRequestId(Message* request, const Environment& environment) {
  const FieldDescriptor* field = RequestIdField(*request);
  if (field == nullptr || OnlyValidates(*request)) return;
  const auto* reflection = request->GetReflection();
  if (!reflection->GetString(*request, field).empty()) return;
  reflection->SetString(request, field, NewUuid(environment));
}

absl::Status RetryLoop::WaitAfter(const absl::Status& failure) {
  ++attempts_;
  // The time ran out waiting for what the attempt before has told.
  if (absl::IsDeadlineExceeded(failure) && !last_.ok()) {
    return Stop(last_, refused_until_ < deadline_ ? kNobodyListens : "the deadline has passed");
  }
  if (!IsTransient(failure)) return failure;
  last_ = failure;
  if (!idempotent_) return Stop(failure, "a repeat might do it twice");
  if (!IsRefused(failure)) {
    refused_until_ = absl::InfiniteFuture();
  } else if (refused_until_ == absl::InfiniteFuture()) {
    refused_until_ = environment_.now() + policy_.refused_most;
  }
  if (attempts_ >= policy_.attempts_max) return Stop(failure, "no more attempts allowed");

  // What the server asks for is the least; the jitter on top spreads those it told the same.
  const absl::Duration wait = AskedWait(failure).value_or(absl::ZeroDuration()) + Jitter();
  if (environment_.now() + wait >= deadline_) return Stop(failure, "the deadline is too near");
  if (environment_.now() + wait >= refused_until_) return Stop(failure, kNobodyListens);
  environment_.sleep(wait);
  return absl::OkStatus();
}

absl::Status RetryLoop::Stop(const absl::Status& failure, absl::string_view why) const {
  return Annotate(failure, absl::StrCat(" (stopped after ", attempts_,
                                        attempts_ == 1 ? " attempt: " : " attempts: ", why, ")"));
}

absl::Duration RetryLoop::Jitter() const {
  const absl::Duration ceiling =
      std::min(policy_.backoff_most,
               policy_.backoff_first * std::pow(policy_.backoff_growth, attempts_ - 1));
  // The upper 53 bits as a fraction in [0, 1).
  return ceiling * (static_cast<double>(environment_.random() >> 11) * 0x1p-53);
}

}  // namespace clarity::client
