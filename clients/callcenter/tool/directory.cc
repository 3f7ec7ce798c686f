#include "clients/callcenter/tool/directory.h"

#include "clients/terminal/names.h"

namespace clarity::client {
namespace {

using scheduling::v1::Clinic;
using scheduling::v1::VisitType;

constexpr int kPageSize = 1000;

template <typename Item>
const Item* Find(const std::map<std::string, Item, std::less<>>& items, absl::string_view name) {
  const auto found = items.find(std::string(name));
  return found == items.end() ? nullptr : &found->second;
}

}  // namespace

absl::Status Directory::Load() {
  if (loaded_) return absl::OkStatus();
  scheduling::v1::ListClinicsRequest all_clinics;
  all_clinics.set_page_size(kPageSize);
  for (const auto& clinic : client_.ListClinics(all_clinics)) {
    if (!clinic.ok()) return clinic.status();
    clinics_[clinic->name()] = *clinic;
  }
  scheduling::v1::ListVisitTypesRequest all_visit_types;
  all_visit_types.set_page_size(kPageSize);
  for (const auto& visit_type : client_.ListVisitTypes(all_visit_types)) {
    if (!visit_type.ok()) return visit_type.status();
    visit_types_[visit_type->name()] = *visit_type;
  }
  loaded_ = true;
  return absl::OkStatus();
}

const Clinic* Directory::FindClinic(absl::string_view name) const { return Find(clinics_, name); }

const VisitType* Directory::FindVisitType(absl::string_view name) const {
  return Find(visit_types_, name);
}

std::string Directory::ClinicTitle(absl::string_view name) const {
  const Clinic* clinic = FindClinic(name);
  return clinic != nullptr ? clinic->display_name() : ShortName(name);
}

std::string Directory::VisitTypeTitle(absl::string_view name) const {
  const VisitType* visit_type = FindVisitType(name);
  return visit_type != nullptr ? visit_type->display_name() : ShortName(name);
}

absl::Duration PreparationOf(const VisitType& visit_type) {
  absl::Duration preparation;
  for (const auto& phase : visit_type.phases()) {
    if (!phase.without_patient()) break;
    preparation += absl::Minutes(phase.minutes());
  }
  return preparation;
}

}  // namespace clarity::client
