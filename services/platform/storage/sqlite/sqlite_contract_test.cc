#include "services/platform/storage/database_contract.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "services/platform/storage/test_support.h"

namespace clarity::storage {
namespace {

OpenStore MakeSqlite() {
  auto directory = std::make_shared<TemporaryDirectory>();
  return [directory](const StoreSetup& setup) {
    SqliteDatabase::Options options;
    options.directory = directory->path();
    options.migrations = {setup.migrations};
    options.clock = setup.clock;
    options.read_connections = 4;
    options.write_queue_calls_max = setup.write_queue_calls_max;
    options.write_batch_calls_max = setup.write_batch_calls_max;
    auto database = SqliteDatabase::Open(options);
    EXPECT_TRUE(database.ok()) << database.status();
    return *std::move(database);
  };
}

INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseContractTest,
                         testing::Values(StoreKind{"sqlite", MakeSqlite}));

}  // namespace
}  // namespace clarity::storage
