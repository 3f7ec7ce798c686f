#include "services/platform/storage/sqlite/sqlite_database.h"

#include <cassert>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/change_buffer.h"
#include "services/platform/storage/sqlite/files.h"
#include "services/platform/storage/sqlite/schema.h"

namespace clarity::storage {
namespace {

constexpr Sql kBeginRead{"BEGIN"};
constexpr Sql kBeginWrite{"BEGIN IMMEDIATE"};
constexpr Sql kCommit{"COMMIT"};
constexpr Sql kRollback{"ROLLBACK"};
constexpr Sql kSavepoint{"SAVEPOINT call"};
constexpr Sql kRelease{"RELEASE call"};
constexpr Sql kRollbackToSavepoint{"ROLLBACK TO call"};

constexpr Sql kWriteAheadLog{"PRAGMA journal_mode = WAL"};
constexpr Sql kInsertSchemaVersion{
    "INSERT INTO schema_version (component, version, name, checksum, apply_time) "
    "VALUES ($1, $2, $3, $4, $5)"};

// A log that a long read has let grow further gives its space back.
constexpr int kLogKeptBytesMax = 64 * 1024 * 1024;

absl::Status Run(SqliteConnection& connection, const Sql& sql) {
  return connection.Execute(sql, {}).status();
}

absl::Status Unavailable(absl::string_view message) {
  return base::Unavailable(message, limits::kRetryAfter);
}

// For an operator, who has to find out what is in the way: which file, and how much room it has.
absl::Status WithPlace(const absl::Status& status, const SqliteDatabase::Options& options) {
  std::error_code error;
  const auto space = std::filesystem::space(options.directory, error);
  const uint64_t mebibytes = error ? 0 : space.available >> 20;
  return Unavailable(absl::StrCat(
      "cannot open ", options.directory, "/", options.file_name, ": ", status.message(),
      error           ? ""
      : mebibytes > 0 ? absl::StrCat(" (its disk has ", mebibytes, " MiB left)")
                      : " (its disk is full)"));
}

// What differs between the portable subset and SQLite: a column of the unknown type BYTEA would
// turn text that looks like a number into one.
std::string ToSqlite(absl::string_view portable) {
  return absl::StrReplaceAll(portable, {{"BYTEA", "BLOB"}});
}

}  // namespace

// One work's view of its connection, and what it leaves to be done at its end.
class SqliteDatabase::Transaction final : public storage::Transaction {
 public:
  Transaction(SqliteConnection& connection, bool writable)
      : connection_(connection), writable_(writable) {}

  absl::Status Query(const Sql& sql, absl::Span<const Value> values, RowCallback row) override {
    RETURN_IF_ERROR(failure_);
    absl::Status from_row;
    absl::Status status = connection_.Query(sql, values, [&](const Row& current) {
      from_row = row(current);
      return from_row;
    });
    if (from_row.ok()) failure_ = status;
    return status;
  }

  absl::StatusOr<int64_t> Execute(const Sql& sql, absl::Span<const Value> values) override {
    RETURN_IF_ERROR(failure_);
    absl::StatusOr<int64_t> changed = connection_.Execute(sql, values);
    failure_ = changed.status();
    return changed;
  }

  void AppendChange(absl::string_view stream, absl::string_view kind,
                    absl::string_view resource_name, std::string body) override {
    assert(writable_);
    changes_.Append(stream, kind, resource_name, std::move(body));
  }

  std::vector<std::string> ChangedStreams() const override { return changes_.streams(); }

  void OnCommit(absl::AnyInvocable<void() &&> effect) override {
    assert(writable_);
    effects_.push_back(std::move(effect));
  }

  // Runs the work and what it left for the end. A failure of the store outweighs what the work
  // says, which can rest on nothing then.
  Outcome RunWork(Work& work, absl::Time now) {
    Outcome outcome;
    outcome.status = work(*this);
    if (outcome.status.ok() && failure_.ok()) {
      absl::StatusOr<std::vector<StreamPosition>> positions = changes_.Flush(*this, now);
      if (positions.ok()) outcome.positions = *std::move(positions);
    }
    if (!failure_.ok()) outcome.status = failure_;
    return outcome;
  }

  std::vector<absl::AnyInvocable<void() &&>> TakeEffects() { return std::move(effects_); }

 private:
  SqliteConnection& connection_;
  const bool writable_;
  absl::Status failure_;  // of the store; no statement runs after it
  ChangeBuffer changes_;
  std::vector<absl::AnyInvocable<void() &&>> effects_;
};

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(Options options) {
  assert(options.clock != nullptr && options.read_connections > 0 &&
         options.write_batch_calls_max > 0);
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(std::move(options)));
  absl::Status status = database->OpenFile();
  if (status.ok()) status = database->Migrate();
  if (absl::IsUnavailable(status)) return WithPlace(status, database->options_);
  RETURN_IF_ERROR(status);
  if (!database->options_.inline_writes) {
    database->writer_thread_ = std::thread([store = database.get()] { store->RunWriter(); });
  }
  return database;
}

SqliteDatabase::SqliteDatabase(Options options) : options_(std::move(options)) {}

SqliteDatabase::~SqliteDatabase() {
  std::deque<WriteCall> refused;
  {
    base::MutexLock lock(&queue_mutex_);
    closing_ = true;
    refused.swap(queue_);
  }
  queue_changed_.NotifyAll();
  if (writer_thread_.joinable()) writer_thread_.join();
  for (WriteCall& call : refused) std::move(call.done)({Unavailable("the store is closing"), {}});
}

absl::Status SqliteDatabase::OpenFile() {
  const std::string path = absl::StrCat(options_.directory, "/", options_.file_name);
  RETURN_IF_ERROR(CreatePrivateDirectory(options_.directory));
  ASSIGN_OR_RETURN(lock_, ProcessLock::Acquire(path + ".lock", options_.clock->Now()));
  RETURN_IF_ERROR(CreatePrivateFile(path));
  ASSIGN_OR_RETURN(writer_, SqliteConnection::Open({path, /*read_only=*/false,
                                                    options_.writer_cache_kib, options_.vfs}));
  RETURN_IF_ERROR(SetUpWriteAheadLog());
  base::MutexLock lock(&readers_mutex_);
  for (int i = 0; i < options_.read_connections; ++i) {
    ASSIGN_OR_RETURN(auto reader,
                     SqliteConnection::Open(
                         {path, /*read_only=*/true, options_.reader_cache_kib, options_.vfs}));
    free_readers_.push_back(std::move(reader));
  }
  return absl::OkStatus();
}

absl::Status SqliteDatabase::SetUpWriteAheadLog() {
  std::string mode;
  RETURN_IF_ERROR(writer_->Query(kWriteAheadLog, {}, [&](const Row& row) {
    mode = std::string(row.Text(0));
    return absl::OkStatus();
  }));
  if (mode != "wal") return Unavailable("the file system does not support a write-ahead log");
  // FULL: a commit is on the disk before anybody hears of it.
  return writer_->RunScript(absl::StrCat(
      "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ", options_.checkpoint_pages,
      "; PRAGMA journal_size_limit = ", kLogKeptBytesMax));
}

absl::Status SqliteDatabase::Migrate() {
  RETURN_IF_ERROR(writer_->RunScript(kCreateSchemaVersion));
  ASSIGN_OR_RETURN(const std::vector<AppliedMigration> applied, ReadAppliedMigrations(*writer_));
  ASSIGN_OR_RETURN(const std::vector<PendingMigration> plan,
                   PlanMigrations(WithPlatform(options_.migrations), applied));
  for (const PendingMigration& pending : plan) {
    absl::Status status = ApplyMigration(pending);
    if (status.ok()) continue;
    if (writer_->InTransaction()) Run(*writer_, kRollback).IgnoreError();
    return status;
  }
  return absl::OkStatus();
}

absl::Status SqliteDatabase::ApplyMigration(const PendingMigration& pending) {
  RETURN_IF_ERROR(Run(*writer_, kBeginWrite));
  RETURN_IF_ERROR(writer_->RunScript(ToSqlite(pending.migration.sql)));
  RETURN_IF_ERROR(
      writer_
          ->Execute(kInsertSchemaVersion,
                    {Value::Text(pending.component), Value::Integer(pending.migration.version),
                     Value::Text(pending.migration.name), Value::Text(pending.checksum),
                     Value::Time(options_.clock->Now())})
          .status());
  return Run(*writer_, kCommit);
}

void SqliteDatabase::Read(Work work, Done done) {
  std::unique_ptr<SqliteConnection> connection;
  {
    base::MutexLock lock(&readers_mutex_);
    while (free_readers_.empty()) reader_free_.Wait(&readers_mutex_);
    connection = std::move(free_readers_.back());
    free_readers_.pop_back();
  }
  Outcome outcome;
  outcome.status = RunRead(*connection, work);
  {
    base::MutexLock lock(&readers_mutex_);
    free_readers_.push_back(std::move(connection));
  }
  reader_free_.NotifyOne();
  std::move(done)(std::move(outcome));
}

absl::Status SqliteDatabase::RunRead(SqliteConnection& connection, Work& work) {
  RETURN_IF_ERROR(Run(connection, kBeginRead));
  Transaction transaction(connection, /*writable=*/false);
  absl::Status status = transaction.RunWork(work, absl::InfinitePast()).status;
  // Nothing was written: this only lets go of the snapshot, and SQLite may have done so already.
  if (connection.InTransaction()) Run(connection, kRollback).IgnoreError();
  return status;
}

void SqliteDatabase::Write(Work work, Done done) {
  WriteCall call{std::move(work), std::move(done), {}, {}};
  if (options_.inline_writes) {
    std::vector<WriteCall> batch;
    batch.push_back(std::move(call));
    RunBatch(std::move(batch));
    return;
  }
  absl::Status refusal = Enqueue(call);
  if (refusal.ok()) {
    queue_changed_.NotifyOne();
  } else {
    std::move(call.done)({std::move(refusal), {}});
  }
}

// Takes the call, or says why not and leaves it.
absl::Status SqliteDatabase::Enqueue(WriteCall& call) {
  base::MutexLock lock(&queue_mutex_);
  if (closing_) return Unavailable("the store is closing");
  if (queue_.size() >= options_.write_queue_calls_max) {
    return base::ResourceExhausted("OVERLOADED", "too many writes are waiting",
                                   limits::kRetryAfter);
  }
  queue_.push_back(std::move(call));
  return absl::OkStatus();
}

void SqliteDatabase::RunWriter() {
  for (;;) {
    std::vector<WriteCall> batch = TakeBatch();
    if (batch.empty()) return;
    RunBatch(std::move(batch));
  }
}

// Waits for calls; none means that the store closes. The next batch gathers by itself while this
// one is written.
std::vector<SqliteDatabase::WriteCall> SqliteDatabase::TakeBatch() {
  base::MutexLock lock(&queue_mutex_);
  while (queue_.empty() && !closing_) queue_changed_.Wait(&queue_mutex_);
  std::vector<WriteCall> batch;
  while (!queue_.empty() && batch.size() < static_cast<size_t>(options_.write_batch_calls_max)) {
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

void SqliteDatabase::RunBatch(std::vector<WriteCall> batch) {
  const absl::Status status = RunTransaction(batch);
  if (!status.ok()) {
    if (writer_->InTransaction()) Run(*writer_, kRollback).IgnoreError();
    for (WriteCall& call : batch) {
      call.outcome = {status, {}};
      call.effects.clear();
    }
  }
  for (WriteCall& call : batch) {
    for (auto& effect : call.effects) std::move(effect)();
    std::move(call.done)(std::move(call.outcome));
  }
}

// An error means that nothing of the whole batch is kept.
absl::Status SqliteDatabase::RunTransaction(std::vector<WriteCall>& batch) {
  RETURN_IF_ERROR(Run(*writer_, kBeginWrite));
  for (WriteCall& call : batch) RETURN_IF_ERROR(RunInSavepoint(call));
  return Run(*writer_, kCommit);
}

// Fills in the call's outcome and effects. An error means that the whole batch is lost.
absl::Status SqliteDatabase::RunInSavepoint(WriteCall& call) {
  RETURN_IF_ERROR(Run(*writer_, kSavepoint));
  Transaction transaction(*writer_, /*writable=*/true);
  call.outcome = transaction.RunWork(call.work, options_.clock->Now());
  if (!writer_->InTransaction()) {
    return call.outcome.status.ok() ? Unavailable("the store has dropped the transaction")
                                    : call.outcome.status;
  }
  if (call.outcome.status.ok()) {
    call.effects = transaction.TakeEffects();
  } else {
    RETURN_IF_ERROR(Run(*writer_, kRollbackToSavepoint));
  }
  return Run(*writer_, kRelease);
}

}  // namespace clarity::storage
