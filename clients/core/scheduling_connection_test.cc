#include "clients/core/scheduling_connection.h"

#include <deque>
#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "clients/core/errors.h"
#include "clients/core/mocks/fake_environment.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using scheduling::v1::Appointment;
using scheduling::v1::BookAppointmentRequest;
using scheduling::v1::GetAppointmentRequest;
using scheduling::v1::SchedulingService;
using scheduling::v1::WatchAppointmentsRequest;
using scheduling::v1::WatchAppointmentsResponse;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

grpc::Status Unavailable() { return grpc::Status(grpc::StatusCode::UNAVAILABLE, "away"); }

// Answers each call with the next of the prepared answers, and remembers what came.
class FakeService final : public SchedulingService::Service {
 public:
  grpc::Status BookAppointment(grpc::ServerContext* context, const BookAppointmentRequest* request,
                               Appointment* reply) override {
    request_ids.push_back(request->request_id());
    context->AddTrailingMetadata("clarity-freshness", "fresh-7");
    reply->set_name("appointments/1");
    return Answer(context);
  }
  grpc::Status GetAppointment(grpc::ServerContext* context, const GetAppointmentRequest* request,
                              Appointment* reply) override {
    reply->set_name(request->name());
    if (wait_for_cancel) {
      under_way.Notify();
      while (!context->IsCancelled()) std::this_thread::yield();
    }
    return Answer(context);
  }
  grpc::Status WatchAppointments(grpc::ServerContext* context,
                                 const WatchAppointmentsRequest* request,
                                 grpc::ServerWriter<WatchAppointmentsResponse>* writer) override {
    resume_tokens.push_back(request->resume_token());
    if (down) return Unavailable();
    for (int i = 0; i < 2; ++i) {
      WatchAppointmentsResponse message;
      message.set_resume_token(request->resume_token() + "x");
      if (i == 1) message.set_resume_token(request->resume_token() + "xx");
      writer->Write(message);
    }
    if (wait_for_cancel) {
      while (!context->IsCancelled()) std::this_thread::yield();
    }
    return Answer(context);
  }

  std::deque<grpc::Status> answers;  // when empty: OK
  std::vector<std::string> request_ids, resume_tokens, authorizations, freshness;
  bool wait_for_cancel = false;
  absl::Notification under_way;
  bool down = false;

 private:
  grpc::Status Answer(grpc::ServerContext* context) {
    authorizations.push_back(Header(*context, "authorization"));
    freshness.push_back(Header(*context, "clarity-freshness"));
    if (answers.empty()) return grpc::Status::OK;
    grpc::Status answer = answers.front();
    answers.pop_front();
    return answer;
  }
  static std::string Header(const grpc::ServerContext& context, const char* name) {
    const auto found = context.client_metadata().find(name);
    if (found == context.client_metadata().end()) return "";
    return std::string(found->second.data(), found->second.size());
  }
};

class SchedulingConnectionTest : public testing::Test {
 protected:
  SchedulingConnectionTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    options_.environment = fake_.Get();
    options_.credentials = TokenCredentials("token-1");
  }
  ~SchedulingConnectionTest() override { server_->Shutdown(); }

  std::shared_ptr<SchedulingConnection> Connect() {
    return MakeSchedulingConnection(server_->InProcessChannel({}), options_);
  }

  FakeEnvironment fake_{absl::Now()};
  Options options_;
  FakeService service_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(SchedulingConnectionTest, EveryAttemptCarriesTheSameRequestIdAndTheToken) {
  service_.answers = {Unavailable(), Unavailable()};
  const auto appointment = Connect()->BookAppointment({}, {});
  ASSERT_TRUE(appointment.ok()) << appointment.status();
  EXPECT_EQ(appointment->name(), "appointments/1");
  ASSERT_THAT(service_.request_ids, SizeIs(3));
  EXPECT_THAT(service_.request_ids[0], SizeIs(36));
  EXPECT_THAT(service_.request_ids, Each(service_.request_ids[0]));
  EXPECT_THAT(service_.authorizations, Each("Bearer token-1"));
  EXPECT_THAT(fake_.sleeps(), SizeIs(2));
}

TEST_F(SchedulingConnectionTest, ACallThatAStoppingServerCancelsIsMadeAgain) {
  service_.answers = {grpc::Status::CANCELLED};
  const auto appointment = Connect()->BookAppointment({}, {});
  ASSERT_TRUE(appointment.ok()) << appointment.status();
  EXPECT_THAT(service_.request_ids, ElementsAre(service_.request_ids[0], service_.request_ids[0]));
}

TEST_F(SchedulingConnectionTest, OfOneCommandOnlyTheFirstCallWaitsForAServerThatIsAway) {
  options_.outage = std::make_shared<Outage>();
  options_.retry.attempts_max = 2;
  service_.answers = {grpc::Status(grpc::StatusCode::NOT_FOUND, "no such thing"), Unavailable(),
                      Unavailable()};
  EXPECT_TRUE(absl::IsNotFound(Connect()->GetAppointment({}, {}).status())) << "that is an answer";
  const absl::Status first = Connect()->GetAppointment({}, {}).status();
  EXPECT_TRUE(absl::IsUnavailable(first));
  EXPECT_EQ(Connect()->GetAppointment({}, {}).status(), first) << "also over another connection";
  EXPECT_THAT(service_.authorizations, SizeIs(3));
}

TEST_F(SchedulingConnectionTest, ACallUnderWayIsGivenUpAndNotMadeAgain) {
  options_.interrupt = std::make_shared<Interrupt>();
  const auto connection = Connect();
  service_.wait_for_cancel = true;
  std::thread somebody([&] {
    service_.under_way.WaitForNotification();
    options_.interrupt->Cancel();
  });
  EXPECT_TRUE(absl::IsCancelled(connection->GetAppointment({}, {}).status()));
  somebody.join();
  EXPECT_THAT(fake_.sleeps(), SizeIs(0));

  EXPECT_TRUE(absl::IsCancelled(connection->BookAppointment({}, {}).status())) << "nor are others";
  service_.wait_for_cancel = false;
  options_.interrupt->Reset();
  EXPECT_TRUE(connection->GetAppointment({}, {}).ok());
}

TEST_F(SchedulingConnectionTest, AWaitForAnotherAttemptIsGivenUp) {
  options_.interrupt = std::make_shared<Interrupt>();
  options_.environment.sleep = [&](absl::Duration) {
    // As it is pressed while the wait goes on, which then ends at once.
    options_.interrupt->Cancel();
    options_.interrupt->Sleep(absl::Hours(1));
  };
  service_.answers = {Unavailable()};
  EXPECT_TRUE(absl::IsCancelled(Connect()->BookAppointment({}, {}).status()));
  EXPECT_THAT(service_.request_ids, SizeIs(1));
}

TEST_F(SchedulingConnectionTest, ARequestIdOfTheCallersStays) {
  BookAppointmentRequest request;
  request.set_request_id("mine");
  ASSERT_TRUE(Connect()->BookAppointment(request, {}).ok());
  EXPECT_THAT(service_.request_ids, ElementsAre("mine"));
}

TEST_F(SchedulingConnectionTest, ReadsAfterAWriteSayHowFreshTheyMustBe) {
  const auto connection = Connect();
  ASSERT_TRUE(connection->GetAppointment({}, {}).ok());
  ASSERT_TRUE(connection->BookAppointment({}, {}).ok());
  ASSERT_TRUE(connection->GetAppointment({}, {}).ok());
  ASSERT_TRUE(connection->BookAppointment({}, {}).ok());
  EXPECT_THAT(service_.freshness, ElementsAre("", "", "fresh-7", ""));
}

TEST_F(SchedulingConnectionTest, ACallMayNameCredentialsOfItsOwn) {
  CallOptions options;
  options.credentials = TokenCredentials("token-of-a-patient");
  ASSERT_TRUE(Connect()->GetAppointment({}, options).ok());
  EXPECT_THAT(service_.authorizations, ElementsAre("Bearer token-of-a-patient"));
}

TEST_F(SchedulingConnectionTest, WithoutAReadableTokenNothingIsSent) {
  options_.credentials = TokenFileCredentials("/nonexistent/token");
  EXPECT_EQ(Connect()->GetAppointment({}, {}).status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(service_.authorizations, SizeIs(0));
}

TEST_F(SchedulingConnectionTest, ErrorsKeepTheirReason) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  info.set_reason("SLOT_TAKEN");
  details.add_details()->PackFrom(info);
  service_.answers = {
      grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "taken", details.SerializeAsString())};
  const auto appointment = Connect()->BookAppointment({}, {});
  EXPECT_EQ(ReasonOf(appointment.status()), "SLOT_TAKEN");
  EXPECT_THAT(service_.request_ids, SizeIs(1)) << "not tried again";
}

TEST_F(SchedulingConnectionTest, AWatchResumesAfterTheLastMessageItReceived) {
  service_.answers = {Unavailable(), grpc::Status::OK,
                      grpc::Status(grpc::StatusCode::OUT_OF_RANGE, "too old")};
  const auto watch = Connect()->WatchAppointments({}, {});
  std::vector<std::string> received;
  absl::StatusOr<WatchAppointmentsResponse> message = watch->Next();
  for (; message.ok(); message = watch->Next()) received.push_back(message->resume_token());
  EXPECT_THAT(received, ElementsAre("x", "xx", "xxx", "xxxx", "xxxxx", "xxxxxx"));
  EXPECT_THAT(service_.resume_tokens, ElementsAre("", "xx", "xxxx"));
  EXPECT_EQ(message.status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(SchedulingConnectionTest, AWatchThatAStoppingServerCancelsIsResumed) {
  service_.answers = {grpc::Status::CANCELLED,
                      grpc::Status(grpc::StatusCode::OUT_OF_RANGE, "too old")};
  const auto watch = Connect()->WatchAppointments({}, {});
  absl::StatusOr<WatchAppointmentsResponse> message = watch->Next();
  while (message.ok()) message = watch->Next();
  EXPECT_EQ(message.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(service_.resume_tokens, ElementsAre("", "xx"));
}

TEST_F(SchedulingConnectionTest, AWatchGivesUpWhenTheOutageLasts) {
  options_.watch_outage_max = absl::Minutes(1);
  service_.down = true;
  const auto watch = Connect()->WatchAppointments({}, {});
  const absl::Time before = fake_.now();
  EXPECT_EQ(watch->Next().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_GT(fake_.now(), before + absl::Seconds(50));
  EXPECT_LT(fake_.now(), before + absl::Minutes(1));
}

TEST_F(SchedulingConnectionTest, AWaitingWatchCanBeCancelled) {
  service_.wait_for_cancel = true;
  const auto watch = Connect()->WatchAppointments({}, {});
  ASSERT_TRUE(watch->Next().ok());
  ASSERT_TRUE(watch->Next().ok());
  std::thread other([&watch] { watch->Cancel(); });
  EXPECT_EQ(watch->Next().status().code(), absl::StatusCode::kCancelled);
  other.join();
  EXPECT_EQ(watch->Next().status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace clarity::client
