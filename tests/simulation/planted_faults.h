#ifndef CLARITY_TESTS_SIMULATION_PLANTED_FAULTS_H_
#define CLARITY_TESTS_SIMULATION_PLANTED_FAULTS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "services/platform/storage/database.h"

namespace clarity::simulation {

enum class Fault {
  kNone,
  kLogNotSynced,
  kAcknowledgedTooEarly,
  kPageVersionNotBumped,
  kEtagNotMoved,
  kHoldFreedEarly,
  kHoldOverlooked,
  kTickLostAtPageBorder,
  kClaimLeftOut,
  kCancelledKeepsClaims,
  kMoveGivesUpFirst,
  kCapacityLost,
  kOrderUnitCountedTwice,
  kRevocationLost,
  kReplayRunsTwice,
  kChangeLeftOut,
  kChangeLogGap,
  kAuditLeftOut,
  kCacheNotTold,
};

// What a fault is called, and within how many calls the simulation finds it.
struct PlantedFault {
  Fault fault;
  const char* name;
  const char* description;
  int calls_max;
};
absl::Span<const PlantedFault> PlantedFaults();

// A store with a fault, planted between the services and the real one: statements that are changed,
// left out or answered falsely. With kNone, and with those of the disk, it changes nothing.
class FaultyDatabase final : public storage::Database {
 public:
  // `database` outlives it.
  FaultyDatabase(storage::Database* database, Fault fault) : database_(*database), fault_(fault) {}

  void Read(Work work, Done done) override;
  void Write(Work work, Done done) override;

 private:
  class FaultyTransaction;

  storage::Database& database_;
  const Fault fault_;
  int chances_ = 0;  // to go wrong, so far
};

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_PLANTED_FAULTS_H_
