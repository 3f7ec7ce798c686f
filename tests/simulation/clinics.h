#ifndef CLARITY_TESTS_SIMULATION_CLINICS_H_
#define CLARITY_TESTS_SIMULATION_CLINICS_H_

#include "absl/time/time.h"
#include "clarity/scheduling/v1/catalog.pb.h"
#include "services/platform/base/ids.h"
#include "tests/simulation/step.h"

namespace clarity::simulation {

// Random clinics, as the property tests have them, in spring when clocks go forward, in autumn when
// they go back, or in between; and when the world they are in begins. One type of visit needs an
// order, of another a patient may have so many.
struct Clinics {
  scheduling::v1::Catalog catalog;
  absl::Time begin;
};
Clinics RandomTimes(base::Random& random);

// The same with something changed: who is away, how many somebody may watch, a holiday, the notice
// that a visit needs, somebody who leaves or comes back.
void Change(const Step& step, absl::Time now, scheduling::v1::Catalog* catalog);

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_CLINICS_H_
