#include "tests/history/world.h"

#include <stdexcept>

#include "absl/strings/str_cat.h"

namespace clarity::history {
namespace {

namespace v1 = scheduling::v1;

v1::Resource& ResourceNamed(v1::Catalog& catalog, const std::string& name) {
  for (v1::Resource& resource : *catalog.mutable_resources()) {
    if (resource.name() == name) return resource;
  }
  throw std::runtime_error("the catalog has no " + name);
}

void TakeLeave(v1::Resource& resource, absl::CivilDay day) {
  v1::Absence& absence = *resource.add_absences();
  SetDate(day, absence.mutable_start_date());
  SetDate(day, absence.mutable_end_date());
  absence.set_time_zone("UTC");
}

void ShortenSessions(v1::Catalog& catalog) {
  for (v1::VisitType& type : *catalog.mutable_visit_types()) {
    if (type.name() != tests::kSession) continue;
    for (v1::Phase& phase : *type.mutable_phases()) {
      if (phase.id() == "observation") phase.set_minutes(30);
    }
  }
}

}  // namespace

absl::Time FirstDayFrom(absl::Time now) {
  const absl::CivilDay today = absl::ToCivilDay(now, absl::UTCTimeZone());
  return absl::FromCivil(today + 7, absl::UTCTimeZone());
}

void SetDate(absl::CivilDay day, type::v1::Date* date) {
  date->set_year(static_cast<int>(day.year()));
  date->set_month(day.month());
  date->set_day(day.day());
}

v1::Catalog CatalogNumber(int number, absl::Time first_day) {
  v1::Catalog catalog = tests::OpenCatalog();
  for (v1::Clinic& clinic : *catalog.mutable_clinics()) clinic.clear_holidays();
  for (v1::VisitType& type : *catalog.mutable_visit_types()) type.set_start_grid_minutes(15);
  switch (number) {
    case 1:
      TakeLeave(ResourceNamed(catalog, "resources/nurse-vega"),
                absl::ToCivilDay(first_day, absl::UTCTimeZone()));
      break;
    case 2:
      ResourceNamed(catalog, "resources/nurse-kim").set_shares(2);
      break;
    case 3:
      ShortenSessions(catalog);
      break;
    default:
      break;
  }
  return catalog;
}

int Pick(std::mt19937& random, int n) {
  return static_cast<int>(random() % static_cast<unsigned>(n));
}

absl::Time SomeStart(std::mt19937& random, absl::Time first_day) {
  constexpr int kFirstHour = 8, kQuarters = 32;
  return first_day + absl::Hours(24 * Pick(random, kDays) + kFirstHour) +
         absl::Minutes(15 * Pick(random, kQuarters));
}

std::string SomePatient(std::mt19937& random) {
  return absl::StrCat("patients/p", Pick(random, kPatients));
}

}  // namespace clarity::history
