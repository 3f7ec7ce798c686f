#include "services/platform/storage/sqlite/backup.h"

#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "services/platform/base/mutex.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/sqlite/connection.h"
#include "services/platform/storage/sqlite/files.h"
#include "services/platform/storage/sqlite/schema.h"

namespace clarity::storage {
namespace {

constexpr Sql kBegin{"BEGIN"};
constexpr Sql kCheck{"PRAGMA integrity_check(10)"};
constexpr Sql kReadSize{
    "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"};
constexpr Sql kListTables{
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
    "ORDER BY name"};
constexpr Sql kReadPositions{"SELECT stream, position FROM change_stream"};
// The primary key leaves no change twice, so as many as there should be are all of them.
constexpr Sql kListStreamsWithGaps{
    "SELECT s.stream FROM change_stream s WHERE s.position - s.first_kept + 1 <> "
    "(SELECT COUNT(*) FROM change_log l WHERE l.stream = s.stream "
    "AND l.position BETWEEN s.first_kept AND s.position)"};
constexpr Sql kListChangesBeyondStreams{
    "SELECT DISTINCT l.stream FROM change_log l WHERE NOT EXISTS "
    "(SELECT 1 FROM change_stream s WHERE s.stream = l.stream "
    "AND l.position BETWEEN s.first_kept AND s.position)"};

// A copy that is served begins a life of its own, see incarnation.h.
constexpr char kForgetIncarnation[] = "UPDATE incarnation SET id = ''";

// How long somebody waits at most who breaks a check off.
constexpr absl::Duration kAskEvery = absl::Milliseconds(50);

constexpr int kCacheKib = 8 * 1024;

// The text in the first column of each row.
absl::StatusOr<std::vector<std::string>> ReadTexts(SqliteConnection& connection, const Sql& sql) {
  std::vector<std::string> texts;
  RETURN_IF_ERROR(connection.Query(sql, {}, [&](const Row& row) {
    texts.emplace_back(row.Text(0));
    return absl::OkStatus();
  }));
  return texts;
}

absl::StatusOr<int64_t> ReadNumber(SqliteConnection& connection, const Sql& sql) {
  int64_t number = 0;
  RETURN_IF_ERROR(connection.Query(sql, {}, [&](const Row& row) {
    number = row.Integer(0);
    return absl::OkStatus();
  }));
  return number;
}

// A connection that cannot write, on a snapshot that stays as it is until the connection goes.
absl::StatusOr<std::unique_ptr<SqliteConnection>> OpenSnapshot(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return absl::NotFoundError(absl::StrCat("there is no store ", path));
  }
  ASSIGN_OR_RETURN(auto connection,
                   SqliteConnection::Open({path, /*read_only=*/true, kCacheKib, nullptr}));
  RETURN_IF_ERROR(connection->Execute(kBegin, {}).status());
  return connection;
}

absl::StatusOr<StoreContents> ReadContents(SqliteConnection& connection,
                                           const BackupOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<AppliedMigration> applied, ReadAppliedMigrations(connection));
  RETURN_IF_ERROR(PlanMigrations(WithPlatform(options.migrations), applied).status());
  StoreContents contents;
  for (const AppliedMigration& migration : applied) {
    int64_t& last = contents.versions[migration.component];
    last = std::max(last, migration.version);
  }
  ASSIGN_OR_RETURN(contents.bytes, ReadNumber(connection, kReadSize));
  ASSIGN_OR_RETURN(const std::vector<std::string> tables, ReadTexts(connection, kListTables));
  for (const std::string& table : tables) {
    RETURN_IF_ERROR(options.progress("counting", static_cast<int64_t>(contents.rows.size()),
                                     static_cast<int64_t>(tables.size())));
    const std::string count = absl::StrCat("SELECT COUNT(*) FROM \"", table, "\"");
    ASSIGN_OR_RETURN(contents.rows[table], ReadNumber(connection, {count.c_str()}));
  }
  RETURN_IF_ERROR(connection.Query(kReadPositions, {}, [&](const Row& row) {
    contents.positions[std::string(row.Text(0))] = row.Integer(1);
    return absl::OkStatus();
  }));
  return contents;
}

// Asks now and then whether to go on, beside a statement that takes long and would not ask.
class Watchman {
 public:
  Watchman(SqliteConnection* connection, std::function<absl::Status()> ask)
      : connection_(*connection), ask_(std::move(ask)), thread_([this] { Run(); }) {}
  // To be called when the statement is over: why it was ended, OK if it was not.
  absl::Status Finish() {
    {
      base::MutexLock lock(&mutex_);
      over_ = true;
    }
    changed_.NotifyAll();
    thread_.join();
    base::MutexLock lock(&mutex_);
    return refusal_;
  }

 private:
  void Run() {
    base::MutexLock lock(&mutex_);
    do {
      if (refusal_.ok()) refusal_ = ask_();
      // Again and again: it may not have begun yet.
      if (!refusal_.ok()) connection_.Interrupt();
      if (!over_) changed_.WaitFor(&mutex_, kAskEvery);
    } while (!over_);
  }

  SqliteConnection& connection_;
  const std::function<absl::Status()> ask_;
  base::Mutex mutex_;
  base::CondVar changed_;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status refusal_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // the last: it uses all of the above
};

absl::Status CheckFile(SqliteConnection& connection, const BackupOptions& options) {
  Watchman watchman(&connection, [&options] { return options.progress("checking", 0, 0); });
  const absl::StatusOr<std::vector<std::string>> checked = ReadTexts(connection, kCheck);
  RETURN_IF_ERROR(watchman.Finish());
  ASSIGN_OR_RETURN(const std::vector<std::string> found, checked);
  if (found == std::vector<std::string>{"ok"}) return absl::OkStatus();
  // Of what SQLite found only how much: its words may quote what is in the rows.
  return absl::DataLossError(
      absl::StrCat("the database file is damaged in ", found.size(), " places or more"));
}

absl::Status CheckChangeLog(SqliteConnection& connection) {
  for (const Sql& sql : {kListStreamsWithGaps, kListChangesBeyondStreams}) {
    ASSIGN_OR_RETURN(const std::vector<std::string> broken, ReadTexts(connection, sql));
    if (!broken.empty()) {
      return absl::DataLossError(
          absl::StrCat("the change log of ", broken.front(), " is not what was appended to it"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckRoom(int64_t needed, const std::string& target, const BackupOptions& options) {
  const std::string directory = std::filesystem::path(target).parent_path().string();
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(directory, error);
  if (error) return absl::UnavailableError(absl::StrCat("cannot use ", directory));
  const auto available = static_cast<int64_t>(space.available);
  if (available - options.room_left_bytes >= needed) return absl::OkStatus();
  constexpr double kMebibyte = 1024 * 1024;
  return absl::ResourceExhaustedError(absl::StrFormat(
      "the disk of %s has too little room: a copy takes %.1f MiB, %.1f MiB are free, of which "
      "%.1f MiB are left alone",
      directory, needed / kMebibyte, available / kMebibyte, options.room_left_bytes / kMebibyte));
}

// The copy is one file that can be read from anywhere, a read-only disk too: the log that goes with
// it is folded in, and the server sets up another when it opens it.
absl::Status Copy(SqliteConnection& source, const StoreContents& contents,
                  const std::string& target, const BackupOptions& options) {
  ASSIGN_OR_RETURN(auto copy, SqliteConnection::Open(
                                  {target, /*read_only=*/false, kCacheKib, options.target_vfs}));
  RETURN_IF_ERROR(source.CopyTo(*copy, [&](int64_t done, int64_t total) {
    return options.progress("copying", done, total);
  }));
  // A store of an older version has none.
  if (contents.rows.count("incarnation") > 0) {
    RETURN_IF_ERROR(copy->RunScript(kForgetIncarnation));
  }
  return copy->RunScript("PRAGMA journal_mode = DELETE");
}

absl::Status Compare(const StoreContents& source, const StoreContents& copy) {
  const bool same = source.bytes == copy.bytes && source.versions == copy.versions &&
                    source.rows == copy.rows && source.positions == copy.positions;
  return same ? absl::OkStatus() : absl::DataLossError("the copy is not what was copied");
}

void RemoveStore(const std::string& path) {
  std::error_code ignored;
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    std::filesystem::remove(path + suffix, ignored);
  }
}

absl::StatusOr<StoreContents> CopyAndVerify(const std::string& source, const std::string& target,
                                            const BackupOptions& options) {
  ASSIGN_OR_RETURN(auto snapshot, OpenSnapshot(source));
  ASSIGN_OR_RETURN(const StoreContents contents, ReadContents(*snapshot, options));
  RETURN_IF_ERROR(CheckRoom(contents.bytes, target, options));
  RETURN_IF_ERROR(CreatePrivateFile(target));
  RETURN_IF_ERROR(Copy(*snapshot, contents, target, options));
  snapshot.reset();  // The store's log may be folded in again.
  RETURN_IF_ERROR(SyncToDisk(target));
  ASSIGN_OR_RETURN(const StoreContents copied, VerifyStore(target, options));
  RETURN_IF_ERROR(Compare(contents, copied));
  return copied;
}

}  // namespace

absl::StatusOr<StoreContents> VerifyStore(const std::string& path, const BackupOptions& options) {
  ASSIGN_OR_RETURN(auto snapshot, OpenSnapshot(path));
  RETURN_IF_ERROR(CheckFile(*snapshot, options));
  RETURN_IF_ERROR(CheckChangeLog(*snapshot));
  return ReadContents(*snapshot, options);
}

absl::StatusOr<StoreContents> BackUpStore(const std::string& source, const std::string& target,
                                          const BackupOptions& options) {
  std::error_code ignored;
  if (std::filesystem::exists(target, ignored)) {
    return absl::AlreadyExistsError(absl::StrCat(target, " is there already"));
  }
  absl::StatusOr<StoreContents> copied = CopyAndVerify(source, target, options);
  if (!copied.ok()) RemoveStore(target);
  return copied;
}

}  // namespace clarity::storage
