#include "clients/callcenter/tool/care_screen.h"

#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "clients/callcenter/tool/telephone.h"
#include "clients/callcenter/tool/when.h"
#include "clients/terminal/names.h"
#include "clients/terminal/table.h"
#include "clients/terminal/words.h"

namespace clarity::client {
namespace {

using consultation::v1::Consent;
using consultation::v1::Contact;
using consultation::v1::Episode;
using consultation::v1::ListOverdueContactsResponse;
using consultation::v1::Pathway;
using consultation::v1::Patient;
using consultation::v1::PhoneNumber;
using consultation::v1::RelatedPerson;
using consultation::v1::SafetyAlert;

constexpr size_t kLabelWidth = 13;

// The columns of a table that a narrow terminal does not shorten.
const std::set<std::string> kWhole = {"number", "why", "due", "born", "record", "appointment"};

// "message left" of DISPOSITION_MESSAGE_LEFT.
template <typename Enum>
std::string Spoken(Enum value) {
  return absl::StrReplaceAll(WordFor(value), {{"-", " "}});
}

template <typename Enum>
std::string SpokenAll(const google::protobuf::RepeatedField<int>& values) {
  return absl::StrJoin(values, ", ", [](std::string* out, int value) {
    absl::StrAppend(out, Spoken(static_cast<Enum>(value)));
  });
}

absl::TimeZone ZoneOf(const std::string& name) {
  return ParseZone(name).value_or(absl::UTCTimeZone());
}

std::string NumberOf(const Patient& patient) {
  if (patient.phone_numbers().empty()) return "";
  return ReadableTelephone(patient.phone_numbers(0).number());
}

// "10:05 AM EST" where they live; empty where the agent's clock shows the same.
std::string ClockThere(const Patient& patient, absl::Time now) {
  if (patient.time_zone().empty()) return "";
  const absl::TimeZone there = ZoneOf(patient.time_zone());
  if (SameClock(now, there, absl::LocalTimeZone())) return "";
  return absl::StrCat(ClockTime(now, there), " ", ZoneName(now, there));
}

Cell CauseCell(ListOverdueContactsResponse::Cause cause) {
  switch (cause) {
    case ListOverdueContactsResponse::CAUSE_OVERDUE:
      return {"overdue", Tone::kBad};
    case ListOverdueContactsResponse::CAUSE_CALLBACK:
      return {"call back", Tone::kWarning};
    default:
      return Spoken(cause);
  }
}

Cell StateCell(Pathway::State state) {
  switch (state) {
    case Pathway::STATE_DONE:
      return {"done", Tone::kGood};
    case Pathway::STATE_PRESENT:
      return {"now", Tone::kStrong};
    case Pathway::STATE_OVERRIDDEN:
      return {"set aside", Tone::kWarning};
    default:
      return {Spoken(state), Tone::kFaint};
  }
}

// "Maria Ortiz (her mother)", with who calls for her; or only who calls.
std::string WhoOf(const SafetyAlert& alert, const std::string& patient) {
  if (patient.empty() || alert.caller_label().empty()) return patient + alert.caller_label();
  return absl::StrCat(patient, " (", alert.caller_label(), ")");
}

Cell VisitState(const Pathway::PathwayVisit& visit) {
  if (visit.uncovered()) return {"cannot begin", Tone::kBad};
  return visit.state() == Pathway::PathwayVisit::STATE_BEGUN ? "begun" : "";
}

// "+1 949-555-0100 (mobile)".
std::string Described(const PhoneNumber& number) {
  const std::string use = Spoken(number.use());
  return absl::StrCat(ReadableTelephone(number.number()),
                      use.empty() ? "" : absl::StrCat(" (", use, ")"));
}

std::string Described(const RelatedPerson& person) {
  std::vector<std::string> parts;
  for (const std::string& part :
       {person.display_name(), Spoken(person.relationship()), Described(person.phone_number())}) {
    if (!part.empty()) parts.push_back(part);
  }
  return absl::StrJoin(parts, ", ");
}

// ", by sms"; empty for a call, which goes without saying.
std::string Means(Contact::Medium medium) {
  const bool is_call = medium == Contact::MEDIUM_PHONE || medium == Contact::MEDIUM_UNSPECIFIED;
  return is_call ? "" : absl::StrCat(", by ", Spoken(medium));
}

std::string AddressOf(const Patient& patient) {
  const auto& address = patient.address();
  std::vector<std::string> parts(address.lines().begin(), address.lines().end());
  if (!address.city().empty()) parts.push_back(address.city());
  const std::string last = absl::StrCat(address.state(), " ", address.postal_code());
  if (last.size() > 1) parts.push_back(last);
  return absl::StrJoin(parts, ", ");
}

std::string HoursOf(const Patient& patient) {
  return absl::StrJoin(patient.contact_hours(), ", ", [](std::string* out, const auto& range) {
    const auto add = [out](const type::v1::TimeOfDay& time) {
      absl::StrAppend(out, time.hours(), ":", absl::Dec(time.minutes(), absl::kZeroPad2));
    };
    add(range.start());
    absl::StrAppend(out, " to ");
    add(range.end());
  });
}

std::string LanguageOf(const Patient& patient) {
  if (!patient.interpreter_needed()) return patient.language();
  return absl::StrCat(patient.language(), patient.language().empty() ? "" : ", ",
                      "needs an interpreter");
}

}  // namespace

std::string CareScreen::NameOf(const Patient& patient) {
  return absl::StrCat(patient.given_name(), " ", patient.family_name());
}

absl::TimeZone CareScreen::ZoneOfClinic(const std::string& clinic) const {
  const auto* found = directory_.FindClinic(clinic);
  return found == nullptr ? absl::LocalTimeZone() : ZoneOf(found->time_zone());
}

void CareScreen::Row(absl::string_view label, absl::string_view text) const {
  if (text.empty()) return;
  *console_.out << console_.Styled(Tone::kFaint, absl::StrCat(label, ":"))
                << std::string(kLabelWidth - label.size(), ' ') << Printable(text) << '\n';
}

void CareScreen::ShowToCall(
    const std::vector<ListOverdueContactsResponse::OverdueContact>& contacts) const {
  Table table({"#", "who", "number", "there it is", "why", "due", "waits", "clinic", "visit",
               "last contact"});
  table.KeepWhole(kWhole);
  for (size_t i = 0; i < contacts.size(); ++i) {
    const auto& contact = contacts[i];
    const absl::TimeZone zone = ZoneOfClinic(contact.episode().clinic());
    std::string last;
    if (contact.has_last_contact()) {
      last = absl::StrCat(ShortDay(FromProto(contact.last_contact().time()), now(), zone), ", ",
                          Spoken(contact.last_contact().disposition()));
    }
    table.AddRow({Cell(absl::StrCat(i + 1), Tone::kStrong), NameOf(contact.patient()),
                  NumberOf(contact.patient()), ClockThere(contact.patient(), now()),
                  CauseCell(contact.cause()), DueDay(FromProto(contact.due_time()), now(), zone),
                  Counted(contact.days_since_contact(), "day"),
                  directory_.ClinicTitle(contact.episode().clinic()),
                  contact.appointment().empty() ? "" : "booked, too late", last});
  }
  table.Print(console_);
}

void CareScreen::ShowPatients(const std::vector<Patient>& patients,
                              const std::map<std::string, std::string>& alike) const {
  Table table({"#", "name", "born", "number", "clinic", "language", "record", "alike in"});
  table.KeepWhole(kWhole);
  for (size_t i = 0; i < patients.size(); ++i) {
    const Patient& patient = patients[i];
    const auto found = alike.find(patient.name());
    table.AddRow({Cell(absl::StrCat(i + 1), Tone::kStrong), NameOf(patient),
                  DateText(patient.birth_date()), NumberOf(patient),
                  directory_.ClinicTitle(patient.clinic()), patient.language(), patient.name(),
                  found == alike.end() ? "" : found->second});
  }
  table.Print(console_);
}

void CareScreen::ShowPatient(const Patient& patient) const {
  Row("patient", patient.name());
  Row("name", NameOf(patient));
  Row("called", patient.preferred_name());
  Row("born", DateText(patient.birth_date()));
  Row("sex at birth", Spoken(patient.sex()));
  for (const PhoneNumber& number : patient.phone_numbers()) Row("number", Described(number));
  Row("e-mail", patient.email());
  Row("address", AddressOf(patient));
  Row("clinic", directory_.ClinicTitle(patient.clinic()));
  Row("language", LanguageOf(patient));
  Row("time zone", patient.time_zone());
  Row("call at", HoursOf(patient));
  Row("needs", absl::StrJoin(patient.accessibility_needs(), ", "));
  Row("emergency", Described(patient.emergency_contact()));
  Row("escort", Described(patient.escort()));
  const absl::TimeZone zone = ZoneOfClinic(patient.clinic());
  for (const Consent& consent : patient.consents()) {
    const bool holds = !consent.has_withdraw_time();
    const auto& time = holds ? consent.grant_time() : consent.withdraw_time();
    Row("consent", absl::StrCat(Spoken(consent.kind()), holds ? ", given " : ", withdrawn ",
                                ShortDay(FromProto(time), now(), zone)));
  }
  Row("merged into", patient.merged_into());
}

void CareScreen::Introduce(const Patient& patient) const {
  std::string text = console_.Styled(Tone::kStrong, Printable(NameOf(patient)));
  if (!patient.preferred_name().empty()) {
    absl::StrAppend(&text, " (", Printable(patient.preferred_name()), ")");
  }
  if (patient.has_birth_date()) {
    absl::StrAppend(&text, ", born ", DateText(patient.birth_date()));
  }
  for (const std::string& part : {NumberOf(patient), directory_.ClinicTitle(patient.clinic()),
                                  LanguageOf(patient), ClockThere(patient, now())}) {
    if (!part.empty()) absl::StrAppend(&text, ", ", Printable(part));
  }
  *console_.out << "On the line: " << text << ".\n";
}

void CareScreen::WarnOfAlert() const {
  *console_.out << console_.Styled(Tone::kBad,
                                   "!! A SAFETY ALERT IS OPEN. Pass the call to a clinician. !!")
                << '\n';
}

void CareScreen::ShowAlert(const SafetyAlert& alert) const {
  *console_.out << console_.Styled(Tone::kBad,
                                   "!! SAFETY ALERT RAISED. Pass the call to a "
                                   "clinician now. !!")
                << '\n';
  const absl::TimeZone zone = ZoneOfClinic(alert.clinic());
  const absl::Time due = FromProto(alert.due_time());
  const std::string who =
      alert.owner().empty()
          ? absl::StrCat("A clinician of ", directory_.ClinicTitle(alert.clinic()))
          : ShortName(alert.owner());
  *console_.out << console_.Wrapped(absl::StrCat(
                       Printable(who), " has to take it up by ", ClockTime(due, zone), " ",
                       ZoneName(due, zone), ": ", Spoken(alert.kind()), " (", alert.name(), ")."))
                << '\n';
}

void CareScreen::ShowAlerts(const std::vector<SafetyAlert>& alerts,
                            const std::map<std::string, Patient>& patients, bool labelled) const {
  *console_.out << console_.Styled(Tone::kBad, "Safety alerts that nobody has taken up:") << '\n';
  Table table({"", "due", "about", "who", "number", "clinic", "whose", "what was said", "alert"});
  table.KeepWhole({"", "due", "about", "number", "alert"});
  for (size_t i = 0; i < alerts.size(); ++i) {
    const SafetyAlert& alert = alerts[i];
    const absl::TimeZone zone = ZoneOfClinic(alert.clinic());
    const absl::Time due = FromProto(alert.due_time());
    const auto patient = patients.find(alert.patient());
    const bool is_known = patient != patients.end();
    table.AddRow({Cell(labelled ? absl::StrCat("s", i + 1) : "", Tone::kStrong),
                  Cell(absl::StrCat(due < now() ? "overdue, " : "", ShortDay(due, now(), zone), " ",
                                    ClockTime(due, zone), " ", ZoneName(due, zone)),
                       due < now() ? Tone::kBad : Tone::kPlain),
                  Spoken(alert.kind()),
                  WhoOf(alert, is_known ? NameOf(patient->second) : ShortName(alert.patient())),
                  is_known ? NumberOf(patient->second) : "", directory_.ClinicTitle(alert.clinic()),
                  ShortName(alert.owner()), alert.description(),
                  labelled ? "" : ShortName(alert.name())});
  }
  table.Print(console_);
}

std::string CareScreen::Told(const Contact& contact, absl::TimeZone zone) const {
  const auto moment = [&](const google::protobuf::Timestamp& timestamp) {
    const absl::Time time = FromProto(timestamp);
    return absl::StrCat(ShortDay(time, now(), zone), " ", ClockTime(time, zone));
  };
  std::string text =
      absl::StrCat(moment(contact.time()), ", ",
                   contact.direction() == Contact::DIRECTION_INBOUND ? "they called" : "we called",
                   Means(contact.medium()), ", ", Spoken(contact.disposition()));
  if (!contact.note().empty()) absl::StrAppend(&text, ": ", contact.note());
  if (contact.has_callback_time()) {
    absl::StrAppend(&text, ". Call back ", moment(contact.callback_time()), " ",
                    ZoneName(FromProto(contact.callback_time()), zone));
    if (!contact.callback_number().empty()) {
      absl::StrAppend(&text, " at ", ReadableTelephone(contact.callback_number()));
    }
  }
  return Printable(text);
}

void CareScreen::ShowContact(const Contact& contact, absl::TimeZone zone) const {
  *console_.out << console_.Styled(Tone::kGood, "Logged: ") << console_.Wrapped(Told(contact, zone))
                << ".\n";
}

std::string CareScreen::ConsultationDue(const Episode& episode) const {
  const auto& due = episode.consultation_due_date();
  if (due.year() == 0) return "";
  const absl::TimeZone zone = ZoneOfClinic(episode.clinic());
  return ShortDay(absl::FromCivil(absl::CivilDay(due.year(), due.month(), due.day()), zone), now(),
                  zone);
}

void CareScreen::ShowPathway(const Pathway& pathway, const std::vector<std::string>& letters,
                             bool numbered) const {
  const Episode& episode = pathway.episode();
  const absl::TimeZone zone = ZoneOf(pathway.time_zone());
  if (pathway.safety_alert_open()) WarnOfAlert();
  *console_.out << "Asks for help with " << SpokenAll<Episode::Reason>(episode.reasons())
                << "; first contact " << ShortDay(FromProto(episode.contact_time()), now(), zone)
                << " (" << Spoken(episode.source()) << ").\n";
  if (episode.state() != Episode::STATE_ACTIVE) {
    *console_.out << console_.Styled(Tone::kWarning,
                                     absl::StrCat("The episode is ", Spoken(episode.state()), "."))
                  << '\n';
  }
  ShowSteps(pathway, zone);
  ShowOpenPoints(pathway, zone);
  ShowVisits(pathway, letters);
  for (const Contact& contact : pathway.contacts()) {
    Row("contact", Told(contact, zone));
  }
  ShowBookable(pathway, zone, numbered);
}

void CareScreen::ShowSteps(const Pathway& pathway, absl::TimeZone zone) const {
  Table table({"step", "state", "on", "by", "set aside by"});
  for (const auto& step : pathway.steps()) {
    table.AddRow({Spoken(step.step()), StateCell(step.state()),
                  step.has_done_time() ? ShortDay(FromProto(step.done_time()), now(), zone) : "",
                  step.has_due_time() && !step.has_done_time()
                      ? DueDay(FromProto(step.due_time()), now(), zone)
                      : "",
                  step.override().display_name()});
  }
  table.Print(console_);
}

// Several of the same kind, that the same person settles by the same day, are one line.
void CareScreen::ShowOpenPoints(const Pathway& pathway, absl::TimeZone zone) const {
  std::vector<std::pair<std::string, int>> lines;  // and how many of them
  for (const auto& step : pathway.steps()) {
    for (const auto& point : step.open_points()) {
      std::string line = point.description();
      std::vector<std::string> ids(point.questionnaires().begin(), point.questionnaires().end());
      ids.insert(ids.end(), point.scales().begin(), point.scales().end());
      if (!ids.empty()) absl::StrAppend(&line, ": ", absl::StrJoin(ids, ", "));
      absl::StrAppend(&line, " (", Spoken(point.actor()), point.has_due_time() ? ", by " : "",
                      point.has_due_time() ? DueDay(FromProto(point.due_time()), now(), zone) : "",
                      ")");
      if (lines.empty() || lines.back().first != line) lines.emplace_back(line, 0);
      ++lines.back().second;
    }
  }
  for (const auto& [line, count] : lines) {
    Row("open", count == 1 ? line : absl::StrCat(count, " times: ", line));
  }
}

void CareScreen::ShowVisits(const Pathway& pathway, const std::vector<std::string>& letters) const {
  if (pathway.visits().empty()) return;
  Table table({"", "day", "from", "visit", "clinic", "state", "appointment"});
  table.KeepWhole(kWhole);
  for (int i = 0; i < pathway.visits_size(); ++i) {
    const auto& visit = pathway.visits(i);
    const absl::TimeZone zone = ZoneOf(visit.time_zone());
    const absl::Time start = FromProto(visit.start_time());
    table.AddRow({Cell(letters.empty() ? "" : letters[static_cast<size_t>(i)], Tone::kStrong),
                  ShortDay(start, now(), zone),
                  absl::StrCat(ClockTime(start, zone), " ", ZoneName(start, zone)),
                  directory_.VisitTypeTitle(visit.visit_type()),
                  directory_.ClinicTitle(visit.clinic()), VisitState(visit),
                  letters.empty() ? visit.appointment() : ""});
  }
  table.Print(console_);
  const bool has_uncovered =
      absl::c_any_of(pathway.visits(), [](const auto& visit) { return visit.uncovered(); });
  if (!has_uncovered) return;
  *console_.out << console_.Wrapped(
                       "What cannot begin is no longer ordered: it waits for a prescriber, or is "
                       "called off.")
                << '\n';
}

void CareScreen::ShowBookable(const Pathway& pathway, absl::TimeZone zone, bool numbered) const {
  if (pathway.bookable().empty()) {
    *console_.out << "Nothing can be booked now.\n";
    return;
  }
  *console_.out << console_.Styled(Tone::kStrong, "Can be booked now:") << '\n';
  Table table({"#", "visit", "for", "left", "from", "until", "visit type", "order"});
  table.KeepWhole({"visit type", "order"});
  const auto day = [&](bool is_set, const google::protobuf::Timestamp& time) {
    return is_set ? DueDay(FromProto(time), now(), zone) : "";
  };
  for (int i = 0; i < pathway.bookable_size(); ++i) {
    const auto& visit = pathway.bookable(i);
    table.AddRow({Cell(numbered ? absl::StrCat(i + 1) : "", Tone::kStrong),
                  directory_.VisitTypeTitle(visit.visit_type()), visit.description(),
                  absl::StrCat(visit.visits_left()),
                  visit.has_start_time() && FromProto(visit.start_time()) > now()
                      ? ShortDay(FromProto(visit.start_time()), now(), zone)
                      : "",
                  day(visit.has_end_time(), visit.end_time()),
                  numbered ? "" : ShortName(visit.visit_type()), numbered ? "" : visit.order()});
  }
  table.Print(console_);
}

}  // namespace clarity::client
