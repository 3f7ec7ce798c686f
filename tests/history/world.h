#ifndef CLARITY_TESTS_HISTORY_WORLD_H_
#define CLARITY_TESTS_HISTORY_WORLD_H_

#include <cstdint>
#include <random>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/catalog.pb.h"
#include "clarity/type/v1/type.pb.h"
#include "tests/support/requests.h"

namespace clarity::history {

// Few times at few places, so that callers get into each other's way. One clinician is at both.
inline constexpr const char* kClinics[] = {tests::kLakeForest, tests::kIrvine};
struct Visit {
  const char* type;
  const char* clinic;
};
inline constexpr Visit kVisits[] = {{tests::kSession, tests::kLakeForest},
                                    {tests::kEvaluation, tests::kLakeForest},
                                    {tests::kConsultation, tests::kLakeForest},
                                    {tests::kConsultation, tests::kIrvine}};
inline constexpr int kDays = 2;
inline constexpr int kPatients = 40;

// The first of the days that are booked: it begins at midnight UTC, in a week.
absl::Time FirstDayFrom(absl::Time now);

// The catalog as it is applied first, and as it becomes: a nurse is away for a day, another watches
// fewer patients, sessions are shorter. Everybody is there around the clock otherwise.
inline constexpr int kCatalogs = 4;
scheduling::v1::Catalog CatalogNumber(int number, absl::Time first_day);

void SetDate(absl::CivilDay day, type::v1::Date* date);

// What a caller has a choice of.
int Pick(std::mt19937& random, int n);
absl::Time SomeStart(std::mt19937& random, absl::Time first_day);
std::string SomePatient(std::mt19937& random);

}  // namespace clarity::history

#endif  // CLARITY_TESTS_HISTORY_WORLD_H_
