#include "clients/callcenter/tool/telephone.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "phonenumbers/phonenumberutil.h"

namespace clarity::client {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr char kWithoutCountry[] = "US";
constexpr int kDigitsMin = 7;  // nobody gives a shorter one

bool Parse(absl::string_view text, PhoneNumber* number) {
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  return util.Parse(std::string(text), kWithoutCountry, number) ==
             PhoneNumberUtil::NO_PARSING_ERROR &&
         util.IsPossibleNumber(*number);
}

std::string Format(const PhoneNumber& number, PhoneNumberUtil::PhoneNumberFormat format) {
  std::string text;
  PhoneNumberUtil::GetInstance()->Format(number, format, &text);
  return text;
}

}  // namespace

absl::StatusOr<std::string> ParseTelephone(absl::string_view text) {
  PhoneNumber number;
  if (!Parse(text, &number)) return NoTelephone(text);
  return Format(number, PhoneNumberUtil::E164);
}

bool IsDialled(absl::string_view text) {
  constexpr absl::string_view kBetween = " +-().";
  return !text.empty() && absl::c_all_of(text, [&](char c) {
    return absl::ascii_isdigit(c) || absl::c_linear_search(kBetween, c);
  });
}

bool LooksLikeTelephone(absl::string_view text) {
  return IsDialled(text) && absl::c_count_if(text, absl::ascii_isdigit) >= kDigitsMin;
}

absl::Status NoTelephone(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is no telephone number: say 949-555-0100 or +442079460000"));
}

std::string ReadableTelephone(absl::string_view text) {
  PhoneNumber number;
  if (!Parse(text, &number)) return std::string(text);
  return Format(number, PhoneNumberUtil::INTERNATIONAL);
}

}  // namespace clarity::client
