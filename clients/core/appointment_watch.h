#ifndef CLARITY_CLIENTS_CORE_APPOINTMENT_WATCH_H_
#define CLARITY_CLIENTS_CORE_APPOINTMENT_WATCH_H_

#include <memory>

#include "absl/status/statusor.h"
#include "clarity/scheduling/v1/scheduling_service.grpc.pb.h"
#include "clients/core/caller.h"

namespace clarity::client {

// The changes of appointments, one after the other.
class AppointmentWatch {
 public:
  virtual ~AppointmentWatch() = default;

  // Waits for the next message: a change, a heartbeat, or a resync. A lost connection is resumed
  // after the last message received, so that none is missed or repeated. An error is final:
  // OUT_OF_RANGE (TOKEN_EXPIRED) means to list again and to watch from there.
  virtual absl::StatusOr<scheduling::v1::WatchAppointmentsResponse> Next() = 0;

  // Makes a waiting Next(), and every later one, return CANCELLED. From any thread.
  virtual void Cancel() = 0;
};

// A watch that resumes by itself after UNAVAILABLE, and when a server ends the stream to stop.
std::unique_ptr<AppointmentWatch> ResumingWatch(
    std::shared_ptr<scheduling::v1::SchedulingService::StubInterface> stub,
    std::shared_ptr<Caller> caller, scheduling::v1::WatchAppointmentsRequest request,
    const CallOptions& call_options);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_APPOINTMENT_WATCH_H_
