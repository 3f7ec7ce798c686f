#include "clients/callcenter/tool/screen.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "clients/callcenter/tool/when.h"
#include "clients/terminal/names.h"
#include "clients/terminal/table.h"
#include "clients/terminal/words.h"

namespace clarity::client {
namespace {

using google::protobuf::RepeatedPtrField;
using scheduling::v1::Appointment;
using scheduling::v1::Assignment;
using scheduling::v1::Clinic;
using scheduling::v1::CountSlotsResponse;
using scheduling::v1::DayBoard;
using scheduling::v1::FindNextAvailableResponse;
using scheduling::v1::Hold;
using scheduling::v1::Order;
using scheduling::v1::Resource;
using scheduling::v1::Slot;
using scheduling::v1::SlotConflict;
using scheduling::v1::VisitType;
using scheduling::v1::WatchAppointmentsResponse;

constexpr size_t kDaysOfWeek = 7;

// The columns of a table that a narrow terminal does not shorten.
const std::set<std::string> kWhole = {"day", "from", "to", "for the caller", "how", "appointment"};

absl::TimeZone ZoneOf(const std::string& name) {
  return ParseZone(name).value_or(absl::UTCTimeZone());
}

// "telehealth"; empty: in person, as visits are unless it is said.
template <typename Visit>
std::string HowOf(const Visit& visit) {
  return visit.modality() == scheduling::v1::MODALITY_TELEHEALTH ? "telehealth" : "";
}

template <typename Visit>
std::string ByTelehealth(const Visit& visit) {
  return HowOf(visit).empty() ? "" : ", by telehealth";
}

std::string TitleOf(const Assignment& assignment) {
  return assignment.display_name().empty() ? ShortName(assignment.resource())
                                           : assignment.display_name();
}

bool IsPerson(const Assignment& assignment) {
  return assignment.kind() == Resource::KIND_CLINICIAN || assignment.kind() == Resource::KIND_NURSE;
}

// "Dr. Ada Okafor, Nurse Lee": the people, or everything.
std::string NamesOf(const RepeatedPtrField<Assignment>& assignments, bool people_only) {
  std::vector<std::string> names;
  for (const Assignment& assignment : assignments) {
    if (!people_only || IsPerson(assignment)) names.push_back(TitleOf(assignment));
  }
  return absl::StrJoin(names, ", ");
}

// "illness (a cold)"; without the one or the other, what there is.
std::string Described(const std::string& what, const std::string& more) {
  if (what.empty() || more.empty()) return what + more;
  return absl::StrCat(what, " (", more, ")");
}

std::string PatientOf(const Appointment& appointment) {
  return appointment.participants().empty() ? "" : appointment.participants(0).patient();
}

// What people call a resource, as the slot that it is in says.
std::string TitleOf(const std::string& resource, const Slot& slot) {
  for (const Assignment& assignment : slot.assignments()) {
    if (assignment.resource() == resource) return TitleOf(assignment);
  }
  return ShortName(resource);
}

std::string PhaseTitle(const Appointment& appointment, const std::string& id) {
  for (const auto& phase : appointment.phases()) {
    if (phase.phase() == id && !phase.display_name().empty()) return phase.display_name();
  }
  return id;
}

std::string AttentionOf(const Appointment& appointment) {
  std::vector<std::string> descriptions;
  for (const auto& attention : appointment.attention()) {
    descriptions.push_back(attention.description());
  }
  return absl::StrJoin(descriptions, "; ");
}

Cell StateCell(const Appointment& appointment) {
  const std::string state = ValueWords(Appointment::State_Name(appointment.state()), "STATE_");
  switch (appointment.state()) {
    case Appointment::STATE_CANCELLED:
    case Appointment::STATE_NO_SHOW:
      return {state, Tone::kBad};
    case Appointment::STATE_BOOKED:
    case Appointment::STATE_CONFIRMED:
      return {state, Tone::kGood};
    default:
      return state;
  }
}

std::string AddressOf(const Clinic& clinic) {
  std::vector<std::string> parts(clinic.address().lines().begin(), clinic.address().lines().end());
  if (!clinic.address().city().empty()) parts.push_back(clinic.address().city());
  const std::string last =
      absl::StrCat(clinic.address().state(), " ", clinic.address().postal_code());
  if (last.size() > 1) parts.push_back(last);
  return absl::StrJoin(parts, ", ");
}

}  // namespace

std::string ValueWords(absl::string_view value_name, absl::string_view prefix) {
  return absl::AsciiStrToLower(
      absl::StrReplaceAll(absl::StripPrefix(value_name, prefix), {{"_", " "}}));
}

template <typename Visit>
Screen::Span Screen::PatientSpan(const Visit& visit) {
  return {
      FromProto(visit.has_patient_start_time() ? visit.patient_start_time() : visit.start_time()),
      FromProto(visit.has_patient_end_time() ? visit.patient_end_time() : visit.end_time()),
      ZoneOf(visit.time_zone())};
}

// A hold has no times of the patient of its own: they follow from its phases.
template <>
Screen::Span Screen::PatientSpan(const Hold& hold) {
  Span span{FromProto(hold.start_time()), FromProto(hold.end_time()), ZoneOf(hold.time_zone())};
  bool seen = false;
  for (const auto& phase : hold.phases()) {
    if (phase.without_patient()) continue;
    if (!seen) span.start = FromProto(phase.start_time());
    span.end = FromProto(phase.end_time());
    seen = true;
  }
  return span;
}

std::string Screen::ClinicTime(const Span& span) const {
  return absl::StrCat(ClockTime(span.start, span.zone), " ", ZoneName(span.start, span.zone));
}

std::string Screen::CallerTime(const Span& span) const {
  if (!caller_zone_.has_value() || SameClock(span.start, span.zone, *caller_zone_)) return "";
  const bool other_day =
      absl::ToCivilDay(span.start, *caller_zone_) != absl::ToCivilDay(span.start, span.zone);
  return absl::StrCat(
      other_day ? absl::StrCat(ShortDay(span.start, now(), *caller_zone_), " ") : "",
      ClockTime(span.start, *caller_zone_), " ", ZoneName(span.start, *caller_zone_));
}

std::string Screen::Spoken(const Span& span) const {
  std::string text =
      absl::StrCat(LongDay(span.start, span.zone), ", ", ClockTime(span.start, span.zone), " to ",
                   ClockTime(span.end, span.zone), " ", ZoneName(span.start, span.zone));
  const std::string for_caller = CallerTime(span);
  if (!for_caller.empty()) absl::StrAppend(&text, " (", for_caller, " for the caller)");
  return text;
}

void Screen::ShowSlots(const std::vector<Slot>& slots) const {
  Table table({"#", "day", "from", "to", "for the caller", "how", "clinic", "with", "km"});
  table.KeepWhole(kWhole);
  for (size_t i = 0; i < slots.size(); ++i) {
    const Slot& slot = slots[i];
    const Span span = PatientSpan(slot);
    table.AddRow(
        {Cell(absl::StrCat(i + 1), Tone::kStrong), ShortDay(span.start, now(), span.zone),
         ClinicTime(span), ClockTime(span.end, span.zone), CallerTime(span), HowOf(slot),
         directory_.ClinicTitle(slot.clinic()), NamesOf(slot.assignments(), true),
         slot.has_distance_km() ? absl::StrCat(static_cast<int>(slot.distance_km())) : ""});
  }
  table.Print(console_);
}

void Screen::ShowMonth(const std::vector<std::string>& clinics, absl::CivilMonth month,
                       const CountSlotsResponse& counts) const {
  const std::string title =
      absl::FormatTime("%B %Y", absl::FromCivil(month, absl::UTCTimeZone()), absl::UTCTimeZone());
  std::map<std::pair<std::string, int>, int> starts;  // by clinic and day
  for (const auto& count : counts.counts()) {
    starts[{count.clinic(), count.date().day()}] = count.starts();
  }
  for (const std::string& clinic : clinics) {
    *console_.out << Printable(directory_.ClinicTitle(clinic)) << ", " << title << ": ";
    const auto of_clinic = starts.lower_bound({clinic, 0});
    if (of_clinic == starts.end() || of_clinic->first.first != clinic) {
      *console_.out << "nothing is free.\n";
      continue;
    }
    *console_.out << "the day, and how many starts are free\n";
    Table table({"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"});
    std::vector<Cell> week;
    for (absl::CivilDay day(month); absl::CivilMonth(day) == month; ++day) {
      week.resize(static_cast<size_t>(absl::GetWeekday(day)), Cell(""));
      const auto found = starts.find({clinic, day.day()});
      week.push_back(found == starts.end()
                         ? Cell(absl::StrCat(day.day()), Tone::kFaint)
                         : Cell(absl::StrCat(day.day(), ": ", found->second), Tone::kGood));
      if (absl::GetWeekday(day) != absl::Weekday::sunday) continue;
      table.AddRow(std::exchange(week, {}));
    }
    if (!week.empty()) {
      week.resize(kDaysOfWeek, Cell(""));
      table.AddRow(std::move(week));
    }
    table.Print(console_);
  }
}

void Screen::ShowOpenings(const FindNextAvailableResponse& openings) const {
  Table table({"#", "clinic", "who", "day", "from", "to", "for the caller", "how", "in"});
  table.KeepWhole(kWhole);
  int number = 0;
  for (const auto& row : openings.rows()) {
    for (const auto& opening : row.openings()) {
      const Slot& slot = opening.slot();
      const Span span = PatientSpan(slot);
      table.AddRow({Cell(absl::StrCat(++number), Tone::kStrong),
                    directory_.ClinicTitle(row.clinic()),
                    row.resource().empty() ? "anybody" : TitleOf(row.resource(), slot),
                    ShortDay(span.start, now(), span.zone), ClinicTime(span),
                    ClockTime(span.end, span.zone), CallerTime(span), HowOf(slot),
                    opening.days() == 0 ? "today" : Counted(opening.days(), "day")});
    }
  }
  table.Print(console_);
}

std::string Screen::Title(const Hold& hold) const {
  const Span span = PatientSpan(hold);
  return absl::StrCat(Printable(directory_.VisitTypeTitle(hold.visit_type())), ByTelehealth(hold),
                      ", ", ShortDay(span.start, now(), span.zone), " ", ClinicTime(span), ", ",
                      Printable(directory_.ClinicTitle(hold.clinic())));
}

void Screen::ShowHold(const Hold& hold, absl::string_view name, absl::Time expires) const {
  // The agent's own clock decides how long there is.
  const absl::TimeZone here = absl::LocalTimeZone();
  const int64_t minutes_left = absl::ToInt64Minutes(expires - now() + absl::Seconds(30));
  const std::string until =
      absl::StrCat("Held until ", ClockTime(expires, here), " ", ZoneName(expires, here), " (",
                   Counted(minutes_left, "minute"), ")");
  *console_.out << console_.Styled(Tone::kGood, until) << ": " << name << '\n'
                << "  " << Printable(directory_.VisitTypeTitle(hold.visit_type()))
                << (HowOf(hold).empty() ? " at " : " by telehealth, with the team of ")
                << Printable(directory_.ClinicTitle(hold.clinic())) << '\n'
                << "  " << Spoken(PatientSpan(hold)) << '\n';
  const std::string people = NamesOf(hold.assignments(), true);
  if (!people.empty()) *console_.out << "  with " << Printable(people) << '\n';
}

// Of a need that everybody fails, a few are enough to see why.
std::string Screen::Obstacles(const SlotConflict& conflict) const {
  constexpr int kOfANeedMax = 3;
  std::string text;
  for (int i = 0; i < conflict.blockers_size();) {
    const std::string& need = conflict.blockers(i).need();
    int count = 0;
    for (; i < conflict.blockers_size() && conflict.blockers(i).need() == need; ++i, ++count) {
      const auto& blocker = conflict.blockers(i);
      if (!need.empty() && count >= kOfANeedMax) continue;
      absl::StrAppend(&text, "  ", Printable(need), need.empty() ? "" : ": ",
                      Printable(blocker.description()));
      if (!blocker.appointment().empty()) absl::StrAppend(&text, " (", blocker.appointment(), ")");
      absl::StrAppend(&text, "\n");
    }
    if (!need.empty() && count > kOfANeedMax) {
      absl::StrAppend(&text, "  ", Printable(need), ": and ", count - kOfANeedMax, " more\n");
    }
  }
  return text;
}

void Screen::ReadBack(absl::string_view headline, absl::string_view name,
                      const Appointment& appointment) const {
  *console_.out << console_.Styled(Tone::kGood, headline) << ' ' << name << '\n'
                << "Read back to the caller:\n"
                << "  " << Printable(directory_.VisitTypeTitle(appointment.visit_type())) << '\n'
                << "  " << Spoken(PatientSpan(appointment)) << '\n';
  std::string place = HowOf(appointment).empty() ? "" : "by telehealth, with the team of ";
  absl::StrAppend(&place, directory_.ClinicTitle(appointment.clinic()));
  if (const Clinic* clinic = directory_.FindClinic(appointment.clinic())) {
    for (const std::string& part : {AddressOf(*clinic), clinic->phone_number()}) {
      if (!part.empty()) absl::StrAppend(&place, ", ", part);
    }
  }
  *console_.out << "  " << Printable(place) << '\n';
  const std::string people = NamesOf(appointment.assignments(), true);
  if (!people.empty()) *console_.out << "  with " << Printable(people) << '\n';
}

void Screen::ShowAppointment(const Appointment& appointment) const {
  const auto row = [this](absl::string_view label, absl::string_view text) {
    if (text.empty()) return;
    *console_.out << console_.Styled(Tone::kFaint, absl::StrCat(label, ":"))
                  << std::string(13 - label.size(), ' ') << Printable(text) << '\n';
  };
  const Span span = PatientSpan(appointment);
  row("appointment", appointment.name());
  row("state", StateCell(appointment).text);
  row("visit", directory_.VisitTypeTitle(appointment.visit_type()));
  row("when", Spoken(span));
  row("where", directory_.ClinicTitle(appointment.clinic()) + ByTelehealth(appointment));
  row("patient", PatientOf(appointment));
  row("with", NamesOf(appointment.assignments(), false));
  row("order", appointment.order());
  row("asked by", Described(appointment.requester().display_name(),
                            WordFor(appointment.requester().relationship())));
  row("call back", appointment.requester().callback_number());
  row("note", appointment.note());
  for (const auto& earlier : appointment.earlier_times()) {
    const absl::Time start = FromProto(earlier.start_time());
    row("was", absl::StrCat(LongDay(start, span.zone), ", ", ClockTime(start, span.zone), " at ",
                            directory_.ClinicTitle(earlier.clinic())));
  }
  if (appointment.has_cancellation()) {
    const auto& cancellation = appointment.cancellation();
    row("called off", absl::StrCat(cancellation.late() ? "late; " : "",
                                   Described(WordFor(cancellation.reason()), cancellation.note())));
  }
  row("override",
      Described(WordFor(appointment.override().reason()), appointment.override().note()));
  for (const auto& attention : appointment.attention()) row("attention", attention.description());
}

void Screen::ShowAppointments(const std::vector<Appointment>& appointments,
                              const std::vector<std::string>& letters) const {
  Table table({"", "day", "from", "to", "for the caller", "state", "how", "clinic", "visit",
               "patient", "appointment", "attention"});
  table.KeepWhole(kWhole);
  for (size_t i = 0; i < appointments.size(); ++i) {
    const Appointment& appointment = appointments[i];
    const Span span = PatientSpan(appointment);
    table.AddRow({Cell(letters.empty() ? "" : letters[i], Tone::kStrong),
                  ShortDay(span.start, now(), span.zone), ClinicTime(span),
                  ClockTime(span.end, span.zone), CallerTime(span), StateCell(appointment),
                  HowOf(appointment), directory_.ClinicTitle(appointment.clinic()),
                  directory_.VisitTypeTitle(appointment.visit_type()), PatientOf(appointment),
                  letters.empty() ? appointment.name() : "",
                  Cell(appointment.attention().empty() ? "" : "!", Tone::kWarning)});
  }
  table.Print(console_);
}

void Screen::ShowBoard(const DayBoard& board, const std::vector<std::string>& letters) const {
  const absl::TimeZone zone = ZoneOf(board.time_zone());
  const absl::CivilDay day(board.date().year(), board.date().month(), board.date().day());
  *console_.out << console_.Styled(Tone::kStrong, directory_.ClinicTitle(board.clinic())) << ", "
                << LongDay(absl::FromCivil(day, zone), zone) << ": "
                << Counted(board.rows_size(), "visit") << '\n';
  if (board.rows().empty()) return;
  Table table({"", "from", "to", "state", "phase", "late", "how", "visit", "patient",
               "with and where", "appointment", "attention"});
  table.KeepWhole(kWhole);
  for (int i = 0; i < board.rows_size(); ++i) {
    const DayBoard::Row& row = board.rows(i);
    const Appointment& appointment = row.appointment();
    const Span span = PatientSpan(appointment);
    table.AddRow({Cell(letters.empty() ? "" : letters[static_cast<size_t>(i)], Tone::kStrong),
                  ClinicTime(span), ClockTime(span.end, span.zone), StateCell(appointment),
                  PhaseTitle(appointment, row.current_phase()),
                  row.has_delay()
                      ? Cell(Counted(row.delay().seconds() / 60, "minute"), Tone::kWarning)
                      : Cell(""),
                  HowOf(appointment), directory_.VisitTypeTitle(appointment.visit_type()),
                  PatientOf(appointment), NamesOf(appointment.assignments(), false),
                  letters.empty() ? appointment.name() : "",
                  Cell(AttentionOf(appointment), Tone::kWarning)});
  }
  table.Print(console_);
}

void Screen::ShowOrders(const std::vector<Order>& orders) const {
  // A window is of days here, and of no clinic: they are those of the agent.
  const absl::TimeZone here = absl::LocalTimeZone();
  Table table({"order", "for", "left", "from", "until", "apart"});
  table.KeepWhole({"order", "from", "until"});
  for (const Order& order : orders) {
    std::vector<std::string> visits;
    for (const std::string& name : order.visit_types()) {
      visits.push_back(directory_.VisitTypeTitle(name));
    }
    const int64_t gap_hours = order.gap_minutes_min() / 60;
    table.AddRow({order.name(), absl::StrJoin(visits, ", "),
                  absl::StrCat(order.units() - order.units_consumed(), " of ", order.units()),
                  ShortDay(FromProto(order.window().start_time()), now(), here),
                  ShortDay(FromProto(order.window().end_time()), now(), here),
                  gap_hours > 0 ? Counted(gap_hours, "hour") : ""});
  }
  table.Print(console_);
}

void Screen::ShowChange(const WatchAppointmentsResponse::Change& change) const {
  const Appointment& appointment = change.appointment();
  const Span span = PatientSpan(appointment);
  *console_.out << console_.Styled(
                       Tone::kStrong,
                       ValueWords(WatchAppointmentsResponse::Kind_Name(change.kind()), "KIND_"))
                << "  " << StateCell(appointment).text << "  "
                << ShortDay(span.start, now(), span.zone) << ' ' << ClinicTime(span) << "  "
                << Printable(directory_.ClinicTitle(appointment.clinic())) << "  "
                << Printable(directory_.VisitTypeTitle(appointment.visit_type()))
                << ByTelehealth(appointment) << "  " << Printable(PatientOf(appointment)) << "  "
                << appointment.name() << std::endl;
}

void Screen::ShowClinics() const {
  Table table({"clinic", "name", "city", "phone", "time zone"});
  for (const auto& [name, clinic] : directory_.clinics()) {
    table.AddRow({name, clinic.display_name(), clinic.address().city(), clinic.phone_number(),
                  clinic.time_zone()});
  }
  table.Print(console_);
}

void Screen::ShowVisitTypes(const std::vector<VisitType>& visit_types) const {
  Table table({"visit type", "name", "minutes", "how", "order"});
  for (const VisitType& visit_type : visit_types) {
    int minutes = 0;
    for (const auto& phase : visit_type.phases()) {
      if (!phase.without_patient()) minutes += phase.minutes();
    }
    std::vector<std::string> modalities;
    for (const int modality : visit_type.modalities()) {
      modalities.push_back(
          ValueWords(scheduling::v1::Modality_Name(static_cast<scheduling::v1::Modality>(modality)),
                     "MODALITY_"));
    }
    table.AddRow({visit_type.name(), visit_type.display_name(), absl::StrCat(minutes),
                  absl::StrJoin(modalities, ", "),
                  visit_type.order_required() ? "needs an order" : ""});
  }
  table.Print(console_);
}

void Screen::Advise(absl::string_view next) const {
  *console_.out << console_.Styled(Tone::kFaint, console_.Wrapped(next)) << '\n';
}

}  // namespace clarity::client
