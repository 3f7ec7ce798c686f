// Copies of a store that is being written to, and what is noticed of one that is not whole.

#include "services/platform/storage/sqlite/backup.h"

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/sqlite/fault_vfs.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "services/platform/storage/test_support.h"

namespace clarity::storage {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;

constexpr Migration kNotes[] = {{1, "notes", R"sql(
CREATE TABLE note (id TEXT NOT NULL PRIMARY KEY, body BYTEA NOT NULL);
)sql"}};
constexpr Migration kNotesAndColours[] = {kNotes[0], {2, "colours", R"sql(
ALTER TABLE note ADD COLUMN colour TEXT NOT NULL DEFAULT 'white';
)sql"}};

constexpr Sql kInsertNote{"INSERT INTO note (id, body) VALUES ($1, $2)"};
constexpr Sql kListNotes{"SELECT id FROM note"};

class BackupTest : public testing::Test {
 protected:
  BackupTest() {
    options_.migrations = {{"notes", kNotes}};
    options_.room_left_bytes = 0;
    options_.progress = [this](absl::string_view, int64_t done, int64_t total) {
      EXPECT_LE(done, total);
      return progress_;
    };
  }

  std::unique_ptr<SqliteDatabase> Open(const std::string& name,
                                       absl::Span<const Migration> migrations = kNotes) {
    SqliteDatabase::Options options;
    options.directory = directory_.path() + "/" + name;
    options.clock = &clock_;
    options.migrations = {{"notes", migrations}};
    options.read_connections = 1;
    return *SqliteDatabase::Open(options);
  }

  std::string FileOf(const std::string& name) const {
    return absl::StrCat(directory_.path(), "/", name, "/clarity.db");
  }

  // A note of a few pages, and the change that tells of it.
  static absl::Status PutNote(Database& database, const std::string& id) {
    return database.WriteAndWait([&](Transaction& transaction) -> absl::Status {
      transaction.AppendChange("notes", "made", id, "");
      return transaction
          .Execute(kInsertNote, {Value::Text(id), Value::Bytes(std::string(9000, 'x'))})
          .status();
    });
  }

  static std::set<std::string> Notes(Database& database) {
    std::set<std::string> notes;
    const absl::Status status = database.ReadAndWait([&](Transaction& transaction) {
      notes.clear();
      return transaction.Query(kListNotes, {}, [&](const Row& row) {
        notes.emplace(row.Text(0));
        return absl::OkStatus();
      });
    });
    EXPECT_TRUE(status.ok()) << status;
    return notes;
  }

  // What a hand that knows no rules does to a store that nobody has open.
  void Meddle(const std::string& name, const std::string& script) {
    auto connection = *SqliteConnection::Open({FileOf(name), /*read_only=*/false, 1024, nullptr});
    ASSERT_TRUE(connection->RunScript(script).ok());
  }

  absl::StatusOr<StoreContents> BackUp() {
    std::filesystem::create_directories(directory_.path() + "/copy");
    return BackUpStore(FileOf("data"), FileOf("copy"), options_);
  }
  std::vector<std::string> FilesOfCopy() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path() + "/copy")) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  base::ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  TemporaryDirectory directory_;
  BackupOptions options_;
  absl::Status progress_;
};

TEST_F(BackupTest, ACopyMadeUnderLoadHasAllThatWasAcknowledgedBefore) {
  auto database = Open("data");
  std::set<std::string> acknowledged;
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(PutNote(*database, absl::StrCat("before-", i)).ok());
    acknowledged.insert(absl::StrCat("before-", i));
  }
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) EXPECT_TRUE(PutNote(*database, absl::StrCat("during-", i)).ok());
  });
  const auto copied = BackUp();
  stop = true;
  writer.join();

  ASSERT_TRUE(copied.ok()) << copied.status();
  auto restored = Open("copy");
  const std::set<std::string> there = Notes(*restored);
  EXPECT_THAT(there, IsSupersetOf(acknowledged));
  EXPECT_EQ(copied->rows.at("note"), static_cast<int64_t>(there.size()));
  EXPECT_EQ(copied->positions.at("notes"), static_cast<int64_t>(there.size()));
  EXPECT_EQ(copied->versions.at("notes"), 1);
  // It goes on where it was.
  EXPECT_TRUE(PutNote(*restored, "after").ok());
}

TEST_F(BackupTest, ACopyIsOneFileForItsOwnersEyesOnly) {
  auto database = Open("data");
  ASSERT_TRUE(PutNote(*database, "a").ok());
  ASSERT_TRUE(BackUp().ok());
  EXPECT_THAT(FilesOfCopy(), testing::ElementsAre("clarity.db"));
  struct stat info;
  ASSERT_EQ(stat(FileOf("copy").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0077, 0u);
}

TEST_F(BackupTest, ACopyIsNeverWrittenOverAnything) {
  auto database = Open("data");
  ASSERT_TRUE(BackUp().ok());
  ASSERT_TRUE(PutNote(*database, "a").ok());
  EXPECT_EQ(BackUp().status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(VerifyStore(FileOf("copy"), options_)->rows.at("note"), 0) << "the first one stays";
}

TEST_F(BackupTest, OfACopyThatCannotBeWrittenNothingIsLeft) {
  auto database = Open("data");
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(PutNote(*database, absl::StrCat(i)).ok());
  FaultVfs vfs;
  options_.target_vfs = vfs.name();
  for (int skipped = 0;; ++skipped) {
    SCOPED_TRACE(absl::StrCat("full after ", skipped, " writes"));
    vfs.Fail(FaultVfs::Operation::kWrite, skipped, SQLITE_FULL, /*until_healed=*/true);
    const auto copied = BackUp();
    const bool met = vfs.WasMet();
    vfs.Heal();
    if (!met) {
      EXPECT_TRUE(copied.ok()) << copied.status();
      EXPECT_GT(skipped, 10) << "hardly anything was written";
      break;
    }
    ASSERT_FALSE(copied.ok());
    EXPECT_THAT(copied.status().message(), HasSubstr("full"));
    ASSERT_THAT(FilesOfCopy(), testing::IsEmpty());
  }
}

TEST_F(BackupTest, ADiskWithoutRoomIsNotBegunToFill) {
  auto database = Open("data");
  options_.room_left_bytes = std::numeric_limits<int64_t>::max();
  const auto copied = BackUp();
  EXPECT_EQ(copied.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(copied.status().message(), HasSubstr("too little room"));
  EXPECT_THAT(FilesOfCopy(), testing::IsEmpty());
}

TEST_F(BackupTest, OneThatIsBrokenOffLeavesNothing) {
  auto database = Open("data");
  progress_ = absl::CancelledError("enough");
  EXPECT_EQ(BackUp().status(), progress_);
  EXPECT_THAT(FilesOfCopy(), testing::IsEmpty());
}

TEST_F(BackupTest, OneMayBeBrokenOffWhileItIsChecked) {
  auto database = Open("data");
  std::string last;
  options_.progress = [&](absl::string_view doing, int64_t, int64_t) {
    last = std::string(doing);
    return last == "checking" ? absl::CancelledError("enough") : absl::OkStatus();
  };
  EXPECT_EQ(BackUp().status(), absl::CancelledError("enough"));
  EXPECT_EQ(last, "checking");
  EXPECT_THAT(FilesOfCopy(), testing::IsEmpty());
}

TEST_F(BackupTest, WhereThereIsNoStoreNoneIsMade) {
  EXPECT_EQ(VerifyStore(FileOf("data"), options_).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(BackUp().status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(FileOf("data")));
}

TEST_F(BackupTest, ADamagedFileIsNoticed) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(PutNote(*Open("data"), absl::StrCat(i)).ok());
  ASSERT_TRUE(VerifyStore(FileOf("data"), options_).ok());
  {
    // A page in the middle becomes what nobody wrote.
    std::fstream file(FileOf("data"), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(4096 * 20);
    file << std::string(4096, '\x5a');
  }
  EXPECT_EQ(VerifyStore(FileOf("data"), options_).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(BackUp().status().code(), absl::StatusCode::kDataLoss) << "damage is not backed up";
  EXPECT_THAT(FilesOfCopy(), testing::IsEmpty());
}

TEST_F(BackupTest, AGapInTheChangeLogIsNoticed) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(PutNote(*Open("data"), id).ok());
  ASSERT_TRUE(VerifyStore(FileOf("data"), options_).ok());
  Meddle("data", "DELETE FROM change_log WHERE position = 2");
  const auto found = VerifyStore(FileOf("data"), options_);
  EXPECT_EQ(found.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(found.status().message(), HasSubstr("change log of notes"));
}

TEST_F(BackupTest, AChangeBeyondTheEndOfItsStreamIsNoticed) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(PutNote(*Open("data"), id).ok());
  Meddle("data", "UPDATE change_stream SET position = 2");
  EXPECT_EQ(VerifyStore(FileOf("data"), options_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(BackupTest, AChangeLogThatWasTrimmedHasNoGap) {
  auto database = Open("data");
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(PutNote(*database, id).ok());
  ASSERT_TRUE(database
                  ->WriteAndWait([](Transaction& transaction) {
                    return TrimChanges(transaction, "notes", 1).status();
                  })
                  .ok());
  const auto contents = VerifyStore(FileOf("data"), options_);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->rows.at("change_log"), 1);
  EXPECT_EQ(contents->positions.at("notes"), 3);
}

TEST_F(BackupTest, AStoreOfANewerBinaryIsRefusedAndOfAnOlderOneIsFine) {
  Open("data", kNotesAndColours).reset();
  EXPECT_EQ(base::ReasonOf(BackUp().status()), "STORE_IS_NEWER");
  Open("older").reset();
  options_.migrations = {{"notes", kNotesAndColours}};
  const auto older = VerifyStore(FileOf("older"), options_);
  ASSERT_TRUE(older.ok()) << older.status();
  EXPECT_EQ(older->versions.at("notes"), 1) << "looking at it does not change it";
}

}  // namespace
}  // namespace clarity::storage
