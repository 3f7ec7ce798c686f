#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/base/ids.h"
#include "tests/simulation/memory_files.h"
#include "tests/simulation/shrink.h"

namespace clarity::simulation {
namespace {

using Survival = MemoryFiles::Survival;

// A disk with a file of which "synced" is synced, and " and not" only written.
class MemoryFilesTest : public ::testing::Test {
 protected:
  MemoryFilesTest() {
    base::MutexLock lock(&files_.mutex());
    const auto file = files_.Open(kPath);
    files_.Put(file.get(), {0, "synced", false});
    files_.Sync(file.get(), kPath);
    files_.Put(file.get(), {6, " and not", false});
  }

  std::string Content() {
    base::MutexLock lock(&files_.mutex());
    return files_.Open(kPath)->content;
  }

  static constexpr char kPath[] = "file";
  MemoryFiles files_;
  base::SeededRandom random_{1};
};

TEST_F(MemoryFilesTest, WhatWasOnlyWrittenMayBeLost) {
  EXPECT_EQ(Content(), "synced and not");
  files_.Crash(Survival::kSynced, random_);
  EXPECT_EQ(Content(), "synced");
}

TEST_F(MemoryFilesTest, WhatWasWrittenMaySurvive) {
  files_.Crash(Survival::kWritten, random_);
  EXPECT_EQ(Content(), "synced and not");
  files_.Crash(Survival::kSynced, random_);
  EXPECT_EQ(Content(), "synced and not");
}

TEST_F(MemoryFilesTest, WhoWasThereBeforeACrashChangesNothingAfterIt) {
  std::shared_ptr<MemoryFiles::File> before;
  {
    base::MutexLock lock(&files_.mutex());
    before = files_.Open(kPath);
  }
  files_.Crash(Survival::kSynced, random_);
  {
    base::MutexLock lock(&files_.mutex());
    files_.Put(before.get(), {0, "too late", false});
  }
  EXPECT_EQ(Content(), "synced");
}

// Fails with a crash after a booking, whatever else there is.
bool Fails(const std::vector<Step>& steps) {
  bool is_booked = false;
  for (const Step& step : steps) {
    is_booked |= step.kind == Step::Kind::kBook;
    if (is_booked && step.kind == Step::Kind::kCrash) return true;
  }
  return false;
}

TEST(ShrinkTest, LeavesNoStepThatIsNotNeeded) {
  base::SeededRandom random(7);
  const std::vector<Step> steps = Shrink(RandomSteps(random, 500), Fails, 1000);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].kind, Step::Kind::kBook);
  EXPECT_EQ(steps[1].kind, Step::Kind::kCrash);
}

TEST(ShrinkTest, StopsAfterSoManyAttempts) {
  base::SeededRandom random(7);
  int attempts = 0;
  const auto steps = Shrink(
      RandomSteps(random, 500),
      [&](const std::vector<Step>& fewer) {
        ++attempts;
        return Fails(fewer);
      },
      10);
  EXPECT_EQ(attempts, 10);
  EXPECT_TRUE(Fails(steps));
}

}  // namespace
}  // namespace clarity::simulation
