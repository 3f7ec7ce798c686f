#ifndef CLARITY_SERVICES_CONSULTATION_PATIENTS_LIKENESS_H_
#define CLARITY_SERVICES_CONSULTATION_PATIENTS_LIKENESS_H_

#include <string>
#include <vector>

#include "clarity/consultation/v1/patient.pb.h"

// Whether two records may be of the same person.
namespace clarity::consultation {

// "Maria Nunez Ortiz": the name as it is searched by, see NameTokens.
std::vector<std::string> NameTokensOf(const v1::Patient& patient);

bool IsSameDate(const type::v1::Date& a, const type::v1::Date& b);

// In what they agree.
std::vector<v1::LikelyDuplicates::Likeness> LikenessesOf(const v1::Patient& a,
                                                         const v1::Patient& b);

// Whether so much agreement makes them likely the same. Families share a telephone and an address:
// one likeness alone is none, but for the name while a birth date is not known.
bool IsLikelyTheSame(const std::vector<v1::LikelyDuplicates::Likeness>& likenesses,
                     const v1::Patient& a, const v1::Patient& b);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATIENTS_LIKENESS_H_
