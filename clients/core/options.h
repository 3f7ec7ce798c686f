#ifndef CLARITY_CLIENTS_CORE_OPTIONS_H_
#define CLARITY_CLIENTS_CORE_OPTIONS_H_

#include <memory>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "clients/core/credentials.h"
#include "clients/core/environment.h"
#include "clients/core/interrupt.h"
#include "clients/core/outage.h"

namespace clarity::client {

// How often and how patiently a failed call is tried again. Only idempotent calls are, only after
// UNAVAILABLE, a CANCELLED that came from the server, or a RESOURCE_EXHAUSTED that says when to
// come back, and never past the deadline.
struct RetryPolicy {
  int attempts_max = 10;
  // The wait before attempt n + 1 is random between 0 and first * growth^(n - 1), at most `most`
  // (full jitter: callers that failed together do not come back together).
  absl::Duration backoff_first = absl::Milliseconds(100);
  absl::Duration backoff_most = absl::Seconds(3);
  double backoff_growth = 2;
  // How long a server is waited for where nothing listens. A service waits until it is back; who
  // sits at a terminal wants to know.
  absl::Duration refused_most = absl::InfiniteDuration();
};

// Of a connection.
struct Options {
  std::shared_ptr<Credentials> credentials;  // null: calls go without a token
  // For a whole call with all its attempts and waits.
  absl::Duration deadline = absl::Seconds(10);
  RetryPolicy retry;
  // How long a watch goes on trying to resume without hearing anything; also how long one stream
  // lasts before it is opened anew, with the token as it then is.
  absl::Duration watch_outage_max = absl::Minutes(10);
  Environment environment = SystemEnvironment();
  // Where somebody may give up calls that are under way. Watches end by AppointmentWatch::Cancel.
  std::shared_ptr<Interrupt> interrupt;
  // Where the calls of one command, over one or more connections to a server, have one deadline;
  // null: each has its own.
  std::shared_ptr<Outage> outage;
};

// Of one call; what is not set is as the connection says.
struct CallOptions {
  absl::optional<absl::Duration> deadline;
  // A portal serves many patients over one connection: each call names its own.
  std::shared_ptr<Credentials> credentials;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_OPTIONS_H_
