#ifndef CLARITY_SERVICES_CONSULTATION_PATIENTS_PHONE_NUMBERS_H_
#define CLARITY_SERVICES_CONSULTATION_PATIENTS_PHONE_NUMBERS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "clarity/consultation/v1/patient.pb.h"
#include "services/platform/base/errors.h"

namespace clarity::consultation {

// A telephone number as typed, in E.164: "(949) 555-0100" in "US" is "+19495550100". Nothing where
// it is none. `country`: ISO 3166, for numbers without one of their own.
std::optional<std::string> ToE164(absl::string_view typed, absl::string_view country);

// Puts the number into E.164, or says that `field` is none.
void Normalise(absl::string_view country, absl::string_view field, v1::PhoneNumber* number,
               std::vector<base::Violation>* violations);

// Whether the patient has this number, in E.164.
bool HasNumber(const v1::Patient& patient, absl::string_view number);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATIENTS_PHONE_NUMBERS_H_
