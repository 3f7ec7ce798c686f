#ifndef CLARITY_TESTS_SUPPORT_RANDOM_CLINICS_H_
#define CLARITY_TESTS_SUPPORT_RANDOM_CLINICS_H_

#include "clarity/scheduling/v1/catalog.pb.h"
#include "services/platform/base/ids.h"

namespace clarity::tests {

// 0 to n - 1.
int Pick(base::Random& random, int n);

// Two small clinics in different zones, with all that makes calendars hard: nights over midnight,
// weekends on which the clocks change, people who float between the two, shares, absences that
// begin in the middle of a visit, licences that end, holidays, clean-up without the patient.
// Within the words that PlainCalendar knows.
scheduling::v1::Catalog RandomClinics(base::Random& random);

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_RANDOM_CLINICS_H_
