#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_TRUTH_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_TRUTH_H_

#include <algorithm>
#include <cstdint>

#include "clarity/consultation/v1/criterion.pb.h"

// The three-valued logic of criteria, which is SQL's: what is unknown decides nothing that a known
// part decides.
namespace clarity::consultation {

// In this order, so that "and" is the lesser and "or" the greater.
enum class Truth : uint8_t { kNo, kUnknown, kYes };

constexpr Truth And(Truth a, Truth b) { return std::min(a, b); }
constexpr Truth Or(Truth a, Truth b) { return std::max(a, b); }
constexpr Truth Not(Truth a) {
  return a == Truth::kUnknown ? a : a == Truth::kYes ? Truth::kNo : Truth::kYes;
}
constexpr Truth Known(bool is_so) { return is_so ? Truth::kYes : Truth::kNo; }

// What a criterion comes to, where `leaf` says what each part of it that is no combination does.
template <typename Leaf>
Truth Combine(const v1::Criterion& criterion, const Leaf& leaf) {
  switch (criterion.kind_case()) {
    case v1::Criterion::kAllOf: {
      Truth all = Truth::kYes;
      for (const v1::Criterion& part : criterion.all_of().criteria()) {
        all = And(all, Combine(part, leaf));
        if (all == Truth::kNo) break;
      }
      return all;
    }
    case v1::Criterion::kAnyOf: {
      Truth any = Truth::kNo;
      for (const v1::Criterion& part : criterion.any_of().criteria()) {
        any = Or(any, Combine(part, leaf));
        if (any == Truth::kYes) break;
      }
      return any;
    }
    case v1::Criterion::kNotOf:
      return Not(Combine(criterion.not_of(), leaf));
    case v1::Criterion::kMissing:
      return Known(Combine(criterion.missing(), leaf) == Truth::kUnknown);
    default:
      return leaf(criterion);
  }
}

// Calls `visit` for each part of a criterion that is no combination, in their order.
template <typename Visit>
void ForEachLeaf(const v1::Criterion& criterion, const Visit& visit) {
  switch (criterion.kind_case()) {
    case v1::Criterion::kAllOf:
      for (const auto& part : criterion.all_of().criteria()) ForEachLeaf(part, visit);
      return;
    case v1::Criterion::kAnyOf:
      for (const auto& part : criterion.any_of().criteria()) ForEachLeaf(part, visit);
      return;
    case v1::Criterion::kNotOf:
      return ForEachLeaf(criterion.not_of(), visit);
    case v1::Criterion::kMissing:
      return ForEachLeaf(criterion.missing(), visit);
    default:
      visit(criterion);
  }
}

// Calls `visit` for each leaf that made the criterion come to what it does: of an "and" that is no,
// those of its parts that are no.
template <typename Leaf, typename Visit>
void ForEachDecidingLeaf(const v1::Criterion& criterion, const Leaf& leaf, const Visit& visit) {
  const auto visit_parts = [&](const v1::Criteria& parts) {
    const Truth whole = Combine(criterion, leaf);
    for (const v1::Criterion& part : parts.criteria()) {
      if (Combine(part, leaf) == whole) ForEachDecidingLeaf(part, leaf, visit);
    }
  };
  switch (criterion.kind_case()) {
    case v1::Criterion::kAllOf:
      return visit_parts(criterion.all_of());
    case v1::Criterion::kAnyOf:
      return visit_parts(criterion.any_of());
    case v1::Criterion::kNotOf:
      return ForEachDecidingLeaf(criterion.not_of(), leaf, visit);
    case v1::Criterion::kMissing:
      return ForEachDecidingLeaf(criterion.missing(), leaf, visit);
    default:
      visit(criterion);
  }
}

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_TRUTH_H_
