#include "clients/callcenter/tool/desk.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/callcenter/tool/when.h"
#include "clients/core/errors.h"
#include "clients/core/requests.h"
#include "clients/terminal/names.h"
#include "google/protobuf/util/json_util.h"

namespace clarity::client {
namespace {

using scheduling::v1::Appointment;
using scheduling::v1::BookAppointmentRequest;
using scheduling::v1::CancelAppointmentRequest;
using scheduling::v1::Cancellation;
using scheduling::v1::CreateHoldRequest;
using scheduling::v1::FindSlotsRequest;
using scheduling::v1::FindSlotsResponse;
using scheduling::v1::GetAppointmentRequest;
using scheduling::v1::ListAppointmentsRequest;
using scheduling::v1::ListAppointmentsResponse;
using scheduling::v1::ReleaseHoldRequest;
using scheduling::v1::RenewHoldRequest;
using scheduling::v1::RescheduleAppointmentRequest;
using scheduling::v1::Slot;
using scheduling::v1::SlotConflict;
using scheduling::v1::SlotQuery;
using scheduling::v1::VisitType;
using scheduling::v1::WatchAppointmentsRequest;

constexpr size_t kClinicsSearchedMax = 50;
constexpr int kListDaysUsual = 14;

// "after 9am, before noon" as a range of the clinic's clock.
absl::Status AddTimesOfDay(const SlotsCommand& command, SlotQuery* query) {
  if (command.after.empty() && command.before.empty()) return absl::OkStatus();
  const auto after = ParseTimeOfDay(command.after.empty() ? "0:00" : command.after);
  if (!after.ok()) return after.status();
  const auto before = ParseTimeOfDay(command.before.empty() ? "24:00" : command.before);
  if (!before.ok()) return before.status();
  auto* range = query->add_times_of_day();
  *range->mutable_start() = *after;
  *range->mutable_end() = *before;
  return absl::OkStatus();
}

absl::StatusOr<Cancellation::Initiator> InitiatorOf(const std::string& by) {
  if (by.empty()) return Cancellation::INITIATOR_UNSPECIFIED;
  if (by == "patient") return Cancellation::INITIATOR_PATIENT;
  if (by == "clinic") return Cancellation::INITIATOR_CLINIC;
  return absl::InvalidArgumentError("--by takes patient or clinic");
}

template <typename Item>
absl::StatusOr<std::vector<Item>> Take(PageRange<Item> range, int limit) {
  std::vector<Item> items;
  for (const absl::StatusOr<Item>& item : range) {
    if (!item.ok()) return item.status();
    items.push_back(*item);
    if (static_cast<int>(items.size()) == limit) break;
  }
  return items;
}

}  // namespace

Desk::Desk(CallCenterClient client, const Console* console, LastSlots last_slots, Setup setup)
    : client_(client),
      console_(*console),
      last_slots_(std::move(last_slots)),
      setup_(setup),
      directory_(std::move(client)),
      screen_(console, &directory_, setup.caller_zone) {}

// -- Finding a time -------------------------------------------------------------------------------

ExitCode Desk::Slots(const SlotsCommand& command) {
  const auto request = SearchOf(command);
  if (!request.ok()) return Fail(request.status());
  const auto slots = Take(client_.FindSlots(*request), command.limit);
  if (!slots.ok()) return Fail(slots.status());
  Offer(*slots);
  if (setup_.json) {
    FindSlotsResponse reply;
    *reply.mutable_slots() = {slots->begin(), slots->end()};
    return PrintJson(reply);
  }
  if (slots->empty()) {
    *console_.out << "Nothing is free. Look further ahead with --days, ask for other days or "
                     "times, or leave --clinic out to search them all.\n";
  } else {
    screen_.Advise("Next: 'hold 1' keeps the first one, 'book 1 --patient P' books it.");
  }
  return kExitOk;
}

absl::StatusOr<FindSlotsRequest> Desk::SearchOf(const SlotsCommand& command) {
  absl::Status loaded = directory_.Load();
  if (!loaded.ok()) return loaded;
  FindSlotsRequest request;
  SlotQuery& query = *request.mutable_query();
  query.set_visit_type(FullName("visitTypes", command.visit_type));
  for (const std::string& clinic : command.clinics) {
    query.add_clinics(FullName("clinics", clinic));
  }
  if (query.clinics().empty()) {
    if (directory_.clinics().size() > kClinicsSearchedMax) {
      return absl::InvalidArgumentError("there are many clinics: name some with --clinic");
    }
    for (const auto& [name, clinic] : directory_.clinics()) query.add_clinics(name);
  }
  if (query.clinics().empty()) {
    return absl::FailedPreconditionError("the server has no clinics yet (clarityctl apply)");
  }

  const absl::TimeZone zone = ZoneOfClinic(query.clinics(0));
  const auto from = ParseDay(command.from, absl::ToCivilDay(now(), zone));
  if (!from.ok()) return from.status();
  *query.mutable_window()->mutable_start_time() =
      ToProto(std::max(now(), absl::FromCivil(*from, zone)));
  *query.mutable_window()->mutable_end_time() =
      ToProto(absl::FromCivil(*from + command.days, zone));
  const auto days_of_week = ParseDaysOfWeek(command.on);
  if (!days_of_week.ok()) return days_of_week.status();
  for (const auto day : *days_of_week) query.add_days_of_week(day);
  absl::Status times = AddTimesOfDay(command, &query);
  if (!times.ok()) return times;

  for (const auto& name : command.with) query.add_required_resources(FullName("resources", name));
  for (const auto& name : command.without) {
    query.add_excluded_resources(FullName("resources", name));
  }
  query.set_language(command.language);
  query.set_capability(command.capability);
  if (command.telehealth) query.set_modality(scheduling::v1::MODALITY_TELEHEALTH);
  request.set_patient(FullName("patients", command.patient));
  request.set_order(FullName("orders", command.order));
  request.set_reschedule_appointment(FullName("appointments", command.move));
  request.mutable_spread()->set_per_day_max(command.per_day);
  request.mutable_spread()->set_distance_minutes_min(command.apart);
  if (setup_.caller_zone.has_value()) request.set_viewer_time_zone(setup_.caller_zone->name());
  request.set_page_size(command.limit);
  return request;
}

void Desk::Offer(const std::vector<Slot>& slots) {
  if (!setup_.json && !slots.empty()) screen_.ShowSlots(slots);
  std::vector<ShownSlot> shown;
  shown.reserve(slots.size());
  for (const Slot& slot : slots) shown.push_back({slot, ""});
  const absl::Status saved = last_slots_.Save(shown);
  // The slots are on the screen all the same; only their numbers mean nothing.
  if (!saved.ok()) {
    *console_.err << console_.Styled(Tone::kWarning, "The numbers cannot be used: ")
                  << saved.message() << '\n';
  }
}

ExitCode Desk::Clinics() {
  const absl::Status loaded = directory_.Load();
  if (!loaded.ok()) return Fail(loaded);
  if (!setup_.json) {
    screen_.ShowClinics();
    return kExitOk;
  }
  scheduling::v1::ListClinicsResponse reply;
  for (const auto& [name, clinic] : directory_.clinics()) *reply.add_clinics() = clinic;
  return PrintJson(reply);
}

ExitCode Desk::VisitTypes(const std::string& clinic) {
  scheduling::v1::ListVisitTypesRequest request;
  request.set_clinic(FullName("clinics", clinic));
  const auto visit_types = Take(client_.ListVisitTypes(request), /*limit=*/0);
  if (!visit_types.ok()) return Fail(visit_types.status());
  if (!setup_.json) {
    screen_.ShowVisitTypes(*visit_types);
    return kExitOk;
  }
  scheduling::v1::ListVisitTypesResponse reply;
  *reply.mutable_visit_types() = {visit_types->begin(), visit_types->end()};
  return PrintJson(reply);
}

// -- Choosing one ---------------------------------------------------------------------------------

absl::StatusOr<Desk::Chosen> Desk::Choose(const Choice& choice) {
  Chosen chosen;
  if (choice.what.empty()) {
    absl::StatusOr<Slot> slot = SlotInWords(choice);
    if (!slot.ok()) return slot.status();
    chosen.slot = *std::move(slot);
    return chosen;
  }
  if (!absl::SimpleAtoi(choice.what, &chosen.number)) {
    chosen.hold = FullName("holds", choice.what);
    return chosen;
  }
  absl::StatusOr<ShownSlot> shown = last_slots_.Get(chosen.number);
  if (!shown.ok()) return shown.status();
  chosen.slot = std::move(shown->slot);
  chosen.hold = std::move(shown->hold);
  return chosen;
}

// The patient's time is what people say; the visit is booked from its preparation on.
absl::StatusOr<Slot> Desk::SlotInWords(const Choice& choice) {
  if (choice.at.empty() || choice.visit_type.empty() || choice.clinic.empty()) {
    return absl::InvalidArgumentError(
        "say which time: the number of a slot, a hold, or --visit-type, --clinic and --at");
  }
  absl::Status loaded = directory_.Load();
  if (!loaded.ok()) return loaded;
  Slot slot;
  slot.set_visit_type(FullName("visitTypes", choice.visit_type));
  slot.set_clinic(FullName("clinics", choice.clinic));
  const VisitType* visit_type = directory_.FindVisitType(slot.visit_type());
  if (visit_type == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("there is no ", slot.visit_type(), ": see 'callcenter visit-types'"));
  }
  const auto at = ParseMoment(choice.at, now(), ZoneOfClinic(slot.clinic()));
  if (!at.ok()) return at.status();
  *slot.mutable_start_time() = ToProto(*at - PreparationOf(*visit_type));
  if (choice.telehealth) slot.set_modality(scheduling::v1::MODALITY_TELEHEALTH);
  return slot;
}

absl::StatusOr<Desk::Chosen> Desk::ChooseHold(const std::string& what) {
  Choice choice;
  choice.what = what;
  absl::StatusOr<Chosen> chosen = Choose(choice);
  if (!chosen.ok()) return chosen.status();
  if (chosen->hold.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "slot ", chosen->number, " is not held: 'callcenter hold ", chosen->number, "' holds it"));
  }
  if (chosen->number == 0) chosen->number = last_slots_.NumberOfHold(chosen->hold);
  return chosen;
}

absl::TimeZone Desk::ZoneOfClinic(const std::string& name) const {
  const auto* clinic = directory_.FindClinic(name);
  if (clinic == nullptr) return absl::LocalTimeZone();
  return ParseZone(clinic->time_zone()).value_or(absl::UTCTimeZone());
}

// -- Keeping it -----------------------------------------------------------------------------------

ExitCode Desk::Hold(const HoldCommand& command) {
  const auto chosen = Choose(command.choice);
  if (!chosen.ok()) return Fail(chosen.status());
  if (!chosen->hold.empty()) {
    return Fail(absl::AlreadyExistsError(
        absl::StrCat("it is held already, as ", chosen->hold, ": 'renew' keeps it longer")));
  }
  CreateHoldRequest request = HoldRequestOf(chosen->slot);
  request.mutable_hold()->set_patient(FullName("patients", command.patient));
  request.mutable_hold()->set_caller_label(command.caller);
  request.set_reschedule_appointment(FullName("appointments", command.move));
  const auto hold = client_.CreateHold(request);
  if (!hold.ok()) return FailedToTake(*chosen, hold.status());
  last_slots_.SetHold(chosen->number, hold->name()).IgnoreError();  // the name is on the screen
  if (setup_.json) return PrintJson(*hold);
  directory_.Load().IgnoreError();  // without it names are shown as ids
  screen_.ShowHold(*hold);
  const std::string what = chosen->number > 0 ? absl::StrCat(chosen->number) : hold->name();
  screen_.Advise(absl::StrCat("Next: 'book ", what, " --patient P', 'renew ", what,
                              "' or 'release ", what, "'."));
  return kExitOk;
}

ExitCode Desk::Renew(const std::string& what) {
  const auto chosen = ChooseHold(what);
  if (!chosen.ok()) return Fail(chosen.status());
  RenewHoldRequest request;
  request.set_name(chosen->hold);
  const auto hold = client_.RenewHold(request);
  if (!hold.ok()) return FailedToTake(*chosen, hold.status());
  if (setup_.json) return PrintJson(*hold);
  directory_.Load().IgnoreError();
  screen_.ShowHold(*hold);
  return kExitOk;
}

ExitCode Desk::Release(const std::string& what) {
  const auto chosen = ChooseHold(what);
  if (!chosen.ok()) return Fail(chosen.status());
  ReleaseHoldRequest request;
  request.set_name(chosen->hold);
  const absl::Status released = client_.ReleaseHold(request);
  if (!released.ok()) return Fail(released);
  last_slots_.SetHold(chosen->number, "").IgnoreError();
  if (setup_.json) return PrintJson(scheduling::v1::ReleaseHoldResponse());
  *console_.out << "Released " << chosen->hold << ".\n";
  return kExitOk;
}

// -- The appointment ------------------------------------------------------------------------------

ExitCode Desk::Book(const BookCommand& command) {
  const auto chosen = Choose(command.choice);
  if (!chosen.ok()) return Fail(chosen.status());
  BookAppointmentRequest request;
  if (chosen->hold.empty()) {
    request = BookRequestOf(chosen->slot);
  } else {
    request.set_hold(chosen->hold);
  }
  request.add_participants()->set_patient(FullName("patients", command.patient));
  request.set_order(FullName("orders", command.order));
  request.set_note(command.note);
  if (!command.requester.empty() || !command.callback.empty()) {
    request.mutable_requester()->set_display_name(command.requester);
    request.mutable_requester()->set_relationship(command.relationship);
    request.mutable_requester()->set_callback_number(command.callback);
  }
  const auto appointment = client_.BookAppointment(request);
  if (!appointment.ok()) return FailedToTake(*chosen, appointment.status());
  last_slots_.SetHold(chosen->number, "").IgnoreError();  // it is used up
  if (setup_.json) return PrintJson(*appointment);
  directory_.Load().IgnoreError();
  screen_.ReadBack("Booked", *appointment);
  screen_.Advise(absl::StrCat("Next: 'move' or 'cancel' with ", appointment->name(), "."));
  return kExitOk;
}

ExitCode Desk::Move(const MoveCommand& command) {
  GetAppointmentRequest get;
  get.set_name(FullName("appointments", command.appointment));
  const auto present = client_.GetAppointment(get);
  if (!present.ok()) return Fail(present.status());

  Choice choice = command.choice;
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
  if (!appointment.ok()) return FailedToTake(*chosen, appointment.status());
  last_slots_.SetHold(chosen->number, "").IgnoreError();
  if (setup_.json) return PrintJson(*appointment);
  directory_.Load().IgnoreError();
  screen_.ReadBack("Moved", *appointment);
  return kExitOk;
}

ExitCode Desk::Cancel(const CancelCommand& command) {
  const auto initiator = InitiatorOf(command.by);
  if (!initiator.ok()) return Fail(initiator.status());
  CancelAppointmentRequest request;
  request.set_name(FullName("appointments", command.appointment));
  request.set_reason(command.reason);
  request.set_initiator(*initiator);
  const auto appointment = client_.CancelAppointment(request);
  if (!appointment.ok()) return Fail(appointment.status());
  if (setup_.json) return PrintJson(*appointment);
  directory_.Load().IgnoreError();
  screen_.ReadBack(appointment->cancellation().late() ? "Cancelled, late:" : "Cancelled",
                   *appointment);
  return kExitOk;
}

ExitCode Desk::Show(const std::string& name) {
  GetAppointmentRequest request;
  request.set_name(FullName("appointments", name));
  const auto appointment = client_.GetAppointment(request);
  if (!appointment.ok()) return Fail(appointment.status());
  if (setup_.json) return PrintJson(*appointment);
  directory_.Load().IgnoreError();
  screen_.ShowAppointment(*appointment);
  return kExitOk;
}

ExitCode Desk::List(const ListCommand& command) {
  directory_.Load().IgnoreError();
  const auto filter = FilterOf(command);
  if (!filter.ok()) return Fail(filter.status());
  ListAppointmentsRequest request;
  request.set_filter(*filter);
  request.set_show_ended(command.all);
  request.set_page_size(command.limit);
  const auto appointments = Take(client_.ListAppointments(request), command.limit);
  if (!appointments.ok()) return Fail(appointments.status());
  if (setup_.json) {
    ListAppointmentsResponse reply;
    *reply.mutable_appointments() = {appointments->begin(), appointments->end()};
    return PrintJson(reply);
  }
  if (appointments->empty()) {
    *console_.out << "No appointments"
                  << (command.all ? ".\n" : ". --all also shows those cancelled or missed.\n");
    return kExitOk;
  }
  screen_.ShowAppointments(*appointments);
  if (static_cast<int>(appointments->size()) == command.limit) {
    screen_.Advise(absl::StrCat("The first ", command.limit, "; --limit shows more."));
  }
  return kExitOk;
}

absl::StatusOr<std::string> Desk::FilterOf(const ListCommand& command) {
  std::vector<std::string> terms;
  const std::string clinic = FullName("clinics", command.clinic);
  if (!clinic.empty()) terms.push_back(absl::StrCat("clinic = \"", clinic, "\""));
  if (!command.patient.empty()) {
    terms.push_back(absl::StrCat("patient = \"", FullName("patients", command.patient), "\""));
  }
  if (!command.from.empty() || command.days > 0) {
    const absl::TimeZone zone = ZoneOfClinic(clinic);
    const auto from =
        ParseDay(command.from.empty() ? "today" : command.from, absl::ToCivilDay(now(), zone));
    if (!from.ok()) return from.status();
    const int days = command.days > 0 ? command.days : kListDaysUsual;
    const auto bound = [zone](absl::CivilDay day) {
      return absl::FormatTime(absl::RFC3339_sec, absl::FromCivil(day, zone), zone);
    };
    terms.push_back(absl::StrCat("start_time >= \"", bound(*from), "\""));
    terms.push_back(absl::StrCat("start_time < \"", bound(*from + days), "\""));
  }
  if (!command.filter.empty()) terms.push_back(command.filter);
  return absl::StrJoin(terms, " AND ");
}

ExitCode Desk::Watch(const std::vector<std::string>& clinics) {
  directory_.Load().IgnoreError();
  WatchAppointmentsRequest request;
  for (const std::string& clinic : clinics) {
    request.add_scopes()->set_clinic(FullName("clinics", clinic));
  }
  if (clinics.empty()) request.add_scopes()->set_clinic("clinics/-");
  const auto watch = client_.WatchAppointments(request);
  for (;;) {
    const auto message = watch->Next();
    if (!message.ok()) return Fail(message.status());
    if (setup_.json) {
      PrintJson(*message, /*on_one_line=*/true);
    } else if (message->has_change()) {
      screen_.ShowChange(message->change());
    } else if (message->has_resync()) {
      *console_.out << console_.Styled(Tone::kWarning, "Some changes were missed: list again.")
                    << std::endl;
    }
  }
}

// -- How it went ----------------------------------------------------------------------------------

ExitCode Desk::FailedToTake(const Chosen& chosen, const absl::Status& status) {
  // The number then stands for the slot alone, so that it can be held or booked again.
  if (ReasonOf(status) == "HOLD_EXPIRED") last_slots_.SetHold(chosen.number, "").IgnoreError();
  const ExitCode code = Fail(status);
  const auto conflict = DetailOf<SlotConflict>(status);
  if (!conflict.has_value()) return code;
  if (!setup_.json) screen_.ShowConflict(*conflict);
  if (conflict->alternatives().empty()) return code;
  if (!setup_.json) {
    directory_.Load().IgnoreError();
    *console_.out << "These times near it are free:\n";
  }
  Offer({conflict->alternatives().begin(), conflict->alternatives().end()});
  return code;
}

ExitCode Desk::Fail(const absl::Status& status) {
  return setup_.json ? ReportJson(console_, status) : Report(console_, status);
}

ExitCode Desk::PrintJson(const google::protobuf::Message& message, bool on_one_line) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = !on_one_line;
  std::string text;
  const auto printed = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!printed.ok()) return Fail(absl::InternalError(std::string(printed.message())));
  *console_.out << text;
  if (on_one_line) *console_.out << std::endl;
  return kExitOk;
}

}  // namespace clarity::client
