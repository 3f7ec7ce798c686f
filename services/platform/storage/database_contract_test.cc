#include <atomic>
#include <limits>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/mutex.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/audit.h"
#include "services/platform/storage/database_contract.h"
#include "services/platform/storage/idempotency.h"
#include "services/platform/storage/incarnation.h"
#include "services/platform/storage/test_support.h"

namespace clarity::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Migration kNotes[] = {{1, "notes", R"sql(
CREATE TABLE note (
  id TEXT NOT NULL PRIMARY KEY,
  body BYTEA,
  amount BIGINT
);
)sql"}};

constexpr Sql kPutNote{
    "INSERT INTO note (id, body, amount) VALUES ($1, $2, $3) "
    "ON CONFLICT (id) DO UPDATE SET body = $2, amount = $3"};
constexpr Sql kInsertNote{"INSERT INTO note (id, body, amount) VALUES ($1, $2, 0)"};
constexpr Sql kGetNote{"SELECT id, body, amount FROM note WHERE id = $1"};
constexpr Sql kListNotes{"SELECT id FROM note ORDER BY id"};
constexpr Sql kDeleteNotesBetween{"DELETE FROM note WHERE id <= $2 AND id >= $1 AND id <> $2"};

constexpr absl::Duration kHour = absl::Hours(1);

absl::Status Put(Transaction& transaction, absl::string_view id, absl::string_view body) {
  return transaction.Execute(kPutNote, {Value::Text(id), Value::Bytes(body), Value::Integer(0)})
      .status();
}

absl::StatusOr<std::string> Get(Transaction& transaction, absl::string_view id) {
  std::string body = "(none)";
  RETURN_IF_ERROR(transaction.Query(kGetNote, {Value::Text(id)}, [&](const Row& row) {
    body = std::string(row.Text(1));
    return absl::OkStatus();
  }));
  return body;
}

Database::Work Putting(std::string id, std::string body) {
  return [id, body](Transaction& transaction) { return Put(transaction, id, body); };
}

// Runs `task` with 0, 1 ... count-1, each in a thread of its own.
void InParallel(int count, const std::function<void(int)>& task) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(task, i);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

DatabaseContractTest::DatabaseContractTest()
    : clock_(absl::FromUnixSeconds(1'800'000'000)), open_(GetParam().make()) {
  Reopen();
}

void DatabaseContractTest::Reopen() {
  database_.reset();
  database_ = open_({{"notes", kNotes}, &clock_, kQueueCallsMax, /*write_batch_calls_max=*/16});
}

std::vector<Outcome> DatabaseContractTest::WriteTogether(std::vector<Database::Work> works) {
  Gate begun, queued, finished;
  database().Write(
      [&](Transaction&) {
        begun.Open();
        queued.Wait();
        return absl::OkStatus();
      },
      [](Outcome) {});
  begun.Wait();
  std::vector<Outcome> outcomes(works.size());
  std::atomic<size_t> left = works.size();
  for (size_t i = 0; i < works.size(); ++i) {
    database().Write(std::move(works[i]), [&, i](Outcome outcome) {
      outcomes[i] = std::move(outcome);
      if (--left == 0) finished.Open();
    });
  }
  queued.Open();
  finished.Wait();
  return outcomes;
}

absl::Status DatabaseContractTest::PutNote(const std::string& id, const std::string& body) {
  return database().WriteAndWait(Putting(id, body));
}

std::string DatabaseContractTest::Note(const std::string& id) {
  std::string body;
  EXPECT_TRUE(database()
                  .ReadAndWait([&](Transaction& transaction) -> absl::Status {
                    ASSIGN_OR_RETURN(body, Get(transaction, id));
                    return absl::OkStatus();
                  })
                  .ok());
  return body;
}

std::vector<Change> DatabaseContractTest::Changes(const std::string& stream) {
  std::vector<Change> changes;
  absl::Status status;
  do {
    status = database().ReadAndWait([&](Transaction& transaction) -> absl::Status {
      const int64_t after = changes.empty() ? 0 : changes.back().position;
      ASSIGN_OR_RETURN(std::vector<Change> more,
                       ReadChanges(transaction, stream, after, limits::kChangesReadMax));
      if (more.empty()) return absl::OutOfRangeError("end");
      for (Change& change : more) changes.push_back(std::move(change));
      return absl::OkStatus();
    });
  } while (status.ok());
  EXPECT_EQ(status, absl::OutOfRangeError("end"));
  return changes;
}

namespace {

// -- Statements -----------------------------------------------------------------------------------

TEST_P(DatabaseContractTest, ValuesComeBackAsTheyWent) {
  const std::string bytes("\0\xff'\n", 4);
  const int64_t least = std::numeric_limits<int64_t>::min();
  ASSERT_TRUE(
      database()
          .WriteAndWait([&](Transaction& transaction) -> absl::Status {
            RETURN_IF_ERROR(transaction
                                .Execute(kPutNote, {Value::Text("Zoë"), Value::Bytes(bytes),
                                                    Value::Integer(least)})
                                .status());
            RETURN_IF_ERROR(
                transaction.Execute(kPutNote, {Value::Text("null"), Value::Null(), Value::Null()})
                    .status());
            return transaction
                .Execute(kPutNote, {Value::Text(""), Value::Bytes(""), Value::Time(clock_.Now())})
                .status();
          })
          .ok());
  ASSERT_TRUE(
      database()
          .ReadAndWait([&](Transaction& transaction) -> absl::Status {
            RETURN_IF_ERROR(transaction.Query(kGetNote, {Value::Text("Zoë")}, [&](const Row& row) {
              EXPECT_EQ(row.Text(0), "Zoë");
              EXPECT_EQ(row.Text(1), bytes);
              EXPECT_EQ(row.Integer(2), least);
              return absl::OkStatus();
            }));
            RETURN_IF_ERROR(transaction.Query(kGetNote, {Value::Text("null")}, [&](const Row& row) {
              EXPECT_TRUE(row.IsNull(1));
              EXPECT_TRUE(row.IsNull(2));
              return absl::OkStatus();
            }));
            return transaction.Query(kGetNote, {Value::Text("")}, [&](const Row& row) {
              EXPECT_FALSE(row.IsNull(0));
              EXPECT_FALSE(row.IsNull(1));
              EXPECT_EQ(row.Text(1), "");
              EXPECT_EQ(row.Time(2), clock_.Now());
              return absl::OkStatus();
            });
          })
          .ok());
}

TEST_P(DatabaseContractTest, PlaceholdersGoByTheirNumberAndExecuteCountsRows) {
  for (const char* id : {"a", "b", "c", "d"}) ASSERT_TRUE(PutNote(id, "x").ok());
  ASSERT_TRUE(database()
                  .WriteAndWait([&](Transaction& transaction) -> absl::Status {
                    ASSIGN_OR_RETURN(const int64_t deleted,
                                     transaction.Execute(kDeleteNotesBetween,
                                                         {Value::Text("b"), Value::Text("d")}));
                    EXPECT_EQ(deleted, 2);
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(Note("a"), "x");
  EXPECT_EQ(Note("b"), "(none)");
  EXPECT_EQ(Note("d"), "x");
}

TEST_P(DatabaseContractTest, ARowMayAskFurther) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(PutNote(id, absl::StrCat(id, id)).ok());
  std::vector<std::string> seen;
  ASSERT_TRUE(database()
                  .ReadAndWait([&](Transaction& transaction) {
                    seen.clear();
                    return transaction.Query(kListNotes, {}, [&](const Row& row) -> absl::Status {
                      ASSIGN_OR_RETURN(std::string body, Get(transaction, row.Text(0)));
                      seen.push_back(body);
                      // The same statement within itself.
                      return transaction.Query(kListNotes, {}, [&](const Row&) {
                        seen.push_back(".");
                        return absl::OkStatus();
                      });
                    });
                  })
                  .ok());
  EXPECT_EQ(absl::StrJoin(seen, ""), "aa...bb...cc...");
}

TEST_P(DatabaseContractTest, AnErrorFromARowEndsTheStatementOnly) {
  ASSERT_TRUE(PutNote("a", "x").ok());
  ASSERT_TRUE(PutNote("b", "x").ok());
  ASSERT_TRUE(database()
                  .WriteAndWait([&](Transaction& transaction) -> absl::Status {
                    int rows = 0;
                    EXPECT_EQ(transaction.Query(kListNotes, {},
                                                [&](const Row&) {
                                                  ++rows;
                                                  return absl::CancelledError("enough");
                                                }),
                              absl::CancelledError("enough"));
                    EXPECT_EQ(rows, 1);
                    return Put(transaction, "c", "x");
                  })
                  .ok());
  EXPECT_EQ(Note("c"), "x");
}

TEST_P(DatabaseContractTest, AReadCannotWrite) {
  const absl::Status status = database().ReadAndWait(Putting("a", "x"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << status;
  EXPECT_EQ(Note("a"), "(none)");
}

// -- Transactions ---------------------------------------------------------------------------------

TEST_P(DatabaseContractTest, AnErrorOfTheWorkIsPassedUnchangedAndKeepsNothing) {
  const absl::Status error = base::FailedPrecondition("SLOT_TAKEN", "taken", {{"by", "b"}});
  EXPECT_EQ(database().WriteAndWait([&](Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(Put(transaction, "a", "x"));
    return error;
  }),
            error);
  EXPECT_EQ(database().ReadAndWait([&](Transaction&) { return error; }), error);
  EXPECT_EQ(Note("a"), "(none)");
}

TEST_P(DatabaseContractTest, AFailedWorkTakesNothingAwayFromTheOthersOfItsBatch) {
  std::vector<Database::Work> works;
  works.push_back(Putting("a", "1"));
  works.push_back([](Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(Put(transaction, "a", "2"));
    RETURN_IF_ERROR(Put(transaction, "b", "2"));
    return absl::AbortedError("no");
  });
  works.push_back([](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(std::string before, Get(transaction, "a"));
    return Put(transaction, "c", absl::StrCat("after ", before));
  });
  const std::vector<Outcome> outcomes = WriteTogether(std::move(works));
  EXPECT_TRUE(outcomes[0].status.ok());
  EXPECT_EQ(outcomes[1].status, absl::AbortedError("no"));
  EXPECT_TRUE(outcomes[2].status.ok());
  EXPECT_EQ(Note("a"), "1");
  EXPECT_EQ(Note("b"), "(none)");
  EXPECT_EQ(Note("c"), "after 1");
}

TEST_P(DatabaseContractTest, AStatementThatFailsFailsTheTransactionWhateverTheWorkSays) {
  ASSERT_TRUE(PutNote("a", "x").ok());
  const absl::Status status = database().WriteAndWait([](Transaction& transaction) {
    EXPECT_TRUE(Put(transaction, "b", "x").ok());
    EXPECT_FALSE(transaction.Execute(kInsertNote, {Value::Text("a"), Value::Bytes("twice")}).ok());
    EXPECT_FALSE(Put(transaction, "c", "x").ok());
    return absl::OkStatus();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << status;
  EXPECT_EQ(Note("a"), "x");
  EXPECT_EQ(Note("b"), "(none)");
  EXPECT_EQ(Note("c"), "(none)");
}

TEST_P(DatabaseContractTest, DoneFindsWhatWasWritten) {
  std::string seen;
  Gate finished;
  database().Write(Putting("a", "x"), [&](Outcome outcome) {
    EXPECT_TRUE(outcome.status.ok());
    seen = Note("a");
    finished.Open();
  });
  finished.Wait();
  EXPECT_EQ(seen, "x");
}

TEST_P(DatabaseContractTest, DoneMayStartTheNextWrite) {
  Gate finished;
  database().Write(Putting("a", "x"), [&](Outcome) {
    database().Write(Putting("b", "x"), [&](Outcome) { finished.Open(); });
  });
  finished.Wait();
  EXPECT_EQ(Note("b"), "x");
}

TEST_P(DatabaseContractTest, NobodySeesAWriteBeforeItsCommit) {
  Gate written, seen, finished;
  database().Write(
      [&](Transaction& transaction) {
        const absl::Status status = Put(transaction, "a", "x");
        written.Open();
        seen.Wait();
        return status;
      },
      [&](Outcome) { finished.Open(); });
  written.Wait();
  EXPECT_EQ(Note("a"), "(none)");
  seen.Open();
  finished.Wait();
  EXPECT_EQ(Note("a"), "x");
}

TEST_P(DatabaseContractTest, AReadSeesOneSnapshot) {
  ASSERT_TRUE(PutNote("a", "before").ok());
  ASSERT_TRUE(database()
                  .ReadAndWait([&](Transaction& transaction) -> absl::Status {
                    EXPECT_EQ(*Get(transaction, "a"), "before");
                    std::thread([&] { EXPECT_TRUE(PutNote("a", "after").ok()); }).join();
                    EXPECT_EQ(*Get(transaction, "a"), "before");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(Note("a"), "after");
}

TEST_P(DatabaseContractTest, ReadsRunBesideEachOtherAndBesideAWrite) {
  // Each side waits for the other inside its transaction: in turn they would never end.
  Gate first, second;
  std::thread reader([&] {
    EXPECT_TRUE(database()
                    .ReadAndWait([&](Transaction&) {
                      first.Open();
                      second.Wait();
                      return absl::OkStatus();
                    })
                    .ok());
  });
  first.Wait();
  EXPECT_TRUE(PutNote("a", "x").ok());
  EXPECT_EQ(Note("a"), "x");
  second.Open();
  reader.join();
}

TEST_P(DatabaseContractTest, MoreReadersThanConnectionsAllGetTheirTurn) {
  ASSERT_TRUE(PutNote("a", "x").ok());
  std::atomic<int> right = 0;
  InParallel(32, [&](int) {
    for (int i = 0; i < 20; ++i) right += Note("a") == "x";
  });
  EXPECT_EQ(right, 32 * 20);
}

TEST_P(DatabaseContractTest, WhatWasWrittenIsThereAfterReopening) {
  ASSERT_TRUE(PutNote("a", "x").ok());
  Reopen();
  EXPECT_EQ(Note("a"), "x");
}

// -- Effects --------------------------------------------------------------------------------------

TEST_P(DatabaseContractTest, EffectsRunInCommitOrderEachBeforeItsDone) {
  std::vector<int> effects;  // touched by effects and dones only, which follow one another
  std::vector<std::vector<int>> seen_by_done(8);
  std::atomic<int> left = 8;
  Gate begun, queued, finished;
  database().Write(
      [&](Transaction&) {
        begun.Open();
        queued.Wait();
        return absl::OkStatus();
      },
      [](Outcome) {});
  begun.Wait();
  for (int i = 0; i < 8; ++i) {
    database().Write(
        [&effects, i](Transaction& transaction) {
          transaction.OnCommit([&effects, i] { effects.push_back(10 * i); });
          transaction.OnCommit([&effects, i] { effects.push_back(10 * i + 1); });
          return Put(transaction, absl::StrCat(i), "x");
        },
        [&, i](Outcome) {
          seen_by_done[i] = effects;
          if (--left == 0) finished.Open();
        });
  }
  queued.Open();
  finished.Wait();
  EXPECT_THAT(effects, ElementsAre(0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51, 60, 61, 70, 71));
  for (int i = 0; i < 8; ++i) {
    EXPECT_THAT(seen_by_done[i], testing::Contains(10 * i + 1)) << "done of " << i;
  }
}

TEST_P(DatabaseContractTest, AFailedWorkHasNoEffectAndMayBeSentAgain) {
  std::vector<std::string> effects;
  int runs = 0;
  const auto work = [&](Transaction& transaction) -> absl::Status {
    transaction.OnCommit([&effects, run = runs] { effects.push_back(absl::StrCat("run ", run)); });
    transaction.AppendChange("s", "made", "notes/a", absl::StrCat("run ", runs));
    RETURN_IF_ERROR(Put(transaction, "a", "x"));
    return ++runs == 1 ? absl::AbortedError("once more") : absl::OkStatus();
  };
  EXPECT_EQ(database().WriteAndWait(work), absl::AbortedError("once more"));
  EXPECT_THAT(effects, IsEmpty());
  EXPECT_TRUE(database().WriteAndWait(work).ok());
  EXPECT_THAT(effects, ElementsAre("run 1"));
  const std::vector<Change> changes = Changes("s");
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].body, "run 1");
  EXPECT_EQ(changes[0].position, 1);
}

// -- The queue ------------------------------------------------------------------------------------

TEST_P(DatabaseContractTest, AFullQueueRefusesAtOnceAndSaysWhenToComeBack) {
  Gate begun, full, finished;
  std::atomic<int> left = kQueueCallsMax + 1;
  const auto count = [&](Outcome outcome) {
    EXPECT_TRUE(outcome.status.ok()) << outcome.status;
    if (--left == 0) finished.Open();
  };
  database().Write(
      [&](Transaction&) {
        begun.Open();
        full.Wait();
        return absl::OkStatus();
      },
      count);
  begun.Wait();
  for (size_t i = 0; i < kQueueCallsMax; ++i) {
    database().Write(Putting(absl::StrCat(i), "x"), count);
  }
  const absl::Status status = PutNote("too much", "x");
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(base::GetDetail(status, &retry));
  full.Open();
  finished.Wait();
  EXPECT_EQ(Note("too much"), "(none)");
  EXPECT_TRUE(PutNote("now", "x").ok());
}

TEST_P(DatabaseContractTest, ClosingAnswersEveryCallOnce) {
  Gate begun, closing;
  constexpr int kCalls = 40;
  std::vector<std::optional<absl::Status>> answers(kCalls);
  for (int i = 0; i < kCalls; ++i) {
    database().Write(
        [&, i](Transaction& transaction) {
          if (i == 0) {
            begun.Open();
            closing.Wait();
          }
          return Put(transaction, absl::StrCat(i), "x");
        },
        [&, i](Outcome outcome) {
          EXPECT_FALSE(answers[i].has_value()) << "answered twice: " << i;
          answers[i] = outcome.status;
        });
  }
  begun.Wait();
  std::thread closer([&] { database_.reset(); });
  closing.Open();
  closer.join();
  Reopen();
  for (int i = 0; i < kCalls; ++i) {
    ASSERT_TRUE(answers[i].has_value()) << "never answered: " << i;
    EXPECT_TRUE(answers[i]->ok() || absl::IsUnavailable(*answers[i])) << *answers[i];
    EXPECT_EQ(Note(absl::StrCat(i)), answers[i]->ok() ? "x" : "(none)") << i;
  }
  EXPECT_TRUE(answers[0]->ok()) << "it had begun";
}

// -- Guards ---------------------------------------------------------------------------------------

TEST_P(DatabaseContractTest, BehindAGuardOnlyOneAtATimeDecides) {
  constexpr int kThreads = 8, kEach = 25;
  InParallel(kThreads, [&](int) {
    for (int i = 0; i < kEach; ++i) {
      EXPECT_TRUE(database()
                      .WriteAndWait([](Transaction& transaction) -> absl::Status {
                        RETURN_IF_ERROR(transaction.BumpGuard("patients/p"));
                        ASSIGN_OR_RETURN(std::string body, Get(transaction, "counter"));
                        const int count = body == "(none)" ? 0 : std::stoi(body);
                        return Put(transaction, "counter", absl::StrCat(count + 1));
                      })
                      .ok());
    }
  });
  EXPECT_EQ(Note("counter"), absl::StrCat(kThreads * kEach));
}

// -- The change log -------------------------------------------------------------------------------

TEST_P(DatabaseContractTest, AChangeHoldsWhatWasSaidAndWhen) {
  clock_.Advance(kHour);
  std::vector<Database::Work> works;
  works.push_back([](Transaction& transaction) {
    transaction.AppendChange("clinic:b", "booked", "appointments/1", std::string("\0body", 5));
    transaction.AppendChange("clinic:a", "held", "holds/1", "");
    transaction.AppendChange("clinic:b", "moved", "appointments/2", "2");
    return absl::OkStatus();
  });
  const std::vector<Outcome> outcomes = WriteTogether(std::move(works));
  ASSERT_TRUE(outcomes[0].status.ok()) << outcomes[0].status;
  ASSERT_EQ(outcomes[0].positions.size(), 2u);
  EXPECT_EQ(outcomes[0].positions[0].stream, "clinic:a");
  EXPECT_EQ(outcomes[0].positions[0].position, 1);
  EXPECT_EQ(outcomes[0].positions[1].stream, "clinic:b");
  EXPECT_EQ(outcomes[0].positions[1].position, 2);

  const std::vector<Change> changes = Changes("clinic:b");
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].stream, "clinic:b");
  EXPECT_EQ(changes[0].position, 1);
  EXPECT_EQ(changes[0].time, clock_.Now());
  EXPECT_EQ(changes[0].kind, "booked");
  EXPECT_EQ(changes[0].resource_name, "appointments/1");
  EXPECT_EQ(changes[0].body, std::string("\0body", 5));
  EXPECT_EQ(changes[1].kind, "moved");
}

TEST_P(DatabaseContractTest, EachStreamIsGapFreeAndInCommitOrderUnderManyWriters) {
  constexpr int kThreads = 8, kEach = 40, kStreams = 3;
  base::Mutex mutex;
  std::map<std::string, std::vector<int64_t>> told;  // positions, in the order of the dones
  std::map<std::string, std::string> expected;       // "stream/position" to the body
  InParallel(kThreads, [&](int thread) {
    base::SeededRandom random(thread);
    for (int i = 0; i < kEach; ++i) {
      const uint64_t bits = random.Next();
      const std::string body = absl::StrCat(thread, ":", i);
      const bool fails = bits % 5 == 0;
      Gate finished;
      database().Write(
          [&](Transaction& transaction) -> absl::Status {
            for (int s = 0; s < kStreams; ++s) {
              if (bits >> (8 + s) & 1) transaction.AppendChange(absl::StrCat(s), "k", "n", body);
            }
            RETURN_IF_ERROR(Put(transaction, body, "x"));
            return fails ? absl::AbortedError("no") : absl::OkStatus();
          },
          [&](Outcome outcome) {
            EXPECT_EQ(outcome.status.ok(), !fails);
            {
              base::MutexLock lock(&mutex);
              for (const StreamPosition& at : outcome.positions) {
                told[at.stream].push_back(at.position);
                expected[absl::StrCat(at.stream, "/", at.position)] = body;
              }
            }
            finished.Open();  // Last: the test may end, and the mutex with it.
          });
      finished.Wait();
    }
  });
  for (const auto& [stream, positions] : told) {
    const std::vector<Change> changes = Changes(stream);
    ASSERT_EQ(changes.size(), positions.size());
    for (size_t i = 0; i < changes.size(); ++i) {
      EXPECT_EQ(changes[i].position, static_cast<int64_t>(i) + 1);
      EXPECT_EQ(positions[i], static_cast<int64_t>(i) + 1) << "done out of commit order";
      EXPECT_EQ(changes[i].body, expected[absl::StrCat(stream, "/", i + 1)]);
    }
  }
}

TEST_P(DatabaseContractTest, ReadingResumesWhereItStopped) {
  ASSERT_TRUE(database()
                  .WriteAndWait([](Transaction& transaction) {
                    for (int i = 1; i <= 5; ++i) {
                      transaction.AppendChange("s", "k", "n", absl::StrCat(i));
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  ASSERT_TRUE(database()
                  .ReadAndWait([](Transaction& transaction) -> absl::Status {
                    EXPECT_EQ(*LastPosition(transaction, "s"), 5);
                    EXPECT_EQ(*LastPosition(transaction, "unknown"), 0);
                    ASSIGN_OR_RETURN(std::vector<Change> two, ReadChanges(transaction, "s", 2, 2));
                    EXPECT_EQ(two.size(), 2u);
                    EXPECT_EQ(two[0].body, "3");
                    EXPECT_EQ(two[1].body, "4");
                    EXPECT_TRUE(ReadChanges(transaction, "s", 5, 10)->empty());
                    EXPECT_TRUE(ReadChanges(transaction, "unknown", 0, 10)->empty());
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_P(DatabaseContractTest, APositionThatIsTrimmedOrWasNeverReachedIsExpired) {
  ASSERT_TRUE(database()
                  .WriteAndWait([](Transaction& transaction) {
                    for (int i = 1; i <= 5; ++i) transaction.AppendChange("s", "k", "n", "");
                    return absl::OkStatus();
                  })
                  .ok());
  ASSERT_TRUE(database()
                  .WriteAndWait([](Transaction& transaction) -> absl::Status {
                    EXPECT_EQ(*TrimChanges(transaction, "s", 2), 3);
                    EXPECT_EQ(*TrimChanges(transaction, "s", 2), 0);
                    EXPECT_EQ(*TrimChanges(transaction, "unknown", 2), 0);
                    return absl::OkStatus();
                  })
                  .ok());
  ASSERT_TRUE(database()
                  .ReadAndWait([](Transaction& transaction) {
                    EXPECT_EQ(ReadChanges(transaction, "s", 3, 10)->size(), 2u);
                    EXPECT_EQ(*LastPosition(transaction, "s"), 5);
                    for (const int64_t position : {2, 0, -1, 6}) {
                      const absl::Status status =
                          ReadChanges(transaction, "s", position, 10).status();
                      EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << position;
                      EXPECT_EQ(base::ReasonOf(status), "TOKEN_EXPIRED");
                    }
                    EXPECT_FALSE(ReadChanges(transaction, "unknown", 1, 10).ok());
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_P(DatabaseContractTest, TrimmingTakesNoMoreThanAShortTransactionAtOnce) {
  constexpr int64_t kChanges = kTrimRowsMax + 10;
  ASSERT_TRUE(database()
                  .WriteAndWait([](Transaction& transaction) {
                    for (int64_t i = 0; i < kChanges; ++i) {
                      transaction.AppendChange("s", "k", "n", "");
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  ASSERT_TRUE(database()
                  .WriteAndWait([](Transaction& transaction) {
                    EXPECT_EQ(*TrimChanges(transaction, "s", 0), kTrimRowsMax);
                    EXPECT_EQ(*TrimChanges(transaction, "s", 0), 10);
                    EXPECT_TRUE(ReadChanges(transaction, "s", kChanges, 1)->empty());
                    transaction.AppendChange("s", "k", "n", "next");
                    return absl::OkStatus();
                  })
                  .ok());
  ASSERT_TRUE(database()
                  .ReadAndWait([](Transaction& transaction) {
                    EXPECT_EQ(*LastPosition(transaction, "s"), kChanges + 1);
                    return absl::OkStatus();
                  })
                  .ok());
}

// -- Idempotency ----------------------------------------------------------------------------------

TEST_P(DatabaseContractTest, AReplyIsFoundAgainByTheSameRequestOnly) {
  ASSERT_TRUE(database()
                  .WriteAndWait([&](Transaction& transaction) -> absl::Status {
                    ASSIGN_OR_RETURN(auto none, FindReply(transaction, "ann", "r1", "Book", "h1"));
                    EXPECT_FALSE(none.has_value());
                    return StoreReply(transaction, "ann", "r1", "Book", "h1", "reply",
                                      clock_.Now());
                  })
                  .ok());
  ASSERT_TRUE(database()
                  .ReadAndWait([](Transaction& transaction) {
                    const auto found = *FindReply(transaction, "ann", "r1", "Book", "h1");
                    EXPECT_EQ(found->reply, "reply");
                    EXPECT_TRUE(found->positions.empty()) << "it has changed no stream";
                    EXPECT_FALSE(FindReply(transaction, "bob", "r1", "Book", "h1")->has_value());
                    EXPECT_FALSE(FindReply(transaction, "ann", "r2", "Book", "h1")->has_value());
                    for (const auto& [method, hash] :
                         {std::pair{"Cancel", "h1"}, std::pair{"Book", "h2"}}) {
                      const absl::Status status =
                          FindReply(transaction, "ann", "r1", method, hash).status();
                      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
                      EXPECT_EQ(base::ReasonOf(status), "REQUEST_ID_REUSED");
                    }
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_P(DatabaseContractTest, AStoredReplyKnowsWhereItsStreamsAreNow) {
  const auto book = [&](absl::string_view id, const std::vector<std::string>& streams) {
    ASSERT_TRUE(database()
                    .WriteAndWait([&](Transaction& transaction) {
                      for (const std::string& stream : streams) {
                        transaction.AppendChange(stream, "k", "n", "");
                      }
                      return StoreReply(transaction, "ann", id, "Book", "h", "", clock_.Now());
                    })
                    .ok());
  };
  book("r1", {"clinic:b", "clinic:a", "clinic:b"});
  book("r2", {"clinic:a"});
  std::vector<std::string> found;
  ASSERT_TRUE(database()
                  .ReadAndWait([&](Transaction& transaction) -> absl::Status {
                    ASSIGN_OR_RETURN(const auto reply,
                                     FindReply(transaction, "ann", "r1", "Book", "h"));
                    for (const StreamPosition& at : reply->positions) {
                      found.push_back(absl::StrCat(at.stream, "@", at.position));
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(found, testing::ElementsAre("clinic:a@2", "clinic:b@2"));
}

TEST_P(DatabaseContractTest, ALifeIsNamedOnce) {
  const auto incarnation = [&] {
    std::string id;
    EXPECT_TRUE(database()
                    .ReadAndWait([&](Transaction& transaction) -> absl::Status {
                      ASSIGN_OR_RETURN(id, Incarnation(transaction));
                      return absl::OkStatus();
                    })
                    .ok());
    return id;
  };
  EXPECT_EQ(incarnation(), "");
  ASSERT_TRUE(BeginIncarnation(database(), "first").ok());
  ASSERT_TRUE(BeginIncarnation(database(), "second").ok());
  EXPECT_EQ(incarnation(), "first");
}

TEST_P(DatabaseContractTest, OneRequestSentByManyAtOnceIsDoneOnce) {
  std::atomic<int> done = 0, replayed = 0;
  InParallel(8, [&](int thread) {
    bool replay = false;
    EXPECT_TRUE(database()
                    .WriteAndWait([&](Transaction& transaction) -> absl::Status {
                      ASSIGN_OR_RETURN(auto reply, FindReply(transaction, "ann", "r", "Book", "h"));
                      replay = reply.has_value();
                      if (replay) return absl::OkStatus();
                      RETURN_IF_ERROR(Put(transaction, absl::StrCat(thread), "x"));
                      return StoreReply(transaction, "ann", "r", "Book", "h", "", clock_.Now());
                    })
                    .ok());
    ++(replay ? replayed : done);
  });
  EXPECT_EQ(done, 1);
  EXPECT_EQ(replayed, 7);
}

TEST_P(DatabaseContractTest, AFailedRequestStoresNoReplyAndOldOnesAreForgotten) {
  EXPECT_FALSE(database()
                   .WriteAndWait([&](Transaction& transaction) -> absl::Status {
                     RETURN_IF_ERROR(StoreReply(transaction, "ann", "failed", "Book", "h", "reply",
                                                clock_.Now()));
                     return absl::AbortedError("no");
                   })
                   .ok());
  for (const char* id : {"old", "new"}) {
    ASSERT_TRUE(database()
                    .WriteAndWait([&](Transaction& transaction) {
                      return StoreReply(transaction, "ann", id, "Book", "h", id, clock_.Now());
                    })
                    .ok());
    clock_.Advance(kHour);
  }
  ASSERT_TRUE(database()
                  .WriteAndWait([&](Transaction& transaction) {
                    EXPECT_EQ(*TrimReplies(transaction, clock_.Now() - kHour), 1);
                    EXPECT_EQ(*TrimReplies(transaction, clock_.Now() - kHour), 0);
                    EXPECT_FALSE(FindReply(transaction, "ann", "failed", "Book", "h")->has_value());
                    EXPECT_FALSE(FindReply(transaction, "ann", "old", "Book", "h")->has_value());
                    EXPECT_EQ((*FindReply(transaction, "ann", "new", "Book", "h"))->reply, "new");
                    return absl::OkStatus();
                  })
                  .ok());
}

// -- Audit ----------------------------------------------------------------------------------------

TEST_P(DatabaseContractTest, AuditRecordsAreReadInOrderAsTheyWereWritten) {
  base::SeededRandom random(1);
  std::vector<AuditRecord> records;
  for (const char* method : {"Book", "Cancel"}) {
    records.push_back({base::NewId(clock_.Now(), random), clock_.Now(), "subject", "actor", method,
                       "appointments/1", "request", "reason", "clinics/lake-forest"});
    ASSERT_TRUE(database()
                    .WriteAndWait([&](Transaction& transaction) {
                      return AppendAudit(transaction, records.back());
                    })
                    .ok());
    clock_.Advance(kHour);
  }
  std::vector<AuditRecord> read;
  ASSERT_TRUE(database()
                  .ReadAndWait([&](Transaction& transaction) -> absl::Status {
                    ASSIGN_OR_RETURN(read, ReadAudit(transaction, "", 1));
                    ASSIGN_OR_RETURN(auto rest, ReadAudit(transaction, read.back().id, 10));
                    read.insert(read.end(), rest.begin(), rest.end());
                    return absl::OkStatus();
                  })
                  .ok());
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].id, records[0].id);
  EXPECT_EQ(read[0].time, records[0].time);
  EXPECT_EQ(read[0].subject, "subject");
  EXPECT_EQ(read[0].actor, "actor");
  EXPECT_EQ(read[0].method, "Book");
  EXPECT_EQ(read[0].resource_name, "appointments/1");
  EXPECT_EQ(read[0].request_id, "request");
  EXPECT_EQ(read[0].reason, "reason");
  EXPECT_EQ(read[0].clinic, "clinics/lake-forest");
  EXPECT_EQ(read[1].method, "Cancel");
}

}  // namespace
}  // namespace clarity::storage
