#include "clients/core/retry.h"

#include "clarity/scheduling/v1/catalog_service.pb.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "clients/core/errors.h"
#include "clients/core/mocks/fake_environment.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

constexpr absl::Duration kDeadline = absl::Seconds(10);

absl::Status AskingToWait(absl::Status status, absl::Duration wait) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(wait));
  AddDetail(&status, info);
  return status;
}

class RetryLoopTest : public testing::Test {
 protected:
  RetryLoop Loop(bool idempotent = true) {
    return RetryLoop(policy_, idempotent, fake_.now() + kDeadline, environment_);
  }

  FakeEnvironment fake_{absl::FromUnixSeconds(1'800'000'000)};
  const Environment environment_ = fake_.Get();
  RetryPolicy policy_;
};

TEST_F(RetryLoopTest, WaitsLongerAfterEachFailureUpToTheMost) {
  policy_.backoff_first = absl::Milliseconds(100);
  policy_.backoff_most = absl::Milliseconds(300);
  RetryLoop loop = Loop();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(loop.WaitAfter(absl::UnavailableError("away")).ok());

  ASSERT_THAT(fake_.sleeps(), SizeIs(4));
  const auto near = [](absl::Duration expected) {
    return AllOf(Ge(expected - absl::Microseconds(1)), Le(expected));
  };
  EXPECT_THAT(fake_.sleeps(),
              ElementsAre(near(absl::Milliseconds(100)), near(absl::Milliseconds(200)),
                          near(absl::Milliseconds(300)), near(absl::Milliseconds(300))));
}

TEST_F(RetryLoopTest, JitterReachesDownToNothing) {
  fake_.set_random(0);
  RetryLoop loop = Loop();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(loop.WaitAfter(absl::UnavailableError("away")).ok());
  EXPECT_THAT(fake_.sleeps(), Each(absl::ZeroDuration()));
}

TEST_F(RetryLoopTest, StopsWhenTheAttemptsAreUsedUpAndSaysSo) {
  policy_.attempts_max = 3;
  RetryLoop loop = Loop();
  ASSERT_TRUE(loop.WaitAfter(absl::UnavailableError("away")).ok());
  ASSERT_TRUE(loop.WaitAfter(absl::UnavailableError("away")).ok());
  const absl::Status last = loop.WaitAfter(absl::UnavailableError("away"));
  EXPECT_EQ(last.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(last.message(), "away (stopped after 3 attempts: no more attempts allowed)");
}

TEST_F(RetryLoopTest, NeverWaitsPastTheDeadline) {
  policy_.attempts_max = 1000;
  RetryLoop loop = Loop();
  const absl::Time deadline = fake_.now() + kDeadline;
  absl::Status status;
  while (status.ok()) status = loop.WaitAfter(absl::UnavailableError("away"));
  EXPECT_LT(fake_.now(), deadline);
  EXPECT_THAT(std::string(status.message()), HasSubstr("the deadline is too near"));
}

TEST_F(RetryLoopTest, WaitsOnlySoLongWhereNothingListens) {
  policy_.refused_most = absl::Seconds(1);
  const absl::Status refused = absl::UnavailableError("last error: Connection refused");
  const absl::Time begin = fake_.now();
  RetryLoop loop = Loop();
  EXPECT_EQ(loop.AttemptDeadline(), begin + kDeadline);
  absl::Status status;
  while (status.ok()) status = loop.WaitAfter(refused);
  EXPECT_THAT(std::string(status.message()), HasSubstr("nothing listens there"));
  EXPECT_LT(fake_.now(), begin + absl::Seconds(1));

  RetryLoop waits = Loop();
  ASSERT_TRUE(waits.WaitAfter(refused).ok());
  EXPECT_LE(waits.AttemptDeadline(), fake_.now() + absl::Seconds(1));
  EXPECT_THAT(std::string(waits.WaitAfter(absl::DeadlineExceededError("late")).message()),
              HasSubstr("nothing listens there"));
  RetryLoop comes = Loop();
  ASSERT_TRUE(comes.WaitAfter(refused).ok());
  ASSERT_TRUE(comes.WaitAfter(absl::UnavailableError("it stops")).ok());
  EXPECT_GT(comes.AttemptDeadline(), fake_.now() + absl::Seconds(1)) << "something listens again";
}

TEST_F(RetryLoopTest, WaitsAtLeastAsLongAsTheServerAsks) {
  RetryLoop loop = Loop();
  const absl::Status overloaded =
      AskingToWait(absl::ResourceExhaustedError("too much"), absl::Seconds(2));
  ASSERT_TRUE(loop.WaitAfter(overloaded).ok());
  EXPECT_THAT(fake_.sleeps(), ElementsAre(AllOf(Ge(absl::Seconds(2)), Le(absl::Seconds(3)))));
}

TEST_F(RetryLoopTest, GivesUpAtOnceWhenTheServerAsksForMoreThanThereIs) {
  RetryLoop loop = Loop();
  const absl::Status failure = AskingToWait(absl::UnavailableError("away"), absl::Minutes(1));
  const absl::Status stopped = loop.WaitAfter(failure);
  EXPECT_EQ(stopped.message(), "away (stopped after 1 attempt: the deadline is too near)");
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(stopped).has_value()) << "details stay";
  EXPECT_THAT(fake_.sleeps(), IsEmpty());
}

TEST_F(RetryLoopTest, PassesOnWhatARepeatCannotMend) {
  const absl::Status final[] = {
      absl::AbortedError("changed"),
      absl::ResourceExhaustedError("hold limit"),  // without RetryInfo: waiting does not help
      absl::FailedPreconditionError("taken"),
      absl::DeadlineExceededError("late"),
      absl::InternalError("fault"),
  };
  for (const absl::Status& status : final) EXPECT_EQ(Loop().WaitAfter(status), status);
  EXPECT_THAT(fake_.sleeps(), IsEmpty());
}

TEST_F(RetryLoopTest, RepeatsWhatAServerCancelledAsItStopped) {
  EXPECT_TRUE(Loop().WaitAfter(absl::CancelledError("CANCELLED")).ok());
  const absl::Status stopped =
      Loop(/*idempotent=*/false).WaitAfter(absl::CancelledError("CANCELLED"));
  EXPECT_EQ(stopped.message(), "CANCELLED (stopped after 1 attempt: a repeat might do it twice)");
}

TEST_F(RetryLoopTest, ATimeoutAfterAFailureTellsOfTheFailure) {
  RetryLoop loop = Loop();
  ASSERT_TRUE(loop.WaitAfter(absl::UnavailableError("connection refused")).ok());
  EXPECT_EQ(loop.WaitAfter(absl::DeadlineExceededError("late")),
            absl::UnavailableError(
                "connection refused (stopped after 2 attempts: the deadline has passed)"));
}

TEST_F(RetryLoopTest, DoesNotRepeatWhatIsNotIdempotent) {
  const absl::Status stopped = Loop(/*idempotent=*/false).WaitAfter(absl::UnavailableError("away"));
  EXPECT_EQ(stopped.message(), "away (stopped after 1 attempt: a repeat might do it twice)");
}

TEST(Idempotency, ReadsAndWritesWithARequestIdMayBeRepeated) {
  EXPECT_TRUE(IsRead(scheduling::v1::FindSlotsRequest()));
  EXPECT_TRUE(IsIdempotent(scheduling::v1::FindSlotsRequest()));
  EXPECT_TRUE(IsIdempotent(scheduling::v1::ExportCatalogRequest()));

  scheduling::v1::BookAppointmentRequest book;
  EXPECT_FALSE(IsRead(book));
  EXPECT_FALSE(IsIdempotent(book));
  book.set_request_id("1");
  EXPECT_TRUE(IsIdempotent(book));
  book.clear_request_id();
  book.set_validate_only(true);
  EXPECT_TRUE(IsIdempotent(book));
}

TEST(Idempotency, WhatNoMethodTakesIsNotRepeated) {
  EXPECT_FALSE(IsIdempotent(scheduling::v1::Appointment()));
}

TEST(AssignRequestId, FillsAnEmptyFieldWithAUuid) {
  scheduling::v1::CreateHoldRequest request;
  AssignRequestId(&request, SystemEnvironment());
  EXPECT_THAT(request.request_id(),
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  const std::string first = request.request_id();
  AssignRequestId(&request, SystemEnvironment());
  EXPECT_EQ(request.request_id(), first) << "what the caller gave, or an earlier call, stays";

  scheduling::v1::CreateHoldRequest another;
  AssignRequestId(&another, SystemEnvironment());
  EXPECT_NE(another.request_id(), first);
}

TEST(AssignRequestId, LeavesAloneWhatOnlyValidatesOrOnlyReads) {
  scheduling::v1::CreateHoldRequest request;
  request.set_validate_only(true);
  AssignRequestId(&request, SystemEnvironment());
  EXPECT_EQ(request.request_id(), "");

  scheduling::v1::GetAppointmentRequest read;
  AssignRequestId(&read, SystemEnvironment());
  EXPECT_EQ(read.ByteSizeLong(), 0u);
}

}  // namespace
}  // namespace clarity::client
