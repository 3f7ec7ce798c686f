#ifndef CLARITY_SERVICES_CONSULTATION_PLAN_DOSE_H_
#define CLARITY_SERVICES_CONSULTATION_PLAN_DOSE_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "clarity/consultation/v1/patient.pb.h"
#include "clarity/consultation/v1/protocol.pb.h"
#include "services/consultation/policy/inquiry.h"

// What a protocol says of a dose.
namespace clarity::consultation {

// What doses by weight are computed from.
struct Body {
  std::optional<double> weight_kg;
  std::optional<double> height_cm;
  v1::Patient::Sex sex = v1::Patient::SEX_UNSPECIFIED;
  // The result that the weight is from; null without one.
  const v1::Result* weight_result = nullptr;
};

// From the newest valid results of the tests with the LOINC codes of body weight and height.
Body BodyOf(const Inquiry& inquiry, v1::Patient::Sex sex);

// Devine 1974: 50 kg for men, 45.5 kg for women, and 2.3 kg for each inch above 5 feet, or less for
// each below. Nothing without height, or for another sex.
std::optional<double> IdealWeightKg(const Body& body);

// The phases that are for this person, in the protocol's order. FAILED_PRECONDITION FACT_MISSING
// where that is not known.
absl::StatusOr<std::vector<const v1::ProtocolPhase*>> PhasesFor(const v1::Protocol& protocol,
                                                                const Inquiry& inquiry);

// What the phase says of its nth visit, counted from 1; null where it gives none then.
const v1::DoseRange* DoseRangeOf(const v1::ProtocolPhase& phase, int visit);

// How an amount, in the range's basis, stands to it.
enum class DoseFit {
  kInside,
  kOutside,     // takes a second prescriber's co-signature
  kNotGivable,  // there is no such dose: not a multiple of what one device holds
};
DoseFit FitOf(const v1::DoseRange& range, double amount);

// What is given, in mg: with the weight, rounded, and not above the range's limit in mg.
// FAILED_PRECONDITION FACT_MISSING where weight, height or sex is not known.
absl::StatusOr<double> AmountMg(const v1::DoseRange& range, double amount, const Body& body);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PLAN_DOSE_H_
