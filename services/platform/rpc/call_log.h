#ifndef CLARITY_SERVICES_PLATFORM_RPC_CALL_LOG_H_
#define CLARITY_SERVICES_PLATFORM_RPC_CALL_LOG_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "services/platform/rpc/call.h"
#include "services/platform/rpc/line_limit.h"

namespace clarity::rpc {

// A line of the log for each call that was answered, under the id that the caller has in the
// trailing metadata: writes and failures at the level info, faults of our own at error, reads that
// went well at debug.
//
// It tells the method, the code and its reason, how long it took, and who called; but never which
// patient, so of a patient's call no caller. A text that may name a record is left out: only faults
// of our own, of the store and of tokens are told in words, and a fault of our own with its
// request, redacted.
class CallLog {
 public:
  // `request` as it arrived.
  void Record(const Call& call, const absl::Status& status, absl::Time now, absl::Duration took,
              const google::protobuf::Message& request);

 private:
  LineLimit of_strangers_;  // calls that failed before it was known who called
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_CALL_LOG_H_
