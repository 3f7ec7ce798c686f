#ifndef CLARITY_CLIENTS_CORE_ERRORS_H_
#define CLARITY_CLIENTS_CORE_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/types/optional.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/status.h"

// A failed call is an absl::Status: the code and the message for people, the typed details
// (google.rpc.ErrorInfo, BadRequest, RetryInfo, SlotConflict ...) as its payloads.
namespace clarity::client {

// What gRPC reports, with the details of `grpc-status-details-bin` as payloads.
absl::Status FromGrpc(const grpc::Status& status);

// The reason of its ErrorInfo ("SLOT_TAKEN"), see error_reason.proto; empty without one.
std::string ReasonOf(const absl::Status& status);

// Parses the detail of the type of `detail`. False when there is none.
bool GetDetail(const absl::Status& status, google::protobuf::Message* detail);

// The detail of type `T`: DetailOf<SlotConflict>(status).
template <typename T>
absl::optional<T> DetailOf(const absl::Status& status) {
  T detail;
  if (!GetDetail(status, &detail)) return absl::nullopt;
  return detail;
}

// Adds a detail as the server would: for mocks and fakes.
void AddDetail(absl::Status* status, const google::protobuf::Message& detail);

// The same code and details with text after the message.
absl::Status Annotate(const absl::Status& status, absl::string_view text);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_ERRORS_H_
