#include "services/scheduling/catalog/catalog_store.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
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

// Which catalog the tables hold. None was ever applied: version 0.
struct Meta {
  int64_t version = 0;
  std::string etag;

  bool IsOf(const Snapshot& snapshot) const {
    return version == snapshot.version() && (version == 0 || etag == snapshot.etag());
  }
};

absl::StatusOr<Meta> ReadMeta(Transaction& transaction) {
  Meta meta;
  RETURN_IF_ERROR(transaction.Query(kReadMeta, {}, [&](const Row& row) {
    meta.version = row.Integer(0);
    meta.etag = std::string(row.Text(1));
    return absl::OkStatus();
  }));
  return meta;
}

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

CatalogStore::CatalogStore() : current_(Snapshot::Make({}, 0)) {}

absl::Status CatalogStore::Load(storage::Database& database) {
  std::shared_ptr<const Snapshot> stored;
  RETURN_IF_ERROR(database.ReadAndWait([&](Transaction& transaction) {
    ASSIGN_OR_RETURN(stored, At(transaction));
    return absl::OkStatus();
  }));
  SetCurrent(std::move(stored));
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Snapshot>> CatalogStore::At(Transaction& transaction) {
  ASSIGN_OR_RETURN(const Meta meta, ReadMeta(transaction));
  {
    base::MutexLock lock(&mutex_);
    if (meta.IsOf(*current_)) return current_;
    if (seen_ != nullptr && meta.IsOf(*seen_)) return seen_;
  }
  ASSIGN_OR_RETURN(std::shared_ptr<const Snapshot> snapshot,
                   ReadSnapshot(transaction, meta.version));
  base::MutexLock lock(&mutex_);
  seen_ = snapshot;
  return snapshot;
}

std::shared_ptr<const Snapshot> CatalogStore::Current() const {
  base::MutexLock lock(&mutex_);
  return current_;
}

absl::Status CatalogStore::Replace(Transaction& transaction, const Snapshot& previous,
                                   std::shared_ptr<const Snapshot> next) {
  const v1::Catalog& before = previous.catalog();
  const v1::Catalog& after = next->catalog();
  RETURN_IF_ERROR(WriteTable(transaction, kClinics, before.clinics(), after.clinics()));
  RETURN_IF_ERROR(WriteTable(transaction, kResources, before.resources(), after.resources()));
  RETURN_IF_ERROR(WriteTable(transaction, kVisitTypes, before.visit_types(), after.visit_types()));
  RETURN_IF_ERROR(
      transaction.Execute(kWriteMeta, {Value::Integer(next->version()), Value::Text(next->etag())})
          .status());
  {
    base::MutexLock lock(&mutex_);
    seen_ = next;
  }
  transaction.OnCommit([this, next = std::move(next)] { SetCurrent(next); });
  return absl::OkStatus();
}

void CatalogStore::SetCurrent(std::shared_ptr<const Snapshot> snapshot) {
  base::MutexLock lock(&mutex_);
  // A slow read must not put an older one back.
  if (snapshot->version() >= current_->version()) current_ = std::move(snapshot);
}

}  // namespace clarity::scheduling::catalog
