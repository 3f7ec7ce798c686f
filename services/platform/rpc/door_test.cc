#include "services/platform/rpc/door.h"

#include <future>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/log.h"
#include "services/platform/rpc/door_test.h"
#include "services/platform/rpc/freshness.h"

namespace clarity::rpc {
namespace {

using testing::CountRequest;
using testing::CountResponse;
using testing::EchoServer;
using ::testing::ElementsAre;
using testing::GetItemRequest;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Item;
using ::testing::Not;
using testing::PingRequest;
using testing::PingResponse;
using testing::PutGroupRequest;
using testing::PutGroupResponse;
using testing::PutItemRequest;
using ::testing::SizeIs;
using testing::TokenClaims;

TEST_F(DoorTest, TellsNobodyAnythingWithoutAGoodToken) {
  TokenClaims expired = server_.Claims();
  expired.expire_time = server_.clock().Now();
  for (const std::string& token : {std::string("nonsense"), server_.Token(expired)}) {
    auto context = EchoServer::Context(token);
    PingResponse reply;
    const auto status = server_.stub().Ping(context.get(), PingRequest(), &reply);
    EXPECT_EQ(status.error_code(), grpc::UNAUTHENTICATED);
    EXPECT_EQ(ReasonOf(status), "UNAUTHENTICATED");
  }
}

TEST_F(DoorTest, WantsExactlyOneBearerToken) {
  const std::string token = server_.Token(server_.Claims());
  const auto ping = [&](const std::vector<std::string>& values) {
    grpc::ClientContext context;
    for (const std::string& value : values) context.AddMetadata("authorization", value);
    PingResponse reply;
    return server_.stub().Ping(&context, PingRequest(), &reply).error_code();
  };
  EXPECT_EQ(ping({}), grpc::UNAUTHENTICATED);
  EXPECT_EQ(ping({token}), grpc::UNAUTHENTICATED);
  EXPECT_EQ(ping({"Basic " + token}), grpc::UNAUTHENTICATED);
  EXPECT_EQ(ping({"Bearer " + token, "Bearer " + token}), grpc::UNAUTHENTICATED);
  EXPECT_EQ(ping({"Bearer " + token}), grpc::OK);
  EXPECT_EQ(ping({"bearer " + token}), grpc::OK);
}

TEST_F(DoorTest, RefusesACallerWithoutThePermission) {
  TokenClaims claims = server_.Claims();
  claims.roles = {"AGENT"};
  const auto status = Put(GoodPut(), claims);
  EXPECT_EQ(status.error_code(), grpc::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(status), "PERMISSION_DENIED");
  EXPECT_EQ(server_.use_cases().puts, 0);
}

TEST_F(DoorTest, TellsAllThatIsWrongAtOnce) {
  const auto status = Put(testing::FromText<PutItemRequest>(
      "item { clinic: 'here' count: 9 parts { count: 1 } parts { count: 77 } kind: 42 }"));
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST");
  EXPECT_THAT(PathsOf(status),
              ::testing::UnorderedElementsAre("request_id", "item.clinic", "item.count",
                                              "item.parts[1].count", "item.kind"));
  EXPECT_EQ(server_.use_cases().puts, 0);
}

TEST_F(DoorTest, DropsWhatOnlyTheServerFills) {
  PutItemRequest request = GoodPut();
  request.mutable_item()->set_name("whatever");
  request.mutable_item()->add_parts()->set_count(1);
  request.mutable_item()->mutable_parts(0)->set_name("x");
  Item reply;
  ASSERT_TRUE(Put(request, &reply).ok());
  EXPECT_EQ(reply.name(), "items/1");
  EXPECT_EQ(reply.parts(0).name(), "");
}

TEST_F(DoorTest, KeepsAPatientToTheOwnRecord) {
  TokenClaims claims = server_.Claims();
  claims.roles = {"PATIENT"};
  claims.patient = "patients/p1";
  claims.clinics = {};
  PutItemRequest request = GoodPut();
  Item reply;
  ASSERT_TRUE(Put(request, claims, &reply).ok());
  EXPECT_EQ(reply.patient(), "patients/p1");
  request.mutable_item()->set_patient("patients/p2");
  request.set_request_id("r2");
  EXPECT_EQ(Put(request, claims).error_code(), grpc::PERMISSION_DENIED);
  // Somebody who is no patient may name any.
  EXPECT_TRUE(Put(request).ok());
}

TEST_F(DoorTest, FillsThePatientInEveryElementOfAList) {
  TokenClaims claims = server_.Claims();
  claims.roles = {"PATIENT"};
  claims.patient = "patients/p1";
  const auto put = [&](const std::string& text, PutGroupResponse* reply) {
    auto context = EchoServer::Context(server_.Token(claims));
    return server_.stub().PutGroup(context.get(), testing::FromText<PutGroupRequest>(text), reply);
  };
  PutGroupResponse reply;
  ASSERT_TRUE(put("request_id: 'a'", &reply).ok());
  EXPECT_THAT(reply.patients(), ElementsAre("patients/p1"));
  ASSERT_TRUE(
      put("request_id: 'b' participants {} participants { patient: 'patients/p1' }", &reply).ok());
  EXPECT_THAT(reply.patients(), ElementsAre("patients/p1", "patients/p1"));
  EXPECT_EQ(put("request_id: 'c' participants { patient: 'patients/p1' } "
                "participants { patient: 'patients/p2' }",
                &reply)
                .error_code(),
            grpc::PERMISSION_DENIED);
}

TEST_F(DoorTest, KeepsACallerToTheClinicsOfTheToken) {
  TokenClaims claims = server_.Claims();
  claims.clinics = {"clinics/irvine"};
  EXPECT_EQ(Put(GoodPut(), claims).error_code(), grpc::PERMISSION_DENIED);
  EXPECT_TRUE(Count(testing::FromText<CountRequest>("clinics: 'clinics/irvine'"), claims).ok());
  EXPECT_EQ(
      Count(testing::FromText<CountRequest>("clinics: 'clinics/irvine' clinics: 'clinics/tempe'"),
            claims)
          .error_code(),
      grpc::PERMISSION_DENIED);
}

TEST_F(DoorTest, AnswersARepeatedRequestFromTheFirstReply) {
  Item first;
  ASSERT_TRUE(Put(GoodPut(), &first).ok());
  Item second;
  ASSERT_TRUE(Put(GoodPut(), &second).ok());
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(server_.use_cases().puts, 1);
  EXPECT_EQ(ChangesKept(), 1);
  EXPECT_THAT(Audit(), SizeIs(1));
}

TEST_F(DoorTest, RefusesARequestIdWithAnotherBody) {
  ASSERT_TRUE(Put(GoodPut()).ok());
  PutItemRequest other = GoodPut();
  other.mutable_item()->set_count(3);
  const auto status = Put(other);
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "REQUEST_ID_REUSED");
  // What the server drops anyway does not make it another request.
  PutItemRequest same = GoodPut();
  same.mutable_item()->set_name("whatever");
  EXPECT_TRUE(Put(same).ok());
  // Nor do two callers share their ids.
  TokenClaims somebody_else = server_.Claims();
  somebody_else.subject = "somebody else";
  EXPECT_TRUE(Put(other, somebody_else).ok());
  EXPECT_EQ(server_.use_cases().puts, 2);
}

TEST_F(DoorTest, KeepsNothingOfACallThatOnlyValidates) {
  PutItemRequest request = GoodPut();
  request.set_validate_only(true);
  request.clear_request_id();
  Item reply;
  ASSERT_TRUE(Put(request, &reply).ok());
  EXPECT_EQ(reply.name(), "items/1");
  EXPECT_EQ(ChangesKept(), 0);
  EXPECT_THAT(Audit(), IsEmpty());
  server_.use_cases().on_put = [] { return base::FailedPrecondition("TAKEN", "taken"); };
  EXPECT_EQ(ReasonOf(Put(request)), "TAKEN");
}

TEST_F(DoorTest, KeepsNothingOfACallThatFails) {
  server_.use_cases().on_put = [] { return base::NotFound("clinics/lake-forest"); };
  EXPECT_EQ(Put(GoodPut()).error_code(), grpc::NOT_FOUND);
  EXPECT_EQ(ChangesKept(), 0);
  EXPECT_THAT(Audit(), IsEmpty());
  server_.use_cases().on_put = [] { return absl::OkStatus(); };
  EXPECT_TRUE(Put(GoodPut()).ok());  // The same id: nothing was stored for it.
}

TEST_F(DoorTest, RecordsWhoChangedWhatWithTheChange) {
  TokenClaims claims = server_.Claims();
  claims.subject = "user-7";
  claims.actor = "agent-3";
  ASSERT_TRUE(Put(GoodPut("r9"), claims).ok());
  const auto audit = Audit();
  ASSERT_THAT(audit, SizeIs(1));
  EXPECT_EQ(audit[0].subject, "user-7");
  EXPECT_EQ(audit[0].actor, "agent-3");
  EXPECT_EQ(audit[0].method, "clarity.rpc.testing.EchoService/PutItem");
  EXPECT_EQ(audit[0].resource_name, "items/1");
  EXPECT_EQ(audit[0].request_id, "r9");
  EXPECT_EQ(audit[0].reason, "because");
  EXPECT_EQ(audit[0].time, server_.clock().Now());
}

TEST_F(DoorTest, RecordsWhoReadWhat) {
  Item reply;
  ASSERT_TRUE(Get(GetItemRequest(), server_.Claims(), &reply).ok());
  const auto audit = Audit();
  ASSERT_THAT(audit, SizeIs(1));
  EXPECT_EQ(audit[0].method, "clarity.rpc.testing.EchoService/GetItem");
  EXPECT_EQ(audit[0].resource_name, "items/1");
}

TEST_F(DoorTest, GivesWritesAFreshnessTokenThatReadsKeep) {
  auto context = server_.Context();
  Item reply;
  ASSERT_TRUE(server_.stub().PutItem(context.get(), GoodPut(), &reply).ok());
  const auto& trailing = context->GetServerTrailingMetadata();
  const auto found = trailing.find(kFreshnessKey);
  ASSERT_NE(found, trailing.end());
  EXPECT_EQ(std::string(found->second.data(), found->second.size()), "items@1");
  const auto read = [&](const std::string& token) {
    auto reading = server_.Context();
    reading->AddMetadata(kFreshnessKey, token);
    return server_.stub().GetItem(reading.get(), GetItemRequest(), &reply);
  };
  EXPECT_TRUE(read("items@1").ok());
  const auto behind = read("items@2");
  EXPECT_EQ(behind.error_code(), grpc::UNAVAILABLE);
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(behind).has_value());
  for (const char* malformed : {"items", "items@x", "@1", "items@-1", "a@1@2"}) {
    EXPECT_EQ(read(malformed).error_code(), grpc::INVALID_ARGUMENT) << malformed;
  }
}

TEST_F(DoorTest, ARepeatHasAFreshnessTokenToo) {
  const auto token_of = [&](const PutItemRequest& request) {
    auto context = server_.Context();
    Item reply;
    EXPECT_TRUE(server_.stub().PutItem(context.get(), request, &reply).ok());
    const auto& trailing = context->GetServerTrailingMetadata();
    const auto found = trailing.find(kFreshnessKey);
    return found == trailing.end() ? "" : std::string(found->second.data(), found->second.size());
  };
  const PutItemRequest first = GoodPut();
  PutItemRequest second = GoodPut();
  second.set_request_id("second");
  EXPECT_EQ(token_of(first), "items@1");
  EXPECT_EQ(token_of(first), "items@1");
  EXPECT_EQ(token_of(second), "items@2");
  EXPECT_EQ(token_of(first), "items@2") << "as far as it is now: no less than the write";
}

TEST_F(DoorTest, ExplainsARefusalAfterwards) {
  server_.use_cases().on_put = [] { return base::FailedPrecondition("SLOT_TAKEN", "taken"); };
  const auto status = Put(GoodPut());
  EXPECT_EQ(ReasonOf(status), "SLOT_TAKEN");
  const auto help = DetailOf<google::rpc::Help>(status);
  ASSERT_TRUE(help.has_value());
  EXPECT_EQ(help->links(0).description(), "explained");
}

TEST_F(DoorTest, OfWhatIsRefusedItKeepsWhatMustNotBeLostWithAnAuditRecord) {
  const auto put = [&](const char* text) {
    PutGroupResponse reply;
    auto context = server_.Context();
    return server_.stub().PutGroup(context.get(), testing::FromText<PutGroupRequest>(text), &reply);
  };
  const auto refused = put("request_id: 'a'");
  EXPECT_EQ(ReasonOf(refused), "INVALID_REQUEST");
  const auto help = DetailOf<google::rpc::Help>(refused);
  ASSERT_TRUE(help.has_value());
  EXPECT_EQ(help->links(0).description(), "kept");
  ASSERT_THAT(Audit(), SizeIs(1));
  EXPECT_EQ(Audit()[0].resource_name, "groups/kept");

  EXPECT_TRUE(put("request_id: 'b' participants { patient: 'patients/p1' }").ok());
  EXPECT_THAT(Audit(), SizeIs(2)) << "what is done needs nothing kept";
}

TEST_F(DoorTest, WhereWhatIsToBeKeptCannotBeNowTheCallerIsToldToComeAgain) {
  server_.use_cases().on_keep = [] { return base::Unavailable("full", absl::Seconds(1)); };
  PutGroupResponse reply;
  auto context = server_.Context();
  EXPECT_EQ(server_.stub().PutGroup(context.get(), PutGroupRequest(), &reply).error_code(),
            grpc::UNAVAILABLE);
  EXPECT_THAT(Audit(), IsEmpty());
}

TEST_F(DoorTest, RefusesARequestThatIsTooLarge) {
  CountRequest request;
  request.set_filler(std::string(3000, 'x'));
  const auto status = Count(request, server_.Claims());
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST");
  const auto violations = DetailOf<google::rpc::BadRequest>(status);
  ASSERT_TRUE(violations.has_value());
  EXPECT_EQ(violations->field_violations(0).field(), "");  // the request as a whole
  request.set_filler(std::string(10 * 1024 * 1024, 'x'));
  EXPECT_EQ(Count(request, server_.Claims()).error_code(), grpc::RESOURCE_EXHAUSTED);
}

TEST_F(DoorTest, RefusesBytesThatAreNoRequest) {
  // Field 1 of length 100, and then nothing.
  const grpc::Slice slice("\x0a\x64");
  const grpc::ByteBuffer request(&slice, 1);
  grpc::GenericStub stub(server_.channel());
  auto context = server_.Context();
  grpc::CompletionQueue queue;
  auto call = stub.PrepareUnaryCall(context.get(), "/clarity.rpc.testing.EchoService/PutItem",
                                    request, &queue);
  std::ostringstream log;
  base::LogTo(&log);
  call->StartCall();
  grpc::ByteBuffer reply;
  grpc::Status status;
  call->Finish(&reply, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  const bool is_answered = queue.Next(&tag, &ok);
  base::LogTo(nullptr);
  ASSERT_TRUE(is_answered);
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST");
  const auto id = context->GetServerTrailingMetadata().find(kCallIdKey);
  ASSERT_NE(id, context->GetServerTrailingMetadata().end());
  EXPECT_THAT(log.str(), HasSubstr(std::string(id->second.data(), id->second.size())));
}

TEST_F(DoorTest, KeepsErrorDetailsUnderFourKilobytes) {
  server_.use_cases().on_count = [] {
    absl::Status status = base::FailedPrecondition("TOO_MUCH", std::string(3000, 'x'));
    google::rpc::Help help;
    for (int i = 0; i < 100; ++i) help.add_links()->set_description(std::string(100, 'y'));
    base::AddDetail(status, help);
    return status;
  };
  const auto status = Count();
  EXPECT_EQ(status.error_code(), grpc::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), "TOO_MUCH");
  EXPECT_LT(status.error_details().size(), 4096u);
}

TEST_F(DoorTest, NeverCutsACharacterInTwo) {
  server_.use_cases().on_count = [] {
    std::string text = "x";
    for (int i = 0; i < 1000; ++i) text += "\xc3\xa9";
    return base::FailedPrecondition("LONG", text);
  };
  const auto status = Count();
  EXPECT_EQ(status.error_message().size(), 499u);
}

TEST_F(DoorTest, KeepsItsOwnFaultsToItself) {
  std::ostringstream log;
  base::LogTo(&log);
  for (const absl::Status& fault :
       {absl::InternalError("SELECT secret"), absl::UnknownError("SELECT secret"),
        absl::DataLossError("SELECT secret")}) {
    server_.use_cases().on_count = [fault] { return fault; };
    auto context = server_.Context();
    CountResponse reply;
    const auto status = server_.stub().Count(context.get(), CountRequest(), &reply);
    EXPECT_EQ(status.error_code(), grpc::INTERNAL);
    EXPECT_EQ(ReasonOf(status), "INTERNAL");
    EXPECT_THAT(status.error_message(), Not(HasSubstr("SELECT")));
    EXPECT_THAT(status.error_details(), Not(HasSubstr("SELECT")));
    // The client has the id under which the log has the fault.
    const auto id = context->GetServerTrailingMetadata().find("clarity-call-id");
    ASSERT_NE(id, context->GetServerTrailingMetadata().end());
    EXPECT_THAT(log.str(), HasSubstr(std::string(id->second.data(), id->second.size())));
  }
  base::LogTo(nullptr);
  EXPECT_THAT(log.str(), HasSubstr("SELECT secret"));
}

TEST_F(DoorTest, BadTokensOfOneAddressAreVerifiedOnlySoOften) {
  const std::string known = server_.Token(server_.Claims());
  const auto ping = [&](const std::string& token) {
    auto context = EchoServer::Context(token);
    PingResponse reply;
    return server_.stub().Ping(context.get(), PingRequest(), &reply);
  };
  ASSERT_TRUE(ping(known).ok());
  TokenClaims expired = server_.Claims();
  expired.expire_time = server_.clock().Now();
  for (int i = 0; i < limits::kBadTokensPerAddressPerSecondMax; ++i) {
    ASSERT_EQ(ping(server_.Token(expired)).error_code(), grpc::UNAUTHENTICATED);
  }
  const grpc::Status refused = ping(server_.Token(expired));
  EXPECT_EQ(refused.error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "RATE_LIMITED");
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(refused).has_value());
  EXPECT_TRUE(ping(known).ok()) << "who is known already is not held up";
  server_.clock().Advance(absl::Seconds(1));
  TokenClaims new_caller = server_.Claims();
  new_caller.subject = "somebody new";
  EXPECT_TRUE(ping(server_.Token(new_caller)).ok());
}

TEST_F(DoorTest, LimitsTheRateOfEachCaller) {
  grpc::Status status;
  for (int i = 0; i < limits::kCallsPerSubjectPerSecondMax; ++i) ASSERT_TRUE(Count().ok());
  status = Count();
  EXPECT_EQ(status.error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "RATE_LIMITED");
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(status).has_value());
  TokenClaims somebody_else = server_.Claims();
  somebody_else.subject = "somebody else";
  EXPECT_TRUE(Count(CountRequest(), somebody_else).ok());
}

TEST_F(DoorTest, CountsCallsByMethodAndCode) {
  ASSERT_TRUE(Count().ok());
  server_.use_cases().on_count = [] { return base::NotFound("items/1"); };
  ASSERT_FALSE(Count().ok());
  std::vector<std::string> seen;
  for (const auto& family : server_.metrics().registry().Collect()) {
    if (family.name != "clarity_calls_total") continue;
    for (const auto& metric : family.metric) {
      std::string line = absl::StrCat(metric.counter.value);
      for (const auto& label : metric.label) absl::StrAppend(&line, " ", label.value);
      seen.push_back(line);
    }
  }
  EXPECT_THAT(seen,
              ::testing::UnorderedElementsAre("1 OK clarity.rpc.testing.EchoService/Count",
                                              "1 NOT_FOUND clarity.rpc.testing.EchoService/Count"));
}

// A server whose only worker is kept busy, with room for one more task.
class BusyDoorTest : public ::testing::Test {
 protected:
  BusyDoorTest() {
    token_ = server_.Token(server_.Claims());
    server_.use_cases().on_count = [this] {
      if (counts_++ > 0) return absl::OkStatus();
      busy_.Open();
      go_on_.Wait();
      return absl::OkStatus();
    };
    first_ = CountInBackground(&first_context_);
    busy_.Wait();
  }
  ~BusyDoorTest() override { go_on_.Open(); }

  std::future<grpc::Status> CountInBackground(std::unique_ptr<grpc::ClientContext>* context) {
    *context = EchoServer::Context(token_);
    return std::async(std::launch::async, [this, raw = context->get()] {
      CountResponse reply;
      return server_.stub().Count(raw, CountRequest(), &reply);
    });
  }

  double Metric(const std::string& name) {
    for (const auto& family : server_.metrics().registry().Collect()) {
      if (family.name == name) {
        return family.metric[0].gauge.value + family.metric[0].counter.value;
      }
    }
    return -1;
  }
  void WaitForMetric(const std::string& name, double value) {
    while (Metric(name) != value) std::this_thread::yield();
  }

  storage::Gate busy_;
  storage::Gate go_on_;
  std::atomic<int> counts_{0};
  std::string token_;
  EchoServer server_{/*threads=*/1, /*queue_tasks_max=*/1};
  std::unique_ptr<grpc::ClientContext> first_context_;
  std::unique_ptr<grpc::ClientContext> second_context_;
  std::future<grpc::Status> first_;
};

TEST_F(BusyDoorTest, ShedsWhatItHasNoRoomFor) {
  auto second = CountInBackground(&second_context_);
  WaitForMetric("clarity_tasks_queued", 1);
  std::unique_ptr<grpc::ClientContext> third_context;
  const grpc::Status third = CountInBackground(&third_context).get();
  EXPECT_EQ(third.error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(third), "OVERLOADED");
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(third).has_value());
  go_on_.Open();
  EXPECT_TRUE(first_.get().ok());
  EXPECT_TRUE(second.get().ok());
}

TEST_F(BusyDoorTest, AnswersFromMemoryMeanwhile) {
  auto context = EchoServer::Context(token_);
  PingResponse reply;
  EXPECT_TRUE(server_.stub().Ping(context.get(), PingRequest(), &reply).ok());
}

TEST_F(BusyDoorTest, DoesNotBeginWhatIsTooLate) {
  auto second = CountInBackground(&second_context_);
  WaitForMetric("clarity_tasks_queued", 1);
  server_.clock().Advance(limits::kDeadlineUsual);
  go_on_.Open();
  EXPECT_EQ(second.get().error_code(), grpc::DEADLINE_EXCEEDED);
  EXPECT_TRUE(first_.get().ok());
  EXPECT_EQ(counts_, 1);
}

TEST_F(BusyDoorTest, DoesNotBeginWhatNobodyWaitsFor) {
  auto second = CountInBackground(&second_context_);
  WaitForMetric("clarity_tasks_queued", 1);
  second_context_->TryCancel();
  EXPECT_EQ(second.get().error_code(), grpc::CANCELLED);
  WaitForMetric("clarity_calls_cancelled_total", 1);
  go_on_.Open();
  EXPECT_TRUE(first_.get().ok());
  WaitForMetric("clarity_calls_in_flight", 0);
  EXPECT_EQ(counts_, 1);
}

TEST_F(BusyDoorTest, StopsInOrderWithCallsUnderWay) {
  auto stopping = std::async(std::launch::async, [this] { server_.server().Shutdown(); });
  go_on_.Open();
  EXPECT_TRUE(first_.get().ok());
  stopping.get();
}

}  // namespace
}  // namespace clarity::rpc
