#include "services/platform/storage/sqlite/schema.h"

#include <string>

#include "services/platform/base/status_macros.h"

namespace clarity::storage {
namespace {

constexpr Sql kReadSchemaVersions{"SELECT component, version, checksum FROM schema_version"};

}  // namespace

absl::StatusOr<std::vector<AppliedMigration>> ReadAppliedMigrations(SqliteConnection& connection) {
  std::vector<AppliedMigration> applied;
  RETURN_IF_ERROR(connection.Query(kReadSchemaVersions, {}, [&](const Row& row) {
    applied.push_back({std::string(row.Text(0)), row.Integer(1), std::string(row.Text(2))});
    return absl::OkStatus();
  }));
  return applied;
}

std::vector<MigrationSet> WithPlatform(absl::Span<const MigrationSet> services) {
  std::vector<MigrationSet> all = {PlatformMigrations()};
  all.insert(all.end(), services.begin(), services.end());
  return all;
}

}  // namespace clarity::storage
