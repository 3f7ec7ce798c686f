#include "services/consultation/pathway/outline.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/consultation/pathway/consider.h"
#include "services/consultation/patients/consents.h"
#include "services/consultation/plan/orders.h"
#include "services/consultation/plan/progress.h"
#include "services/consultation/scheduling/visits.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using google::protobuf::RepeatedPtrField;
using scheduling::v1::Appointment;
using storage::v1::PlanOrder;
using storage::v1::PlanRecord;
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
  if (PlanInForce(file) == nullptr) return;
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
  const auto done = CompletedOf(file, *file.plan, first.phase()).size();
  OpenPoint& point = *to->Add();
  point = Point(absl::StrCat(done, " of ", first.visits(), " sessions have taken place"),
                v1::ACTOR_AGENT);
  point.set_about(plan->name());
  *point.mutable_visit_types() = first.visit_types();
  *point.mutable_due_time() = ToWire(absl::FromCivil(ToDay(first.end_date()) + 1, file.facts.zone));
}

void AddMissedPhase(const CaseFile& file, RepeatedPtrField<OpenPoint>* to) {
  if (PlanInForce(file) == nullptr || FindMissedPhase(file) == nullptr) return;
  OpenPoint& point = *to->Add();
  point =
      Point("The days planned for treatment went by without a session: the plan is to be amended",
            v1::ACTOR_PRESCRIBER);
  point.set_about(file.plan->plan().name());
}

bool IsStopped(const CaseFile& file) {
  return file.episode.episode().state() == v1::Episode::STATE_STOPPED;
}

bool IsSuspended(const CaseFile& file) {
  return file.plan.has_value() && file.plan->plan().state() == v1::Plan::STATE_SUSPENDED;
}

// Until a day that is to come.
bool IsDeferred(const CaseFile& file) {
  return file.clearance.has_value() &&
         file.clearance->clearance().state() == v1::Clearance::STATE_VALID &&
         file.clearance->clearance().verdict() == v1::Clearance::VERDICT_DEFERRED;
}

// What the whole episode waits for, whichever step is the present one; nothing where it goes on.
void AddWhatHolds(const CaseFile& file, RepeatedPtrField<OpenPoint>* to) {
  if (IsStopped(file)) {
    *to->Add() =
        Point("Treatment does not go on here; the episode is to be closed", v1::ACTOR_STAFF);
  } else if (IsDeferred(file)) {
    OpenPoint& point = *to->Add();
    point = Point("On hold until a day that a prescriber has set", v1::ACTOR_PRESCRIBER);
    *point.mutable_due_time() = ToWire(
        absl::FromCivil(ToDay(file.clearance->clearance().defer_until_date()), file.facts.zone));
  } else if (IsSuspended(file)) {
    const bool is_cleared = WhyNotCleared(file, file.plan->plan().protocol()).empty();
    OpenPoint& point = *to->Add();
    point = Point(is_cleared ? "The plan is suspended: a prescriber takes it up again, or closes it"
                             : "The plan is suspended until a prescriber has decided again",
                  v1::ACTOR_PRESCRIBER);
    point.set_about(file.plan->plan().name());
    AddConsent(file, to);
  }
}

void AddDecision(const CaseFile& file, RepeatedPtrField<OpenPoint>* to) {
  if (IsDeferred(file)) return;
  *to->Add() = Point("A prescriber has to decide", v1::ACTOR_PRESCRIBER);
  AddRequirements(file, /*also_of_protocols=*/true, to);
}

void AddPlan(const CaseFile& file, RepeatedPtrField<OpenPoint>* to) {
  if (!IsSuspended(file)) {
    *to->Add() = Point("A plan is to be drafted and signed", v1::ACTOR_PRESCRIBER);
    AddConsent(file, to);
  }
}

void AddPointsOfStep(const CaseFile& file, v1::Step step, RepeatedPtrField<OpenPoint>* to) {
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
      return AddSessions(file, to);
    case v1::STEP_MAINTENANCE:
      if (PlanInForce(file) == nullptr) {
        *to->Add() = Point("The episode is to be closed", v1::ACTOR_STAFF);
      }
      return;
    default:
      return;
  }
}

// Of the present step; and of a plan in force, whichever step that is.
void AddOpenPoints(const CaseFile& file, v1::Step step, RepeatedPtrField<OpenPoint>* to) {
  AddWhatHolds(file, to);
  if (IsStopped(file)) return;
  AddMissedPhase(file, to);
  AddPointsOfStep(file, step, to);
  AddReevaluations(file, to);
}

absl::Time DueTimeOf(v1::Step step, const RepeatedPtrField<OpenPoint>& points,
                     const CaseFile& file) {
  const bool is_consultation = step == v1::STEP_BOOKING || step == v1::STEP_CONSULTATION;
  if (is_consultation && !IsStopped(file)) return ConsultationDue(file);
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
    for (const v1::PlanPhase& phase : plan.phases()) {
      const v1::ProtocolPhase* of = PhaseOf(file_, plan, phase.phase());
      const bool follows = of != nullptr && of->has_follows();
      const bool is_held_up = absl::c_any_of(reevaluations, [&](const DueReevaluation& due) {
        return due.reevaluation->phase() == phase.phase() && due.reevaluation->after_visits() > 0;
      });
      if (follows) {
        AddFollowing(phase, of->follows());
      } else if (!is_held_up && VisitsDue(file_, phase) > 0) {
        AddSession(phase);
      }
    }
  }

  // The next visit of a phase.
  void AddSession(const v1::PlanPhase& phase) {
    const PlanOrder* order = FindOrder(*file_.plan, phase.phase());
    if (order == nullptr || order->revoked() || !is_delivered_(order->order())) return;
    const auto visits = VisitsOfPhase(file_, *file_.plan, phase.phase());
    const int left = phase.visits() - static_cast<int>(visits.size());
    absl::Time start = absl::FromCivil(ToDay(phase.start_date()), file_.plan_zone);
    absl::Time end = EndOf(file_, phase);
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

  // One for each visit of the other phase that has begun and that none follows yet; no more than
  // the order has left.
  void AddFollowing(const v1::PlanPhase& phase, const v1::ProtocolPhase::Follows& follows) {
    const PlanOrder* order = FindOrder(*file_.plan, phase.phase());
    if (order == nullptr || order->revoked() || !is_delivered_(order->order())) return;
    const auto followed = VisitsOfPhase(file_, *file_.plan, follows.phase());
    int left = VisitsDue(file_, phase) -
               static_cast<int>(VisitsOfPhase(file_, *file_.plan, phase.phase()).size());
    for (size_t i = 0; i < followed.size() && left > 0; ++i) {
      if (!HasBegun(*followed[i])) continue;
      const absl::Time ended = FromWire(followed[i]->end_time());
      const absl::Time start = ended + absl::Hours(follows.hours_min());
      const absl::Time end = ended + absl::Hours(follows.hours_max());
      if (end <= now_ || IsFollowed(phase, start, end)) continue;
      --left;
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

// Whether an order lets a visit ahead take place, as far as consultation knows.
bool IsCovered(const CaseFile& file, const Appointment& visit) {
  const auto& orders =
      (file.plan.has_value() ? *file.plan : PlanRecord::default_instance()).orders();
  const auto own = absl::c_find_if(
      orders, [&](const PlanOrder& order) { return order.order() == visit.order(); });
  if (own == orders.end()) {
    return absl::c_none_of(visit.attention(), [](const scheduling::v1::Attention& attention) {
      return attention.reason() == scheduling::v1::Attention::REASON_ORDER_REVOKED;
    });
  }
  const auto& types = own->wanted().visit_types();
  const auto& window = own->wanted().window();
  const absl::Time start = FromWire(visit.start_time());
  const auto before = absl::c_count_if(file.visits, [&](const Appointment& other) {
    return other.order() == visit.order() &&
           (HasBegun(other) || (IsAhead(other) && &other < &visit));
  });
  return !own->revoked() && before < own->wanted().units() &&
         absl::c_linear_search(types, visit.visit_type()) &&
         FromWire(window.start_time()) <= start && start < FromWire(window.end_time());
}

}  // namespace

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
    added.set_uncovered(!HasBegun(visit) && !IsCovered(file, visit));
  }
}

void AddBookable(const CaseFile& file,
                 const std::function<bool(const std::string& order)>& is_delivered,
                 v1::Pathway* pathway) {
  Offer(file, is_delivered, pathway).AddAll();
}

}  // namespace clarity::consultation
