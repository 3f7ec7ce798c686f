#ifndef CLARITY_SERVICES_SCHEDULING_WATCH_WATCH_H_
#define CLARITY_SERVICES_SCHEDULING_WATCH_WATCH_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/rpc/feed.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/catalog/catalog_store.h"
#include "services/scheduling/catalog/snapshot.h"

namespace clarity::scheduling {

// The change-log streams of the clinics that the caller may see.
std::vector<std::string> VisibleStreams(const rpc::Call& call, const catalog::Snapshot& snapshot);

// What a watch of these streams begins with, to miss nothing from now on.
absl::StatusOr<std::string> WatchTokenNow(storage::Transaction& transaction,
                                          const std::vector<std::string>& streams);

// Following the changes of appointments. For Door::Watch.
class Watch {
 public:
  // Both outlive it, and its feeds.
  Watch(storage::Database* database, catalog::CatalogStore* catalog)
      : database_(database), catalog_(catalog) {}

  absl::StatusOr<std::unique_ptr<rpc::Feed<v1::WatchAppointmentsResponse>>> Open(
      const rpc::Call& call, const v1::WatchAppointmentsRequest& request);

 private:
  storage::Database* const database_;
  catalog::CatalogStore* const catalog_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_WATCH_WATCH_H_
