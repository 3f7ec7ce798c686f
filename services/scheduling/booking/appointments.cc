#include "services/scheduling/booking/appointments.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"
#include "services/scheduling/booking/rules.h"
#include "services/scheduling/errors.h"
#include "services/scheduling/limits.h"
#include "services/scheduling/orders/order_use.h"
#include "services/scheduling/records.h"

namespace clarity::scheduling {
namespace {

using storage::Transaction;
using storage::v1::AppointmentRecord;
using storage::v1::HoldRecord;

template <typename Request>
void SetSelection(const Request& request, Selection* selection) {
  selection->required = {request.required_resources().begin(), request.required_resources().end()};
  selection->preferred = {request.preferred_resources().begin(),
                          request.preferred_resources().end()};
}

// Takes over from the hold what it keeps. What the request says as well must agree.
absl::Status WishFromHold(const v1::Hold& hold, Wish* wish, absl::Time wanted_start) {
  if (!wish->visit_type.empty() && wish->visit_type != hold.visit_type()) {
    return HoldMismatch("visit_type");
  }
  if (!wish->clinic.empty() && wish->clinic != hold.clinic()) return HoldMismatch("clinic");
  if (wanted_start != absl::InfinitePast() && wanted_start != FromWire(hold.start_time())) {
    return HoldMismatch("start_time");
  }
  if (wish->modality != v1::MODALITY_UNSPECIFIED && wish->modality != hold.modality()) {
    return HoldMismatch("modality");
  }
  if (!hold.patient().empty() && wish->patient != hold.patient()) return HoldMismatch("patient");
  for (const std::string& required : wish->selection.required) {
    if (absl::c_none_of(hold.assignments(),
                        [&](const auto& held) { return held.resource() == required; })) {
      return HoldMismatch("required_resources");
    }
  }
  wish->visit_type = hold.visit_type();
  wish->clinic = hold.clinic();
  wish->modality = hold.modality();
  wish->start = FromWire(hold.start_time());
  wish->selection.fixed = {hold.assignments().begin(), hold.assignments().end()};
  wish->ignored_owners.push_back(hold.name());
  wish->rules_kept = true;
  return absl::OkStatus();
}

// What is wished for, from the hold if there is one and from the request otherwise.
template <typename Request>
absl::Status CompleteWish(const rpc::Call& call, Transaction& transaction, const Request& request,
                          Wish* wish) {
  SetSelection(request, &wish->selection);
  RETURN_IF_ERROR(CheckOverride(request.override()));
  if (request.has_override()) wish->override = request.override();
  if (!request.hold().empty()) {
    ASSIGN_OR_RETURN(const auto record, Load<HoldRecord>(call, transaction, request.hold()));
    return WishFromHold(
        record.hold(), wish,
        request.has_start_time() ? FromWire(request.start_time()) : absl::InfinitePast());
  }
  if (!request.has_start_time()) {
    return base::InvalidField("start_time", "is required without a hold");
  }
  wish->start = FromWire(request.start_time());
  return absl::OkStatus();
}

Wish WishOf(const v1::BookAppointmentRequest& request) {
  Wish wish;
  wish.visit_type = request.visit_type();
  wish.clinic = request.clinic();
  wish.modality = request.modality();
  wish.patient = request.participants(0).patient();
  return wish;
}

Wish WishOf(const v1::Appointment& moved, const v1::RescheduleAppointmentRequest& request) {
  Wish wish;
  wish.visit_type = moved.visit_type();
  wish.clinic = request.clinic();
  wish.modality = request.modality();
  wish.patient = moved.participants(0).patient();
  wish.ignored_owners.push_back(moved.name());
  wish.moved_appointment = moved.name();
  return wish;
}

// What the request leaves out, and no hold says otherwise, stays as it is.
void FillFrom(const v1::Appointment& moved, Wish* wish) {
  if (wish->clinic.empty()) wish->clinic = moved.clinic();
  if (wish->modality == v1::MODALITY_UNSPECIFIED) wish->modality = moved.modality();
  if (wish->selection.fixed.empty()) KeepPins(moved, &wish->selection);
}

v1::Channel ChannelFor(const rpc::Call& call, v1::Channel channel) {
  if (call.principal.IsPatientOnly()) return v1::CHANNEL_PORTAL;  // whatever the request says
  if (channel != v1::CHANNEL_UNSPECIFIED) return channel;
  if (call.principal.Has(rpc::Role::kService)) return v1::CHANNEL_SERVICE;
  if (call.principal.Has(rpc::Role::kAgent)) return v1::CHANNEL_PHONE;
  return v1::CHANNEL_IN_PERSON;
}

// Keeps on record that a rule was set aside, by whom and why.
void RecordOverride(const rpc::Call& call, const Placement& placement, const Wish& wish,
                    v1::Appointment* appointment) {
  appointment->clear_override();
  RemoveAttention(v1::Attention::REASON_OVERRIDDEN, appointment);
  if (!placement.overridden) return;
  AddAttention(call, v1::Attention::REASON_OVERRIDDEN, "booked over a rule", /*about=*/"",
               appointment);
  *appointment->mutable_override() = wish.override;
  appointment->mutable_override()->set_subject(call.principal.subject);
  call.audit_reason =
      absl::StrCat("override ", CodeOf(v1::Override::Reason_Name(wish.override.reason())));
}

// Makes sure that the order covers the visit, where one is needed or named. The unit is consumed
// by the appointment's being there.
absl::Status ConsumeOrder(const rpc::Call& call, Transaction& transaction,
                          const Placement& placement, const std::string& order,
                          const std::string& patient, v1::Appointment* appointment) {
  const v1::VisitType& type = placement.snapshot->visit_type(placement.plan->visit_type);
  if (order.empty()) return type.order_required() ? OrderMissing() : absl::OkStatus();
  const absl::Time start = calendar::ToTime(placement.start);
  ASSIGN_OR_RETURN(const auto use, OrderUse::Lock(call, transaction, order, appointment->name()));
  RETURN_IF_ERROR(use.Check(patient, type.name(), start));
  appointment->set_order(order);
  RemoveAttention(v1::Attention::REASON_GAP_EXCEEDED, appointment);
  if (use.ExceedsLargestGap(start)) {
    AddAttention(call, v1::Attention::REASON_GAP_EXCEEDED,
                 "further from its neighbours than the order wishes", order, appointment);
  }
  return absl::OkStatus();
}

void RememberEarlierTime(const rpc::Call& call, v1::Appointment* appointment) {
  v1::EarlierTime* earlier = appointment->add_earlier_times();
  earlier->set_clinic(appointment->clinic());
  *earlier->mutable_start_time() = appointment->start_time();
  *earlier->mutable_move_time() = ToWire(call.now);
  earlier->set_subject(call.principal.subject);
  auto* times = appointment->mutable_earlier_times();
  const int surplus = times->size() - limits::kEarlierTimesKept;
  if (surplus > 0) times->DeleteSubrange(0, surplus);
}

v1::Cancellation::Initiator InitiatorFor(const rpc::Call& call,
                                         v1::Cancellation::Initiator initiator) {
  if (call.principal.IsPatientOnly()) return v1::Cancellation::INITIATOR_PATIENT;
  if (initiator != v1::Cancellation::INITIATOR_UNSPECIFIED) return initiator;
  return call.principal.Has(rpc::Role::kAgent) ? v1::Cancellation::INITIATOR_PATIENT
                                               : v1::Cancellation::INITIATOR_CLINIC;
}

// What has begun, or was missed, is the clinic's to settle.
bool MayStillChange(const rpc::Call& call, const v1::Appointment& appointment) {
  if (!call.principal.IsPatientOnly()) return true;
  return IsAhead(appointment.state()) && call.now < FromWire(appointment.start_time());
}

}  // namespace

absl::Status Appointments::Book(const rpc::Call& call, Transaction& transaction,
                                const v1::BookAppointmentRequest& request, v1::Appointment* reply) {
  Wish wish = WishOf(request);
  if (request.hold().empty()) {
    if (wish.visit_type.empty()) {
      return base::InvalidField("visit_type", "is required without a hold");
    }
    if (wish.clinic.empty()) return base::InvalidField("clinic", "is required without a hold");
  }
  RETURN_IF_ERROR(CompleteWish(call, transaction, request, &wish));
  RETURN_IF_ERROR(call.MaySee(wish.clinic, wish.patient));
  ASSIGN_OR_RETURN(const Placement placement, Place(call, transaction, *catalog_, *cache_, wish));

  AppointmentRecord record;
  v1::Appointment& appointment = *record.mutable_appointment();
  RETURN_IF_ERROR(
      ConsumeOrder(call, transaction, placement, request.order(), wish.patient, &appointment));
  appointment.set_name(absl::StrCat("appointments/", base::NewId(call.now, *random_)));
  *appointment.mutable_participants() = request.participants();
  if (request.has_requester()) *appointment.mutable_requester() = request.requester();
  appointment.set_channel(ChannelFor(call, request.channel()));
  appointment.set_note(request.note());
  *appointment.mutable_create_time() = ToWire(call.now);
  RecordOverride(call, placement, wish, &appointment);
  RETURN_IF_ERROR(Settle(call, transaction, placement, request.hold(),
                         v1::WatchAppointmentsResponse::KIND_BOOKED, &record));
  Show(call, appointment, reply);
  if (call.validate_only) reply->clear_name();
  return absl::OkStatus();
}

absl::Status Appointments::Reschedule(const rpc::Call& call, Transaction& transaction,
                                      const v1::RescheduleAppointmentRequest& request,
                                      v1::Appointment* reply) {
  ASSIGN_OR_RETURN(auto record, Load<AppointmentRecord>(call, transaction, request.name()));
  v1::Appointment& appointment = *record.mutable_appointment();
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), appointment.etag(), appointment.name()));
  if (!IsAhead(appointment.state())) return WrongState(appointment.state(), "be moved");
  if (!MayStillChange(call, appointment)) {
    return WrongState(appointment.state(), "be moved by the patient once it should have begun");
  }

  Wish wish = WishOf(appointment, request);
  RETURN_IF_ERROR(CompleteWish(call, transaction, request, &wish));
  FillFrom(appointment, &wish);
  RETURN_IF_ERROR(call.MaySee(wish.clinic, wish.patient));
  ASSIGN_OR_RETURN(const Placement placement, Place(call, transaction, *catalog_, *cache_, wish));

  RETURN_IF_ERROR(
      ConsumeOrder(call, transaction, placement, appointment.order(), wish.patient, &appointment));
  const std::string old_clinic = appointment.clinic();
  RememberEarlierTime(call, &appointment);
  // The new time has its cover, and stands beside no other of the patient's.
  RemoveAttention(v1::Attention::REASON_COVER_LOST, &appointment);
  RemoveAttention(v1::Attention::REASON_PATIENT_OVERLAP, &appointment);
  RecordOverride(call, placement, wish, &appointment);
  RETURN_IF_ERROR(Settle(call, transaction, placement, request.hold(),
                         v1::WatchAppointmentsResponse::KIND_RESCHEDULED, &record));
  if (old_clinic != appointment.clinic()) {
    publisher_->AppointmentLeft(transaction, appointment, old_clinic);
  }
  Show(call, appointment, reply);
  return absl::OkStatus();
}

void Appointments::ExplainBook(const rpc::Call& call, const v1::BookAppointmentRequest& request,
                               absl::Status* refusal) {
  Wish wish = WishOf(request);
  const absl::Status completed = database_->ReadAndWait([&](Transaction& transaction) {
    wish = WishOf(request);
    return CompleteWish(call, transaction, request, &wish);
  });
  if (completed.ok()) explainer_->ExplainRefusal(call, wish, request.order(), "", refusal);
}

void Appointments::ExplainReschedule(const rpc::Call& call,
                                     const v1::RescheduleAppointmentRequest& request,
                                     absl::Status* refusal) {
  Wish wish;
  std::string order;
  const absl::Status completed =
      database_->ReadAndWait([&](Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(const auto record,
                         Load<AppointmentRecord>(call, transaction, request.name()));
        wish = WishOf(record.appointment(), request);
        RETURN_IF_ERROR(CompleteWish(call, transaction, request, &wish));
        FillFrom(record.appointment(), &wish);
        order = record.appointment().order();
        return absl::OkStatus();
      });
  if (completed.ok()) explainer_->ExplainRefusal(call, wish, order, request.name(), refusal);
}

absl::Status Appointments::Cancel(const rpc::Call& call, Transaction& transaction,
                                  const v1::CancelAppointmentRequest& request,
                                  v1::Appointment* reply) {
  ASSIGN_OR_RETURN(auto record, Load<AppointmentRecord>(call, transaction, request.name()));
  v1::Appointment& appointment = *record.mutable_appointment();
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), appointment.etag(), appointment.name()));
  if (!IsAhead(appointment.state()) && appointment.state() != v1::Appointment::STATE_ARRIVED) {
    return WrongState(appointment.state(), "be cancelled");
  }
  if (!MayStillChange(call, appointment)) {
    return WrongState(appointment.state(), "be cancelled by the patient once it should have begun");
  }
  ASSIGN_OR_RETURN(const auto snapshot, catalog_->At(transaction));
  const auto type = snapshot->FindVisitType(appointment.visit_type());
  const absl::Duration cutoff =
      type.has_value() ? absl::Minutes(snapshot->visit_type(*type).cancellation_cutoff_minutes())
                       : absl::ZeroDuration();

  MoveTo(v1::Appointment::STATE_CANCELLED, &record);
  v1::Cancellation& cancellation = *appointment.mutable_cancellation();
  cancellation.set_initiator(InitiatorFor(call, request.initiator()));
  cancellation.set_reason(request.reason());
  cancellation.set_note(request.note());
  cancellation.set_late(call.now > FromWire(appointment.start_time()) - cutoff);
  *cancellation.mutable_time() = ToWire(call.now);
  call.audit_reason = CodeOf(v1::Cancellation::Reason_Name(request.reason()));
  ASSIGN_OR_RETURN(auto removed, DeleteClaims(transaction, appointment.name()));
  RETURN_IF_ERROR(Save(call, transaction, &record));
  publisher_->ClaimsChanged(transaction, std::move(removed), {});
  publisher_->AppointmentChanged(transaction, appointment,
                                 v1::WatchAppointmentsResponse::KIND_STATE_CHANGED);
  Show(call, appointment, reply);
  return absl::OkStatus();
}

absl::Status Appointments::Settle(const rpc::Call& call, Transaction& transaction,
                                  const Placement& placement, const std::string& used_hold,
                                  v1::WatchAppointmentsResponse::Kind kind,
                                  AppointmentRecord* record) {
  v1::Appointment& appointment = *record->mutable_appointment();
  // The old time, and the hold's, go only now that the new time is won; all in one transaction.
  std::vector<Claim> removed;
  if (kind != v1::WatchAppointmentsResponse::KIND_BOOKED) {
    ASSIGN_OR_RETURN(removed, DeleteClaims(transaction, appointment.name()));
  }
  if (!used_hold.empty()) {
    RETURN_IF_ERROR(DeleteHold(transaction, used_hold));
    ASSIGN_OR_RETURN(const auto held, DeleteClaims(transaction, used_hold));
    removed.insert(removed.end(), held.begin(), held.end());
  }
  Describe(placement, &appointment);
  appointment.set_state(v1::Appointment::STATE_BOOKED);
  record->clear_earlier_states();
  ASSIGN_OR_RETURN(auto added,
                   ClaimPlacement(call, transaction, *catalog_, placement, appointment.name(),
                                  appointment.participants(0).patient(), absl::InfiniteFuture()));
  RETURN_IF_ERROR(Save(call, transaction, record));
  publisher_->ClaimsChanged(transaction, std::move(removed), std::move(added));
  publisher_->AppointmentChanged(transaction, appointment, kind);
  return absl::OkStatus();
}

}  // namespace clarity::scheduling
