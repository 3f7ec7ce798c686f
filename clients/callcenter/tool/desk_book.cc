// The desk: keeping a time, booking it, and carrying the visit through.
#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "clients/callcenter/tool/desk.h"
#include "clients/callcenter/tool/telephone.h"
#include "clients/callcenter/tool/when.h"
#include "clients/core/errors.h"
#include "clients/core/requests.h"
#include "clients/terminal/names.h"
#include "clients/terminal/words.h"

namespace clarity::client {
namespace {

using scheduling::v1::Appointment;
using scheduling::v1::BookAppointmentRequest;
using scheduling::v1::CancelAppointmentRequest;
using scheduling::v1::Cancellation;
using scheduling::v1::CompleteAppointmentRequest;
using scheduling::v1::ConfirmAppointmentRequest;
using scheduling::v1::CreateHoldRequest;
using scheduling::v1::MarkNoShowRequest;
using scheduling::v1::RecordArrivalRequest;
using scheduling::v1::ReleaseHoldRequest;
using scheduling::v1::RenewHoldRequest;
using scheduling::v1::Requester;
using scheduling::v1::RescheduleAppointmentRequest;
using scheduling::v1::StartAppointmentRequest;
using scheduling::v1::UndoAppointmentStepRequest;

absl::Status SetRequester(const BookCommand& command, BookAppointmentRequest* request) {
  if (command.requester.empty() && command.callback.empty()) return absl::OkStatus();
  Requester& requester = *request->mutable_requester();
  requester.set_display_name(command.requester);
  requester.set_relationship(ValueFor<type::v1::Relationship>(command.relationship));
  if (command.callback.empty()) return absl::OkStatus();
  const auto number = ParseTelephone(command.callback);
  if (number.ok()) requester.set_callback_number(*number);
  return number.status();
}

template <typename Request>
Request For(const std::string& name) {
  Request request;
  request.set_name(name);
  return request;
}

const char* HeadlineOf(Step step) {
  switch (step) {
    case Step::kConfirm:
      return "Confirmed";
    case Step::kArrive:
      return "Arrived";
    case Step::kStart:
      return "Begun";
    case Step::kComplete:
      return "Completed";
    case Step::kNoShow:
      return "Missed";
    case Step::kUndo:
      return "Undone";
  }
  return "";
}

template <typename Request>
Request ForTime(const std::string& name, absl::optional<absl::Time> time) {
  auto request = For<Request>(name);
  if (time.has_value()) *request.mutable_time() = ToProto(*time);
  return request;
}

absl::StatusOr<Appointment> Send(const CallCenterClient& client, Step step, const std::string& name,
                                 const StepCommand& command, absl::optional<absl::Time> time) {
  switch (step) {
    case Step::kConfirm:
      return client.ConfirmAppointment(For<ConfirmAppointmentRequest>(name));
    case Step::kArrive:
      return client.RecordArrival(ForTime<RecordArrivalRequest>(name, time));
    case Step::kStart: {
      auto request = ForTime<StartAppointmentRequest>(name, time);
      request.set_phase(command.phase);
      return client.StartAppointment(request);
    }
    case Step::kComplete:
      return client.CompleteAppointment(ForTime<CompleteAppointmentRequest>(name, time));
    case Step::kNoShow: {
      auto request = For<MarkNoShowRequest>(name);
      request.set_note(command.note);
      return client.MarkNoShow(request);
    }
    case Step::kUndo: {
      auto request = For<UndoAppointmentStepRequest>(name);
      request.set_reason(ValueFor<UndoAppointmentStepRequest::Reason>(command.reason));
      return client.UndoAppointmentStep(request);
    }
  }
  return absl::InternalError("no such step");
}

}  // namespace

// -- Keeping it -----------------------------------------------------------------------------------

ExitCode Desk::Hold(const HoldCommand& command) {
  const auto chosen = Choose(command.choice);
  if (!chosen.ok()) return Fail(chosen.status());
  if (!chosen->hold.empty()) {
    const HeldTime* held = held_.Find(chosen->hold);
    return Fail(absl::AlreadyExistsError(absl::StrCat("it is held already, as ",
                                                      held != nullptr ? held->label : chosen->hold,
                                                      ": 'renew' keeps it longer")));
  }
  CreateHoldRequest request = HoldRequestOf(chosen->slot);
  request.mutable_hold()->set_patient(PatientOr(command.patient));
  request.mutable_hold()->set_caller_label(command.caller.empty() ? line_.label : command.caller);
  if (!command.move.empty()) {
    const auto name = AppointmentNamed(command.move);
    if (!name.ok()) return Fail(name.status());
    moving_ = *name;
  }
  request.set_reschedule_appointment(moving_);
  // The new time of a visit is in the way that the visit is.
  if (!moving_.empty() && chosen->slot.modality() == scheduling::v1::MODALITY_UNSPECIFIED) {
    const auto present = GetAppointment(moving_);
    if (!present.ok()) return Fail(present.status());
    request.mutable_hold()->set_modality(present->modality());
  }
  const auto hold = client_.CreateHold(request);
  if (!hold.ok()) return FailedToTake(*chosen, hold.status());
  last_slots_.SetHold(chosen->number, hold->name()).IgnoreError();  // the name is on the screen
  if (setup_.session) held_.Add(*hold, moving_, now());
  if (setup_.json) return PrintJson(*hold);
  directory_.Load().IgnoreError();  // without it names are shown as ids
  if (setup_.session) {
    const HeldTime& held = *held_.Find(hold->name());
    screen_.ShowHold(*hold, held.label, held.expires);
    screen_.Advise(absl::StrCat(
        "Next: '", moving_.empty() ? "book" : absl::StrCat("move ", NameShown(moving_)),
        "', 'renew' or 'release'."));
    return kExitOk;
  }
  screen_.ShowHold(*hold, hold->name(), FromProto(hold->expire_time()));
  const std::string what = chosen->number > 0 ? absl::StrCat(chosen->number) : hold->name();
  screen_.Advise(absl::StrCat("Next: 'book ", what, " --patient P', 'renew ", what,
                              "' or 'release ", what, "'."));
  return kExitOk;
}

ExitCode Desk::Renew(const std::string& what) {
  const auto chosen = ChooseHold(what);
  if (!chosen.ok()) return Fail(chosen.status());
  const auto hold = client_.RenewHold(For<RenewHoldRequest>(chosen->hold));
  if (!hold.ok()) return FailedToTake(*chosen, hold.status());
  held_.Renew(*hold);
  if (setup_.json) return PrintJson(*hold);
  directory_.Load().IgnoreError();
  if (const HeldTime* held = held_.Find(hold->name())) {
    screen_.ShowHold(*hold, held->label, held->expires);
  } else {
    screen_.ShowHold(*hold, hold->name(), FromProto(hold->expire_time()));
  }
  return kExitOk;
}

ExitCode Desk::Release(const std::string& what) {
  const auto chosen = ChooseHold(what);
  if (!chosen.ok()) return Fail(chosen.status());
  const absl::Status released = client_.ReleaseHold(For<ReleaseHoldRequest>(chosen->hold));
  if (!released.ok()) return Fail(released);
  const HeldTime* held = held_.Find(chosen->hold);
  const std::string label = held == nullptr ? chosen->hold : held->label;
  Forget(*chosen);
  if (setup_.json) return PrintJson(scheduling::v1::ReleaseHoldResponse());
  *console_.out << "Released " << label << ".\n";
  return kExitOk;
}

ExitCode Desk::Holds() {
  if (held_.empty()) {
    *console_.out << "Nothing is held.\n";
    return kExitOk;
  }
  for (const HeldTime& time : held_.times()) {
    screen_.ShowHold(time.hold, time.label, time.expires);
  }
  return kExitOk;
}

void Desk::ReleaseAll() {
  while (!held_.empty()) {
    const HeldTime time = held_.times().front();
    ReleaseOne(time);
    Chosen chosen;
    chosen.hold = time.hold.name();
    chosen.number = last_slots_.NumberOfHold(chosen.hold);
    Forget(chosen);
  }
}

void Desk::ReleaseOne(const HeldTime& time) {
  const absl::Status released = client_.ReleaseHold(For<ReleaseHoldRequest>(time.hold.name()));
  if (released.ok()) {
    Aside() << "Released " << time.label << ": " << screen_.Title(time.hold) << ".\n";
    return;
  }
  *console_.err << console_.Styled(Tone::kWarning, absl::StrCat("Not released: ", time.label))
                << ", " << screen_.Title(time.hold) << ". It lapses by itself within "
                << Counted(absl::ToInt64Minutes(time.expires - now()) + 1, "minute") << ".\n";
}

// -- The appointment ------------------------------------------------------------------------------

ExitCode Desk::Book(const BookCommand& command) {
  if (numbered_ == Numbered::kVisits && !command.choice.what.empty() &&
      absl::c_all_of(command.choice.what, absl::ascii_isdigit)) {
    return SlotsOfVisit(command.choice.what, command.choice.modality);  // when, then?
  }
  const auto chosen = Choose(OrHeld(command.choice));
  if (!chosen.ok()) return Fail(chosen.status());
  const HeldTime* held = held_.Find(chosen->hold);
  const std::string visit_type =
      held != nullptr ? held->hold.visit_type() : chosen->slot.visit_type();
  const std::string moving = held != nullptr      ? held->moving
                             : chosen->number > 0 ? moving_
                                                  : std::string();
  if (setup_.session && !moving.empty()) {
    const std::string name = NameShown(moving);
    return Fail(absl::FailedPreconditionError(absl::StrCat(
        "this time was looked for to move ", name, ", not for another visit: 'move ", name, "'")));
  }
  const std::string patient = PatientOr(command.patient);
  if (patient.empty()) {
    return Fail(absl::InvalidArgumentError("say for whom: --patient P"));
  }
  BookAppointmentRequest request;
  if (chosen->hold.empty()) {
    request = BookRequestOf(chosen->slot);
  } else {
    request.set_hold(chosen->hold);
  }
  request.add_participants()->set_patient(patient);
  request.set_order(OrderOr(command.order, patient, visit_type));
  request.set_note(command.note);
  const absl::Status requested = SetRequester(command, &request);
  if (!requested.ok()) return Fail(requested);
  const auto appointment = client_.BookAppointment(request);
  if (!appointment.ok()) return FailedToTake(*chosen, appointment.status());
  Forget(*chosen);
  booked_.push_back({*appointment, now()});
  const ExitCode code = ReadBack("Booked", *appointment);
  if (!setup_.json) {
    const std::string name = NameShown(appointment->name());
    screen_.Advise(
        absl::StrCat("Next: 'confirm', 'move' or 'cancel' with ", name,
                     line_.pathway.has_episode() ? "; 'contact reached' logs the call." : "."));
  }
  return code;
}

ExitCode Desk::Move(const MoveCommand& command) {
  const auto present = GetAppointment(command.appointment);
  if (!present.ok()) return Fail(present.status());
  Choice choice = OrHeld(command.choice);
  if (choice.what.empty() && choice.at.empty()) {  // where to, then?
    SlotsCommand where_to;
    where_to.move = present->name();
    if (!choice.clinic.empty()) where_to.clinics = {choice.clinic};
    where_to.modality = choice.modality;
    return Slots(where_to);
  }
  choice.visit_type = present->visit_type();
  if (choice.clinic.empty()) choice.clinic = present->clinic();
  const auto chosen = Choose(choice);
  if (!chosen.ok()) return Fail(chosen.status());
  RescheduleAppointmentRequest request;
  if (chosen->hold.empty()) {
    request = RescheduleRequestOf(*present, chosen->slot);
  } else {
    request.set_name(present->name());
    request.set_etag(present->etag());
    request.set_hold(chosen->hold);
  }
  const auto appointment = client_.RescheduleAppointment(request);
  if (!appointment.ok()) {
    moving_ = present->name();  // so are the alternatives
    return FailedToTake(*chosen, appointment.status());
  }
  Forget(*chosen);
  moving_.clear();
  return ReadBack("Moved", *appointment);
}

ExitCode Desk::Cancel(const CancelCommand& command) {
  const auto name = AppointmentNamed(command.appointment);
  if (!name.ok()) return Fail(name.status());
  auto request = For<CancelAppointmentRequest>(*name);
  request.set_reason(ValueFor<Cancellation::Reason>(command.reason));
  request.set_initiator(ValueFor<Cancellation::Initiator>(command.by));
  request.set_note(command.note);
  const auto appointment = client_.CancelAppointment(request);
  if (!appointment.ok()) return Fail(appointment.status());
  const auto is_it = [&](const JustBooked& booked) { return booked.appointment.name() == *name; };
  booked_.erase(std::remove_if(booked_.begin(), booked_.end(), is_it), booked_.end());
  return ReadBack(appointment->cancellation().late() ? "Cancelled, late:" : "Cancelled",
                  *appointment);
}

absl::StatusOr<absl::optional<absl::Time>> Desk::TimeOfStep(const StepCommand& command) {
  if (command.at.empty()) return absl::optional<absl::Time>();
  const auto appointment = GetAppointment(command.appointment);
  if (!appointment.ok()) return appointment.status();
  const auto zone = ParseZone(appointment->time_zone());
  if (!zone.ok()) return zone.status();
  const auto time = ParseMomentPast(command.at, now(), *zone);
  if (!time.ok()) return time.status();
  return absl::make_optional(*time);
}

ExitCode Desk::Take(Step step, const StepCommand& command) {
  const auto name = AppointmentNamed(command.appointment);
  if (!name.ok()) return Fail(name.status());
  const auto time = TimeOfStep(command);
  if (!time.ok()) return Fail(time.status());
  const auto appointment = Send(client_, step, *name, command, *time);
  if (!appointment.ok()) return FailedToTake({}, appointment.status());
  return ReadBack(HeadlineOf(step), *appointment);
}

}  // namespace clarity::client
