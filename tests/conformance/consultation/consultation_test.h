#ifndef CLARITY_TESTS_CONFORMANCE_CONSULTATION_CONSULTATION_TEST_H_
#define CLARITY_TESTS_CONFORMANCE_CONSULTATION_CONSULTATION_TEST_H_

#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/clinic_server.h"
#include "tests/support/consultation_connections.h"
#include "tests/support/eventually.h"
#include "tests/support/policies.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::tests {

namespace v1 = consultation::v1;

// A server of the test's own with both services, and those who call it. Every caller sees all
// clinics unless the test says otherwise.
class ConsultationTest : public ::testing::Test {
 protected:
  using Layout = ClinicServer::Layout;
  explicit ConsultationTest(Layout layout = Layout::kTogether) : server_(layout) {}

  ConsultationConnections Caller(const TokenClaims& claims) const {
    return ConnectConsultation(server_.consultation_address(), server_.Token(claims));
  }
  ConsultationConnections CallerOf(const std::string& clinic, const std::string& role) const {
    TokenClaims claims = Claims(role + "-of-" + clinic, role);
    claims.clinics = {clinic};
    return Caller(claims);
  }
  ConsultationConnections Patient(const std::string& patient) const {
    TokenClaims claims = Claims("user-of-" + patient, "PATIENT");
    claims.patient = patient;
    claims.clinics = {};
    return Caller(claims);
  }
  ConsultationConnections Clinician(const std::string& practitioner,
                                    const std::string& clinic) const {
    TokenClaims claims = Claims("user-of-" + practitioner, "CLINICIAN");
    claims.practitioner = practitioner;
    claims.clinics = {clinic};
    return Caller(claims);
  }

  base::ManualClock& clock() { return server_.clock(); }

  ClinicServer server_;
};

// With the demo policy in force in two clinics, and those who care for patients there.
class CareTest : public ConsultationTest {
 protected:
  explicit CareTest(Layout layout = Layout::kTogether) : ConsultationTest(layout) {
    Apply(CarePolicy());
  }

  static v1::Policy CarePolicy() { return TestPolicy(); }
  void Apply(const v1::Policy& policy) const {
    v1::ApplyPolicyRequest apply;
    *apply.mutable_policy() = policy;
    Value(Caller(Claims("operator", "OPERATOR")).AsOperator().ApplyPolicy(apply));
  }

  std::string NewPatient(const std::string& family, const std::string& clinic = kLakeForest) const {
    v1::CreatePatientRequest request;
    request.mutable_patient()->set_given_name("Maria");
    request.mutable_patient()->set_family_name(family);
    request.mutable_patient()->set_clinic(clinic);
    return Value(agent_.patients->Call(&PatientStub::CreatePatient, request)).name();
  }
  static v1::OpenEpisodeRequest NewEpisode(const std::string& patient) {
    v1::OpenEpisodeRequest request;
    v1::Episode& episode = *request.mutable_episode();
    episode.set_patient(patient);
    episode.set_clinic(kLakeForest);
    episode.add_reasons(v1::Episode::REASON_DEPRESSION);
    episode.set_source(v1::Episode::SOURCE_PHONE);
    return request;
  }
  v1::Episode Opened(const std::string& patient) const {
    return Value(agent_.episodes->Call(&EpisodeStub::OpenEpisode, NewEpisode(patient)));
  }

  static v1::LogContactRequest NewContact(const v1::Episode& episode,
                                          v1::Contact::Disposition disposition) {
    v1::LogContactRequest request;
    v1::Contact& contact = *request.mutable_contact();
    contact.set_episode(episode.name());
    contact.set_direction(v1::Contact::DIRECTION_OUTBOUND);
    contact.set_disposition(disposition);
    contact.set_medium(v1::Contact::MEDIUM_PHONE);
    return request;
  }
  v1::RaiseSafetyAlertRequest NewAlert(const std::string& patient) const {
    v1::RaiseSafetyAlertRequest request;
    v1::SafetyAlert& alert = *request.mutable_alert();
    alert.set_patient(patient);
    alert.set_clinic(kLakeForest);
    alert.set_kind(v1::SafetyAlert::KIND_SUICIDE_RISK);
    alert.set_description("says there is no point any more");
    return request;
  }

  const ConsultationConnections agent_ = Caller(Claims("agent", "AGENT"));
  const ConsultationConnections staff_ = Caller(Claims("staff", "STAFF"));
  const ConsultationConnections clinician_ = Clinician("practitioners/dr-okafor", kLakeForest);
  const Connections scheduling_ = server_.ConnectAs(Claims("staff", "STAFF"));
};

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_CONFORMANCE_CONSULTATION_CONSULTATION_TEST_H_
