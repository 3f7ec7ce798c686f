// What happens when the disk is full, fails, or loses its power, at every single operation.

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/sqlite/fault_vfs.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "services/platform/storage/test_support.h"

namespace clarity::storage {
namespace {

constexpr Migration kItems[] = {{1, "items", R"sql(
CREATE TABLE item (
  call BIGINT NOT NULL,
  part BIGINT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (call, part)
);
)sql"}};

constexpr Sql kInsertItem{"INSERT INTO item (call, part, body) VALUES ($1, $2, $3)"};
constexpr Sql kListItems{"SELECT call, part, body FROM item ORDER BY call, part"};

// What one call writes is several rows, large enough that a batch does not fit the writer's cache
// and SQLite writes to the log before the commit.
constexpr int kParts = 3;
constexpr int kPartBytes = 3000;
constexpr int kBatches = 2;
constexpr int kCallsPerBatch = 4;

enum class Answer { kDone, kRefusedByWork, kUnavailable, kOther };

class SqliteFaultTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteDatabase> Open(const std::string& directory, const char* vfs) {
    SqliteDatabase::Options options;
    options.directory = directory;
    options.clock = &clock_;
    options.migrations = {{"items", kItems}};
    options.read_connections = 1;
    options.writer_cache_kib = 16;
    options.checkpoint_pages = 8;
    options.vfs = vfs;
    auto database = SqliteDatabase::Open(options);
    EXPECT_TRUE(database.ok()) << database.status();
    return database.ok() ? *std::move(database) : nullptr;
  }

  // Every fourth call refuses in the end, after it has written.
  static bool Refuses(int call) { return call % 4 == 3; }

  absl::Status WriteParts(Transaction& transaction, int call) {
    RETURN_IF_ERROR(transaction.BumpGuard("items"));
    for (int part = 0; part < kParts; ++part) {
      const std::string body(kPartBytes, static_cast<char>('a' + call));
      RETURN_IF_ERROR(transaction
                          .Execute(kInsertItem,
                                   {Value::Integer(call), Value::Integer(part), Value::Bytes(body)})
                          .status());
    }
    transaction.AppendChange("items", "made", absl::StrCat("items/", call), "");
    transaction.OnCommit([this, call] { cache_.push_back(call); });
    return Refuses(call) ? absl::AbortedError("refused") : absl::OkStatus();
  }

  // Runs all calls in batches; keeps their answers.
  void WriteAll(SqliteDatabase& database) {
    answers_.assign(kBatches * kCallsPerBatch, Answer::kOther);
    cache_.clear();
    for (int batch = 0; batch < kBatches; ++batch) WriteBatch(database, batch * kCallsPerBatch);
  }

  void WriteBatch(SqliteDatabase& database, int first_call) {
    Gate begun, queued, finished;
    database.Write(
        [&](Transaction&) {
          begun.Open();
          queued.Wait();
          return absl::OkStatus();
        },
        [&](Outcome) { begun.Open(); });  // A store that fails does not even begin.
    begun.Wait();
    std::atomic<int> left = kCallsPerBatch;
    for (int call = first_call; call < first_call + kCallsPerBatch; ++call) {
      database.Write(
          [this, call](Transaction& transaction) { return WriteParts(transaction, call); },
          [&, call](Outcome outcome) {
            answers_[call] = ToAnswer(outcome.status);
            if (--left == 0) finished.Open();
          });
    }
    queued.Open();
    finished.Wait();
  }

  static Answer ToAnswer(const absl::Status& status) {
    if (status.ok()) return Answer::kDone;
    if (status == absl::AbortedError("refused")) return Answer::kRefusedByWork;
    return absl::IsUnavailable(status) ? Answer::kUnavailable : Answer::kOther;
  }

  // The calls found in the store, in the order of the change log. Every one must be there whole.
  std::vector<int> FindCalls(SqliteDatabase& database) {
    std::vector<int> changed;
    std::vector<int> parts(kBatches * kCallsPerBatch + 1);
    const absl::Status status = database.ReadAndWait([&](Transaction& transaction) -> absl::Status {
      ASSIGN_OR_RETURN(const std::vector<Change> changes,
                       ReadChanges(transaction, "items", 0, 1000));
      for (size_t i = 0; i < changes.size(); ++i) {
        EXPECT_EQ(changes[i].position, static_cast<int64_t>(i) + 1);
        changed.push_back(std::stoi(changes[i].resource_name.substr(6)));
      }
      EXPECT_EQ(*LastPosition(transaction, "items"), static_cast<int64_t>(changes.size()));
      return transaction.Query(kListItems, {}, [&](const Row& row) {
        ++parts[row.Integer(0)];
        EXPECT_EQ(row.Text(2), std::string(kPartBytes, static_cast<char>('a' + row.Integer(0))));
        return absl::OkStatus();
      });
    });
    EXPECT_TRUE(status.ok()) << status;
    const std::set<int> unique(changed.begin(), changed.end());
    EXPECT_EQ(unique.size(), changed.size()) << "a change is there twice";
    for (size_t call = 0; call < parts.size(); ++call) {
      EXPECT_EQ(parts[call], unique.count(static_cast<int>(call)) ? kParts : 0) << "call " << call;
    }
    return changed;
  }

  // While the process lives, exactly what was acknowledged is there, and so it is in the cache.
  void ExpectExactlyAcknowledged(SqliteDatabase& database) {
    std::vector<int> acknowledged;
    for (size_t call = 0; call < answers_.size(); ++call) {
      EXPECT_NE(answers_[call], Answer::kOther) << "call " << call;
      EXPECT_TRUE(answers_[call] != Answer::kRefusedByWork || Refuses(static_cast<int>(call)));
      if (answers_[call] == Answer::kDone) acknowledged.push_back(static_cast<int>(call));
    }
    EXPECT_EQ(absl::StrJoin(FindCalls(database), " "), absl::StrJoin(acknowledged, " "));
    EXPECT_EQ(absl::StrJoin(cache_, " "), absl::StrJoin(acknowledged, " "));
  }

  // After a crash nothing that was acknowledged is missing. What was being committed may be there.
  void ExpectNothingLost(SqliteDatabase& database) {
    const std::vector<int> found = FindCalls(database);
    const std::set<int> unique(found.begin(), found.end());
    for (size_t call = 0; call < answers_.size(); ++call) {
      const bool there = unique.count(static_cast<int>(call)) > 0;
      EXPECT_TRUE(there || answers_[call] != Answer::kDone) << "lost: " << call;
      EXPECT_FALSE(there && answers_[call] == Answer::kRefusedByWork) << "refused: " << call;
    }
  }

  // One run with a fault after `skipped` operations. False if there were not that many.
  bool RunWithFault(FaultVfs::Operation operation, int skipped, int code, bool until_healed) {
    TemporaryDirectory directory;
    FaultVfs vfs;
    auto database = Open(directory.path(), vfs.name());
    vfs.Fail(operation, skipped, code, until_healed);
    WriteAll(*database);
    const bool met = vfs.WasMet();
    vfs.Heal();
    ExpectExactlyAcknowledged(*database);

    // It recovers on its own, without being opened again ...
    const int next = kBatches * kCallsPerBatch;
    EXPECT_TRUE(
        database
            ->WriteAndWait([&](Transaction& transaction) { return WriteParts(transaction, next); })
            .ok());
    answers_.push_back(Answer::kDone);
    ExpectExactlyAcknowledged(*database);
    // ... and has nothing else to tell afterwards.
    database.reset();
    database = Open(directory.path(), vfs.name());
    ExpectExactlyAcknowledged(*database);
    return met;
  }

  void FailAtEveryOperation(FaultVfs::Operation operation, int code, bool until_healed) {
    int skipped = 0;
    do {
      SCOPED_TRACE(absl::StrCat("failing after ", skipped, " operations"));
      if (!RunWithFault(operation, skipped++, code, until_healed)) break;
    } while (!HasFailure());
    EXPECT_GT(skipped, 5) << "the faults were hardly met";
  }

  base::ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  std::vector<Answer> answers_;
  std::vector<int> cache_;  // what the effects keep
};

TEST_F(SqliteFaultTest, DiskFullForOneWrite) {
  FailAtEveryOperation(FaultVfs::Operation::kWrite, SQLITE_FULL, /*until_healed=*/false);
}

TEST_F(SqliteFaultTest, DiskFullUntilThereIsRoom) {
  FailAtEveryOperation(FaultVfs::Operation::kWrite, SQLITE_FULL, /*until_healed=*/true);
}

TEST_F(SqliteFaultTest, WriteErrorOnce) {
  FailAtEveryOperation(FaultVfs::Operation::kWrite, SQLITE_IOERR_WRITE, /*until_healed=*/false);
}

TEST_F(SqliteFaultTest, ReadOnlyUntilMountedForWriting) {
  FailAtEveryOperation(FaultVfs::Operation::kWrite, SQLITE_READONLY, /*until_healed=*/true);
}

TEST_F(SqliteFaultTest, SyncErrorOnce) {
  FailAtEveryOperation(FaultVfs::Operation::kSync, SQLITE_IOERR_FSYNC, /*until_healed=*/false);
}

TEST_F(SqliteFaultTest, SyncErrorUntilHealed) {
  FailAtEveryOperation(FaultVfs::Operation::kSync, SQLITE_IOERR_FSYNC, /*until_healed=*/true);
}

TEST_F(SqliteFaultTest, ReadErrorOnce) {
  FailAtEveryOperation(FaultVfs::Operation::kRead, SQLITE_IOERR_READ, /*until_healed=*/false);
}

// The machine stops after each write and sync in turn. All that was acknowledged is found again; a
// commit that was under way then may be found as well, but whole.
TEST_F(SqliteFaultTest, WhatIsInTheWayOfOpeningIsToldWithItsPlaceAndRoom) {
  const TemporaryDirectory directory;
  FaultVfs vfs;
  vfs.Fail(FaultVfs::Operation::kWrite, 0, SQLITE_IOERR_SHMSIZE, /*until_healed=*/true);
  SqliteDatabase::Options options;
  options.directory = directory.path();
  options.clock = &clock_;
  options.vfs = vfs.name();
  const absl::Status status = SqliteDatabase::Open(options).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              testing::MatchesRegex("cannot open " + directory.path() +
                                    "/clarity.db: the store cannot serve now: disk I/O error "
                                    "\\((its disk has [0-9]+ MiB left|its disk is full)\\)"));
}

TEST_F(SqliteFaultTest, PowerCutAtEveryOperation) {
  bool met = true;
  for (int skipped = 0; met && !HasFailure(); ++skipped) {
    SCOPED_TRACE(absl::StrCat("power cut after ", skipped, " operations"));
    TemporaryDirectory directory;
    FaultVfs vfs;
    auto database = Open(directory.path(), vfs.name());
    vfs.CutPower(skipped);
    WriteAll(*database);
    met = vfs.WasMet();
    TemporaryDirectory after[4];
    for (int i = 0; i < 4; ++i) {
      vfs.CopyDurable(after[i].path(), /*unsynced_database=*/i & 1, /*unsynced_log=*/i & 2);
    }
    vfs.Heal();
    for (int i = 0; i < 4; ++i) {
      SCOPED_TRACE(absl::StrCat("what had arrived unsynced: ", i));
      ExpectNothingLost(*Open(after[i].path(), vfs.name()));
    }
  }
}

}  // namespace
}  // namespace clarity::storage
