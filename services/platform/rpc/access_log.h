#ifndef CLARITY_SERVICES_PLATFORM_RPC_ACCESS_LOG_H_
#define CLARITY_SERVICES_PLATFORM_RPC_ACCESS_LOG_H_

#include <deque>
#include <memory>
#include <vector>

#include "services/platform/base/mutex.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/audit.h"
#include "services/platform/storage/database.h"

namespace clarity::rpc {

// The audit record of a call, with what its use case said about it. Its id is the call's.
storage::AuditRecord AuditRecordOf(const Call& call);

// Writes the audit records of reads: many at once, behind the answers.
//
// A read is answered once its record is queued, not once it is durable: waiting for a commit would
// make every read a write. What a crash can lose is the records of the last moments, which the
// answer's reader has then seen unrecorded; that is the price taken. What cannot be queued is not
// answered: there is no reading without a record while the store is away.
class AccessLog {
 public:
  explicit AccessLog(storage::Database* database);
  // Writes what is queued, and says how many records a store that takes none has lost.
  ~AccessLog();

  // False when there is no room: the store has not taken any for a while.
  [[nodiscard]] bool Append(const Call& call);
  // Tries once more to write what the store has not taken. To be called now and then, as reads may
  // be long in coming.
  void Retry();

 private:
  // Whether what is queued is for the caller to write.
  bool Claim() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WriteNext();
  void OnWritten(const absl::Status& status);

  storage::Database* const database_;

  base::Mutex mutex_;
  base::CondVar idle_;
  std::deque<storage::AuditRecord> queue_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // What the write under way writes; only it touches them.
  std::vector<storage::AuditRecord> batch_;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_ACCESS_LOG_H_
