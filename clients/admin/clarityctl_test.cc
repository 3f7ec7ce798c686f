#include "clients/admin/clarityctl.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "clients/core/errors.h"
#include "clients/core/mocks/fake_environment.h"
#include "clients/core/mocks/mock_catalog_connection.h"
#include "clients/core/mocks/mock_order_connection.h"
#include "clients/terminal/failure.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using scheduling::v1::ApplyCatalogRequest;
using scheduling::v1::ApplyCatalogResponse;
using scheduling::v1::ExportCatalogResponse;
using ::testing::_;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::NiceMock;
using ::testing::Property;
using ::testing::Return;

class ClarityctlTest : public testing::Test {
 protected:
  ClarityctlTest() {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    std::ofstream(directory_ + "/clinics.textproto")
        << "clinics {\n  name: \"clinics/lake-forest\"\n  time_zone: \"Mars/Base\"\n}\n";
    console_.in = &in_;
    console_.out = &out_;
    console_.err = &err_;
    console_.environment = fake_.Get();
    ExportCatalogResponse present;
    present.set_etag("e1");
    ON_CALL(*catalog_, ExportCatalog).WillByDefault(Return(present));
  }

  int Run(const std::vector<std::string>& arguments) {
    return RunClarityctl(
        arguments, console_,
        [this](const ServerFlags&) {
          return AdminServer{AdminClient(catalog_), PolicyClient(nullptr), orders_,
                             [this] { return serving_; }};
        },
        run_clarityd_.AsStdFunction());
  }

  static ApplyCatalogResponse Plan() {
    ApplyCatalogResponse plan;
    auto* difference = plan.add_differences();
    difference->set_action(ApplyCatalogResponse::ACTION_CREATE);
    difference->set_name("clinics/lake-forest");
    difference = plan.add_differences();
    difference->set_action(ApplyCatalogResponse::ACTION_UPDATE);
    difference->set_name("resources/nurse-1");
    difference->add_fields("pools");
    difference->add_fields("shares");
    difference = plan.add_differences();
    difference->set_action(ApplyCatalogResponse::ACTION_DELETE);
    difference->set_name("visitTypes/old");
    return plan;
  }

  // Asking only what would change, or changing it; both against the catalog that was seen.
  static auto Asks() {
    return AllOf(Property(&ApplyCatalogRequest::validate_only, true),
                 Property(&ApplyCatalogRequest::etag, "e1"));
  }
  static auto Changes() {
    return AllOf(Property(&ApplyCatalogRequest::validate_only, false),
                 Property(&ApplyCatalogRequest::etag, "e1"));
  }

  const std::string directory_ = testing::TempDir() + "clarityctl_test_" +
                                 testing::UnitTest::GetInstance()->current_test_info()->name();
  FakeEnvironment fake_{absl::FromUnixSeconds(1'800'000'000)};
  std::istringstream in_;
  std::ostringstream out_, err_;
  Console console_;
  absl::StatusOr<bool> serving_ = true;
  std::shared_ptr<NiceMock<MockCatalogConnection>> catalog_ =
      std::make_shared<NiceMock<MockCatalogConnection>>();
  testing::StrictMock<testing::MockFunction<absl::Status(const std::vector<std::string>&)>>
      run_clarityd_;
  std::shared_ptr<MockOrderConnection> orders_ = std::make_shared<MockOrderConnection>();
};

TEST_F(ClarityctlTest, ApplyTellsWhoeverWaitsWhatItIsAbout) {
  EXPECT_CALL(*catalog_, ApplyCatalog(Asks(), _)).Times(2).WillRepeatedly(Return(Plan()));
  EXPECT_CALL(*catalog_, ApplyCatalog(Changes(), _)).Times(2).WillRepeatedly([&](auto&&...) {
    // While the server works, and not only when it is done.
    EXPECT_EQ(err_.str().find("\r\x1b[KApplying 3 changes ...") != std::string::npos,
              console_.can_ask);
    return Plan();
  });
  EXPECT_EQ(Run({"apply", "-f", directory_, "--yes"}), kExitOk);
  EXPECT_EQ(err_.str(), "") << "for nobody";
  console_.can_ask = true;
  EXPECT_EQ(Run({"apply", "-f", directory_, "--yes"}), kExitOk);
  EXPECT_THAT(err_.str(), HasSubstr("Looking what would change ..."));
  EXPECT_THAT(err_.str(), ::testing::EndsWith("\r\x1b[K")) << "the line is free again";
}

TEST_F(ClarityctlTest, ApplyShowsTheDifferenceThenApplies) {
  EXPECT_CALL(*catalog_, ApplyCatalog(Asks(), _)).WillOnce(Return(Plan()));
  EXPECT_CALL(*catalog_, ApplyCatalog(Changes(), _)).WillOnce(Return(Plan()));
  EXPECT_EQ(Run({"apply", "-f", directory_, "--yes"}), kExitOk) << err_.str();
  EXPECT_EQ(out_.str(),
            "   name                 fields that change\n"
            "+  clinics/lake-forest\n"
            "~  resources/nurse-1    pools, shares\n"
            "-  visitTypes/old\n"
            "Applied 3 changes.\n");
}

TEST_F(ClarityctlTest, ApplyDoesNothingOnADryRunOrANo) {
  EXPECT_CALL(*catalog_, ApplyCatalog(Asks(), _)).Times(2).WillRepeatedly(Return(Plan()));
  EXPECT_EQ(Run({"apply", "-f", directory_, "--dry-run"}), kExitOk);
  console_.can_ask = true;
  in_.str("what?\nno\n");
  EXPECT_EQ(Run({"apply", "-f", directory_}), kExitOk);
}

TEST_F(ClarityctlTest, ApplyTakesAYesFromTheTerminalOnly) {
  EXPECT_CALL(*catalog_, ApplyCatalog(Asks(), _)).Times(2).WillRepeatedly(Return(Plan()));
  in_.str("yes\n");
  EXPECT_EQ(Run({"apply", "-f", directory_}), kExitUsage) << "nobody sits there";
  EXPECT_THAT(err_.str(), HasSubstr("--yes"));

  console_.can_ask = true;
  EXPECT_CALL(*catalog_, ApplyCatalog(Changes(), _)).WillOnce(Return(Plan()));
  EXPECT_EQ(Run({"apply", "-f", directory_}), kExitOk);
}

TEST_F(ClarityctlTest, ApplyWithoutADifferenceSaysSo) {
  EXPECT_CALL(*catalog_, ApplyCatalog(Asks(), _)).WillOnce(Return(ApplyCatalogResponse()));
  EXPECT_EQ(Run({"apply", "-f", directory_}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("Nothing to change"));
}

TEST_F(ClarityctlTest, ApplyNeedsConsentToLeaveAppointmentsWithoutCover) {
  ApplyCatalogResponse plan = Plan();
  plan.add_orphaned_appointments("appointments/1");
  plan.set_orphaned_appointment_count(1200);
  EXPECT_CALL(*catalog_, ApplyCatalog(Asks(), _)).Times(2).WillRepeatedly(Return(plan));
  EXPECT_EQ(Run({"apply", "-f", directory_, "--yes"}), kExitConflict);
  EXPECT_THAT(out_.str(), HasSubstr("1200 appointments would lose cover:\n  appointments/1\n"
                                    "  and 1199 more\n"));

  EXPECT_CALL(
      *catalog_,
      ApplyCatalog(AllOf(Changes(), Property(&ApplyCatalogRequest::accept_orphans, true)), _))
      .WillOnce(Return(plan));
  EXPECT_EQ(Run({"apply", "-f", directory_, "--yes", "--accept-orphans"}), kExitOk);
}

TEST_F(ClarityctlTest, ApplyReportsWhatTheServerRefusesByFileAndLine) {
  absl::Status status = absl::InvalidArgumentError("catalog.clinics[0].time_zone: unknown");
  google::rpc::BadRequest details;
  auto* violation = details.add_field_violations();
  violation->set_field("catalog.clinics[0].time_zone");
  violation->set_description("there is no zone Mars/Base");
  violation = details.add_field_violations();
  violation->set_description("17 more");
  AddDetail(&status, details);
  EXPECT_CALL(*catalog_, ApplyCatalog(Asks(), _)).WillOnce(Return(status));
  EXPECT_EQ(Run({"apply", "-f", directory_, "--yes"}), kExitUsage);
  EXPECT_EQ(err_.str(), directory_ +
                            "/clinics.textproto:3: time_zone: there is no zone Mars/Base\n"
                            "17 more\n");
}

TEST_F(ClarityctlTest, ExportWithoutADirectoryShowsTheCatalog) {
  EXPECT_EQ(Run({"export"}), kExitOk);
  EXPECT_EQ(out_.str(), "") << "nothing is in it yet";

  ExportCatalogResponse exported;
  exported.mutable_catalog()->add_clinics()->set_name("clinics/a");
  EXPECT_CALL(*catalog_, ExportCatalog).WillRepeatedly(Return(exported));
  EXPECT_EQ(Run({"export"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("name: \"clinics/a\""));
  EXPECT_EQ(Run({"export", "-o", directory_ + "/new"}), kExitOk) << err_.str();
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/new/visit_types.textproto"));
}

TEST_F(ClarityctlTest, StatusTellsHealthAndCounts) {
  EXPECT_EQ(Run({"status", "--server", "127.0.0.1:1"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("health   serving"));

  scheduling::v1::ListClinicsResponse clinics;
  clinics.add_clinics();
  ON_CALL(*catalog_, ListClinics).WillByDefault(Return(clinics));
  ON_CALL(*catalog_, ListResources).WillByDefault(Return(scheduling::v1::ListResourcesResponse()));
  ON_CALL(*catalog_, ListVisitTypes)
      .WillByDefault(Return(scheduling::v1::ListVisitTypesResponse()));
  EXPECT_EQ(Run({"status", "--token-file", "t"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("catalog  1 clinic, 0 resources, 0 visit types"));

  serving_ = false;
  EXPECT_EQ(Run({"status"}), kExitUnavailable);
  serving_ = absl::UnavailableError("refused");
  EXPECT_EQ(Run({"status"}), kExitUnavailable);
}

TEST_F(ClarityctlTest, OrderSpeaksForTheServiceThatDecidesAboutTreatment) {
  scheduling::v1::PutOrderRequest sent;
  EXPECT_CALL(*orders_, PutOrder)
      .WillOnce([&](const scheduling::v1::PutOrderRequest& request, const CallOptions&) {
        sent = request;
        scheduling::v1::PutOrderResponse response;
        *response.mutable_order() = request.order();
        response.add_uncovered_appointments("appointments/late");
        return response;
      });
  EXPECT_EQ(Run({"order", "--name", "o-1", "--patient", "p-1", "--clinic", "irvine", "--visit-type",
                 "iv-session", "--units", "6", "--days", "30", "--gap-hours", "48"}),
            kExitOk)
      << err_.str();
  EXPECT_EQ(sent.order().name(), "orders/o-1");
  EXPECT_EQ(sent.order().patient(), "patients/p-1");
  EXPECT_EQ(sent.order().clinic(), "clinics/irvine");
  EXPECT_THAT(sent.order().visit_types(), ElementsAre("visitTypes/iv-session"));
  EXPECT_EQ(sent.order().gap_minutes_min(), 2880);
  EXPECT_EQ(
      sent.order().window().end_time().seconds() - sent.order().window().start_time().seconds(),
      30 * 24 * 3600);
  EXPECT_EQ(out_.str(),
            "orders/o-1  6 visits of iv-session within 30 days\n"
            "no longer covered: appointments/late\n");
}

TEST_F(ClarityctlTest, TokensComeFromAKeyItMade) {
  EXPECT_EQ(
      Run({"token", "--generate-key", directory_ + "/private", "--public", directory_ + "/public"}),
      kExitOk)
      << err_.str();
  out_.str("");
  EXPECT_EQ(Run({"token", "--key", directory_ + "/private", "--subject", "a", "--role", "agent",
                 "--role", "staff", "--clinic", "-"}),
            kExitOk)
      << err_.str();
  EXPECT_THAT(out_.str(),
              testing::MatchesRegex("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\n"));
  EXPECT_EQ(err_.str(), "");
  EXPECT_EQ(Run({"token", "--key", directory_ + "/private", "--subject", "a", "--role", "agent"}),
            kExitOk);
  EXPECT_THAT(err_.str(), HasSubstr("The token is good for no clinic: name them with --clinic"));
  EXPECT_EQ(Run({"token", "--subject", "a"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--key"));
}

TEST_F(ClarityctlTest, BackupsAreTheWorkOfTheServersProgram) {
  EXPECT_CALL(run_clarityd_, Call(ElementsAre("backup", "--data", "/data", "--to", "/copy")))
      .WillOnce(Return(absl::OkStatus()));
  EXPECT_EQ(Run({"backup", "--data", "/data", "--to", "/copy"}), kExitOk) << err_.str();
  EXPECT_CALL(run_clarityd_, Call(ElementsAre("verify", "/copy")))
      .WillOnce(Return(absl::NotFoundError("there is no clarityd here")));
  EXPECT_EQ(Run({"verify", "/copy"}), kExitNotFound);
  EXPECT_THAT(err_.str(), HasSubstr("there is no clarityd here"));
}

TEST_F(ClarityctlTest, WrongUseEndsWithTwo) {
  EXPECT_EQ(Run({"backup", "--data", "/data"}), kExitUsage);
  EXPECT_EQ(Run({"verify"}), kExitUsage);
  EXPECT_EQ(Run({}), kExitUsage);
  EXPECT_EQ(Run({"aply"}), kExitUsage);
  EXPECT_EQ(Run({"apply"}), kExitUsage);
  EXPECT_EQ(Run({"apply", "--help"}), kExitOk);
}

}  // namespace
}  // namespace clarity::client
