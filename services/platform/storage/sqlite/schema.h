#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_SCHEMA_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_SCHEMA_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/platform/storage/migrations/migration.h"
#include "services/platform/storage/sqlite/connection.h"

namespace clarity::storage {

// What has been applied to a store that has its table schema_version.
absl::StatusOr<std::vector<AppliedMigration>> ReadAppliedMigrations(SqliteConnection& connection);

// The migrations of a store: the platform's own before those of the services.
std::vector<MigrationSet> WithPlatform(absl::Span<const MigrationSet> services);

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_SCHEMA_H_
