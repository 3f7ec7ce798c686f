#include "services/scheduling/catalog/catalog_store.h"

#include <string>
#include <utility>

#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"

namespace clarity::scheduling::catalog {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;

constexpr Sql kReadMeta{"SELECT version, etag FROM catalog_meta WHERE id = 1"};
constexpr Sql kWriteMeta{
    "INSERT INTO catalog_meta (id, version, etag) VALUES (1, $1, $2) "
    "ON CONFLICT (id) DO UPDATE SET version = $1, etag = $2"};

// The three tables have the same columns.
struct Table {
  Sql read;
  Sql put;
  Sql remove;
};
constexpr Table kClinics = {{"SELECT body FROM clinic ORDER BY name"},
                            {"INSERT INTO clinic (name, body, key_id, etag) VALUES ($1, $2, 0, $3) "
                             "ON CONFLICT (name) DO UPDATE SET body = $2, key_id = 0, etag = $3"},
                            {"DELETE FROM clinic WHERE name = $1"}};
constexpr Table kResources = {
    {"SELECT body FROM resource ORDER BY name"},
    {"INSERT INTO resource (name, body, key_id, etag) VALUES ($1, $2, 0, $3) "
     "ON CONFLICT (name) DO UPDATE SET body = $2, key_id = 0, etag = $3"},
    {"DELETE FROM resource WHERE name = $1"}};
constexpr Table kVisitTypes = {
    {"SELECT body FROM visit_type ORDER BY name"},
    {"INSERT INTO visit_type (name, body, key_id, etag) VALUES ($1, $2, 0, $3) "
     "ON CONFLICT (name) DO UPDATE SET body = $2, key_id = 0, etag = $3"},
    {"DELETE FROM visit_type WHERE name = $1"}};

template <typename Items>
absl::Status ReadTable(Transaction& transaction, const Table& table, Items* items) {
  return transaction.Query(table.read, {}, [&](const Row& row) {
    const absl::string_view body = row.Text(0);
    return items->Add()->ParseFromArray(body.data(), static_cast<int>(body.size()))
               ? absl::OkStatus()
               : base::Internal("a row of the catalog does not parse");
  });
}

absl::StatusOr<std::shared_ptr<const Snapshot>> ReadSnapshot(Transaction& transaction,
                                                             int64_t version) {
  v1::Catalog catalog;
  RETURN_IF_ERROR(ReadTable(transaction, kClinics, catalog.mutable_clinics()));
  RETURN_IF_ERROR(ReadTable(transaction, kResources, catalog.mutable_resources()));
  RETURN_IF_ERROR(ReadTable(transaction, kVisitTypes, catalog.mutable_visit_types()));
  return Snapshot::Make(std::move(catalog), version);
}

// Walks two lists sorted by name side by side and touches only the rows that differ.
template <typename Items>
absl::Status WriteTable(Transaction& transaction, const Table& table, const Items& before,
                        const Items& after) {
  auto old = before.begin();
  auto next = after.begin();
  while (old != before.end() || next != after.end()) {
    if (next == after.end() || (old != before.end() && old->name() < next->name())) {
      RETURN_IF_ERROR(transaction.Execute(table.remove, {Value::Text(old->name())}).status());
      ++old;
      continue;
    }
    const bool there = old != before.end() && old->name() == next->name();
    if (!there || old->etag() != next->etag()) {
      const std::string body = next->SerializeAsString();
      RETURN_IF_ERROR(transaction
                          .Execute(table.put, {Value::Text(next->name()), Value::Bytes(body),
                                               Value::Text(next->etag())})
                          .status());
    }
    if (there) ++old;
    ++next;
  }
  return absl::OkStatus();
}

}  // namespace

CatalogStore::CatalogStore() : current_{0, "", Snapshot::Make({}, 0)}, seen_(current_) {}

absl::Status CatalogStore::Load(storage::Database& database) {
  Stored stored;
  RETURN_IF_ERROR(database.ReadAndWait([&](Transaction& transaction) {
    ASSIGN_OR_RETURN(stored, Read(transaction));
    return absl::OkStatus();
  }));
  SetCurrent(std::move(stored));
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Snapshot>> CatalogStore::At(Transaction& transaction) {
  ASSIGN_OR_RETURN(Stored stored, Read(transaction));
  return std::move(stored.snapshot);
}

absl::StatusOr<CatalogStore::Stored> CatalogStore::Read(Transaction& transaction) {
  Stored stored;  // none was ever applied: version 0
  RETURN_IF_ERROR(transaction.Query(kReadMeta, {}, [&](const Row& row) {
    stored.version = row.Integer(0);
    stored.etag = std::string(row.Text(1));
    return absl::OkStatus();
  }));
  {
    base::MutexLock lock(&mutex_);
    for (const Stored* known : {&current_, &seen_}) {
      if (known->version == stored.version && known->etag == stored.etag) return *known;
    }
  }
  ASSIGN_OR_RETURN(stored.snapshot, ReadSnapshot(transaction, stored.version));
  base::MutexLock lock(&mutex_);
  seen_ = stored;
  return stored;
}

std::shared_ptr<const Snapshot> CatalogStore::Current() const {
  base::MutexLock lock(&mutex_);
  return current_.snapshot;
}

absl::Status CatalogStore::Replace(Transaction& transaction, const Snapshot& previous,
                                   const std::shared_ptr<const Snapshot>& next) {
  const v1::Catalog& before = previous.catalog();
  const v1::Catalog& after = next->catalog();
  RETURN_IF_ERROR(WriteTable(transaction, kClinics, before.clinics(), after.clinics()));
  RETURN_IF_ERROR(WriteTable(transaction, kResources, before.resources(), after.resources()));
  RETURN_IF_ERROR(WriteTable(transaction, kVisitTypes, before.visit_types(), after.visit_types()));
  RETURN_IF_ERROR(
      transaction.Execute(kWriteMeta, {Value::Integer(next->version()), Value::Text(next->etag())})
          .status());
  Stored stored = {next->version(), next->etag(), next};
  {
    base::MutexLock lock(&mutex_);
    seen_ = stored;
  }
  transaction.OnCommit([this, stored = std::move(stored)] { SetCurrent(stored); });
  return absl::OkStatus();
}

void CatalogStore::SetCurrent(Stored stored) {
  base::MutexLock lock(&mutex_);
  // A slow read must not put an older one back.
  if (stored.version >= current_.version) current_ = std::move(stored);
}

}  // namespace clarity::scheduling::catalog
