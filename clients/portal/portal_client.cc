#include "clients/portal/portal_client.h"

#include <utility>

#include "clients/core/requests.h"

namespace clarity::client {

using scheduling::v1::Appointment;
using scheduling::v1::BookAppointmentRequest;
using scheduling::v1::CancelAppointmentRequest;
using scheduling::v1::Cancellation;
using scheduling::v1::Clinic;
using scheduling::v1::ConfirmAppointmentRequest;
using scheduling::v1::CountSlotsRequest;
using scheduling::v1::CountSlotsResponse;
using scheduling::v1::CreateHoldRequest;
using scheduling::v1::FindSlotsRequest;
using scheduling::v1::FindSlotsResponse;
using scheduling::v1::GetAppointmentRequest;
using scheduling::v1::Hold;
using scheduling::v1::ListAppointmentsRequest;
using scheduling::v1::ListAppointmentsResponse;
using scheduling::v1::ListClinicsRequest;
using scheduling::v1::ListClinicsResponse;
using scheduling::v1::ListOrdersRequest;
using scheduling::v1::ListOrdersResponse;
using scheduling::v1::ListVisitTypesRequest;
using scheduling::v1::ListVisitTypesResponse;
using scheduling::v1::Order;
using scheduling::v1::ReleaseHoldRequest;
using scheduling::v1::RenewHoldRequest;
using scheduling::v1::Slot;
using scheduling::v1::SlotQuery;
using scheduling::v1::VisitType;

PortalClient::PortalClient(std::shared_ptr<SchedulingConnection> scheduling,
                           std::shared_ptr<CatalogConnection> catalog,
                           std::shared_ptr<OrderConnection> orders,
                           std::shared_ptr<Credentials> patient_credentials)
    : scheduling_(std::move(scheduling)), catalog_(std::move(catalog)), orders_(std::move(orders)) {
  options_.credentials = std::move(patient_credentials);
}

PageRange<Clinic> PortalClient::ListClinics() const {
  return Paginate<Clinic, ListClinicsRequest, ListClinicsResponse>(
      {}, &ListClinicsResponse::mutable_clinics,
      [catalog = catalog_, options = options_](const ListClinicsRequest& request) {
        return catalog->ListClinics(request, options);
      });
}

PageRange<VisitType> PortalClient::ListVisitTypes(absl::string_view clinic) const {
  ListVisitTypesRequest request;
  request.set_clinic(std::string(clinic));
  return Paginate<VisitType, ListVisitTypesRequest, ListVisitTypesResponse>(
      std::move(request), &ListVisitTypesResponse::mutable_visit_types,
      [catalog = catalog_, options = options_](const ListVisitTypesRequest& page) {
        return catalog->ListVisitTypes(page, options);
      });
}

PageRange<Order> PortalClient::ListOrders() const {
  return Paginate<Order, ListOrdersRequest, ListOrdersResponse>(
      {}, &ListOrdersResponse::mutable_orders,
      [orders = orders_, options = options_](const ListOrdersRequest& page) {
        return orders->ListOrders(page, options);
      });
}

PageRange<Slot> PortalClient::FindSlots(const PortalSearch& search) const {
  FindSlotsRequest request;
  *request.mutable_query() = search.query;
  request.set_order(search.order);
  request.set_reschedule_appointment(search.reschedule_appointment);
  if (search.per_day_max > 0) request.mutable_spread()->set_per_day_max(search.per_day_max);
  request.set_viewer_time_zone(search.viewer_time_zone);
  request.set_page_size(search.page_size);
  return Paginate<Slot, FindSlotsRequest, FindSlotsResponse>(
      std::move(request), &FindSlotsResponse::mutable_slots,
      [scheduling = scheduling_, options = options_](const FindSlotsRequest& page) {
        return scheduling->FindSlots(page, options);
      });
}

absl::StatusOr<CountSlotsResponse> PortalClient::CountSlots(const SlotQuery& query) const {
  CountSlotsRequest request;
  *request.mutable_query() = query;
  return scheduling_->CountSlots(request, options_);
}

absl::StatusOr<Hold> PortalClient::CreateHold(const Slot& slot,
                                              absl::string_view reschedule_appointment) const {
  CreateHoldRequest request = HoldRequestOf(slot);
  request.set_reschedule_appointment(std::string(reschedule_appointment));
  return scheduling_->CreateHold(request, options_);
}

absl::StatusOr<Hold> PortalClient::RenewHold(const Hold& hold) const {
  RenewHoldRequest request;
  request.set_name(hold.name());
  return scheduling_->RenewHold(request, options_);
}

absl::Status PortalClient::ReleaseHold(const Hold& hold) const {
  ReleaseHoldRequest request;
  request.set_name(hold.name());
  return scheduling_->ReleaseHold(request, options_).status();
}

absl::StatusOr<Appointment> PortalClient::Book(const Hold& hold,
                                               const PortalBooking& booking) const {
  return Book(BookRequestOf(hold), booking);
}

absl::StatusOr<Appointment> PortalClient::Book(const Slot& slot,
                                               const PortalBooking& booking) const {
  return Book(BookRequestOf(slot), booking);
}

absl::StatusOr<Appointment> PortalClient::Book(BookAppointmentRequest request,
                                               const PortalBooking& booking) const {
  request.add_participants();  // the server fills in the patient of the token
  request.set_order(booking.order);
  request.set_note(booking.note);
  return scheduling_->BookAppointment(request, options_);
}

absl::StatusOr<Appointment> PortalClient::Reschedule(const Appointment& appointment,
                                                     const Slot& to) const {
  return scheduling_->RescheduleAppointment(RescheduleRequestOf(appointment, to), options_);
}

absl::StatusOr<Appointment> PortalClient::Reschedule(const Appointment& appointment,
                                                     const Hold& to) const {
  return scheduling_->RescheduleAppointment(RescheduleRequestOf(appointment, to), options_);
}

absl::StatusOr<Appointment> PortalClient::Cancel(const Appointment& appointment,
                                                 Cancellation::Reason reason,
                                                 absl::string_view note) const {
  CancelAppointmentRequest request;
  request.set_name(appointment.name());
  request.set_etag(appointment.etag());
  request.set_reason(reason);
  request.set_note(std::string(note));
  return scheduling_->CancelAppointment(request, options_);
}

absl::StatusOr<Appointment> PortalClient::Confirm(const Appointment& appointment) const {
  ConfirmAppointmentRequest request;
  request.set_name(appointment.name());
  request.set_etag(appointment.etag());
  return scheduling_->ConfirmAppointment(request, options_);
}

absl::StatusOr<Appointment> PortalClient::GetAppointment(absl::string_view name) const {
  GetAppointmentRequest request;
  request.set_name(std::string(name));
  return scheduling_->GetAppointment(request, options_);
}

PageRange<Appointment> PortalClient::ListAppointments(absl::string_view filter,
                                                      bool show_ended) const {
  ListAppointmentsRequest request;
  request.set_filter(std::string(filter));
  request.set_show_ended(show_ended);
  return Paginate<Appointment, ListAppointmentsRequest, ListAppointmentsResponse>(
      std::move(request), &ListAppointmentsResponse::mutable_appointments,
      [scheduling = scheduling_, options = options_](const ListAppointmentsRequest& page) {
        return scheduling->ListAppointments(page, options);
      });
}

}  // namespace clarity::client
