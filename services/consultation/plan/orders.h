#ifndef CLARITY_SERVICES_CONSULTATION_PLAN_ORDERS_H_
#define CLARITY_SERVICES_CONSULTATION_PLAN_ORDERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/consultation/records.pb.h"
#include "services/consultation/scheduling/outbox.h"
#include "services/platform/storage/database.h"

// The orders of a plan: one for each phase, on their way to scheduling with what caused them.
namespace clarity::consultation {

// The order of a phase that counts, revoked or not; null where it never had one.
const storage::v1::PlanOrder* FindOrder(const storage::v1::PlanRecord& record,
                                        absl::string_view phase);

// Lets nobody book on any of the plan's orders any more. The caller saves the record.
absl::Status RevokeOrders(storage::Transaction& transaction, const Outbox& outbox,
                          storage::v1::PlanRecord* record);

// Has scheduling make or adjust the order of one phase: `units` visits, those that are booked or
// over on it included. A revoked order is never taken up again: a new one takes its place. The
// caller saves the record.
absl::Status PutOrder(storage::Transaction& transaction, const Outbox& outbox,
                      const std::string& patient, absl::TimeZone zone, const v1::PlanPhase& phase,
                      int units, storage::v1::PlanRecord* record);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PLAN_ORDERS_H_
