#include "services/consultation/patients/phone_numbers.h"

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

}  // namespace clarity::consultation
