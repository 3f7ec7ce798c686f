#include "services/scheduling/search/query.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/scheduling/limits.h"

namespace clarity::scheduling {
namespace {

using calendar::Interval;
using catalog::Snapshot;

double DistanceKm(const type::v1::LatLng& a, const type::v1::LatLng& b) {
  constexpr double kEarthRadiusKm = 6371.0;
  constexpr double kRadiansPerE7 = 3.14159265358979323846 / 180 / 1e7;
  const double lat_a = static_cast<double>(a.latitude_e7()) * kRadiansPerE7;
  const double lat_b = static_cast<double>(b.latitude_e7()) * kRadiansPerE7;
  const double half_lat = std::sin((lat_b - lat_a) / 2);
  const double half_lng =
      std::sin(static_cast<double>(b.longitude_e7() - a.longitude_e7()) * kRadiansPerE7 / 2);
  const double h = half_lat * half_lat + std::cos(lat_a) * std::cos(lat_b) * half_lng * half_lng;
  return 2 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(h)));
}

std::vector<ClinicAt> ClinicsNear(const rpc::Call& call, const Snapshot& snapshot,
                                  const v1::SlotQuery::Near& near) {
  std::vector<ClinicAt> found;
  for (int c = 0; c < snapshot.clinic_count(); ++c) {
    const v1::Clinic& clinic = snapshot.clinic(c);
    if (!clinic.has_position() || !call.principal.SeesClinic(clinic.name())) continue;
    const double distance = DistanceKm(near.point(), clinic.position());
    if (distance <= near.radius_km()) found.push_back({c, distance});
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.distance_km < b.distance_km; });
  const size_t most = static_cast<size_t>(near.clinics_max() > 0 ? near.clinics_max()
                                                                 : limits::kNearClinicsDefault);
  if (found.size() > most) found.resize(most);
  return found;
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
  selection.capability = query.capability();
  selection.language = query.language();
  return selection;
}

}  // namespace clarity::scheduling
