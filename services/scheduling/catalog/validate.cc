#include "services/scheduling/catalog/validate.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "phonenumbers/phonenumberutil.h"
#include "services/platform/base/local_time.h"
#include "services/scheduling/calendar/recurrence.h"
#include "services/scheduling/calendar/tick.h"
#include "services/scheduling/catalog/defaults.h"
#include "services/scheduling/catalog/hours.h"
#include "services/scheduling/catalog/roster.h"

namespace clarity::scheduling::catalog {
namespace {

constexpr int kVisitUnitsMax = 16;  // as VisitType.needs says; the engine takes more

std::string At(absl::string_view path, absl::string_view field, int index) {
  return absl::StrCat(path, ".", field, "[", index, "]");
}

bool IsTickMultiple(int minutes) { return minutes % calendar::kTickMinutes == 0; }

// What is wrong with a whole catalog; see the header.
class Validator {
 public:
  explicit Validator(const v1::Catalog& catalog) : catalog_(catalog), roster_(catalog) {
    for (const v1::Clinic& clinic : catalog.clinics()) clinics_.insert(clinic.name());
  }

  std::vector<base::Violation> Run();

 private:
  void CheckClinic(const std::string& path, const v1::Clinic& clinic);

  void CheckResource(const std::string& path, const v1::Resource& resource);
  void CheckLicence(const std::string& path, const v1::Licence& licence);
  void CheckAvailability(const std::string& path, const v1::Availability& row);
  void CheckHours(const std::string& path, const type::v1::TimeOfDayRange& hours);
  void CheckRule(const std::string& path, const v1::Availability& row);
  void CheckAbsence(const std::string& path, const v1::Absence& absence);

  void CheckVisitType(const std::string& path, const v1::VisitType& type);
  void CheckPhases(const std::string& path, const v1::VisitType& type);
  void CheckNeeds(const std::string& path, const v1::VisitType& type);
  void CheckUses(const std::string& path, const v1::VisitType& type, const v1::Need& need);
  void CheckBooking(const std::string& path, const v1::VisitType& type);
  void CheckStaffing(const std::string& path, const v1::VisitType& type, v1::Modality modality);
  void CheckStaffedSomewhere(const std::string& path, const v1::VisitType& type,
                             v1::Modality modality);

  void CheckZone(const std::string& path, absl::string_view name);
  void CheckPhone(const std::string& path, const std::string& number);
  void CheckClinicName(const std::string& path, absl::string_view name);
  bool CheckDay(const std::string& path, const type::v1::Date& date);
  bool CheckTime(const std::string& path, const type::v1::TimeOfDay& time, bool ends);
  // That the values of `key` differ from item to item.
  template <typename Items, typename Key>
  void CheckDistinct(const std::string& path, const Items& items, absl::string_view field, Key key);

  void Add(std::string field, std::string description) {
    violations_.push_back({std::move(field), std::move(description)});
  }

  const v1::Catalog& catalog_;
  const Roster roster_;
  absl::flat_hash_set<absl::string_view> clinics_;
  // Most rows of a group say the same; each is judged once.
  absl::flat_hash_map<std::string, absl::Status> judged_rules_;
  std::vector<base::Violation> violations_;
};

std::vector<base::Violation> Validator::Run() {
  const auto name_of = [](const auto& item) { return item.name(); };
  CheckDistinct("catalog.clinics", catalog_.clinics(), "name", name_of);
  for (int i = 0; i < catalog_.clinics_size(); ++i) {
    CheckClinic(At("catalog", "clinics", i), catalog_.clinics(i));
  }
  CheckDistinct("catalog.resources", catalog_.resources(), "name", name_of);
  for (int i = 0; i < catalog_.resources_size(); ++i) {
    CheckResource(At("catalog", "resources", i), catalog_.resources(i));
  }
  CheckDistinct("catalog.visit_types", catalog_.visit_types(), "name", name_of);
  for (int i = 0; i < catalog_.visit_types_size(); ++i) {
    CheckVisitType(At("catalog", "visit_types", i), catalog_.visit_types(i));
  }
  return std::move(violations_);
}

// -- Clinics ------------------------------------------------------------------------------------

void Validator::CheckClinic(const std::string& path, const v1::Clinic& clinic) {
  CheckZone(path + ".time_zone", clinic.time_zone());
  if (!clinic.phone_number().empty()) CheckPhone(path + ".phone_number", clinic.phone_number());
  for (int i = 0; i < clinic.holidays_size(); ++i) {
    CheckDay(At(path, "holidays", i) + ".date", clinic.holidays(i).date());
  }
  CheckDistinct(path + ".holidays", clinic.holidays(), "date",
                [](const v1::Holiday& holiday) { return holiday.date().SerializeAsString(); });
}

// -- Resources ----------------------------------------------------------------------------------

void Validator::CheckResource(const std::string& path, const v1::Resource& resource) {
  for (int i = 0; i < resource.licences_size(); ++i) {
    CheckLicence(At(path, "licences", i), resource.licences(i));
  }
  for (int i = 0; i < resource.availability_size(); ++i) {
    CheckAvailability(At(path, "availability", i), resource.availability(i));
  }
  for (int i = 0; i < resource.absences_size(); ++i) {
    CheckAbsence(At(path, "absences", i), resource.absences(i));
  }
}

void Validator::CheckLicence(const std::string& path, const v1::Licence& licence) {
  const bool from =
      licence.has_valid_from() && CheckDay(path + ".valid_from", licence.valid_from());
  const bool until =
      licence.has_valid_until() && CheckDay(path + ".valid_until", licence.valid_until());
  if (from && until && ToDay(licence.valid_until()) < ToDay(licence.valid_from())) {
    Add(path + ".valid_until", "it is before valid_from");
  }
}

void Validator::CheckAvailability(const std::string& path, const v1::Availability& row) {
  switch (row.location_case()) {
    case v1::Availability::kClinic:
      CheckClinicName(path + ".clinic", row.clinic());
      break;
    case v1::Availability::kTelehealthTimeZone:
      CheckZone(path + ".telehealth_time_zone", row.telehealth_time_zone());
      break;
    case v1::Availability::LOCATION_NOT_SET:
      Add(path, "it names neither a clinic nor a telehealth time zone");
  }
  const size_t faults_before = violations_.size();
  const bool first = CheckDay(path + ".start_date", row.start_date());
  const bool last = row.has_end_date() && CheckDay(path + ".end_date", row.end_date());
  if (first && last && ToDay(row.end_date()) < ToDay(row.start_date())) {
    Add(path + ".end_date", "it is before start_date");
  }
  for (int i = 0; i < row.excluded_dates_size(); ++i) {
    CheckDay(At(path, "excluded_dates", i), row.excluded_dates(i));
  }
  CheckHours(path + ".hours", row.hours());
  if (violations_.size() == faults_before) CheckRule(path, row);
}

void Validator::CheckHours(const std::string& path, const type::v1::TimeOfDayRange& hours) {
  const auto check = [&](const std::string& field, const type::v1::TimeOfDay& time, bool ends) {
    // The engine has nothing between its ticks: hours that begin there would be cut.
    if (CheckTime(field, time, ends) && !IsTickMultiple(time.minutes())) {
      Add(field, absl::StrCat("minutes must be a multiple of ", calendar::kTickMinutes));
    }
  };
  check(path + ".start", hours.start(), false);
  check(path + ".end", hours.end(), true);
}

void Validator::CheckRule(const std::string& path, const v1::Availability& row) {
  v1::Availability rule = row;
  rule.clear_location();
  const auto [it, first_time] = judged_rules_.try_emplace(rule.SerializeAsString());
  if (first_time) it->second = calendar::ValidateRule(RuleOf(rule));
  if (!it->second.ok()) Add(path + ".recurrence", std::string(it->second.message()));
}

void Validator::CheckAbsence(const std::string& path, const v1::Absence& absence) {
  if (!absence.time_zone().empty()) CheckZone(path + ".time_zone", absence.time_zone());
  bool valid = CheckDay(path + ".start_date", absence.start_date());
  valid &= CheckDay(path + ".end_date", absence.end_date());
  int begin = 0;
  if (absence.has_start_time()) {
    valid &= CheckTime(path + ".start_time", absence.start_time(), false);
    begin = MinuteOf(absence.start_time());
  }
  int end = kMinutesPerDay;
  if (absence.has_end_time()) {
    valid &= CheckTime(path + ".end_time", absence.end_time(), true);
    end = MinuteOf(absence.end_time());
  }
  if (!valid) return;
  const absl::CivilDay first = ToDay(absence.start_date());
  const absl::CivilDay last = ToDay(absence.end_date());
  if (last < first) {
    Add(path + ".end_date", "it is before start_date");
  } else if (absl::CivilMinute(last) + end <= absl::CivilMinute(first) + begin) {
    Add(path + ".end_time", "it ends before it begins");
  }
}

// -- Visit types --------------------------------------------------------------------------------

void Validator::CheckVisitType(const std::string& path, const v1::VisitType& type) {
  const size_t faults_before = violations_.size();
  CheckPhases(path, type);
  CheckNeeds(path, type);
  CheckBooking(path, type);
  for (int i = 0; i < type.clinics_size(); ++i) {
    CheckClinicName(At(path, "clinics", i), type.clinics(i));
  }
  // What is wrong in itself would only be said again, in other words, for every clinic.
  if (violations_.size() > faults_before) return;
  CheckStaffing(path, type, UsualModalityOf(type));
  for (int i = 1; i < type.modalities_size(); ++i) CheckStaffing(path, type, type.modalities(i));
}

void Validator::CheckPhases(const std::string& path, const v1::VisitType& type) {
  CheckDistinct(path + ".phases", type.phases(), "id", [](const v1::Phase& p) { return p.id(); });
  int total = 0;
  int parts_with_patient = 0;
  for (int i = 0; i < type.phases_size(); ++i) {
    const v1::Phase& phase = type.phases(i);
    total += phase.minutes();
    if (!IsTickMultiple(phase.minutes())) {
      Add(At(path, "phases", i) + ".minutes",
          absl::StrCat("it must be a multiple of ", calendar::kTickMinutes));
    }
    const bool begins = i == 0 || type.phases(i - 1).without_patient();
    if (!phase.without_patient() && begins) ++parts_with_patient;
  }
  if (total > kMinutesPerDay) {
    Add(path + ".phases", absl::StrCat("together they last ", total, " minutes, more than a day"));
  }
  if (parts_with_patient == 0) Add(path + ".phases", "the patient is in none of them");
  if (parts_with_patient > 1) {
    Add(path + ".phases", "a phase without the patient lies between phases with the patient");
  }
}

void Validator::CheckNeeds(const std::string& path, const v1::VisitType& type) {
  CheckDistinct(path + ".needs", type.needs(), "id", [](const v1::Need& n) { return n.id(); });
  int units = 0;
  for (int i = 0; i < type.needs_size(); ++i) {
    units += CountOf(type.needs(i));
    CheckUses(At(path, "needs", i), type, type.needs(i));
  }
  if (units > kVisitUnitsMax) {
    Add(path + ".needs",
        absl::StrCat("together they take ", units, " resources, more than ", kVisitUnitsMax));
  }
}

void Validator::CheckUses(const std::string& path, const v1::VisitType& type,
                          const v1::Need& need) {
  CheckDistinct(path + ".uses", need.uses(), "phase",
                [](const v1::PhaseUse& use) { return use.phase(); });
  for (int i = 0; i < need.uses_size(); ++i) {
    const v1::PhaseUse& use = need.uses(i);
    const bool known =
        std::any_of(type.phases().begin(), type.phases().end(),
                    [&](const v1::Phase& phase) { return phase.id() == use.phase(); });
    if (!known) {
      Add(At(path, "uses", i) + ".phase",
          absl::StrCat("the visit type has no phase \"", use.phase(), "\""));
    }
    if (use.mode() == v1::PhaseUse::MODE_PRESENT && use.shares() > 0) {
      Add(At(path, "uses", i) + ".shares", "somebody who is only present takes no shares");
    }
  }
}

void Validator::CheckBooking(const std::string& path, const v1::VisitType& type) {
  const int grid = StartGridMinutesOf(type);
  if (!IsTickMultiple(grid) || kMinutesPerDay % grid != 0) {
    Add(path + ".start_grid_minutes",
        absl::StrCat("it must be a multiple of ", calendar::kTickMinutes, " that divides ",
                     kMinutesPerDay));
  }
  if (type.minimum_notice_minutes() >= HorizonDaysOf(type) * kMinutesPerDay) {
    Add(path + ".minimum_notice_minutes", "it reaches beyond the horizon: no time is left to book");
  }
  for (int i = 0; i < type.modalities_size(); ++i) {
    if (type.modalities(i) == v1::MODALITY_UNSPECIFIED) {
      Add(At(path, "modalities", i), "it must be one of the modalities");
    }
  }
  for (int i = 0; i < type.bookers_size(); ++i) {
    if (type.bookers(i) == v1::VisitType::BOOKER_UNSPECIFIED) {
      Add(At(path, "bookers", i), "it must be one of the bookers");
    }
  }
}

std::string Describe(const v1::Catalog& catalog, calendar::Location location,
                     const StaffingGap& gap) {
  const bool telehealth = ModalityOf(location) == v1::MODALITY_TELEHEALTH;
  return absl::StrCat("nobody can fill it at ", catalog.clinics(ClinicOf(location)).name(),
                      telehealth ? " by telehealth: " : " in person: ", gap.reason);
}

std::string NeedPath(const std::string& path, const StaffingGap& gap) {
  return gap.need < 0 ? path + ".needs" : At(path, "needs", gap.need);
}

void Validator::CheckStaffing(const std::string& path, const v1::VisitType& type,
                              v1::Modality modality) {
  const bool has_needs = std::any_of(type.needs().begin(), type.needs().end(),
                                     [&](const v1::Need& need) { return Applies(need, modality); });
  if (!has_needs) {
    Add(path + ".needs", "by telehealth it would need nobody: not all may be in_person_only");
    return;
  }
  if (type.clinics_size() == 0) return CheckStaffedSomewhere(path, type, modality);
  for (int clinic = 0; clinic < catalog_.clinics_size(); ++clinic) {
    const std::string& name = catalog_.clinics(clinic).name();
    if (std::count(type.clinics().begin(), type.clinics().end(), name) == 0) continue;
    const calendar::Location location = LocationOf(clinic, modality);
    const auto gap = roster_.FindGap(type, location);
    if (gap.has_value()) Add(NeedPath(path, *gap), Describe(catalog_, location, *gap));
  }
}

// A visit type that names no clinics is offered where it can be staffed; that must be somewhere.
void Validator::CheckStaffedSomewhere(const std::string& path, const v1::VisitType& type,
                                      v1::Modality modality) {
  base::Violation first = {path + ".clinics", "there is no clinic"};
  for (int clinic = catalog_.clinics_size() - 1; clinic >= 0; --clinic) {
    const calendar::Location location = LocationOf(clinic, modality);
    const auto gap = roster_.FindGap(type, location);
    if (!gap.has_value()) return;
    first = {NeedPath(path, *gap),
             absl::StrCat("no clinic can offer it; for one, ", Describe(catalog_, location, *gap))};
  }
  violations_.push_back(std::move(first));
}

// -- Values -------------------------------------------------------------------------------------

void Validator::CheckZone(const std::string& path, absl::string_view name) {
  if (!FindZone(name).has_value()) {
    Add(path, absl::StrCat("\"", name, "\" is not a time zone of the IANA database"));
  }
}

// Whether there can be such a number, not whether it is assigned: carriers open ranges faster than
// the library's tables are brought up to date.
void Validator::CheckPhone(const std::string& path, const std::string& number) {
  using i18n::phonenumbers::PhoneNumber;
  using i18n::phonenumbers::PhoneNumberUtil;
  constexpr char kAnyRegion[] = "ZZ";  // E.164 names the country itself
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber parsed;
  if (util.Parse(number, kAnyRegion, &parsed) != PhoneNumberUtil::NO_PARSING_ERROR ||
      !util.IsPossibleNumber(parsed)) {
    Add(path, absl::StrCat("there can be no telephone number ", number));
  }
}

void Validator::CheckClinicName(const std::string& path, absl::string_view name) {
  if (!clinics_.contains(name)) {
    Add(path, absl::StrCat("the catalog has no clinic \"", name, "\""));
  }
}

bool Validator::CheckDay(const std::string& path, const type::v1::Date& date) {
  if (IsDay(date)) return true;
  Add(path, absl::StrCat("there is no day ", date.year(), "-", date.month(), "-", date.day()));
  return false;
}

bool Validator::CheckTime(const std::string& path, const type::v1::TimeOfDay& time, bool ends) {
  const int minute = MinuteOf(time);
  if (minute < kMinutesPerDay || (ends && minute == kMinutesPerDay)) return true;
  Add(path, ends ? "it must be no later than 24:00" : "it must be earlier than 24:00");
  return false;
}

template <typename Items, typename Key>
void Validator::CheckDistinct(const std::string& path, const Items& items, absl::string_view field,
                              Key key) {
  absl::flat_hash_map<std::string, int> seen;
  for (int i = 0; i < items.size(); ++i) {
    const auto [it, first_time] = seen.try_emplace(key(items.Get(i)), i);
    if (first_time) continue;
    Add(absl::StrCat(path, "[", i, "].", field),
        absl::StrCat("it is the same as that of ", path, "[", it->second, "]"));
  }
}

}  // namespace

std::vector<base::Violation> Validate(const v1::Catalog& catalog) {
  return Validator(catalog).Run();
}

}  // namespace clarity::scheduling::catalog
