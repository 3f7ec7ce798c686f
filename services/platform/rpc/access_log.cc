#include "services/platform/rpc/access_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "services/platform/base/limits.h"
#include "services/platform/base/log.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/method.h"

namespace clarity::rpc {

storage::AuditRecord AuditRecordOf(const Call& call) {
  storage::AuditRecord record;
  record.id = call.id;
  record.time = call.now;
  record.subject = call.principal.subject;
  record.actor = call.principal.actor;
  record.method = call.method->name;
  record.resource_name = call.audit_resource;
  record.request_id = call.request_id;
  record.reason = call.audit_reason;
  record.clinic = call.audit_clinic;
  return record;
}

AccessLog::AccessLog(storage::Database* database) : database_(database) {}

AccessLog::~AccessLog() {
  Retry();
  base::MutexLock lock(&mutex_);
  while (writing_) idle_.Wait(&mutex_);
  if (!queue_.empty()) {
    base::Log(base::LogLevel::kError, "access records lost",
              {{"records", static_cast<int64_t>(queue_.size())}});
  }
}

bool AccessLog::Append(const Call& call) {
  {
    base::MutexLock lock(&mutex_);
    if (queue_.size() >= limits::kAccessRecordsQueuedMax) return false;
    queue_.push_back(AuditRecordOf(call));
    if (!Claim()) return true;
  }
  WriteNext();
  return true;
}

void AccessLog::Retry() {
  {
    base::MutexLock lock(&mutex_);
    if (!Claim()) return;
  }
  WriteNext();
}

bool AccessLog::Claim() {
  if (writing_ || queue_.empty()) return false;
  writing_ = true;
  return true;
}

void AccessLog::WriteNext() {
  {
    base::MutexLock lock(&mutex_);
    const size_t count = std::min(queue_.size(), limits::kAccessRecordsBatchMax);
    batch_.assign(std::make_move_iterator(queue_.begin()),
                  std::make_move_iterator(queue_.begin() + count));
    queue_.erase(queue_.begin(), queue_.begin() + count);
  }
  database_->Write(
      [this](storage::Transaction& transaction) {
        for (const storage::AuditRecord& record : batch_) {
          RETURN_IF_ERROR(storage::AppendAudit(transaction, record));
        }
        return absl::OkStatus();
      },
      [this](const storage::Outcome& outcome) { OnWritten(outcome.status); });
}

void AccessLog::OnWritten(const absl::Status& status) {
  {
    base::MutexLock lock(&mutex_);
    if (!status.ok()) {
      // They stay in front, to be tried again; a queue that fills up stops reading.
      base::Log(base::LogLevel::kWarning, "access records not written",
                {{"code", absl::StatusCodeToString(status.code())}});
      queue_.insert(queue_.begin(), std::make_move_iterator(batch_.begin()),
                    std::make_move_iterator(batch_.end()));
    }
    batch_.clear();
    if (!status.ok() || queue_.empty()) {
      writing_ = false;
      idle_.NotifyAll();
      return;
    }
  }
  WriteNext();
}

}  // namespace clarity::rpc
