#ifndef CLARITY_SERVICES_SCHEDULING_CATALOG_CATALOG_STORE_H_
#define CLARITY_SERVICES_SCHEDULING_CATALOG_CATALOG_STORE_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/base/mutex.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/catalog/snapshot.h"

namespace clarity::scheduling::catalog {

// The catalog's tables, and the snapshot in memory that saves reading them. A transaction decides
// by the version it reads itself, so it never acts on a catalog that another replica has
// replaced. Safe for any number of threads.
class CatalogStore {
 public:
  CatalogStore();

  // Reads what is stored; once, before the first call.
  absl::Status Load(storage::Database& database);

  // The catalog as this transaction sees it.
  absl::StatusOr<std::shared_ptr<const Snapshot>> At(storage::Transaction& transaction);

  // The latest this process has seen, for what is answered without a transaction. Never null; a
  // group that has not applied any has an empty one.
  std::shared_ptr<const Snapshot> Current() const;

  // Makes the tables hold `next` instead of `previous`, which this transaction has from At. It is
  // Current once that is durable.
  absl::Status Replace(storage::Transaction& transaction, const Snapshot& previous,
                       std::shared_ptr<const Snapshot> next);

 private:
  // Keeps it if it is newer than what there is.
  void Publish(std::shared_ptr<const Snapshot> snapshot);

  mutable base::Mutex mutex_;
  std::shared_ptr<const Snapshot> current_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clarity::scheduling::catalog

#endif  // CLARITY_SERVICES_SCHEDULING_CATALOG_CATALOG_STORE_H_
