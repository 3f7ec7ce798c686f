#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_INTERVAL_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_INTERVAL_H_

#include <cmath>
#include <limits>

#include "clarity/consultation/v1/common.pb.h"

namespace clarity::consultation {

// The numbers that a range takes.
class Interval {
 public:
  Interval() = default;
  explicit Interval(const v1::Range& range) {
    if (range.has_at_least()) RaiseLow(range.at_least(), false);
    if (range.has_above()) RaiseLow(range.above(), true);
    if (range.has_at_most()) LowerHigh(range.at_most(), false);
    if (range.has_below()) LowerHigh(range.below(), true);
  }
  // Both included.
  Interval(double low, double high) : low_(low), high_(high) {}

  Interval operator&(const Interval& other) const {
    Interval both = *this;
    both.RaiseLow(other.low_, other.is_low_open_);
    both.LowerHigh(other.high_, other.is_high_open_);
    return both;
  }

  bool IsEmpty() const {
    return low_ > high_ || (low_ == high_ && (is_low_open_ || is_high_open_));
  }
  bool HasWholeNumber() const {
    double first = std::ceil(low_);
    if (is_low_open_ && first == low_) first += 1;
    return first < high_ || (first == high_ && !is_high_open_);
  }

 private:
  void RaiseLow(double low, bool is_open) {
    if (low < low_) return;
    is_low_open_ = is_open || (low == low_ && is_low_open_);
    low_ = low;
  }
  void LowerHigh(double high, bool is_open) {
    if (high > high_) return;
    is_high_open_ = is_open || (high == high_ && is_high_open_);
    high_ = high;
  }

  double low_ = -std::numeric_limits<double>::infinity();
  double high_ = std::numeric_limits<double>::infinity();
  bool is_low_open_ = false;
  bool is_high_open_ = false;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_INTERVAL_H_
