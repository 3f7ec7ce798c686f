#ifndef CLARITY_SERVICES_SCHEDULING_ORDERS_PATIENTS_H_
#define CLARITY_SERVICES_SCHEDULING_ORDERS_PATIENTS_H_

#include <string>

#include "absl/status/status.h"
#include "clarity/scheduling/v1/order_service.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/booking/publisher.h"

namespace clarity::scheduling {

// Two records were the same person. For Door::Write.
class Patients {
 public:
  explicit Patients(const Publisher* publisher) : publisher_(publisher) {}

  absl::Status Reassign(const rpc::Call& call, storage::Transaction& transaction,
                        const v1::ReassignPatientRequest& request,
                        v1::ReassignPatientResponse* reply);

 private:
  absl::Status MoveAppointment(const rpc::Call& call, storage::Transaction& transaction,
                               const std::string& name, const std::string& to, bool overlaps);

  const Publisher* const publisher_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_ORDERS_PATIENTS_H_
