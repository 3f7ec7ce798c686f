#ifndef CLARITY_CLIENTS_CALLCENTER_CALL_CENTER_CLIENT_H_
#define CLARITY_CLIENTS_CALLCENTER_CALL_CENTER_CLIENT_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "clients/core/catalog_connection.h"
#include "clients/core/order_connection.h"
#include "clients/core/page_range.h"
#include "clients/core/scheduling_connection.h"

namespace clarity::client {

// What a call-center agent's application calls. Takes the requests of scheduling_service.proto,
// whose comments say what they mean; clients/core/requests.h makes them from a slot. Cheap to
// copy. Lists are ranges that fetch their pages as they go.
class CallCenterClient {
 public:
  CallCenterClient(std::shared_ptr<SchedulingConnection> scheduling,
                   std::shared_ptr<CatalogConnection> catalog,
                   std::shared_ptr<OrderConnection> orders, CallOptions options = {})
      : scheduling_(std::move(scheduling)),
        catalog_(std::move(catalog)),
        orders_(std::move(orders)),
        options_(std::move(options)) {}

  // The catalog.
  PageRange<scheduling::v1::Clinic> ListClinics(
      scheduling::v1::ListClinicsRequest request = {}) const;
  PageRange<scheduling::v1::VisitType> ListVisitTypes(
      scheduling::v1::ListVisitTypesRequest request = {}) const;
  PageRange<scheduling::v1::Resource> ListResources(
      scheduling::v1::ListResourcesRequest request = {}) const;

  // What a clinician has agreed to for a patient, the newest first.
  PageRange<scheduling::v1::Order> ListOrders(scheduling::v1::ListOrdersRequest request) const;

  // Finding a time.
  PageRange<scheduling::v1::Slot> FindSlots(scheduling::v1::FindSlotsRequest request) const;
  absl::StatusOr<scheduling::v1::CountSlotsResponse> CountSlots(
      const scheduling::v1::CountSlotsRequest& request) const;
  absl::StatusOr<scheduling::v1::FindNextAvailableResponse> FindNextAvailable(
      const scheduling::v1::FindNextAvailableRequest& request) const;
  absl::StatusOr<scheduling::v1::ExplainSlotResponse> ExplainSlot(
      const scheduling::v1::ExplainSlotRequest& request) const;

  // Keeping it during the call.
  absl::StatusOr<scheduling::v1::Hold> CreateHold(
      const scheduling::v1::CreateHoldRequest& request) const;
  absl::StatusOr<scheduling::v1::Hold> RenewHold(
      const scheduling::v1::RenewHoldRequest& request) const;
  absl::Status ReleaseHold(const scheduling::v1::ReleaseHoldRequest& request) const;

  // The appointment.
  absl::StatusOr<scheduling::v1::Appointment> BookAppointment(
      const scheduling::v1::BookAppointmentRequest& request) const;
  absl::StatusOr<scheduling::v1::Appointment> RescheduleAppointment(
      const scheduling::v1::RescheduleAppointmentRequest& request) const;
  absl::StatusOr<scheduling::v1::Appointment> CancelAppointment(
      const scheduling::v1::CancelAppointmentRequest& request) const;
  absl::StatusOr<scheduling::v1::Appointment> ConfirmAppointment(
      const scheduling::v1::ConfirmAppointmentRequest& request) const;

  // The visit itself: for staff at the clinic who use the same application.
  absl::StatusOr<scheduling::v1::Appointment> RecordArrival(
      const scheduling::v1::RecordArrivalRequest& request) const;
  absl::StatusOr<scheduling::v1::Appointment> StartAppointment(
      const scheduling::v1::StartAppointmentRequest& request) const;
  absl::StatusOr<scheduling::v1::Appointment> CompleteAppointment(
      const scheduling::v1::CompleteAppointmentRequest& request) const;
  absl::StatusOr<scheduling::v1::Appointment> MarkNoShow(
      const scheduling::v1::MarkNoShowRequest& request) const;
  absl::StatusOr<scheduling::v1::Appointment> UndoAppointmentStep(
      const scheduling::v1::UndoAppointmentStepRequest& request) const;

  // Looking.
  absl::StatusOr<scheduling::v1::Appointment> GetAppointment(
      const scheduling::v1::GetAppointmentRequest& request) const;
  absl::StatusOr<scheduling::v1::BatchGetAppointmentsResponse> BatchGetAppointments(
      const scheduling::v1::BatchGetAppointmentsRequest& request) const;
  PageRange<scheduling::v1::Appointment> ListAppointments(
      scheduling::v1::ListAppointmentsRequest request) const;
  // One page, with the token to watch from.
  absl::StatusOr<scheduling::v1::ListAppointmentsResponse> ListAppointmentsPage(
      const scheduling::v1::ListAppointmentsRequest& request) const;
  absl::StatusOr<scheduling::v1::DayBoard> GetDayBoard(
      const scheduling::v1::GetDayBoardRequest& request) const;
  std::unique_ptr<AppointmentWatch> WatchAppointments(
      const scheduling::v1::WatchAppointmentsRequest& request) const;

 private:
  std::shared_ptr<SchedulingConnection> scheduling_;
  std::shared_ptr<CatalogConnection> catalog_;
  std::shared_ptr<OrderConnection> orders_;
  CallOptions options_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_CALL_CENTER_CLIENT_H_
