#ifndef CLARITY_SERVICES_PLATFORM_RPC_PASSAGE_H_
#define CLARITY_SERVICES_PLATFORM_RPC_PASSAGE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "grpcpp/grpcpp.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/executor.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/limits.h"
#include "services/platform/rpc/authenticator.h"
#include "services/platform/rpc/call.h"
#include "services/platform/rpc/method.h"
#include "services/platform/rpc/metrics.h"
#include "services/platform/rpc/notifier.h"
#include "services/platform/rpc/rate_limiter.h"
#include "services/platform/storage/database.h"

namespace clarity::rpc {

// What a door is made of. All of it outlives the door.
struct DoorParts {
  const base::Clock* clock = nullptr;
  base::Random* random = nullptr;
  base::Executor* executor = nullptr;
  storage::Database* database = nullptr;
  const Permissions* permissions = nullptr;
  const MethodTable* methods = nullptr;
  Authenticator* authenticator = nullptr;
  Notifier* notifier = nullptr;
  Metrics* metrics = nullptr;
};

// What a door counts to bound what one caller may take.
struct Limiters {
  RateLimiter calls;  // by subject
  // By NetworkOf. Only verifications that fail count, and only callers whose token was not verified
  // before are held up: a flood of bad tokens costs no more than this, and shuts nobody out who
  // comes from elsewhere or is known already. Behind a proxy all addresses are one; there it is the
  // proxy that tells callers apart.
  RateLimiter bad_tokens{limits::kBadTokensPerAddressPerSecondMax};
};

// Gives the task to a worker, and counts it while it waits. False: there is no room.
[[nodiscard]] bool SubmitTask(const DoorParts& parts, base::Task task);

// One call on its way through the door: from what arrived to a Call that a handler may take.
class Passage {
 public:
  Passage(const DoorParts& parts, Limiters* limiters, grpc::CallbackServerContext* context,
          const google::protobuf::Message* request);

  // What costs next to nothing and may be done on a callback thread: method, size, deadline, and,
  // for a token that was verified before, permission and rate.
  absl::Status Admit();
  // Whether Admit has found out who calls. If not, Examine will: that is work for a worker.
  bool IsIdentified() const { return identified_; }
  // The rest: signature, scope, validation, request_id.
  absl::Status Examine();

  // CANCELLED or DEADLINE_EXCEEDED when nobody waits for the answer any more.
  absl::Status StillWanted() const;
  // Whether the caller's token is still good, for calls that last. CheckIdentity finds out, on a
  // worker; IsStillKnown costs next to nothing, and false only means that it is time to find out.
  absl::Status CheckIdentity() const;
  bool IsStillKnown() const;

  // As it came.
  const google::protobuf::Message& arrived() const { return *arrived_; }
  // What the handler gets: the request as it arrived, but for fields that the server fills.
  const google::protobuf::Message& request() const { return copy_ ? *copy_ : *arrived_; }
  Call& call() { return call_; }
  const Call& call() const { return call_; }
  // SHA-256 of the request as the handler gets it.
  std::string BodyHash() const;

 private:
  absl::Status ReadToken();
  absl::Status Verify();
  absl::Status Identify(const Principal& principal);
  absl::Status CheckScope();
  void ReadRequestId();
  absl::Status ReadFreshness();
  google::protobuf::Message* Mutable();

  const DoorParts& parts_;
  Limiters* const limiters_;
  grpc::CallbackServerContext* const context_;
  const google::protobuf::Message* const arrived_;
  std::unique_ptr<google::protobuf::Message> copy_;  // made only when something must change
  std::string token_;
  bool identified_ = false;
  Call call_;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_PASSAGE_H_
