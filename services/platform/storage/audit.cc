#include "services/platform/storage/audit.h"

#include "services/platform/base/status_macros.h"

namespace clarity::storage {
namespace {

constexpr Sql kAppendAudit{
    "INSERT INTO audit "
    "(id, time, subject, actor, method, resource_name, request_id, reason, clinic) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
constexpr Sql kReadAudit{
    "SELECT id, time, subject, actor, method, resource_name, request_id, reason, clinic "
    "FROM audit WHERE id > $1 ORDER BY id LIMIT $2"};

}  // namespace

absl::Status AppendAudit(Transaction& transaction, const AuditRecord& record) {
  return transaction
      .Execute(
          kAppendAudit,
          {Value::Text(record.id), Value::Time(record.time), Value::Text(record.subject),
           Value::Text(record.actor), Value::Text(record.method), Value::Text(record.resource_name),
           Value::Text(record.request_id), Value::Text(record.reason), Value::Text(record.clinic)})
      .status();
}

absl::StatusOr<std::vector<AuditRecord>> ReadAudit(Transaction& transaction,
                                                   absl::string_view after_id, int limit) {
  std::vector<AuditRecord> records;
  RETURN_IF_ERROR(transaction.Query(kReadAudit, {Value::Text(after_id), Value::Integer(limit)},
                                    [&](const Row& row) {
                                      AuditRecord& record = records.emplace_back();
                                      record.id = std::string(row.Text(0));
                                      record.time = row.Time(1);
                                      record.subject = std::string(row.Text(2));
                                      record.actor = std::string(row.Text(3));
                                      record.method = std::string(row.Text(4));
                                      record.resource_name = std::string(row.Text(5));
                                      record.request_id = std::string(row.Text(6));
                                      record.reason = std::string(row.Text(7));
                                      record.clinic = std::string(row.Text(8));
                                      return absl::OkStatus();
                                    }));
  return records;
}

}  // namespace clarity::storage
