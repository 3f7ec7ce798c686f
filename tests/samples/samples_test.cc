// The samples of clients/samples do what they say, against a real server.

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/clarityd_process.h"
#include "tests/support/clinic_server.h"
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
