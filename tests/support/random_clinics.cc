#include "tests/support/random_clinics.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace clarity::tests {
namespace {

namespace v1 = scheduling::v1;

constexpr const char* kPools[] = {"prescriber", "nurse", "room"};
constexpr const char* kClinics[] = {"clinics/coast", "clinics/desert"};

void SetDate(int day, type::v1::Date* date) {  // of March 2026
  date->set_year(2026);
  date->set_month(3);
  date->set_day(day);
}

void SetTime(int minutes, type::v1::TimeOfDay* time) {
  time->set_hours(minutes / 60);
  time->set_minutes(minutes % 60);
}

std::string SomeDays(base::Random& random) {
  static constexpr const char* kDays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
  std::string days;
  for (const char* day : kDays) {
    if (Pick(random, 4) == 0) continue;
    absl::StrAppend(&days, days.empty() ? "" : ",", day);
  }
  return days.empty() ? "MO" : days;
}

void AddHours(base::Random& random, const char* clinic, v1::Resource* resource) {
  auto& row = *resource->add_availability();
  row.set_clinic(clinic);
  SetDate(1 + Pick(random, 5), row.mutable_start_date());
  const bool at_night = Pick(random, 5) == 0;
  const int start = (at_night ? 20 * 60 : 7 * 60) + 5 * Pick(random, 24);
  SetTime(start, row.mutable_hours()->mutable_start());
  SetTime((start + 60 * (4 + Pick(random, 6)) + 5 * Pick(random, 12)) % (24 * 60),
          row.mutable_hours()->mutable_end());
  row.set_recurrence("FREQ=WEEKLY;BYDAY=" + SomeDays(random));
  if (Pick(random, 4) == 0) SetDate(6 + Pick(random, 4), row.add_excluded_dates());
}

v1::Resource SomeResource(base::Random& random, int index) {
  v1::Resource resource;
  resource.set_name(absl::StrCat("resources/r", index));
  resource.set_display_name(absl::StrCat("R", index));
  const int pool = index % 3;
  resource.set_kind(pool == 0   ? v1::Resource::KIND_CLINICIAN
                    : pool == 1 ? v1::Resource::KIND_NURSE
                                : v1::Resource::KIND_ROOM);
  resource.add_pools(kPools[pool]);
  if (Pick(random, 4) == 0) resource.add_pools(kPools[(pool + 1) % 3]);
  if (Pick(random, 2) == 0) resource.add_capabilities("ecg");
  resource.set_shares(pool == 1 ? 1 + Pick(random, 4) : 1);
  for (const char* clinic : kClinics) {
    const bool has_none = resource.availability().empty() && clinic == kClinics[1];
    if (has_none || Pick(random, 3) > 0) AddHours(random, clinic, &resource);
  }
  for (const char* jurisdiction : {"US-CA", "US-AZ"}) {
    auto& licence = *resource.add_licences();
    licence.set_jurisdiction(jurisdiction);
    if (Pick(random, 3) == 0) SetDate(7 + Pick(random, 3), licence.mutable_valid_until());
  }
  if (Pick(random, 2) == 0) {
    auto& absence = *resource.add_absences();
    const int day = 6 + Pick(random, 3);
    SetDate(day, absence.mutable_start_date());
    SetDate(day + Pick(random, 2), absence.mutable_end_date());
    SetTime(5 * Pick(random, 144), absence.mutable_start_time());
    if (Pick(random, 2) == 0) {
      SetTime(12 * 60 + 5 * Pick(random, 144), absence.mutable_end_time());
    }
  }
  return resource;
}

v1::VisitType SomeVisitType(base::Random& random, int index) {
  v1::VisitType type;
  type.set_name(absl::StrCat("visitTypes/v", index));
  type.set_display_name(absl::StrCat("V", index));
  static constexpr const char* kPhases[] = {"first", "second", "last"};
  const int phases = 1 + Pick(random, 3);
  for (int p = 0; p < phases; ++p) {
    auto& phase = *type.add_phases();
    phase.set_id(kPhases[p]);
    phase.set_minutes(5 * (1 + Pick(random, 12)));
    phase.set_without_patient(p == 2 && Pick(random, 2) == 0);
  }
  const int needs = 1 + Pick(random, 3);
  for (int n = 0; n < needs; ++n) {
    auto& need = *type.add_needs();
    need.set_id(absl::StrCat("need-", n));
    need.set_pool(kPools[n]);
    need.set_licence_required(n == 0 && Pick(random, 2) == 0);
    if (Pick(random, 6) == 0) need.set_count(2);
    if (Pick(random, 5) == 0) need.add_capabilities("ecg");
    for (int p = 0; p < phases; ++p) {
      if (p > 0 && Pick(random, 4) == 0) continue;
      auto& use = *need.add_uses();
      use.set_phase(kPhases[p]);
      const bool is_present = Pick(random, 5) == 0;
      use.set_mode(is_present ? v1::PhaseUse::MODE_PRESENT : v1::PhaseUse::MODE_CLAIM);
      if (!is_present && n == 1 && Pick(random, 2) == 0) use.set_shares(1);
    }
  }
  static constexpr int kGrids[] = {5, 10, 15, 30};
  type.set_start_grid_minutes(kGrids[Pick(random, 4)]);
  type.set_minimum_notice_minutes(60 * Pick(random, 30));
  type.set_horizon_days(5 + Pick(random, 5));
  type.add_bookers(v1::VisitType::BOOKER_AGENT);
  return type;
}

}  // namespace

int Pick(base::Random& random, int n) {
  return static_cast<int>(random.Next() % static_cast<uint64_t>(n));
}

v1::Catalog RandomClinics(base::Random& random) {
  v1::Catalog catalog;
  for (const char* name : kClinics) {
    auto& clinic = *catalog.add_clinics();
    const bool is_coast = name == kClinics[0];
    clinic.set_name(name);
    clinic.set_display_name(is_coast ? "Coast" : "Desert");
    clinic.set_time_zone(is_coast ? "America/Los_Angeles" : "America/Phoenix");
    clinic.set_jurisdiction(is_coast ? "US-CA" : "US-AZ");
    if (Pick(random, 2) == 0) SetDate(7 + Pick(random, 3), clinic.add_holidays()->mutable_date());
  }
  for (int i = 0; i < 9; ++i) *catalog.add_resources() = SomeResource(random, i);
  for (int i = 0; i < 3; ++i) *catalog.add_visit_types() = SomeVisitType(random, i);
  return catalog;
}

}  // namespace clarity::tests
