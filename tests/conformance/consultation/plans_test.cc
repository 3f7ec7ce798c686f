// Plans: from a protocol to orders that scheduling honours, whatever stops in between.

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/conformance/consultation/consultation_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using scheduling::v1::Order;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using v1::OrderDelivery;
using v1::Plan;

constexpr char kIv[] = "iv-ketamine";
constexpr char kIm[] = "im-ketamine";

// What plans are about and nothing else: clearance rests on the heart rate, which counts for ten
// days, and may be looked at again because of it; the weight counts for two. Sessions need an
// order, integration does not.
v1::Policy PlanPolicy(v1::Policy policy) {
  policy.clear_rules();
  policy.clear_requirements();
  v1::RequirementDefinition& vitals = *policy.add_requirements();
  vitals.set_id("vitals");
  vitals.set_display_name("Heart rate");
  vitals.add_tests("heart-rate");
  vitals.set_due_days(7);
  vitals.set_actor(v1::ACTOR_STAFF);
  v1::Rule& everybody = *policy.add_rules();
  everybody.set_id("everybody");
  everybody.set_display_name("Everybody");
  everybody.add_sources("This test");
  everybody.set_effect(v1::RULE_EFFECT_REQUIRE);
  everybody.add_requirements("vitals");
  v1::Rule& fast = *policy.add_rules();
  fast.set_id("fast");
  fast.set_display_name("The heart beats fast");
  fast.add_sources("This test");
  fast.mutable_when()->mutable_measured()->set_test("heart-rate");
  fast.mutable_when()->mutable_measured()->mutable_range()->set_above(120);
  fast.set_effect(v1::RULE_EFFECT_FLAG);
  for (v1::Test& test : *policy.mutable_tests()) {
    if (test.code() == "heart-rate") test.set_valid_hours(240);
    if (test.code() == "body-weight") test.set_valid_hours(48);
  }
  for (v1::Protocol& protocol : *policy.mutable_protocols()) {
    for (v1::ProtocolPhase& phase : *protocol.mutable_phases()) {
      phase.clear_visit_types();
      phase.add_visit_types(phase.has_follows() ? kEvaluation : kOrderedSession);
    }
  }
  return policy;
}

class PlansTest : public CareTest {
 protected:
  explicit PlansTest(Layout layout = Layout::kTogether) : CareTest(layout) {
    Apply(PlanPolicy(CarePolicy()));
    patient_ = NewPatient("Ortiz");
    episode_ = Opened(patient_).name();
  }

  // -- What a plan takes --

  v1::Result Measure(const std::string& test, double value, const std::string& unit) const {
    v1::RecordResultsRequest request;
    request.set_episode(episode_);
    v1::Result& result = *request.add_results();
    result.set_test(test);
    result.mutable_quantity()->set_value(value);
    result.mutable_quantity()->set_unit(unit);
    return Value(staff_.clearances->Call(&ClearanceStub::RecordResults, request)).results(0);
  }
  v1::Result Weigh(double kg) const { return Measure("body-weight", kg, "kg"); }
  void Agree() const {
    v1::RecordConsentRequest request;
    request.set_patient(patient_);
    request.mutable_consent()->set_kind(v1::Consent::KIND_TREATMENT);
    request.mutable_consent()->set_wording_version("treatment-2026-02");
    Value(staff_.patients->Call(&PatientStub::RecordConsent, request));
  }
  v1::Clearance Clear(const std::vector<std::string>& protocols) const {
    v1::DecideClearanceRequest request;
    request.set_episode(episode_);
    request.set_verdict(v1::Clearance::VERDICT_CLEARED);
    for (const std::string& protocol : protocols) request.add_protocols(protocol);
    request.set_reason("all is well");
    return Value(clinician_.clearances->Call(&ClearanceStub::DecideClearance, request));
  }
  void BeCleared() const {
    Measure("heart-rate", 72, "/min");
    Clear({kIv, kIm});
  }
  void BeReady() const {
    BeCleared();
    Weigh(71);
    Agree();
  }

  // -- Plans --

  v1::DraftPlanRequest NewPlan(const std::string& protocol) const {
    v1::DraftPlanRequest request;
    request.set_episode(episode_);
    request.set_protocol(protocol);
    return request;
  }
  absl::StatusOr<Plan> Draft(const v1::DraftPlanRequest& request) const {
    return clinician_.plans->Call(&PlanStub::DraftPlan, request);
  }
  Plan Drafted(const std::string& protocol) const { return Value(Draft(NewPlan(protocol))); }

  // A request about a plan, with a reason where it takes one.
  template <typename Request>
  static Request About(const Plan& plan) {
    Request request;
    request.set_name(plan.name());
    const auto* reason = Request::descriptor()->FindFieldByName("reason");
    if (reason != nullptr) Request::GetReflection()->SetString(&request, reason, "as we agreed");
    return request;
  }
  absl::StatusOr<Plan> Amend(const v1::AmendPlanRequest& request) const {
    return clinician_.plans->Call(&PlanStub::AmendPlan, request);
  }
  absl::StatusOr<Plan> Sign(const Plan& plan) const {
    return clinician_.plans->Call(&PlanStub::SignPlan, About<v1::SignPlanRequest>(plan));
  }
  absl::StatusOr<Plan> Cosign(const ConsultationConnections& caller, const Plan& plan) const {
    return caller.plans->Call(&PlanStub::CosignPlan, About<v1::CosignPlanRequest>(plan));
  }
  absl::StatusOr<Plan> Suspend(const Plan& plan) const {
    return clinician_.plans->Call(&PlanStub::SuspendPlan, About<v1::SuspendPlanRequest>(plan));
  }
  absl::StatusOr<Plan> Resume(const Plan& plan) const {
    return clinician_.plans->Call(&PlanStub::ResumePlan, About<v1::ResumePlanRequest>(plan));
  }
  absl::StatusOr<Plan> Close(const Plan& plan) const {
    return clinician_.plans->Call(&PlanStub::ClosePlan, About<v1::ClosePlanRequest>(plan));
  }
  Plan Signed(const std::string& protocol) const { return Value(Sign(Drafted(protocol))); }
  Plan Present(const ConsultationConnections& caller, const Plan& plan) const {
    v1::GetPlanRequest request;
    request.set_name(plan.name());
    return Value(caller.plans->Call(&PlanStub::GetPlan, request));
  }
  Plan Present(const Plan& plan) const { return Present(clinician_, plan); }
  // A draft whose first dose is above the protocol's, or whose first phase is otherwise changed.
  Plan DraftedWith(const std::string& protocol,
                   const std::function<void(v1::PlanPhase*)>& change) const {
    v1::DraftPlanRequest request = NewPlan(protocol);
    v1::DraftPlanRequest usual = request;
    usual.set_validate_only(true);
    *request.add_phases() = Value(Draft(usual)).phases(0);
    change(request.mutable_phases(0));
    return Value(Draft(request));
  }
  v1::AmendPlanRequest Amendment(const Plan& plan,
                                 const std::function<void(v1::PlanPhase*)>& change) const {
    auto request = About<v1::AmendPlanRequest>(plan);
    *request.add_phases() = plan.phases(0);
    change(request.mutable_phases(0));
    return request;
  }

  // -- Orders --

  // All orders of the patient, also those that are revoked, each as scheduling has it:
  // "6 visits 03-03 to 03-24".
  std::multiset<std::string> OrdersInScheduling(Order::State state) const {
    scheduling::v1::ListOrdersRequest request;
    request.set_patient(patient_);
    request.set_show_revoked(true);
    std::multiset<std::string> orders;
    for (const Order& order : Value(scheduling_.orders->ListOrders(request, {})).orders()) {
      if (order.state() != state) continue;
      orders.insert(absl::StrCat(order.units(), " visits ",
                                 Local(FromWire(order.window().start_time())).substr(5, 5), " to ",
                                 Local(FromWire(order.window().end_time())).substr(5, 5)));
    }
    return orders;
  }
  // Whether scheduling has every order as the plan says.
  bool BothSidesAgree(const Plan& plan) const {
    for (const OrderDelivery& delivery : Present(plan).orders()) {
      if (delivery.state() != OrderDelivery::STATE_DELIVERED) return false;
      scheduling::v1::GetOrderRequest request;
      request.set_name(delivery.order());
      const auto order = scheduling_.orders->GetOrder(request, {});
      const bool is_put = delivery.action() == OrderDelivery::ACTION_PUT;
      if (!order.ok() || (order->state() == Order::STATE_ACTIVE) != is_put) return false;
    }
    return true;
  }
  void Delivered(const Plan& plan) const {
    Eventually([&] { return BothSidesAgree(plan); });
  }
  // The present order of a phase.
  OrderDelivery OrderOf(const Plan& plan, const std::string& phase) const {
    OrderDelivery present;
    for (const OrderDelivery& delivery : Present(plan).orders()) {
      if (delivery.phase() == phase) present = delivery;
    }
    return present;
  }
  scheduling::v1::Order InScheduling(const OrderDelivery& delivery) const {
    scheduling::v1::GetOrderRequest request;
    request.set_name(delivery.order());
    return Value(scheduling_.orders->GetOrder(request, {}));
  }
  absl::StatusOr<scheduling::v1::Appointment> Book(const char* visit_type, const char* start,
                                                   const OrderDelivery& order) const {
    auto request = Booking(visit_type, kLakeForest, start, patient_);
    request.set_order(order.order());
    return scheduling_.AsAgent().BookAppointment(request);
  }

  std::string patient_;
  std::string episode_;
  const ConsultationConnections colleague_ = Clinician("practitioners/dr-lindqvist", kLakeForest);
  const ConsultationConnections nurse_ = Clinician("practitioners/nurse-tran", kLakeForest);
};

// -- Protocols ------------------------------------------------------------------------------------

TEST_F(PlansTest, ProtocolsAreThoseOfTheClinicsPolicyInItsOrder) {
  v1::ListProtocolsRequest request;
  request.set_clinic(kLakeForest);
  request.set_page_size(2);
  auto page = Value(staff_.plans->Call(&PlanStub::ListProtocols, request));
  ASSERT_THAT(page.protocols(), SizeIs(2));
  EXPECT_EQ(page.protocols(0).id(), kIv);
  EXPECT_GT(page.policy_version(), 0);
  request.set_page_token(page.next_page_token());
  page = Value(staff_.plans->Call(&PlanStub::ListProtocols, request));
  ASSERT_THAT(page.protocols(), SizeIs(1));
  EXPECT_EQ(page.protocols(0).id(), "esketamine");
  EXPECT_EQ(page.next_page_token(), "");

  request.set_page_token("none");
  EXPECT_THAT(staff_.plans->Call(&PlanStub::ListProtocols, request),
              Refused(StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
  request.clear_page_token();
  request.set_clinic(kPhoenix);
  EXPECT_THAT(staff_.plans->Call(&PlanStub::ListProtocols, request),
              Refused(StatusCode::kFailedPrecondition, "NO_POLICY"));
  request.set_clinic(kLakeForest);
  for (const auto& caller : {agent_, Patient(patient_), CallerOf(kIrvine, "STAFF")}) {
    EXPECT_THAT(caller.plans->Call(&PlanStub::ListProtocols, request),
                Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  }
}

// -- Drafts ---------------------------------------------------------------------------------------

TEST_F(PlansTest, WithoutAWeightThereIsNoDoseByWeight) {
  EXPECT_THAT(Draft(NewPlan(kIv)), Refused(StatusCode::kFailedPrecondition, "FACT_MISSING"));
  EXPECT_EQ(Drafted(kIm).weight_result(), "") << "these are in mg";
}

TEST_F(PlansTest, WhatCannotBePlannedIsRefused) {
  EXPECT_THAT(Draft(NewPlan("unknown")), Refused(StatusCode::kNotFound, "NOT_FOUND"));
  auto past = NewPlan(kIm);
  past.mutable_start_date()->set_year(2026);
  past.mutable_start_date()->set_month(3);
  past.mutable_start_date()->set_day(1);
  EXPECT_THAT(ViolatedFields(Draft(past).status()), ElementsAre("start_date"));
  auto odd = NewPlan(kIm);
  *odd.add_phases() = Drafted(kIm).phases(0);
  odd.mutable_phases(0)->mutable_doses(0)->set_amount(33);
  EXPECT_THAT(ViolatedFields(Draft(odd).status()), ElementsAre("phases[0].doses[0].amount"))
      << "it is given in steps of 5 mg";
  odd.mutable_phases(0)->set_phase("unknown");
  EXPECT_THAT(ViolatedFields(Draft(odd).status()), ElementsAre("phases[0].phase"));
  auto elsewhere = NewPlan(kIm);
  elsewhere.set_clinic(kIrvine);
  EXPECT_THAT(Draft(elsewhere), Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));

  v1::CloseEpisodeRequest close;
  close.set_name(episode_);
  close.set_outcome(v1::Episode::OUTCOME_WITHDRAWN);
  close.set_reason("moved away");
  Value(staff_.episodes->Call(&EpisodeStub::CloseEpisode, close));
  EXPECT_THAT(Draft(NewPlan(kIm)), Refused(StatusCode::kFailedPrecondition, "EPISODE_CLOSED"));
}

TEST_F(PlansTest, ADraftCanBeTriedAndIsMadeOnce) {
  auto request = NewPlan(kIm);
  request.set_validate_only(true);
  const Plan tried = Value(Draft(request));
  EXPECT_EQ(tried.name(), "");
  EXPECT_THAT(tried.phases(), SizeIs(2));
  request.set_validate_only(false);
  request.set_request_id("once");
  EXPECT_EQ(Value(Draft(request)).name(), Value(Draft(request)).name());
  request.set_note("another");
  EXPECT_THAT(Draft(request), Refused(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  v1::ListPlansRequest list;
  list.set_episode(episode_);
  EXPECT_THAT(Value(clinician_.plans->Call(&PlanStub::ListPlans, list)).plans(), SizeIs(1));
}

TEST_F(PlansTest, PlansAreForTheCliniciansOfTheClinic) {
  const Plan plan = Drafted(kIm);
  v1::GetPlanRequest get;
  get.set_name(plan.name());
  for (const auto& caller : {agent_, staff_, Patient(patient_), Patient("patients/other"),
                             Clinician("practitioners/dr-okafor", kIrvine)}) {
    EXPECT_THAT(caller.plans->Call(&PlanStub::GetPlan, get),
                Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
    EXPECT_THAT(caller.plans->Call(&PlanStub::DraftPlan, NewPlan(kIm)),
                Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  }
  EXPECT_EQ(Present(nurse_, plan).name(), plan.name());
  EXPECT_EQ(Present(Caller(Claims("reports", "SERVICE")), plan).name(), plan.name());
  get.set_name("plans/none");
  EXPECT_THAT(clinician_.plans->Call(&PlanStub::GetPlan, get),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_F(PlansTest, ADraftIsAmendedInPlaceAndWhoCosignedMustLookAgain) {
  const Plan plan = Drafted(kIm);
  ASSERT_TRUE(Value(Cosign(colleague_, plan)).has_cosignature());
  auto request = Amendment(plan, [](v1::PlanPhase* phase) { phase->set_visits(4); });
  request.set_note("slowly");
  request.set_etag(plan.etag());
  EXPECT_THAT(Amend(request), Refused(StatusCode::kAborted, "ETAG_MISMATCH"))
      << "it has been co-signed";
  request.clear_etag();
  const Plan amended = Value(Amend(request));
  EXPECT_EQ(amended.name(), plan.name());
  EXPECT_EQ(amended.phases(0).visits(), 4);
  EXPECT_EQ(amended.phases(1).visits(), 6) << "the others stay";
  EXPECT_EQ(amended.note(), "slowly");
  EXPECT_FALSE(amended.has_cosignature());
  EXPECT_EQ(amended.change().practitioner(), "practitioners/dr-okafor");

  request.mutable_phases(0)->set_phase("unknown");
  EXPECT_THAT(Amend(request), Refused(StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_EQ(Value(Close(plan)).state(), Plan::STATE_CLOSED);
  EXPECT_THAT(Amend(About<v1::AmendPlanRequest>(plan)),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_THAT(Close(plan), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_THAT(Cosign(colleague_, plan), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

// -- Signing --------------------------------------------------------------------------------------

TEST_F(PlansTest, PlansAreListedTheNewestFirst) {
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    names.insert(names.begin(), Drafted(kIm).name());
    clock().Advance(absl::Minutes(1));
  }
  v1::ListPlansRequest list;
  list.set_episode(episode_);
  list.set_page_size(2);
  std::vector<std::string> listed;
  do {
    const auto page = Value(clinician_.plans->Call(&PlanStub::ListPlans, list));
    for (const Plan& plan : page.plans()) listed.push_back(plan.name());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(listed, names);
}

}  // namespace
}  // namespace clarity::tests
