#ifndef CLARITY_CLIENTS_CORE_REQUESTS_H_
#define CLARITY_CLIENTS_CORE_REQUESTS_H_

#include "clarity/scheduling/v1/appointment.pb.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "clarity/scheduling/v1/slot.pb.h"

// Requests for what a slot offers: its visit, place and time. The resources it was searched with
// must take part; the others it showed are taken where that is still possible.
namespace clarity::client {

scheduling::v1::CreateHoldRequest HoldRequestOf(const scheduling::v1::Slot& slot);
scheduling::v1::BookAppointmentRequest BookRequestOf(const scheduling::v1::Slot& slot);
scheduling::v1::BookAppointmentRequest BookRequestOf(const scheduling::v1::Hold& hold);
// Of `appointment` as the caller has seen it: refused when it has changed since.
scheduling::v1::RescheduleAppointmentRequest RescheduleRequestOf(
    const scheduling::v1::Appointment& appointment, const scheduling::v1::Slot& slot);
scheduling::v1::RescheduleAppointmentRequest RescheduleRequestOf(
    const scheduling::v1::Appointment& appointment, const scheduling::v1::Hold& hold);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_REQUESTS_H_
