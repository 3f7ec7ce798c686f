#ifndef CLARITY_SERVICES_CONSULTATION_CLEARANCE_RESULT_CHECK_H_
#define CLARITY_SERVICES_CONSULTATION_CLEARANCE_RESULT_CHECK_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "clarity/consultation/v1/clearance.pb.h"
#include "services/consultation/policy/rulebook.h"
#include "services/platform/base/errors.h"

// What can be said of a result without knowing whose it is. Violations are put under `path`:
// "results[2]". No text repeats what was measured.
namespace clarity::consultation {

// That its test is one of the policy's, and its value one that the test can have.
void CheckValue(const Rulebook& rulebook, const v1::Result& result, const std::string& path,
                std::vector<base::Violation>* violations);

// That it was measured at a time from `earliest` to `now`.
void CheckMeasureTime(const v1::Result& result, absl::Time earliest, absl::Time now,
                      const std::string& path, std::vector<base::Violation>* violations);

// Fills in what the policy says of a result that was found right: the number that rules see, and
// until when it counts.
void FillByTest(const Rulebook& rulebook, v1::Result* result);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_CLEARANCE_RESULT_CHECK_H_
