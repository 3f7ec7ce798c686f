// The two services as two processes that talk over TCP: a patient is carried through both, and
// whichever is killed, both agree afterwards.

#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/clarityd_process.h"
#include "tests/support/consultation_connections.h"
#include "tests/support/eventually.h"
#include "tests/support/policies.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::tests {
namespace {

namespace v1 = consultation::v1;
using scheduling::v1::Appointment;
using scheduling::v1::Order;

constexpr int kAttemptsMax = 1000;  // it is the deadline that ends a call

class TwoProcessesTest : public ::testing::Test {
 protected:
  TwoProcessesTest() {
    scheduling_.ServeOnly("scheduling");
    consultation_.ServeOnly("consultation");
    scheduling_.Start();
    scheduling::v1::ApplyCatalogRequest catalog;
    *catalog.mutable_catalog() = OpenCatalog();
    Value(scheduling_.ConnectAs("operator", "OPERATOR").AsOperator().ApplyCatalog(catalog));
    consultation_.UseSchedulingOf(&scheduling_);
    consultation_.Start();
    v1::ApplyPolicyRequest policy;
    *policy.mutable_policy() = PlanPolicy();
    Value(As("operator", "OPERATOR").AsOperator().ApplyPolicy(policy));
  }

  ConsultationConnections As(const std::string& subject, const std::string& role) const {
    return ConnectConsultation(consultation_.address(), consultation_.Token(subject, role));
  }
  ConsultationConnections Clinician() const {
    rpc::testing::TokenClaims claims;
    claims.subject = "dr-okafor";
    claims.roles = {"CLINICIAN"};
    claims.practitioner = "practitioners/dr-okafor";
    claims.clinics = {kLakeForest};
    return ConnectConsultation(consultation_.address(), consultation_.Token(claims));
  }
  Connections InScheduling(const std::string& role) const {
    return scheduling_.ConnectAs("caller", role, kAttemptsMax);
  }

  // A patient, born in this year, with an episode and everything a plan takes but the plan.
  v1::Episode ReadyEpisode(int birth_year) const {
    const auto agent = As("agent", "AGENT");
    v1::CreatePatientRequest patient;
    patient.mutable_patient()->set_given_name("Maria");
    patient.mutable_patient()->set_family_name("Ortiz");
    patient.mutable_patient()->mutable_birth_date()->set_year(birth_year);
    patient.mutable_patient()->mutable_birth_date()->set_month(5);
    patient.mutable_patient()->mutable_birth_date()->set_day(17);
    patient.mutable_patient()->set_clinic(kLakeForest);
    v1::OpenEpisodeRequest open;
    v1::Episode& episode = *open.mutable_episode();
    episode.set_patient(Value(agent.patients->Call(&PatientStub::CreatePatient, patient)).name());
    episode.set_clinic(kLakeForest);
    episode.add_reasons(v1::Episode::REASON_DEPRESSION);
    episode.set_source(v1::Episode::SOURCE_PHONE);
    const auto opened = Value(agent.episodes->Call(&EpisodeStub::OpenEpisode, open));
    Prepare(opened);
    return opened;
  }
  void Prepare(const v1::Episode& episode) const {
    v1::RecordResultsRequest results;
    results.set_episode(episode.name());
    AddResult("heart-rate", 72, "/min", &results);
    AddResult("body-weight", 71, "kg", &results);
    Value(Clinician().clearances->Call(&ClearanceStub::RecordResults, results));
    v1::RecordConsentRequest consent;
    consent.set_patient(episode.patient());
    consent.mutable_consent()->set_kind(v1::Consent::KIND_TREATMENT);
    consent.mutable_consent()->set_wording_version("treatment-2026-02");
    Value(As("staff", "STAFF").patients->Call(&PatientStub::RecordConsent, consent));
    v1::DecideClearanceRequest decide;
    decide.set_episode(episode.name());
    decide.set_verdict(v1::Clearance::VERDICT_CLEARED);
    decide.add_protocols("iv-ketamine");
    decide.set_reason("all is well");
    Value(Clinician().clearances->Call(&ClearanceStub::DecideClearance, decide));
  }
  static void AddResult(const std::string& test, double value, const std::string& unit,
                        v1::RecordResultsRequest* request) {
    v1::Result& result = *request->add_results();
    result.set_test(test);
    result.mutable_quantity()->set_value(value);
    result.mutable_quantity()->set_unit(unit);
  }
  v1::Plan Drafted(const v1::Episode& episode) const {
    v1::DraftPlanRequest draft;
    draft.set_episode(episode.name());
    draft.set_protocol("iv-ketamine");
    return Value(Clinician().plans->Call(&PlanStub::DraftPlan, draft));
  }
  static v1::SignPlanRequest Signature(const v1::Plan& plan) {
    v1::SignPlanRequest sign;
    sign.set_name(plan.name());
    sign.set_request_id(absl::StrCat("sign ", plan.name()));
    return sign;
  }
  v1::Plan Present(const v1::Plan& plan) const {
    v1::GetPlanRequest request;
    request.set_name(plan.name());
    return Value(Clinician().plans->Call(&PlanStub::GetPlan, request));
  }

  // Whether scheduling has the orders of the plan, and no other of this patient.
  bool BothSidesAgree(const std::string& patient, const v1::Plan& plan) const {
    std::multiset<std::string> signed_for;
    const v1::Plan present = Present(plan);
    for (const v1::OrderDelivery& delivery : present.orders()) {
      if (delivery.state() != v1::OrderDelivery::STATE_DELIVERED) return false;
      signed_for.insert(delivery.order());
    }
    scheduling::v1::ListOrdersRequest list;
    list.set_patient(patient);
    list.set_show_revoked(true);
    std::multiset<std::string> there;
    const auto orders = Value(InScheduling("SERVICE").orders->ListOrders(list, {}));
    for (const Order& order : orders.orders()) {
      if (order.state() == Order::STATE_ACTIVE) there.insert(order.name());
    }
    return !there.empty() && there == signed_for;
  }

  // Books the first session that the pathway offers on an order.
  Appointment FirstSession(const std::string& patient) const {
    v1::GetPathwayRequest look;
    look.set_patient(patient);
    const auto agent = As("agent", "AGENT");
    const auto pathway = Value(agent.episodes->Call(&EpisodeStub::GetPathway, look));
    for (const auto& offered : pathway.bookable()) {
      if (offered.order().empty()) continue;
      const absl::Time from = absl::Now() + absl::Hours(1);
      auto search =
          Search(offered.visit_type(), kLakeForest, Local(from), Local(from + absl::Hours(24 * 7)));
      search.set_patient(patient);
      search.set_order(offered.order());
      const auto slots = Value(InScheduling("AGENT").scheduling->FindSlots(search, {}));
      auto booking = Booking(offered.visit_type(), kLakeForest, "2026-03-05 10:00", patient);
      booking.set_order(offered.order());
      *booking.mutable_start_time() = slots.slots(0).start_time();
      return Value(InScheduling("AGENT").AsAgent().BookAppointment(booking));
    }
    throw std::runtime_error("no session is offered");
  }

  ClaritydProcess scheduling_;
  ClaritydProcess consultation_;
};

TEST_F(TwoProcessesTest, APatientIsCarriedFromTheFirstCallToABookedSession) {
  const v1::Episode episode = ReadyEpisode(1980);
  const v1::Plan plan = Drafted(episode);
  Value(Clinician().plans->Call(&PlanStub::SignPlan, Signature(plan)));
  Eventually([&] { return BothSidesAgree(episode.patient(), plan); });
  const Appointment booked = FirstSession(episode.patient());
  v1::GetPathwayRequest look;
  look.set_patient(episode.patient());
  Eventually([&] {
    const auto pathway = Value(As("agent", "AGENT").episodes->Call(&EpisodeStub::GetPathway, look));
    return pathway.visits_size() == 1 && pathway.visits(0).appointment() == booked.name();
  });
}

TEST_F(TwoProcessesTest, WhicheverIsKilledWhileAPlanIsSignedBothAgreeAfterwards) {
  const int rounds = std::getenv("CLARITY_LONG") != nullptr ? 40 : 4;
  const uint32_t seed = std::random_device()();
  std::cout << "seed " << seed << '\n';
  std::mt19937 random(seed);
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(absl::StrCat("seed ", seed, ", round ", round));
    const v1::Episode episode = ReadyEpisode(1950 + round);
    const v1::Plan plan = Drafted(episode);
    ClaritydProcess& victim = round % 2 == 0 ? consultation_ : scheduling_;
    const auto clinician = Clinician();
    std::thread signing([&] { (void)clinician.plans->Call(&PlanStub::SignPlan, Signature(plan)); });
    absl::SleepFor(absl::Microseconds(random() % 20000));
    victim.Kill();
    victim.Start();
    signing.join();
    // Whoever had no answer asks again, and it is done once.
    Value(Clinician().plans->Call(&PlanStub::SignPlan, Signature(plan)));
    Eventually([&] { return BothSidesAgree(episode.patient(), plan); });
  }
}

}  // namespace
}  // namespace clarity::tests
