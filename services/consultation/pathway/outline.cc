#include "services/consultation/pathway/outline.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/consultation/pathway/consider.h"
#include "services/consultation/patients/consents.h"
#include "services/consultation/plan/orders.h"
#include "services/consultation/scheduling/visits.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using google::protobuf::RepeatedPtrField;
using scheduling::v1::Appointment;
using storage::v1::PlanOrder;
using storage::v1::RequirementRecord;
using storage::v1::StepRecord;
using OpenPoint = v1::Pathway::OpenPoint;
using Types = RepeatedPtrField<std::string>;

const v1::PolicySettings& SettingsOf(const CaseFile& file) {
  return file.rulebook->policy().settings();
}

absl::Time ConsultationDue(const CaseFile& file) {
  return absl::FromUnixMicros(file.episode.overdue_time_micros());
}

// Null unless one is in force.
const v1::Plan* PlanInForce(const CaseFile& file) {
  const bool is_in_force =
      file.plan.has_value() && file.plan->plan().state() == v1::Plan::STATE_SIGNED;
  return is_in_force ? &file.plan->plan() : nullptr;
}

std::vector<const Appointment*> CompletedOf(const CaseFile& file, absl::string_view phase) {
  auto visits = VisitsOfPhase(file, *file.plan, phase);
  visits.erase(std::remove_if(visits.begin(), visits.end(),
                              [](const Appointment* visit) {
                                return visit->state() != Appointment::STATE_COMPLETED;
                              }),
               visits.end());
  return visits;
}

// -- Open points ----------------------------------------------------------------------------------

OpenPoint Point(std::string description, v1::Actor actor) {
  OpenPoint point;
  point.set_description(std::move(description));
  point.set_actor(actor);
  return point;
}

// What kind of thing is outstanding, and nothing of which.
std::string KindOf(const OpenPoint& point, bool has_tests) {
  if (has_tests) return "A test is outstanding";
  if (!point.scales().empty()) return "A rating scale is to be filled in";
  if (point.actor() == v1::ACTOR_CLINICIAN || point.actor() == v1::ACTOR_PRESCRIBER) {
    return "A clinician's examination is outstanding";
  }
  return "A questionnaire is to be answered";
}

OpenPoint PointOf(const v1::Requirement& requirement) {
  OpenPoint point = Point("", requirement.actor());
  point.set_about(requirement.name());
  *point.mutable_due_time() = requirement.due_time();
  *point.mutable_visit_types() = requirement.visit_types();
  *point.mutable_questionnaires() = requirement.open_questionnaires();
  *point.mutable_scales() = requirement.open_scales();
  point.set_description(
      absl::StrCat(KindOf(point, !requirement.open_tests().empty()),
                   requirement.visit_types().empty() ? "" : "; it can be done at a visit"));
  return point;
}

void AddRequirements(const CaseFile& file, bool also_of_protocols,
                     RepeatedPtrField<OpenPoint>* to) {
  for (const RequirementRecord& record : file.requirements) {
    const v1::Requirement& requirement = record.requirement();
    if (IsMetOrWaived(requirement)) continue;
    if (!requirement.protocols().empty() && !also_of_protocols) continue;
    *to->Add() = PointOf(requirement);
  }
}

// What is asked for before its turn, for certain: before anybody has answered anything, what is not
// known may ask for every test there is.
void AddRequirementsAhead(const CaseFile& file, const v1::Evaluation& evaluation,
                          RepeatedPtrField<OpenPoint>* to) {
  std::set<std::string> asked;
  for (const v1::Decision& decision : evaluation.decisions()) {
    if (decision.applies() != v1::Decision::APPLIES_YES) continue;
    asked.insert(decision.requirements().begin(), decision.requirements().end());
  }
  for (const RequirementRecord& record : file.requirements) {
    const v1::Requirement& requirement = record.requirement();
    const bool is_asked = requirement.protocols().empty() && !IsMetOrWaived(requirement) &&
                          asked.count(requirement.definition()) > 0;
    if (is_asked) *to->Add() = PointOf(requirement);
  }
}

void AddConsent(const CaseFile& file, RepeatedPtrField<OpenPoint>* to) {
  if (FindConsent(file.patient, v1::Consent::KIND_TREATMENT) != nullptr) return;
  *to->Add() = Point("Consent to treatment is to be given", v1::ACTOR_PATIENT);
}

void AddReevaluations(const CaseFile& file, RepeatedPtrField<OpenPoint>* to) {
  for (const DueReevaluation& due : DueReevaluations(file)) {
    OpenPoint& point = *to->Add();
    point = Point("The benefit is to be looked at before treatment goes on", v1::ACTOR_CLINICIAN);
    *point.mutable_scales() = due.reevaluation->scales();
    *point.mutable_visit_types() = due.reevaluation->visit_types();
  }
}

void AddSessions(const CaseFile& file, RepeatedPtrField<OpenPoint>* to) {
  const v1::Plan* plan = PlanInForce(file);
  if (plan == nullptr || plan->phases().empty()) return;
  const v1::PlanPhase& first = plan->phases(0);
  const auto done = CompletedOf(file, first.phase()).size();
  OpenPoint& point = *to->Add();
  point = Point(absl::StrCat(done, " of ", first.visits(), " sessions have taken place"),
                v1::ACTOR_AGENT);
  point.set_about(plan->name());
  *point.mutable_visit_types() = first.visit_types();
  *point.mutable_due_time() = ToWire(absl::FromCivil(ToDay(first.end_date()) + 1, file.facts.zone));
}

void AddDecision(const CaseFile& file, RepeatedPtrField<OpenPoint>* to) {
  const v1::Episode::State state = file.episode.episode().state();
  if (state == v1::Episode::STATE_STOPPED) {
    *to->Add() =
        Point("Treatment does not go on here; the episode is to be closed", v1::ACTOR_STAFF);
    return;
  }
  if (state == v1::Episode::STATE_ON_HOLD && file.clearance.has_value() &&
      file.clearance->clearance().verdict() == v1::Clearance::VERDICT_DEFERRED) {
    OpenPoint& point = *to->Add();
    point = Point("On hold until a day that a prescriber has set", v1::ACTOR_PRESCRIBER);
    *point.mutable_due_time() = ToWire(
        absl::FromCivil(ToDay(file.clearance->clearance().defer_until_date()), file.facts.zone));
    return;
  }
  *to->Add() = Point("A prescriber has to decide", v1::ACTOR_PRESCRIBER);
  AddRequirements(file, /*also_of_protocols=*/true, to);
}

void AddPlan(const CaseFile& file, RepeatedPtrField<OpenPoint>* to) {
  const bool is_suspended =
      file.plan.has_value() && file.plan->plan().state() == v1::Plan::STATE_SUSPENDED;
  OpenPoint& point = *to->Add();
  point = Point(is_suspended ? "The plan is suspended: a prescriber takes it up again, or closes it"
                             : "A plan is to be drafted and signed",
                v1::ACTOR_PRESCRIBER);
  if (is_suspended) point.set_about(file.plan->plan().name());
  AddConsent(file, to);
}

void AddOpenPoints(const CaseFile& file, v1::Step step, RepeatedPtrField<OpenPoint>* to) {
  switch (step) {
    case v1::STEP_BOOKING: {
      OpenPoint& point = *to->Add();
      point = Point("The consultation is to be booked", v1::ACTOR_AGENT);
      *point.mutable_visit_types() = SettingsOf(file).consultation_visit_types();
      *point.mutable_due_time() = ToWire(ConsultationDue(file));
      return;
    }
    case v1::STEP_CONSULTATION: {
      OpenPoint& point = *to->Add();
      point = Point("The consultation is booked", v1::ACTOR_CLINICIAN);
      *point.mutable_due_time() = ToWire(ConsultationDue(file));
      return;
    }
    case v1::STEP_EVALUATION:
      return AddRequirements(file, /*also_of_protocols=*/false, to);
    case v1::STEP_CLEARANCE:
      return AddDecision(file, to);
    case v1::STEP_PLAN:
      return AddPlan(file, to);
    case v1::STEP_INDUCTION:
      AddSessions(file, to);
      return AddReevaluations(file, to);
    case v1::STEP_MAINTENANCE:
      if (PlanInForce(file) == nullptr) {
        *to->Add() = Point("The episode is to be closed", v1::ACTOR_STAFF);
      }
      return AddReevaluations(file, to);
    default:
      return;
  }
}

absl::Time DueTimeOf(v1::Step step, const RepeatedPtrField<OpenPoint>& points,
                     const CaseFile& file) {
  if (step == v1::STEP_BOOKING || step == v1::STEP_CONSULTATION) return ConsultationDue(file);
  absl::Time due = absl::InfiniteFuture();
  for (const OpenPoint& point : points) {
    if (point.has_due_time()) due = std::min(due, FromWire(point.due_time()));
  }
  return due;
}

// -- What can be booked ---------------------------------------------------------------------------

class Offer {
 public:
  Offer(const CaseFile& file, const std::function<bool(const std::string&)>& is_delivered,
        v1::Pathway* pathway)
      : file_(file), is_delivered_(is_delivered), pathway_(*pathway), now_(file.facts.time) {}

  void AddAll() {
    const v1::Episode& episode = file_.episode.episode();
    if (episode.state() == v1::Episode::STATE_CLOSED ||
        episode.state() == v1::Episode::STATE_STOPPED) {
      return;
    }
    if (episode.step() == v1::STEP_BOOKING) AddConsultation();
    if (episode.step() == v1::STEP_EVALUATION || episode.step() == v1::STEP_CLEARANCE) {
      AddEvaluation();
    }
    if (const v1::Plan* plan = PlanInForce(file_)) AddPlanned(*plan);
  }

 private:
  v1::Pathway::BookableVisit* Add(const std::string& visit_type, std::string description) {
    v1::Pathway::BookableVisit* visit = pathway_.add_bookable();
    visit->set_visit_type(visit_type);
    visit->set_description(std::move(description));
    visit->set_visits_left(1);
    return visit;
  }

  bool IsBooked(absl::string_view visit_type) const {
    return absl::c_any_of(file_.visits, [&](const Appointment& visit) {
      return visit.visit_type() == visit_type && IsAhead(visit);
    });
  }

  void AddConsultation() {
    for (const std::string& type : SettingsOf(file_).consultation_visit_types()) {
      auto* visit = Add(type, "The consultation");
      if (ConsultationDue(file_) > now_)
        *visit->mutable_end_time() = ToWire(ConsultationDue(file_));
    }
  }

  void AddEvaluation() {
    std::set<std::string> types;
    for (const RequirementRecord& record : file_.requirements) {
      if (IsMetOrWaived(record.requirement())) continue;
      types.insert(record.requirement().visit_types().begin(),
                   record.requirement().visit_types().end());
    }
    if (file_.episode.episode().step() == v1::STEP_EVALUATION && types.empty()) {
      types.insert(SettingsOf(file_).evaluation_visit_types().begin(),
                   SettingsOf(file_).evaluation_visit_types().end());
    }
    for (const std::string& type : types) {
      if (!IsBooked(type)) Add(type, "A visit for what the evaluation still needs");
    }
  }

  void AddPlanned(const v1::Plan& plan) {
    const auto reevaluations = DueReevaluations(file_);
    for (const DueReevaluation& due : reevaluations) {
      for (const std::string& type : due.reevaluation->visit_types()) {
        if (!IsBooked(type)) Add(type, "A visit to look at the benefit");
      }
    }
    bool is_held_up = false;
    for (const v1::PlanPhase& phase : plan.phases()) {
      const v1::ProtocolPhase* of = PhaseOf(file_, plan, phase.phase());
      const bool follows = of != nullptr && of->has_follows();
      const v1::Reevaluation* due = nullptr;
      for (const DueReevaluation& one : reevaluations) {
        if (one.reevaluation->phase() == phase.phase()) due = one.reevaluation;
      }
      is_held_up |= due != nullptr && due->after_visits() > 0;
      if (follows) {
        AddFollowing(phase, of->follows());
      } else if (!is_held_up) {
        AddSession(phase);
      }
      is_held_up |= due != nullptr;
    }
  }

  // The next visit of a phase.
  void AddSession(const v1::PlanPhase& phase) {
    const PlanOrder* order = FindOrder(*file_.plan, phase.phase());
    if (order == nullptr || order->revoked() || !is_delivered_(order->order())) return;
    const auto visits = VisitsOfPhase(file_, *file_.plan, phase.phase());
    const int left = phase.visits() - static_cast<int>(visits.size());
    absl::Time start = absl::FromCivil(ToDay(phase.start_date()), file_.plan_zone);
    absl::Time end = absl::FromCivil(ToDay(phase.end_date()) + 1, file_.plan_zone);
    for (const Appointment* visit : VisitsForGap(file_, phase.phase())) {
      const absl::Time last = FromWire(visit->start_time());
      start = std::max(start, last + absl::Hours(phase.gap_hours_min()));
    }
    if (!visits.empty() && phase.gap_hours_max() > 0) {
      const absl::Time last = FromWire(visits.back()->start_time());
      end = std::min(end, std::max(now_, last + absl::Hours(phase.gap_hours_max())));
    }
    if (left <= 0 || end < now_ || end <= start) return;
    for (const std::string& type : phase.visit_types()) {
      auto* visit = Add(type, absl::StrCat(phase.display_name(), ": visit ", visits.size() + 1,
                                           " of ", phase.visits()));
      visit->set_order(order->order());
      if (start > now_) *visit->mutable_start_time() = ToWire(start);
      if (end > now_) *visit->mutable_end_time() = ToWire(end);
      visit->set_visits_left(left);
    }
  }

  // One for each visit of the other phase that none follows yet.
  void AddFollowing(const v1::PlanPhase& phase, const v1::ProtocolPhase::Follows& follows) {
    const PlanOrder* order = FindOrder(*file_.plan, phase.phase());
    if (order == nullptr || order->revoked() || !is_delivered_(order->order())) return;
    const auto followed = VisitsOfPhase(file_, *file_.plan, follows.phase());
    for (size_t i = 0; i < followed.size(); ++i) {
      const absl::Time ended = FromWire(followed[i]->end_time());
      const absl::Time start = ended + absl::Hours(follows.hours_min());
      const absl::Time end = ended + absl::Hours(follows.hours_max());
      if (end <= now_ || IsFollowed(phase, start, end)) continue;
      for (const std::string& type : phase.visit_types()) {
        auto* visit = Add(type, absl::StrCat(phase.display_name(), ": after visit ", i + 1));
        visit->set_order(order->order());
        if (start > now_) *visit->mutable_start_time() = ToWire(start);
        *visit->mutable_end_time() = ToWire(end);
      }
    }
  }

  bool IsFollowed(const v1::PlanPhase& phase, absl::Time start, absl::Time end) const {
    return absl::c_any_of(file_.visits, [&](const Appointment& visit) {
      const absl::Time at = FromWire(visit.start_time());
      return (IsAhead(visit) || HasBegun(visit)) && at >= start && at <= end &&
             absl::c_linear_search(phase.visit_types(), visit.visit_type());
    });
  }

  const CaseFile& file_;
  const std::function<bool(const std::string&)>& is_delivered_;
  v1::Pathway& pathway_;
  const absl::Time now_;
};

// -- Visits ---------------------------------------------------------------------------------------

v1::Step StepOf(const CaseFile& file, const Appointment& visit) {
  const auto is_among = [&](const Types& types) {
    return absl::c_linear_search(types, visit.visit_type());
  };
  if (is_among(SettingsOf(file).consultation_visit_types())) return v1::STEP_CONSULTATION;
  if (!file.plan.has_value() || file.plan->plan().phases().empty()) return v1::STEP_EVALUATION;
  const v1::Plan& plan = file.plan->plan();
  for (const PlanOrder& order : file.plan->orders()) {
    if (order.order() != visit.order()) continue;
    const std::string& first = plan.phases(0).phase();
    const v1::ProtocolPhase* phase = PhaseOf(file, plan, order.phase());
    const bool is_of_first = order.phase() == first || (phase != nullptr && phase->has_follows() &&
                                                        phase->follows().phase() == first);
    return is_of_first ? v1::STEP_INDUCTION : v1::STEP_MAINTENANCE;
  }
  return is_among(SettingsOf(file).evaluation_visit_types()) ? v1::STEP_EVALUATION
                                                             : v1::STEP_MAINTENANCE;
}

}  // namespace

std::vector<DueReevaluation> DueReevaluations(const CaseFile& file) {
  std::vector<DueReevaluation> due;
  const v1::Plan* plan = PlanInForce(file);
  const v1::Protocol* protocol =
      plan == nullptr ? nullptr : file.rulebook->FindProtocol(plan->protocol());
  if (protocol == nullptr) return due;
  for (const v1::Reevaluation& reevaluation : protocol->reevaluations()) {
    const auto phase = absl::c_find_if(plan->phases(), [&](const v1::PlanPhase& planned) {
      return planned.phase() == reevaluation.phase();
    });
    if (phase == plan->phases().end()) continue;
    const int after =
        reevaluation.after_visits() == 0 ? phase->visits() : reevaluation.after_visits();
    const auto completed = CompletedOf(file, phase->phase());
    if (static_cast<int>(completed.size()) < after) continue;
    const absl::Time since = FromWire(completed[static_cast<size_t>(after) - 1]->start_time());
    const bool is_looked_at = absl::c_all_of(reevaluation.scales(), [&](const std::string& scale) {
      return absl::c_any_of(file.facts.outcomes, [&](const v1::Outcome& outcome) {
        return outcome.scale() == scale && outcome.corrected_by().empty() &&
               FromWire(outcome.time()) >= since;
      });
    });
    if (!is_looked_at) due.push_back({&reevaluation, since});
  }
  return due;
}

void AddSteps(const CaseFile& file, const v1::Evaluation& evaluation, v1::Pathway* pathway) {
  const v1::Episode& episode = file.episode.episode();
  const bool is_open = episode.state() != v1::Episode::STATE_CLOSED;
  for (int number = v1::STEP_CONTACT; number <= v1::Step_MAX; ++number) {
    const auto step = static_cast<v1::Step>(number);
    v1::Pathway::StepStatus& status = *pathway->add_steps();
    status.set_step(step);
    status.set_state(v1::Pathway::STATE_AHEAD);
    if (step == episode.step() && is_open) {
      status.set_state(v1::Pathway::STATE_PRESENT);
      AddOpenPoints(file, step, status.mutable_open_points());
      const absl::Time due = DueTimeOf(step, status.open_points(), file);
      if (due != absl::InfiniteFuture()) *status.mutable_due_time() = ToWire(due);
    } else if (step == v1::STEP_EVALUATION && step > episode.step() && is_open) {
      AddRequirementsAhead(file, evaluation, status.mutable_open_points());
    }
    for (const StepRecord& record : file.episode.steps()) {
      if (record.step() != step) continue;
      if (record.done_time_micros() > 0) {
        status.set_state(v1::Pathway::STATE_DONE);
        *status.mutable_done_time() = ToWire(absl::FromUnixMicros(record.done_time_micros()));
      } else if (record.has_override()) {
        status.set_state(v1::Pathway::STATE_OVERRIDDEN);
      }
      if (record.has_override()) *status.mutable_override() = record.override();
    }
  }
}

void AddRefusedOrder(const CaseFile& file, v1::Pathway* pathway) {
  for (v1::Pathway::StepStatus& step : *pathway->mutable_steps()) {
    if (step.state() != v1::Pathway::STATE_PRESENT) continue;
    OpenPoint& point = *step.add_open_points();
    point = Point("Visits of the plan cannot be booked: scheduling has refused an order of it",
                  v1::ACTOR_STAFF);
    point.set_about(file.plan->plan().name());
  }
}

void AddPastToSettle(const v1::Evaluation& evaluation, v1::Pathway* pathway) {
  const bool is_open = absl::c_any_of(evaluation.decisions(), [](const v1::Decision& decision) {
    return !decision.past_exclusions().empty();
  });
  const v1::Episode::State state = pathway->episode().state();
  if (!is_open || state == v1::Episode::STATE_STOPPED) return;
  for (v1::Pathway::StepStatus& step : *pathway->mutable_steps()) {
    if (step.step() != v1::STEP_CLEARANCE || step.state() != v1::Pathway::STATE_PRESENT) continue;
    *step.add_open_points() =
        Point("Something on record is to be looked at before a decision", v1::ACTOR_PRESCRIBER);
  }
}

void AddVisits(const CaseFile& file, v1::Pathway* pathway) {
  const absl::Time contact = FromWire(file.episode.episode().contact_time());
  for (const Appointment& visit : file.visits) {
    if (!IsAhead(visit) && !HasBegun(visit)) continue;
    if (FromWire(visit.start_time()) < contact) continue;
    v1::Pathway::PathwayVisit& added = *pathway->add_visits();
    added.set_appointment(visit.name());
    added.set_visit_type(visit.visit_type());
    added.set_step(StepOf(file, visit));
    added.set_clinic(visit.clinic());
    *added.mutable_start_time() = visit.start_time();
    added.set_time_zone(visit.time_zone());
    added.set_state(HasBegun(visit) ? v1::Pathway::PathwayVisit::STATE_BEGUN
                                    : v1::Pathway::PathwayVisit::STATE_BOOKED);
  }
}

void AddBookable(const CaseFile& file,
                 const std::function<bool(const std::string& order)>& is_delivered,
                 v1::Pathway* pathway) {
  Offer(file, is_delivered, pathway).AddAll();
}

}  // namespace clarity::consultation
