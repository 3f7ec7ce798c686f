#include "services/scheduling/catalog/direction.h"

#include <algorithm>
#include <cmath>

namespace clarity::scheduling::catalog {

Direction DirectionOf(const type::v1::LatLng& point) {
  constexpr double kRadiansPerE7 = 3.14159265358979323846 / 180 / 1e7;
  const double latitude = static_cast<double>(point.latitude_e7()) * kRadiansPerE7;
  const double longitude = static_cast<double>(point.longitude_e7()) * kRadiansPerE7;
  return {std::cos(latitude) * std::cos(longitude), std::cos(latitude) * std::sin(longitude),
          std::sin(latitude)};
}

double ChordSquared(const Direction& a, const Direction& b) {
  const double x = a.x - b.x, y = a.y - b.y, z = a.z - b.z;
  return x * x + y * y + z * z;
}

double DistanceKm(double chord_squared) {
  constexpr double kEarthRadiusKm = 6371.0;
  return 2 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(chord_squared) / 2));
}

}  // namespace clarity::scheduling::catalog
