#include "tests/simulation/clinics.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "tests/support/random_clinics.h"
#include "tests/support/requests.h"

namespace clarity::simulation {
namespace {

namespace v1 = scheduling::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kLastResource[] = "resources/r8";
constexpr int kSpringToAutumnDays = 238;  // from one change of the clocks to the other

void SetDate(absl::CivilDay day, type::v1::Date* date) {
  date->set_year(static_cast<int>(day.year()));
  date->set_month(day.month());
  date->set_day(day.day());
}

// Every date of the message.
void MoveDates(int days, Message* message) {
  if (message->GetDescriptor() == type::v1::Date::descriptor()) {
    auto* date = static_cast<type::v1::Date*>(message);
    return SetDate(absl::CivilDay(date->year(), date->month(), date->day()) + days, date);
  }
  const auto& reflection = *message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      MoveDates(days, reflection.MutableMessage(message, field));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
      MoveDates(days, reflection.MutableRepeatedMessage(message, field, i));
    }
  }
}

void ChangeAbsences(const Step& step, absl::CivilDay today, v1::Resource* resource) {
  if (!resource->absences().empty() && step.Chance(1, 2)) return resource->clear_absences();
  auto& absence = *resource->add_absences();
  SetDate(today + static_cast<int>(step.Any(2, 6)), absence.mutable_start_date());
  SetDate(today + static_cast<int>(step.Any(2, 6) + step.Any(2, 2, 16)),
          absence.mutable_end_date());
  absence.mutable_start_time()->set_hours(static_cast<int>(step.Any(2, 12, 64)));
}

void ChangeHolidays(const Step& step, absl::CivilDay today, v1::Clinic* clinic) {
  if (!clinic->holidays().empty()) return clinic->clear_holidays();
  SetDate(today + static_cast<int>(step.Any(2, 6)), clinic->add_holidays()->mutable_date());
}

void ChangeLength(const Step& step, v1::VisitType* type) {
  auto& phase = *type->mutable_phases(static_cast<int>(step.Any(2, 16)) % type->phases_size());
  phase.set_minutes(5 * (1 + static_cast<int>(step.Any(3, 18))));
}

void ComeOrGo(v1::Catalog* catalog) {
  auto& resources = *catalog->mutable_resources();
  if (resources.rbegin()->name() == kLastResource) return resources.RemoveLast();
  v1::Resource back = *resources.rbegin();
  back.set_name(kLastResource);
  *resources.Add() = back;
}

}  // namespace

Clinics RandomTimes(base::Random& random) {
  Clinics clinics;
  clinics.catalog = tests::RandomClinics(random);
  clinics.catalog.mutable_visit_types(1)->set_open_per_patient_max(2);
  clinics.catalog.mutable_visit_types(2)->set_order_required(true);
  // As the service says where nothing is said.
  for (auto& resource : *clinics.catalog.mutable_resources()) {
    resource.set_shares(std::max(resource.shares(), 1));
  }
  const int days[] = {0, kSpringToAutumnDays, tests::Pick(random, kSpringToAutumnDays)};
  const int moved = days[random.Next() % 3];
  MoveDates(moved, &clinics.catalog);
  clinics.begin = tests::At("2026-03-05 06:00") + absl::Hours(24 * moved) +
                  absl::Minutes(tests::Pick(random, 60 * 24));
  return clinics;
}

void Change(const Step& step, absl::Time now, v1::Catalog* catalog) {
  const absl::CivilDay today = absl::ToCivilDay(now, absl::UTCTimeZone());
  auto& resource = *catalog->mutable_resources(
      static_cast<int>(step.Any(1, static_cast<size_t>(catalog->resources_size()), 16)));
  switch (step.Any(0, 7)) {
    case 0:
    case 1:
      return ChangeAbsences(step, today, &resource);
    case 2:
      return resource.set_shares(1 + static_cast<int>(step.Any(2, 4)));
    case 3:
      return ChangeHolidays(step, today,
                            catalog->mutable_clinics(static_cast<int>(step.Any(1, 2))));
    case 4:
      return catalog->mutable_visit_types(static_cast<int>(step.Any(1, 3)))
          ->set_minimum_notice_minutes(60 * static_cast<int>(step.Any(2, 12)));
    case 5:
      return ChangeLength(step, catalog->mutable_visit_types(static_cast<int>(step.Any(1, 3))));
    default:
      return ComeOrGo(catalog);
  }
}

}  // namespace clarity::simulation
