// The desk: finding a time.
#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "clients/callcenter/tool/desk.h"
#include "clients/callcenter/tool/first_items.h"
#include "clients/callcenter/tool/when.h"
#include "clients/terminal/names.h"

namespace clarity::client {
namespace {

using scheduling::v1::CountSlotsRequest;
using scheduling::v1::CountSlotsResponse;
using scheduling::v1::ExplainSlotRequest;
using scheduling::v1::FindNextAvailableRequest;
using scheduling::v1::FindSlotsRequest;
using scheduling::v1::FindSlotsResponse;
using scheduling::v1::Slot;
using scheduling::v1::SlotQuery;

constexpr size_t kClinicsSearchedMax = 50;
constexpr double kDegreesE7 = 1e7;

// "after 9am, before noon" as a range of the clinic's clock.
absl::Status AddTimesOfDay(const SlotsCommand& command, SlotQuery* query) {
  if (command.after.empty() && command.before.empty()) return absl::OkStatus();
  const auto after = ParseTimeOfDay(command.after.empty() ? "0:00" : command.after);
  if (!after.ok()) return after.status();
  const auto before = ParseTimeOfDay(command.before.empty() ? "24:00" : command.before);
  if (!before.ok()) return before.status();
  const auto minutes = [](const auto& time) { return time.hours() * 60 + time.minutes(); };
  if (minutes(*after) >= minutes(*before)) {
    return absl::InvalidArgumentError(absl::StrCat("no time of a day is after ", command.after,
                                                   " and before ", command.before,
                                                   ": say the earlier one with --after"));
  }
  auto* range = query->add_times_of_day();
  *range->mutable_start() = *after;
  *range->mutable_end() = *before;
  return absl::OkStatus();
}

// "33.65,-117.69".
absl::StatusOr<type::v1::LatLng> ParsePoint(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ',');
  double latitude, longitude;
  if (parts.size() != 2 || !absl::SimpleAtod(parts[0], &latitude) ||
      !absl::SimpleAtod(parts[1], &longitude)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is no place: name a clinic, or a point as 33.65,-117.69"));
  }
  type::v1::LatLng point;
  point.set_latitude_e7(static_cast<int64_t>(latitude * kDegreesE7));
  point.set_longitude_e7(static_cast<int64_t>(longitude * kDegreesE7));
  return point;
}

}  // namespace

ExitCode Desk::Slots(SlotsCommand command) {
  if (!command.move.empty()) {  // what is to be moved says what to look for
    const auto appointment = GetAppointment(command.move);
    if (!appointment.ok()) return Fail(appointment.status());
    command.move = appointment->name();
    if (command.visit_type.empty()) command.visit_type = appointment->visit_type();
    if (command.clinics.empty() && command.near.empty()) command.clinics = {appointment->clinic()};
    if (command.order.empty()) command.order = appointment->order();
    if (command.modality == scheduling::v1::MODALITY_UNSPECIFIED) {
      command.modality = appointment->modality();
    }
    if (command.patient.empty() && !appointment->participants().empty()) {
      command.patient = appointment->participants(0).patient();
    }
  }
  const auto request = SearchOf(command);
  if (!request.ok()) return Fail(request.status());
  const auto slots = FirstItems(client_.FindSlots(*request), command.limit);
  if (!slots.ok()) return Fail(slots.status());
  moving_ = command.move;
  Offer(*slots);
  if (setup_.json) {
    FindSlotsResponse reply;
    *reply.mutable_slots() = {slots->begin(), slots->end()};
    return PrintJson(reply);
  }
  if (slots->empty()) {
    *console_.out << "Nothing is free. Look further ahead with --days, ask for other days or "
                     "times, or leave --clinic out to search them all.\n";
  } else if (!moving_.empty()) {
    screen_.Advise(absl::StrCat("Next: 'hold 1' keeps the first one, 'move ", NameShown(moving_),
                                " 1' takes it."));
  } else {
    AdviseOtherModality(slots->front(), command.modality);
    const bool knows_patient = !PatientOr(command.patient).empty() && setup_.session;
    screen_.Advise(absl::StrCat("Next: 'hold 1' keeps the first one, 'book 1",
                                knows_patient ? "" : " --patient P", "' books it."));
  }
  return kExitOk;
}

// That the visit could be in another way is not to be known from times that are all in one.
void Desk::AdviseOtherModality(const Slot& shown, Modality asked) {
  const auto* visit_type = directory_.FindVisitType(shown.visit_type());
  if (asked != scheduling::v1::MODALITY_UNSPECIFIED || visit_type == nullptr) return;
  if (visit_type->modalities_size() < 2) return;
  const bool is_by_video = shown.modality() == scheduling::v1::MODALITY_TELEHEALTH;
  screen_.Advise(absl::StrCat("These are ", is_by_video ? "by telehealth" : "in person", ": ",
                              is_by_video ? "--in-person" : "--telehealth",
                              " shows the other times."));
}

absl::StatusOr<FindSlotsRequest> Desk::SearchOf(const SlotsCommand& command) {
  if (command.visit_type.empty()) {
    return absl::InvalidArgumentError("say which visit: 'visit-types' lists them");
  }
  FindSlotsRequest request;
  SlotQuery& query = *request.mutable_query();
  query.set_visit_type(FullName("visitTypes", command.visit_type));
  absl::Status status = AddPlaces(command, &query);
  if (!status.ok()) return status;

  // Near a point, days are those of the agent.
  const absl::TimeZone zone =
      query.clinics().empty() ? absl::LocalTimeZone() : ZoneOfClinic(query.clinics(0));
  const auto from = ParseDay(command.from, absl::ToCivilDay(now(), zone));
  if (!from.ok()) return from.status();
  const absl::Time start = std::max(now(), absl::FromCivil(*from, zone));
  const absl::Time end = absl::FromCivil(*from + command.days, zone);
  *query.mutable_window()->mutable_start_time() =
      ToProto(std::max(start, command.not_before.value_or(start)));
  *query.mutable_window()->mutable_end_time() =
      ToProto(std::min(end, command.not_after.value_or(end)));
  const auto days_of_week = ParseDaysOfWeek(command.on);
  if (!days_of_week.ok()) return days_of_week.status();
  for (const auto day : *days_of_week) query.add_days_of_week(day);
  status = AddTimesOfDay(command, &query);
  if (!status.ok()) return status;

  for (const auto& name : command.with) query.add_required_resources(FullName("resources", name));
  for (const auto& name : command.without) {
    query.add_excluded_resources(FullName("resources", name));
  }
  query.set_language(command.language);
  *query.mutable_capabilities() = {command.capabilities.begin(), command.capabilities.end()};
  query.set_modality(command.modality);
  request.set_patient(PatientOr(command.patient));
  request.set_order(OrderOr(command.order, request.patient(), query.visit_type()));
  request.set_reschedule_appointment(FullName("appointments", command.move));
  request.mutable_spread()->set_per_day_max(command.per_day);
  request.mutable_spread()->set_distance_minutes_min(command.apart);
  if (screen_.caller_zone().has_value()) {
    request.set_viewer_time_zone(screen_.caller_zone()->name());
  }
  request.set_page_size(command.limit);
  return request;
}

absl::Status Desk::AddPlaces(const SlotsCommand& command, SlotQuery* query) {
  if (command.near.empty()) {
    const auto clinics = ClinicsOf(command.clinics);
    if (!clinics.ok()) return clinics.status();
    for (const std::string& clinic : *clinics) query->add_clinics(clinic);
    return absl::OkStatus();
  }
  if (!command.clinics.empty()) {
    return absl::InvalidArgumentError("--near and --clinic: say one of the two");
  }
  absl::Status loaded = directory_.Load();
  if (!loaded.ok()) return loaded;
  auto* near = query->mutable_near();
  near->set_radius_km(command.within_km);
  if (const auto* clinic = directory_.FindClinic(FullName("clinics", command.near))) {
    *near->mutable_point() = clinic->position();
    return absl::OkStatus();
  }
  const auto point = ParsePoint(command.near);
  if (!point.ok()) return point.status();
  *near->mutable_point() = *point;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Desk::ClinicsOf(const std::vector<std::string>& named) {
  absl::Status loaded = directory_.Load();
  if (!loaded.ok()) return loaded;
  std::vector<std::string> clinics;
  clinics.reserve(named.size());
  for (const std::string& name : named) clinics.push_back(FullName("clinics", name));
  if (!clinics.empty()) return clinics;
  if (directory_.clinics().size() > kClinicsSearchedMax) {
    return absl::InvalidArgumentError("there are many clinics: name some with --clinic");
  }
  for (const auto& [name, clinic] : directory_.clinics()) clinics.push_back(name);
  if (clinics.empty()) {
    return absl::FailedPreconditionError("the server has no clinics yet (clarityctl apply)");
  }
  return clinics;
}

ExitCode Desk::Next(const NextCommand& command) {
  const auto clinics = ClinicsOf(command.clinics);
  if (!clinics.ok()) return Fail(clinics.status());
  FindNextAvailableRequest request;
  request.set_visit_type(FullName("visitTypes", command.visit_type));
  *request.mutable_clinics() = {clinics->begin(), clinics->end()};
  request.set_openings_max(command.openings);
  request.set_by_clinician(command.by_clinician);
  if (!command.from.empty()) {
    const absl::TimeZone zone = ZoneOfClinic(clinics->front());
    const auto from = ParseDay(command.from, absl::ToCivilDay(now(), zone));
    if (!from.ok()) return Fail(from.status());
    *request.mutable_from_time() = ToProto(std::max(now(), absl::FromCivil(*from, zone)));
  }
  const auto reply = client_.FindNextAvailable(request);
  if (!reply.ok()) return Fail(reply.status());

  std::vector<Slot> openings;  // in the order of the table
  for (const auto& row : reply->rows()) {
    for (const auto& opening : row.openings()) openings.push_back(opening.slot());
  }
  moving_.clear();
  Remember(openings);
  if (setup_.json) return PrintJson(*reply);
  if (openings.empty()) {
    *console_.out << "Nothing is free as far ahead as this visit can be booked.\n";
    return kExitOk;
  }
  screen_.ShowOpenings(*reply);
  screen_.Advise("Next: 'hold 1' keeps the first one.");
  return kExitOk;
}

ExitCode Desk::Month(const MonthCommand& command) {
  const auto clinics = ClinicsOf(command.clinics);
  if (!clinics.ok()) return Fail(clinics.status());
  const absl::TimeZone zone = ZoneOfClinic(clinics->front());
  const auto month = ParseMonth(command.month, absl::ToCivilMonth(now(), zone));
  if (!month.ok()) return Fail(month.status());
  CountSlotsRequest request;
  SlotQuery& query = *request.mutable_query();
  query.set_visit_type(FullName("visitTypes", command.visit_type));
  for (const std::string& clinic : *clinics) query.add_clinics(clinic);
  for (const auto& name : command.with) query.add_required_resources(FullName("resources", name));
  query.set_modality(command.modality);
  // A day more on both sides: not every clinic's month begins at the same time.
  const absl::CivilDay first(*month);
  const absl::CivilDay after(*month + 1);
  *query.mutable_window()->mutable_start_time() = ToProto(absl::FromCivil(first - 1, zone));
  *query.mutable_window()->mutable_end_time() = ToProto(absl::FromCivil(after + 1, zone));
  request.set_patient(PatientOr(command.patient));
  request.set_bucket(CountSlotsRequest::BUCKET_DAY);
  const auto reply = client_.CountSlots(request);
  if (!reply.ok()) return Fail(reply.status());

  CountSlotsResponse of_month;
  for (const auto& count : reply->counts()) {
    const bool is_in_it =
        count.date().year() == month->year() && count.date().month() == month->month();
    if (is_in_it) *of_month.add_counts() = count;
  }
  if (setup_.json) return PrintJson(of_month);
  screen_.ShowMonth(*clinics, *month, of_month);
  screen_.Advise(absl::StrCat("Next: 'slots ", ShortName(query.visit_type()),
                              " --from DAY --days 1' shows the times of a day."));
  return kExitOk;
}

ExitCode Desk::Explain(const ExplainCommand& command) {
  const auto chosen = Choose(command.choice);
  if (!chosen.ok()) return Fail(chosen.status());
  if (!chosen->slot.has_start_time()) {
    return Fail(absl::InvalidArgumentError("name a slot by its number, or a time in words"));
  }
  ExplainSlotRequest request;
  request.set_visit_type(chosen->slot.visit_type());
  request.set_clinic(chosen->slot.clinic());
  request.set_modality(chosen->slot.modality());
  *request.mutable_start_time() = chosen->slot.start_time();
  request.set_patient(PatientOr(command.patient));
  request.set_order(OrderOr(command.order, request.patient(), request.visit_type()));
  for (const auto& name : command.with) request.add_required_resources(FullName("resources", name));
  const auto reply = client_.ExplainSlot(request);
  if (!reply.ok()) return Fail(reply.status());

  const bool can_be_had = reply->has_slot();
  const ExitCode code = can_be_had ? kExitOk : kExitTaken;
  if (setup_.json) {
    PrintJson(*reply);
    return code;
  }
  moving_.clear();
  if (can_be_had) {
    *console_.out << console_.Styled(Tone::kGood, "It can be had:") << '\n';
    Offer({reply->slot()});
    return code;
  }
  *console_.out << console_.Styled(Tone::kBad, "It cannot be had:") << '\n';
  *console_.out << screen_.Obstacles(reply->conflict());
  if (reply->conflict().alternatives().empty()) {
    *console_.out << "Nothing near it is free either.\n";
    return code;
  }
  *console_.out << "These times near it are free:\n";
  Offer({reply->conflict().alternatives().begin(), reply->conflict().alternatives().end()});
  return code;
}

}  // namespace clarity::client
