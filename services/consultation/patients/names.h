#ifndef CLARITY_SERVICES_CONSULTATION_PATIENTS_NAMES_H_
#define CLARITY_SERVICES_CONSULTATION_PATIENTS_NAMES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

// Names as people say them on the telephone and type them in a hurry.
namespace clarity::consultation {

// The parts of a name as they are compared: in lower-case Latin letters without accents, whatever
// the script ("José Núñez-Ortiz" gives jose, nunez, ortiz). Each once, in their order.
std::vector<std::string> NameTokens(absl::string_view name);

// The token itself, and what it is with any one letter left out: tokens that are one typing error
// apart (a letter wrong, missing, too many, or two swapped) have one in common. Tokens of fewer
// than four letters have none but themselves: they would be like too many others.
std::vector<std::string> OneDeletionVariants(const std::string& token);

// Whether all that was asked for is in the name kept, in whatever order, with at most one typing
// error in all. What the name has beyond it does not matter.
bool NameMatches(const std::vector<std::string>& asked, const std::vector<std::string>& kept);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATIENTS_NAMES_H_
