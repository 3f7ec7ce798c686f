#include "services/scheduling/catalog/direction.h"

#include "gtest/gtest.h"

namespace clarity::scheduling::catalog {
namespace {

double Distance(double latitude_a, double longitude_a, double latitude_b, double longitude_b) {
  const auto at = [](double latitude, double longitude) {
    type::v1::LatLng point;
    point.set_latitude_e7(static_cast<int32_t>(latitude * 1e7));
    point.set_longitude_e7(static_cast<int32_t>(longitude * 1e7));
    return DirectionOf(point);
  };
  return DistanceKm(ChordSquared(at(latitude_a, longitude_a), at(latitude_b, longitude_b)));
}

TEST(DirectionTest, DistancesAreThoseOfTheGlobe) {
  EXPECT_NEAR(Distance(34.05, -118.24, 33.45, -112.07), 574, 1);  // Los Angeles, Phoenix
  EXPECT_NEAR(Distance(34.05, -118.24, 40.71, -74.01), 3936, 2);  // New York
  EXPECT_NEAR(Distance(0, 179.5, 0, -179.5), 111.19, 0.01);       // over the date line
  EXPECT_NEAR(Distance(90, 0, -90, 0), 20015, 1);                 // from pole to pole
  EXPECT_NEAR(Distance(34.05, -118.24, 34.05, -118.23999), 0.000921, 0.00001);  // a metre
  EXPECT_EQ(Distance(34.05, -118.24, 34.05, -118.24), 0);
}

}  // namespace
}  // namespace clarity::scheduling::catalog
