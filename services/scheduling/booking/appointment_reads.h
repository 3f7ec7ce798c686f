#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_APPOINTMENT_READS_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_APPOINTMENT_READS_H_

#include "absl/status/status.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/catalog/catalog_store.h"

namespace clarity::scheduling {

// Looking at appointments. For Door::Read.
class AppointmentReads {
 public:
  explicit AppointmentReads(catalog::CatalogStore* catalog) : catalog_(catalog) {}

  absl::Status Get(const rpc::Call& call, storage::Transaction& transaction,
                   const v1::GetAppointmentRequest& request, v1::Appointment* reply);
  absl::Status BatchGet(const rpc::Call& call, storage::Transaction& transaction,
                        const v1::BatchGetAppointmentsRequest& request,
                        v1::BatchGetAppointmentsResponse* reply);
  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListAppointmentsRequest& request,
                    v1::ListAppointmentsResponse* reply);

 private:
  catalog::CatalogStore* const catalog_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_APPOINTMENT_READS_H_
