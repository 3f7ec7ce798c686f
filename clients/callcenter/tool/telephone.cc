#include "clients/callcenter/tool/telephone.h"

#include "absl/strings/str_cat.h"
#include "phonenumbers/phonenumberutil.h"

namespace clarity::client {

absl::StatusOr<std::string> ParseTelephone(absl::string_view text) {
  using i18n::phonenumbers::PhoneNumber;
  using i18n::phonenumbers::PhoneNumberUtil;
  constexpr char kWithoutCountry[] = "US";
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (util.Parse(std::string(text), kWithoutCountry, &number) !=
          PhoneNumberUtil::NO_PARSING_ERROR ||
      !util.IsPossibleNumber(number)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is no telephone number: say 949-555-0100 or +442079460000"));
  }
  std::string result;
  util.Format(number, PhoneNumberUtil::E164, &result);
  return result;
}

}  // namespace clarity::client
