#include "services/clarityd/tidying.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/idempotency.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "services/platform/storage/test_support.h"

namespace clarity {
namespace {

class TidyingTest : public ::testing::Test {
 protected:
  TidyingTest() {
    storage::SqliteDatabase::Options options;
    options.directory = directory_.path();
    options.clock = &clock_;
    database_ = *storage::SqliteDatabase::Open(options);
  }

  void StoreReplies(int first, int count) {
    const auto store = [&](storage::Transaction& transaction) -> absl::Status {
      for (int i = first; i < first + count; ++i) {
        RETURN_IF_ERROR(storage::StoreReply(transaction, "someone", absl::StrCat(i), "a.B/C",
                                            "hash", "reply", clock_.Now()));
      }
      return absl::OkStatus();
    };
    ASSERT_TRUE(database_->WriteAndWait(store).ok());
  }

  absl::StatusOr<int64_t> Trim(storage::Transaction& transaction) {
    return storage::TrimReplies(transaction, clock_.Now() - absl::Hours(1));
  }

  const storage::TemporaryDirectory directory_;
  base::ManualClock clock_{absl::FromUnixSeconds(1'772'000'000)};
  std::unique_ptr<storage::SqliteDatabase> database_;
};

TEST_F(TidyingTest, GoesOnUntilNothingIsLeftInTransactionsThatLetOthersIn) {
  const int old = 2 * static_cast<int>(storage::kTrimRowsMax) + 10;
  StoreReplies(0, old);
  clock_.Advance(absl::Hours(2));
  StoreReplies(old, 5);
  const auto step = [this](storage::Transaction& transaction) { return Trim(transaction); };
  int steps = 0;
  for (bool has_more = true; has_more; ++steps) {
    const auto stepped = Tidying::RunStep(*database_, step);
    ASSERT_TRUE(stepped.ok()) << stepped.status();
    has_more = *stepped;
    StoreReplies(old + 5 + steps, 1);  // somebody else, between two steps
  }
  EXPECT_EQ(steps, 4) << "the last one finds nothing";
  clock_.Advance(absl::Hours(2));
  const absl::Status counted =
      database_->WriteAndWait([&](storage::Transaction& transaction) -> absl::Status {
        EXPECT_EQ(*Trim(transaction), 5 + steps) << "what was young has been kept";
        return absl::OkStatus();
      });
  EXPECT_TRUE(counted.ok()) << counted;
}

TEST_F(TidyingTest, AStepThatFailsIsTold) {
  const auto stepped = Tidying::RunStep(
      *database_, [](storage::Transaction&) { return absl::InternalError("broken"); });
  EXPECT_EQ(stepped.status(), absl::InternalError("broken"));
}

TEST_F(TidyingTest, StopsWithoutWaitingForItsTime) {
  const Tidying tidying(database_.get(), [](storage::Transaction&) { return 0; });
}

}  // namespace
}  // namespace clarity
