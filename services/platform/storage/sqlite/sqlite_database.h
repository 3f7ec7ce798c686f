#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_SQLITE_DATABASE_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_SQLITE_DATABASE_H_

#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/mutex.h"
#include "services/platform/storage/database.h"
#include "services/platform/storage/migrations/migration.h"
#include "services/platform/storage/sqlite/connection.h"
#include "services/platform/storage/sqlite/process_lock.h"

namespace clarity::storage {

// The embedded store: one SQLite file, kept to one process.
//
// Writes go through one thread. It takes all that is queued (up to a limit), runs each work in a
// savepoint of one transaction, and commits once: many calls share one fsync. A work that fails
// takes back its own savepoint only. If the transaction itself is lost (SQLite drops it on a full
// disk, or the commit fails), every call of the batch gets UNAVAILABLE, even those whose own
// answer was another error: it may have rested on what is now undone. One case is left to the
// callers' request ids: if a commit fails in its fsync and the machine crashes before the next one,
// the log may bring it back, whole and with the replies stored in it.
//
// Reads run in the calling thread, on one of a few connections, waiting for one to be free. They
// neither wait for the writer nor hold it up.
class SqliteDatabase final : public Database {
 public:
  struct Options {
    std::string directory;  // made if it is not there
    std::string file_name = "clarity.db";
    std::vector<MigrationSet> migrations;  // the services'; the platform's own come before them
    const base::Clock* clock = nullptr;    // outlives the store

    int read_connections = 8;
    size_t write_queue_calls_max = limits::kWriteQueueCallsMax;
    int write_batch_calls_max = limits::kWriteBatchCallsMax;
    // No writer thread: Write runs its transaction in the caller before it returns. For simulation
    // and tests that use the store from one thread only.
    bool inline_writes = false;

    int writer_cache_kib = 64 * 1024;
    int reader_cache_kib = 8 * 1024;
    int checkpoint_pages = 4096;  // how far the write-ahead log grows before it is folded in
    const char* vfs = nullptr;    // null: the system's own; another injects faults
  };

  // FAILED_PRECONDITION if another process has the database, or a newer binary wrote it;
  // UNAVAILABLE if it cannot be written; DATA_LOSS if it is damaged.
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> Open(Options options);

  // Finishes the batch that has begun and refuses the calls still queued.
  ~SqliteDatabase() override;

  void Read(Work work, Done done) override;
  void Write(Work work, Done done) override;

 private:
  struct WriteCall {
    Work work;
    Done done;
    Outcome outcome;
    std::vector<absl::AnyInvocable<void() &&>> effects;
  };
  class Transaction;

  explicit SqliteDatabase(Options options);
  absl::Status OpenFile();
  absl::Status SetUpWriteAheadLog();
  absl::Status Migrate();
  absl::Status ApplyMigration(const PendingMigration& pending);

  absl::Status Enqueue(WriteCall& call);
  void RunWriter();
  std::vector<WriteCall> TakeBatch();
  void RunBatch(std::vector<WriteCall> batch);
  absl::Status RunTransaction(std::vector<WriteCall>& batch);
  absl::Status RunInSavepoint(WriteCall& call);
  absl::Status RunRead(SqliteConnection& connection, Work& work);

  const Options options_;
  std::unique_ptr<ProcessLock> lock_;

  // The writer's thread only, once Open is over.
  std::unique_ptr<SqliteConnection> writer_;

  base::Mutex queue_mutex_;
  base::CondVar queue_changed_;
  std::deque<WriteCall> queue_ ABSL_GUARDED_BY(queue_mutex_);
  bool closing_ ABSL_GUARDED_BY(queue_mutex_) = false;

  base::Mutex readers_mutex_;
  base::CondVar reader_free_;
  std::vector<std::unique_ptr<SqliteConnection>> free_readers_ ABSL_GUARDED_BY(readers_mutex_);

  std::thread writer_thread_;
};

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_SQLITE_DATABASE_H_
