#ifndef CLARITY_CLIENTS_CORE_SCHEDULING_CONNECTION_H_
#define CLARITY_CLIENTS_CORE_SCHEDULING_CONNECTION_H_

#include <memory>

#include "absl/status/statusor.h"
#include "clarity/scheduling/v1/scheduling_service.grpc.pb.h"
#include "clients/core/appointment_watch.h"
#include "clients/core/options.h"
#include "grpcpp/channel.h"

namespace clarity::client {

// Every method of the scheduling service, with retries, credentials and typed errors. What it means
// is told in scheduling_service.proto. The seam for tests: see core/mocks. Safe for use from
// several threads.
class SchedulingConnection {
 public:
  virtual ~SchedulingConnection() = default;

  virtual absl::StatusOr<scheduling::v1::FindSlotsResponse> FindSlots(
      const scheduling::v1::FindSlotsRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::CountSlotsResponse> CountSlots(
      const scheduling::v1::CountSlotsRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::FindNextAvailableResponse> FindNextAvailable(
      const scheduling::v1::FindNextAvailableRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::ExplainSlotResponse> ExplainSlot(
      const scheduling::v1::ExplainSlotRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Hold> CreateHold(
      const scheduling::v1::CreateHoldRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Hold> RenewHold(
      const scheduling::v1::RenewHoldRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::ReleaseHoldResponse> ReleaseHold(
      const scheduling::v1::ReleaseHoldRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Appointment> BookAppointment(
      const scheduling::v1::BookAppointmentRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Appointment> RescheduleAppointment(
      const scheduling::v1::RescheduleAppointmentRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Appointment> CancelAppointment(
      const scheduling::v1::CancelAppointmentRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Appointment> ConfirmAppointment(
      const scheduling::v1::ConfirmAppointmentRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Appointment> RecordArrival(
      const scheduling::v1::RecordArrivalRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Appointment> StartAppointment(
      const scheduling::v1::StartAppointmentRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Appointment> CompleteAppointment(
      const scheduling::v1::CompleteAppointmentRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Appointment> MarkNoShow(
      const scheduling::v1::MarkNoShowRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Appointment> UndoAppointmentStep(
      const scheduling::v1::UndoAppointmentStepRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Appointment> GetAppointment(
      const scheduling::v1::GetAppointmentRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::BatchGetAppointmentsResponse> BatchGetAppointments(
      const scheduling::v1::BatchGetAppointmentsRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::ListAppointmentsResponse> ListAppointments(
      const scheduling::v1::ListAppointmentsRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::DayBoard> GetDayBoard(
      const scheduling::v1::GetDayBoardRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::Block> CreateBlock(
      const scheduling::v1::CreateBlockRequest& request, const CallOptions& options) = 0;
  virtual absl::StatusOr<scheduling::v1::DeleteBlockResponse> DeleteBlock(
      const scheduling::v1::DeleteBlockRequest& request, const CallOptions& options) = 0;
  // Connects with the first Next().
  virtual std::unique_ptr<AppointmentWatch> WatchAppointments(
      const scheduling::v1::WatchAppointmentsRequest& request, const CallOptions& options) = 0;
};

std::shared_ptr<SchedulingConnection> MakeSchedulingConnection(
    const std::shared_ptr<grpc::ChannelInterface>& channel, const Options& options);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_SCHEDULING_CONNECTION_H_
