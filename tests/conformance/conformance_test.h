#ifndef CLARITY_TESTS_CONFORMANCE_CONFORMANCE_TEST_H_
#define CLARITY_TESTS_CONFORMANCE_CONFORMANCE_TEST_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/clinic_server.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::tests {

namespace v1 = scheduling::v1;

// A Thursday on which Lake Forest is open and nothing is booked.
constexpr char kTen[] = "2026-03-05 10:00";
constexpr char kNoon[] = "2026-03-05 12:00";

// A server of the test's own, and those who call it: always through the client libraries, as an
// application does. Every caller sees all clinics unless the test says otherwise.
class ConformanceTest : public ::testing::Test {
 protected:
  Connections Caller(TokenClaims claims) const { return server_.ConnectAs(claims); }
  client::CallCenterClient Agent(const std::string& subject = "agent") const {
    return Caller(Claims(subject, "AGENT")).AsAgent();
  }
  client::CallCenterClient AgentOf(const std::string& clinic) const {
    TokenClaims claims = Claims("agent-of-one", "AGENT");
    claims.clinics = {clinic};
    return Caller(claims).AsAgent();
  }
  client::CallCenterClient Staff() const { return Caller(Claims("staff", "STAFF")).AsAgent(); }
  client::AdminClient Operator() const {
    return Caller(Claims("operator", "OPERATOR")).AsOperator();
  }
  client::PortalClient Patient(const std::string& patient) const {
    return PatientConnections(patient).AsPatient();
  }
  Connections PatientConnections(const std::string& patient) const {
    TokenClaims claims = Claims("user-of-" + patient, "PATIENT");
    claims.patient = patient;
    claims.clinics = {};
    return Caller(claims);
  }

  base::ManualClock& clock() { return server_.clock(); }
  // When the test is, as Local() writes it.
  std::string Now() { return Local(clock().Now()); }

  // What a search offers, at once.
  static std::vector<v1::Slot> Slots(const client::CallCenterClient& client,
                                     const v1::FindSlotsRequest& request) {
    return All(client.FindSlots(request));
  }
  // The one slot at a start, which has to be there.
  static v1::Slot SlotAt(const client::CallCenterClient& client, absl::string_view visit_type,
                         absl::string_view clinic, absl::string_view start) {
    const absl::Time at = At(start);
    auto request = Search(visit_type, clinic, start, Local(at + absl::Minutes(5)));
    auto slots = Slots(client, request);
    if (slots.size() != 1) throw std::runtime_error("no slot at " + std::string(start));
    return slots[0];
  }

  // What an error's ErrorInfo says besides its reason; empty where it does not.
  static std::string Metadata(const absl::Status& status, const std::string& key) {
    const auto info = client::DetailOf<google::rpc::ErrorInfo>(status);
    const auto found = info->metadata().find(key);
    return found == info->metadata().end() ? "" : found->second;
  }

  // Sends the same request as a repeat would: with an id that the test knows.
  template <typename Request>
  static Request WithId(Request request, absl::string_view request_id) {
    request.set_request_id(std::string(request_id));
    return request;
  }
  template <typename Request>
  static Request ValidateOnly(Request request) {
    request.set_validate_only(true);
    return request;
  }

  ClinicServer server_;
};

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_CONFORMANCE_CONFORMANCE_TEST_H_
