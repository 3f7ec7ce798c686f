#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_CONNECTION_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_CONNECTION_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/platform/storage/database.h"

namespace clarity::storage {

// One SQLite connection with its prepared statements. Used by one thread at a time.
class SqliteConnection {
 public:
  struct Options {
    std::string path;
    bool read_only = false;
    int cache_kib = 0;
    const char* vfs = nullptr;  // null: the system's own
  };
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(const Options& options);

  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // See Transaction.
  absl::Status Query(const Sql& sql, absl::Span<const Value> values, Transaction::RowCallback row);
  absl::StatusOr<int64_t> Execute(const Sql& sql, absl::Span<const Value> values);

  // Runs any number of statements that have neither placeholders nor results worth reading.
  absl::Status RunScript(const std::string& script);

  // Makes the database of `target`, which is empty, a copy of this one, page by page. Inside a
  // transaction all of it is what that transaction sees, whoever writes meanwhile. `progress` is
  // told of the pages done and of all; an error from it ends the copying. RESOURCE_EXHAUSTED when
  // the disk of `target` is full.
  using CopyProgress = absl::FunctionRef<absl::Status(int64_t done, int64_t total)>;
  absl::Status CopyTo(SqliteConnection& target, CopyProgress progress);

  // Ends the statement that another thread has running here with CANCELLED. From any thread.
  void Interrupt() { sqlite3_interrupt(database_.get()); }

  // False once SQLite has dropped the transaction on its own, as it may on a full disk.
  bool InTransaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  struct Statement {
    const char* address = nullptr;  // of the text as it was given
    std::string text;
    std::unique_ptr<sqlite3_stmt, Finalize> handle;
    // SQLite numbers $n by first appearance: for each of its parameters, the index of the value.
    std::vector<int> value_indexes;
    int values_count = 0;
  };
  class StatementUse;

  SqliteConnection(std::unique_ptr<sqlite3, Close> database, bool read_only)
      : database_(std::move(database)), read_only_(read_only) {}

  absl::StatusOr<std::unique_ptr<Statement>> Take(const Sql& sql);
  absl::StatusOr<std::unique_ptr<Statement>> Prepare(const Sql& sql);
  void PutBack(std::unique_ptr<Statement> statement);
  absl::Status Bind(const Statement& statement, absl::Span<const Value> values);
  absl::Status ToStatus(int code) const;

  const std::unique_ptr<sqlite3, Close> database_;
  const bool read_only_;
  // Prepared statements by the address of their text: they are constants, and a booking runs sixty.
  // One in use is out of the map (its entry is null), so that the same text may be run again from
  // within a row callback.
  absl::flat_hash_map<const char*, std::unique_ptr<Statement>> idle_statements_;
};

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_SQLITE_CONNECTION_H_
