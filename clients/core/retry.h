#ifndef CLARITY_CLIENTS_CORE_RETRY_H_
#define CLARITY_CLIENTS_CORE_RETRY_H_

#include <algorithm>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "clients/core/options.h"
#include "google/protobuf/message.h"

namespace clarity::client {

// What the method that takes `request` declares in its options: whether it only reads. The method
// is found by its request type, of which every method has its own.
bool IsRead(const google::protobuf::Message& request);

// Whether sending `request` twice does no more than sending it once: reads, writes that carry a
// request_id, and writes that only validate.
bool IsIdempotent(const google::protobuf::Message& request);

// Sets the field `request_id` to a new UUID where there is such a field, it is empty, and the
// request is not only to be validated. Done once a call, before its first attempt.
void AssignRequestId(google::protobuf::Message* request, const Environment& environment);

// Decides after a failed attempt whether another one may follow, and waits for it. One for a call.
class RetryLoop {
 public:
  RetryLoop(const RetryPolicy& policy, bool idempotent, absl::Time deadline,
            const Environment& environment)
      : policy_(policy), idempotent_(idempotent), deadline_(deadline), environment_(environment) {}

  // OK after having waited, where another attempt may follow. Otherwise the failure for the
  // caller, which says why there is none. Not for what the caller itself has cancelled.
  absl::Status WaitAfter(const absl::Status& failure);
  // Until when the next attempt may take.
  absl::Time AttemptDeadline() const { return std::min(deadline_, refused_until_); }

 private:
  absl::Status Stop(const absl::Status& failure, absl::string_view why) const;
  absl::Duration Jitter() const;

  const RetryPolicy policy_;
  const bool idempotent_;
  const absl::Time deadline_;
  const Environment& environment_;
  int attempts_ = 0;
  // Set while nothing listens there.
  absl::Time refused_until_ = absl::InfiniteFuture();
  absl::Status last_;  // the last failure that another attempt might have mended
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_RETRY_H_
