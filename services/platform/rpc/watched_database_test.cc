#include "services/platform/rpc/watched_database.h"

#include <utility>

#include "gtest/gtest.h"
#include "services/platform/base/errors.h"

namespace clarity::rpc {
namespace {

// A store whose every write ends as the test says.
class ScriptedDatabase final : public storage::Database {
 public:
  void Read(Work, Done) override { FAIL(); }
  void Write(Work, Done done) override {
    ++writes;
    std::move(done)({outcome, {}});
  }

  absl::Status outcome;
  int writes = 0;
};

class WatchedDatabaseTest : public ::testing::Test {
 protected:
  absl::Status Write() {
    return watched_.WriteAndWait([](storage::Transaction&) { return absl::OkStatus(); });
  }

  ScriptedDatabase store_;
  WatchedDatabase watched_{&store_};
};

TEST_F(WatchedDatabaseTest, LeavesAStoreAloneThatIsInNoDoubt) {
  EXPECT_TRUE(Write().ok());
  store_.outcome = absl::AbortedError("changed meanwhile");
  EXPECT_EQ(Write(), store_.outcome);
  watched_.Tick();
  EXPECT_TRUE(watched_.TakesWrites());
  EXPECT_EQ(store_.writes, 2);
}

TEST_F(WatchedDatabaseTest, AStoreThatRefusesEveryWriteIsNoticedAndNoticedAgainWhenItIsBack) {
  store_.outcome = base::Unavailable("the disk is full", absl::Seconds(1));
  EXPECT_EQ(Write(), store_.outcome);
  EXPECT_TRUE(watched_.TakesWrites()) << "one call is no proof";
  for (int i = 0; i < 2; ++i) {
    watched_.Tick();
    EXPECT_FALSE(watched_.TakesWrites());
  }
  store_.outcome = absl::OkStatus();
  watched_.Tick();  // nobody else writes
  EXPECT_TRUE(watched_.TakesWrites());
  const int writes = store_.writes;
  watched_.Tick();
  EXPECT_EQ(store_.writes, writes);
}

TEST_F(WatchedDatabaseTest, AUseCaseThatIsUnavailableSaysNothingAboutTheStore) {
  store_.outcome = base::Unavailable("many are booking these times", absl::Seconds(1));
  EXPECT_EQ(Write(), store_.outcome);
  store_.outcome = absl::OkStatus();
  watched_.Tick();
  EXPECT_TRUE(watched_.TakesWrites());
}

}  // namespace
}  // namespace clarity::rpc
