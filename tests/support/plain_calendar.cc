#include "tests/support/plain_calendar.h"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "tests/support/requests.h"

namespace clarity::tests {
namespace {

namespace v1 = scheduling::v1;

constexpr absl::Duration kStep = absl::Minutes(5);

int64_t StepOf(absl::Time time) { return (time - absl::UnixEpoch()) / kStep; }
absl::Time TimeOf(int64_t step) { return absl::UnixEpoch() + step * kStep; }

template <typename Items>
const auto& Named(const Items& items, const std::string& name) {
  const auto found = absl::c_find_if(items, [&](const auto& item) { return item.name() == name; });
  if (found == items.end()) throw std::runtime_error(name + " is not in the catalog");
  return *found;
}

absl::TimeZone ZoneNamed(const std::string& name) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(name, &zone)) throw std::runtime_error("no zone " + name);
  return zone;
}

absl::CivilDay DayOf(const type::v1::Date& date) {
  return absl::CivilDay(date.year(), date.month(), date.day());
}

// On a clock that goes forward a time that is left out comes later; one that comes twice is the
// first. So says absl::FromCivil.
absl::Time LocalTime(absl::CivilDay day, const type::v1::TimeOfDay& time, absl::TimeZone zone) {
  return absl::FromCivil(absl::CivilMinute(day) + time.hours() * 60 + time.minutes(), zone);
}

bool IsBefore(const type::v1::TimeOfDay& a, const type::v1::TimeOfDay& b) {
  return a.hours() * 60 + a.minutes() < b.hours() * 60 + b.minutes();
}

// Calls `use(phase_use, start, end)` for every phase in which a need takes part.
void ForEachUse(const v1::VisitType& type, const v1::Need& need, absl::Time start,
                const std::function<void(const v1::PhaseUse&, absl::Time, absl::Time)>& use) {
  for (const v1::Phase& phase : type.phases()) {
    const absl::Time end = start + absl::Minutes(phase.minutes());
    for (const v1::PhaseUse& of_phase : need.uses()) {
      if (of_phase.phase() == phase.id()) use(of_phase, start, end);
    }
    start = end;
  }
}

int SharesTaken(const v1::PhaseUse& use, int shares_of_resource) {
  if (use.mode() != v1::PhaseUse::MODE_CLAIM) return 0;
  return use.shares() > 0 ? use.shares() : shares_of_resource;
}

bool TakesPlaceOn(const v1::Availability& row, absl::CivilDay day) {
  if (day < DayOf(row.start_date())) return false;
  if (row.has_end_date() && day > DayOf(row.end_date())) return false;
  if (absl::c_any_of(row.excluded_dates(), [&](const auto& date) { return DayOf(date) == day; })) {
    return false;
  }
  if (row.recurrence().empty()) return day == DayOf(row.start_date());
  static constexpr const char* kDays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
  const std::string days = row.recurrence().substr(row.recurrence().find("BYDAY="));
  return absl::StrContains(days, kDays[static_cast<int>(absl::GetWeekday(day))]);
}

bool IsAway(const v1::Absence& absence, absl::Time at, absl::TimeZone zone) {
  const absl::Time begin = LocalTime(DayOf(absence.start_date()), absence.start_time(), zone);
  const absl::Time end = absence.has_end_time()
                             ? LocalTime(DayOf(absence.end_date()), absence.end_time(), zone)
                             : absl::FromCivil(DayOf(absence.end_date()) + 1, zone);
  return begin < at + kStep && at < end;
}

}  // namespace

PlainCalendar::PlainCalendar(v1::Catalog catalog) : catalog_(std::move(catalog)) {}

void PlainCalendar::Add(const v1::Appointment& appointment) {
  if (appointment.state() != v1::Appointment::STATE_CANCELLED &&
      appointment.state() != v1::Appointment::STATE_NO_SHOW) {
    Take(UsesOf(appointment));
  }
}

void PlainCalendar::Add(const v1::Block& block) { Take(UsesOf(block)); }

std::vector<PlainCalendar::Use> PlainCalendar::UsesOf(const v1::Appointment& appointment) const {
  return UsesOfVisit(appointment, appointment.participants(0).patient());
}

std::vector<PlainCalendar::Use> PlainCalendar::UsesOf(const v1::Hold& hold) const {
  return UsesOfVisit(hold, hold.patient());
}

std::vector<PlainCalendar::Use> PlainCalendar::UsesOf(const v1::Block& block) {
  std::vector<Use> uses;
  for (const std::string& name : block.resources()) {
    uses.push_back(
        {name, FromWire(block.window().start_time()), FromWire(block.window().end_time()), kWhole});
  }
  return uses;
}

template <typename Visit>
std::vector<PlainCalendar::Use> PlainCalendar::UsesOfVisit(const Visit& visit,
                                                           const Name& patient) const {
  const v1::VisitType& type = Named(catalog_.visit_types(), visit.visit_type());
  const absl::Time start = FromWire(visit.start_time());
  std::vector<Use> uses;
  for (const v1::Assignment& assignment : visit.assignments()) {
    const auto need = absl::c_find_if(
        type.needs(), [&](const v1::Need& n) { return n.id() == assignment.need(); });
    if (need == type.needs().end()) throw std::runtime_error("an assignment to no need");
    ForEachUse(type, *need, start, [&](const v1::PhaseUse& use, absl::Time from, absl::Time to) {
      const bool is_whole = use.mode() == v1::PhaseUse::MODE_CLAIM && use.shares() == 0;
      uses.push_back({assignment.resource(), from, to, is_whole ? kWhole : use.shares()});
    });
  }
  for (const v1::PhaseSpan& phase : visit.phases()) {
    if (patient.empty() || phase.without_patient()) continue;
    uses.push_back({patient, FromWire(phase.start_time()), FromWire(phase.end_time()), 1});
  }
  return uses;
}

void PlainCalendar::Take(const std::vector<Use>& uses) { Count(uses, 1); }
void PlainCalendar::Give(const std::vector<Use>& uses) { Count(uses, -1); }

void PlainCalendar::Count(const std::vector<Use>& uses, int times) {
  for (const Use& use : uses) {
    for (int64_t step = StepOf(use.start); step < StepOf(use.end); ++step) {
      Load& load = taken_[use.name][step];
      if (use.shares == kWhole) {
        load.whole += times;
      } else {
        load.shares += times * use.shares;
      }
    }
  }
}

void PlainCalendar::SetCatalog(v1::Catalog catalog) {
  catalog_ = std::move(catalog);
  open_.clear();
}

std::vector<std::string> PlainCalendar::Overbooked() const {
  std::vector<std::string> lines;
  for (const auto& [name, steps] : taken_) {
    for (const auto& [step, load] : steps) {
      const int shares = TakenOf(name, step);
      if (shares <= SharesOf(name)) continue;
      lines.push_back(
          absl::StrCat(name, " at ", Local(TimeOf(step)), ": ", shares, " of ", SharesOf(name)));
    }
  }
  return lines;
}

bool PlainCalendar::IsPossible(const Wish& wish, absl::Time now) const {
  if (!KeepsRules(wish, now) || !IsPatientFree(wish)) return false;
  std::vector<Unit> units;
  for (const v1::Need& need : Named(catalog_.visit_types(), wish.visit_type).needs()) {
    for (int i = 0; i < std::max(need.count(), 1); ++i) units.push_back({&need, ""});
  }
  return CanFill(wish, &units, 0);
}

bool PlainCalendar::KeepsRules(const Wish& wish, absl::Time now) const {
  const v1::VisitType& type = Named(catalog_.visit_types(), wish.visit_type);
  const v1::Clinic& clinic = Named(catalog_.clinics(), wish.clinic);
  if (!type.clinics().empty() && !absl::c_linear_search(type.clinics(), wish.clinic)) return false;
  const absl::CivilMinute local = absl::ToCivilMinute(wish.start, ZoneNamed(clinic.time_zone()));
  const int grid = type.start_grid_minutes() == 0 ? 15 : type.start_grid_minutes();
  const int horizon = type.horizon_days() == 0 ? 180 : type.horizon_days();
  return (local.hour() * 60 + local.minute()) % grid == 0 &&
         wish.start >= now + absl::Minutes(type.minimum_notice_minutes()) &&
         wish.start <= now + horizon * absl::Hours(24);
}

bool PlainCalendar::IsPatientFree(const Wish& wish) const {
  absl::Time start = wish.start;
  for (const v1::Phase& phase : Named(catalog_.visit_types(), wish.visit_type).phases()) {
    const absl::Time end = start + absl::Minutes(phase.minutes());
    for (int64_t step = StepOf(start); step < StepOf(end) && !phase.without_patient(); ++step) {
      if (TakenOf(wish.patient, step) > 0) return false;
    }
    start = end;
  }
  return true;
}

// Tries every choice.
bool PlainCalendar::CanFill(const Wish& wish, std::vector<Unit>* units, size_t next) const {
  const auto has_part = [&](const Name& name) {
    return std::any_of(units->begin(), units->begin() + static_cast<ptrdiff_t>(next),
                       [&](const Unit& unit) { return unit.resource == name; });
  };
  if (next == units->size()) return absl::c_all_of(wish.required, has_part);
  for (const v1::Resource& resource : catalog_.resources()) {
    if (has_part(resource.name()) || !CanServe(wish, *(*units)[next].need, resource)) continue;
    (*units)[next].resource = resource.name();
    if (CanFill(wish, units, next + 1)) return true;
  }
  return false;
}

bool PlainCalendar::CanServe(const Wish& wish, const v1::Need& need,
                             const v1::Resource& resource) const {
  if (wish.excluded.count(resource.name()) > 0) return false;
  if (!absl::c_linear_search(resource.pools(), need.pool())) return false;
  for (const std::string& capability : need.capabilities()) {
    if (!absl::c_linear_search(resource.capabilities(), capability)) return false;
  }
  if (need.licence_required() && !IsLicensed(wish, resource)) return false;
  const int shares_max = SharesOf(resource.name());
  bool can_serve = true;
  ForEachUse(Named(catalog_.visit_types(), wish.visit_type), need, wish.start,
             [&](const v1::PhaseUse& use, absl::Time from, absl::Time to) {
               const int shares = SharesTaken(use, shares_max);
               for (int64_t step = StepOf(from); step < StepOf(to) && can_serve; ++step) {
                 can_serve = IsOpen(resource, wish.clinic, step) &&
                             (shares == 0 || TakenOf(resource.name(), step) + shares <= shares_max);
               }
             });
  return can_serve;
}

bool PlainCalendar::CanServe(const Wish& wish, const Assignments& assignments) const {
  size_t units = 0;
  std::set<Name> parts;
  for (const v1::Need& need : Named(catalog_.visit_types(), wish.visit_type).needs()) {
    int filled = 0;
    for (const v1::Assignment& assignment : assignments) {
      if (assignment.need() != need.id()) continue;
      const auto resource = absl::c_find_if(catalog_.resources(), [&](const v1::Resource& r) {
        return r.name() == assignment.resource();
      });
      if (resource == catalog_.resources().end() || !CanServe(wish, need, *resource)) return false;
      parts.insert(assignment.resource());
      ++filled;
    }
    if (filled != std::max(need.count(), 1)) return false;
    units += static_cast<size_t>(filled);
  }
  return parts.size() == units &&
         absl::c_all_of(wish.required, [&](const Name& name) { return parts.count(name) > 0; });
}

// On each day that the visit touches.
bool PlainCalendar::IsLicensed(const Wish& wish, const v1::Resource& resource) const {
  const v1::Clinic& clinic = Named(catalog_.clinics(), wish.clinic);
  const absl::TimeZone zone = ZoneNamed(clinic.time_zone());
  absl::Duration length;
  for (const v1::Phase& phase : Named(catalog_.visit_types(), wish.visit_type).phases()) {
    length += absl::Minutes(phase.minutes());
  }
  const absl::CivilDay last = absl::ToCivilDay(wish.start + length - absl::Seconds(1), zone);
  for (absl::CivilDay day = absl::ToCivilDay(wish.start, zone); day <= last; ++day) {
    const bool is_valid = absl::c_any_of(resource.licences(), [&](const v1::Licence& licence) {
      return licence.jurisdiction() == clinic.jurisdiction() &&
             (!licence.has_valid_from() || DayOf(licence.valid_from()) <= day) &&
             (!licence.has_valid_until() || day <= DayOf(licence.valid_until()));
    });
    if (!is_valid) return false;
  }
  return true;
}

bool PlainCalendar::IsOpen(const v1::Resource& resource, const Name& clinic, int64_t step) const {
  const auto [known, is_new] = open_[{resource.name(), clinic}].try_emplace(step);
  if (is_new) known->second = IsOpenByRules(resource, clinic, step);
  return known->second;
}

bool PlainCalendar::IsOpenByRules(const v1::Resource& resource, const Name& clinic,
                                  int64_t step) const {
  const v1::Clinic& place = Named(catalog_.clinics(), clinic);
  const absl::TimeZone zone = ZoneNamed(place.time_zone());
  const absl::Time at = TimeOf(step);
  const absl::CivilDay today = absl::ToCivilDay(at, zone);
  if (absl::c_any_of(place.holidays(),
                     [&](const auto& holiday) { return DayOf(holiday.date()) == today; })) {
    return false;
  }
  if (absl::c_any_of(resource.absences(),
                     [&](const auto& absence) { return IsAway(absence, at, zone); })) {
    return false;
  }
  return absl::c_any_of(resource.availability(), [&](const v1::Availability& row) {
    if (row.clinic() != clinic) return false;
    const auto& hours = row.hours();
    const int nights = IsBefore(hours.start(), hours.end()) ? 0 : 1;
    for (const absl::CivilDay day : {today - 1, today}) {
      if (TakesPlaceOn(row, day) && LocalTime(day, hours.start(), zone) <= at &&
          at + kStep <= LocalTime(day + nights, hours.end(), zone)) {
        return true;
      }
    }
    return false;
  });
}

int PlainCalendar::SharesOf(const Name& name) const {
  if (absl::StartsWith(name, "patients/")) return 1;
  return std::max(Named(catalog_.resources(), name).shares(), 1);
}

int PlainCalendar::TakenOf(const Name& name, int64_t step) const {
  const auto of = taken_.find(name);
  if (of == taken_.end()) return 0;
  const auto at = of->second.find(step);
  return at == of->second.end() ? 0 : at->second.shares + at->second.whole * SharesOf(name);
}

}  // namespace clarity::tests
