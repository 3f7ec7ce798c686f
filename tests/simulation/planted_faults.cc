#include "tests/simulation/planted_faults.h"

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/status_macros.h"
#include "services/scheduling/records.pb.h"

namespace clarity::simulation {
namespace {

using storage::Outcome;
using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;

constexpr PlantedFault kFaults[] = {
    {Fault::kLogNotSynced, "log-not-synced", "a commit is not synced to the disk", 2000},
    {Fault::kAcknowledgedTooEarly, "acknowledged-too-early",
     "a call is acknowledged although its commit failed", 5000},
    {Fault::kPageVersionNotBumped, "page-version-not-bumped",
     "a booking does not bump the version of a page it touches", 2000},
    {Fault::kEtagNotMoved, "etag-not-moved", "an appointment changes and keeps its etag", 2000},
    {Fault::kHoldFreedEarly, "hold-freed-early", "what a hold claims is free before it ends", 2000},
    {Fault::kHoldOverlooked, "hold-overlooked", "a booking does not see what holds have", 5000},
    {Fault::kTickLostAtPageBorder, "tick-lost-at-page-border",
     "a claim that ends at the border of a page is a tick too short", 5000},
    {Fault::kClaimLeftOut, "claim-left-out", "one of the claims of a visit is not written", 2000},
    {Fault::kCancelledKeepsClaims, "cancelled-keeps-claims",
     "a visit that is called off keeps its time", 5000},
    {Fault::kMoveGivesUpFirst, "move-gives-up-first",
     "a visit that cannot be moved loses the time it had", 10000},
    {Fault::kCapacityLost, "capacity-lost", "what is taken of a resource counts for more", 10000},
    {Fault::kOrderUnitCountedTwice, "order-unit-counted-twice",
     "a visit consumes two units of its order", 5000},
    {Fault::kRevocationLost, "revocation-lost", "an order that was revoked covers visits still",
     10000},
    {Fault::kReplayRunsTwice, "replay-runs-twice", "a repeated request is done again", 5000},
    {Fault::kChangeLeftOut, "change-left-out", "a change is not in the change log", 2000},
    {Fault::kChangeLogGap, "change-log-gap", "the change log leaves a position out", 2000},
    {Fault::kAuditLeftOut, "audit-left-out", "a write is not in the audit", 2000},
    {Fault::kCacheNotTold, "cache-not-told", "the search does not hear of a commit", 10000},
};

bool Is(const Sql& sql, const char* beginning) { return absl::StartsWith(sql.text, beginning); }

// A row with another value in one column.
class ChangedRow final : public Row {
 public:
  ChangedRow(const Row& row, int column, int64_t value)
      : row_(row), column_(column), value_(value) {}
  bool IsNull(int column) const override { return row_.IsNull(column); }
  int64_t Integer(int column) const override {
    return column == column_ ? value_ : row_.Integer(column);
  }
  absl::string_view Text(int column) const override { return row_.Text(column); }

 private:
  const Row& row_;
  const int column_;
  const int64_t value_;
};

}  // namespace

absl::Span<const PlantedFault> PlantedFaults() { return kFaults; }

class FaultyDatabase::FaultyTransaction final : public Transaction {
 public:
  FaultyTransaction(Transaction* real, FaultyDatabase* database)
      : real_(*real), fault_(database->fault_), chances_(database->chances_) {}

  absl::Status Query(const Sql& sql, absl::Span<const Value> values, RowCallback row) override {
    if (Is(sql, "SELECT body FROM appointment WHERE name")) loaded_ = std::string(values[0].view());
    if (Is(sql, "SELECT p.page, p.version")) is_placed_ = true;
    switch (fault_) {
      case Fault::kHoldOverlooked:
        if (!Is(sql, "SELECT p.page, p.version")) break;
        return real_.Query(sql, values, [&](const Row& found) {
          const bool is_hold = !found.IsNull(3) && absl::StartsWith(found.Text(3), "holds/");
          return is_hold ? row(ChangedRow(found, 7, 0)) : row(found);  // expired long ago
        });
      case Fault::kCapacityLost:
        if (!Is(sql, "SELECT p.page, p.version")) break;
        return real_.Query(sql, values, [&](const Row& found) {
          const bool takes_some = !found.IsNull(3) && found.Integer(6) > 0;
          return takes_some ? row(ChangedRow(found, 6, found.Integer(6) + 1)) : row(found);
        });
      case Fault::kOrderUnitCountedTwice:
        if (!Is(sql, "SELECT body FROM appointment WHERE order_name")) break;
        return real_.Query(sql, values, [&](const Row& found) {
          RETURN_IF_ERROR(row(found));
          return row(found);
        });
      case Fault::kReplayRunsTwice:
        if (Is(sql, "SELECT method, body_hash, reply")) return absl::OkStatus();
        break;
      default:
        break;
    }
    return real_.Query(sql, values, row);
  }

  absl::StatusOr<int64_t> Execute(const Sql& sql, absl::Span<const Value> values) override {
    switch (fault_) {
      case Fault::kPageVersionNotBumped:
        if (Is(sql, "UPDATE calendar_page SET version") && Chance(4)) return 1;
        break;
      case Fault::kEtagNotMoved:
        if (Is(sql, "INSERT INTO appointment") && Chance(4)) return WithOldEtag(sql, values);
        break;
      case Fault::kHoldFreedEarly:
        if (Is(sql, "INSERT INTO claim") && values[6].integer() != INT64_MAX) {
          constexpr int64_t kTooEarlyMicros = int64_t{5} * 60 * 1000 * 1000;
          return With(sql, values, 6, values[6].integer() - kTooEarlyMicros);
        }
        break;
      case Fault::kTickLostAtPageBorder:
        if (Is(sql, "INSERT INTO claim") && values[4].integer() % 512 == 0) {
          return With(sql, values, 4, values[4].integer() - 1);
        }
        break;
      case Fault::kClaimLeftOut:
        if (Is(sql, "INSERT INTO claim") && Chance(20)) return 1;
        break;
      case Fault::kCancelledKeepsClaims:
        if (Is(sql, "DELETE FROM claim") && absl::StartsWith(values[0].view(), "appointments/") &&
            Chance(10)) {
          return 1;
        }
        break;
      case Fault::kRevocationLost:
        if (Is(sql, "INSERT INTO visit_order") &&
            values[2].integer() == scheduling::v1::Order::STATE_REVOKED) {
          return 1;
        }
        break;
      case Fault::kReplayRunsTwice:
        if (Is(sql, "INSERT INTO request_reply")) RETURN_IF_ERROR(Forget(values));
        break;
      case Fault::kAuditLeftOut:
        if (Is(sql, "INSERT INTO audit") && Chance(10)) return 1;
        break;
      default:
        break;
    }
    return real_.Execute(sql, values);
  }

  void AppendChange(absl::string_view stream, absl::string_view kind,
                    absl::string_view resource_name, std::string body) override {
    if (fault_ == Fault::kChangeLeftOut && Chance(10)) return;
    if (fault_ == Fault::kChangeLogGap && Chance(10)) {
      static constexpr Sql kSkip{
          "UPDATE change_stream SET position = position + 1 WHERE stream = $1"};
      real_.Execute(kSkip, {Value::Text(stream)}).status().IgnoreError();
    }
    real_.AppendChange(stream, kind, resource_name, std::move(body));
  }

  std::vector<std::string> ChangedStreams() const override { return real_.ChangedStreams(); }

  void OnCommit(absl::AnyInvocable<void() &&> effect) override {
    if (fault_ == Fault::kCacheNotTold && Chance(5)) return;
    real_.OnCommit(std::move(effect));
  }

  // The appointment that a refused work was about to move; empty: none.
  std::string Moved() const { return is_placed_ ? loaded_ : ""; }

 private:
  bool Chance(int in) { return ++chances_ % in == 0; }

  // The reply to the same request that there may be already.
  absl::Status Forget(absl::Span<const Value> values) {
    static constexpr Sql kForget{
        "DELETE FROM request_reply WHERE subject = $1 AND request_id = $2"};
    return real_.Execute(kForget, values).status();
  }

  absl::StatusOr<int64_t> With(const Sql& sql, absl::Span<const Value> values, size_t index,
                               int64_t value) {
    std::vector<Value> changed(values.begin(), values.end());
    changed[index] = Value::Integer(value);
    return real_.Execute(sql, changed);
  }

  absl::StatusOr<int64_t> WithOldEtag(const Sql& sql, absl::Span<const Value> values) {
    storage::v1::AppointmentRecord record;
    record.ParseFromString(std::string(values[9].view()));
    if (record.revision() < 2) return real_.Execute(sql, values);
    record.set_revision(record.revision() - 1);
    record.mutable_appointment()->set_etag(absl::StrCat("\"", record.revision(), "\""));
    const std::string body = record.SerializeAsString();
    std::vector<Value> changed(values.begin(), values.end());
    changed[9] = Value::Bytes(body);
    return real_.Execute(sql, changed);
  }

  Transaction& real_;
  const Fault fault_;
  int& chances_;
  bool is_placed_ = false;
  std::string loaded_;
};

void FaultyDatabase::Read(Work work, Done done) {
  database_.Read(
      [this, work = std::move(work)](Transaction& transaction) mutable {
        FaultyTransaction faulty(&transaction, this);
        return work(faulty);
      },
      std::move(done));
}

void FaultyDatabase::Write(Work work, Done done) {
  auto given_up = std::make_shared<std::string>();
  database_.Write(
      [this, given_up, work = std::move(work)](Transaction& transaction) mutable {
        FaultyTransaction faulty(&transaction, this);
        absl::Status status = work(faulty);
        if (absl::IsFailedPrecondition(status)) *given_up = faulty.Moved();
        return status;
      },
      [this, given_up, done = std::move(done)](Outcome outcome) mutable {
        if (fault_ == Fault::kAcknowledgedTooEarly && absl::IsUnavailable(outcome.status)) {
          outcome.status = absl::OkStatus();
        }
        if (fault_ != Fault::kMoveGivesUpFirst || given_up->empty()) {
          return std::move(done)(std::move(outcome));
        }
        database_.Write(
            [given_up](Transaction& transaction) {
              static constexpr Sql kGiveUp{"DELETE FROM claim WHERE owner = $1"};
              return transaction.Execute(kGiveUp, {Value::Text(*given_up)}).status();
            },
            [outcome, done = std::move(done)](const Outcome&) mutable {
              std::move(done)(std::move(outcome));
            });
      });
}

}  // namespace clarity::simulation
