// A backup made while the server is busy, restored: what was acknowledged before it is there.

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/clarityd_process.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::tests {
namespace {

namespace fs = std::filesystem;
namespace v1 = scheduling::v1;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

constexpr int kCallers = 4;
constexpr size_t kBookedBefore = 100;
constexpr absl::Duration kAcknowledgedWithin = absl::Seconds(60);

class BackupTest : public ::testing::Test {
 protected:
  BackupTest() {
    server_.Start();
    v1::ApplyCatalogRequest apply;
    *apply.mutable_catalog() = TestCatalog();
    Value(server_.ConnectAs("operator", "OPERATOR").AsOperator().ApplyCatalog(apply));
  }
  ~BackupTest() override { StopBooking(); }

  // Callers that book one visit after the other, until they are stopped.
  void StartBooking() {
    for (int caller = 0; caller < kCallers; ++caller) {
      threads_.emplace_back([this, caller] {
        const auto client = server_.ConnectAs("agent-" + std::to_string(caller), "AGENT").AsAgent();
        for (int i = 0; !stop_; ++i) BookOne(client, caller, i);
      });
    }
  }
  void StopBooking() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    stop_ = false;
  }

  std::vector<std::string> Acknowledged() {
    std::lock_guard<std::mutex> lock(mutex_);
    return acknowledged_;
  }
  std::vector<std::string> AcknowledgedOnceThereAre(size_t count) {
    const absl::Time limit = absl::Now() + kAcknowledgedWithin;
    while (Acknowledged().size() < count) {
      if (absl::Now() > limit) throw std::runtime_error("the server has stopped booking");
      std::this_thread::yield();
    }
    return Acknowledged();
  }

  std::vector<std::string> Appointments() {
    auto everything = List("");
    everything.set_page_size(1000);
    std::vector<std::string> names;
    const auto observer = server_.ConnectAs("observer", "AGENT").AsAgent();
    for (const auto& appointment : All(observer.ListAppointments(everything))) {
      names.push_back(appointment.name());
    }
    return names;
  }

  ClaritydProcess::Ended BackUpTo(const std::string& target) {
    return server_.Run(
        {"clarityctl", "backup", "--data", server_.data_directory(), "--to", target});
  }

  ClaritydProcess server_;

 private:
  void BookOne(const client::CallCenterClient& client, int caller, int number) {
    const std::string id = std::to_string(caller) + "-" + std::to_string(number);
    const auto booked =
        client.BookAppointment(Booking(kSession, kLakeForest, NextStart(), "patients/p-" + id));
    if (!booked.ok()) return;  // A time at which the clinic is closed, or full.
    std::lock_guard<std::mutex> lock(mutex_);
    acknowledged_.push_back(booked->name());
  }

  // The quarters of an hour from the day after tomorrow on, one after the other.
  std::string NextStart() {
    const absl::Time first = At(Local(absl::Now()).substr(0, 10) + " 00:00") + absl::Hours(48);
    return Local(first + absl::Minutes(15) * next_quarter_++);
  }

  std::atomic<bool> stop_{false};
  std::atomic<int> next_quarter_{0};
  std::mutex mutex_;
  std::vector<std::string> acknowledged_;  // protected by mutex_
  std::vector<std::thread> threads_;
};

TEST_F(BackupTest, RestoredItHasAllThatWasAcknowledgedBeforeIt) {
  StartBooking();
  const auto before = AcknowledgedOnceThereAre(kBookedBefore);
  const std::string copy = server_.Elsewhere("copy");
  const auto backup = BackUpTo(copy);
  ASSERT_EQ(backup.exit_code, 0) << backup.said;
  EXPECT_THAT(backup.said, HasSubstr("appointment"));
  // The server has gone on all the while.
  AcknowledgedOnceThereAre(Acknowledged().size() + 1);
  StopBooking();

  // As the README says: stop, put the copy in the place of the data, start.
  server_.Kill();
  fs::remove_all(server_.data_directory());
  fs::copy(copy, server_.data_directory());
  server_.Start();
  EXPECT_THAT(Appointments(), IsSupersetOf(before));
  // The restored server books where the other one would have.
  StartBooking();
  AcknowledgedOnceThereAre(Acknowledged().size() + 1);
}

TEST_F(BackupTest, IsForItsOwnersEyesOnlyAndIsNotWrittenOver) {
  const std::string copy = server_.Elsewhere("copy");
  ASSERT_EQ(BackUpTo(copy + "/").exit_code, 0) << "a slash at the end changes nothing";
  for (const std::string& path : {copy, copy + "/scheduling.db"}) {
    struct stat info;
    ASSERT_EQ(stat(path.c_str(), &info), 0) << path;
    EXPECT_EQ(info.st_mode & 0077, 0U) << path;
  }
  const auto again = BackUpTo(copy);
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.said, HasSubstr("is there already"));
}

TEST_F(BackupTest, VerifySaysWhetherADirectoryIsWhole) {
  const auto live = server_.Run({"clarityctl", "verify", server_.data_directory()});
  EXPECT_EQ(live.exit_code, 0) << live.said;
  EXPECT_THAT(live.said, HasSubstr("is whole"));

  const std::string copy = server_.Elsewhere("copy");
  ASSERT_EQ(BackUpTo(copy).exit_code, 0);
  {
    std::fstream file(copy + "/scheduling.db", std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(4096 * 3);
    file << std::string(4096, '\x5a');
  }
  const auto damaged = server_.Run({"clarityctl", "verify", copy});
  EXPECT_EQ(damaged.exit_code, 1);
  EXPECT_THAT(damaged.said, HasSubstr("scheduling.db: the database file is damaged"));
}

TEST_F(BackupTest, OneThatFailsLeavesNothing) {
  const auto nowhere = server_.Run({"clarityctl", "backup", "--data", server_.Elsewhere("nothing"),
                                    "--to", server_.Elsewhere("copy")});
  EXPECT_EQ(nowhere.exit_code, 1);
  EXPECT_THAT(nowhere.said, HasSubstr("there is no store"));
  EXPECT_FALSE(fs::exists(server_.Elsewhere("copy")));
  EXPECT_FALSE(fs::exists(server_.Elsewhere("copy.partial")));
}

}  // namespace
}  // namespace clarity::tests
