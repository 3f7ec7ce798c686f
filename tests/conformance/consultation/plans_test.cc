// Plans: from a protocol to orders that scheduling honours, whatever stops in between.

#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/conformance/consultation/consultation_test.h"
#include "tests/support/full_disk.h"
#include "tests/support/text_proto.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using scheduling::v1::Order;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using v1::OrderDelivery;
using v1::Plan;

constexpr char kIv[] = "iv-ketamine";
constexpr char kIm[] = "im-ketamine";

class PlansTest : public CareTest {
 protected:
  explicit PlansTest(Layout layout = Layout::kTogether) : CareTest(layout) {
    Apply(PlanPolicy());
    patient_ = NewPatient("Ortiz");
    episode_ = Opened(patient_).name();
  }

  // -- What a plan takes --

  // A minute after what was measured before.
  v1::Result Measure(const std::string& test, double value, const std::string& unit) {
    clock().Advance(absl::Minutes(1));
    v1::RecordResultsRequest request;
    request.set_episode(episode_);
    v1::Result& result = *request.add_results();
    result.set_test(test);
    result.mutable_quantity()->set_value(value);
    result.mutable_quantity()->set_unit(unit);
    return Value(staff_.clearances->Call(&ClearanceStub::RecordResults, request)).results(0);
  }
  v1::Result Weigh(double kg) { return Measure("body-weight", kg, "kg"); }
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
  void BeCleared() {
    Measure("heart-rate", 72, "/min");
    Clear({kIv, kIm});
  }
  void BeReady() {
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
  Plan Present(const Plan& plan) const { return Present(reader_, plan); }
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
    const auto page = Value(scheduling_.orders->ListOrders(request, {}));
    for (const Order& order : page.orders()) {
      if (order.state() != state) continue;
      orders.insert(absl::StrCat(order.units(), " visits ",
                                 Local(FromWire(order.window().start_time())).substr(5, 5), " to ",
                                 Local(FromWire(order.window().end_time())).substr(5, 5)));
    }
    return orders;
  }
  // Whether scheduling has every order as the plan says.
  bool BothSidesAgree(const Plan& plan) const {
    const Plan present = Present(plan);
    for (const OrderDelivery& delivery : present.orders()) {
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
  // A phase can be booked from here on.
  void Due(const Plan& plan, const std::string& phase) const {
    Eventually([&] {
      return !absl::c_linear_search(Present(plan).phases_not_due(), phase) && BothSidesAgree(plan);
    });
  }
  // The present order of a phase.
  OrderDelivery OrderOf(const Plan& plan, const std::string& phase) const {
    OrderDelivery last;
    const Plan present = Present(plan);
    for (const OrderDelivery& delivery : present.orders()) {
      if (delivery.phase() == phase) last = delivery;
    }
    return last;
  }
  scheduling::v1::Order InScheduling(const OrderDelivery& delivery) const {
    scheduling::v1::GetOrderRequest request;
    request.set_name(delivery.order());
    return Value(scheduling_.orders->GetOrder(request, {}));
  }
  // When a session can be booked now, as the pathway says, by the order it is booked on.
  std::string BookableFrom(const OrderDelivery& order) const {
    v1::GetPathwayRequest request;
    request.set_episode(episode_);
    const auto pathway = Value(clinician_.episodes->Call(&EpisodeStub::GetPathway, request));
    for (const auto& visit : pathway.bookable()) {
      if (visit.order() == order.order()) return Local(FromWire(visit.start_time()));
    }
    return "never";
  }
  absl::StatusOr<scheduling::v1::Appointment> Book(const char* visit_type, const char* start,
                                                   const OrderDelivery& order) const {
    auto request = Booking(visit_type, kLakeForest, start, patient_);
    request.set_order(order.order());
    return scheduling_.AsAgent().BookAppointment(request);
  }

  absl::StatusOr<scheduling::v1::Appointment> Confirm(
      const scheduling::v1::Appointment& visit) const {
    scheduling::v1::ConfirmAppointmentRequest request;
    request.set_name(visit.name());
    return scheduling_.AsAgent().ConfirmAppointment(request);
  }
  Plan SignedForFour() const {
    const auto plan = DraftedWith(kIv, [](v1::PlanPhase* phase) { phase->set_visits(4); });
    Value(Sign(plan));
    Delivered(plan);
    return plan;
  }
  void GoThroughInduction(const Plan& plan) {
    for (const char* start :
         {"2026-03-03 09:00", "2026-03-05 09:00", "2026-03-09 09:00", "2026-03-11 09:00"}) {
      TakesPlace(Value(Book(kOrderedSession, start, OrderOf(plan, "induction"))));
    }
  }
  void LookAtTheBenefit() const {
    v1::RecordOutcomeRequest request;
    request.mutable_outcome()->set_episode(episode_);
    request.mutable_outcome()->set_scale("phq-9");
    for (int item = 1; item <= 9; ++item) {
      v1::ItemScore& score = *request.mutable_outcome()->add_items();
      score.set_item(absl::StrCat(item));
      score.set_score(item == 9 ? 0 : 1);
    }
    Value(clinician_.outcomes->Call(&OutcomeStub::RecordOutcome, request));
  }
  void SetAside(v1::Step step) const {
    v1::OverrideStepRequest request;
    request.set_episode(episode_);
    request.set_step(step);
    request.set_reason("it was done elsewhere");
    Value(clinician_.episodes->Call(&EpisodeStub::OverrideStep, request));
  }
  void SetAsideAllBefore(v1::Step step) const {
    v1::GetPathwayRequest request;
    request.set_episode(episode_);
    const auto present = [&] {
      return Value(clinician_.episodes->Call(&EpisodeStub::GetPathway, request)).episode().step();
    };
    for (v1::Step at = present(); at < step; at = present()) SetAside(at);
  }
  // From the arrival to the end, and until consultation knows.
  void TakesPlace(const scheduling::v1::Appointment& visit) {
    clock().Set(FromWire(visit.start_time()));
    scheduling::v1::RecordArrivalRequest arrive;
    arrive.set_name(visit.name());
    Value(scheduling_.scheduling->RecordArrival(arrive, {}));
    scheduling::v1::StartAppointmentRequest begin;
    begin.set_name(visit.name());
    Value(scheduling_.scheduling->StartAppointment(begin, {}));
    clock().Set(FromWire(visit.end_time()));
    scheduling::v1::CompleteAppointmentRequest complete;
    complete.set_name(visit.name());
    Value(scheduling_.scheduling->CompleteAppointment(complete, {}));
    v1::GetPathwayRequest request;
    request.set_episode(episode_);
    Eventually([&] {
      const auto pathway = Value(clinician_.episodes->Call(&EpisodeStub::GetPathway, request));
      return absl::c_any_of(pathway.visits(), [&](const auto& known) {
        return known.appointment() == visit.name() &&
               known.state() == v1::Pathway::PathwayVisit::STATE_BEGUN;
      });
    });
  }

  std::string patient_;
  std::string episode_;
  const ConsultationConnections colleague_ = Clinician("practitioners/dr-lindqvist", kLakeForest);
  // Writes nothing, and so asks for no write that was forgotten with a backup.
  const ConsultationConnections reader_ = Caller(Claims("reports", "SERVICE"));
  const ConsultationConnections nurse_ = Clinician("practitioners/nurse-tran", kLakeForest);
};

std::vector<OrderDelivery::Action> Actions(const Plan& plan) {
  std::vector<OrderDelivery::Action> actions;
  for (const OrderDelivery& order : plan.orders()) actions.push_back(order.action());
  return actions;
}

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

TEST_F(PlansTest, ADraftIsAsUsualFromTomorrowAtTheClinic) {
  Weigh(71);
  clock().Set(At("2026-03-02 23:30"));  // the third, in UTC
  const Plan plan = Drafted(kIv);
  EXPECT_EQ(plan.state(), Plan::STATE_DRAFT);
  EXPECT_EQ(plan.clinic(), kLakeForest);
  ASSERT_THAT(plan.phases(), SizeIs(4));
  const v1::PlanPhase& induction = plan.phases(0);
  EXPECT_EQ(induction.start_date().day(), 3);
  EXPECT_EQ(induction.end_date().day(), 23);
  EXPECT_EQ(induction.visits(), 6) << "as many as the protocol takes at most";
  ASSERT_THAT(induction.doses(), SizeIs(1));
  EXPECT_EQ(induction.doses(0).amount_mg(), 36) << "0.5 mg/kg of 71 kg";
  EXPECT_NE(plan.weight_result(), "");
  EXPECT_THAT(plan.deviations(), IsEmpty());
  EXPECT_THAT(plan.orders(), IsEmpty()) << "nobody has signed";
  EXPECT_EQ(Present(plan).etag(), plan.etag());
}

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
  EXPECT_EQ(Value(Amend(Amendment(amended, [](v1::PlanPhase*) {}))).note(), "slowly")
      << "who says nothing of it leaves it as it is";
  auto without = About<v1::AmendPlanRequest>(Value(Amend(request)));
  without.clear_etag();
  without.set_note("");
  EXPECT_EQ(Value(Amend(without)).note(), "");
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

TEST_F(PlansTest, SigningTakesAClearanceForTheProtocolAndConsent) {
  const auto refusal = [&](const Plan& plan) { return Sign(plan).status(); };
  const auto clearance_state = [&](const Plan& plan) {
    const auto info = client::DetailOf<google::rpc::ErrorInfo>(Sign(plan).status());
    return info.has_value() ? info->metadata().at("state") : "valid";
  };
  const Plan plan = Drafted(kIm);
  EXPECT_THAT(refusal(plan), Refused(StatusCode::kFailedPrecondition, "NOT_CLEARED"));
  EXPECT_EQ(clearance_state(plan), "none");
  Measure("heart-rate", 72, "/min");
  Clear({kIv});
  EXPECT_EQ(clearance_state(plan), "other_protocol");
  Clear({kIm});
  EXPECT_THAT(refusal(plan), Refused(StatusCode::kFailedPrecondition, "CONSENT_MISSING"));
  Agree();
  Measure("heart-rate", 130, "/min");
  EXPECT_EQ(clearance_state(plan), "reopened");
  Measure("heart-rate", 72, "/min");
  Clear({kIm});
  clock().Advance(absl::Hours(240));
  EXPECT_EQ(clearance_state(plan), "expired");
  Measure("heart-rate", 72, "/min");
  Clear({kIm});
  EXPECT_THAT(nurse_.plans->Call(&PlanStub::SignPlan, About<v1::SignPlanRequest>(plan)),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"))
      << "only prescribers";
  const Plan is_signed = Value(Sign(plan));
  EXPECT_EQ(is_signed.state(), Plan::STATE_SIGNED);
  EXPECT_EQ(is_signed.signature().practitioner(), "practitioners/dr-okafor");
  EXPECT_EQ(is_signed.signature().display_name(), "Dr. Ada Okafor");
  EXPECT_NE(is_signed.clearance(), "");
  EXPECT_THAT(refusal(plan), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(PlansTest, ADoseOutsideTheProtocolTakesASecondPrescriber) {
  BeReady();
  const Plan plan =
      DraftedWith(kIm, [](v1::PlanPhase* phase) { phase->mutable_doses(0)->set_amount(40); });
  ASSERT_THAT(plan.deviations(), SizeIs(1));
  EXPECT_EQ(plan.deviations(0).kind(), v1::Deviation::KIND_DOSE);
  EXPECT_EQ(plan.deviations(0).description(), "visit 1: 40 mg, the protocol has 10 to 35 mg");
  EXPECT_THAT(Sign(plan), Refused(StatusCode::kFailedPrecondition, "SECOND_PRESCRIBER_NEEDED"));
  Value(Cosign(clinician_, plan));
  EXPECT_THAT(Sign(plan), Refused(StatusCode::kFailedPrecondition, "SECOND_PRESCRIBER_NEEDED"))
      << "that was the caller";
  EXPECT_THAT(Cosign(nurse_, plan), Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  Value(Cosign(colleague_, plan));
  EXPECT_EQ(Value(Sign(plan)).state(), Plan::STATE_SIGNED);
}

TEST_F(PlansTest, EightyFourMilligramsOnDayOneTakeAcuteSuicidality) {  // S4
  const auto examine = [&](const char* acute) {
    v1::SaveAnswersRequest save;
    save.set_episode(episode_);
    save.set_questionnaire("examination");
    *save.mutable_answers() =
        FromText<v1::QuestionnaireResponse>(
            absl::StrCat("answers { link_id: 'exam.psychosis' boolean: false } "
                         "answers { link_id: 'exam.mania' boolean: false } "
                         "answers { link_id: 'exam.acute-suicidality' boolean: ",
                         acute, " }"))
            .answers();
    return save;
  };
  v1::SubmitResponseRequest submit;
  submit.set_name(
      Value(clinician_.evaluations->Call(&EvaluationStub::SaveAnswers, examine("false"))).name());
  Value(clinician_.evaluations->Call(&EvaluationStub::SubmitResponse, submit));
  BeReady();
  Clear({"esketamine"});
  const Plan plan = DraftedWith(
      "esketamine", [](v1::PlanPhase* phase) { phase->mutable_doses(0)->set_amount(84); });
  ASSERT_THAT(plan.deviations(), SizeIs(1));
  EXPECT_EQ(plan.deviations(0).description(), "visit 1: 84 mg, the protocol has 56 mg");
  EXPECT_THAT(Sign(plan), Refused(StatusCode::kFailedPrecondition, "SECOND_PRESCRIBER_NEEDED"));

  v1::AmendResponseRequest amend;
  amend.set_name(submit.name());
  amend.set_reason("worse since");
  *amend.mutable_answers() = examine("true").answers();
  Value(clinician_.evaluations->Call(&EvaluationStub::AmendResponse, amend));
  Clear({"esketamine"});
  const Plan acute = Drafted("esketamine");
  EXPECT_EQ(acute.phases(0).doses(0).amount(), 84);
  EXPECT_THAT(acute.deviations(), IsEmpty());
  EXPECT_EQ(Value(Sign(acute)).state(), Plan::STATE_SIGNED);
}

TEST_F(PlansTest, WhatIsSignedIsWhatWasDrafted) {
  BeReady();
  const Plan plan = Drafted(kIv);
  Weigh(71.2);
  Weigh(80);
  EXPECT_THAT(Sign(plan), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"))
      << "the dose would be another";
  const Plan amended = Value(Amend(About<v1::AmendPlanRequest>(plan)));
  EXPECT_EQ(amended.phases(0).doses(0).amount_mg(), 40);
  clock().Advance(absl::Hours(48));
  EXPECT_THAT(Sign(amended), Refused(StatusCode::kFailedPrecondition, "FACT_MISSING"))
      << "the weight is too old";
  const std::string weight = Weigh(80.2).name();
  const Plan is_signed = Value(Sign(amended));
  EXPECT_EQ(is_signed.weight_result(), weight) << "which comes to the same dose";
}

TEST_F(PlansTest, OnePlanIsInForce) {
  BeReady();
  const Plan first = Drafted(kIm);
  const Plan second = Drafted(kIv);
  Value(Sign(first));
  EXPECT_THAT(Sign(second), Refused(StatusCode::kFailedPrecondition, "PLAN_IN_FORCE"));
  Value(Suspend(first));
  EXPECT_THAT(Sign(second), Refused(StatusCode::kFailedPrecondition, "PLAN_IN_FORCE"))
      << "it may be resumed";
  Value(Close(first));
  EXPECT_EQ(Value(Sign(second)).state(), Plan::STATE_SIGNED);
}

TEST_F(PlansTest, SigningCanBeTried) {
  BeReady();
  const Plan plan = Drafted(kIm);
  auto request = About<v1::SignPlanRequest>(plan);
  request.set_validate_only(true);
  const Plan tried = Value(clinician_.plans->Call(&PlanStub::SignPlan, request));
  EXPECT_EQ(tried.state(), Plan::STATE_SIGNED);
  ASSERT_THAT(tried.orders(), SizeIs(1));
  EXPECT_EQ(tried.orders(0).order(), "");
  EXPECT_EQ(Present(plan).state(), Plan::STATE_DRAFT);
  request.set_validate_only(false);
  request.set_request_id("once");
  const Plan once = Value(clinician_.plans->Call(&PlanStub::SignPlan, request));
  EXPECT_EQ(Value(clinician_.plans->Call(&PlanStub::SignPlan, request)).etag(), once.etag());
}

TEST_F(PlansTest, ThePatientSeesWhatWasSignedWithoutWhatCliniciansSay) {
  BeReady();
  const auto own = Patient(patient_);
  auto draft = NewPlan(kIm);
  draft.set_note("between us");
  const Plan plan = Value(Draft(draft));
  Value(Cosign(colleague_, plan));
  v1::ListPlansRequest list;
  list.set_episode(episode_);
  EXPECT_THAT(Value(own.plans->Call(&PlanStub::ListPlans, list)).plans(), IsEmpty());
  auto sign = About<v1::SignPlanRequest>(plan);
  sign.set_comment("between us");
  Value(clinician_.plans->Call(&PlanStub::SignPlan, sign));
  Value(Suspend(plan));
  const Plan seen = Present(own, plan);
  EXPECT_EQ(seen.phases(0).doses(0).amount_mg(), 25);
  EXPECT_EQ(seen.note(), "");
  for (const v1::Signature& signature : {seen.cosignature(), seen.signature(), seen.end()}) {
    EXPECT_NE(signature.practitioner(), "");
    EXPECT_EQ(signature.reason(), "");
  }
  EXPECT_EQ(Present(plan).end().reason(), "as we agreed");
  const auto listed = Value(own.plans->Call(&PlanStub::ListPlans, list)).plans();
  ASSERT_THAT(listed, SizeIs(1));
  EXPECT_EQ(listed[0].note(), "");
}

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

// -- Repeats, and others at the same time ---------------------------------------------------------

TEST_F(PlansTest, WhoHasSeenAnOlderPlanChangesNothing) {
  BeReady();
  const auto stale = Refused(StatusCode::kAborted, "ETAG_MISMATCH");
  const auto with_etag = [](auto request, const std::string& etag) {
    request.set_etag(etag);
    return request;
  };
  Plan plan = Drafted(kIm);
  const auto call = [&](auto method, auto request, Plan::State state) {
    const std::string seen = plan.etag();
    clock().Advance(absl::Minutes(1));
    EXPECT_THAT(colleague_.plans->Call(method, with_etag(request, "older")), stale);
    EXPECT_EQ(Present(plan).etag(), seen);
    plan = Value(colleague_.plans->Call(method, with_etag(request, seen)));
    EXPECT_EQ(plan.state(), state);
    EXPECT_THAT(colleague_.plans->Call(method, with_etag(request, seen)), stale);
  };
  call(&PlanStub::AmendPlan, About<v1::AmendPlanRequest>(plan), Plan::STATE_DRAFT);
  call(&PlanStub::CosignPlan, About<v1::CosignPlanRequest>(plan), Plan::STATE_DRAFT);
  call(&PlanStub::SignPlan, About<v1::SignPlanRequest>(plan), Plan::STATE_SIGNED);
  call(&PlanStub::SuspendPlan, About<v1::SuspendPlanRequest>(plan), Plan::STATE_SUSPENDED);
  call(&PlanStub::ResumePlan, About<v1::ResumePlanRequest>(plan), Plan::STATE_SIGNED);
  call(&PlanStub::ClosePlan, About<v1::ClosePlanRequest>(plan), Plan::STATE_CLOSED);
}

TEST_F(PlansTest, ARepeatOfEachStepIsAnsweredAlikeAndChangesNothing) {
  BeReady();
  Plan plan = Drafted(kIm);
  int steps = 0;
  const auto call = [&](auto method, auto request) {
    request.set_request_id(absl::StrCat("step-", ++steps));
    clock().Advance(absl::Minutes(1));
    plan = Value(colleague_.plans->Call(method, request));
    const Plan after = Present(plan);
    clock().Advance(absl::Minutes(1));
    EXPECT_EQ(Value(colleague_.plans->Call(method, request)).SerializeAsString(),
              plan.SerializeAsString());
    EXPECT_EQ(Present(plan).etag(), after.etag());
    request.set_etag("another");
    EXPECT_THAT(colleague_.plans->Call(method, request),
                Refused(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  };
  call(&PlanStub::AmendPlan, About<v1::AmendPlanRequest>(plan));
  call(&PlanStub::CosignPlan, About<v1::CosignPlanRequest>(plan));
  call(&PlanStub::SignPlan, About<v1::SignPlanRequest>(plan));
  const Plan is_signed = plan;
  call(&PlanStub::AmendPlan, About<v1::AmendPlanRequest>(plan));
  EXPECT_EQ(plan.amends(), is_signed.name());
  plan = is_signed;
  call(&PlanStub::SuspendPlan, About<v1::SuspendPlanRequest>(plan));
  call(&PlanStub::ResumePlan, About<v1::ResumePlanRequest>(plan));
  call(&PlanStub::ClosePlan, About<v1::ClosePlanRequest>(plan));
  v1::ListPlansRequest list;
  list.set_episode(episode_);
  EXPECT_THAT(Value(clinician_.plans->Call(&PlanStub::ListPlans, list)).plans(), SizeIs(2));
}

TEST_F(PlansTest, OfTwoPlansThatAreSignedAtOnceOneIsInForce) {
  BeReady();
  const std::vector<Plan> drafts = {Drafted(kIm), Drafted(kIv)};
  std::vector<absl::Status> signed_by(4);
  std::vector<std::thread> prescribers;
  for (size_t i = 0; i < signed_by.size(); ++i) {
    prescribers.emplace_back([&, i] {
      const auto request = About<v1::SignPlanRequest>(drafts[i % drafts.size()]);
      const auto& prescriber = i < drafts.size() ? clinician_ : colleague_;
      signed_by[i] = prescriber.plans->Call(&PlanStub::SignPlan, request).status();
    });
  }
  for (std::thread& prescriber : prescribers) prescriber.join();
  std::multiset<std::string> outcomes;
  for (const absl::Status& status : signed_by) {
    outcomes.insert(status.ok() ? "signed"
                                : client::DetailOf<google::rpc::ErrorInfo>(status)->reason());
  }
  EXPECT_THAT(outcomes, ElementsAre("PLAN_IN_FORCE", "PLAN_IN_FORCE", "WRONG_STATE", "signed"));
  v1::ListPlansRequest list;
  list.set_episode(episode_);
  const auto plans = Value(clinician_.plans->Call(&PlanStub::ListPlans, list)).plans();
  ASSERT_EQ(
      absl::c_count_if(plans, [](const Plan& plan) { return plan.state() == Plan::STATE_SIGNED; }),
      1);
  for (const Plan& plan : plans) Delivered(plan);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), SizeIs(1));
}

TEST_F(PlansTest, APlanThatIsSignedAsItsClearanceEndsOpensNoCalendar) {
  BeReady();
  v1::DecideClearanceRequest decline;
  decline.set_episode(episode_);
  decline.set_verdict(v1::Clearance::VERDICT_DECLINED);
  decline.set_reason("something else is wrong");
  for (int round = 0; round < 10; ++round) {
    SCOPED_TRACE(round);
    BeCleared();
    const Plan plan = Drafted(kIm);
    absl::Status is_signed;
    std::thread signing([&] { is_signed = Sign(plan).status(); });
    std::thread ending([&] {
      if (round % 2 == 0) {
        Value(colleague_.clearances->Call(&ClearanceStub::DecideClearance, decline));
      } else {
        Measure("heart-rate", 130 + round, "/min");
      }
    });
    signing.join();
    ending.join();
    // Whoever came first: judged by what there is afterwards.
    EXPECT_EQ(Present(plan).state(), is_signed.ok() ? Plan::STATE_SUSPENDED : Plan::STATE_DRAFT)
        << is_signed;
    Delivered(plan);
    EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), IsEmpty());
    Value(Close(plan));
  }
}

// -- Orders ---------------------------------------------------------------------------------------

TEST_F(PlansTest, ASignedPlanOpensTheCalendar) {
  BeReady();
  const Plan plan = Signed(kIv);
  EXPECT_THAT(Actions(plan), ElementsAre(OrderDelivery::ACTION_PUT));
  Delivered(plan);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), ElementsAre("6 visits 03-03 to 03-24"));
  const auto induction = OrderOf(plan, "induction");
  EXPECT_EQ(induction.attempts(), 1);
  EXPECT_TRUE(induction.has_attempt_time());
  EXPECT_EQ(InScheduling(induction).gap_minutes_min(), 48 * 60);
  EXPECT_EQ(InScheduling(induction).gap_minutes_max(), 96 * 60);
  EXPECT_EQ(induction.order().find("induction"), std::string::npos)
      << "names are in logs: they tell nothing";

  Value(Book(kOrderedSession, "2026-03-03 09:00", induction));
  EXPECT_THAT(Book(kOrderedSession, "2026-03-04 09:00", induction),
              Refused(StatusCode::kFailedPrecondition, "ORDER_NOT_APPLICABLE"))
      << "the gap";
}

TEST_F(PlansTest, ALaterPhaseIsOpenOnceTheOneBeforeIsOverAndLookedAt) {
  BeReady();
  const Plan plan = SignedForFour();
  EXPECT_THAT(Present(plan).phases_not_due(),
              ElementsAre("induction-integration", "maintenance", "maintenance-integration"));
  GoThroughInduction(plan);
  EXPECT_THAT(Present(plan).phases_not_due(), Contains("maintenance"))
      << "nobody has looked at the benefit";
  LookAtTheBenefit();
  Due(plan, "maintenance");
  EXPECT_EQ(InScheduling(OrderOf(plan, "maintenance")).units(), 12);
  EXPECT_THAT(Present(plan).phases_not_due(), ElementsAre("maintenance-integration"));
}

TEST_F(PlansTest, APhaseWhoseDaysArePastIsOverThoughNotAllItsVisitsTookPlace) {
  BeReady();
  const Plan plan = Signed(kIv);
  Delivered(plan);
  TakesPlace(Value(Book(kOrderedSession, "2026-03-03 09:00", OrderOf(plan, "induction"))));
  for (int days = 0; days < 22; days += 7) {
    clock().Advance(absl::Hours(24 * 7));
    Measure("heart-rate", 72, "/min");
  }
  EXPECT_EQ(Present(plan).state(), Plan::STATE_SIGNED);
  LookAtTheBenefit();
  Due(plan, "maintenance");
}

TEST_F(PlansTest, APhaseWhoseDaysWentByWithoutAVisitIsForAPrescriberToAmend) {
  BeReady();
  const Plan plan = Signed(kIv);
  Delivered(plan);
  Value(Book(kOrderedSession, "2026-03-03 09:00", OrderOf(plan, "induction")));  // nobody came
  SetAsideAllBefore(v1::STEP_INDUCTION);
  for (int days = 0; days < 22; days += 7) {
    clock().Advance(absl::Hours(24 * 7));
    Measure("heart-rate", 72, "/min");
  }
  EXPECT_EQ(Present(plan).state(), Plan::STATE_SIGNED);
  EXPECT_THAT(Present(plan).phases_not_due(), SizeIs(4));
  v1::GetPathwayRequest request;
  request.set_episode(episode_);
  const auto pathway = Value(agent_.episodes->Call(&EpisodeStub::GetPathway, request));
  const auto& point = pathway.steps(v1::STEP_INDUCTION - 1).open_points(0);
  EXPECT_EQ(point.actor(), v1::ACTOR_PRESCRIBER);
  EXPECT_EQ(point.about(), plan.name());
  // As it is, it cannot be signed again.
  Clear({kIv});
  Weigh(71);
  EXPECT_THAT(Sign(Value(Amend(About<v1::AmendPlanRequest>(plan)))),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(PlansTest, WhatWasSetAsideOfOnePlanIsNotOfTheNext) {
  BeReady();
  const Plan plan = Signed(kIv);
  Delivered(plan);
  SetAsideAllBefore(v1::STEP_INDUCTION);
  SetAside(v1::STEP_INDUCTION);
  Due(plan, "maintenance");
  Value(Close(plan));
  const Plan next = Signed(kIv);
  Delivered(next);
  EXPECT_THAT(Present(next).phases_not_due(), Contains("maintenance"));
}

TEST_F(PlansTest, WhatFollowsADoseIsOpenOnceTheDoseWasGiven) {
  BeReady();
  const Plan plan = Signed(kIv);
  Delivered(plan);
  const auto dose = Value(Book(kOrderedSession, "2026-03-03 09:00", OrderOf(plan, "induction")));
  EXPECT_THAT(Present(plan).phases_not_due(), Contains("induction-integration"));
  TakesPlace(dose);
  Due(plan, "induction-integration");
  const auto integration = OrderOf(plan, "induction-integration");
  EXPECT_EQ(InScheduling(integration).units(), 1);
  EXPECT_EQ(InScheduling(integration).gap_minutes_min(), 0);
  EXPECT_EQ(BookableFrom(integration), Local(FromWire(dose.end_time()) + absl::Hours(24)));
  Value(Book(kEvaluation, "2026-03-05 10:00", integration));
  EXPECT_EQ(InScheduling(integration).units_consumed(), 1)
      << "a type that needs no order takes one";
  EXPECT_THAT(Book(kEvaluation, "2026-03-05 14:00", integration),
              Refused(StatusCode::kFailedPrecondition, "ORDER_NOT_APPLICABLE"))
      << "one after each dose";
}

TEST_F(PlansTest, OrdersOfAPlanAreItsOwnAndSeenAtItsClinic) {
  BeReady();
  const Plan plan = Signed(kIv);
  Delivered(plan);
  scheduling::v1::PutOrderRequest more;
  *more.mutable_order() = InScheduling(OrderOf(plan, "induction"));
  EXPECT_EQ(more.order().clinic(), kLakeForest);
  more.mutable_order()->set_units(99);
  more.mutable_order()->clear_gap_minutes_min();
  const auto denied = Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED");
  EXPECT_THAT(server_.ConnectAs(Claims("reports", "SERVICE")).orders->PutOrder(more, {}), denied);
  TokenClaims claims = Claims("agent-irvine", "AGENT");
  claims.clinics = {kIrvine};
  scheduling::v1::GetOrderRequest get;
  get.set_name(more.order().name());
  EXPECT_THAT(server_.ConnectAs(claims).orders->GetOrder(get, {}), denied);
  EXPECT_EQ(InScheduling(OrderOf(plan, "induction")).units(), 6);
}

TEST_F(PlansTest, ASuspendedPlanClosesItAndAResumedOneGoesOnWithWhatIsLeft) {
  BeReady();
  const Plan plan = Signed(kIv);
  Delivered(plan);
  const auto first = OrderOf(plan, "induction");
  const auto visit = Value(Book(kOrderedSession, "2026-03-03 09:00", first));
  EXPECT_THAT(Resume(plan), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));

  const Plan suspended = Value(Suspend(plan));
  EXPECT_EQ(suspended.state(), Plan::STATE_SUSPENDED);
  EXPECT_EQ(suspended.end().reason(), "as we agreed");
  Delivered(plan);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), IsEmpty());
  EXPECT_THAT(OrderOf(plan, "induction").uncovered_appointments(), ElementsAre(visit.name()));
  EXPECT_THAT(Book(kOrderedSession, "2026-03-06 09:00", first),
              Refused(StatusCode::kFailedPrecondition, "ORDER_NOT_APPLICABLE"));
  EXPECT_THAT(Confirm(visit), Refused(StatusCode::kFailedPrecondition, "ORDER_NOT_APPLICABLE"));
  EXPECT_THAT(Suspend(plan), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_THAT(nurse_.plans->Call(&PlanStub::ResumePlan, About<v1::ResumePlanRequest>(plan)),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));

  const Plan resumed = Value(Resume(plan));
  EXPECT_EQ(resumed.state(), Plan::STATE_SIGNED);
  EXPECT_FALSE(resumed.has_end());
  EXPECT_EQ(resumed.change().reason(), "as we agreed");
  Delivered(plan);
  const auto second = OrderOf(plan, "induction");
  EXPECT_NE(second.order(), first.order());
  EXPECT_EQ(InScheduling(second).units(), 6);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), SizeIs(1));

  // What was booked goes on, on the new order.
  EXPECT_EQ(InScheduling(second).units_consumed(), 1);
  EXPECT_EQ(Value(Confirm(visit)).order(), second.order());
  Value(Book(kOrderedSession, "2026-03-05 09:00", second));
}

TEST_F(PlansTest, WhileThePlanIsSuspendedThePathwaySaysWhatWaitsForWhom) {
  BeReady();
  const Plan plan = Signed(kIv);
  Delivered(plan);
  Value(Book(kOrderedSession, "2026-03-03 09:00", OrderOf(plan, "induction")));
  const auto pathway = [&] {
    v1::GetPathwayRequest request;
    request.set_episode(episode_);
    return Value(agent_.episodes->Call(&EpisodeStub::GetPathway, request));
  };
  Eventually([&] { return pathway().visits_size() == 1; });
  EXPECT_FALSE(pathway().visits(0).uncovered());
  const auto first_open = [&] {
    const auto now = pathway();
    return now.steps(now.episode().step() - 1).open_points(0);
  };
  EXPECT_EQ(first_open().description(), "The consultation is to be booked");
  EXPECT_EQ(BookableFrom(OrderOf(plan, "induction")), "2026-03-05 09:00")
      << "sessions of a plan in force, whichever step is the present one";

  Value(Suspend(plan));
  EXPECT_EQ(pathway().episode().step(), v1::STEP_BOOKING);
  EXPECT_EQ(first_open().description(),
            "The plan is suspended: a prescriber takes it up again, or closes it");
  EXPECT_EQ(first_open().actor(), v1::ACTOR_PRESCRIBER);
  EXPECT_EQ(first_open().about(), plan.name());
  EXPECT_TRUE(pathway().visits(0).uncovered());
  Value(Resume(plan));
  Eventually([&] { return !pathway().visits(0).uncovered(); });

  Measure("heart-rate", 130, "/min");
  EXPECT_EQ(first_open().description(),
            "The plan is suspended until a prescriber has decided again");
  v1::DecideClearanceRequest decide;
  decide.set_episode(episode_);
  decide.set_verdict(v1::Clearance::VERDICT_DECLINED);
  decide.set_reason("something else is wrong");
  Value(clinician_.clearances->Call(&ClearanceStub::DecideClearance, decide));
  const auto stopped = pathway();
  const auto& step = stopped.steps(stopped.episode().step() - 1);
  ASSERT_THAT(step.open_points(), SizeIs(1)) << "nothing is to be booked";
  EXPECT_EQ(step.open_points(0).description(),
            "Treatment does not go on here; the episode is to be closed");
  EXPECT_EQ(step.open_points(0).actor(), v1::ACTOR_STAFF);
  EXPECT_FALSE(step.has_due_time());
}

TEST_F(PlansTest, TheGapIsKeptFromAVisitThatTookPlaceBeforeThePlanWasSuspended) {
  BeReady();
  const Plan plan = Signed(kIv);
  Delivered(plan);
  TakesPlace(Value(Book(kOrderedSession, "2026-03-03 09:00", OrderOf(plan, "induction"))));
  Value(Suspend(plan));
  Value(Resume(plan));
  Eventually([&] {
    return BothSidesAgree(plan) && InScheduling(OrderOf(plan, "induction")).units() == 5;
  });
  const auto resumed = OrderOf(plan, "induction");
  EXPECT_THAT(Book(kOrderedSession, "2026-03-03 11:00", resumed),
              Refused(StatusCode::kFailedPrecondition, "ORDER_NOT_APPLICABLE"));
  EXPECT_EQ(BookableFrom(resumed), "2026-03-05 09:00");
  Value(Book(kOrderedSession, "2026-03-05 09:00", resumed));
}

TEST_F(PlansTest, TheGapOfAPhaseIsKeptFromTheLastVisitOfThePhaseBefore) {
  BeReady();
  const Plan plan = SignedForFour();
  GoThroughInduction(plan);
  LookAtTheBenefit();
  Due(plan, "maintenance");
  const auto maintenance = OrderOf(plan, "maintenance");
  EXPECT_THAT(Book(kOrderedSession, "2026-03-24 09:00", maintenance),
              Refused(StatusCode::kFailedPrecondition, "ORDER_NOT_APPLICABLE"))
      << "a month";
  EXPECT_EQ(BookableFrom(maintenance), "2026-04-08 09:00");
  EXPECT_THAT(InScheduling(OrderOf(plan, "induction-integration")).gap_from_orders(), IsEmpty())
      << "it keeps its distance from what it follows alone";
  Value(Book(kOrderedSession, "2026-04-08 09:00", maintenance));
}

TEST_F(PlansTest, TheGapIsKeptFromTheVisitsOfAnEarlierPlan) {
  BeReady();
  const Plan first = Signed(kIv);
  Delivered(first);
  const auto visit = Value(Book(kOrderedSession, "2026-03-03 09:00", OrderOf(first, "induction")));
  Value(Close(first));
  const Plan second = Signed(kIm);
  Delivered(second);
  const auto induction = OrderOf(second, "induction");
  Eventually([&] {
    const auto names = InScheduling(induction).gap_from_orders();
    return !names.empty() && names[0] == visit.order();
  });
  EXPECT_THAT(Book(kOrderedSession, "2026-03-05 15:00", induction),
              Refused(StatusCode::kFailedPrecondition, "ORDER_NOT_APPLICABLE"))
      << "72 hours";
  Value(Book(kOrderedSession, "2026-03-06 09:00", induction));
}

TEST_F(PlansTest, APlanIsNotResumedWithDosesThatWouldBeOthersByNow) {
  BeCleared();
  Weigh(100);
  Agree();
  const Plan plan = Signed(kIv);
  Value(Suspend(plan));
  Weigh(60);
  EXPECT_THAT(Resume(plan), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"))
      << "50 mg are too much for 60 kg";
  const Plan amendment = Value(Amend(About<v1::AmendPlanRequest>(plan)));
  EXPECT_EQ(amendment.phases(0).doses(0).amount_mg(), 30);
  Value(Sign(amendment));
  Value(Suspend(amendment));
  clock().Advance(absl::Hours(48));
  EXPECT_THAT(Resume(amendment), Refused(StatusCode::kFailedPrecondition, "FACT_MISSING"))
      << "nobody knows the weight any more";
  Weigh(60);
  EXPECT_EQ(Value(Resume(amendment)).weight_result(), amendment.weight_result())
      << "what was signed stays as it was signed";
}

TEST_F(PlansTest, APlanWhoseDaysArePastIsNeitherSignedNorResumed) {
  BeReady();
  const Plan draft = Drafted(kIm);
  const Plan plan = Signed(kIm);
  Delivered(plan);
  clock().Advance(absl::Hours(24 * 5));
  Measure("heart-rate", 72, "/min");
  const Plan late = Value(
      Amend(Amendment(plan, [](v1::PlanPhase* phase) { phase->mutable_end_date()->set_day(6); })));
  EXPECT_THAT(Sign(late), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"))
      << "nobody could ever book on it";
  EXPECT_EQ(Present(plan).state(), Plan::STATE_SIGNED);

  Value(Suspend(plan));
  clock().Advance(absl::Hours(24 * 28));
  Measure("heart-rate", 72, "/min");
  Clear({kIm});
  EXPECT_THAT(Resume(plan), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  Value(Close(plan));
  EXPECT_THAT(Sign(draft), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"))
      << "it has lain too long";
}

TEST_F(PlansTest, AnAmendmentMayLeaveBehindAPhaseInWhichVisitsTookPlace) {
  BeReady();
  const Plan plan = Signed(kIv);
  Delivered(plan);
  TakesPlace(Value(Book(kOrderedSession, "2026-03-03 09:00", OrderOf(plan, "induction"))));
  clock().Advance(absl::Hours(24 * 22));
  Measure("heart-rate", 72, "/min");
  Clear({kIv});
  Weigh(71);
  const Plan amendment = Value(Amend(About<v1::AmendPlanRequest>(plan)));
  EXPECT_EQ(Value(Sign(amendment)).state(), Plan::STATE_SIGNED);
}

TEST_F(PlansTest, AnAmendmentThatIsSignedAdjustsTheOrders) {
  BeReady();
  const Plan plan = Signed(kIv);
  Delivered(plan);
  const auto before = OrderOf(plan, "induction");
  const auto visit = Value(Book(kOrderedSession, "2026-03-03 09:00", before));
  auto request = Amendment(plan, [](v1::PlanPhase* phase) {
    phase->set_visits(4);
    phase->mutable_end_date()->set_day(16);
  });
  request.clear_reason();
  EXPECT_THAT(ViolatedFields(Amend(request).status()), ElementsAre("reason"));
  request.set_reason("it is enough");
  const Plan amendment = Value(Amend(request));
  EXPECT_NE(amendment.name(), plan.name());
  EXPECT_EQ(amendment.amends(), plan.name());
  EXPECT_EQ(amendment.state(), Plan::STATE_DRAFT);
  EXPECT_EQ(amendment.change().reason(), "it is enough");
  EXPECT_EQ(Present(plan).state(), Plan::STATE_SIGNED) << "until the amendment is signed";

  const Plan is_signed = Value(Sign(amendment));
  EXPECT_EQ(Present(plan).state(), Plan::STATE_REPLACED);
  EXPECT_THAT(is_signed.orders(), SizeIs(1));
  Eventually([&] { return BothSidesAgree(amendment) && InScheduling(before).units() == 4; });
  EXPECT_EQ(OrderOf(amendment, "induction").order(), before.order());
  EXPECT_EQ(InScheduling(before).units_consumed(), 1) << "the visit stays on it";
  EXPECT_EQ(Local(FromWire(InScheduling(before).window().end_time())), "2026-03-17 00:00");
  EXPECT_THAT(OrderOf(amendment, "induction").uncovered_appointments(), IsEmpty());
  EXPECT_THAT(OrdersInScheduling(Order::STATE_REVOKED), IsEmpty());
  EXPECT_THAT(Amend(About<v1::AmendPlanRequest>(plan)),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_EQ(visit.order(), before.order());
}

TEST_F(PlansTest, AnAmendmentRevokesWhatTheProtocolNoLongerHas) {
  BeReady();
  const Plan plan = Signed(kIv);
  Delivered(plan);
  TakesPlace(Value(Book(kOrderedSession, "2026-03-03 09:00", OrderOf(plan, "induction"))));
  Due(plan, "induction-integration");
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE),
              ElementsAre("1 visits 03-03 to 03-27", "6 visits 03-03 to 03-24"));
  v1::Policy policy = PlanPolicy(CarePolicy());
  policy.mutable_protocols(0)->mutable_phases()->DeleteSubrange(1, 1);
  Apply(policy);
  const Plan amendment = Value(Sign(Value(Amend(About<v1::AmendPlanRequest>(plan)))));
  EXPECT_THAT(amendment.phases(), SizeIs(3));
  Delivered(amendment);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), ElementsAre("6 visits 03-03 to 03-24"));
  EXPECT_THAT(OrdersInScheduling(Order::STATE_REVOKED), ElementsAre("1 visits 03-03 to 03-27"));
}

TEST_F(PlansTest, AnAmendmentOfAPlanThatIsOverIsNotSigned) {
  BeReady();
  const Plan plan = Signed(kIm);
  const Plan amendment = Value(Amend(About<v1::AmendPlanRequest>(plan)));
  const Plan another = Value(Amend(About<v1::AmendPlanRequest>(plan)));
  Value(Sign(amendment));
  EXPECT_THAT(Sign(another), Refused(StatusCode::kFailedPrecondition, "PLAN_IN_FORCE"));
  Value(Close(amendment));
  EXPECT_THAT(Sign(another), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(PlansTest, AClosedPlanOrEpisodeLeavesNoOrder) {
  BeReady();
  const Plan first = Signed(kIm);
  Value(Close(first));
  Delivered(first);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), IsEmpty());
  const Plan second = Signed(kIm);
  Delivered(second);
  v1::CloseEpisodeRequest close;
  close.set_name(episode_);
  close.set_outcome(v1::Episode::OUTCOME_COMPLETED);
  close.set_reason("done");
  Value(staff_.episodes->Call(&EpisodeStub::CloseEpisode, close));
  EXPECT_EQ(Present(second).state(), Plan::STATE_CLOSED);
  Delivered(second);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), IsEmpty());
}

TEST_F(PlansTest, WithTheConsentThePlanIsSuspended) {
  BeReady();
  const Plan plan = Signed(kIm);
  v1::WithdrawConsentRequest withdraw;
  withdraw.set_patient(patient_);
  withdraw.set_kind(v1::Consent::KIND_TREATMENT);
  Value(staff_.patients->Call(&PatientStub::WithdrawConsent, withdraw));
  EXPECT_EQ(Present(plan).state(), Plan::STATE_SUSPENDED);
  Delivered(plan);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), IsEmpty());
  EXPECT_THAT(Resume(plan), Refused(StatusCode::kFailedPrecondition, "CONSENT_MISSING"));
  Agree();
  Value(Resume(plan));
  Delivered(plan);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), SizeIs(1));
}

TEST_F(PlansTest, ANewFactSuspendsThePlanAtOnce) {
  BeReady();
  const Plan plan = Signed(kIm);
  Measure("heart-rate", 130, "/min");
  EXPECT_EQ(Present(plan).state(), Plan::STATE_SUSPENDED);
  Delivered(plan);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), IsEmpty());
  EXPECT_THAT(Resume(plan), Refused(StatusCode::kFailedPrecondition, "NOT_CLEARED"));
}

TEST_F(PlansTest, WithTheClearanceThePlanLapsesByItself) {
  BeReady();
  const Plan plan = Signed(kIm);
  Delivered(plan);
  clock().Advance(absl::Hours(240) - absl::Minutes(1) - absl::Seconds(1));
  EXPECT_EQ(Present(plan).state(), Plan::STATE_SIGNED);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), SizeIs(1));
  clock().Advance(absl::Seconds(1));
  EXPECT_EQ(Present(plan).state(), Plan::STATE_SUSPENDED) << "whoever looks sees it at once";
  // Nobody does anything.
  Eventually([&] { return OrdersInScheduling(Order::STATE_ACTIVE).empty(); });
  Delivered(plan);
}

TEST_F(PlansTest, APlanLapsesThoughTheClinicOfOthersIsGone) {
  constexpr char kGone[] = "clinics/gone";
  scheduling::v1::ApplyCatalogRequest catalog;
  *catalog.mutable_catalog() = TestCatalog();
  scheduling::v1::Clinic& clinic = *catalog.mutable_catalog()->add_clinics();
  clinic = catalog.catalog().clinics(0);
  clinic.set_name(kGone);
  const auto operator_ = server_.ConnectAs(Claims("operator", "OPERATOR")).AsOperator();
  Value(operator_.ApplyCatalog(catalog));
  v1::Policy policy = PlanPolicy();
  policy.add_clinics(kGone);
  Apply(policy);
  BeReady();
  const Plan plan = Signed(kIm);
  Delivered(plan);
  const std::string episode = episode_;
  for (const char* family : {"Abbott", "Brandt"}) {
    auto open = NewEpisode(NewPatient(family, kGone));
    open.mutable_episode()->set_clinic(kGone);
    episode_ = Value(agent_.episodes->Call(&EpisodeStub::OpenEpisode, open)).name();
    Measure("heart-rate", 72, "/min");
  }
  episode_ = episode;
  *catalog.mutable_catalog() = TestCatalog();
  Value(operator_.ApplyCatalog(catalog));
  // Scheduling is asked again as somebody names a clinic that is not there.
  v1::CreatePatientRequest nowhere;
  nowhere.mutable_patient()->set_given_name("Maria");
  nowhere.mutable_patient()->set_family_name("Castillo");
  nowhere.mutable_patient()->set_clinic("clinics/nowhere");
  EXPECT_FALSE(agent_.patients->Call(&PatientStub::CreatePatient, nowhere).ok());

  clock().Advance(absl::Hours(241));
  Eventually([&] { return OrdersInScheduling(Order::STATE_ACTIVE).empty(); });
}

TEST_F(PlansTest, AnOrderThatSchedulingRefusesIsShownAsRefused) {
  v1::Policy policy = PlanPolicy(CarePolicy());
  policy.mutable_protocols(1)->mutable_phases(1)->set_visit_types(0, "visitTypes/unknown");
  Apply(policy);
  BeReady();
  const Plan plan = Signed(kIm);
  Delivered(plan);
  TakesPlace(Value(Book(kOrderedSession, "2026-03-03 09:00", OrderOf(plan, "induction"))));
  Eventually([&] { return OrderOf(plan, "integration").state() == OrderDelivery::STATE_REFUSED; });
  EXPECT_EQ(OrderOf(plan, "integration").error_reason(), "NOT_FOUND");
  EXPECT_EQ(OrderOf(plan, "induction").state(), OrderDelivery::STATE_DELIVERED);
  Value(Close(plan));
  Eventually(
      [&] { return OrderOf(plan, "integration").state() == OrderDelivery::STATE_DELIVERED; });
  EXPECT_EQ(OrderOf(plan, "integration").action(), OrderDelivery::ACTION_REVOKE)
      << "there is nothing that could be booked on";
}

TEST_F(PlansTest, OnAFullDiskNothingIsSignedAndNothingIsLost) {
  BeReady();
  const Plan draft = Drafted(kIv);
  auto sign = About<v1::SignPlanRequest>(draft);
  sign.set_request_id("once");
  TokenClaims claims = Claims("user-of-practitioners/dr-okafor", "CLINICIAN");
  claims.practitioner = "practitioners/dr-okafor";
  const auto impatient = ConnectConsultation(server_.consultation_address(), server_.Token(claims),
                                             /*attempts_max=*/1);
  {
    const FullDisk disk;
    EXPECT_THAT(impatient.plans->Call(&PlanStub::SignPlan, sign),
                Refused(StatusCode::kUnavailable, "UNAVAILABLE"));
  }
  EXPECT_EQ(Present(draft).state(), Plan::STATE_DRAFT);
  EXPECT_THAT(Present(draft).orders(), IsEmpty());
  const Plan signed_plan = Value(clinician_.plans->Call(&PlanStub::SignPlan, sign));
  EXPECT_EQ(Value(clinician_.plans->Call(&PlanStub::SignPlan, sign)).etag(), signed_plan.etag());
  Delivered(draft);
}

TEST_F(PlansTest, AnOrderThatWasRefusedIsTakenOnceSchedulingKnowsItsVisits) {
  v1::Policy policy = PlanPolicy(CarePolicy());
  policy.mutable_protocols(1)->mutable_phases(0)->set_visit_types(0, "visitTypes/new");
  Apply(policy);
  BeReady();
  const Plan plan = Signed(kIm);
  const auto refusals = [&] {
    v1::GetPathwayRequest request;
    request.set_episode(episode_);
    const auto pathway = Value(agent_.episodes->Call(&EpisodeStub::GetPathway, request));
    int points = 0;
    for (const auto& step : pathway.steps()) {
      points += absl::c_count_if(step.open_points(), [&](const auto& point) {
        return point.about() == plan.name() && point.actor() == v1::ACTOR_STAFF;
      });
    }
    return points;
  };
  Eventually([&] { return OrderOf(plan, "induction").state() == OrderDelivery::STATE_REFUSED; });
  EXPECT_EQ(refusals(), 1) << "somebody has to look";

  scheduling::v1::ApplyCatalogRequest apply;
  *apply.mutable_catalog() = TestCatalog();
  auto& types = *apply.mutable_catalog()->mutable_visit_types();
  const auto session =
      absl::c_find_if(types, [](const auto& type) { return type.name() == kOrderedSession; });
  scheduling::v1::VisitType added = *session;
  added.set_name("visitTypes/new");
  *types.Add() = added;
  Value(server_.ConnectAs(Claims("operator", "OPERATOR")).AsOperator().ApplyCatalog(apply));
  clock().Advance(absl::Minutes(10));
  Delivered(plan);
  EXPECT_EQ(refusals(), 0);
  Value(Book("visitTypes/new", "2026-03-03 09:00", OrderOf(plan, "induction")));
}

TEST_F(PlansTest, APlansDaysAreThoseOfItsClinic) {
  BeReady();
  TokenClaims everywhere = Claims("dr-okafor", "CLINICIAN");
  everywhere.practitioner = "practitioners/dr-okafor";
  auto request = NewPlan(kIm);
  request.set_clinic(kPhoenix);
  clock().Set(At("2026-03-02 23:30"));  // half past midnight there
  const Plan plan = Value(Caller(everywhere).plans->Call(&PlanStub::DraftPlan, request));
  EXPECT_EQ(plan.phases(0).start_date().day(), 4);
  Value(Caller(everywhere).plans->Call(&PlanStub::SignPlan, About<v1::SignPlanRequest>(plan)));
  Delivered(plan);
  const auto window = InScheduling(OrderOf(plan, "induction")).window();
  EXPECT_EQ(Local(FromWire(window.start_time())), "2026-03-03 23:00") << "an hour ahead";
}

TEST_F(PlansTest, WithTheirRecordThePlanOfAPersonBecomesAnothers) {
  BeReady();
  const Plan plan = Signed(kIm);
  v1::MergePatientsRequest merge;
  merge.set_from_patient(patient_);
  merge.set_to_patient(NewPatient("Ortiz-Lopez"));
  merge.set_reason("the same person");
  Value(staff_.patients->Call(&PatientStub::MergePatients, merge));
  patient_ = merge.to_patient();
  Eventually([&] { return OrdersInScheduling(Order::STATE_ACTIVE).size() == 1; });
  Value(Sign(Value(Amend(Amendment(plan, [](v1::PlanPhase* phase) { phase->set_visits(5); })))));
  Eventually([&] {
    return OrdersInScheduling(Order::STATE_ACTIVE).count("5 visits 03-03 to 03-31") == 1;
  });
}

TEST_F(PlansTest, WithTheRecordOfAMinorAPlanIsOverAtOnce) {
  Apply([] {
    v1::Policy policy = PlanPolicy();
    v1::Rule& minor = *policy.add_rules();
    minor.set_id("minor");
    minor.set_display_name("Younger than 18");
    minor.add_sources("This test");
    minor.mutable_when()->mutable_age()->set_below(18);
    minor.set_effect(v1::RULE_EFFECT_EXCLUDE_ABSOLUTE);
    return policy;
  }());
  v1::GetPatientRequest get;
  get.set_name(patient_);
  v1::UpdatePatientRequest adult;
  *adult.mutable_patient() = Value(agent_.patients->Call(&PatientStub::GetPatient, get));
  adult.mutable_patient()->mutable_birth_date()->set_year(1980);
  adult.mutable_patient()->mutable_birth_date()->set_month(5);
  adult.mutable_patient()->mutable_birth_date()->set_day(17);
  adult.mutable_update_mask()->add_paths("birth_date");
  Value(agent_.patients->Call(&PatientStub::UpdatePatient, adult));
  BeReady();
  const Plan plan = Signed(kIv);
  Delivered(plan);
  v1::CreatePatientRequest child;
  child.mutable_patient()->set_given_name("Maria");
  child.mutable_patient()->set_family_name("Ortiz-Lopez");
  child.mutable_patient()->set_clinic(kLakeForest);
  child.mutable_patient()->mutable_birth_date()->set_year(2012);
  child.mutable_patient()->mutable_birth_date()->set_month(5);
  child.mutable_patient()->mutable_birth_date()->set_day(17);
  v1::MergePatientsRequest merge;
  merge.set_from_patient(patient_);
  merge.set_to_patient(Value(agent_.patients->Call(&PatientStub::CreatePatient, child)).name());
  merge.set_reason("the same person");
  Value(staff_.patients->Call(&PatientStub::MergePatients, merge));
  patient_ = merge.to_patient();
  Eventually([&] { return OrdersInScheduling(Order::STATE_ACTIVE).empty(); });
  EXPECT_EQ(Present(plan).state(), Plan::STATE_SUSPENDED);
}

// -- Whatever stops in between --------------------------------------------------------------------

// Both services in servers of their own.
class PlansApartTest : public PlansTest {
 protected:
  PlansApartTest() : PlansTest(Layout::kApart) { BeReady(); }
};

TEST_F(PlansApartTest, APlanThatIsSignedWhileSchedulingIsAwayReachesItLater) {
  server_.StopScheduling();
  const Plan plan = Signed(kIv);
  EXPECT_EQ(OrderOf(plan, "induction").state(), OrderDelivery::STATE_PENDING);
  Eventually([&] { return OrderOf(plan, "induction").attempts() > 1; });
  EXPECT_TRUE(OrderOf(plan, "induction").has_attempt_time());
  server_.StartScheduling();
  Delivered(plan);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), SizeIs(1));
}

TEST_F(PlansApartTest, EachStepOfAPlanReachesSchedulingThoughBothStopInBetween) {
  const Plan plan = Drafted(kIv);
  const auto interrupted = [&](const std::function<void()>& step) {
    server_.StopScheduling();
    step();
    server_.StopConsultation();
    server_.StartScheduling();
    server_.StartConsultation();
  };
  interrupted([&] { Value(Sign(plan)); });
  Delivered(plan);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), SizeIs(1));

  Plan amendment;
  interrupted([&] {
    amendment = Value(
        Sign(Value(Amend(Amendment(plan, [](v1::PlanPhase* phase) { phase->set_visits(4); })))));
  });
  Eventually([&] {
    return BothSidesAgree(amendment) && InScheduling(OrderOf(amendment, "induction")).units() == 4;
  });
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), SizeIs(1));

  interrupted([&] {
    Value(Suspend(amendment));
    Value(Resume(amendment));
    Value(Suspend(amendment));
  });
  Delivered(amendment);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), IsEmpty());
  EXPECT_THAT(OrdersInScheduling(Order::STATE_REVOKED), SizeIs(2))
      << "each order once, whatever was tried how often";

  interrupted([&] { Value(Resume(amendment)); });
  Delivered(amendment);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), SizeIs(1));

  interrupted([&] { clock().Advance(absl::Hours(240)); });
  Eventually([&] { return OrdersInScheduling(Order::STATE_ACTIVE).empty(); });
  EXPECT_EQ(Present(amendment).state(), Plan::STATE_SUSPENDED);
  EXPECT_TRUE(BothSidesAgree(amendment));
}

TEST_F(PlansApartTest, OrdersOfAPlanThatWasForgottenWithABackupAreRevoked) {
  const std::string backup = server_.BackUpConsultation();
  clock().Advance(absl::Minutes(1));
  Delivered(Signed(kIv));
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), SizeIs(1));
  server_.RestoreConsultation(backup);
  Eventually([&] { return OrdersInScheduling(Order::STATE_ACTIVE).empty(); });
  // What is told from now on is not taken for what was told before.
  const Plan plan = Signed(kIm);
  Delivered(plan);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), SizeIs(1));
  Value(Close(plan));
  Delivered(plan);
  EXPECT_THAT(OrdersInScheduling(Order::STATE_ACTIVE), IsEmpty());
}

TEST_F(PlansApartTest, APlanThatIsAsItWasAtABackupCanBeBookedOnAgain) {
  const Plan plan = Signed(kIv);
  Delivered(plan);
  const std::string backup = server_.BackUpConsultation();
  clock().Advance(absl::Minutes(1));
  Value(Suspend(plan));
  Value(Resume(plan));
  Delivered(plan);
  server_.RestoreConsultation(backup);
  // The orders of before are revoked, and those that came after are forgotten.
  Eventually([&] {
    return BothSidesAgree(plan) && OrdersInScheduling(Order::STATE_REVOKED).size() == 2 &&
           OrdersInScheduling(Order::STATE_ACTIVE).size() == 1;
  });
  Value(Book(kOrderedSession, "2026-03-03 09:00", OrderOf(plan, "induction")));
}

TEST_F(PlansApartTest, AnAmendmentThatWasForgottenWithABackupCountsInSchedulingNoMore) {
  const Plan plan = Signed(kIv);
  Delivered(plan);
  const auto order = OrderOf(plan, "induction");
  const std::string backup = server_.BackUpConsultation();
  clock().Advance(absl::Minutes(1));
  Value(Sign(Value(Amend(Amendment(plan, [](v1::PlanPhase* phase) { phase->set_visits(4); })))));
  Eventually([&] { return InScheduling(order).units() == 4; });
  server_.RestoreConsultation(backup);
  Eventually([&] { return InScheduling(order).units() == 6; });
  Delivered(plan);
}

TEST_F(PlansApartTest, AVisitBookedWhileThePlanIsSuspendedCountsWhenItIsResumed) {
  const Plan plan = Signed(kIv);
  Delivered(plan);
  const auto order = OrderOf(plan, "induction");
  server_.StopConsultation();
  const auto visit = Value(Book(kOrderedSession, "2026-03-03 09:00", order));
  server_.StartConsultation();
  Value(Suspend(plan));
  Value(Resume(plan));
  Delivered(plan);
  EXPECT_EQ(InScheduling(OrderOf(plan, "induction")).units(), 6);
  EXPECT_EQ(InScheduling(OrderOf(plan, "induction")).units_consumed(), 1);
  Value(Confirm(visit));
}

}  // namespace
}  // namespace clarity::tests
