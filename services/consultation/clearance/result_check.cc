#include "services/consultation/clearance/result_check.h"

#include <cmath>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/consultation/policy/quantity.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using Violations = std::vector<base::Violation>;

void CheckQuantity(const v1::Test& test, const v1::Quantity& quantity, const std::string& path,
                   Violations* violations) {
  if (test.units().empty()) {
    return violations->push_back({absl::StrCat(path, ".quantity"), "the test takes a code"});
  }
  const std::optional<double> base = InFirstUnit(test, quantity);
  if (!base.has_value()) {
    return violations->push_back(
        {absl::StrCat(path, ".quantity.unit"),
         quantity.unit().empty() ? "is required" : "is none of the units of the test"});
  }
  if (!std::isfinite(*base) || !IsInRange(test.plausible(), *base)) {
    violations->push_back({absl::StrCat(path, ".quantity.value"),
                           "is not plausible: look at the number and at the unit"});
  }
}

void CheckCode(const v1::Test& test, const std::string& code, const std::string& path,
               Violations* violations) {
  const std::string field = absl::StrCat(path, ".code");
  if (test.codes().empty()) {
    return violations->push_back({field, "the test takes a number with its unit"});
  }
  const bool is_known =
      absl::c_any_of(test.codes(), [&](const v1::Choice& choice) { return choice.code() == code; });
  if (!is_known) violations->push_back({field, "is none of the codes of the test"});
}

}  // namespace

void CheckValue(const Rulebook& rulebook, const v1::Result& result, const std::string& path,
                Violations* violations) {
  const v1::Test* test = rulebook.FindTest(result.test());
  if (test == nullptr) {
    return violations->push_back({absl::StrCat(path, ".test"), "is no test of the policy"});
  }
  switch (result.value_case()) {
    case v1::Result::kQuantity:
      return CheckQuantity(*test, result.quantity(), path, violations);
    case v1::Result::kCode:
      return CheckCode(*test, result.code(), path, violations);
    case v1::Result::VALUE_NOT_SET:
      return violations->push_back({path, "says nothing: a quantity or a code is required"});
  }
}

void CheckMeasureTime(const v1::Result& result, absl::Time earliest, absl::Time now,
                      const std::string& path, Violations* violations) {
  const absl::Time time = FromWire(result.measure_time());
  const std::string field = absl::StrCat(path, ".measure_time");
  if (time > now) violations->push_back({field, "is in the future"});
  if (time < earliest) violations->push_back({field, "is longer ago than the policy takes"});
}

void FillByTest(const Rulebook& rulebook, v1::Result* result) {
  const v1::Test& test = *rulebook.FindTest(result->test());
  result->clear_base_value();
  if (result->has_quantity()) result->set_base_value(*InFirstUnit(test, result->quantity()));
  const absl::Time expiry = FromWire(result->measure_time()) + absl::Hours(test.valid_hours());
  *result->mutable_expire_time() = ToWire(expiry);
}

}  // namespace clarity::consultation
