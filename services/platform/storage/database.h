#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_DATABASE_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_DATABASE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace clarity::storage {

// A value bound to a placeholder: BIGINT, TEXT, BYTEA, or NULL. It borrows: what it views must
// outlive the call it is passed to.
class Value {
 public:
  enum class Kind { kNull, kInteger, kText, kBytes };

  static Value Null() { return Value(Kind::kNull, 0, {}); }
  static Value Integer(int64_t v) { return Value(Kind::kInteger, v, {}); }
  static Value Text(absl::string_view v) { return Value(Kind::kText, 0, v); }
  static Value Bytes(absl::string_view v) { return Value(Kind::kBytes, 0, v); }
  // Times are kept as microseconds UTC.
  static Value Time(absl::Time v) { return Integer(absl::ToUnixMicros(v)); }

  Kind kind() const { return kind_; }
  int64_t integer() const { return integer_; }
  absl::string_view view() const { return view_; }

 private:
  Value(Kind kind, int64_t integer, absl::string_view view)
      : kind_(kind), integer_(integer), view_(view) {}
  Kind kind_;
  int64_t integer_;
  absl::string_view view_;
};

// One row of a result, valid only during the callback it is given to.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool IsNull(int column) const = 0;
  virtual int64_t Integer(int column) const = 0;
  virtual absl::string_view Text(int column) const = 0;  // also for BYTEA
  absl::Time Time(int column) const { return absl::FromUnixMicros(Integer(column)); }
};

// A statement of the portable subset (see migrations/README.md), with $1, $2 ... placeholders.
// Declare one as a constant beside its use: stores keep prepared statements by their text, and
// only so many of them.
struct Sql {
  const char* text;
};

// What a piece of work may do inside its transaction.
//
// An error of the store fails the transaction: every statement after it gets the same error, and
// whatever the work returns, nothing of it is kept and that error is its outcome. So that a write
// does not break a constraint knowingly, it says ON CONFLICT and looks at the number of rows.
class Transaction {
 public:
  virtual ~Transaction() = default;

  // Runs a statement; `row` (may be empty) is called for each row of the result. Returning an
  // error from `row` ends the statement with that error.
  using RowCallback = absl::FunctionRef<absl::Status(const Row&)>;
  virtual absl::Status Query(const Sql& sql, absl::Span<const Value> values, RowCallback row) = 0;

  // Runs a statement without a result; gives the number of rows it changed.
  virtual absl::StatusOr<int64_t> Execute(const Sql& sql, absl::Span<const Value> values) = 0;

  // Bumps the guard row `name` (made at first use): until this transaction ends, nobody else gets
  // past a bump of the same name. Take guards in a fixed order (see DESIGN: storage).
  absl::Status BumpGuard(absl::string_view name);

  // Adds to a change-log stream. The position is given at the commit, gap-free and in commit
  // order for each stream; streams are bumped last, in sorted order.
  virtual void AppendChange(absl::string_view stream, absl::string_view kind,
                            absl::string_view resource_name, std::string body) = 0;

  // The streams appended to so far, in sorted order.
  virtual std::vector<std::string> ChangedStreams() const = 0;

  // Runs once this transaction is durable, before `done`, in commit order. This is where caches
  // are brought up to date. Must be fast: it runs on the writer's thread.
  virtual void OnCommit(absl::AnyInvocable<void() &&> effect) = 0;
};

// What a stream held at a commit: position of the last change appended.
struct StreamPosition {
  std::string stream;
  int64_t position = 0;
};

// The outcome of a transaction. `positions` is filled for a committed write that appended
// changes: the raw material of a freshness token.
struct Outcome {
  absl::Status status;
  std::vector<StreamPosition> positions;
};

struct Change {
  std::string stream;
  int64_t position = 0;
  absl::Time time;
  std::string kind;
  std::string resource_name;
  std::string body;
};

// The seam between the services and a store.
//
// `work` runs inside a transaction, may be run again from the start (so it must rebuild what it
// captures), may run on any thread, never looks at a cache and never calls the store again. An
// error from it rolls its transaction back and is handed to `done` unchanged. `done` is called
// exactly once: for a write only after the result is durable. Both are called without any lock of
// the store held, and `done` may start further reads and writes, but not wait for a write.
//
// Errors of the store itself: UNAVAILABLE when it cannot serve now (disk full, read-only, busy):
// nothing of the work is kept, and the same call may succeed later. RESOURCE_EXHAUSTED when its
// queue is full. DATA_LOSS when a file is corrupt.
class Database {
 public:
  using Work = absl::AnyInvocable<absl::Status(Transaction&)>;
  using Done = absl::AnyInvocable<void(Outcome) &&>;

  virtual ~Database() = default;

  // A read-only transaction on one consistent snapshot.
  virtual void Read(Work work, Done done) = 0;

  // A read-write transaction. Work that is queued when the store closes is refused with
  // UNAVAILABLE; work that has begun is finished.
  virtual void Write(Work work, Done done) = 0;

  // For start-up, tools and tests: waits for the outcome. Never on a gRPC callback thread.
  absl::Status ReadAndWait(Work work);
  absl::Status WriteAndWait(Work work);
};

// Change-log reading, common to all stores.
//
// At most `limit` changes of `stream` after `position`, in order. OUT_OF_RANGE (TOKEN_EXPIRED)
// when changes after `position` have been trimmed already, and when the stream never got that far
// (the token is of a store that has since been restored).
absl::StatusOr<std::vector<Change>> ReadChanges(Transaction& transaction, absl::string_view stream,
                                                int64_t position, int limit);
// The position of the last change of `stream`; 0 for a stream without any.
absl::StatusOr<int64_t> LastPosition(Transaction& transaction, absl::string_view stream);
// Removes the oldest changes of `stream` but for the last `keep`. Gives the number removed, at most
// `kTrimRowsMax`, so that no transaction is long: call again until it is 0.
absl::StatusOr<int64_t> TrimChanges(Transaction& transaction, absl::string_view stream,
                                    int64_t keep);
inline constexpr int64_t kTrimRowsMax = 1000;

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_DATABASE_H_
