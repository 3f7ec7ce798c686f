#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_DATABASE_CONTRACT_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_DATABASE_CONTRACT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/platform/base/clock.h"
#include "services/platform/storage/database.h"
#include "services/platform/storage/migrations/migration.h"

// What every store must do, written against the seam only. A store runs it by compiling
// database_contract_test.cc into its test and naming itself:
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseContractTest, testing::Values(StoreKind{...}));
namespace clarity::storage {

// What the contract needs a store to be opened with.
struct StoreSetup {
  MigrationSet migrations;
  const base::Clock* clock;
  size_t write_queue_calls_max;
  int write_batch_calls_max;
};

// One empty store, opened as often as asked, but once at a time.
using OpenStore = std::function<std::unique_ptr<Database>(const StoreSetup&)>;

struct StoreKind {
  const char* name;
  std::function<OpenStore()> make;
};
inline void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

class DatabaseContractTest : public testing::TestWithParam<StoreKind> {
 protected:
  DatabaseContractTest();

  void Reopen();
  Database& database() { return *database_; }

  // Queues the works while the writer is busy, so that a store that groups writes groups them all;
  // gives their outcomes.
  std::vector<Outcome> WriteTogether(std::vector<Database::Work> works);

  absl::Status PutNote(const std::string& id, const std::string& body);
  // What a note holds; "(none)" if there is none.
  std::string Note(const std::string& id);
  std::vector<Change> Changes(const std::string& stream);

  static constexpr size_t kQueueCallsMax = 64;

  base::ManualClock clock_;
  OpenStore open_;
  std::unique_ptr<Database> database_;
};

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_DATABASE_CONTRACT_H_
