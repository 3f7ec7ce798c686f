#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_APPOINTMENTS_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_APPOINTMENTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/booking/calendar_cache.h"
#include "services/scheduling/booking/placement.h"
#include "services/scheduling/booking/publisher.h"
#include "services/scheduling/catalog/catalog_store.h"
#include "services/scheduling/records.pb.h"
#include "services/scheduling/search/slot_explainer.h"

namespace clarity::scheduling {

// Booking, moving and calling off a visit. For Door::Write.
class Appointments {
 public:
  // All outlive it.
  Appointments(storage::Database* database, catalog::CatalogStore* catalog, CalendarCache* cache,
               const Publisher* publisher, SlotExplainer* explainer, base::Random* random)
      : database_(database),
        catalog_(catalog),
        cache_(cache),
        publisher_(publisher),
        explainer_(explainer),
        random_(random) {}

  absl::Status Book(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::BookAppointmentRequest& request, v1::Appointment* reply);
  void ExplainBook(const rpc::Call& call, const v1::BookAppointmentRequest& request,
                   absl::Status* refusal);
  absl::Status Reschedule(const rpc::Call& call, storage::Transaction& transaction,
                          const v1::RescheduleAppointmentRequest& request, v1::Appointment* reply);
  void ExplainReschedule(const rpc::Call& call, const v1::RescheduleAppointmentRequest& request,
                         absl::Status* refusal);
  absl::Status Cancel(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::CancelAppointmentRequest& request, v1::Appointment* reply);

 private:
  // Writes the record at its new place, with the claims that go with it, and tells everybody.
  absl::Status Settle(const rpc::Call& call, storage::Transaction& transaction,
                      const Placement& placement, const std::string& used_hold,
                      v1::WatchAppointmentsResponse::Kind kind,
                      storage::v1::AppointmentRecord* record);

  storage::Database* const database_;
  catalog::CatalogStore* const catalog_;
  CalendarCache* const cache_;
  const Publisher* const publisher_;
  SlotExplainer* const explainer_;
  base::Random* const random_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_APPOINTMENTS_H_
