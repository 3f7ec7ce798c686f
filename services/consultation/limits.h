#ifndef CLARITY_SERVICES_CONSULTATION_LIMITS_H_
#define CLARITY_SERVICES_CONSULTATION_LIMITS_H_

#include <cstddef>

#include "absl/time/time.h"

// Every limit of consultation in one place, the unit last in the name.
namespace clarity::consultation::limits {

// -- Patients ---------------------------------------------------------------------------------
inline constexpr size_t kMatchesMax = 20;           // of a search
inline constexpr size_t kDuplicatesMax = 10;        // told of a new record
inline constexpr size_t kCandidatesReadMax = 1000;  // rows a search looks at
inline constexpr int kConsentsKept = 100;
inline constexpr absl::Duration kEmergencyAccess = absl::Hours(4);

// -- Scheduling -------------------------------------------------------------------------------
inline constexpr size_t kMissingClinicsMax = 1000;  // remembered to have been asked for in vain

}  // namespace clarity::consultation::limits

#endif  // CLARITY_SERVICES_CONSULTATION_LIMITS_H_
