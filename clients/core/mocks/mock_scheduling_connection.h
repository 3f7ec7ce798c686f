#ifndef CLARITY_CLIENTS_CORE_MOCKS_MOCK_SCHEDULING_CONNECTION_H_
#define CLARITY_CLIENTS_CORE_MOCKS_MOCK_SCHEDULING_CONNECTION_H_

#include <memory>

#include "clients/core/scheduling_connection.h"
#include "gmock/gmock.h"

namespace clarity::client {

// For an application's own tests: give it to the client instead of a connection.
class MockSchedulingConnection : public SchedulingConnection {
 public:
  MockSchedulingConnection();
  ~MockSchedulingConnection() override;

  MOCK_METHOD(absl::StatusOr<scheduling::v1::FindSlotsResponse>, FindSlots,
              (const scheduling::v1::FindSlotsRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::CountSlotsResponse>, CountSlots,
              (const scheduling::v1::CountSlotsRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::FindNextAvailableResponse>, FindNextAvailable,
              (const scheduling::v1::FindNextAvailableRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::ExplainSlotResponse>, ExplainSlot,
              (const scheduling::v1::ExplainSlotRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Hold>, CreateHold,
              (const scheduling::v1::CreateHoldRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Hold>, RenewHold,
              (const scheduling::v1::RenewHoldRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::ReleaseHoldResponse>, ReleaseHold,
              (const scheduling::v1::ReleaseHoldRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Appointment>, BookAppointment,
              (const scheduling::v1::BookAppointmentRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Appointment>, RescheduleAppointment,
              (const scheduling::v1::RescheduleAppointmentRequest& request,
               const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Appointment>, CancelAppointment,
              (const scheduling::v1::CancelAppointmentRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Appointment>, ConfirmAppointment,
              (const scheduling::v1::ConfirmAppointmentRequest& request,
               const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Appointment>, RecordArrival,
              (const scheduling::v1::RecordArrivalRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Appointment>, StartAppointment,
              (const scheduling::v1::StartAppointmentRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Appointment>, CompleteAppointment,
              (const scheduling::v1::CompleteAppointmentRequest& request,
               const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Appointment>, MarkNoShow,
              (const scheduling::v1::MarkNoShowRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Appointment>, UndoAppointmentStep,
              (const scheduling::v1::UndoAppointmentStepRequest& request,
               const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Appointment>, GetAppointment,
              (const scheduling::v1::GetAppointmentRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::BatchGetAppointmentsResponse>, BatchGetAppointments,
              (const scheduling::v1::BatchGetAppointmentsRequest& request,
               const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::ListAppointmentsResponse>, ListAppointments,
              (const scheduling::v1::ListAppointmentsRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::DayBoard>, GetDayBoard,
              (const scheduling::v1::GetDayBoardRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::Block>, CreateBlock,
              (const scheduling::v1::CreateBlockRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(absl::StatusOr<scheduling::v1::DeleteBlockResponse>, DeleteBlock,
              (const scheduling::v1::DeleteBlockRequest& request, const CallOptions& options),
              (override));
  MOCK_METHOD(std::unique_ptr<AppointmentWatch>, WatchAppointments,
              (const scheduling::v1::WatchAppointmentsRequest& request, const CallOptions& options),
              (override));
};

}  // namespace clarity::client

extern template class testing::NiceMock<clarity::client::MockSchedulingConnection>;

#endif  // CLARITY_CLIENTS_CORE_MOCKS_MOCK_SCHEDULING_CONNECTION_H_
