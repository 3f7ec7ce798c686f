#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_STEPS_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_STEPS_H_

#include "absl/status/status.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/booking/calendar_cache.h"
#include "services/scheduling/booking/publisher.h"
#include "services/scheduling/catalog/catalog_store.h"
#include "services/scheduling/records.pb.h"

namespace clarity::scheduling {

// A visit from confirmed to completed, and one step back. For Door::Write.
class Steps {
 public:
  // Both outlive it.
  Steps(catalog::CatalogStore* catalog, CalendarCache* cache, const Publisher* publisher)
      : catalog_(catalog), cache_(cache), publisher_(publisher) {}

  absl::Status Confirm(const rpc::Call& call, storage::Transaction& transaction,
                       const v1::ConfirmAppointmentRequest& request, v1::Appointment* reply);
  absl::Status RecordArrival(const rpc::Call& call, storage::Transaction& transaction,
                             const v1::RecordArrivalRequest& request, v1::Appointment* reply);
  absl::Status Start(const rpc::Call& call, storage::Transaction& transaction,
                     const v1::StartAppointmentRequest& request, v1::Appointment* reply);
  absl::Status Complete(const rpc::Call& call, storage::Transaction& transaction,
                        const v1::CompleteAppointmentRequest& request, v1::Appointment* reply);
  absl::Status MarkNoShow(const rpc::Call& call, storage::Transaction& transaction,
                          const v1::MarkNoShowRequest& request, v1::Appointment* reply);
  absl::Status Undo(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::UndoAppointmentStepRequest& request, v1::Appointment* reply);

 private:
  // Writes it, tells everybody, and gives it as the reply.
  absl::Status Finish(const rpc::Call& call, storage::Transaction& transaction,
                      storage::v1::AppointmentRecord* record, v1::Appointment* reply);
  // Takes the time of a cancelled or missed visit again, with the same resources.
  absl::Status TakeAgain(const rpc::Call& call, storage::Transaction& transaction,
                         v1::Appointment* appointment);

  catalog::CatalogStore* const catalog_;
  CalendarCache* const cache_;
  const Publisher* const publisher_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_STEPS_H_
