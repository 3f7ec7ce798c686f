#include "clients/core/requests.h"

namespace clarity::client {
namespace {

using scheduling::v1::Appointment;
using scheduling::v1::Assignment;
using scheduling::v1::BookAppointmentRequest;
using scheduling::v1::CreateHoldRequest;
using scheduling::v1::Hold;
using scheduling::v1::RescheduleAppointmentRequest;
using scheduling::v1::Slot;

// The three requests name resources by the same two fields.
template <typename Request>
void TakeResources(const Slot& slot, Request* request) {
  for (const Assignment& assignment : slot.assignments()) {
    if (assignment.pinned()) {
      request->add_required_resources(assignment.resource());
    } else {
      request->add_preferred_resources(assignment.resource());
    }
  }
}

}  // namespace

CreateHoldRequest HoldRequestOf(const Slot& slot) {
  CreateHoldRequest request;
  Hold& hold = *request.mutable_hold();
  hold.set_visit_type(slot.visit_type());
  hold.set_clinic(slot.clinic());
  hold.set_modality(slot.modality());
  *hold.mutable_start_time() = slot.start_time();
  TakeResources(slot, &request);
  return request;
}

BookAppointmentRequest BookRequestOf(const Slot& slot) {
  BookAppointmentRequest request;
  request.set_visit_type(slot.visit_type());
  request.set_clinic(slot.clinic());
  request.set_modality(slot.modality());
  *request.mutable_start_time() = slot.start_time();
  TakeResources(slot, &request);
  return request;
}

BookAppointmentRequest BookRequestOf(const Hold& hold) {
  BookAppointmentRequest request;
  request.set_hold(hold.name());
  return request;
}

RescheduleAppointmentRequest RescheduleRequestOf(const Appointment& appointment, const Slot& slot) {
  RescheduleAppointmentRequest request;
  request.set_name(appointment.name());
  request.set_etag(appointment.etag());
  request.set_clinic(slot.clinic());
  request.set_modality(slot.modality());
  *request.mutable_start_time() = slot.start_time();
  TakeResources(slot, &request);
  return request;
}

RescheduleAppointmentRequest RescheduleRequestOf(const Appointment& appointment, const Hold& hold) {
  RescheduleAppointmentRequest request;
  request.set_name(appointment.name());
  request.set_etag(appointment.etag());
  request.set_hold(hold.name());
  return request;
}

}  // namespace clarity::client
