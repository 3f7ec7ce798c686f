#include "services/scheduling/search/query.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/scheduling/catalog/direction.h"
#include "services/scheduling/limits.h"

namespace clarity::scheduling {
namespace {

using calendar::Interval;
using catalog::Snapshot;

std::vector<ClinicAt> ClinicsNear(const rpc::Call& call, const Snapshot& snapshot,
                                  const v1::SlotQuery::Near& near) {
  const catalog::Direction point = catalog::DirectionOf(near.point());
  std::vector<std::pair<double, int>> found;  // the square of the chord, and the clinic
  for (int c = 0; c < snapshot.clinic_count(); ++c) {
    const v1::Clinic& clinic = snapshot.clinic(c);
    if (!clinic.has_position() || !call.principal.SeesClinic(clinic.name())) continue;
    found.emplace_back(catalog::ChordSquared(point, snapshot.direction(c)), c);
  }
  const size_t most = std::min(
      found.size(), static_cast<size_t>(near.clinics_max() > 0 ? near.clinics_max()
                                                               : limits::kNearClinicsDefault));
  std::partial_sort(found.begin(), found.begin() + static_cast<ptrdiff_t>(most), found.end());
  std::vector<ClinicAt> nearest;
  for (size_t i = 0; i < most; ++i) {
    const double distance_km = catalog::DistanceKm(found[i].first);
    if (distance_km <= near.radius_km()) nearest.push_back({found[i].second, distance_km});
  }
  return nearest;
}

}  // namespace

absl::StatusOr<std::vector<ClinicAt>> ClinicsOf(const rpc::Call& call, const Snapshot& snapshot,
                                                const v1::SlotQuery& query) {
  if (query.has_near() == !query.clinics().empty()) {
    return base::InvalidField("query.clinics", "give either clinics or near");
  }
  if (query.has_near()) return ClinicsNear(call, snapshot, query.near());
  std::vector<ClinicAt> clinics;
  for (const std::string& name : query.clinics()) {
    const auto clinic = snapshot.FindClinic(name);
    if (!clinic.has_value()) return base::NotFound(name);
    clinics.push_back({*clinic, std::nullopt});
  }
  return clinics;
}

absl::StatusOr<Interval> WindowOf(const v1::SlotQuery& query, absl::Time now) {
  const absl::Time start = FromWire(query.window().start_time());
  const absl::Time end = FromWire(query.window().end_time());
  if (end <= start) return base::InvalidField("query.window", "ends before it starts");
  if (end - start > limits::kSearchWindowMax) {
    return base::InvalidField("query.window", "is longer than 180 days");
  }
  return calendar::Intersection({calendar::CeilTick(start), calendar::CeilTick(end)},
                                {calendar::CeilTick(now), INT64_MAX});
}

Selection SelectionOf(const v1::SlotQuery& query) {
  Selection selection;
  selection.required = {query.required_resources().begin(), query.required_resources().end()};
  selection.excluded = {query.excluded_resources().begin(), query.excluded_resources().end()};
  selection.preferred = {query.preferred_resources().begin(), query.preferred_resources().end()};
  selection.capabilities = {query.capabilities().begin(), query.capabilities().end()};
  selection.language = query.language();
  return selection;
}

}  // namespace clarity::scheduling
