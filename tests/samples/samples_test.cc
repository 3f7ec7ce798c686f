// The samples of clients/samples do what they say, against a real server.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/clarityd_process.h"
#include "tests/support/clinic_server.h"
#include "tests/support/consultation_connections.h"
#include "tests/support/policies.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::tests {
namespace {

namespace v1 = scheduling::v1;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class SamplesTest : public ::testing::Test {
 protected:
  SamplesTest() {
    server_.Start();
    v1::ApplyCatalogRequest apply;
    *apply.mutable_catalog() = TestCatalog();
    Value(server_.ConnectAs("operator", "OPERATOR").AsOperator().ApplyCatalog(apply));
    consultation::v1::ApplyPolicyRequest policy;
    *policy.mutable_policy() = TestPolicy();
    Value(ConnectConsultation(server_.address(), server_.Token("operator", "OPERATOR"))
              .AsOperator()
              .ApplyPolicy(policy));
  }

  std::string PatientToken(const std::string& patient) const {
    TokenClaims claims = Claims("portal", "PATIENT");
    claims.patient = patient;
    return server_.Token(claims);
  }

  ClaritydProcess server_;
};

TEST_F(SamplesTest, APatientFindsATimeBooksItAndCallsItOff) {
  const auto portal =
      server_.Run({"sample_portal", kLakeForest, kConsultation}, PatientToken("patients/ana"));
  EXPECT_EQ(portal.exit_code, 0) << portal.said;
  EXPECT_THAT(portal.said, ContainsRegex("booked appointments/[^\n]+\ncancelled 1\n"));
}

TEST_F(SamplesTest, AnAgentReadsOutFourTimesAndBooksOne) {
  const auto agent = server_.Run({"sample_agent", kLakeForest, kConsultation, "patients/ben"},
                                 server_.Token(Claims("agent", "AGENT")));
  EXPECT_EQ(agent.exit_code, 0) << agent.said;
  EXPECT_THAT(agent.said, ContainsRegex("(free [^\n]+\n){4}booked appointments/"));
}

TEST_F(SamplesTest, AnAgentGoesFromTheNumberToABookedConsultationAndFindsThemAgain) {
  const std::vector<std::string> call = {"sample_intake", kLakeForest,  "Maria",
                                         "Ortiz",         "1980-04-12", "+1 949 555 0100"};
  const std::string token = server_.Token(Claims("agent", "AGENT"));
  const auto first = server_.Run(call, token);
  EXPECT_EQ(first.exit_code, 0) << first.said;
  EXPECT_THAT(first.said,
              ContainsRegex("patient patients/[^\n]+\nbookable visitTypes/consultation: The "
                            "consultation\nbooked appointments/"));
  const auto again = server_.Run(call, token);
  EXPECT_EQ(again.said.substr(0, again.said.find('\n')),
            first.said.substr(0, first.said.find('\n')))
      << "the same record";
}

TEST_F(SamplesTest, APatientSignsUpAgreesAndFillsInTheQuestionnaires) {
  consultation::v1::CreatePatientRequest create;
  create.mutable_patient()->set_given_name("Ana");
  create.mutable_patient()->set_family_name("Ortiz");
  create.mutable_patient()->set_clinic(kLakeForest);
  const auto patient = Value(ConnectConsultation(server_.address(), server_.Token("agent", "AGENT"))
                                 .patients->Call(&PatientStub::CreatePatient, create));
  const auto care = server_.Run({"sample_care", "treatment-2026-02"}, PatientToken(patient.name()));
  EXPECT_EQ(care.exit_code, 0) << care.said;
  EXPECT_THAT(care.said, HasSubstr("submitted 1\nopen The consultation is to be booked\n"));
}

TEST_F(SamplesTest, WhoMayNotIsToldWhy) {
  const auto portal = server_.Run({"sample_portal", kLakeForest, kConsultation}, "no token");
  EXPECT_EQ(portal.exit_code, 1);
  EXPECT_THAT(portal.said, HasSubstr("reason: UNAUTHENTICATED"));
  // A session is nothing that a patient may book alone.
  const auto session =
      server_.Run({"sample_portal", kLakeForest, kSession}, PatientToken("patients/cleo"));
  EXPECT_EQ(session.exit_code, 1);
  EXPECT_THAT(session.said, HasSubstr("no time is free"));
}

}  // namespace
}  // namespace clarity::tests
