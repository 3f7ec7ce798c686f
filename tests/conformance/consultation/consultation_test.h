#ifndef CLARITY_TESTS_CONFORMANCE_CONSULTATION_CONSULTATION_TEST_H_
#define CLARITY_TESTS_CONFORMANCE_CONSULTATION_CONSULTATION_TEST_H_

#include <functional>
#include <stdexcept>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/clinic_server.h"
#include "tests/support/consultation_connections.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::tests {

namespace v1 = consultation::v1;

// A server of the test's own with both services, and those who call it. Every caller sees all
// clinics unless the test says otherwise.
class ConsultationTest : public ::testing::Test {
 protected:
  ConsultationConnections Caller(const TokenClaims& claims) const {
    return ConnectConsultation(server_.address(), server_.Token(claims));
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

  // Waits until what happens behind the scenes has happened.
  static void Eventually(const std::function<bool()>& has_happened) {
    const absl::Time limit = absl::Now() + absl::Seconds(30);
    while (!has_happened()) {
      if (absl::Now() > limit) throw std::runtime_error("it has not happened in 30 s");
      absl::SleepFor(absl::Milliseconds(5));
    }
  }

  base::ManualClock& clock() { return server_.clock(); }

  ClinicServer server_;
};

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_CONFORMANCE_CONSULTATION_CONSULTATION_TEST_H_
