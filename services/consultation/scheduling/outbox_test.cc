#include "services/consultation/scheduling/outbox.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "clients/core/mocks/mock_order_connection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/consultation/limits.h"
#include "services/consultation/migrations.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "services/platform/storage/test_support.h"

namespace clarity::consultation {
namespace {

using client::CallOptions;
using scheduling::v1::PutOrderRequest;
using scheduling::v1::PutOrderResponse;
using scheduling::v1::RevokeOrderRequest;
using scheduling::v1::RevokeOrderResponse;
using storage::Transaction;
using ::testing::NiceMock;
using ::testing::Return;

class OutboxTest : public ::testing::Test {
 protected:
  OutboxTest() {
    storage::SqliteDatabase::Options options;
    options.directory = directory_.path();
    options.migrations = {Migrations()};
    options.clock = &clock_;
    database_ = *storage::SqliteDatabase::Open(options);
    outbox_ = std::make_unique<Outbox>(database_.get(), &notifier_, &clock_, &random_, &metrics_);
    ON_CALL(*orders_, PutOrder).WillByDefault(Return(PutOrderResponse()));
    ON_CALL(*orders_, RevokeOrder).WillByDefault(Return(RevokeOrderResponse()));
  }

  void Follow() {
    outbox_->Follow(orders_, [](client::OrderConnection&) { return absl::OkStatus(); });
  }
  void Put(const std::string& order) {
    PutOrderRequest request;
    request.mutable_order()->set_name(order);
    Append(request);
  }
  void Revoke(const std::string& order) {
    RevokeOrderRequest request;
    request.set_name(order);
    Append(request);
  }
  Outbox::Standing StandingOf(const std::string& order) {
    Outbox::Standing standing;
    EXPECT_TRUE(database_
                    ->ReadAndWait([&](Transaction& transaction) {
                      standing = *outbox_->StandingOf(transaction, order);
                      return absl::OkStatus();
                    })
                    .ok());
    return standing;
  }
  bool IsTaken(const std::string& order) {
    const auto standing = StandingOf(order);
    return standing.waiting == 0 && standing.refusal.empty();
  }
  double Gauge(const std::string& name, const std::string& state = "") {
    for (const auto& family : metrics_.Collect()) {
      if (family.name != name) continue;
      for (const auto& metric : family.metric) {
        if (state.empty() || metric.label.front().value == state) return metric.gauge.value;
      }
    }
    return -1;
  }
  static void Eventually(const std::function<bool()>& has_happened) {
    const absl::Time limit = absl::Now() + absl::Seconds(30);
    while (!has_happened()) {
      ASSERT_LT(absl::Now(), limit) << "it has not happened";
      absl::SleepFor(absl::Milliseconds(5));
    }
  }

  const storage::TemporaryDirectory directory_;
  base::ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  base::SeededRandom random_{1};
  prometheus::Registry metrics_;
  rpc::Notifier notifier_;
  std::unique_ptr<storage::SqliteDatabase> database_;
  const std::shared_ptr<NiceMock<client::MockOrderConnection>> orders_ =
      std::make_shared<NiceMock<client::MockOrderConnection>>();
  std::unique_ptr<Outbox> outbox_;

 private:
  template <typename Request>
  void Append(const Request& request) {
    ASSERT_TRUE(database_
                    ->WriteAndWait([&](Transaction& transaction) {
                      return outbox_->Put(transaction, request);
                    })
                    .ok());
  }
};

// What scheduling answers about one message, and about no other.
class OutboxFailureTest : public OutboxTest,
                          public ::testing::WithParamInterface<absl::StatusCode> {};

TEST_P(OutboxFailureTest, AMessageThatFailsHoldsUpNoOther) {
  EXPECT_CALL(*orders_, PutOrder)
      .WillOnce(Return(absl::Status(GetParam(), "broken")))
      .WillRepeatedly(Return(PutOrderResponse()));
  Put("orders/1");
  Revoke("orders/2");
  Follow();
  Eventually([&] { return IsTaken("orders/2"); });
  EXPECT_EQ(StandingOf("orders/1").waiting, 1);
  EXPECT_EQ(StandingOf("orders/1").attempts, 1);
  Revoke("orders/3");  // so that it looks at once
  Eventually([&] { return Gauge("clarity_outbox_messages", "set_aside") == 1; });
  clock_.Advance(limits::kOutboxFailedRetryEvery);
  Revoke("orders/4");
  Eventually([&] { return IsTaken("orders/1"); });
  EXPECT_EQ(StandingOf("orders/1").attempts, 2);
  Eventually([&] { return Gauge("clarity_outbox_messages", "set_aside") == 0; });
}

INSTANTIATE_TEST_SUITE_P(Codes, OutboxFailureTest,
                         ::testing::Values(absl::StatusCode::kInternal,
                                           absl::StatusCode::kPermissionDenied,
                                           absl::StatusCode::kAlreadyExists,
                                           absl::StatusCode::kDataLoss, absl::StatusCode::kAborted),
                         [](const auto& code) { return absl::StatusCodeToString(code.param); });

TEST_F(OutboxTest, WhatIsNewerGoesBeforeWhatWasSetAside) {
  EXPECT_CALL(*orders_, PutOrder).WillOnce(Return(absl::InternalError("broken")));
  Put("orders/1");
  Follow();
  Eventually([&] { return StandingOf("orders/1").attempts == 1; });
  Revoke("orders/1");
  Eventually([&] { return IsTaken("orders/1"); });
  clock_.Advance(limits::kOutboxFailedRetryEvery);
  // What comes after it has come to pass: the order is not put again.
  Revoke("orders/2");
  Eventually([&] { return IsTaken("orders/2"); });
}

TEST_F(OutboxTest, WhileSchedulingIsAwayMessagesWaitAndItIsToldSinceWhen) {
  EXPECT_CALL(*orders_, PutOrder)
      .WillOnce(Return(absl::UnavailableError("away")))
      .WillRepeatedly(Return(PutOrderResponse()));
  EXPECT_EQ(Gauge("clarity_outbox_messages", "waiting"), 0);
  Put("orders/1");
  Revoke("orders/2");
  Follow();
  Eventually([&] { return Gauge("clarity_outbox_messages", "waiting") == 2; });
  const auto now = static_cast<double>(absl::ToUnixSeconds(clock_.Now()));
  Eventually([&] { return Gauge("clarity_outbox_oldest_timestamp_seconds") == now; });
  Eventually([&] { return IsTaken("orders/1") && IsTaken("orders/2"); });
  Eventually([&] { return Gauge("clarity_outbox_messages", "waiting") == 0; });
  Eventually([&] { return Gauge("clarity_outbox_oldest_timestamp_seconds") == 0; });
}

TEST_F(OutboxTest, WhileSchedulingHangsNobodyWaitsForIt) {
  storage::Gate has_come;
  storage::Gate is_late;
  EXPECT_CALL(*orders_, PutOrder)
      .WillOnce(
          [&](const PutOrderRequest&, const CallOptions&) -> absl::StatusOr<PutOrderResponse> {
            has_come.Open();
            is_late.Wait();
            return absl::DeadlineExceededError("too late");
          })
      .WillRepeatedly(Return(PutOrderResponse()));
  Put("orders/1");
  Follow();
  has_come.Wait();
  Revoke("orders/2");
  EXPECT_EQ(StandingOf("orders/1").waiting, 1);
  EXPECT_EQ(StandingOf("orders/2").waiting, 1);
  is_late.Open();
  Eventually([&] { return IsTaken("orders/1") && IsTaken("orders/2"); });
  EXPECT_EQ(StandingOf("orders/1").attempts, 2);
}

TEST_F(OutboxTest, AMessageHasOneIdAtEveryAttemptAndNoOtherHasIt) {
  std::vector<std::string> ids;  // written by the outbox's thread, read once all is delivered
  EXPECT_CALL(*orders_, PutOrder)
      .WillRepeatedly([&](const PutOrderRequest& request,
                          const CallOptions&) -> absl::StatusOr<PutOrderResponse> {
        ids.push_back(request.request_id());
        if (ids.size() == 1) return absl::UnavailableError("away");
        return PutOrderResponse();
      });
  Put("orders/1");
  Put("orders/1");
  Follow();
  Eventually([&] { return IsTaken("orders/1"); });
  outbox_->Stop();
  ASSERT_EQ(ids.size(), 3);
  EXPECT_NE(ids[0], "");
  EXPECT_EQ(ids[0], ids[1]);
  EXPECT_NE(ids[1], ids[2]);
}

}  // namespace
}  // namespace clarity::consultation
