#include "services/platform/storage/migrations/migration.h"

#include <cassert>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/hash.h"

namespace clarity::storage {
namespace {

std::string Checksum(absl::string_view text) { return absl::BytesToHexString(base::Sha256(text)); }

absl::Status NewerStore(absl::string_view component, int64_t version) {
  return base::FailedPrecondition(
      "STORE_IS_NEWER",
      absl::StrCat("the store was written by a newer version of this program (it has migration ",
                   version, " of ", component,
                   ", which this one does not know): run that version, or restore a backup"));
}

absl::Status ChangedMigration(absl::string_view component, const Migration& migration) {
  return base::FailedPrecondition(
      "MIGRATION_CHANGED",
      absl::StrCat("migration ", migration.version, " of ", component, " (", migration.name,
                   ") is not the one that was applied to this store"));
}

}  // namespace

const char kCreateSchemaVersion[] = R"sql(
CREATE TABLE IF NOT EXISTS schema_version (
  component TEXT NOT NULL,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  apply_time BIGINT NOT NULL,
  PRIMARY KEY (component, version)
);
)sql";

absl::StatusOr<std::vector<PendingMigration>> PlanMigrations(
    absl::Span<const MigrationSet> known, absl::Span<const AppliedMigration> applied) {
  std::map<std::pair<std::string, int64_t>, std::string> left;  // applied and not yet matched
  for (const AppliedMigration& row : applied) left[{row.component, row.version}] = row.checksum;

  std::vector<PendingMigration> pending;
  for (const MigrationSet& set : known) {
    for (const Migration& migration : set.migrations) {
      assert(&migration == &set.migrations[migration.version - 1] && "numbered without a gap");
      std::string checksum = Checksum(migration.sql);
      const auto it = left.find({set.component, migration.version});
      if (it == left.end()) {
        pending.push_back({set.component, migration, std::move(checksum)});
        continue;
      }
      if (it->second != checksum) return ChangedMigration(set.component, migration);
      left.erase(it);
    }
  }
  if (!left.empty()) return NewerStore(left.begin()->first.first, left.begin()->first.second);
  return pending;
}

}  // namespace clarity::storage
