#include "services/consultation/patients/likeness.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/consultation/patients/names.h"
#include "services/consultation/patients/phone_numbers.h"

namespace clarity::consultation {

std::vector<std::string> NameTokensOf(const v1::Patient& patient) {
  return NameTokens(absl::StrCat(patient.given_name(), " ", patient.family_name(), " ",
                                 patient.preferred_name()));
}

bool IsSameDate(const type::v1::Date& a, const type::v1::Date& b) {
  return a.year() == b.year() && a.month() == b.month() && a.day() == b.day();
}

std::vector<v1::LikelyDuplicates::Likeness> LikenessesOf(const v1::Patient& a,
                                                         const v1::Patient& b) {
  std::vector<v1::LikelyDuplicates::Likeness> likenesses;
  const auto names_a = NameTokensOf(a);
  const auto names_b = NameTokensOf(b);
  if (NameMatches(names_a, names_b) || NameMatches(names_b, names_a)) {
    likenesses.push_back(v1::LikelyDuplicates::LIKENESS_NAME);
  }
  if (a.has_birth_date() && b.has_birth_date() && IsSameDate(a.birth_date(), b.birth_date())) {
    likenesses.push_back(v1::LikelyDuplicates::LIKENESS_BIRTH_DATE);
  }
  if (absl::c_any_of(a.phone_numbers(), [&](const v1::PhoneNumber& number) {
        return HasNumber(b, number.number());
      })) {
    likenesses.push_back(v1::LikelyDuplicates::LIKENESS_PHONE_NUMBER);
  }
  if (!a.email().empty() && absl::EqualsIgnoreCase(a.email(), b.email())) {
    likenesses.push_back(v1::LikelyDuplicates::LIKENESS_EMAIL);
  }
  return likenesses;
}

bool IsLikelyTheSame(const std::vector<v1::LikelyDuplicates::Likeness>& likenesses,
                     const v1::Patient& a, const v1::Patient& b) {
  const auto agree_in = [&](v1::LikelyDuplicates::Likeness likeness) {
    return absl::c_linear_search(likenesses, likeness);
  };
  const bool both_dates = a.has_birth_date() && b.has_birth_date();
  if (agree_in(v1::LikelyDuplicates::LIKENESS_NAME)) {
    return !both_dates || likenesses.size() > 1;
  }
  // Somebody may have married, or been misheard.
  return agree_in(v1::LikelyDuplicates::LIKENESS_BIRTH_DATE) && likenesses.size() > 1;
}

}  // namespace clarity::consultation
