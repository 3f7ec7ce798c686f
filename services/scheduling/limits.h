#ifndef CLARITY_SERVICES_SCHEDULING_LIMITS_H_
#define CLARITY_SERVICES_SCHEDULING_LIMITS_H_

#include <cstddef>

#include "absl/time/time.h"
#include "clarity/scheduling/v1/appointment.pb.h"

// Every limit of scheduling in one place, the unit last in the name.
namespace clarity::scheduling::limits {

// -- Search -----------------------------------------------------------------------------------
inline constexpr absl::Duration kSearchWindowMax = absl::Hours(24 * 180);
inline constexpr int kSlotsPageDefault = 20;
inline constexpr int kNearClinicsDefault = 20;
inline constexpr int kOpeningsDefault = 3;
// Ways to place the resources a caller names among the needs they could fill.
inline constexpr size_t kPinVariantsMax = 64;

// -- Refusals ---------------------------------------------------------------------------------
inline constexpr size_t kBlockersListedMax = 20;
inline constexpr int kFamiliarVisitsMax = 20;  // looked through for whom a patient knows
inline constexpr int kAlternativesMax = 5;
// Alternatives are looked for this far on both sides of the start that was refused.
inline constexpr absl::Duration kAlternativesWithin = absl::Hours(24 * 7);
// What a conflict may take of limits::kErrorDetailBytesMax.
inline constexpr size_t kConflictBytesMax = 3000;

// -- Appointments -----------------------------------------------------------------------------
inline constexpr int kEarlierTimesKept = 20;
inline constexpr int kStatesKept = 16;
// How long after the patient's start a visit may be called missed.
inline constexpr absl::Duration kNoShowGrace = absl::Minutes(15);
// How long before the patient's start an arrival may be recorded where that is the day before.
inline constexpr absl::Duration kArrivalEarlyMax = absl::Hours(3);
// How far back a step may be recorded.
inline constexpr absl::Duration kRecordedLateMax = absl::Hours(24);
inline constexpr int kAppointmentsPageDefault = 50;
// Rows one page of a list looks at, matching or not.
inline constexpr int kAppointmentsScannedMax = 2000;

// Comparisons in one filter.
inline constexpr int kComparisonsMax = 20;

// -- Blocks -----------------------------------------------------------------------------------
inline constexpr absl::Duration kBlockMax = absl::Hours(24 * 31);
// Appointments that an error names; there may be more.
inline constexpr size_t kOrphansNamedMax = 50;
// The same in what a catalog would change, which is a reply and has room.
inline constexpr int kOrphansListedMax = 1000;

// -- Holds ------------------------------------------------------------------------------------
// Expired ones that one sweep takes, so that it keeps no writer waiting.
inline constexpr int kHoldsSweptMax = 500;

struct HoldLimits {
  absl::Duration life;      // of a new or renewed hold
  absl::Duration life_max;  // however often it is renewed
  int per_holder_max;
};
// As documented on Hold.Kind.
constexpr HoldLimits ForHoldKind(v1::Hold::Kind kind) {
  switch (kind) {
    case v1::Hold::KIND_PORTAL:
      return {absl::Minutes(10), absl::Minutes(20), 1};
    case v1::Hold::KIND_OFFER:
      return {absl::Minutes(120), absl::Minutes(1440), 50};
    case v1::Hold::KIND_SERVICE:
      return {absl::Minutes(30), absl::Minutes(240), 50};
    default:
      return {absl::Minutes(10), absl::Minutes(60), 5};
  }
}

}  // namespace clarity::scheduling::limits

#endif  // CLARITY_SERVICES_SCHEDULING_LIMITS_H_
