// What only the SQLite store has: its files, its lock, its migrations, and a process that dies.

#include "services/platform/storage/sqlite/sqlite_database.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/idempotency.h"
#include "services/platform/storage/test_support.h"

namespace clarity::storage {
namespace {

using testing::HasSubstr;

constexpr Migration kFirst = {1, "notes", R"sql(
CREATE TABLE note (id TEXT NOT NULL PRIMARY KEY, body BYTEA NOT NULL);
)sql"};
constexpr Migration kSecond = {2, "colours", R"sql(
ALTER TABLE note ADD COLUMN colour TEXT NOT NULL DEFAULT 'white';
)sql"};
constexpr Migration kVersion1[] = {kFirst};
constexpr Migration kVersion2[] = {kFirst, kSecond};

constexpr Sql kInsertNote{"INSERT INTO note (id, body) VALUES ($1, $2)"};
constexpr Sql kListNotes{"SELECT id FROM note ORDER BY id"};
constexpr Sql kReadColour{"SELECT colour FROM note"};

class SqliteDatabaseTest : public testing::Test {
 protected:
  SqliteDatabase::Options Options(absl::Span<const Migration> migrations = kVersion1) {
    SqliteDatabase::Options options;
    options.directory = directory_.path() + "/data";
    options.clock = &clock_;
    options.migrations = {{"notes", migrations}};
    options.read_connections = 2;
    return options;
  }

  std::unique_ptr<SqliteDatabase> Open(absl::Span<const Migration> migrations = kVersion1) {
    auto database = SqliteDatabase::Open(Options(migrations));
    EXPECT_TRUE(database.ok()) << database.status();
    return database.ok() ? *std::move(database) : nullptr;
  }

  absl::Status OpenError(absl::Span<const Migration> migrations = kVersion1) {
    return SqliteDatabase::Open(Options(migrations)).status();
  }

  std::string DatabasePath() const { return directory_.path() + "/data/clarity.db"; }

  base::ManualClock clock_{
      absl::FromCivil(absl::CivilSecond(2027, 1, 15, 8, 0, 0), absl::UTCTimeZone())};
  TemporaryDirectory directory_;
};

absl::Status PutNote(Database& database, absl::string_view id) {
  return database.WriteAndWait([&](Transaction& transaction) {
    return transaction.Execute(kInsertNote, {Value::Text(id), Value::Bytes("x")}).status();
  });
}

std::vector<std::string> ListNotes(Database& database) {
  std::vector<std::string> ids;
  EXPECT_TRUE(database
                  .ReadAndWait([&](Transaction& transaction) {
                    ids.clear();
                    return transaction.Query(kListNotes, {}, [&](const Row& row) {
                      ids.emplace_back(row.Text(0));
                      return absl::OkStatus();
                    });
                  })
                  .ok());
  return ids;
}

// A process of its own, with a pipe to tell us things.
class Child {
 public:
  // `task` gets the writing end. Started before this process has threads, as fork demands.
  explicit Child(const std::function<void(int)>& task) {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      close(ends[0]);
      task(ends[1]);
      _exit(0);
    }
    close(ends[1]);
    reading_ = ends[0];
  }
  ~Child() {
    Kill();
    close(reading_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }

  // Adds to `text` what the child has said next; false once it has ended.
  bool Read(std::string* text) {
    char buffer[4096];
    const ssize_t bytes = read(reading_, buffer, sizeof(buffer));
    if (bytes > 0) text->append(buffer, bytes);
    return bytes > 0;
  }

  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  int reading_ = -1;
};

void Say(int pipe_end, const std::string& text) {
  if (write(pipe_end, text.data(), text.size()) != static_cast<ssize_t>(text.size())) _exit(1);
}

// -- One process ----------------------------------------------------------------------------------

TEST_F(SqliteDatabaseTest, ASecondProcessIsToldWhoHoldsTheDatabaseAndSinceWhen) {
  Child holder([&](int out) {
    auto database = SqliteDatabase::Open(Options());
    Say(out, database.ok() ? "open" : database.status().ToString());
    pause();
  });
  std::string said;
  ASSERT_TRUE(holder.Read(&said));
  ASSERT_EQ(said, "open");

  const absl::Status status = OpenError();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(base::ReasonOf(status), "DATA_DIRECTORY_IN_USE");
  EXPECT_THAT(status.message(),
              HasSubstr(absl::StrCat("process ", holder.pid(), " since 2027-01-15T08:00:00")));

  holder.Kill();  // No matter how it ends, the next one may have it.
  EXPECT_TRUE(PutNote(*Open(), "a").ok());
}

TEST_F(SqliteDatabaseTest, TheSameProcessCannotOpenItTwiceAtOnce) {
  auto database = Open();
  EXPECT_EQ(base::ReasonOf(OpenError()), "DATA_DIRECTORY_IN_USE");
}

// -- Files ----------------------------------------------------------------------------------------

TEST_F(SqliteDatabaseTest, OnlyTheOwnerMayReadItsFiles) {
  auto database = Open();
  ASSERT_TRUE(PutNote(*database, "a").ok());
  for (const char* file : {"", "/clarity.db", "/clarity.db-wal", "/clarity.db.lock"}) {
    struct stat info;
    ASSERT_EQ(stat((directory_.path() + "/data" + file).c_str(), &info), 0) << file;
    EXPECT_EQ(info.st_mode & 0077, 0u) << file;
  }
}

// Runs as somebody whom file modes bind, which they do not root.
absl::StatusCode CodeOfOpenAsNobody(const SqliteDatabase::Options& options) {
  Child child([&](int out) {
    if (geteuid() == 0 && setuid(65534) != 0) _exit(1);
    Say(out, absl::StrCat(static_cast<int>(SqliteDatabase::Open(options).status().code())));
  });
  std::string said;
  while (child.Read(&said)) {
  }
  return static_cast<absl::StatusCode>(std::stoi(said));
}

TEST_F(SqliteDatabaseTest, ADirectoryOrFileThatCannotBeWrittenIsUnavailable) {
  Open().reset();
  const std::string data = directory_.path() + "/data";
  // Nobody may reach the data, but only read it.
  ASSERT_EQ(chmod(directory_.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod(data.c_str(), 0555), 0);
  ASSERT_EQ(chmod(DatabasePath().c_str(), 0444), 0);
  EXPECT_EQ(CodeOfOpenAsNobody(Options()), absl::StatusCode::kUnavailable);
  SqliteDatabase::Options elsewhere = Options();
  elsewhere.directory = data + "/new";
  EXPECT_EQ(CodeOfOpenAsNobody(elsewhere), absl::StatusCode::kUnavailable);
  ASSERT_EQ(chmod(data.c_str(), 0777), 0);
  EXPECT_EQ(CodeOfOpenAsNobody(Options()), absl::StatusCode::kUnavailable);

  ASSERT_EQ(chmod(DatabasePath().c_str(), 0600), 0);
  EXPECT_TRUE(PutNote(*Open(), "a").ok());
}

TEST_F(SqliteDatabaseTest, ADamagedFileIsDataLoss) {
  PutNote(*Open(), "a").IgnoreError();
  const auto damage = [&](std::streamoff from, std::streamoff bytes) {
    std::fstream file(DatabasePath(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(from);
    file << std::string(bytes, '\x5a');
  };
  damage(4096, 4096 * 20);  // all but the first page
  EXPECT_EQ(OpenError().code(), absl::StatusCode::kDataLoss);
  damage(0, 4096);
  EXPECT_EQ(OpenError().code(), absl::StatusCode::kDataLoss);
}

// -- Migrations -----------------------------------------------------------------------------------

TEST_F(SqliteDatabaseTest, ANewerBinaryBringsTheStoreUpToDate) {
  ASSERT_TRUE(PutNote(*Open(kVersion1), "a").ok());
  auto database = Open(kVersion2);
  std::string colour;
  ASSERT_TRUE(database
                  ->ReadAndWait([&](Transaction& transaction) {
                    return transaction.Query(kReadColour, {}, [&](const Row& row) {
                      colour = std::string(row.Text(0));
                      return absl::OkStatus();
                    });
                  })
                  .ok());
  EXPECT_EQ(colour, "white");
}

TEST_F(SqliteDatabaseTest, AnOlderBinaryRefusesANewerStore) {
  Open(kVersion2).reset();
  const absl::Status status = OpenError(kVersion1);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(base::ReasonOf(status), "STORE_IS_NEWER");
  EXPECT_THAT(status.message(), HasSubstr("migration 2 of notes"));
  EXPECT_NE(Open(kVersion2), nullptr) << "it was left as it was";
}

TEST_F(SqliteDatabaseTest, AComponentItDoesNotKnowIsRefused) {
  Open(kVersion1).reset();
  SqliteDatabase::Options options = Options();
  options.migrations.clear();
  EXPECT_EQ(base::ReasonOf(SqliteDatabase::Open(options).status()), "STORE_IS_NEWER");
}

TEST_F(SqliteDatabaseTest, AMigrationChangedAfterItWasAppliedIsRefused) {
  Open(kVersion1).reset();
  const Migration changed[] = {{1, "notes", "CREATE TABLE note (id TEXT);"}};
  const absl::Status status = OpenError(changed);
  EXPECT_EQ(base::ReasonOf(status), "MIGRATION_CHANGED");
  EXPECT_THAT(status.message(), HasSubstr("migration 1 of notes (notes)"));
}

TEST_F(SqliteDatabaseTest, AMigrationThatFailsInTheMiddleLeavesNothing) {
  const Migration broken[] = {kFirst, {2, "broken", R"sql(
CREATE TABLE half (id TEXT NOT NULL);
INSERT INTO nowhere (id) VALUES ('x');
)sql"}};
  EXPECT_THAT(OpenError(broken).message(), HasSubstr("nowhere"));
  const Migration mended[] = {kFirst, {2, "mended", "CREATE TABLE half (id TEXT NOT NULL);"}};
  EXPECT_NE(Open(mended), nullptr);
}

// -- Inline ---------------------------------------------------------------------------------------

TEST_F(SqliteDatabaseTest, InlineWritesAreOverWhenWriteReturns) {
  SqliteDatabase::Options options = Options();
  options.inline_writes = true;
  auto database = *SqliteDatabase::Open(options);
  std::string order;
  database->Write(
      [&](Transaction& transaction) {
        transaction.OnCommit([&] { order += "effect "; });
        transaction.AppendChange("s", "k", "n", "");
        return transaction.Execute(kInsertNote, {Value::Text("a"), Value::Bytes("x")}).status();
      },
      [&](Outcome outcome) {
        EXPECT_EQ(outcome.positions.size(), 1u);
        order += "done ";
        EXPECT_TRUE(PutNote(*database, "b").ok());  // A done may go on writing.
        EXPECT_FALSE(PutNote(*database, "b").ok());
      });
  EXPECT_EQ(order, "effect done ");
  EXPECT_THAT(ListNotes(*database), testing::ElementsAre("a", "b"));
}

// -- A process that dies --------------------------------------------------------------------------

constexpr int kWriters = 4;
constexpr int kAcknowledgedBeforeKill = 150;

// Writes pairs of notes and a change each until it is killed, and names on the pipe what was
// acknowledged. Never returns.
void WriteUntilKilled(const SqliteDatabase::Options& options, int round, int out) {
  auto database = *SqliteDatabase::Open(options);
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0;; ++i) {
        const std::string id = absl::StrCat(round, "-", writer, "-", i);
        const auto work = [&](Transaction& transaction) -> absl::Status {
          for (const char* half : {"/a", "/b"}) {
            RETURN_IF_ERROR(
                transaction.Execute(kInsertNote, {Value::Text(id + half), Value::Bytes("x")})
                    .status());
          }
          transaction.AppendChange("notes", "made", id, "");
          return StoreReply(transaction, "ann", id, "Make", "hash", id, options.clock->Now());
        };
        if (!database->WriteAndWait(work).ok()) _exit(1);
        Say(out, id + "\n");
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
}

// All that was acknowledged is there; all that is there is there whole and once.
void ExpectWholeAndAcknowledged(Database& database, const std::set<std::string>& acknowledged) {
  std::vector<std::string> changed;
  ASSERT_TRUE(database
                  .ReadAndWait([&](Transaction& transaction) -> absl::Status {
                    ASSIGN_OR_RETURN(const int64_t last, LastPosition(transaction, "notes"));
                    while (static_cast<int64_t>(changed.size()) < last) {
                      ASSIGN_OR_RETURN(const std::vector<Change> changes,
                                       ReadChanges(transaction, "notes", changed.size(), 500));
                      EXPECT_FALSE(changes.empty()) << "a gap after " << changed.size();
                      if (changes.empty()) break;
                      for (const Change& change : changes) {
                        changed.push_back(change.resource_name);
                        EXPECT_EQ(change.position, static_cast<int64_t>(changed.size()));
                        const auto reply =
                            *FindReply(transaction, "ann", change.resource_name, "Make", "hash");
                        EXPECT_TRUE(reply.has_value() && reply->reply == change.resource_name);
                      }
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  std::set<std::string> halves;
  for (const std::string& id : changed) {
    EXPECT_TRUE(halves.insert(id + "/a").second) << "twice: " << id;
    halves.insert(id + "/b");
  }
  EXPECT_THAT(ListNotes(database), testing::ElementsAreArray(halves));
  for (const std::string& id : acknowledged) EXPECT_TRUE(halves.count(id + "/a")) << "lost: " << id;
}

TEST_F(SqliteDatabaseTest, KilledUnderLoadItKeepsAllThatWasAcknowledged) {
  std::set<std::string> acknowledged;
  for (int round = 0; round < 4; ++round) {
    Child writer([&](int out) { WriteUntilKilled(Options(), round, out); });
    std::string said;
    while (std::count(said.begin(), said.end(), '\n') < kAcknowledgedBeforeKill) {
      ASSERT_TRUE(writer.Read(&said)) << "it ended on its own";
    }
    writer.Kill();
    while (writer.Read(&said)) {
    }
    for (absl::string_view id : absl::StrSplit(said, '\n', absl::SkipEmpty())) {
      acknowledged.insert(std::string(id));
    }
    ExpectWholeAndAcknowledged(*Open(), acknowledged);
  }
}

}  // namespace
}  // namespace clarity::storage
