#include "clients/callcenter/tool/desk.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "clients/callcenter/tool/when.h"
#include "clients/core/errors.h"
#include "clients/terminal/names.h"
#include "google/protobuf/util/json_util.h"

namespace clarity::client {

using scheduling::v1::Appointment;
using scheduling::v1::GetAppointmentRequest;
using scheduling::v1::ListOrdersRequest;
using scheduling::v1::Order;
using scheduling::v1::Slot;
using scheduling::v1::SlotConflict;
using scheduling::v1::VisitType;

Desk::Desk(DeskClients clients, const Console* console, LastSlots last_slots, const Setup& setup)
    : client_(clients.visits),
      care_(std::move(clients.care)),
      console_(*console),
      setup_(setup),
      last_slots_(std::move(last_slots)),
      directory_(std::move(clients.visits)),
      screen_(console, &directory_, setup.caller_zone),
      care_screen_(console, &directory_) {}

// -- Choosing one ---------------------------------------------------------------------------------

namespace {

// A time that was found is as it is: another is looked for.
absl::Status CheckModality(const Choice& choice, Modality found) {
  if (choice.modality == scheduling::v1::MODALITY_UNSPECIFIED || choice.modality == found) {
    return absl::OkStatus();
  }
  const bool is_by_video = choice.modality == scheduling::v1::MODALITY_TELEHEALTH;
  return absl::FailedPreconditionError(absl::StrCat(
      choice.what, " was not looked for ", is_by_video ? "by telehealth" : "in person",
      ": 'slots' with ", is_by_video ? "--telehealth" : "--in-person", " shows times that are"));
}

}  // namespace

absl::StatusOr<Desk::Chosen> Desk::Choose(const Choice& choice) {
  Chosen chosen;
  if (choice.what.empty()) {
    absl::StatusOr<Slot> slot = SlotInWords(choice);
    if (!slot.ok()) return slot.status();
    chosen.slot = *std::move(slot);
    return chosen;
  }
  if (!absl::SimpleAtoi(choice.what, &chosen.number)) {
    const HeldTime* held = held_.Find(choice.what);
    if (held == nullptr && setup_.session && !absl::StrContains(choice.what, '/')) {
      return absl::NotFoundError(
          absl::StrCat("nothing is held as ", choice.what, ": 'holds' lists what is"));
    }
    chosen.hold = held != nullptr ? held->hold.name() : FullName("holds", choice.what);
    chosen.number = last_slots_.NumberOfHold(chosen.hold);
    const auto modality =
        held != nullptr ? held->hold.modality() : scheduling::v1::MODALITY_UNSPECIFIED;
    const absl::Status asked = CheckModality(choice, modality);
    if (!asked.ok()) return asked;
    return chosen;
  }
  if (numbered_ != Numbered::kSlots) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the numbers on the screen are ",
        numbered_ == Numbered::kPeople ? "people" : "visits that can be booked", ", not times: '",
        chosen.number, "' takes one of them, 'slots' searches for times"));
  }
  absl::StatusOr<ShownSlot> shown = last_slots_.Get(chosen.number);
  if (!shown.ok()) return shown.status();
  const absl::Status asked = CheckModality(choice, shown->slot.modality());
  if (!asked.ok()) return asked;
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
        absl::StrCat("there is no ", slot.visit_type(), ": 'visit-types' lists them"));
  }
  const auto at = ParseMoment(choice.at, now(), ZoneOfClinic(slot.clinic()));
  if (!at.ok()) return at.status();
  *slot.mutable_start_time() = ToProto(*at - PreparationOf(*visit_type));
  slot.set_modality(choice.modality);
  return slot;
}

Choice Desk::OrHeld(Choice choice) const {
  if (choice.what.empty() && choice.at.empty() && held_.times().size() == 1) {
    choice.what = held_.times().front().label;
  }
  return choice;
}

absl::StatusOr<Desk::Chosen> Desk::ChooseHold(const std::string& what) {
  Choice choice;
  choice.what = what;
  choice = OrHeld(choice);
  if (choice.what.empty()) {
    return absl::InvalidArgumentError(held_.empty() ? "nothing is held: name the hold"
                                                    : "several times are held: say which, as h1");
  }
  absl::StatusOr<Chosen> chosen = Choose(choice);
  if (!chosen.ok()) return chosen.status();
  if (chosen->hold.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "slot ", chosen->number, " is not held: 'hold ", chosen->number, "' holds it"));
  }
  return chosen;
}

absl::TimeZone Desk::ZoneOfClinic(const std::string& name) const {
  const auto* clinic = directory_.FindClinic(name);
  if (clinic == nullptr) return absl::LocalTimeZone();
  return ParseZone(clinic->time_zone()).value_or(absl::UTCTimeZone());
}

// -- What a session remembers ---------------------------------------------------------------------

namespace {

// "a" to "z", then "aa".
std::string LetterOf(size_t index) {
  std::string letter(1, static_cast<char>('a' + index % 26));
  return index < 26 ? letter : LetterOf(index / 26 - 1) + letter;
}

// Ids are longer by far.
bool IsLetter(absl::string_view text) {
  return !text.empty() && text.size() <= 2 && absl::c_all_of(text, absl::ascii_islower);
}

}  // namespace

std::string Desk::PatientOr(const std::string& typed) const {
  return FullName("patients", typed.empty() ? line_.patient : typed);
}

// The caller's order is for the visits that need one; the pathway names the order of each.
std::string Desk::OrderOr(const std::string& typed, const std::string& patient,
                          const std::string& visit_type) {
  if (!typed.empty() || !setup_.session) return FullName("orders", typed);
  const bool is_of_pathway = patient == line_.patient && visit_type == line_.visit.visit_type();
  if (is_of_pathway && !line_.visit.order().empty()) return line_.visit.order();
  if (!directory_.Load().ok()) return "";
  const VisitType* type = directory_.FindVisitType(visit_type);
  if (type == nullptr || !type->order_required()) return "";
  if (!line_.order.empty()) return FullName("orders", line_.order);
  return OnlyOrderFor(patient, visit_type);
}

std::string Desk::OnlyOrderFor(const std::string& patient, const std::string& visit_type) {
  if (patient.empty()) return "";
  ListOrdersRequest request;
  request.set_patient(patient);
  std::string only;
  for (const absl::StatusOr<Order>& order : client_.ListOrders(request)) {
    if (!order.ok()) return "";  // the booking then says what is missing
    const bool covers = absl::c_linear_search(order->visit_types(), visit_type) &&
                        order->units_consumed() < order->units() &&
                        FromProto(order->window().end_time()) > now();
    if (!covers) continue;
    if (!only.empty()) return "";  // the agent has to choose
    only = order->name();
  }
  return only;
}

std::vector<std::string> Desk::Letters() const {
  std::vector<std::string> letters;
  for (size_t i = 0; i < visits_.size(); ++i) letters.push_back(LetterOf(i));
  return letters;
}

absl::StatusOr<std::string> Desk::AppointmentNamed(const std::string& typed) const {
  if (!setup_.session || !IsLetter(typed)) return FullName("appointments", typed);
  for (size_t i = 0; i < visits_.size(); ++i) {
    if (LetterOf(i) == typed) return visits_[i];
  }
  return absl::NotFoundError(visits_.empty()
                                 ? "no visits have been shown yet: 'list' shows a patient's"
                                 : absl::StrCat("there is no visit ", typed, ": a to ",
                                                LetterOf(visits_.size() - 1), " have been shown"));
}

std::string Desk::NameShown(const std::string& appointment) {
  if (!setup_.session) return appointment;
  const auto found = absl::c_find(visits_, appointment);
  const auto index = static_cast<size_t>(found - visits_.begin());
  if (found == visits_.end()) visits_.push_back(appointment);
  return LetterOf(index);
}

std::vector<std::string> Desk::NamesShown(const std::vector<std::string>& appointments) {
  std::vector<std::string> names;
  if (!setup_.session) return names;
  for (const std::string& appointment : appointments) names.push_back(NameShown(appointment));
  return names;
}

absl::StatusOr<Appointment> Desk::GetAppointment(const std::string& typed) {
  const auto name = AppointmentNamed(typed);
  if (!name.ok()) return name.status();
  GetAppointmentRequest request;
  request.set_name(*name);
  return client_.GetAppointment(request);
}

std::ostream& Desk::Aside() const { return setup_.json ? *console_.err : *console_.out; }

std::string Desk::News() {
  std::string news;
  for (const HeldTime& time : held_.TakeLapsed(now())) {
    last_slots_.SetHold(last_slots_.NumberOfHold(time.hold.name()), "").IgnoreError();
    absl::StrAppend(&news, console_.Styled(Tone::kBad, absl::StrCat(time.label, " has lapsed: ")),
                    screen_.Title(time.hold), ". Others may take it now; hold it again.\n");
  }
  for (const HeldTime& time : held_.TakeEndingSoon(now())) {
    const bool renewable =
        time.hold.expire_time().seconds() < time.hold.last_expire_time().seconds();
    absl::StrAppend(&news,
                    console_.Styled(Tone::kWarning, absl::StrCat(time.label, " lapses soon: ")),
                    screen_.Title(time.hold),
                    renewable ? absl::StrCat(". 'renew ", time.label, "' keeps it longer.\n")
                              : ". It cannot be kept any longer: book it now.\n");
  }
  if (!setup_.json) return news;
  *console_.err << news;
  return "";
}

// -- How it went ----------------------------------------------------------------------------------

void Desk::Offer(const std::vector<Slot>& slots) {
  if (!setup_.json && !slots.empty()) screen_.ShowSlots(slots);
  Remember(slots);
}

void Desk::Remember(const std::vector<Slot>& slots) {
  numbered_ = Numbered::kSlots;
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

void Desk::Forget(const Chosen& chosen) {
  held_.Remove(chosen.hold);
  last_slots_.SetHold(chosen.number, "").IgnoreError();
}

ExitCode Desk::ReadBack(absl::string_view headline, const Appointment& appointment) {
  if (setup_.json) return PrintJson(appointment);
  directory_.Load().IgnoreError();  // without it names are shown as ids
  screen_.ReadBack(headline, NameShown(appointment.name()), appointment);
  return kExitOk;
}

namespace {

// Where there is only one obstacle, the message may have told it.
bool SaysAll(const absl::Status& status, const SlotConflict& conflict) {
  if (conflict.blockers_size() != 1) return false;
  const auto& blocker = conflict.blockers(0);
  return blocker.need().empty() && blocker.appointment().empty() &&
         absl::EndsWith(status.message(), blocker.description());
}

}  // namespace

ExitCode Desk::FailedToTake(const Chosen& chosen, const absl::Status& status) {
  // The number then stands for the slot alone, so that it can be held or booked again.
  if (ReasonOf(status) == "HOLD_EXPIRED") Forget(chosen);
  const auto conflict = DetailOf<SlotConflict>(status);
  if (!conflict.has_value()) return Fail(status);
  if (setup_.json) {
    Remember({conflict->alternatives().begin(), conflict->alternatives().end()});
    return Fail(status);
  }
  const ExitCode code =
      Report(console_, status, SaysAll(status, *conflict) ? "" : screen_.Obstacles(*conflict));
  if (conflict->alternatives().empty()) return code;
  directory_.Load().IgnoreError();  // without it names are shown as ids
  *console_.out << "These times near it are free:\n";
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
