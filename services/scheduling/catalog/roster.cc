#include "services/scheduling/catalog/roster.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/scheduling/calendar/assign.h"
#include "services/scheduling/catalog/defaults.h"

namespace clarity::scheduling::catalog {
namespace {

using ClinicIndex = absl::flat_hash_map<absl::string_view, int>;

template <typename Values>
bool Contains(const Values& values, absl::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool HasCapabilities(const v1::Resource& resource, const v1::Need& need) {
  return std::all_of(
      need.capabilities().begin(), need.capabilities().end(),
      [&](const std::string& wanted) { return Contains(resource.capabilities(), wanted); });
}

bool HasShares(const v1::Resource& resource, const v1::Need& need) {
  return std::all_of(need.uses().begin(), need.uses().end(),
                     [&](const v1::PhaseUse& use) { return use.shares() <= SharesOf(resource); });
}

bool HasLicence(const v1::Resource& resource, absl::string_view jurisdiction) {
  return std::any_of(
      resource.licences().begin(), resource.licences().end(),
      [&](const v1::Licence& licence) { return licence.jurisdiction() == jurisdiction; });
}

template <typename Predicate>
std::vector<int> Keep(const v1::Catalog& catalog, const std::vector<int>& resources,
                      Predicate predicate) {
  std::vector<int> kept;
  std::copy_if(resources.begin(), resources.end(), std::back_inserter(kept),
               [&](int resource) { return predicate(catalog.resources(resource)); });
  return kept;
}

std::vector<calendar::Location> PlacesOf(const v1::Resource& resource, const ClinicIndex& clinics) {
  bool telehealth = false;
  bool on_a_staff = false;
  std::set<int> serves;
  for (const v1::Availability& row : resource.availability()) {
    if (row.location_case() == v1::Availability::kTelehealthTimeZone) telehealth = true;
    if (row.location_case() != v1::Availability::kClinic) continue;
    on_a_staff = true;
    const auto clinic = clinics.find(row.clinic());
    if (clinic != clinics.end()) serves.insert(clinic->second);
  }
  if (telehealth && !on_a_staff) {
    for (const auto& [name, clinic] : clinics) serves.insert(clinic);
  }
  std::vector<calendar::Location> places;
  for (const int clinic : serves) {
    if (on_a_staff) places.push_back(LocationOf(clinic, v1::MODALITY_IN_PERSON));
    if (telehealth) places.push_back(LocationOf(clinic, v1::MODALITY_TELEHEALTH));
  }
  return places;
}

}  // namespace

Roster::Roster(const v1::Catalog& catalog)
    : catalog_(catalog),
      resources_of_(2 * static_cast<size_t>(catalog.clinics_size())),
      locations_of_(static_cast<size_t>(catalog.resources_size())) {
  ClinicIndex clinics;
  for (int i = 0; i < catalog.clinics_size(); ++i) clinics[catalog.clinics(i).name()] = i;
  for (int i = 0; i < catalog.resources_size(); ++i) {
    locations_of_[i] = PlacesOf(catalog.resources(i), clinics);
    for (const calendar::Location location : locations_of_[i]) {
      resources_of_[location].push_back(i);
    }
  }
}

std::vector<int> Roster::Candidates(const v1::Need& need, calendar::Location location) const {
  return Keep(catalog_, ResourcesOf(location), [&](const v1::Resource& resource) {
    return Contains(resource.pools(), need.pool()) && HasCapabilities(resource, need) &&
           HasShares(resource, need);
  });
}

// Narrows step by step, so that the reason is the step at which too few remain.
std::string Roster::FindGap(const v1::Need& need, calendar::Location location,
                            std::vector<int>* licensed) const {
  const size_t count = static_cast<size_t>(CountOf(need));
  const auto in_pool = Keep(catalog_, ResourcesOf(location), [&](const v1::Resource& resource) {
    return Contains(resource.pools(), need.pool());
  });
  if (in_pool.empty()) return absl::StrCat("nobody serves in the pool \"", need.pool(), "\"");
  if (in_pool.size() < count) {
    return absl::StrCat("it needs ", count, " of the pool \"", need.pool(), "\", which has ",
                        in_pool.size());
  }
  const auto able = Keep(catalog_, in_pool, [&](const v1::Resource& resource) {
    return HasCapabilities(resource, need);
  });
  if (able.size() < count) {
    return absl::StrCat("it needs ", count, " of the pool \"", need.pool(), "\" with ",
                        absl::StrJoin(need.capabilities(), ", "), ", and ", able.size(),
                        able.size() == 1 ? " has them" : " have them");
  }
  const auto large =
      Keep(catalog_, able, [&](const v1::Resource& resource) { return HasShares(resource, need); });
  if (large.size() < count) {
    return absl::StrCat("it takes more shares than ", large.empty() ? "any" : "enough",
                        " of the pool \"", need.pool(), "\" have");
  }
  const std::string& jurisdiction = catalog_.clinics(ClinicOf(location)).jurisdiction();
  *licensed = Keep(catalog_, large, [&](const v1::Resource& resource) {
    return !need.licence_required() || HasLicence(resource, jurisdiction);
  });
  if (licensed->size() >= count) return "";
  if (jurisdiction.empty()) return "it needs a licence, and the clinic names no jurisdiction";
  return absl::StrCat("it needs ", count, " with a licence for ", jurisdiction, ", and ",
                      licensed->size(), licensed->size() == 1 ? " has one" : " have one");
}

std::optional<StaffingGap> Roster::FindGap(const v1::VisitType& type,
                                           calendar::Location location) const {
  calendar::Visit visit;
  for (int i = 0; i < type.needs_size(); ++i) {
    if (!Applies(type.needs(i), ModalityOf(location))) continue;
    calendar::Need& need = visit.needs.emplace_back();
    need.count = CountOf(type.needs(i));
    const std::string reason = FindGap(type.needs(i), location, &need.eligible);
    if (!reason.empty()) return StaffingGap{i, reason};
  }
  if (!calendar::Assign(visit, [](int, int) { return true; }).has_value()) {
    return StaffingGap{-1, "each need could be filled alone, but not all of them together"};
  }
  return std::nullopt;
}

}  // namespace clarity::scheduling::catalog
