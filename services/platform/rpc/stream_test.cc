#include "services/platform/rpc/stream.h"

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/mutex.h"
#include "services/platform/rpc/testing/echo_server.h"

namespace clarity::rpc {
namespace {

using testing::EchoServer;
using testing::TokenClaims;
using testing::WatchItemsRequest;
using testing::WatchItemsResponse;

constexpr size_t kBatchMax = 3;

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() {
    server_.use_cases().on_watch = [this](const Call& call, int position,
                                          std::vector<WatchItemsResponse>* batch) {
      base::MutexLock lock(&mutex_);
      positions_[call.principal.subject] = position;
      for (size_t i = position; i < items_.size() && batch->size() < kBatchMax; ++i) {
        batch->push_back(items_[i]);
      }
      return status_;
    };
  }

  struct Stream {
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::ClientReader<WatchItemsResponse>> reader;

    // The name of the next message; "end" when there is none.
    std::string Next() {
      WatchItemsResponse message;
      return reader->Read(&message) ? message.name() : "end";
    }
    grpc::StatusCode End() {
      WatchItemsResponse ignored;
      while (reader->Read(&ignored)) {
      }
      return reader->Finish().error_code();
    }
  };

  Stream Open(const TokenClaims& claims) {
    return Open(EchoServer::Context(server_.Token(claims)));
  }
  Stream Open() { return Open(server_.Claims()); }
  Stream Open(std::unique_ptr<grpc::ClientContext> context) {
    Stream stream;
    stream.context = std::move(context);
    stream.reader = server_.stub().WatchItems(stream.context.get(), WatchItemsRequest());
    return stream;
  }

  void Add(const std::string& name, size_t filler_bytes = 0) {
    {
      base::MutexLock lock(&mutex_);
      WatchItemsResponse& item = items_.emplace_back();
      item.set_name(name);
      item.set_filler(std::string(filler_bytes, 'x'));
    }
    server_.notifier().Notify("items");
  }

  int PositionOf(const std::string& subject) {
    base::MutexLock lock(&mutex_);
    return positions_[subject];
  }

  double StreamsOpen() {
    for (const auto& family : server_.metrics().registry().Collect()) {
      if (family.name == "clarity_streams_open") return family.metric[0].gauge.value;
    }
    return -1;
  }

  base::Mutex mutex_;
  std::vector<WatchItemsResponse> items_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> positions_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  EchoServer server_;
};

TEST_F(StreamTest, SendsWhatThereIsThenWhatComes) {
  for (const char* name : {"a", "b", "c", "d"}) Add(name);
  Stream stream = Open();
  for (const char* name : {"a", "b", "c", "d"}) EXPECT_EQ(stream.Next(), name);
  Add("e");
  EXPECT_EQ(stream.Next(), "e");
  Add("f");
  EXPECT_EQ(stream.Next(), "f");
  stream.context->TryCancel();
  EXPECT_EQ(stream.End(), grpc::CANCELLED);
}

TEST_F(StreamTest, OpensWithASignOfLifeWhenThereIsNoNews) {
  Stream stream = Open();
  EXPECT_EQ(stream.Next(), "");
  Add("a");
  EXPECT_EQ(stream.Next(), "a");
  stream.context->TryCancel();
}

TEST_F(StreamTest, MissesNothingUnderManyNotifications) {
  Stream stream = Open();
  ASSERT_EQ(stream.Next(), "");
  std::thread writer([this] {
    for (int i = 0; i < 500; ++i) Add(std::to_string(i));
  });
  for (int i = 0; i < 500; ++i) ASSERT_EQ(stream.Next(), std::to_string(i));
  writer.join();
  stream.context->TryCancel();
}

TEST_F(StreamTest, SendsASignOfLifeWhenNothingHappens) {
  Add("a");
  Stream stream = Open();
  EXPECT_EQ(stream.Next(), "a");
  server_.clock().Advance(limits::kHeartbeatEvery);
  EXPECT_EQ(stream.Next(), "");  // The server's own tick has sent it.
  stream.context->TryCancel();
}

TEST_F(StreamTest, FreesEverythingWhenTheCallerGoes) {
  Add("a");
  Stream stream = Open();
  EXPECT_EQ(stream.Next(), "a");
  EXPECT_EQ(StreamsOpen(), 1);
  stream.context->TryCancel();
  EXPECT_EQ(stream.End(), grpc::CANCELLED);
  while (StreamsOpen() != 0) std::this_thread::yield();
}

TEST_F(StreamTest, LetsASlowReaderDelayOnlyItself) {
  constexpr int kItems = 600;
  for (int i = 0; i < kItems; ++i) Add(std::to_string(i), /*filler_bytes=*/10'000);
  TokenClaims slow_claims = server_.Claims();
  slow_claims.subject = "slow";
  Stream slow = Open(slow_claims);
  EXPECT_EQ(slow.Next(), "0");  // and never again
  Stream fast = Open();
  for (int i = 0; i < kItems; ++i) ASSERT_EQ(fast.Next(), std::to_string(i));
  // Of six megabytes only what fits the connection's window was ever made for the slow one.
  EXPECT_LT(PositionOf("slow"), kItems);
  slow.context->TryCancel();
  fast.context->TryCancel();
}

TEST_F(StreamTest, EndsWithTheToken) {
  TokenClaims claims = server_.Claims();
  claims.expire_time = server_.clock().Now() + absl::Minutes(1);
  Add("a");
  Stream stream = Open(claims);
  EXPECT_EQ(stream.Next(), "a");
  server_.clock().Advance(absl::Minutes(1));
  EXPECT_EQ(stream.End(), grpc::UNAUTHENTICATED);
}

TEST_F(StreamTest, AQuietOneEndsWithTheTokenLongBeforeASignOfLife) {
  TokenClaims claims = server_.Claims();
  claims.expire_time = server_.clock().Now() + absl::Minutes(1);
  Add("a");
  server_.clock().Set(claims.expire_time - absl::Seconds(1));
  Stream stream = Open(claims);
  EXPECT_EQ(stream.Next(), "a");
  server_.clock().Advance(absl::Seconds(1));  // far less than limits::kHeartbeatEvery
  EXPECT_EQ(stream.End(), grpc::UNAUTHENTICATED);
}

TEST_F(StreamTest, EndsWithTheServer) {
  Add("a");
  Stream stream = Open();
  EXPECT_EQ(stream.Next(), "a");
  server_.server().Shutdown();
  EXPECT_EQ(stream.End(), grpc::UNAVAILABLE);
}

TEST_F(StreamTest, EndsWithAnErrorOfItsFeed) {
  {
    base::MutexLock lock(&mutex_);
    status_ = base::TokenExpired();
  }
  EXPECT_EQ(Open().End(), grpc::OUT_OF_RANGE);
}

TEST_F(StreamTest, IsRefusedLikeAnyOtherCall) {
  EXPECT_EQ(Open(std::make_unique<grpc::ClientContext>()).End(), grpc::UNAUTHENTICATED);
  EXPECT_EQ(Open(EchoServer::Context("nonsense")).End(), grpc::UNAUTHENTICATED);
  TokenClaims claims = server_.Claims();
  claims.roles = {"OPERATOR"};
  EXPECT_EQ(Open(claims).End(), grpc::PERMISSION_DENIED);
  while (StreamsOpen() != 0) std::this_thread::yield();
}

TEST_F(StreamTest, IsOneOfOnlySoManyForEachCaller) {
  Add("a");
  std::vector<Stream> streams;
  for (int i = 0; i < limits::kWatchersPerSubjectMax; ++i) {
    streams.push_back(Open());
    EXPECT_EQ(streams.back().Next(), "a");
  }
  EXPECT_EQ(Open().End(), grpc::RESOURCE_EXHAUSTED);
  TokenClaims somebody_else = server_.Claims();
  somebody_else.subject = "somebody else";
  Stream other = Open(somebody_else);
  EXPECT_EQ(other.Next(), "a");
  other.context->TryCancel();
  for (Stream& stream : streams) stream.context->TryCancel();
  while (StreamsOpen() != 0) std::this_thread::yield();
  EXPECT_EQ(Open().Next(), "a");  // There is room again.
}

}  // namespace
}  // namespace clarity::rpc
