#include "clients/callcenter/tool/directory.h"

#include "clients/terminal/names.h"

namespace clarity::client {
namespace {

using scheduling::v1::Clinic;
using scheduling::v1::Resource;
using scheduling::v1::VisitType;

constexpr int kPageSize = 1000;

template <typename Item>
const Item* Find(const std::map<std::string, Item, std::less<>>& items, absl::string_view name) {
  const auto found = items.find(std::string(name));
  return found == items.end() ? nullptr : &found->second;
}

}  // namespace

absl::Status Directory::Load() { return loaded_ ? absl::OkStatus() : Reload(); }

absl::Status Directory::Reload() {
  std::map<std::string, Clinic, std::less<>> clinics;
  scheduling::v1::ListClinicsRequest all_clinics;
  all_clinics.set_page_size(kPageSize);
  for (const auto& clinic : client_.ListClinics(all_clinics)) {
    if (!clinic.ok()) return clinic.status();
    clinics[clinic->name()] = *clinic;
  }
  std::map<std::string, VisitType, std::less<>> visit_types;
  scheduling::v1::ListVisitTypesRequest all_visit_types;
  all_visit_types.set_page_size(kPageSize);
  for (const auto& visit_type : client_.ListVisitTypes(all_visit_types)) {
    if (!visit_type.ok()) return visit_type.status();
    visit_types[visit_type->name()] = *visit_type;
  }
  clinics_ = std::move(clinics);
  visit_types_ = std::move(visit_types);
  resources_.reset();
  loaded_ = true;
  return absl::OkStatus();
}

const std::map<std::string, Resource, std::less<>>& Directory::Resources() {
  if (!resources_.has_value()) {
    resources_.emplace();
    scheduling::v1::ListResourcesRequest all;
    all.set_page_size(kPageSize);
    for (const auto& resource : client_.ListResources(all)) {
      if (resource.ok()) (*resources_)[resource->name()] = *resource;
    }
  }
  return *resources_;
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
