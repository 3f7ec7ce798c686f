#include "services/consultation/plan/progress.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "services/consultation/pathway/consider.h"
#include "services/consultation/scheduling/visits.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using scheduling::v1::Appointment;
using storage::v1::PlanRecord;

// Of a phase that the protocol has no more: what has no doses of its own followed some that had.
bool Follows(const CaseFile& file, const v1::PlanPhase& phase) {
  const v1::ProtocolPhase* made_from = PhaseOf(file, file.plan->plan(), phase.phase());
  return made_from != nullptr ? made_from->has_follows() : phase.doses().empty();
}

// Somebody answers for going on without the rest of it.
bool IsSetAside(const CaseFile& file, const v1::PlanPhase& phase) {
  const bool is_first = phase.phase() == file.plan->plan().phases(0).phase();
  return is_first && absl::c_any_of(file.episode.steps(), [](const storage::v1::StepRecord& step) {
           return step.step() == v1::STEP_INDUCTION && step.has_override();
         });
}

bool IsBehind(const CaseFile& file, const v1::PlanPhase& phase) {
  return IsPhaseOver(file, phase) || IsSetAside(file, phase);
}

absl::Time BeganAt(const Appointment& visit) {
  const bool is_recorded = !visit.phases().empty() && visit.phases(0).has_actual_start_time();
  return FromWire(is_recorded ? visit.phases(0).actual_start_time() : visit.start_time());
}

// The visit after which the benefit is to be looked at; null: it is not yet.
const Appointment* WhatMakesDue(const CaseFile& file, const v1::PlanPhase& phase,
                                const v1::Reevaluation& reevaluation) {
  const auto completed = CompletedOf(file, *file.plan, phase.phase());
  const bool is_at_end =
      reevaluation.after_visits() == 0 || reevaluation.after_visits() >= phase.visits();
  const auto after = static_cast<size_t>(is_at_end ? phase.visits() : reevaluation.after_visits());
  if (completed.size() >= after) return completed[after - 1];
  const bool is_over = is_at_end && !completed.empty() && IsBehind(file, phase);
  return is_over ? completed.back() : nullptr;
}

bool IsLookedAt(const CaseFile& file, const v1::Reevaluation& reevaluation, absl::Time since) {
  return absl::c_all_of(reevaluation.scales(), [&](const std::string& scale) {
    return absl::c_any_of(file.facts.outcomes, [&](const v1::Outcome& outcome) {
      return outcome.scale() == scale && outcome.corrected_by().empty() &&
             FromWire(outcome.time()) >= since;
    });
  });
}

// Whether the phases before it are over and looked at.
bool IsReached(const CaseFile& file, absl::string_view phase) {
  const auto due = DueReevaluations(file);
  for (const v1::PlanPhase& earlier : file.plan->plan().phases()) {
    if (earlier.phase() == phase) return true;
    if (Follows(file, earlier)) continue;
    const bool is_due = absl::c_any_of(due, [&](const DueReevaluation& one) {
      return one.reevaluation->phase() == earlier.phase();
    });
    if (is_due || !IsBehind(file, earlier)) return false;
  }
  return false;
}

}  // namespace

std::vector<const Appointment*> CompletedOf(const CaseFile& file, const PlanRecord& record,
                                            absl::string_view phase) {
  auto visits = VisitsOfPhase(file, record, phase);
  visits.erase(std::remove_if(visits.begin(), visits.end(),
                              [](const Appointment* visit) {
                                return visit->state() != Appointment::STATE_COMPLETED;
                              }),
               visits.end());
  return visits;
}

absl::Time EndOf(const CaseFile& file, const v1::PlanPhase& phase) {
  return absl::FromCivil(ToDay(phase.end_date()) + 1, file.plan_zone);
}

bool IsPhaseOver(const CaseFile& file, const v1::PlanPhase& phase) {
  const auto completed = static_cast<int>(CompletedOf(file, *file.plan, phase.phase()).size());
  return completed >= phase.visits() || (completed > 0 && EndOf(file, phase) <= file.facts.time);
}

const v1::PlanPhase* FindMissedPhase(const CaseFile& file) {
  const auto& phases = file.plan->plan().phases();
  const auto missed = absl::c_find_if(phases, [&](const v1::PlanPhase& phase) {
    return EndOf(file, phase) <= file.facts.time && !Follows(file, phase) &&
           !IsBehind(file, phase) && IsReached(file, phase.phase());
  });
  return missed == phases.end() ? nullptr : &*missed;
}

std::vector<DueReevaluation> DueReevaluations(const CaseFile& file) {
  std::vector<DueReevaluation> due;
  const v1::Plan& plan = file.plan->plan();
  const v1::Protocol* protocol = file.rulebook->FindProtocol(plan.protocol());
  if (protocol == nullptr) return due;
  for (const v1::Reevaluation& reevaluation : protocol->reevaluations()) {
    const auto phase = absl::c_find_if(plan.phases(), [&](const v1::PlanPhase& planned) {
      return planned.phase() == reevaluation.phase();
    });
    if (phase == plan.phases().end()) continue;
    const Appointment* visit = WhatMakesDue(file, *phase, reevaluation);
    if (visit == nullptr) continue;
    const absl::Time since = BeganAt(*visit);
    if (!IsLookedAt(file, reevaluation, since)) due.push_back({&reevaluation, since});
  }
  return due;
}

int VisitsDue(const CaseFile& file, const v1::PlanPhase& phase) {
  if (!Follows(file, phase)) return IsReached(file, phase.phase()) ? phase.visits() : 0;
  const v1::ProtocolPhase* made_from = PhaseOf(file, file.plan->plan(), phase.phase());
  if (made_from == nullptr) return 0;
  const auto followed = VisitsOfPhase(file, *file.plan, made_from->follows().phase());
  const auto begun =
      absl::c_count_if(followed, [](const Appointment* visit) { return HasBegun(*visit); });
  return std::min(phase.visits(), static_cast<int>(begun));
}

absl::Time NextTurnOfPlan(const CaseFile& file) {
  absl::Time next = absl::InfiniteFuture();
  for (const v1::PlanPhase& phase : file.plan->plan().phases()) {
    const absl::Time end = EndOf(file, phase);
    if (end > file.facts.time) next = std::min(next, end);
  }
  return next;
}

}  // namespace clarity::consultation
