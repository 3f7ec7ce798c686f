#ifndef CLARITY_SERVICES_SCHEDULING_CATALOG_CATALOG_STORE_H_
#define CLARITY_SERVICES_SCHEDULING_CATALOG_CATALOG_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/base/mutex.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/catalog/snapshot.h"

namespace clarity::scheduling::catalog {

// The catalog's tables, and the snapshots in memory that save reading them. A transaction decides
// by the version and etag it reads itself, so it never acts on a catalog that another replica has
// replaced. Safe for any number of threads.
class CatalogStore {
 public:
  CatalogStore();

  // Makes Current what is stored. Before the first call, and again whenever another replica may
  // have changed it.
  absl::Status Load(storage::Database& database);

  // The catalog as this transaction sees it.
  absl::StatusOr<std::shared_ptr<const Snapshot>> At(storage::Transaction& transaction);

  // The latest that this process knows to be durable, for what is answered without a transaction.
  // Never null: before the first apply it is empty.
  std::shared_ptr<const Snapshot> Current() const;

  // Makes the tables hold `next` instead of `previous`, which this transaction has from At. Once
  // that is durable, it is Current.
  absl::Status Replace(storage::Transaction& transaction, const Snapshot& previous,
                       const std::shared_ptr<const Snapshot>& next);

 private:
  // What the tables hold, and what was made of it. The etag is the one that is stored: another
  // version of this program may count another for the same contents.
  struct Stored {
    int64_t version = 0;
    std::string etag;
    std::shared_ptr<const Snapshot> snapshot;
  };

  absl::StatusOr<Stored> Read(storage::Transaction& transaction);
  void SetCurrent(Stored stored);

  mutable base::Mutex mutex_;
  Stored current_ ABSL_GUARDED_BY(mutex_);
  // The last one a transaction saw that was not Current: not durable yet, or another replica's. It
  // may be rolled back, and still does no harm: it is used for the same contents only.
  Stored seen_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clarity::scheduling::catalog

#endif  // CLARITY_SERVICES_SCHEDULING_CATALOG_CATALOG_STORE_H_
