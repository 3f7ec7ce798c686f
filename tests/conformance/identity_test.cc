// Who calls, what they may do, and what they may see.

#include <thread>

#include "clients/core/requests.h"
#include "tests/conformance/conformance_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kNever[] = "appointments/00000000000000000000000000";

auto Unauthenticated() { return Refused(StatusCode::kUnauthenticated, "UNAUTHENTICATED"); }
auto Denied() { return Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"); }

v1::Appointment Named(const std::string& name) {
  v1::Appointment appointment;
  appointment.set_name(name);
  return appointment;
}

class IdentityTest : public ConformanceTest {
 protected:
  // What somebody with this token hears who asks for something harmless.
  absl::Status Ask(const std::string& token) const {
    return StatusOf(Connect(server_.address(), token).AsAgent().ListClinics());
  }
  v1::Appointment Booked(absl::string_view clinic, absl::string_view patient) const {
    return Value(Agent().BookAppointment(Booking(kConsultation, clinic, kTen, patient)));
  }

  const TokenClaims agent_claims_ = Claims("agent", "AGENT");
};

// -- Tokens
// -----------------------------------------------------------------------------------------

TEST_F(IdentityTest, AGoodTokenIsTaken) { EXPECT_TRUE(Ask(server_.Token(agent_claims_)).ok()); }

TEST_F(IdentityTest, WithoutATokenNobodyIsServed) { EXPECT_THAT(Ask(""), Unauthenticated()); }

TEST_F(IdentityTest, WhatIsNoTokenIsRefused) {
  for (const char* token : {"x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."}) {
    EXPECT_THAT(Ask(token), Unauthenticated()) << token;
  }
}

TEST_F(IdentityTest, ATokenEndsWhenItSays) {
  TokenClaims claims = agent_claims_;
  claims.expire_time = clock().Now() + absl::Hours(1);
  const std::string token = server_.Token(claims);
  clock().Advance(absl::Hours(1) - absl::Seconds(1));
  EXPECT_TRUE(Ask(token).ok());
  clock().Advance(absl::Seconds(1));
  EXPECT_THAT(Ask(token), Unauthenticated());
}

TEST_F(IdentityTest, ATokenOfAForeignKeyIsRefused) {
  TokenClaims claims = agent_claims_;
  claims.issue_time = clock().Now();
  claims.expire_time = clock().Now() + absl::Hours(1);
  const rpc::testing::TestIssuer same_name("test-key");
  EXPECT_THAT(Ask(same_name.Issue(claims)), Unauthenticated());
  const rpc::testing::TestIssuer unknown("other-key");
  EXPECT_THAT(Ask(unknown.Issue(claims)), Unauthenticated());
}

TEST_F(IdentityTest, AnUnsignedTokenIsRefused) {
  TokenClaims claims = agent_claims_;
  claims.expire_time = clock().Now() + absl::Hours(1);
  EXPECT_THAT(Ask(server_.issuer().Sign(rpc::testing::ToJson(claims), "none", "")),
              Unauthenticated());
}

TEST_F(IdentityTest, APublicKeyIsNoSharedSecret) {
  TokenClaims claims = agent_claims_;
  claims.expire_time = clock().Now() + absl::Hours(1);
  EXPECT_THAT(Ask(server_.issuer().Sign(rpc::testing::ToJson(claims), "HS256",
                                        server_.issuer().public_pem())),
              Unauthenticated());
}

TEST_F(IdentityTest, ATokenThatWasChangedIsRefused) {
  std::string token = server_.Token(agent_claims_);
  const size_t in_claims = token.find('.') + 10;
  token[in_claims] = token[in_claims] == 'A' ? 'B' : 'A';
  EXPECT_THAT(Ask(token), Unauthenticated());
}

TEST_F(IdentityTest, ATokenForSomebodyElsesServiceIsRefused) {
  TokenClaims claims = agent_claims_;
  claims.audience = "billing";
  EXPECT_THAT(Ask(server_.Token(claims)), Unauthenticated());
  claims = agent_claims_;
  claims.issuer = "https://elsewhere.test";
  EXPECT_THAT(Ask(server_.Token(claims)), Unauthenticated());
}

TEST_F(IdentityTest, ATokenThatNamesNobodyOrNoRoleIsRefused) {
  EXPECT_THAT(Ask(server_.Token(Claims("", "AGENT"))), Unauthenticated());
  EXPECT_THAT(Ask(server_.Token(Claims("agent", "PIRATE"))), Unauthenticated());
  EXPECT_THAT(Ask(server_.Token(Claims("someone", "PATIENT"))), Unauthenticated());  // which one?
}

TEST_F(IdentityTest, ARevokedTokenIsTakenNoMore) {
  constexpr absl::Duration kNoticedWithin = absl::Seconds(20);  // it looks every second
  TokenClaims claims = agent_claims_;
  claims.jti = "lost-with-a-laptop";
  const std::string token = server_.Token(claims);
  EXPECT_TRUE(Ask(token).ok());
  server_.Revoke(claims.jti);
  const absl::Time limit = absl::Now() + kNoticedWithin;
  absl::Status answer = Ask(token);
  while (answer.ok() && absl::Now() < limit) {
    std::this_thread::yield();
    clock().Advance(absl::Milliseconds(10));  // so that asking so often is no offence
    answer = Ask(token);
  }
  EXPECT_THAT(answer, Unauthenticated());
  EXPECT_TRUE(Ask(server_.Token(agent_claims_)).ok());
}

// -- Patients
// ----------------------------------------------------------------------------------------

TEST_F(IdentityTest, APatientSeesTheOwnAppointments) {
  const auto own = Booked(kLakeForest, "patients/ada");
  const auto patient = Patient("patients/ada");
  EXPECT_EQ(Value(patient.GetAppointment(own.name())).name(), own.name());
  EXPECT_THAT(All(patient.ListAppointments()), SizeIs(1));
}

TEST_F(IdentityTest, ToAPatientSomebodyElsesAppointmentIsAsIfItWereNot) {
  const auto others = Booked(kLakeForest, "patients/bo");
  const auto patient = Patient("patients/ada");
  v1::Slot slot = SlotAt(Agent(), kConsultation, kLakeForest, "2026-03-05 12:00");
  const auto answers = [&](const std::string& name) {
    client::PortalSearch search;
    search.query = Search(kConsultation, kLakeForest, kTen, "2026-03-05 12:00").query();
    search.reschedule_appointment = name;
    return std::vector<absl::Status>{
        StatusOf(patient.GetAppointment(name)), StatusOf(patient.Cancel(Named(name))),
        StatusOf(patient.Reschedule(Named(name), slot)), StatusOf(patient.FindSlots(search)),
        StatusOf(patient.CreateHold(slot, name))};
  };
  const auto of_others = answers(others.name());
  const auto of_none = answers(kNever);
  for (size_t i = 0; i < of_none.size(); ++i) {
    EXPECT_THAT(of_none[i], Denied()) << i;
    EXPECT_EQ(of_others[i], of_none[i]) << i;  // with all their details
  }
  EXPECT_EQ(Value(Agent().GetAppointment(Get(others.name()))).etag(), others.etag());
}

TEST_F(IdentityTest, APatientNamesNobodyElse) {
  const auto patient = PatientConnections("patients/ada");
  const auto as_agent = patient.AsAgent();  // whatever the application lets them send
  EXPECT_THAT(as_agent.BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/bo")),
              Denied());
  auto hold = Hold(kConsultation, kLakeForest, kTen);
  hold.mutable_hold()->set_patient("patients/bo");
  EXPECT_THAT(as_agent.CreateHold(hold), Denied());
  auto search = Search(kConsultation, kLakeForest, kTen, "2026-03-05 12:00");
  search.set_patient("patients/bo");
  EXPECT_THAT(as_agent.FindSlots(search), Denied());
}

TEST_F(IdentityTest, APatientsOwnTimeIsInTheWayWithoutBeingNamed) {
  Value(Agent().BookAppointment(Booking(kSession, kLakeForest, kTen, "patients/ada")));
  client::PortalSearch search;
  search.query = Search(kConsultation, kLakeForest, kTen, "2026-03-05 10:30").query();
  EXPECT_THAT(All(Patient("patients/ada").FindSlots(search)), IsEmpty());
  EXPECT_THAT(All(Patient("patients/bo").FindSlots(search)), SizeIs(1));
}

TEST_F(IdentityTest, APatientBooksWhatPatientsMayBook) {
  const auto patient = Patient("patients/ada");
  EXPECT_THAT(patient.Book(SlotAt(Agent(), kSession, kLakeForest, kTen)),
              Refused(StatusCode::kFailedPrecondition, "SLOT_NOT_OFFERED"));
  EXPECT_TRUE(patient.Book(SlotAt(Agent(), kConsultation, kLakeForest, kTen)).ok());
}

// -- Clinics
// -----------------------------------------------------------------------------------------

TEST_F(IdentityTest, AnAgentWorksAtTheClinicsOfTheToken) {
  const auto agent = AgentOf(kIrvine);
  EXPECT_TRUE(agent.BookAppointment(Booking(kConsultation, kIrvine, kTen, "patients/ada")).ok());
  EXPECT_THAT(agent.FindSlots(Search(kConsultation, kLakeForest, kTen, "2026-03-05 12:00")),
              Denied());
  EXPECT_THAT(agent.CreateHold(Hold(kConsultation, kLakeForest, kTen)), Denied());
  EXPECT_THAT(agent.BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/bo")),
              Denied());
}

TEST_F(IdentityTest, ASearchNearAPointKeepsToTheClinicsOfTheToken) {
  auto request = Search(kConsultation, kLakeForest, kTen, "2026-03-05 10:30");
  request.mutable_query()->clear_clinics();
  auto& near = *request.mutable_query()->mutable_near();
  near.mutable_point()->set_latitude_e7(336800000);
  near.mutable_point()->set_longitude_e7(-1178200000);
  near.set_radius_km(1000);
  EXPECT_THAT(Slots(Agent(), request), SizeIs(3));
  const auto seen = Slots(AgentOf(kLakeForest), request);
  ASSERT_THAT(seen, SizeIs(1));
  EXPECT_EQ(seen[0].clinic(), kLakeForest);
}

TEST_F(IdentityTest, ToAnAgentAnotherClinicsAppointmentIsAsIfItWereNot) {
  const auto there = Booked(kLakeForest, "patients/ada");
  const auto agent = AgentOf(kIrvine);
  const auto answers = [&](const std::string& name) {
    auto search = Search(kConsultation, kIrvine, kTen, "2026-03-05 12:00");
    search.set_reschedule_appointment(name);
    return std::vector<absl::Status>{
        StatusOf(agent.GetAppointment(Get(name))),
        StatusOf(agent.CancelAppointment(Cancellation(Named(name)))),
        StatusOf(agent.RescheduleAppointment(Move(Named(name), "2026-03-05 12:00"))),
        StatusOf(agent.FindSlots(search))};
  };
  const auto of_there = answers(there.name());
  const auto of_none = answers(kNever);
  for (size_t i = 0; i < of_none.size(); ++i) {
    EXPECT_THAT(of_none[i], Denied()) << i;
    EXPECT_EQ(of_there[i], of_none[i]) << i;
  }
}

TEST_F(IdentityTest, NobodyMovesAVisitToAClinicTheyDoNotSee) {
  const auto here = Booked(kIrvine, "patients/ada");
  auto move = Move(here, "2026-03-05 12:00");
  move.set_clinic(kLakeForest);
  EXPECT_THAT(AgentOf(kIrvine).RescheduleAppointment(move), Denied());
}

TEST_F(IdentityTest, WhoSeesAllIsToldWhatDoesNotExist) {
  EXPECT_THAT(Agent().GetAppointment(Get(kNever)), Refused(StatusCode::kNotFound, "NOT_FOUND"));
}

// -- Permissions
// -------------------------------------------------------------------------------------

TEST_F(IdentityTest, ARoleDoesWhatItMayAndNoMore) {
  const auto patient = PatientConnections("patients/ada");
  const auto agent = Caller(agent_claims_);
  const auto staff = Caller(Claims("staff", "STAFF"));
  const auto operating = Caller(Claims("operator", "OPERATOR"));
  const v1::ApplyCatalogRequest apply;

  EXPECT_TRUE(StatusOf(patient.AsAgent().ListVisitTypes()).ok());
  EXPECT_THAT(patient.AsAgent().ListResources(), Denied());
  EXPECT_THAT(patient.AsAgent().WatchAppointments(Watch(kLakeForest))->Next(), Denied());
  for (const auto& caller : {patient, agent, staff}) {
    EXPECT_THAT(caller.AsOperator().ExportCatalog(), Denied());
    EXPECT_THAT(caller.AsOperator().ApplyCatalog(apply), Denied());
  }
  EXPECT_THAT(operating.AsAgent().ListAppointments(List("")), Denied());
  EXPECT_THAT(operating.AsAgent().BookAppointment(
                  Booking(kConsultation, kLakeForest, kTen, "patients/ada")),
              Denied());
}

TEST_F(IdentityTest, OnlyAPersonOfTheClinicSetsARuleAside) {
  auto request = Booking(kConsultation, kLakeForest, "2026-03-05 10:15", "patients/ada");
  request.mutable_override()->add_rules(v1::Blocker::RULE_START_GRID);
  request.mutable_override()->set_reason(v1::Override::REASON_PATIENT_PRESENT);
  EXPECT_THAT(Agent().BookAppointment(request), Denied());
  EXPECT_THAT(Caller(Claims("sync", "SERVICE")).AsAgent().BookAppointment(request), Denied());
  const auto booked =
      Value(Agent().BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/ada")));
  auto move = Move(booked, "2026-03-05 12:15");
  *move.mutable_override() = request.override();
  EXPECT_THAT(Agent().RescheduleAppointment(move), Denied());
  EXPECT_TRUE(Caller(Claims("nurse", "CLINICIAN")).AsAgent().RescheduleAppointment(move).ok());
}

}  // namespace
}  // namespace clarity::tests
