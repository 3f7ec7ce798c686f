#ifndef CLARITY_SERVICES_SCHEDULING_CATALOG_DIRECTION_H_
#define CLARITY_SERVICES_SCHEDULING_CATALOG_DIRECTION_H_

#include "clarity/type/v1/type.pb.h"

namespace clarity::scheduling::catalog {

// A point on the globe as seen from its middle. Between two of them only a search's nearest need
// more than sums and products.
struct Direction {
  double x = 0, y = 0, z = 0;
};

Direction DirectionOf(const type::v1::LatLng& point);

// Of the straight line through the globe, in radii. Grows with the distance.
double ChordSquared(const Direction& a, const Direction& b);

// Along the globe.
double DistanceKm(double chord_squared);

}  // namespace clarity::scheduling::catalog

#endif  // CLARITY_SERVICES_SCHEDULING_CATALOG_DIRECTION_H_
