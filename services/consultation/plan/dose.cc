#include "services/consultation/plan/dose.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/consultation/policy/quantity.h"
#include "services/consultation/policy/wording.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"

namespace clarity::consultation {
namespace {

constexpr double kCmPerInch = 2.54;

absl::Status FactMissing(absl::string_view fact) {
  return base::FailedPrecondition("FACT_MISSING", absl::StrCat(fact, " is not known"),
                                  {{"fact", std::string(fact)}});
}

std::optional<double> Measurement(const Inquiry& inquiry, absl::string_view loinc,
                                  const v1::Result** source) {
  const v1::Test* test = inquiry.rulebook().FindTestByLoinc(loinc);
  if (test == nullptr) return std::nullopt;
  const v1::Result* result = inquiry.FindResult(test->code());
  if (result == nullptr || inquiry.ExpiryOf(*result, 0) <= inquiry.facts().time) {
    return std::nullopt;
  }
  *source = result;
  return InFirstUnit(*test, result->quantity());
}

// What keeps a criterion from being answered.
absl::Status WaitsFor(const Inquiry& inquiry, const v1::Criterion& criterion) {
  std::string fact;
  ForEachDecidingLeaf(
      criterion,
      [&](const v1::Criterion& leaf) { return inquiry.AskLeaf(leaf, inquiry.facts().time); },
      [&](const v1::Criterion& leaf) {
        if (fact.empty()) fact = leaf.has_age() ? "age" : FactsOf(inquiry, leaf).front().code();
      });
  return FactMissing(fact);
}

absl::StatusOr<double> WeightFor(v1::DoseBasis basis, const Body& body) {
  if (basis == v1::DOSE_BASIS_MG_PER_KG_ACTUAL) {
    if (!body.weight_kg.has_value()) return FactMissing("weight");
    return *body.weight_kg;
  }
  if (!body.height_cm.has_value()) return FactMissing("height");
  const std::optional<double> ideal = IdealWeightKg(body);
  if (!ideal.has_value()) return FactMissing("sex");
  return *ideal;
}

}  // namespace

Body BodyOf(const Inquiry& inquiry, v1::Patient::Sex sex) {
  Body body;
  const v1::Result* height = nullptr;
  body.weight_kg = Measurement(inquiry, kBodyWeightLoinc, &body.weight_result);
  body.height_cm = Measurement(inquiry, kBodyHeightLoinc, &height);
  body.sex = sex;
  return body;
}

std::optional<double> IdealWeightKg(const Body& body) {
  const bool is_male = body.sex == v1::Patient::SEX_MALE;
  if (!body.height_cm.has_value() || (!is_male && body.sex != v1::Patient::SEX_FEMALE)) {
    return std::nullopt;
  }
  return (is_male ? 50 : 45.5) + 2.3 * (*body.height_cm / kCmPerInch - 60);
}

absl::StatusOr<std::vector<const v1::ProtocolPhase*>> PhasesFor(const v1::Protocol& protocol,
                                                                const Inquiry& inquiry) {
  std::vector<const v1::ProtocolPhase*> phases;
  for (const v1::ProtocolPhase& phase : protocol.phases()) {
    const Truth is_for_them = phase.has_when() ? inquiry.Ask(phase.when()) : Truth::kYes;
    if (is_for_them == Truth::kUnknown) return WaitsFor(inquiry, phase.when());
    if (is_for_them == Truth::kYes) phases.push_back(&phase);
  }
  return phases;
}

const v1::DoseRange* DoseRangeOf(const v1::ProtocolPhase& phase, int visit) {
  for (const v1::DoseRange& range : phase.doses()) {
    const bool is_last = range.last_visit() == 0 || visit <= range.last_visit();
    if (visit >= range.first_visit() && is_last) return &range;
  }
  return nullptr;
}

DoseFit FitOf(const v1::DoseRange& range, double amount) {
  const bool is_counted = range.basis() == v1::DOSE_BASIS_MG && range.rounding_mg() > 0;
  if (amount <= 0 || (is_counted && !IsMultiple(amount, range.rounding_mg()))) {
    return DoseFit::kNotGivable;
  }
  const bool is_inside =
      amount > range.amount_min() - kTinyMg && amount < range.amount_max() + kTinyMg;
  const bool is_below_limit = range.basis() != v1::DOSE_BASIS_MG || range.amount_mg_max() == 0 ||
                              amount < range.amount_mg_max() + kTinyMg;
  return is_inside && is_below_limit ? DoseFit::kInside : DoseFit::kOutside;
}

absl::StatusOr<double> AmountMg(const v1::DoseRange& range, double amount, const Body& body) {
  if (range.basis() == v1::DOSE_BASIS_MG) return amount;
  ASSIGN_OR_RETURN(const double weight_kg, WeightFor(range.basis(), body));
  double amount_mg = amount * weight_kg;
  const double step = range.rounding_mg();
  if (step > 0) amount_mg = std::round(amount_mg / step) * step;
  if (range.amount_mg_max() > 0 && amount_mg > range.amount_mg_max()) {
    amount_mg = range.amount_mg_max();
    if (step > 0) amount_mg = std::floor(amount_mg / step + kTinyMg) * step;
  }
  return amount_mg;
}

}  // namespace clarity::consultation
