#include "services/consultation/pathway/consider.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "services/consultation/pathway/exclusions.h"
#include "services/consultation/patients/consents.h"
#include "services/consultation/plan/orders.h"
#include "services/consultation/plan/progress.h"
#include "services/consultation/policy/evaluation.h"
#include "services/consultation/scheduling/visits.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using google::protobuf::RepeatedPtrField;
using scheduling::v1::Appointment;
using storage::v1::EpisodeRecord;
using storage::v1::PlanRecord;
using storage::v1::RequirementRecord;
using storage::v1::RuleOverrideRecord;
using storage::v1::StepRecord;

// -- Rules that are set aside ---------------------------------------------------------------------

// A birthday changes no fact: only whether a rule applies, or by which of its facts.
bool IsSameFact(const v1::Fact& a, const v1::Fact& b) {
  const bool says_the_same = a.value() == b.value() && a.source() == b.source();
  return a.kind() == b.kind() && a.code() == b.code() &&
         (says_the_same || a.kind() == v1::Fact::KIND_AGE);
}

// Puts the overrides that hold on the decisions.
void AddOverrides(const CaseFile& file, v1::Evaluation* evaluation) {
  for (v1::Decision& decision : *evaluation->mutable_decisions()) {
    for (const RuleOverrideRecord& record : file.overrides) {
      // As many as the policy asks for now.
      const auto& signatures = record.override().signatures();
      if (!Holds(record, decision) || !IsEnough(decision.overridable_by(), signatures)) continue;
      *decision.mutable_overrides() = signatures;
    }
  }
}

void EndOverrides(const v1::Evaluation& evaluation, CaseFile* file) {
  for (RuleOverrideRecord& record : file->overrides) {
    const bool holds = absl::c_any_of(evaluation.decisions(), [&](const v1::Decision& decision) {
      return Holds(record, decision);
    });
    if (!holds && record.end_time_micros() == 0) {
      record.set_end_time_micros(absl::ToUnixMicros(file->facts.time));
    }
  }
}

// -- Requirements ---------------------------------------------------------------------------------

RequirementRecord* FindRequirement(absl::string_view definition, CaseFile* file) {
  for (RequirementRecord& record : file->requirements) {
    if (record.requirement().definition() == definition) return &record;
  }
  return nullptr;
}

v1::Requirement::State StateOf(const v1::Requirement& requirement, const Coverage& coverage) {
  if (coverage.is_met()) return v1::Requirement::STATE_MET;
  if (IsEnough(requirement.waivable_by(), requirement.waivers())) {
    return v1::Requirement::STATE_WAIVED;
  }
  return coverage.has_lapsed ? v1::Requirement::STATE_LAPSED : v1::Requirement::STATE_OPEN;
}

// What the policy and the facts say of a requirement now.
void Describe(const NeededRequirement& needed, const Coverage& coverage,
              v1::Requirement* requirement) {
  const v1::RequirementDefinition& definition = *needed.definition;
  requirement->set_display_name(definition.display_name());
  requirement->set_patient_text(definition.patient_text());
  requirement->set_actor(definition.actor());
  *requirement->mutable_visit_types() = definition.visit_types();
  requirement->set_waivable_by(definition.waivable_by());
  *requirement->mutable_rules() = {needed.rules.begin(), needed.rules.end()};
  *requirement->mutable_protocols() = {needed.protocols.begin(), needed.protocols.end()};
  *requirement->mutable_open_tests() = {coverage.open_tests.begin(), coverage.open_tests.end()};
  *requirement->mutable_open_questionnaires() = {coverage.open_questionnaires.begin(),
                                                 coverage.open_questionnaires.end()};
  *requirement->mutable_open_scales() = {coverage.open_scales.begin(), coverage.open_scales.end()};
  *requirement->mutable_met_by() = {coverage.met_by.begin(), coverage.met_by.end()};
  requirement->clear_expire_time();
  if (coverage.is_met() && coverage.expire_time != absl::InfiniteFuture()) {
    *requirement->mutable_expire_time() = ToWire(coverage.expire_time);
  }
  requirement->set_state(StateOf(*requirement, coverage));
}

// Due at the end of a day at the clinic.
absl::Time DueTime(const Inquiry& inquiry, int days) {
  return inquiry.DaysAfter(inquiry.facts().time, days + 1);
}

// Ends waivers that were given on other facts.
void EndWaivers(const v1::Evaluation& evaluation, RequirementRecord* record) {
  v1::Requirement& requirement = *record->mutable_requirement();
  if (requirement.waivers().empty() ||
      absl::c_equal(record->waived_on(), FactsBehind(requirement, evaluation), IsSameFact)) {
    return;
  }
  requirement.clear_waivers();
  record->clear_waived_on();
}

// Gives when the first of what meets a part of it ceases to count.
absl::Time ConsiderRequirement(const Inquiry& inquiry, const v1::Evaluation& evaluation,
                               const NeededRequirement& needed, const NewRequirementName& new_name,
                               CaseFile* file) {
  RequirementRecord* record = FindRequirement(needed.definition->id(), file);
  if (record == nullptr) {
    record = &file->requirements.emplace_back();
    v1::Requirement& requirement = *record->mutable_requirement();
    requirement.set_name(new_name());
    requirement.set_episode(file->episode.episode().name());
    requirement.set_definition(needed.definition->id());
    requirement.set_state(v1::Requirement::STATE_WITHDRAWN);
  }
  v1::Requirement& requirement = *record->mutable_requirement();
  const auto was = requirement.state();
  // It appears, or lapses: from now on it is due anew. What was waived before is to be looked at
  // again when it appears again.
  if (was == v1::Requirement::STATE_WITHDRAWN) requirement.clear_waivers();
  EndWaivers(evaluation, record);
  const Coverage coverage = CoverageOf(inquiry, *needed.definition);
  Describe(needed, coverage, &requirement);
  const bool has_lapsed =
      requirement.state() == v1::Requirement::STATE_LAPSED && was != v1::Requirement::STATE_LAPSED;
  if (was == v1::Requirement::STATE_WITHDRAWN || has_lapsed) {
    *requirement.mutable_due_time() = ToWire(DueTime(inquiry, needed.definition->due_days()));
  }
  return coverage.expire_time;
}

void Withdraw(v1::Requirement* requirement) {
  requirement->set_state(v1::Requirement::STATE_WITHDRAWN);
  requirement->clear_open_tests();
  requirement->clear_open_questionnaires();
  requirement->clear_open_scales();
  requirement->clear_rules();
}

// Gives when the first of what meets a part of any ceases to count.
absl::Time ConsiderRequirements(const Inquiry& inquiry, const v1::Evaluation& evaluation,
                                const NewRequirementName& new_name, CaseFile* file) {
  absl::Time expiry = absl::InfiniteFuture();
  absl::flat_hash_set<absl::string_view> asked;
  for (const NeededRequirement& needed : RequirementsOf(*file->rulebook, evaluation)) {
    asked.insert(needed.definition->id());
    expiry = std::min(expiry, ConsiderRequirement(inquiry, evaluation, needed, new_name, file));
  }
  for (RequirementRecord& record : file->requirements) {
    if (!asked.contains(record.requirement().definition())) {
      Withdraw(record.mutable_requirement());
    }
  }
  return expiry;
}

// -- Clearance ------------------------------------------------------------------------------------

// What is set aside says nothing.
int Weight(const v1::Decision& decision) {
  return decision.overrides().empty() ? WeightOf(decision.effect(), decision.applies()) : 0;
}

// Whether a number lies as far beyond the same bound as another, or less.
bool IsNoFurther(const v1::Fact& fact, const v1::Fact& than) {
  return fact.has_above_bound() && than.has_above_bound() &&
         fact.above_bound() * than.above_bound() >= 0 &&
         std::abs(fact.above_bound()) <= std::abs(than.above_bound());
}

// Whether a fact says more than was known. Nobody finds out an age.
bool IsNews(const v1::Fact& fact, const RepeatedPtrField<v1::Fact>& known) {
  return fact.kind() != v1::Fact::KIND_AGE && absl::c_none_of(known, [&](const v1::Fact& other) {
           return other.kind() == fact.kind() && other.code() == fact.code() &&
                  (other.value() == fact.value() || IsNoFurther(fact, other));
         });
}

// Whether a rule says more than it did, or the same by a fact that does.
bool SaysMore(const v1::Decision& now, const v1::Decision& then) {
  if (Weight(now) != Weight(then)) return Weight(now) > Weight(then);
  return Weight(now) > 0 && now.applies() == v1::Decision::APPLIES_YES &&
         absl::c_any_of(now.facts(),
                        [&](const v1::Fact& fact) { return IsNews(fact, then.facts()); });
}

// A rule that says more than when it was decided, one that applies before one that may, or whose
// going nobody has looked at; null where there is none.
const v1::Decision* FindNews(const v1::Clearance& clearance, const v1::Evaluation& now) {
  absl::flat_hash_map<absl::string_view, const v1::Decision*> before;
  for (const v1::Decision& decision : clearance.evaluation().decisions()) {
    before[decision.rule()] = &decision;
  }
  for (const v1::Decision& decision : now.decisions()) {
    if (!IsAbout(decision.protocols(), clearance.protocols())) continue;
    const auto it = before.find(decision.rule());
    const v1::Decision& then = it == before.end() ? v1::Decision::default_instance() : *it->second;
    if (SaysMore(decision, then) || HasNewPastExclusion(decision, then)) return &decision;
  }
  return nullptr;
}

// Something told in free text only that was not there when it was decided: no rule looks at it, so
// that somebody has to.
const v1::Fact* FindUncodedNews(const v1::Clearance& clearance, const v1::Evaluation& now) {
  const auto& before = clearance.evaluation().uncoded_facts();
  for (const v1::Fact& fact : now.uncoded_facts()) {
    const bool was_there = absl::c_any_of(before, [&](const v1::Fact& known) {
      return known.kind() == fact.kind() && known.value() == fact.value();
    });
    if (!was_there) return &fact;
  }
  return nullptr;
}

const v1::Requirement* FindUnmet(const CaseFile& file, const v1::Clearance& clearance) {
  for (const RequirementRecord& record : file.requirements) {
    const v1::Requirement& requirement = record.requirement();
    const bool is_about = IsAbout(requirement.protocols(), clearance.protocols());
    if (is_about && !IsMetOrWaived(requirement)) return &requirement;
  }
  return nullptr;
}

// Why somebody has to decide again, the most telling first; empty: nobody has. `unmet`: a
// requirement that stands open; null where none does.
std::string WhatReopens(const v1::Clearance& clearance, const v1::Evaluation& evaluation,
                        const v1::Requirement* unmet) {
  const v1::Decision* news = FindNews(clearance, evaluation);
  const bool is_past = news != nullptr && !news->past_exclusions().empty();
  const bool is_certain =
      is_past || (news != nullptr && news->applies() == v1::Decision::APPLIES_YES);
  if (unmet != nullptr && !is_certain) return absl::StrCat("Needed: ", unmet->display_name());
  if (is_past) return absl::StrCat("To be settled: ", news->display_name());
  if (news != nullptr) return absl::StrCat("New: ", news->display_name());
  const v1::Fact* uncoded = FindUncodedNews(clearance, evaluation);
  return uncoded == nullptr ? "" : absl::StrCat("New, in words only: ", uncoded->value());
}

void ConsiderClearance(const v1::Evaluation& evaluation, CaseFile* file) {
  if (!file->clearance.has_value()) return;
  v1::Clearance& clearance = *file->clearance->mutable_clearance();
  const absl::Time now = file->facts.time;
  if (clearance.state() != v1::Clearance::STATE_VALID) return;
  if (clearance.verdict() == v1::Clearance::VERDICT_DEFERRED) {
    const absl::Time until = absl::FromCivil(ToDay(clearance.defer_until_date()), file->facts.zone);
    if (now < until) return;
    return EndClearance(v1::Clearance::STATE_EXPIRED, "The day has come", until, &clearance);
  }
  if (!IsClearing(clearance)) return;
  const v1::Requirement* unmet = FindUnmet(*file, clearance);
  // Also where nobody has looked since, and what was too old is there anew.
  if (clearance.has_expire_time() && FromWire(clearance.expire_time()) <= now) {
    const std::string what = unmet == nullptr ? "a result" : unmet->display_name();
    return EndClearance(v1::Clearance::STATE_EXPIRED, absl::StrCat("Too old: ", what),
                        FromWire(clearance.expire_time()), &clearance);
  }
  std::string news = WhatReopens(clearance, evaluation, unmet);
  if (!news.empty()) {
    return EndClearance(v1::Clearance::STATE_REOPENED, std::move(news), now, &clearance);
  }
  const absl::Time expiry = ExpiryOf(*file, clearance.protocols());
  clearance.clear_expire_time();
  if (expiry != absl::InfiniteFuture()) *clearance.mutable_expire_time() = ToWire(expiry);
}

// -- The plan -------------------------------------------------------------------------------------

bool IsInForce(const CaseFile& file) {
  return file.plan.has_value() && file.plan->plan().state() == v1::Plan::STATE_SIGNED;
}

// Why the plan cannot go on; empty: it can.
std::string WhatStops(const CaseFile& file, const v1::Plan& plan) {
  if (!WhyNotCleared(file, plan.protocol()).empty()) return "The clearance no longer holds";
  if (FindConsent(file.patient, v1::Consent::KIND_TREATMENT) == nullptr) {
    return "The consent to treatment was withdrawn";
  }
  return "";
}

void EndPlan(v1::Plan::State state, std::string why, absl::Time now, v1::Plan* plan) {
  plan->set_state(state);
  plan->clear_end();
  plan->mutable_end()->set_reason(std::move(why));
  *plan->mutable_end()->mutable_time() = ToWire(now);
  *plan->mutable_update_time() = ToWire(now);
}

void ConsiderPlan(CaseFile* file) {
  if (!IsInForce(*file)) return;
  v1::Plan& plan = *file->plan->mutable_plan();
  std::string why = WhatStops(*file, plan);
  if (!why.empty()) EndPlan(v1::Plan::STATE_SUSPENDED, std::move(why), file->facts.time, &plan);
}

// -- Steps ----------------------------------------------------------------------------------------

// The consultation that counts: the first that has begun, or else the first that is booked.
const Appointment* ConsultationAmong(const CaseFile& file) {
  const auto& types = file.rulebook->policy().settings().consultation_visit_types();
  const absl::Time contact = FromWire(file.episode.episode().contact_time());
  for (const auto& counts : {HasBegun, IsAhead}) {
    const auto found = absl::c_find_if(file.visits, [&](const Appointment& visit) {
      return absl::c_linear_search(types, visit.visit_type()) &&
             FromWire(visit.start_time()) >= contact && counts(visit);
    });
    if (found != file.visits.end()) return &*found;
  }
  return nullptr;
}

void ConsiderConsultation(CaseFile* file) {
  const Appointment* consultation = ConsultationAmong(*file);
  EpisodeRecord& record = file->episode;
  record.set_consultation(consultation == nullptr ? "" : consultation->name());
  record.set_consultation_begun(consultation != nullptr && HasBegun(*consultation));
  record.set_consultation_completed(consultation != nullptr &&
                                    consultation->state() == Appointment::STATE_COMPLETED);
  record.set_consultation_time_micros(
      consultation == nullptr ? 0 : absl::ToUnixMicros(FromWire(consultation->start_time())));
}

bool IsEvaluated(const CaseFile& file) {
  return absl::c_all_of(file.requirements, [](const RequirementRecord& record) {
    return !record.requirement().protocols().empty() || IsMetOrWaived(record.requirement());
  });
}

bool IsInductionDone(const CaseFile& file) {
  if (!file.plan.has_value() || file.plan->plan().phases().empty()) return false;
  return IsPhaseOver(file, file.plan->plan().phases(0));
}

bool IsOver(const CaseFile& file) {
  return file.plan.has_value() && file.plan->plan().state() == v1::Plan::STATE_CLOSED &&
         IsInductionDone(file);
}

bool IsDone(const CaseFile& file, v1::Step step) {
  const bool has_clearance = file.clearance.has_value() && IsClearing(file.clearance->clearance());
  switch (step) {
    case v1::STEP_CONTACT:
      return true;
    case v1::STEP_BOOKING:
      return !file.episode.consultation().empty();
    case v1::STEP_CONSULTATION:
      return file.episode.consultation_completed();
    case v1::STEP_EVALUATION:
      return IsEvaluated(file);
    case v1::STEP_CLEARANCE:
      return has_clearance;
    case v1::STEP_PLAN:
      return IsInForce(file) || IsOver(file);
    case v1::STEP_INDUCTION:
      return IsInductionDone(file);
    case v1::STEP_MAINTENANCE:
      return IsOver(file);
    default:
      return false;
  }
}

StepRecord* StepRecordOf(v1::Step step, EpisodeRecord* record) {
  for (StepRecord& known : *record->mutable_steps()) {
    if (known.step() == step) return &known;
  }
  StepRecord* added = record->add_steps();
  added->set_step(step);
  return added;
}

void ConsiderSteps(CaseFile* file) {
  v1::Episode& episode = *file->episode.mutable_episode();
  v1::Step present = v1::STEP_MAINTENANCE;
  for (int number = v1::Step_MAX; number >= v1::STEP_CONTACT; --number) {
    const auto step = static_cast<v1::Step>(number);
    StepRecord& record = *StepRecordOf(step, &file->episode);
    const bool is_done = IsDone(*file, step);
    if (!is_done) record.set_done_time_micros(0);
    if (is_done && record.done_time_micros() == 0) {
      record.set_done_time_micros(absl::ToUnixMicros(file->facts.time));
    }
    if (!is_done && !record.has_override()) present = step;
  }
  episode.set_step(present);
}

void ConsiderState(CaseFile* file) {
  v1::Episode& episode = *file->episode.mutable_episode();
  episode.set_state(v1::Episode::STATE_ACTIVE);
  if (file->plan.has_value()) {
    episode.set_plan(file->plan->plan().name());
    if (file->plan->plan().state() == v1::Plan::STATE_SUSPENDED) {
      episode.set_state(v1::Episode::STATE_ON_HOLD);
    }
  }
  if (!file->clearance.has_value()) return;
  const v1::Clearance& clearance = file->clearance->clearance();
  episode.set_clearance(clearance.name());
  if (clearance.state() != v1::Clearance::STATE_VALID) return;
  if (clearance.verdict() == v1::Clearance::VERDICT_DEFERRED) {
    episode.set_state(v1::Episode::STATE_ON_HOLD);
  } else if (!IsClearing(clearance)) {
    episode.set_state(v1::Episode::STATE_STOPPED);
  }
}

// -- Time -----------------------------------------------------------------------------------------

// Whether something rests on the facts that a rule is decided by.
bool RestsOnFacts(const v1::Decision& decision, const CaseFile& file) {
  if (file.clearance.has_value() && IsClearing(file.clearance->clearance()) &&
      Weight(decision) > 0) {
    return true;
  }
  const bool is_waived_on = absl::c_any_of(file.requirements, [&](const RequirementRecord& record) {
    const v1::Requirement& requirement = record.requirement();
    return !requirement.waivers().empty() &&
           absl::c_linear_search(requirement.rules(), decision.rule());
  });
  return is_waived_on || absl::c_any_of(file.overrides, [&](const RuleOverrideRecord& record) {
           return record.end_time_micros() == 0 && record.override().rule() == decision.rule();
         });
}

// When time alone may next end an override, a waiver or a clearance: a rule may go on to apply, but
// by other facts.
absl::Time NextTurnOfFacts(const Inquiry& inquiry, const v1::Evaluation& evaluation,
                           const CaseFile& file) {
  absl::Time next = absl::InfiniteFuture();
  for (const v1::Decision& decision : evaluation.decisions()) {
    const v1::Rule* rule = file.rulebook->FindRule(decision.rule());
    if (rule == nullptr || !RestsOnFacts(decision, file)) continue;
    for (const Rulebook::SameLeaves& leaves : file.rulebook->LeavesOf(*rule)) {
      for (const absl::Time turn : inquiry.TurnsOf(*leaves.front())) {
        if (turn > file.facts.time) next = std::min(next, turn);
      }
    }
  }
  return next;
}

// `expiry`: of what meets requirements.
void ConsiderTurn(const Inquiry& inquiry, const v1::Evaluation& evaluation, absl::Time expiry,
                  CaseFile* file) {
  absl::Time next =
      std::min({NextChange(evaluation), expiry, NextTurnOfFacts(inquiry, evaluation, *file)});
  if (file->clearance.has_value() &&
      file->clearance->clearance().state() == v1::Clearance::STATE_VALID &&
      file->clearance->clearance().has_defer_until_date()) {
    next = std::min(next, absl::FromCivil(ToDay(file->clearance->clearance().defer_until_date()),
                                          file->facts.zone));
  }
  if (IsInForce(*file)) next = std::min(next, NextTurnOfPlan(*file));
  file->episode.set_turn_time_micros(next == absl::InfiniteFuture() ? kNeverMicros
                                                                    : absl::ToUnixMicros(next));
}

// An episode that is over: nothing is asked for any more, and nothing goes on.
void ConsiderClosed(CaseFile* file) {
  for (RequirementRecord& record : file->requirements) {
    if (!IsMetOrWaived(record.requirement())) Withdraw(record.mutable_requirement());
  }
  if (file->plan.has_value() && GoesOn(file->plan->plan())) {
    EndPlan(v1::Plan::STATE_CLOSED, "The episode is closed", file->facts.time,
            file->plan->mutable_plan());
  }
  ConsiderOrders(file);
  file->episode.set_turn_time_micros(kNeverMicros);
}

}  // namespace

const RepeatedPtrField<v1::Fact>& FactsOf(const v1::Decision& decision) {
  return decision.applies() == v1::Decision::APPLIES_UNKNOWN ? decision.missing_facts()
                                                             : decision.facts();
}

RepeatedPtrField<v1::Fact> FactsBehind(const v1::Requirement& requirement,
                                       const v1::Evaluation& evaluation) {
  RepeatedPtrField<v1::Fact> facts;
  for (const v1::Decision& decision : evaluation.decisions()) {
    if (decision.applies() != v1::Decision::APPLIES_NO &&
        absl::c_linear_search(decision.requirements(), requirement.definition())) {
      facts.MergeFrom(FactsOf(decision));
    }
  }
  return facts;
}

bool Holds(const RuleOverrideRecord& record, const v1::Decision& decision) {
  return record.end_time_micros() == 0 && record.override().rule() == decision.rule() &&
         decision.applies() != v1::Decision::APPLIES_NO &&
         absl::c_equal(record.facts(), FactsOf(decision), IsSameFact);
}

bool IsEnough(v1::Authority authority, const RepeatedPtrField<v1::Signature>& signatures) {
  switch (authority) {
    case v1::AUTHORITY_PRESCRIBER:
      return !signatures.empty();
    case v1::AUTHORITY_TWO_PRESCRIBERS:
      return signatures.size() >= 2;
    default:
      return false;
  }
}

bool IsMetOrWaived(const v1::Requirement& requirement) {
  return requirement.state() != v1::Requirement::STATE_OPEN &&
         requirement.state() != v1::Requirement::STATE_LAPSED;
}

bool Clears(v1::Clearance::Verdict verdict) {
  return verdict == v1::Clearance::VERDICT_CLEARED ||
         verdict == v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS;
}

bool IsClearing(const v1::Clearance& clearance) {
  return clearance.state() == v1::Clearance::STATE_VALID && Clears(clearance.verdict());
}

void EndClearance(v1::Clearance::State state, std::string why, absl::Time time,
                  v1::Clearance* clearance) {
  clearance->set_state(state);
  clearance->set_ended_by(std::move(why));
  *clearance->mutable_end_time() = ToWire(time);
}

std::string WhyNotCleared(const CaseFile& file, absl::string_view protocol) {
  if (!file.clearance.has_value()) return "none";
  const v1::Clearance& clearance = file.clearance->clearance();
  const bool has_cleared = clearance.verdict() == v1::Clearance::VERDICT_CLEARED ||
                           clearance.verdict() == v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS;
  if (!has_cleared) return "none";
  if (clearance.state() == v1::Clearance::STATE_EXPIRED) return "expired";
  if (clearance.state() != v1::Clearance::STATE_VALID) return "reopened";
  return absl::c_linear_search(clearance.protocols(), protocol) ? "" : "other_protocol";
}

absl::Time ExpiryOf(const CaseFile& file, const RepeatedPtrField<std::string>& protocols) {
  absl::Time expiry = absl::InfiniteFuture();
  for (const RequirementRecord& record : file.requirements) {
    const v1::Requirement& requirement = record.requirement();
    if (requirement.state() == v1::Requirement::STATE_MET && requirement.has_expire_time() &&
        IsAbout(requirement.protocols(), protocols)) {
      expiry = std::min(expiry, FromWire(requirement.expire_time()));
    }
  }
  return expiry;
}

const v1::ProtocolPhase* PhaseOf(const CaseFile& file, const v1::Plan& plan,
                                 absl::string_view phase) {
  const v1::Protocol* protocol = file.rulebook->FindProtocol(plan.protocol());
  if (protocol == nullptr) return nullptr;
  const auto found = absl::c_find_if(
      protocol->phases(), [&](const v1::ProtocolPhase& known) { return known.id() == phase; });
  return found == protocol->phases().end() ? nullptr : &*found;
}

std::vector<const Appointment*> VisitsOfPhase(const CaseFile& file, const PlanRecord& plan,
                                              absl::string_view phase) {
  std::vector<const Appointment*> visits;
  for (const Appointment& visit : file.visits) {
    if (!HasBegun(visit) && !IsAhead(visit)) continue;
    const bool is_of_phase =
        absl::c_any_of(plan.orders(), [&](const storage::v1::PlanOrder& order) {
          return order.phase() == phase && order.order() == visit.order();
        });
    if (is_of_phase) visits.push_back(&visit);
  }
  return visits;
}

v1::Evaluation EvaluateFile(const CaseFile& file) {
  v1::Evaluation evaluation = Evaluate(Inquiry(*file.rulebook, file.facts));
  evaluation.set_episode(file.episode.episode().name());
  AddOverrides(file, &evaluation);
  AddPastExclusions(file, &evaluation);
  return evaluation;
}

v1::Evaluation Consider(const NewRequirementName& new_name, CaseFile* file) {
  const Inquiry inquiry(*file->rulebook, file->facts);
  v1::Evaluation evaluation = EvaluateFile(*file);
  RecordExclusions(evaluation, file);
  if (file->episode.episode().state() == v1::Episode::STATE_CLOSED) {
    ConsiderClosed(file);
    return evaluation;
  }
  EndOverrides(evaluation, file);
  const absl::Time expiry = ConsiderRequirements(inquiry, evaluation, new_name, file);
  ConsiderClearance(evaluation, file);
  ConsiderPlan(file);
  ConsiderOrders(file);
  ConsiderConsultation(file);
  ConsiderSteps(file);
  ConsiderState(file);
  ConsiderTurn(inquiry, evaluation, expiry, file);
  return evaluation;
}

}  // namespace clarity::consultation
