#ifndef CLARITY_SERVICES_SCHEDULING_WATCH_WATCH_TOKEN_H_
#define CLARITY_SERVICES_SCHEDULING_WATCH_WATCH_TOKEN_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/catalog/snapshot.h"

namespace clarity::scheduling {

// How far the streams of clinics have been read: what a watch resumes from.
struct WatchPoint {
  std::string incarnation;                   // of the store that the positions are of
  std::map<std::string, int64_t> positions;  // by stream
};

std::string EncodeWatchToken(const WatchPoint& point);
// INVALID_ARGUMENT when it is not one of ours.
absl::StatusOr<WatchPoint> DecodeWatchToken(absl::string_view token);

// Where the clinics' streams are now.
absl::StatusOr<WatchPoint> WatchPointNow(storage::Transaction& transaction,
                                         const std::vector<std::string>& clinics);
absl::StatusOr<std::string> WatchTokenNow(storage::Transaction& transaction,
                                          const std::vector<std::string>& clinics);

// The clinics of the catalog that the caller may see.
std::vector<std::string> VisibleClinics(const rpc::Call& call, const catalog::Snapshot& snapshot);

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_WATCH_WATCH_TOKEN_H_
