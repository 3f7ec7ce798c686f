#ifndef CLARITY_CLIENTS_CORE_MOCKS_REFUSAL_H_
#define CLARITY_CLIENTS_CORE_MOCKS_REFUSAL_H_

#include <string>

#include "absl/status/status.h"
#include "clients/core/errors.h"
#include "google/rpc/error_details.pb.h"

namespace clarity::client {

// For tests: a refusal for this reason, as the server would send it.
inline absl::Status Refusal(const std::string& reason) {
  absl::Status status = absl::FailedPreconditionError("no");
  google::rpc::ErrorInfo info;
  info.set_domain("clarity");
  info.set_reason(reason);
  AddDetail(&status, info);
  return status;
}

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_MOCKS_REFUSAL_H_
