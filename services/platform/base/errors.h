#ifndef CLARITY_SERVICES_PLATFORM_BASE_ERRORS_H_
#define CLARITY_SERVICES_PLATFORM_BASE_ERRORS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace google::protobuf {
class Message;
}
namespace google::rpc {
class Status;
}

// The named errors every service answers with: one factory a situation of the error table
// (DESIGN, section 7). Messages are for people and never carry health data; programs read the
// details, which travel as payloads of the absl::Status until the door turns them into a
// google.rpc.Status.
namespace clarity::base {

// One thing wrong with a request. `field` is the path from the request down: "needs[2].count";
// empty: the request as a whole.
struct Violation {
  std::string field;
  std::string description;
};

// Key and value of ErrorInfo.metadata.
using Metadata = std::vector<std::pair<std::string, std::string>>;

// INVALID_ARGUMENT with all violations (20 at most are listed, then how many more).
absl::Status InvalidRequest(const std::vector<Violation>& violations);
absl::Status InvalidField(absl::string_view field, absl::string_view description);
// INVALID_ARGUMENT with a reason: the request is well-formed but contradicts an earlier one.
absl::Status InvalidReason(absl::string_view reason, absl::string_view message);

absl::Status Unauthenticated(absl::string_view message);
// The same text and details whether the thing exists or not.
absl::Status PermissionDenied();
absl::Status NotFound(absl::string_view resource_name);
absl::Status AlreadyExists(absl::string_view resource_name);
// FAILED_PRECONDITION with a reason a program can act on.
absl::Status FailedPrecondition(absl::string_view reason, absl::string_view message,
                                const Metadata& metadata = {});
absl::Status EtagMismatch(absl::string_view resource_name);
absl::Status TokenExpired();
// RESOURCE_EXHAUSTED by what the caller keeps: waiting does not help, giving some of it up does.
absl::Status ResourceExhausted(absl::string_view reason, absl::string_view message);
// RESOURCE_EXHAUSTED for now.
absl::Status ResourceExhausted(absl::string_view reason, absl::string_view message,
                               absl::Duration retry_after);
absl::Status Unavailable(absl::string_view message, absl::Duration retry_after);
absl::Status Internal(absl::string_view message);

// Adds a typed detail. One of each message type at most; a later one replaces.
void AddDetail(absl::Status& status, const google::protobuf::Message& detail);
// False when there is no such detail, or it does not parse.
bool GetDetail(const absl::Status& status, google::protobuf::Message* detail);
// The reason in its ErrorInfo; empty without one.
std::string ReasonOf(const absl::Status& status);

// What goes on the wire. Details that would not fit `limits::kErrorDetailBytesMax` are dropped,
// largest first, and never the ErrorInfo: beyond gRPC's 8 KB the client would get none at all.
google::rpc::Status ToRpcStatus(const absl::Status& status);

}  // namespace clarity::base

#endif  // CLARITY_SERVICES_PLATFORM_BASE_ERRORS_H_
