#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_MIGRATIONS_MIGRATION_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_MIGRATIONS_MIGRATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace clarity::storage {

// One step of a schema, in the portable subset (see README.md). Never changed once released: what
// has been applied is remembered with its checksum.
struct Migration {
  int version;       // 1, 2, 3 ... without a gap
  const char* name;  // a few words, for errors and for people reading the table
  const char* sql;   // statements, each with its semicolon
};

// All steps of one component, in order. Components ("platform", "scheduling") are numbered apart,
// so that they grow independently.
struct MigrationSet {
  const char* component;
  absl::Span<const Migration> migrations;
};

// The tables every store has: guards, replies, audit, change log. Applied before any other.
MigrationSet PlatformMigrations();

// A row of the table schema_version, which the stores make themselves before they read it.
struct AppliedMigration {
  std::string component;
  int64_t version;
  std::string checksum;
};
extern const char kCreateSchemaVersion[];

struct PendingMigration {
  const char* component;
  Migration migration;
  std::string checksum;
};

// What is left to apply, in order. FAILED_PRECONDITION when the store is not one this binary may
// touch: a newer binary has written it, or a migration was changed after it had been applied.
absl::StatusOr<std::vector<PendingMigration>> PlanMigrations(
    absl::Span<const MigrationSet> known, absl::Span<const AppliedMigration> applied);

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_MIGRATIONS_MIGRATION_H_
