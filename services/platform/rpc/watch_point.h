#ifndef CLARITY_SERVICES_PLATFORM_RPC_WATCH_POINT_H_
#define CLARITY_SERVICES_PLATFORM_RPC_WATCH_POINT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/platform/storage/database.h"

namespace clarity::rpc {

// How far streams of the change log have been read: what a watch resumes from.
struct WatchPoint {
  std::string incarnation;                   // of the store that the positions are of
  std::map<std::string, int64_t> positions;  // by stream
};

// As clients hold it.
std::string EncodeWatchToken(const WatchPoint& point);
// INVALID_ARGUMENT when it is not one of ours.
absl::StatusOr<WatchPoint> DecodeWatchToken(absl::string_view token);

// Where the streams are now.
absl::StatusOr<WatchPoint> WatchPointNow(storage::Transaction& transaction,
                                         const std::vector<std::string>& streams);

// Where a watch of these streams begins: now, or where the token resumes it. A stream that the
// token does not know is watched from its beginning. OUT_OF_RANGE (TOKEN_EXPIRED) where changes
// since the token are no longer kept.
absl::StatusOr<WatchPoint> BeginningOfWatch(storage::Transaction& transaction,
                                            const std::vector<std::string>& streams,
                                            absl::string_view resume_token);

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_WATCH_POINT_H_
