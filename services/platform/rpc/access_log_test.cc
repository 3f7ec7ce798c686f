#include "services/platform/rpc/access_log.h"

#include <sstream>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/log.h"
#include "services/platform/rpc/method.h"

namespace clarity::rpc {
namespace {

// A store that takes writes and does what the test says with them.
class HeldDatabase final : public storage::Database {
 public:
  void Read(Work, Done) override { FAIL(); }
  void Write(Work work, Done done) override {
    ++writes;
    if (!is_held) return Finish(std::move(work), std::move(done));
    held = std::make_pair(std::move(work), std::move(done));
  }
  void Release() {
    is_held = false;
    auto [work, done] = *std::exchange(held, std::nullopt);
    Finish(std::move(work), std::move(done));
  }

  int writes = 0;
  int rows = 0;
  bool is_held = true;
  bool is_away = false;

 private:
  // Counts the rows that the work adds.
  class Rows final : public storage::Transaction {
   public:
    explicit Rows(int* rows) : rows_(*rows) {}
    absl::Status Query(const storage::Sql&, absl::Span<const storage::Value>,
                       RowCallback) override {
      return absl::OkStatus();
    }
    absl::StatusOr<int64_t> Execute(const storage::Sql&,
                                    absl::Span<const storage::Value>) override {
      ++rows_;
      return 1;
    }
    void AppendChange(absl::string_view, absl::string_view, absl::string_view,
                      std::string) override {}
    std::vector<std::string> ChangedStreams() const override { return {}; }
    void OnCommit(absl::AnyInvocable<void() &&>) override {}

   private:
    int& rows_;
  };

  void Finish(Work work, Done done) {
    if (is_away) {
      std::move(done)({base::Unavailable("away", absl::Seconds(1)), {}});
      return;
    }
    Rows transaction(&rows);
    const absl::Status status = work(transaction);
    std::move(done)({status, {}});
  }

  std::optional<std::pair<Work, Done>> held;
};

class AccessLogTest : public ::testing::Test {
 protected:
  AccessLogTest() { call_.method = &method_; }

  Method method_;
  Call call_;
  HeldDatabase database_;
};

TEST_F(AccessLogTest, WritesTogetherWhatComesDuringAWrite) {
  AccessLog log(&database_);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(log.Append(call_));
  EXPECT_EQ(database_.writes, 1);
  database_.Release();
  EXPECT_EQ(database_.writes, 2);
  EXPECT_EQ(database_.rows, 50);
}

TEST_F(AccessLogTest, KeepsWhatTheStoreDidNotTakeAndTriesAgain) {
  AccessLog log(&database_);
  database_.is_away = true;
  EXPECT_TRUE(log.Append(call_));
  EXPECT_TRUE(log.Append(call_));
  database_.Release();
  EXPECT_EQ(database_.rows, 0);
  database_.is_away = false;
  EXPECT_TRUE(log.Append(call_));
  EXPECT_EQ(database_.rows, 3);
}

TEST_F(AccessLogTest, TriesAgainWithoutWaitingForAnotherRead) {
  AccessLog log(&database_);
  database_.is_away = true;
  EXPECT_TRUE(log.Append(call_));
  database_.Release();
  log.Retry();
  EXPECT_EQ(database_.rows, 0);
  database_.is_away = false;
  log.Retry();
  EXPECT_EQ(database_.rows, 1);
  const int writes = database_.writes;
  log.Retry();
  EXPECT_EQ(database_.writes, writes) << "there is nothing left";
}

TEST_F(AccessLogTest, WritesWhatIsLeftAtTheEnd) {
  database_.is_held = false;
  {
    AccessLog log(&database_);
    database_.is_away = true;
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(log.Append(call_));
    database_.is_away = false;
  }
  EXPECT_EQ(database_.rows, 3);
}

TEST_F(AccessLogTest, SaysHowManyRecordsAFullDiskHasLost) {
  database_.is_held = false;
  database_.is_away = true;
  std::ostringstream output;
  base::LogTo(&output);
  {
    AccessLog log(&database_);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(log.Append(call_));
  }
  base::LogTo(nullptr);
  EXPECT_THAT(output.str(), ::testing::HasSubstr(R"("event":"access records lost","records":3)"));
}

TEST_F(AccessLogTest, HasNoRoomWithoutEnd) {
  AccessLog log(&database_);
  EXPECT_TRUE(log.Append(call_));  // under way
  for (size_t i = 0; i < limits::kAccessRecordsQueuedMax; ++i) EXPECT_TRUE(log.Append(call_));
  EXPECT_FALSE(log.Append(call_));
  database_.Release();
  EXPECT_TRUE(log.Append(call_));
}

}  // namespace
}  // namespace clarity::rpc
