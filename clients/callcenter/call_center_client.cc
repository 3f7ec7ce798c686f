#include "clients/callcenter/call_center_client.h"

namespace clarity::client {

using scheduling::v1::Appointment;
using scheduling::v1::BatchGetAppointmentsRequest;
using scheduling::v1::BatchGetAppointmentsResponse;
using scheduling::v1::BookAppointmentRequest;
using scheduling::v1::CancelAppointmentRequest;
using scheduling::v1::Clinic;
using scheduling::v1::CompleteAppointmentRequest;
using scheduling::v1::ConfirmAppointmentRequest;
using scheduling::v1::CountSlotsRequest;
using scheduling::v1::CountSlotsResponse;
using scheduling::v1::CreateHoldRequest;
using scheduling::v1::DayBoard;
using scheduling::v1::ExplainSlotRequest;
using scheduling::v1::ExplainSlotResponse;
using scheduling::v1::FindNextAvailableRequest;
using scheduling::v1::FindNextAvailableResponse;
using scheduling::v1::FindSlotsRequest;
using scheduling::v1::FindSlotsResponse;
using scheduling::v1::GetAppointmentRequest;
using scheduling::v1::GetDayBoardRequest;
using scheduling::v1::Hold;
using scheduling::v1::ListAppointmentsRequest;
using scheduling::v1::ListAppointmentsResponse;
using scheduling::v1::ListClinicsRequest;
using scheduling::v1::ListClinicsResponse;
using scheduling::v1::ListOrdersRequest;
using scheduling::v1::ListOrdersResponse;
using scheduling::v1::ListResourcesRequest;
using scheduling::v1::ListResourcesResponse;
using scheduling::v1::ListVisitTypesRequest;
using scheduling::v1::ListVisitTypesResponse;
using scheduling::v1::MarkNoShowRequest;
using scheduling::v1::Order;
using scheduling::v1::RecordArrivalRequest;
using scheduling::v1::ReleaseHoldRequest;
using scheduling::v1::RenewHoldRequest;
using scheduling::v1::RescheduleAppointmentRequest;
using scheduling::v1::Resource;
using scheduling::v1::Slot;
using scheduling::v1::StartAppointmentRequest;
using scheduling::v1::UndoAppointmentStepRequest;
using scheduling::v1::VisitType;
using scheduling::v1::WatchAppointmentsRequest;

PageRange<Clinic> CallCenterClient::ListClinics(ListClinicsRequest request) const {
  return Paginate<Clinic, ListClinicsRequest, ListClinicsResponse>(
      std::move(request), &ListClinicsResponse::mutable_clinics,
      [catalog = catalog_, options = options_](const ListClinicsRequest& page) {
        return catalog->ListClinics(page, options);
      });
}

PageRange<VisitType> CallCenterClient::ListVisitTypes(ListVisitTypesRequest request) const {
  return Paginate<VisitType, ListVisitTypesRequest, ListVisitTypesResponse>(
      std::move(request), &ListVisitTypesResponse::mutable_visit_types,
      [catalog = catalog_, options = options_](const ListVisitTypesRequest& page) {
        return catalog->ListVisitTypes(page, options);
      });
}

PageRange<Resource> CallCenterClient::ListResources(ListResourcesRequest request) const {
  return Paginate<Resource, ListResourcesRequest, ListResourcesResponse>(
      std::move(request), &ListResourcesResponse::mutable_resources,
      [catalog = catalog_, options = options_](const ListResourcesRequest& page) {
        return catalog->ListResources(page, options);
      });
}

PageRange<Order> CallCenterClient::ListOrders(ListOrdersRequest request) const {
  return Paginate<Order, ListOrdersRequest, ListOrdersResponse>(
      std::move(request), &ListOrdersResponse::mutable_orders,
      [orders = orders_, options = options_](const ListOrdersRequest& page) {
        return orders->ListOrders(page, options);
      });
}

PageRange<Slot> CallCenterClient::FindSlots(FindSlotsRequest request) const {
  return Paginate<Slot, FindSlotsRequest, FindSlotsResponse>(
      std::move(request), &FindSlotsResponse::mutable_slots,
      [scheduling = scheduling_, options = options_](const FindSlotsRequest& page) {
        return scheduling->FindSlots(page, options);
      });
}

absl::StatusOr<CountSlotsResponse> CallCenterClient::CountSlots(
    const CountSlotsRequest& request) const {
  return scheduling_->CountSlots(request, options_);
}

absl::StatusOr<FindNextAvailableResponse> CallCenterClient::FindNextAvailable(
    const FindNextAvailableRequest& request) const {
  return scheduling_->FindNextAvailable(request, options_);
}

absl::StatusOr<ExplainSlotResponse> CallCenterClient::ExplainSlot(
    const ExplainSlotRequest& request) const {
  return scheduling_->ExplainSlot(request, options_);
}

absl::StatusOr<Hold> CallCenterClient::CreateHold(const CreateHoldRequest& request) const {
  return scheduling_->CreateHold(request, options_);
}

absl::StatusOr<Hold> CallCenterClient::RenewHold(const RenewHoldRequest& request) const {
  return scheduling_->RenewHold(request, options_);
}

absl::Status CallCenterClient::ReleaseHold(const ReleaseHoldRequest& request) const {
  return scheduling_->ReleaseHold(request, options_).status();
}

absl::StatusOr<Appointment> CallCenterClient::BookAppointment(
    const BookAppointmentRequest& request) const {
  return scheduling_->BookAppointment(request, options_);
}

absl::StatusOr<Appointment> CallCenterClient::RescheduleAppointment(
    const RescheduleAppointmentRequest& request) const {
  return scheduling_->RescheduleAppointment(request, options_);
}

absl::StatusOr<Appointment> CallCenterClient::CancelAppointment(
    const CancelAppointmentRequest& request) const {
  return scheduling_->CancelAppointment(request, options_);
}

absl::StatusOr<Appointment> CallCenterClient::ConfirmAppointment(
    const ConfirmAppointmentRequest& request) const {
  return scheduling_->ConfirmAppointment(request, options_);
}

absl::StatusOr<Appointment> CallCenterClient::RecordArrival(
    const RecordArrivalRequest& request) const {
  return scheduling_->RecordArrival(request, options_);
}

absl::StatusOr<Appointment> CallCenterClient::StartAppointment(
    const StartAppointmentRequest& request) const {
  return scheduling_->StartAppointment(request, options_);
}

absl::StatusOr<Appointment> CallCenterClient::CompleteAppointment(
    const CompleteAppointmentRequest& request) const {
  return scheduling_->CompleteAppointment(request, options_);
}

absl::StatusOr<Appointment> CallCenterClient::MarkNoShow(const MarkNoShowRequest& request) const {
  return scheduling_->MarkNoShow(request, options_);
}

absl::StatusOr<Appointment> CallCenterClient::UndoAppointmentStep(
    const UndoAppointmentStepRequest& request) const {
  return scheduling_->UndoAppointmentStep(request, options_);
}

absl::StatusOr<Appointment> CallCenterClient::GetAppointment(
    const GetAppointmentRequest& request) const {
  return scheduling_->GetAppointment(request, options_);
}

absl::StatusOr<BatchGetAppointmentsResponse> CallCenterClient::BatchGetAppointments(
    const BatchGetAppointmentsRequest& request) const {
  return scheduling_->BatchGetAppointments(request, options_);
}

PageRange<Appointment> CallCenterClient::ListAppointments(ListAppointmentsRequest request) const {
  return Paginate<Appointment, ListAppointmentsRequest, ListAppointmentsResponse>(
      std::move(request), &ListAppointmentsResponse::mutable_appointments,
      [scheduling = scheduling_, options = options_](const ListAppointmentsRequest& page) {
        return scheduling->ListAppointments(page, options);
      });
}

absl::StatusOr<ListAppointmentsResponse> CallCenterClient::ListAppointmentsPage(
    const ListAppointmentsRequest& request) const {
  return scheduling_->ListAppointments(request, options_);
}

absl::StatusOr<DayBoard> CallCenterClient::GetDayBoard(const GetDayBoardRequest& request) const {
  return scheduling_->GetDayBoard(request, options_);
}

std::unique_ptr<AppointmentWatch> CallCenterClient::WatchAppointments(
    const WatchAppointmentsRequest& request) const {
  return scheduling_->WatchAppointments(request, options_);
}

}  // namespace clarity::client
