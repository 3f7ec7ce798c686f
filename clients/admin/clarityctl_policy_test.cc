// `clarityctl policy`: what an operator sees and types.

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "clarity/consultation/v1/policy_service_mock.grpc.pb.h"
#include "clients/admin/clarityctl.h"
#include "clients/core/mocks/fake_environment.h"
#include "clients/core/mocks/mock_catalog_connection.h"
#include "clients/core/mocks/mock_order_connection.h"
#include "clients/terminal/failure.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using consultation::v1::ApplyPolicyRequest;
using consultation::v1::ApplyPolicyResponse;
using consultation::v1::Decision;
using consultation::v1::GetPolicyRequest;
using consultation::v1::ListPolicyVersionsResponse;
using consultation::v1::MockPolicyServiceStub;
using consultation::v1::Policy;
using ::testing::_;
using ::testing::AllOf;
using ::testing::DoAll;
using ::testing::HasSubstr;
using ::testing::NiceMock;
using ::testing::Property;
using ::testing::Return;
using ::testing::SetArgPointee;

// How the mock of a method answers.
template <typename Reply>
auto Answers(const Reply& reply) {
  return DoAll(SetArgPointee<2>(reply), Return(grpc::Status::OK));
}

class ClarityctlPolicyTest : public testing::Test {
 protected:
  ClarityctlPolicyTest() {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    std::ofstream(directory_ + "/rules.textproto")
        << "name: \"policies/demo\"\nrules {\n  id: \"ecg\"\n  when { age {} }\n}\n";
    console_.in = &in_;
    console_.out = &out_;
    console_.err = &err_;
    console_.environment = fake_.Get();
    auto stub = std::make_unique<NiceMock<MockPolicyServiceStub>>();
    stub_ = stub.get();
    Options options;
    options.environment = fake_.Get();
    policies_ = std::make_shared<PolicyConnection>(std::move(stub), options);
    Policy present;
    present.set_name("policies/demo");
    present.set_version(3);
    present.set_etag("e3");
    ON_CALL(*stub_, GetPolicy).WillByDefault(Answers(present));
  }

  int Run(const std::vector<std::string>& arguments) {
    const auto no_program = [](const std::vector<std::string>&) { return absl::OkStatus(); };
    return RunClarityctl(
        arguments, console_,
        [this](const ServerFlags&) {
          return AdminServer{AdminClient(std::make_shared<NiceMock<MockCatalogConnection>>()),
                             PolicyClient(policies_), std::make_shared<MockOrderConnection>(),
                             [] { return true; }};
        },
        no_program);
  }

  static ApplyPolicyResponse Plan() {
    ApplyPolicyResponse plan;
    plan.set_version(4);
    auto* difference = plan.add_differences();
    difference->set_action(ApplyPolicyResponse::ACTION_UPDATE);
    difference->set_part("settings");
    difference = plan.add_differences();
    difference->set_action(ApplyPolicyResponse::ACTION_CREATE);
    difference->set_part("rules");
    difference->set_id("ecg");
    plan.set_episodes_evaluated(12);
    auto* change = plan.add_decision_changes();
    change->set_rule("ecg");
    change->set_after(Decision::APPLIES_YES);
    change->set_episode_count(2);
    change->set_clearances_reopened(1);
    return plan;
  }

  // Asking only what would change, or changing it; both against the version that was seen.
  static auto Request(bool validate_only) {
    return AllOf(Property(&ApplyPolicyRequest::validate_only, validate_only),
                 Property(&ApplyPolicyRequest::policy, Property(&Policy::etag, "e3")),
                 Property(&ApplyPolicyRequest::comment, "ECG from 60"));
  }

  const std::string directory_ = testing::TempDir() + "clarityctl_policy_test_" +
                                 testing::UnitTest::GetInstance()->current_test_info()->name();
  FakeEnvironment fake_{absl::FromUnixSeconds(1'800'000'000)};
  std::istringstream in_;
  std::ostringstream out_, err_;
  Console console_;
  NiceMock<MockPolicyServiceStub>* stub_ = nullptr;
  std::shared_ptr<PolicyConnection> policies_;
};

TEST_F(ClarityctlPolicyTest, ApplyShowsWhatWouldChangeThenApplies) {
  EXPECT_CALL(*stub_, ApplyPolicy(_, Request(true), _)).WillOnce(Answers(Plan()));
  EXPECT_CALL(*stub_, ApplyPolicy(_, Request(false), _)).WillOnce(Answers(Plan()));
  EXPECT_EQ(Run({"policy", "apply", "-f", directory_, "--yes", "--comment", "ECG from 60"}),
            kExitOk)
      << err_.str();
  EXPECT_EQ(out_.str(),
            "   part      id\n"
            "~  settings\n"
            "+  rules     ecg\n"
            "Tried on 12 open episodes: decisions that would change:\n"
            "rule  before        after    episodes  clearances reopened\n"
            "ecg   no such rule  applies  2         1\n"
            "Applied 2 changes: policies/demo is at version 4.\n");
}

TEST_F(ClarityctlPolicyTest, ApplyDoesNothingOnADryRunOrWithNobodyToAsk) {
  EXPECT_CALL(*stub_, ApplyPolicy(_, Property(&ApplyPolicyRequest::validate_only, true), _))
      .Times(2)
      .WillRepeatedly(Answers(Plan()));
  EXPECT_EQ(Run({"policy", "apply", "-f", directory_, "--dry-run"}), kExitOk);
  EXPECT_EQ(Run({"policy", "apply", "-f", directory_}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--yes"));
}

TEST_F(ClarityctlPolicyTest, ApplyMakesAPolicyThatIsNotThereYet) {
  EXPECT_CALL(*stub_, GetPolicy)
      .WillOnce(Return(grpc::Status(grpc::StatusCode::NOT_FOUND, "there is none")));
  EXPECT_CALL(*stub_,
              ApplyPolicy(_, Property(&ApplyPolicyRequest::policy, Property(&Policy::etag, "")), _))
      .WillOnce(Answers(ApplyPolicyResponse()));
  EXPECT_EQ(Run({"policy", "apply", "-f", directory_, "--yes"}), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Nothing to change"));
}

TEST_F(ClarityctlPolicyTest, ApplyReportsWhatTheServerRefusesByFileAndLine) {
  google::rpc::BadRequest request;
  auto* violation = request.add_field_violations();
  violation->set_field("policy.rules[0].when.age");
  violation->set_description("it is a range without numbers");
  google::rpc::Status status;
  status.set_code(static_cast<int>(grpc::StatusCode::INVALID_ARGUMENT));
  status.add_details()->PackFrom(request);
  EXPECT_CALL(*stub_, ApplyPolicy)
      .WillOnce(Return(
          grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "invalid", status.SerializeAsString())));
  EXPECT_EQ(Run({"policy", "apply", "-f", directory_, "--yes"}), kExitUsage);
  EXPECT_EQ(err_.str(),
            directory_ + "/rules.textproto:4: when.age: it is a range without numbers\n");
}

TEST_F(ClarityctlPolicyTest, ExportWritesTheOnlyPolicyThereIs) {
  ListPolicyVersionsResponse versions;
  for (const int version : {3, 2}) {
    auto* policy = versions.add_versions();
    policy->set_name("policies/demo");
    policy->set_version(version);
  }
  EXPECT_CALL(*stub_, ListPolicyVersions).WillOnce(Answers(versions));
  EXPECT_EQ(Run({"policy", "export", "-o", directory_ + "/out"}), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("policies/demo, version 3"));
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/out/settings.textproto"));
}

TEST_F(ClarityctlPolicyTest, ExportTakesANameAndAVersion) {
  EXPECT_CALL(*stub_, GetPolicy(_,
                                AllOf(Property(&GetPolicyRequest::name, "policies/demo"),
                                      Property(&GetPolicyRequest::version, 2)),
                                _));
  EXPECT_EQ(Run({"policy", "export", "demo", "--policy-version", "2"}), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("name: \"policies/demo\""));
}

TEST_F(ClarityctlPolicyTest, ExportOfOneOfSeveralNeedsAName) {
  ListPolicyVersionsResponse versions;
  versions.add_versions()->set_name("policies/demo");
  versions.add_versions()->set_name("policies/other");
  EXPECT_CALL(*stub_, ListPolicyVersions).WillOnce(Answers(versions));
  EXPECT_EQ(Run({"policy", "export"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("policies/demo, policies/other"));
}

TEST_F(ClarityctlPolicyTest, ListShowsTheVersions) {
  ListPolicyVersionsResponse versions;
  auto* policy = versions.add_versions();
  policy->set_name("policies/demo");
  policy->set_version(3);
  policy->set_subject("operator");
  policy->set_comment("ECG from 60");
  policy->add_clinics("clinics/-");
  policy->mutable_apply_time()->set_seconds(1'772'467'200);
  EXPECT_CALL(*stub_, ListPolicyVersions).WillOnce(Answers(versions));
  EXPECT_EQ(Run({"policy", "list"}), kExitOk) << err_.str();
  EXPECT_EQ(out_.str(),
            "policy         version  applied               by        clinics    why\n"
            "policies/demo  3        2026-03-02 16:00 UTC  operator  clinics/-  ECG from 60\n");
}

}  // namespace
}  // namespace clarity::client
