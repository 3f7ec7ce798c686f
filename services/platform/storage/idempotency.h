#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_IDEMPOTENCY_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_IDEMPOTENCY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/platform/storage/database.h"

// The replies already given to requests that carry a request_id, so that a request sent twice is
// done once. Both calls belong into the transaction of the change itself: the reply is there if
// and only if the change is.
namespace clarity::storage {

struct StoredReply {
  std::string reply;
  // Where the streams that the request changed are now: at its changes, or further.
  std::vector<StreamPosition> positions;
};

// The reply given to `request_id` of this caller; nothing if it has not been done yet.
// INVALID_ARGUMENT (REQUEST_ID_REUSED) if the id came with another method or body then.
absl::StatusOr<std::optional<StoredReply>> FindReply(Transaction& transaction,
                                                     absl::string_view subject,
                                                     absl::string_view request_id,
                                                     absl::string_view method,
                                                     absl::string_view body_hash);

// Call after FindReply found nothing, and after the last AppendChange. Where two stores share a
// database the primary key decides a race of the same request_id: the loser's work runs again, and
// finds the winner's reply.
absl::Status StoreReply(Transaction& transaction, absl::string_view subject,
                        absl::string_view request_id, absl::string_view method,
                        absl::string_view body_hash, absl::string_view reply, absl::Time now);

// Forgets the oldest replies given before `before`. Gives the number removed, at most
// `kTrimRowsMax`: call again until it is 0.
absl::StatusOr<int64_t> TrimReplies(Transaction& transaction, absl::Time before);

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_IDEMPOTENCY_H_
