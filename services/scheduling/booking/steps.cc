#include "services/scheduling/booking/steps.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"
#include "services/scheduling/booking/placement.h"
#include "services/scheduling/errors.h"
#include "services/scheduling/limits.h"
#include "services/scheduling/orders/order_use.h"
#include "services/scheduling/records.h"

namespace clarity::scheduling {
namespace {

using storage::Transaction;
using storage::v1::AppointmentRecord;
using State = v1::Appointment::State;

template <typename Request>
absl::StatusOr<AppointmentRecord> LoadForStep(const rpc::Call& call, Transaction& transaction,
                                              const Request& request) {
  ASSIGN_OR_RETURN(auto record, Load<AppointmentRecord>(call, transaction, request.name()));
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), record.appointment().etag(), request.name()));
  return record;
}

// When the step happened: now, unless the request says.
template <typename Request>
absl::StatusOr<absl::Time> TimeOf(const rpc::Call& call, const Request& request) {
  if (!request.has_time()) return call.now;
  const absl::Time time = FromWire(request.time());
  if (time > call.now) return base::InvalidField("time", "is in the future");
  if (time < call.now - limits::kRecordedLateMax) {
    return base::InvalidField("time", "is more than 24 hours back");
  }
  return time;
}

// An arrival belongs to the day of the visit at the clinic. For a visit soon after midnight that
// day begins the evening before; for one that runs past midnight it ends with the visit.
absl::Status CheckDayOfArrival(const v1::Appointment& appointment, absl::Time time) {
  const absl::TimeZone zone = ZoneOf(appointment.time_zone());
  const absl::Time start = FromWire(appointment.patient_start_time());
  const absl::CivilDay day = absl::ToCivilDay(start, zone);
  const absl::Time earliest =
      std::min(absl::FromCivil(day, zone), start - limits::kArrivalEarlyMax);
  const absl::Time latest =
      std::max(absl::FromCivil(day + 1, zone), FromWire(appointment.patient_end_time()));
  if (time < earliest) {
    return WrongTime("earliest_time", earliest, "the visit is on a later day");
  }
  if (time >= latest) return WrongTime("latest_time", latest, "the visit was on an earlier day");
  return absl::OkStatus();
}

// Whoever ordered the visit may have thought better of it since, and of that, too.
absl::Status CheckOrder(Transaction& transaction, v1::Appointment* appointment) {
  if (appointment->order().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto use, OrderUse::LockOf(transaction, *appointment));
  RETURN_IF_ERROR(use.CheckAhead(*appointment));
  RemoveAttention(v1::Attention::REASON_ORDER_REVOKED, appointment);
  return absl::OkStatus();
}

// The phase that has begun last; -1 before the first.
int CurrentPhase(const v1::Appointment& appointment) {
  int current = -1;
  for (int p = 0; p < appointment.phases_size(); ++p) {
    if (appointment.phases(p).has_actual_start_time()) current = p;
  }
  return current;
}

// The phase a Start begins: the one named, or the next.
absl::StatusOr<int> PhaseToBegin(const v1::Appointment& appointment, const std::string& named) {
  const int current = CurrentPhase(appointment);
  if (named.empty()) {
    if (current + 1 < appointment.phases_size()) return current + 1;
    return WrongState(appointment.state(), "begin another phase: it is in its last");
  }
  for (int p = 0; p < appointment.phases_size(); ++p) {
    if (appointment.phases(p).phase() != named) continue;
    if (p > current) return p;
    return WrongState(appointment.state(), "go back to an earlier phase");
  }
  return base::InvalidField("phase", "is no phase of this visit");
}

// What is recorded happened after what was recorded before it.
absl::Status CheckNotBeforeLast(const v1::Appointment& appointment, absl::Time time) {
  const int current = CurrentPhase(appointment);
  const absl::Time last = FromWire(current < 0 ? appointment.arrive_time()
                                               : appointment.phases(current).actual_start_time());
  if (time >= last) return absl::OkStatus();
  return base::InvalidField(
      "time", current < 0 ? "is before the patient came" : "is before the phase that runs began");
}

void EndPhase(int phase, absl::Time time, v1::Appointment* appointment) {
  if (phase >= 0 && !appointment->phases(phase).has_actual_end_time()) {
    *appointment->mutable_phases(phase)->mutable_actual_end_time() = ToWire(time);
  }
}

// What is claimed is what the appointment says: a catalog that came since may have given its visit
// type other phases.
absl::Status CheckSameTimes(const Placement& placement, const v1::Appointment& appointment) {
  v1::Appointment now;
  Describe(placement, &now);
  const auto is_same = [](const v1::PhaseSpan& a, const v1::PhaseSpan& b) {
    return a.phase() == b.phase() && FromWire(a.start_time()) == FromWire(b.start_time()) &&
           FromWire(a.end_time()) == FromWire(b.end_time());
  };
  if (absl::c_equal(now.phases(), appointment.phases(), is_same)) return absl::OkStatus();
  return SlotRefused(v1::Blocker::RULE_NOT_OFFERED,
                     "the visit type has other phases by now: book the visit anew");
}

void ForgetActualTimes(v1::Appointment* appointment) {
  for (v1::PhaseSpan& phase : *appointment->mutable_phases()) {
    phase.clear_actual_start_time();
    phase.clear_actual_end_time();
  }
}

}  // namespace

absl::Status Steps::Confirm(const rpc::Call& call, Transaction& transaction,
                            const v1::ConfirmAppointmentRequest& request, v1::Appointment* reply) {
  ASSIGN_OR_RETURN(auto record, LoadForStep(call, transaction, request));
  if (record.appointment().state() != v1::Appointment::STATE_BOOKED) {
    return WrongState(record.appointment().state(), "be confirmed");
  }
  RETURN_IF_ERROR(CheckOrder(transaction, record.mutable_appointment()));
  MoveTo(v1::Appointment::STATE_CONFIRMED, &record);
  return Finish(call, transaction, &record, reply);
}

absl::Status Steps::RecordArrival(const rpc::Call& call, Transaction& transaction,
                                  const v1::RecordArrivalRequest& request, v1::Appointment* reply) {
  ASSIGN_OR_RETURN(auto record, LoadForStep(call, transaction, request));
  if (!IsAhead(record.appointment().state())) {
    return WrongState(record.appointment().state(), "arrive");
  }
  ASSIGN_OR_RETURN(const absl::Time time, TimeOf(call, request));
  RETURN_IF_ERROR(CheckDayOfArrival(record.appointment(), time));
  MoveTo(v1::Appointment::STATE_ARRIVED, &record);
  *record.mutable_appointment()->mutable_arrive_time() = ToWire(time);
  return Finish(call, transaction, &record, reply);
}

absl::Status Steps::Start(const rpc::Call& call, Transaction& transaction,
                          const v1::StartAppointmentRequest& request, v1::Appointment* reply) {
  ASSIGN_OR_RETURN(auto record, LoadForStep(call, transaction, request));
  v1::Appointment& appointment = *record.mutable_appointment();
  if (appointment.state() != v1::Appointment::STATE_ARRIVED &&
      appointment.state() != v1::Appointment::STATE_IN_PROGRESS) {
    return WrongState(appointment.state(), "begin");
  }
  ASSIGN_OR_RETURN(const absl::Time time, TimeOf(call, request));
  RETURN_IF_ERROR(CheckNotBeforeLast(appointment, time));
  ASSIGN_OR_RETURN(const int phase, PhaseToBegin(appointment, request.phase()));
  // What has begun is brought to its end.
  if (appointment.state() == v1::Appointment::STATE_ARRIVED) {
    RETURN_IF_ERROR(CheckOrder(transaction, &appointment));
  }
  EndPhase(CurrentPhase(appointment), time, &appointment);
  *appointment.mutable_phases(phase)->mutable_actual_start_time() = ToWire(time);
  if (appointment.state() == v1::Appointment::STATE_ARRIVED) {
    MoveTo(v1::Appointment::STATE_IN_PROGRESS, &record);
  }
  return Finish(call, transaction, &record, reply);
}

absl::Status Steps::Complete(const rpc::Call& call, Transaction& transaction,
                             const v1::CompleteAppointmentRequest& request,
                             v1::Appointment* reply) {
  ASSIGN_OR_RETURN(auto record, LoadForStep(call, transaction, request));
  v1::Appointment& appointment = *record.mutable_appointment();
  if (appointment.state() != v1::Appointment::STATE_IN_PROGRESS) {
    return WrongState(appointment.state(), "be completed");
  }
  ASSIGN_OR_RETURN(const absl::Time time, TimeOf(call, request));
  RETURN_IF_ERROR(CheckNotBeforeLast(appointment, time));
  EndPhase(CurrentPhase(appointment), time, &appointment);
  MoveTo(v1::Appointment::STATE_COMPLETED, &record);
  return Finish(call, transaction, &record, reply);
}

absl::Status Steps::MarkNoShow(const rpc::Call& call, Transaction& transaction,
                               const v1::MarkNoShowRequest& request, v1::Appointment* reply) {
  ASSIGN_OR_RETURN(auto record, LoadForStep(call, transaction, request));
  v1::Appointment& appointment = *record.mutable_appointment();
  if (!IsAhead(appointment.state())) return WrongState(appointment.state(), "be a no-show");
  const absl::Time earliest = FromWire(appointment.patient_start_time()) + limits::kNoShowGrace;
  if (call.now < earliest) {
    return WrongTime("earliest_time", earliest,
                     "nobody is a no-show until 15 minutes after the visit's start");
  }
  MoveTo(v1::Appointment::STATE_NO_SHOW, &record);
  v1::Cancellation& missed = *appointment.mutable_cancellation();
  missed.set_initiator(v1::Cancellation::INITIATOR_PATIENT);
  missed.set_note(request.note());
  *missed.mutable_time() = ToWire(call.now);
  ASSIGN_OR_RETURN(auto removed, DeleteClaims(transaction, appointment.name()));
  publisher_->ClaimsChanged(transaction, std::move(removed), {});
  return Finish(call, transaction, &record, reply);
}

absl::Status Steps::Undo(const rpc::Call& call, Transaction& transaction,
                         const v1::UndoAppointmentStepRequest& request, v1::Appointment* reply) {
  ASSIGN_OR_RETURN(auto record, LoadForStep(call, transaction, request));
  v1::Appointment& appointment = *record.mutable_appointment();
  const State state = appointment.state();
  if (record.earlier_states().empty() || state == v1::Appointment::STATE_CONFIRMED) {
    return WrongState(state, "be taken a step back");
  }
  call.audit_reason = CodeOf(v1::UndoAppointmentStepRequest::Reason_Name(request.reason()));
  if (state == v1::Appointment::STATE_ARRIVED) appointment.clear_arrive_time();
  if (state == v1::Appointment::STATE_IN_PROGRESS) ForgetActualTimes(&appointment);
  if (state == v1::Appointment::STATE_COMPLETED) {
    appointment.mutable_phases(CurrentPhase(appointment))->clear_actual_end_time();
  }
  if (IsMissed(state)) {
    RETURN_IF_ERROR(TakeAgain(call, transaction, &appointment));
    appointment.clear_cancellation();
  }
  appointment.set_state(static_cast<State>(*record.earlier_states().rbegin()));
  record.mutable_earlier_states()->RemoveLast();
  return Finish(call, transaction, &record, reply);
}

absl::Status Steps::TakeAgain(const rpc::Call& call, Transaction& transaction,
                              v1::Appointment* appointment) {
  Wish wish;
  wish.visit_type = appointment->visit_type();
  wish.clinic = appointment->clinic();
  wish.modality = appointment->modality();
  wish.start = FromWire(appointment->start_time());
  wish.patient = appointment->participants(0).patient();
  wish.selection.fixed = {appointment->assignments().begin(), appointment->assignments().end()};
  wish.moved_appointment = appointment->name();
  wish.rules_kept = true;
  wish.may_have_begun = true;
  // What was set aside when it was booked is set aside still; but whoever came since is somebody
  // for whom nobody decided that.
  wish.override = appointment->override();
  wish.override.mutable_rules()->erase(
      std::remove(wish.override.mutable_rules()->begin(), wish.override.mutable_rules()->end(),
                  v1::Blocker::RULE_BOOKED),
      wish.override.mutable_rules()->end());
  ASSIGN_OR_RETURN(const Placement placement, Place(call, transaction, *catalog_, *cache_, wish));
  RETURN_IF_ERROR(CheckSameTimes(placement, *appointment));
  if (!appointment->order().empty()) {
    ASSIGN_OR_RETURN(const auto use,
                     OrderUse::Lock(call, transaction, appointment->order(), appointment->name()));
    RETURN_IF_ERROR(use.Check(wish.patient, wish.visit_type, wish.start));
  }
  ASSIGN_OR_RETURN(auto added,
                   ClaimPlacement(call, transaction, *catalog_, placement, appointment->name(),
                                  wish.patient, absl::InfiniteFuture()));
  publisher_->ClaimsChanged(transaction, {}, std::move(added));
  return absl::OkStatus();
}

absl::Status Steps::Finish(const rpc::Call& call, Transaction& transaction,
                           AppointmentRecord* record, v1::Appointment* reply) {
  RETURN_IF_ERROR(Save(call, transaction, record));
  publisher_->AppointmentChanged(transaction, record->appointment(),
                                 v1::WatchAppointmentsResponse::KIND_STATE_CHANGED);
  Show(call, record->appointment(), reply);
  return absl::OkStatus();
}

}  // namespace clarity::scheduling
