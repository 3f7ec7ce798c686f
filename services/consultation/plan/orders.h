#ifndef CLARITY_SERVICES_CONSULTATION_PLAN_ORDERS_H_
#define CLARITY_SERVICES_CONSULTATION_PLAN_ORDERS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "clarity/scheduling/v1/order.pb.h"
#include "services/consultation/pathway/case_file.h"
#include "services/consultation/records.pb.h"
#include "services/consultation/scheduling/outbox.h"
#include "services/platform/storage/database.h"

// The orders of a plan: what scheduling is to let people book because of it. They follow from the
// plan and the visits there are, and are on their way to scheduling with what caused them.
namespace clarity::consultation {

// The order of a phase that counts, revoked or not; null where it never had one.
const storage::v1::PlanOrder* FindOrder(const storage::v1::PlanRecord& record,
                                        absl::string_view phase);

// The visits, by their start, from which the smallest gap of a phase of the plan is counted: those
// at which something is given, whichever order they are on, but for those of later phases.
std::vector<const scheduling::v1::Appointment*> VisitsForGap(const CaseFile& file,
                                                             absl::string_view phase);

// Brings the orders of the file's plan up to what it says. In force, there is one for each phase
// that has visits due, for as many as have not begun on an earlier order of the phase; what is
// booked on the order itself counts there. Otherwise nobody books on any of them. A revoked order
// is never taken up again: a new one takes its place, and its visits.
void ConsiderOrders(CaseFile* file);

// The plan that an order is named after; empty: it is no order of a plan.
std::string PlanNamedIn(absl::string_view order);

// Has scheduling told of an order again, where it has it otherwise than it was told.
absl::Status SendAgain(storage::Transaction& transaction, const Outbox& outbox,
                       const storage::v1::PlanOrder& order, scheduling::v1::Order present);

// Has scheduling told of the orders that differ from those the plan had before.
absl::Status SendOrders(storage::Transaction& transaction, const Outbox& outbox,
                        const storage::v1::PlanRecord& before,
                        const storage::v1::PlanRecord& record);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PLAN_ORDERS_H_
