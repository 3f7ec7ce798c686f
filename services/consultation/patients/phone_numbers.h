#ifndef CLARITY_SERVICES_CONSULTATION_PATIENTS_PHONE_NUMBERS_H_
#define CLARITY_SERVICES_CONSULTATION_PATIENTS_PHONE_NUMBERS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace clarity::consultation {

// A telephone number as typed, in E.164: "(949) 555-0100" in "US" is "+19495550100". Nothing where
// it is none. `country`: ISO 3166, for numbers without one of their own.
std::optional<std::string> ToE164(absl::string_view typed, absl::string_view country);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATIENTS_PHONE_NUMBERS_H_
