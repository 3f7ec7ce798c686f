#ifndef CLARITY_SERVICES_CONSULTATION_LIMITS_H_
#define CLARITY_SERVICES_CONSULTATION_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

// Every limit of consultation in one place, the unit last in the name.
namespace clarity::consultation::limits {

// -- Lists ------------------------------------------------------------------------------------
inline constexpr int64_t kRowsPerPageMax = 2000;  // looked at for one page, taken or left out

// -- Patients ---------------------------------------------------------------------------------
inline constexpr size_t kMatchesMax = 20;           // of a search
inline constexpr size_t kDuplicatesMax = 10;        // told of a new record
inline constexpr size_t kCandidatesReadMax = 1000;  // rows a search looks at
inline constexpr int kConsentsKept = 100;
inline constexpr absl::Duration kEmergencyAccess = absl::Hours(4);

// -- Episodes ---------------------------------------------------------------------------------
inline constexpr absl::Duration kFirstContactAgeMax = absl::Hours(24 * 30);
inline constexpr absl::Duration kContactAgeMax = absl::Hours(24 * 7);
inline constexpr size_t kWaitingListedMax = 5000;  // episodes a list of those to call looks at
// Where no policy says: an alert is taken all the same.
inline constexpr absl::Duration kSafetyDueDefault = absl::Minutes(30);

// -- Evaluation -------------------------------------------------------------------------------
inline constexpr size_t kAnswersBytesMax = 256 * 1024;  // of one response
inline constexpr int kAmendmentsKept = 20;
// Rows that a trial of a policy looks at, and of how many of them it evaluates the facts: it runs
// where writes do, and must not hold them up for long.
inline constexpr int64_t kTrialRowsMax = 100'000;
inline constexpr int kTrialEpisodesMax = 5000;

// -- The pathway ------------------------------------------------------------------------------
inline constexpr int64_t kContactsOnPathway = 5;
// Considered again in one transaction because time has passed, or the policy has changed.
inline constexpr int64_t kTurnsBatch = 100;
inline constexpr absl::Duration kTurnsEvery = absl::Seconds(1);
// While there are more: long enough that writes of callers come in between.
inline constexpr absl::Duration kTurnsPause = absl::Milliseconds(20);
// An episode whose clinic is gone, or with which something else is wrong, is looked at again so
// often.
inline constexpr absl::Duration kTurnLookAgainAfter = absl::Minutes(5);

// -- Plans ------------------------------------------------------------------------------------
inline constexpr size_t kOrdersNamedMax = 200;  // in an order: as many as it takes

// -- Clearance --------------------------------------------------------------------------------
inline constexpr size_t kResultsMax = 2000;  // of an episode
inline constexpr int kResultVersionsKept = 20;
inline constexpr int kBlockersMax = 20;  // of each kind, told of a clearance

// -- Scheduling -------------------------------------------------------------------------------
inline constexpr size_t kMissingClinicsMax = 1000;  // remembered to have been asked for in vain

inline constexpr absl::Duration kSchedulingRetryEvery = absl::Seconds(1);  // while it is away
inline constexpr absl::Duration kClinicsRefreshEvery = absl::Minutes(1);
// Soon: a caller waits for it.
inline constexpr absl::Duration kClinicAskAgainAfter = absl::Milliseconds(50);
inline constexpr int kOutboxBatch = 100;  // messages
inline constexpr absl::Duration kOutboxLookAgainEvery = absl::Seconds(1);
// What scheduling has not taken: where something there is broken, and where it has refused it.
inline constexpr absl::Duration kOutboxFailedRetryEvery = absl::Seconds(30);
inline constexpr absl::Duration kOutboxRefusedRetryEvery = absl::Minutes(10);
inline constexpr int kOrdersPage = 500;
inline constexpr int kVisitsPage = 500;
// How old visits may be of which scheduling is asked when its changes cannot be followed any more.
inline constexpr absl::Duration kVisitsListedBack = absl::Hours(24 * 180);

}  // namespace clarity::consultation::limits

#endif  // CLARITY_SERVICES_CONSULTATION_LIMITS_H_
