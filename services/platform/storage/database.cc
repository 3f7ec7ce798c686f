#include "services/platform/storage/database.h"

#include <algorithm>
#include <utility>

#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/mutex.h"
#include "services/platform/base/status_macros.h"

namespace clarity::storage {
namespace {

constexpr Sql kBumpGuard{
    "INSERT INTO guard (name, version) VALUES ($1, 1) "
    "ON CONFLICT (name) DO UPDATE SET version = guard.version + 1"};
constexpr Sql kReadStream{"SELECT position, first_kept FROM change_stream WHERE stream = $1"};
constexpr Sql kReadChanges{
    "SELECT position, time, kind, resource_name, body FROM change_log "
    "WHERE stream = $1 AND position > $2 ORDER BY position LIMIT $3"};
constexpr Sql kMoveFirstKept{"UPDATE change_stream SET first_kept = $2 WHERE stream = $1"};
constexpr Sql kDeleteChanges{"DELETE FROM change_log WHERE stream = $1 AND position < $2"};

// A stream without any change reads as one that begins at 1 and has not got there.
struct StreamRow {
  int64_t position = 0;
  int64_t first_kept = 1;
};

absl::StatusOr<StreamRow> ReadStream(Transaction& transaction, absl::string_view stream) {
  StreamRow result;
  RETURN_IF_ERROR(transaction.Query(kReadStream, {Value::Text(stream)}, [&](const Row& row) {
    result.position = row.Integer(0);
    result.first_kept = row.Integer(1);
    return absl::OkStatus();
  }));
  return result;
}

// Turns the asynchronous call into a waiting one.
class Waiter {
 public:
  Database::Done MakeDone() {
    return [this](Outcome outcome) {
      // Notified under the lock: without it the waiter could be gone before the call is over.
      base::MutexLock lock(&mutex_);
      status_ = std::move(outcome.status);
      finished_ = true;
      changed_.NotifyOne();
    };
  }

  absl::Status Wait() {
    base::MutexLock lock(&mutex_);
    while (!finished_) changed_.Wait(&mutex_);
    return status_;
  }

 private:
  base::Mutex mutex_;
  base::CondVar changed_;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::Status Transaction::BumpGuard(absl::string_view name) {
  return Execute(kBumpGuard, {Value::Text(name)}).status();
}

absl::Status Database::ReadAndWait(Work work) {
  Waiter waiter;
  Read(std::move(work), waiter.MakeDone());
  return waiter.Wait();
}

absl::Status Database::WriteAndWait(Work work) {
  Waiter waiter;
  Write(std::move(work), waiter.MakeDone());
  return waiter.Wait();
}

absl::StatusOr<std::vector<Change>> ReadChanges(Transaction& transaction, absl::string_view stream,
                                                int64_t position, int limit) {
  ASSIGN_OR_RETURN(const StreamRow bounds, ReadStream(transaction, stream));
  if (position > bounds.position || position < bounds.first_kept - 1) return base::TokenExpired();
  limit = std::min(limit, limits::kChangesReadMax);
  std::vector<Change> changes;
  RETURN_IF_ERROR(transaction.Query(
      kReadChanges, {Value::Text(stream), Value::Integer(position), Value::Integer(limit)},
      [&](const Row& row) {
        Change& change = changes.emplace_back();
        change.stream = std::string(stream);
        change.position = row.Integer(0);
        change.time = row.Time(1);
        change.kind = std::string(row.Text(2));
        change.resource_name = std::string(row.Text(3));
        change.body = std::string(row.Text(4));
        return absl::OkStatus();
      }));
  return changes;
}

absl::StatusOr<int64_t> LastPosition(Transaction& transaction, absl::string_view stream) {
  ASSIGN_OR_RETURN(const StreamRow bounds, ReadStream(transaction, stream));
  return bounds.position;
}

absl::StatusOr<int64_t> TrimChanges(Transaction& transaction, absl::string_view stream,
                                    int64_t keep) {
  ASSIGN_OR_RETURN(const StreamRow bounds, ReadStream(transaction, stream));
  const int64_t first_kept = std::min(bounds.position - keep + 1, bounds.first_kept + kTrimRowsMax);
  if (first_kept <= bounds.first_kept) return 0;
  const Value values[] = {Value::Text(stream), Value::Integer(first_kept)};
  RETURN_IF_ERROR(transaction.Execute(kMoveFirstKept, values).status());
  return transaction.Execute(kDeleteChanges, values);
}

}  // namespace clarity::storage
