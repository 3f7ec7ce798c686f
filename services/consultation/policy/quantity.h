#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_QUANTITY_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_QUANTITY_H_

#include <cmath>
#include <optional>

#include "clarity/consultation/v1/common.pb.h"
#include "clarity/consultation/v1/test.pb.h"

namespace clarity::consultation {

inline bool IsInRange(const v1::Range& range, double value) {
  return (!range.has_at_least() || value >= range.at_least()) &&
         (!range.has_above() || value > range.above()) &&
         (!range.has_at_most() || value <= range.at_most()) &&
         (!range.has_below() || value < range.below());
}

// How far above the bound that it is nearest to, negative: below; nothing inside of two bounds.
inline std::optional<double> AboveBound(const v1::Range& range, double value) {
  std::optional<double> low;
  std::optional<double> high;
  if (range.has_at_least()) low = range.at_least();
  if (range.has_above()) low = range.above();
  if (range.has_at_most()) high = range.at_most();
  if (range.has_below()) high = range.below();
  if (low.has_value() && (!high.has_value() || value <= *low)) return value - *low;
  if (high.has_value() && (!low.has_value() || value >= *high)) return value - *high;
  return std::nullopt;
}

inline double FactorOf(const v1::Test::Unit& unit) {
  return unit.factor() == 0 ? 1 : unit.factor();
}

// Far below what anybody measures out.
inline constexpr double kTinyMg = 1e-6;

inline bool IsMultiple(double amount_mg, double of_mg) {
  return std::abs(amount_mg - std::round(amount_mg / of_mg) * of_mg) < kTinyMg;
}

// The amount in the test's first unit, which is that of rules; nothing where the test does not list
// the unit.
inline std::optional<double> InFirstUnit(const v1::Test& test, const v1::Quantity& quantity) {
  for (const v1::Test::Unit& unit : test.units()) {
    if (unit.ucum() == quantity.unit()) return quantity.value() * FactorOf(unit) + unit.offset();
  }
  return std::nullopt;
}

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_QUANTITY_H_
