#include "services/consultation/patients/phone_numbers.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "phonenumbers/phonenumberutil.h"

namespace clarity::consultation {

std::optional<std::string> ToE164(absl::string_view typed, absl::string_view country) {
  using i18n::phonenumbers::PhoneNumber;
  using i18n::phonenumbers::PhoneNumberUtil;
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (util.Parse(std::string(typed), std::string(country), &number) !=
          PhoneNumberUtil::NO_PARSING_ERROR ||
      !util.IsPossibleNumber(number)) {
    return std::nullopt;
  }
  std::string e164;
  util.Format(number, PhoneNumberUtil::E164, &e164);
  return e164;
}

void Normalise(absl::string_view country, absl::string_view field, v1::PhoneNumber* number,
               std::vector<base::Violation>* violations) {
  auto e164 = ToE164(number->number(), country);
  if (e164.has_value()) {
    number->set_number(*std::move(e164));
  } else {
    violations->push_back({absl::StrCat(field, ".number"),
                           absl::StrCat("is no telephone number",
                                        country.empty() ? "" : absl::StrCat(" of ", country),
                                        "; one of another country begins with +")});
  }
}

bool HasNumber(const v1::Patient& patient, absl::string_view number) {
  return absl::c_any_of(patient.phone_numbers(),
                        [&](const v1::PhoneNumber& has) { return has.number() == number; });
}

}  // namespace clarity::consultation
