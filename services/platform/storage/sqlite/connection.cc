#include "services/platform/storage/sqlite/connection.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/status_macros.h"

namespace clarity::storage {
namespace {

// Both services together have some hundred; only generated statements could pile up.
constexpr size_t kStatementsKeptMax = 512;
// How long to wait for a lock of the file. Only a tool that looks at it beside us ever holds one.
constexpr int kBusyWaitMillis = 5000;
// How much is copied at a time: 4 MiB.
constexpr int kCopyStepPages = 1024;

// The outcome of a call on `database`, in the terms of the seam. Never carries bound values.
absl::Status SqliteStatus(sqlite3* database, int code) {
  switch (code & 0xff) {
    case SQLITE_OK:
      return absl::OkStatus();
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(
          absl::StrCat("the database file is damaged: ", sqlite3_errstr(code)));
    case SQLITE_ABORT:
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_READONLY:
      return base::Unavailable(absl::StrCat("the store cannot serve now: ", sqlite3_errstr(code)),
                               limits::kRetryAfter);
    default:
      return base::Internal(
          absl::StrCat("the store refuses a statement: ",
                       database ? sqlite3_errmsg(database) : sqlite3_errstr(code)));
  }
}

// SQLite would count every piece of memory, under one lock for all connections, for figures that
// nobody asks for. It can only be told so before it is first used.
void CountNoMemory() {
  static const int told = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(told);
}

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

  bool IsNull(int column) const override {
    return sqlite3_column_type(statement_, Checked(column)) == SQLITE_NULL;
  }
  int64_t Integer(int column) const override {
    return sqlite3_column_int64(statement_, Checked(column));
  }
  absl::string_view Text(int column) const override {
    const void* data = sqlite3_column_blob(statement_, Checked(column));
    const int bytes = sqlite3_column_bytes(statement_, column);
    return absl::string_view(static_cast<const char*>(data), bytes);
  }

 private:
  int Checked(int column) const {
    assert(column >= 0 && column < sqlite3_column_count(statement_));
    return column;
  }

  sqlite3_stmt* const statement_;
};

int BindValue(sqlite3_stmt* statement, int parameter, const Value& value) {
  // SQLite takes a null pointer for NULL, so an empty string has to point somewhere.
  const char* data = value.view().empty() ? "" : value.view().data();
  switch (value.kind()) {
    case Value::Kind::kNull:
      return sqlite3_bind_null(statement, parameter);
    case Value::Kind::kInteger:
      return sqlite3_bind_int64(statement, parameter, value.integer());
    case Value::Kind::kText:
      return sqlite3_bind_text64(statement, parameter, data, value.view().size(), SQLITE_STATIC,
                                 SQLITE_UTF8);
    case Value::Kind::kBytes:
      return sqlite3_bind_blob64(statement, parameter, data, value.view().size(), SQLITE_STATIC);
  }
  return SQLITE_MISUSE;
}

}  // namespace

// A prepared statement while it runs; afterwards it goes back, reset, without its values.
class SqliteConnection::StatementUse {
 public:
  StatementUse(SqliteConnection* connection, std::unique_ptr<Statement> statement)
      : connection_(connection), statement_(std::move(statement)) {}
  ~StatementUse() { connection_->PutBack(std::move(statement_)); }
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;

  const Statement& statement() const { return *statement_; }
  sqlite3_stmt* handle() const { return statement_->handle.get(); }

 private:
  SqliteConnection* const connection_;
  std::unique_ptr<Statement> statement_;
};

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(const Options& options) {
  CountNoMemory();
  const int flags = (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(options.path.c_str(), &handle, flags, options.vfs);
  std::unique_ptr<sqlite3, Close> database(handle);  // There is one even after most errors.
  if (code != SQLITE_OK) return SqliteStatus(handle, code);
  sqlite3_busy_timeout(handle, kBusyWaitMillis);
  std::unique_ptr<SqliteConnection> connection(
      new SqliteConnection(std::move(database), options.read_only));
  RETURN_IF_ERROR(connection->RunScript(
      absl::StrCat("PRAGMA cache_size = -", options.cache_kib,
                   "; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF;"
                   " PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")));
  return connection;
}

absl::Status SqliteConnection::Query(const Sql& sql, absl::Span<const Value> values,
                                     Transaction::RowCallback row) {
  ASSIGN_OR_RETURN(std::unique_ptr<Statement> statement, Take(sql));
  StatementUse use(this, std::move(statement));
  RETURN_IF_ERROR(Bind(use.statement(), values));
  const SqliteRow current(use.handle());
  int code = SQLITE_OK;
  while ((code = sqlite3_step(use.handle())) == SQLITE_ROW) RETURN_IF_ERROR(row(current));
  return code == SQLITE_DONE ? absl::OkStatus() : ToStatus(code);
}

absl::StatusOr<int64_t> SqliteConnection::Execute(const Sql& sql, absl::Span<const Value> values) {
  RETURN_IF_ERROR(Query(sql, values, [](const Row&) { return absl::OkStatus(); }));
  return sqlite3_changes64(database_.get());
}

absl::Status SqliteConnection::RunScript(const std::string& script) {
  return ToStatus(sqlite3_exec(database_.get(), script.c_str(), nullptr, nullptr, nullptr));
}

absl::Status SqliteConnection::CopyTo(SqliteConnection& target, CopyProgress progress) {
  struct Finish {
    void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
  };
  const std::unique_ptr<sqlite3_backup, Finish> backup(
      sqlite3_backup_init(target.database_.get(), "main", database_.get(), "main"));
  if (backup == nullptr) return target.ToStatus(sqlite3_errcode(target.database_.get()));
  int code = SQLITE_OK;
  while ((code = sqlite3_backup_step(backup.get(), kCopyStepPages)) == SQLITE_OK) {
    const int64_t total = sqlite3_backup_pagecount(backup.get());
    RETURN_IF_ERROR(progress(total - sqlite3_backup_remaining(backup.get()), total));
  }
  if (code == SQLITE_FULL) return absl::ResourceExhaustedError("the disk is full");
  return code == SQLITE_DONE ? absl::OkStatus() : target.ToStatus(code);
}

absl::StatusOr<std::unique_ptr<SqliteConnection::Statement>> SqliteConnection::Take(
    const Sql& sql) {
  const auto it = idle_statements_.find(sql.text);
  const bool is_idle = it != idle_statements_.end() && it->second != nullptr;
  // Text that was generated may lie where other text lay before.
  if (is_idle && it->second->text == sql.text) return std::move(it->second);
  return Prepare(sql);
}

absl::StatusOr<std::unique_ptr<SqliteConnection::Statement>> SqliteConnection::Prepare(
    const Sql& sql) {
  auto statement = std::make_unique<Statement>();
  statement->address = sql.text;
  statement->text = sql.text;
  sqlite3_stmt* handle = nullptr;
  RETURN_IF_ERROR(ToStatus(sqlite3_prepare_v3(database_.get(), sql.text, -1,
                                              SQLITE_PREPARE_PERSISTENT, &handle, nullptr)));
  statement->handle.reset(handle);
  if (read_only_ && sqlite3_stmt_readonly(handle) == 0) {
    return base::Internal(absl::StrCat("a statement of a read writes: ", sql.text));
  }
  for (int i = 1; i <= sqlite3_bind_parameter_count(handle); ++i) {
    const char* name = sqlite3_bind_parameter_name(handle, i);
    int number = 0;
    if (name == nullptr || name[0] != '$' || !absl::SimpleAtoi(name + 1, &number) || number < 1) {
      return base::Internal(absl::StrCat("placeholders are $1, $2 ...: ", sql.text));
    }
    statement->value_indexes.push_back(number - 1);
    statement->values_count = std::max(statement->values_count, number);
  }
  return statement;
}

void SqliteConnection::PutBack(std::unique_ptr<Statement> statement) {
  sqlite3_reset(statement->handle.get());
  sqlite3_clear_bindings(statement->handle.get());
  const auto it = idle_statements_.find(statement->address);
  if (it != idle_statements_.end()) {
    it->second = std::move(statement);
    return;
  }
  // Those in use are not in the map, so that all of it may go.
  if (idle_statements_.size() >= kStatementsKeptMax) idle_statements_.clear();
  const char* const address = statement->address;
  idle_statements_.emplace(address, std::move(statement));
}

absl::Status SqliteConnection::Bind(const Statement& statement, absl::Span<const Value> values) {
  if (static_cast<int>(values.size()) < statement.values_count) {
    return base::Internal(absl::StrCat("a placeholder has no value: ", statement.text));
  }
  int parameter = 0;
  for (const int index : statement.value_indexes) {
    RETURN_IF_ERROR(ToStatus(BindValue(statement.handle.get(), ++parameter, values[index])));
  }
  return absl::OkStatus();
}

absl::Status SqliteConnection::ToStatus(int code) const {
  return SqliteStatus(database_.get(), code);
}

}  // namespace clarity::storage
