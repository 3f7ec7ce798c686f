#ifndef CLARITY_CLIENTS_CORE_APPOINTMENT_WATCH_H_
#define CLARITY_CLIENTS_CORE_APPOINTMENT_WATCH_H_

#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "clients/core/watch.h"

namespace clarity::client {

// The changes of appointments.
using AppointmentWatch = Watch<scheduling::v1::WatchAppointmentsResponse>;

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_APPOINTMENT_WATCH_H_
