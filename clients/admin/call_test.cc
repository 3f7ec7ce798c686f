#include "clients/admin/call.h"

#include <sstream>

#include "clarity/consultation/v1/plan_service.pb.h"
#include "clients/core/mocks/fake_environment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using ::testing::HasSubstr;

class CallTest : public testing::Test {
 protected:
  CallTest() {
    console_.in = &in_;
    console_.out = &out_;
    console_.err = &err_;
    console_.environment = fake_.Get();
  }
  ExitCode Run(const CallCommand& command) {
    return CallMethod(
        command,
        [this](const std::string& path, google::protobuf::Message* request,
               google::protobuf::Message* reply) {
          path_ = path;
          asked_ = request->ShortDebugString();
          dynamic_cast<consultation::v1::Plan&>(*reply).set_name("plans/1");
          return answer_;
        },
        console_);
  }

  FakeEnvironment fake_{absl::FromUnixSeconds(1'800'000'000)};
  std::istringstream in_{R"({"name": "plans/of-the-input"})"};
  std::ostringstream out_, err_;
  Console console_;
  absl::Status answer_;
  std::string path_;
  std::string asked_;
};

TEST_F(CallTest, CallsTheMethodByItsShortOrFullNameAndShowsTheReply) {
  for (const char* name : {"PlanService.GetPlan", "PlanService/GetPlan",
                           "clarity.consultation.v1.PlanService.GetPlan"}) {
    out_.str("");
    EXPECT_EQ(Run({name, R"({"name": "plans/1"})", ""}), kExitOk) << err_.str();
    EXPECT_EQ(path_, "/clarity.consultation.v1.PlanService/GetPlan");
    EXPECT_EQ(asked_, R"(name: "plans/1")");
    EXPECT_THAT(out_.str(), HasSubstr(R"("name": "plans/1")"));
  }
}

TEST_F(CallTest, TakesTheRequestFromTheStandardInput) {
  EXPECT_EQ(Run({"PlanService.GetPlan", "", "-"}), kExitOk);
  EXPECT_EQ(asked_, R"(name: "plans/of-the-input")");
}

TEST_F(CallTest, SaysWhatIsWrongWithTheCommandBeforeAnythingIsCalled) {
  EXPECT_EQ(Run({"PlanService.Guess", "", ""}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("is no method"));
  EXPECT_EQ(Run({"EpisodeService.WatchEpisodes", "", ""}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("streams"));
  EXPECT_EQ(Run({"PlanService.GetPlan", R"({"no": 1})", ""}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("GetPlanRequest"));
  EXPECT_EQ(Run({"PlanService.GetPlan", "", "/no/such/file"}), kExitUsage);
  EXPECT_EQ(path_, "");
}

TEST_F(CallTest, AFailureIsOneDocumentWhereTheReplyWouldHaveBeen) {
  answer_ = absl::NotFoundError("plans/1");
  EXPECT_EQ(Run({"PlanService.GetPlan", R"({"name": "plans/1"})", ""}), kExitNotFound);
  EXPECT_THAT(out_.str(), HasSubstr("\"error\""));
}

TEST_F(CallTest, WithoutAMethodItListsThemAll) {
  EXPECT_EQ(Run({"", "", ""}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("PatientService.SearchPatients\n"));
  EXPECT_THAT(out_.str(), HasSubstr("EpisodeService.WatchEpisodes  (streams)\n"));
}

}  // namespace
}  // namespace clarity::client
