// Random walks of patients through the whole of care, with crashes between any two steps. Whatever
// happens, in whatever order: nobody is past a step whose requirement is open, or past the
// clearance with an exclusion that was told once and never settled; no order is in force without a
// signed plan, no signed plan is without the orders of the phases it has reached, and none has
// orders of later ones.
//
// A world has its own server, clock and seed, which it prints; CLARITY_SEED walks one again.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/conformance/consultation/consultation_test.h"
#include "tests/support/answers.h"
#include "tests/support/text_proto.h"

namespace clarity::tests {
namespace {

using scheduling::v1::Appointment;
using scheduling::v1::Order;
using v1::Pathway;
using v1::Plan;

// Far enough from each other not to be taken for one person.
constexpr const char* kFamilies[] = {"Abbott",   "Brandt",    "Castillo", "Dimitrov",
                                     "Eriksson", "Fujimoto",  "Goldberg", "Hassan",
                                     "Ivanova",  "Jefferson", "Kowalski", "Lindgren"};
constexpr int kPatients = std::size(kFamilies);
constexpr int kStepsOfAPatient = 45;
constexpr char kExclusion[] = "aneurysmal-vascular-disease";
constexpr char kExcluded[] = R"pb(
  link_id: "conditions.body"
  conditions { conditions { condition: "aneurysmal-vascular-disease" } })pb";
constexpr char kHealthy[] = R"pb(
  link_id: "conditions.body"
  conditions {})pb";
constexpr char kIv[] = "iv-ketamine";
constexpr char kIm[] = "im-ketamine";

// The demo policy, for the visits there are in the tests' clinics.
v1::Policy WalkPolicy(v1::Policy policy) {
  const auto rename = [](auto* types, const char* name) {
    if (types->empty()) return;
    types->Clear();
    *types->Add() = name;
  };
  rename(policy.mutable_settings()->mutable_evaluation_visit_types(), kEvaluation);
  for (auto& requirement : *policy.mutable_requirements()) {
    rename(requirement.mutable_visit_types(), kEvaluation);
  }
  for (v1::Protocol& protocol : *policy.mutable_protocols()) {
    for (v1::ProtocolPhase& phase : *protocol.mutable_phases()) {
      rename(phase.mutable_visit_types(), phase.has_follows() ? kEvaluation : kOrderedSession);
    }
    for (auto& reevaluation : *protocol.mutable_reevaluations()) {
      rename(reevaluation.mutable_visit_types(), kEvaluation);
    }
  }
  return policy;
}

class World : public CareTest {
 public:
  explicit World(uint64_t seed) : seed_(seed), dice_(seed) {
    Apply(WalkPolicy(CarePolicy()));
    for (const char* family : kFamilies) patients_.push_back(Registered(family));
  }
  void TestBody() override {}

  void Run() {
    for (step_ = 0; step_ < kPatients * kStepsOfAPatient; ++step_) {
      const std::string& patient = patients_[Any(patients_.size())];
      // How many calls one caller may make is counted by this clock, too.
      clock().Advance(absl::Seconds(1));
      Act(patient);
      if (Chance(15)) Crash();
      Check(patient);
      if (HasFailure()) return;
    }
    for (const std::string& patient : patients_) Settle(patient);
  }

  int crashes() const { return crashes_; }
  const std::map<std::string, int>& done() const { return done_; }

 private:
  std::string Registered(const char* family) const {
    auto request = FromText<v1::CreatePatientRequest>(R"pb(
      patient {
        given_name: "Maria"
        birth_date { year: 1984 month: 4 day: 12 }
        sex: SEX_FEMALE
      }
    )pb");
    request.mutable_patient()->set_family_name(family);
    request.mutable_patient()->set_clinic(kLakeForest);
    return Value(agent_.patients->Call(&PatientStub::CreatePatient, request)).name();
  }

  // -- Dice --

  size_t Any(size_t count) { return std::uniform_int_distribution<size_t>(0, count - 1)(dice_); }
  bool Chance(int in) { return Any(static_cast<size_t>(in)) == 0; }
  double Between(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(dice_);
  }

  std::string Where() const { return absl::StrCat("seed ", seed_, ", step ", step_); }

  // Counts what was done; anything but a plain refusal is a failure.
  template <typename Result>
  bool Done(const std::string& what, const Result& result) {
    const absl::Status status = StatusOf(result);
    if (status.ok()) {
      ++done_[what];
      return true;
    }
    // Changed since it was looked at: what is delivered behind the scenes changes visits, too.
    const bool is_refused = status.code() == absl::StatusCode::kFailedPrecondition ||
                            status.code() == absl::StatusCode::kInvalidArgument ||
                            client::ReasonOf(status) == "ETAG_MISMATCH";
    if (!is_refused) ADD_FAILURE() << Where() << ", " << what << ": " << status;
    ++done_[absl::StrCat(what, " refused")];
    return false;
  }

  // -- Steps --

  void Act(const std::string& patient) {
    const auto pathway = Look(patient);
    if (!pathway.has_value()) {
      Done("open", agent_.episodes->Call(&EpisodeStub::OpenEpisode, NewEpisode(patient)));
      return;
    }
    // Mostly what comes next; now and then anything.
    if (!Chance(4)) return Advance(patient, *pathway);
    Anything(patient, *pathway);
  }

  void Advance(const std::string& patient, const Pathway& pathway) {
    const std::string& episode = pathway.episode().name();
    switch (pathway.episode().step()) {
      case v1::STEP_BOOKING:
        return Book(patient, pathway);
      case v1::STEP_EVALUATION:
        return Evaluate(episode, pathway);
      case v1::STEP_CLEARANCE:
        return Decide(patient, episode, v1::Clearance::VERDICT_CLEARED);
      case v1::STEP_PLAN:
        return MakePlan(patient, episode);
      default:
        if (Chance(5)) return Evaluate(episode, pathway);
        return Chance(2) ? Book(patient, pathway) : Visit(patient);
    }
  }

  void Anything(const std::string& patient, const Pathway& pathway) {
    const std::string& episode = pathway.episode().name();
    switch (Any(13)) {
      case 0:
        return Wait(absl::Hours(1 + Any(72)));
      case 1:
        return Examine(episode);
      case 2:
        return Measure(episode, /*is_well=*/false);
      case 3:
        return Decide(patient, episode, v1::Clearance::VERDICT_DEFERRED);
      case 4:
        return Decide(patient, episode, v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS);
      case 5:
        return ChangePlan(episode);
      case 6:
        return CancelAVisit(patient);
      case 7:
        return WithdrawConsent(patient);
      case 8:
        return AmendHistory(patient, episode);
      case 9:
        return Scale(episode, "c-ssrs");
      case 10:
        return TakeUpAlerts(patient);
      case 11:
        return MergeIn(patient);
      default:
        return Chance(4) ? Close(episode) : Visit(patient);
    }
  }

  void Wait(absl::Duration time) {
    clock().Advance(time);
    ++done_["wait"];
  }

  // Books one of what is offered, where scheduling finds a time for it.
  void Book(const std::string& patient, const Pathway& pathway) {
    if (pathway.bookable().empty()) return Visit(patient);
    const auto& offered = pathway.bookable(static_cast<int>(Any(pathway.bookable_size())));
    const absl::Time from = std::max(clock().Now(), FromWire(offered.start_time()));
    auto search =
        Search(offered.visit_type(), kLakeForest, Local(from), Local(from + absl::Hours(24 * 12)));
    search.set_patient(patient);
    search.set_order(offered.order());
    search.set_page_size(5);
    const auto slots = scheduling_.scheduling->FindSlots(search, {});
    if (!Done("find", slots) || slots->slots().empty()) return Wait(absl::Hours(8));
    auto request = Booking(offered.visit_type(), kLakeForest, "2026-03-05 10:00", patient);
    request.set_order(offered.order());
    *request.mutable_start_time() =
        slots->slots(static_cast<int>(Any(slots->slots_size()))).start_time();
    Done(offered.order().empty() ? "book" : "book on an order",
         scheduling_.AsAgent().BookAppointment(request));
    AwaitVisits(patient);
  }

  // The next visit that is booked takes place.
  void Visit(const std::string& patient) {
    const auto visits = VisitsAhead(patient);
    if (visits.empty()) return Wait(absl::Hours(12));
    const Appointment& visit = visits.front();
    const absl::Time start = FromWire(visit.start_time());
    if (clock().Now() < start) clock().Set(start);
    scheduling::v1::RecordArrivalRequest arrive;
    arrive.set_name(visit.name());
    const bool is_there = visit.state() == Appointment::STATE_ARRIVED;
    if (!is_there && !Done("arrive", scheduling_.scheduling->RecordArrival(arrive, {}))) {
      return Miss(visit);
    }
    scheduling::v1::StartAppointmentRequest begin;
    begin.set_name(visit.name());
    if (!Done("start", scheduling_.scheduling->StartAppointment(begin, {}))) {
      return CallOff(visit.name());
    }
    clock().Set(std::max(clock().Now(), FromWire(visit.end_time())));
    scheduling::v1::CompleteAppointmentRequest complete;
    complete.set_name(visit.name());
    Done("complete", scheduling_.scheduling->CompleteAppointment(complete, {}));
    AwaitVisits(patient);
  }

  // One that is past: nobody came.
  void Miss(const Appointment& visit) {
    scheduling::v1::MarkNoShowRequest request;
    request.set_name(visit.name());
    Done("no-show", scheduling_.scheduling->MarkNoShow(request, {}));
    AwaitVisits(visit.participants(0).patient());
  }

  void CancelAVisit(const std::string& patient) {
    const auto visits = VisitsAhead(patient);
    if (visits.empty()) return;
    CallOff(visits[Any(visits.size())].name());
  }

  // Also one whose order is gone, with the patient there.
  void CallOff(const std::string& visit) {
    scheduling::v1::CancelAppointmentRequest request;
    request.set_name(visit);
    const auto cancelled = scheduling_.AsAgent().CancelAppointment(request);
    if (Done("cancel", cancelled)) AwaitVisits(cancelled->participants(0).patient());
  }

  // Does what an open point asks for.
  void Evaluate(const std::string& episode, const Pathway& pathway) {
    for (const auto& step : pathway.steps()) {
      for (const auto& point : step.open_points()) {
        for (const std::string& id : point.questionnaires()) {
          return id == "history" ? TakeHistory(episode, kHealthy) : Examine(episode);
        }
        for (const std::string& scale : point.scales()) return Scale(episode, scale);
      }
    }
    Measure(episode, /*is_well=*/true);
  }

  // The answer about the body is the caller's.
  void TakeHistory(const std::string& episode, const char* body) {
    auto save = FromText<v1::SaveAnswersRequest>(R"pb(
      questionnaire: "history"
      answers {
        link_id: "reason.main"
        codes { codes: "depression" }
      }
      answers {
        link_id: "conditions.mind"
        conditions {}
      }
      answers {
        link_id: "conditions.allergies"
        conditions {}
      }
      answers {
        link_id: "medicines.now"
        medicines {}
      }
      answers {
        link_id: "medicines.earlier"
        treatments {
          treatments { medicine: "sertraline" weeks: 12 improvement_percent: 10 }
          treatments { medicine: "venlafaxine" weeks: 10 improvement_percent: 20 }
        }
      }
      answers {
        link_id: "substances.drinks"
        quantity { value: 2 unit: "{drinks}/wk" }
      }
      answers {
        link_id: "substances.drugs"
        codes { codes: "none" }
      }
      answers { link_id: "pregnancy.possible" boolean: false }
      answers { link_id: "escort.available" boolean: true }
    )pb");
    *save.add_answers() = FromText<v1::Answer>(body);
    save.set_episode(episode);
    const auto saved = agent_.evaluations->Call(&EvaluationStub::SaveAnswers, save);
    if (!Done("save history", saved)) return;
    v1::SubmitResponseRequest submit;
    submit.set_name(saved->name());
    Done("submit history", agent_.evaluations->Call(&EvaluationStub::SubmitResponse, submit));
  }

  void Examine(const std::string& episode) {
    auto save = FromText<v1::SaveAnswersRequest>(kExamination);
    save.set_questionnaire("examination");
    save.set_episode(episode);
    const auto saved = clinician_.evaluations->Call(&EvaluationStub::SaveAnswers, save);
    if (!Done("save examination", saved)) return;
    v1::SubmitResponseRequest submit;
    submit.set_name(saved->name());
    Done("submit examination",
         clinician_.evaluations->Call(&EvaluationStub::SubmitResponse, submit));
  }

  // A new medicine, or a condition.
  void AmendHistory(const std::string& patient, const std::string& episode) {
    const char* const changes[] = {
        R"(link_id: "medicines.now" medicines { medicines { medicine: "phenelzine" } })",
        R"(link_id: "medicines.now" medicines { medicines { text: "a herbal tea" } })",
        R"(link_id: "medicines.now" medicines {})",
        R"(link_id: "conditions.body" conditions { conditions { condition: "hypertension" } })",
        kHealthy,
        kExcluded};
    Amend(patient, episode, changes[Any(std::size(changes))]);
  }

  void Amend(const std::string& patient, const std::string& episode, const char* answer) {
    v1::ListResponsesRequest list;
    list.set_episode(episode);
    const auto listed = clinician_.evaluations->Call(&EvaluationStub::ListResponses, list);
    if (!Done("list responses", listed)) return;
    for (const auto& response : listed->responses()) {
      if (response.questionnaire() != "history") continue;
      v1::AmendResponseRequest amend;
      amend.set_name(response.name());
      amend.set_reason("told on the telephone");
      *amend.add_answers() = FromText<v1::Answer>(answer);
      const auto amended = staff_.evaluations->Call(&EvaluationStub::AmendResponse, amend);
      if (Done("amend history", amended) && answer == kExcluded) excluded_.insert(patient);
    }
  }

  // Another record of the same person turns up, with an exclusion in an episode that is over.
  void MergeIn(const std::string& patient) {
    v1::CreatePatientRequest request;
    v1::Patient& other = *request.mutable_patient();
    other.set_given_name("Zoe");
    other.set_family_name(kFamilies[Any(kPatients)]);
    other.mutable_birth_date()->set_year(1940 + static_cast<int>(Any(60)));
    other.mutable_birth_date()->set_month(1 + static_cast<int>(Any(12)));
    other.mutable_birth_date()->set_day(1 + static_cast<int>(Any(28)));
    other.set_clinic(kLakeForest);
    const auto created = agent_.patients->Call(&PatientStub::CreatePatient, request);
    if (!Done("register again", created)) return;
    const std::string episode = Opened(created->name()).name();
    TakeHistory(episode, kExcluded);
    Close(episode);
    v1::MergePatientsRequest merge;
    merge.set_from_patient(created->name());
    merge.set_to_patient(patient);
    merge.set_reason("the same person");
    const auto merged = staff_.patients->Call(&PatientStub::MergePatients, merge);
    if (Done("merge", merged)) excluded_.insert(patient);
  }

  void Measure(const std::string& episode, bool is_well) {
    v1::RecordResultsRequest request;
    request.set_episode(episode);
    const auto add = [&](const char* test, double value, const char* unit) {
      v1::Result& result = *request.add_results();
      result.set_test(test);
      result.mutable_quantity()->set_value(std::round(value));
      result.mutable_quantity()->set_unit(unit);
    };
    add("systolic-blood-pressure", is_well ? Between(105, 135) : Between(120, 175), "mm[Hg]");
    add("diastolic-blood-pressure", is_well ? Between(65, 85) : Between(70, 100), "mm[Hg]");
    add("heart-rate", is_well ? Between(60, 90) : Between(55, 125), "/min");
    add("oxygen-saturation", is_well ? Between(95, 100) : Between(88, 100), "%");
    add("body-weight", Between(55, 95), "kg");
    v1::Result& ecg = *request.add_results();
    ecg.set_test("ecg");
    ecg.set_code("normal");
    Done(is_well ? "measure" : "measure anything",
         staff_.clearances->Call(&ClearanceStub::RecordResults, request));
  }

  void Scale(const std::string& episode, const std::string& scale) {
    v1::RecordOutcomeRequest request;
    v1::Outcome& outcome = *request.mutable_outcome();
    outcome.set_episode(episode);
    outcome.set_scale(scale);
    const bool is_screener = scale == "c-ssrs";
    std::vector<std::string> items = {"1", "2", "6"};
    if (!is_screener) {
      const int count = scale == "phq-9" ? 9 : scale == "gad-7" ? 7 : 20;
      items.clear();
      for (int i = 1; i <= count; ++i) items.push_back(absl::StrCat(i));
    }
    for (const std::string& item : items) {
      v1::ItemScore& score = *outcome.add_items();
      score.set_item(item);
      score.set_score(is_screener ? 0 : static_cast<int32_t>(Any(3)));
    }
    Done(scale, clinician_.outcomes->Call(&OutcomeStub::RecordOutcome, request));
  }

  void Decide(const std::string& patient, const std::string& episode,
              v1::Clearance::Verdict verdict) {
    v1::DecideClearanceRequest request;
    request.set_episode(episode);
    request.set_verdict(verdict);
    request.set_reason("as discussed");
    if (verdict == v1::Clearance::VERDICT_DEFERRED) {
      const absl::CivilDay day(2026 + 1, 6, 1);
      request.mutable_defer_until_date()->set_year(static_cast<int32_t>(day.year()));
      request.mutable_defer_until_date()->set_month(day.month());
      request.mutable_defer_until_date()->set_day(day.day());
    } else {
      request.add_protocols(kIv);
      request.add_protocols(kIm);
    }
    if (verdict == v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS) {
      request.add_conditions("blood pressure before each session");
    }
    const auto decided = clinician_.clearances->Call(&ClearanceStub::DecideClearance, request);
    if (Done(v1::Clearance::Verdict_Name(verdict), decided)) return;
    const auto blockers = client::DetailOf<v1::ClearanceBlockers>(decided.status());
    if (!blockers.has_value() || !Chance(2)) return Measure(episode, /*is_well=*/true);
    if (absl::c_linear_search(blockers->rules(), kExclusion)) Amend(patient, episode, kHealthy);
    if (!absl::c_linear_search(blockers->past_exclusions(), kExclusion)) return;
    v1::SettledExclusion& settled = *request.add_settled_exclusions();
    settled.set_rule(kExclusion);
    settled.set_reason("of somebody else");
    const auto again = clinician_.clearances->Call(&ClearanceStub::DecideClearance, request);
    if (Done("settle", again)) excluded_.erase(patient);
  }

  void MakePlan(const std::string& patient, const std::string& episode) {
    v1::RecordConsentRequest consent;
    consent.set_patient(patient);
    consent.mutable_consent()->set_kind(v1::Consent::KIND_TREATMENT);
    consent.mutable_consent()->set_wording_version("treatment-2026-02");
    if (!Chance(4)) Done("consent", staff_.patients->Call(&PatientStub::RecordConsent, consent));
    for (const Plan& plan : Plans(episode)) {
      if (plan.state() == Plan::STATE_SUSPENDED) return Resume(plan);
      if (plan.state() == Plan::STATE_DRAFT) return Sign(plan);
    }
    v1::DraftPlanRequest request;
    request.set_episode(episode);
    request.set_protocol(Chance(2) ? kIv : kIm);
    const auto drafted = clinician_.plans->Call(&PlanStub::DraftPlan, request);
    if (Done("draft", drafted)) Sign(*drafted);
  }

  void Sign(const Plan& plan) {
    v1::SignPlanRequest request;
    request.set_name(plan.name());
    Done("sign", clinician_.plans->Call(&PlanStub::SignPlan, request));
  }
  void Resume(const Plan& plan) {
    v1::ResumePlanRequest request;
    request.set_name(plan.name());
    request.set_reason("all is well again");
    const auto resumed = clinician_.plans->Call(&PlanStub::ResumePlan, request);
    if (Done("resume", resumed)) return;
    const auto why = client::DetailOf<google::rpc::ErrorInfo>(resumed.status());
    if (why->reason() != "WRONG_STATE") return;
    v1::AmendPlanRequest amend;
    amend.set_name(plan.name());
    amend.set_reason("for the weight of today");
    const auto amended = clinician_.plans->Call(&PlanStub::AmendPlan, amend);
    if (Done("amend", amended)) Sign(*amended);
  }

  void ChangePlan(const std::string& episode) {
    for (const Plan& plan : Plans(episode)) {
      if (plan.state() != Plan::STATE_SIGNED) continue;
      if (Chance(3)) {
        v1::SuspendPlanRequest request;
        request.set_name(plan.name());
        request.set_reason("a cold");
        Done("suspend", clinician_.plans->Call(&PlanStub::SuspendPlan, request));
        return;
      }
      if (Chance(4)) {
        v1::ClosePlanRequest request;
        request.set_name(plan.name());
        request.set_reason("no more wished");
        Done("close plan", clinician_.plans->Call(&PlanStub::ClosePlan, request));
        return;
      }
      v1::AmendPlanRequest request;
      request.set_name(plan.name());
      request.set_reason("fewer sessions");
      *request.add_phases() = plan.phases(0);
      request.mutable_phases(0)->set_visits(std::max(4, plan.phases(0).visits() - 1));
      const auto amended = clinician_.plans->Call(&PlanStub::AmendPlan, request);
      if (Done("amend", amended)) Sign(*amended);
      return;
    }
  }

  void WithdrawConsent(const std::string& patient) {
    v1::WithdrawConsentRequest request;
    request.set_patient(patient);
    request.set_kind(v1::Consent::KIND_TREATMENT);
    Done("withdraw consent", staff_.patients->Call(&PatientStub::WithdrawConsent, request));
  }

  void TakeUpAlerts(const std::string& patient) {
    v1::ListSafetyAlertsRequest list;
    list.set_patient(patient);
    const auto listed = staff_.episodes->Call(&EpisodeStub::ListSafetyAlerts, list);
    if (!Done("list alerts", listed)) return;
    for (const auto& alert : listed->alerts()) {
      v1::AcknowledgeSafetyAlertRequest request;
      request.set_name(alert.name());
      request.set_action("called");
      Done("take up", clinician_.episodes->Call(&EpisodeStub::AcknowledgeSafetyAlert, request));
    }
  }

  void Close(const std::string& episode) {
    v1::CloseEpisodeRequest request;
    request.set_name(episode);
    request.set_outcome(v1::Episode::OUTCOME_WITHDRAWN);
    request.set_reason("moved away");
    Done("close", staff_.episodes->Call(&EpisodeStub::CloseEpisode, request));
  }

  // All that was acknowledged is in the copy; what was on its way behind the scenes is cut off
  // wherever it was.
  void Crash() {
    server_.Restore(server_.BackUp());
    ++crashes_;
  }

  // -- What there is --

  std::optional<Pathway> Look(const std::string& patient) {
    v1::GetPathwayRequest request;
    request.set_patient(patient);
    const auto pathway = clinician_.episodes->Call(&EpisodeStub::GetPathway, request);
    if (pathway.ok()) return *pathway;
    if (client::ReasonOf(pathway.status()) != "NO_EPISODE") {
      ADD_FAILURE() << Where() << ": " << pathway.status();
    }
    return std::nullopt;
  }

  // As scheduling knows them.
  std::vector<Appointment> VisitsOf(const std::string& patient) const {
    scheduling::v1::ListAppointmentsRequest list;
    list.set_filter(absl::StrCat("patient = \"", patient, "\""));
    list.set_page_size(1000);
    const auto page = Value(scheduling_.scheduling->ListAppointments(list, {}));
    return {page.appointments().begin(), page.appointments().end()};
  }

  // Those that can still take place.
  std::vector<Appointment> VisitsAhead(const std::string& patient) const {
    std::vector<Appointment> visits;
    absl::c_copy_if(VisitsOf(patient), std::back_inserter(visits), [](const Appointment& visit) {
      return visit.state() <= Appointment::STATE_ARRIVED;
    });
    return visits;
  }

  // Until consultation knows what scheduling knows.
  void AwaitVisits(const std::string& patient) {
    const auto visits = VisitsAhead(patient);
    Eventually([&] {
      clock().Advance(absl::Milliseconds(10));
      const auto pathway = Look(patient);
      if (!pathway.has_value()) return true;
      std::set<std::string> there;
      for (const Appointment& visit : visits) {
        const absl::Time contact = FromWire(pathway->episode().contact_time());
        if (FromWire(visit.start_time()) >= contact) there.insert(visit.name());
      }
      std::set<std::string> known;
      for (const auto& visit : pathway->visits()) {
        if (visit.state() != v1::Pathway::PathwayVisit::STATE_BOOKED) continue;
        known.insert(visit.appointment());
      }
      return known == there;
    });
  }

  std::vector<v1::Requirement> Requirements(const std::string& episode) const {
    v1::ListRequirementsRequest list;
    list.set_episode(episode);
    list.set_page_size(100);
    const auto page = Value(clinician_.clearances->Call(&ClearanceStub::ListRequirements, list));
    return {page.requirements().begin(), page.requirements().end()};
  }

  std::vector<Plan> Plans(const std::string& episode) const {
    v1::ListPlansRequest list;
    list.set_episode(episode);
    list.set_page_size(100);
    const auto page = Value(clinician_.plans->Call(&PlanStub::ListPlans, list));
    return {page.plans().begin(), page.plans().end()};
  }

  // -- What must hold --

  void Check(const std::string& patient) {
    const auto pathway = Look(patient);
    if (!pathway.has_value()) return;
    const v1::Episode& episode = pathway->episode();
    if (excluded_.count(patient) > 0) {
      EXPECT_LE(episode.step(), v1::STEP_CLEARANCE) << Where() << ": an exclusion is forgotten";
    }
    if (episode.step() > v1::STEP_EVALUATION) CheckRequirements(episode);
    if (episode.step() > v1::STEP_CLEARANCE) CheckClearance(episode);
    if (episode.step() > v1::STEP_PLAN) CheckPlan(episode);
  }

  void CheckRequirements(const v1::Episode& episode) {
    for (const v1::Requirement& requirement : Requirements(episode.name())) {
      if (!requirement.protocols().empty()) continue;
      EXPECT_NE(requirement.state(), v1::Requirement::STATE_OPEN)
          << Where() << ": " << requirement.definition() << " is open at step " << episode.step();
      EXPECT_NE(requirement.state(), v1::Requirement::STATE_LAPSED)
          << Where() << ": " << requirement.definition() << " is too old at step "
          << episode.step();
    }
  }

  void CheckClearance(const v1::Episode& episode) {
    v1::GetClearanceRequest get;
    get.set_name(episode.clearance());
    const auto clearance = Value(clinician_.clearances->Call(&ClearanceStub::GetClearance, get));
    EXPECT_EQ(clearance.state(), v1::Clearance::STATE_VALID) << Where();
    EXPECT_LE(clearance.verdict(), v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS) << Where();
  }

  void CheckPlan(const v1::Episode& episode) {
    const auto plans = Plans(episode.name());
    const auto is_in_force = [](const Plan& plan) { return plan.state() == Plan::STATE_SIGNED; };
    const bool is_closed = std::any_of(plans.begin(), plans.end(), [](const Plan& plan) {
      return plan.state() == Plan::STATE_CLOSED;
    });
    const auto in_force = std::count_if(plans.begin(), plans.end(), is_in_force);
    EXPECT_LE(in_force, 1) << Where();
    EXPECT_TRUE(in_force == 1 || is_closed) << Where();
    for (const Plan& plan : plans) {
      if (is_in_force(plan)) CheckPhases(episode.patient(), plan);
    }
  }

  // What comes after induction has no order before induction is over.
  void CheckPhases(const std::string& patient, const Plan& plan) {
    std::set<std::string> induction;
    bool is_further = false;
    for (const v1::OrderDelivery& order : plan.orders()) {
      if (order.phase() == plan.phases(0).phase()) induction.insert(order.order());
      is_further |=
          order.phase() == "maintenance" && order.action() == v1::OrderDelivery::ACTION_PUT;
    }
    if (!is_further) return;
    const auto completed = absl::c_count_if(VisitsOf(patient), [&](const Appointment& visit) {
      return visit.state() == Appointment::STATE_COMPLETED && induction.count(visit.order()) > 0;
    });
    const auto& end = plan.phases(0).end_date();
    const bool is_past = absl::FromCivil(absl::CivilDay(end.year(), end.month(), end.day()),
                                         absl::UTCTimeZone()) < clock().Now();
    EXPECT_GE(completed, is_past ? 1 : plan.phases(0).visits()) << Where();
    ++done_["maintenance"];
  }

  // Once everything is delivered, both sides have the same orders.
  void Settle(const std::string& patient) {
    std::set<std::string> wanted;
    Eventually([&] {
      wanted.clear();
      return AddWanted(patient, &wanted);
    });
    std::set<std::string> active;
    scheduling::v1::ListOrdersRequest list;
    list.set_patient(patient);
    list.set_page_size(1000);
    const Connections service = server_.ConnectAs(Claims("service", "SERVICE"));
    const auto orders = Value(service.orders->ListOrders(list, {}));
    for (const Order& order : orders.orders()) {
      if (order.state() == Order::STATE_ACTIVE) active.insert(order.name());
    }
    EXPECT_EQ(active, wanted) << Where() << ", " << patient;
  }

  // The orders that a patient's plans have; false while something about them is on its way.
  bool AddWanted(const std::string& patient, std::set<std::string>* wanted) {
    v1::ListEpisodesRequest list;
    list.set_patient(patient);
    list.set_show_closed(true);
    const auto episodes = Value(clinician_.episodes->Call(&EpisodeStub::ListEpisodes, list));
    for (const v1::Episode& episode : episodes.episodes()) {
      for (const Plan& plan : Plans(episode.name())) {
        for (const v1::OrderDelivery& order : plan.orders()) {
          if (order.state() == v1::OrderDelivery::STATE_PENDING) return false;
          EXPECT_EQ(order.state(), v1::OrderDelivery::STATE_DELIVERED)
              << Where() << ": " << order.error_reason();
          if (order.action() != v1::OrderDelivery::ACTION_PUT) continue;
          // The one that took its place has its orders.
          if (plan.state() == Plan::STATE_REPLACED) continue;
          // It ended with the time: what follows from that is written within a second.
          if (plan.state() != Plan::STATE_SIGNED) return false;
          wanted->insert(order.order());
        }
      }
    }
    return true;
  }

  const uint64_t seed_;
  std::mt19937_64 dice_;
  std::vector<std::string> patients_;
  // Those of whom an exclusion was told that no prescriber has settled since.
  std::set<std::string> excluded_;
  int step_ = 0;
  int crashes_ = 0;
  std::map<std::string, int> done_;
};

class WalksTest : public ::testing::TestWithParam<int> {
 protected:
  static std::vector<uint64_t> Seeds() {
    uint64_t only = 0;
    if (const char* seed = std::getenv("CLARITY_SEED");
        seed != nullptr && absl::SimpleAtoi(seed, &only)) {
      return {only};
    }
    std::random_device device;
    return {device(), device()};
  }
};

TEST_P(WalksTest, NobodyGetsPastWhatIsOpenAndOrdersAreThoseOfSignedPlans) {
  std::map<std::string, int> done;
  const std::vector<uint64_t> seeds = Seeds();
  int crashes = 0;
  for (const uint64_t seed : seeds) {
    std::cout << "seed " << seed << '\n';
    World world(seed);
    world.Run();
    crashes += world.crashes();
    for (const auto& [what, count] : world.done()) done[what] += count;
    if (HasFailure()) break;
  }
  std::cout << seeds.size() * kPatients << " walks, " << crashes << " crashes\n";
  for (const auto& [what, count] : done) std::cout << "  " << what << ": " << count << '\n';
  // A walk that never comes so far shows nothing.
  EXPECT_GT(done["sign"], 0);
  EXPECT_GT(done["book on an order"], 0);
  EXPECT_GT(done["settle"], 0);
}

// Two worlds each; the long variant has a thousand walks.
INSTANTIATE_TEST_SUITE_P(Round, WalksTest, ::testing::Range(0, 1));
INSTANTIATE_TEST_SUITE_P(Long, WalksTest, ::testing::Range(1, 43));

}  // namespace
}  // namespace clarity::tests
