#ifndef CLARITY_SERVICES_CONSULTATION_PLAN_RECONCILIATION_H_
#define CLARITY_SERVICES_CONSULTATION_PLAN_RECONCILIATION_H_

#include "absl/status/status.h"
#include "clarity/scheduling/v1/order.pb.h"
#include "clients/core/order_connection.h"
#include "services/consultation/pathway/consequences.h"
#include "services/consultation/records.h"
#include "services/consultation/scheduling/outbox.h"
#include "services/platform/base/clock.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// After this store was restored from a backup, scheduling may have orders of plans that were
// forgotten, and others of plans that are remembered than these say. Makes both agree: nobody books
// on what no plan has, and what a plan has can be booked on.
class Reconciliation {
 public:
  // All outlive it.
  Reconciliation(storage::Database* database, const base::Clock* clock, const Outbox* outbox,
                 const Consequences* consequences)
      : database_(*database), clock_(*clock), outbox_(*outbox), consequences_(*consequences) {}

  // Looks through the orders of scheduling, once in each life of the store: see
  // storage/incarnation.h.
  absl::Status Run(client::OrderConnection& orders) const;

 private:
  absl::Status Compare(storage::Transaction& transaction, const scheduling::v1::Order& order) const;
  // With an order that is named as those of a plan that is remembered, of its episode.
  absl::Status CompareWith(storage::Transaction& transaction,
                           const storage::v1::EpisodeRecord& episode,
                           const scheduling::v1::Order& order) const;
  absl::Status Revoke(storage::Transaction& transaction, const scheduling::v1::Order& order) const;

  storage::Database& database_;
  const base::Clock& clock_;
  const Outbox& outbox_;
  const Consequences& consequences_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PLAN_RECONCILIATION_H_
