#include "services/platform/rpc/call_log.h"

#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "services/platform/base/errors.h"
#include "services/platform/base/log.h"
#include "services/platform/rpc/door_test.h"

namespace clarity::rpc {
namespace {

using testing::CountRequest;
using testing::CountResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::PingRequest;
using testing::PingResponse;
using testing::PutItemRequest;
using ::testing::SizeIs;
using testing::TokenClaims;

// What the log says of calls meanwhile.
class CallLogTest : public DoorTest {
 protected:
  CallLogTest() { base::LogTo(&output_); }
  ~CallLogTest() override { base::LogTo(nullptr); }

  std::vector<nlohmann::json> Lines() {
    std::istringstream text(output_.str());
    output_.str("");
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(text, line);) {
      lines.push_back(nlohmann::json::parse(line));
      lines.back().erase("time");
    }
    return lines;
  }

  std::ostringstream output_;
};

TEST_F(CallLogTest, AFailureIsFoundUnderTheIdThatItsCallerHas) {
  server_.use_cases().on_count = [] {
    return base::FailedPrecondition("TAKEN", "patients/p1 is taken");
  };
  auto context = server_.Context();
  CountResponse reply;
  EXPECT_FALSE(server_.stub().Count(context.get(), CountRequest(), &reply).ok());
  const auto id = context->GetServerTrailingMetadata().find("clarity-call-id");
  ASSERT_NE(id, context->GetServerTrailingMetadata().end());
  const nlohmann::json expected = {{"level", "info"},
                                   {"event", "call"},
                                   {"call", std::string(id->second.data(), id->second.size())},
                                   {"method", "clarity.rpc.testing.EchoService/Count"},
                                   {"code", "FAILED_PRECONDITION"},
                                   {"reason", "TAKEN"},
                                   {"ms", 0.0},
                                   {"subject", "someone"}};
  EXPECT_THAT(Lines(), ElementsAre(expected));
}

TEST_F(CallLogTest, WritesAreToldOfAndReadsOnlyWhenAskedFor) {
  ASSERT_TRUE(Put(GoodPut()).ok());
  ASSERT_TRUE(Count().ok());
  const auto lines = Lines();
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0]["method"], "clarity.rpc.testing.EchoService/PutItem");
  EXPECT_EQ(lines[0]["code"], "OK");
  base::SetLogLevel(base::LogLevel::kDebug);
  ASSERT_TRUE(Count().ok());
  EXPECT_THAT(Lines(), SizeIs(1));
  base::SetLogLevel(base::LogLevel::kInfo);
}

TEST_F(CallLogTest, NoPatientIsToldOf) {
  TokenClaims claims = server_.Claims();
  claims.roles = {"PATIENT"};
  claims.subject = "jane";
  claims.actor = "janes-mother";
  claims.patient = "patients/jane";
  claims.clinics = {};
  PutItemRequest request = GoodPut();
  ASSERT_TRUE(Put(request, claims).ok());
  request.mutable_item()->set_note("seizures of jane");
  EXPECT_FALSE(Put(request, claims).ok());
  server_.use_cases().on_put = [] { return absl::InternalError("broken"); };
  request.mutable_item()->set_note("janes");
  request.set_request_id("r2");
  EXPECT_FALSE(Put(request, claims).ok());
  const std::string said = output_.str();
  EXPECT_THAT(Lines(), SizeIs(3));
  EXPECT_THAT(said, Not(HasSubstr("jane")));
}

TEST_F(CallLogTest, AFaultOfOurOwnComesWithItsRequestRedacted) {
  server_.use_cases().on_put = [] { return absl::InternalError("broken"); };
  PutItemRequest request = GoodPut();
  request.mutable_item()->set_note("seizures");
  EXPECT_FALSE(Put(request).ok());
  const auto lines = Lines();
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0]["level"], "error");
  EXPECT_EQ(lines[0]["text"], "broken");
  EXPECT_EQ(lines[0]["request"],
            R"({"item":{"clinic":"clinics/lake-forest","note":"[redacted]","kind":"KIND_ONE"},)"
            R"("request_id":"r1"})");
}

TEST_F(CallLogTest, StrangersCannotFloodIt) {
  const auto ping = [&] {
    grpc::ClientContext context;
    PingResponse reply;
    return server_.stub().Ping(&context, PingRequest(), &reply).error_code();
  };
  constexpr int kMore = 30;
  for (int i = 0; i < limits::kForeignLogLinesPerSecondMax + kMore; ++i) {
    ASSERT_EQ(ping(), grpc::UNAUTHENTICATED);
  }
  EXPECT_THAT(Lines(), SizeIs(limits::kForeignLogLinesPerSecondMax));
  server_.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(ping(), grpc::UNAUTHENTICATED);
  const auto lines = Lines();
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0]["left_out"], kMore);
}

}  // namespace
}  // namespace clarity::rpc
