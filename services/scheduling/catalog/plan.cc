#include "services/scheduling/catalog/plan.h"

#include <algorithm>
#include <utility>

#include "services/scheduling/catalog/defaults.h"
#include "services/scheduling/catalog/hours.h"
#include "services/scheduling/catalog/roster.h"
#include "services/scheduling/catalog/snapshot.h"

namespace clarity::scheduling::catalog {
namespace {

using calendar::Interval;
using calendar::Tick;

bool IsOffered(const Snapshot& snapshot, const v1::VisitType& type, calendar::Location location) {
  if (!HasModality(type, ModalityOf(location))) return false;
  if (type.clinics_size() == 0) return !snapshot.roster().FindGap(type, location).has_value();
  const std::string& clinic = snapshot.clinic(ClinicOf(location)).name();
  return std::count(type.clinics().begin(), type.clinics().end(), clinic) > 0;
}

calendar::PhaseUse UseOf(const v1::PhaseUse& use) {
  if (use.mode() == v1::PhaseUse::MODE_PRESENT) return {calendar::Mode::kPresent, 0};
  return {calendar::Mode::kClaim, use.shares()};
}

// Phases and needs as the engine takes them, nobody eligible yet.
calendar::Visit VisitOf(const v1::VisitType& type, const std::vector<VisitPlan::PlanNeed>& needs) {
  calendar::Visit visit;
  for (const v1::Phase& phase : type.phases()) {
    visit.phase_ticks.push_back(phase.minutes() / calendar::kTickMinutes);
  }
  for (const VisitPlan::PlanNeed& planned : needs) {
    const v1::Need& need = type.needs(planned.index);
    calendar::Need& made = visit.needs.emplace_back();
    made.count = CountOf(need);
    made.phases.resize(type.phases_size());
    for (const v1::PhaseUse& use : need.uses()) {
      const auto phase = std::find_if(type.phases().begin(), type.phases().end(),
                                      [&](const v1::Phase& p) { return p.id() == use.phase(); });
      made.phases[phase - type.phases().begin()] = UseOf(use);
    }
  }
  return visit;
}

// Builds one plan.
class Planner {
 public:
  Planner(const Snapshot& snapshot, VisitPlan* plan) : snapshot_(snapshot), plan_(*plan) {}

  void Run() {
    const v1::VisitType& type = snapshot_.visit_type(plan_.visit_type);
    CollectCandidates(type);
    const calendar::Visit visit = VisitOf(type, plan_.needs);
    CollectLicences();
    CutIntoPieces(visit);
  }

 private:
  void CollectCandidates(const v1::VisitType& type);
  void CollectLicences();
  void CutIntoPieces(const calendar::Visit& visit);
  std::vector<int> Eligible(const VisitPlan::PlanNeed& need, Interval visit) const;

  const Snapshot& snapshot_;
  VisitPlan& plan_;
  std::vector<std::vector<Interval>> licences_;  // by the plan's resource; empty if nobody asks
};

void Planner::CollectCandidates(const v1::VisitType& type) {
  std::vector<int>& all = plan_.resources;
  for (int i = 0; i < type.needs_size(); ++i) {
    if (!Applies(type.needs(i), plan_.modality)) continue;
    plan_.needs.push_back({i, type.needs(i).licence_required(),
                           snapshot_.roster().Candidates(type.needs(i), plan_.location)});
    const std::vector<int>& candidates = plan_.needs.back().candidates;
    all.insert(all.end(), candidates.begin(), candidates.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (VisitPlan::PlanNeed& need : plan_.needs) {
    for (int& candidate : need.candidates) {
      candidate =
          static_cast<int>(std::lower_bound(all.begin(), all.end(), candidate) - all.begin());
    }
  }
}

void Planner::CollectLicences() {
  licences_.resize(plan_.resources.size());
  for (const VisitPlan::PlanNeed& need : plan_.needs) {
    if (!need.licence_required) continue;
    for (const int candidate : need.candidates) {
      licences_[candidate] = snapshot_.LicencesOf(plan_.resources[candidate], plan_.clinic);
    }
  }
}

std::vector<int> Planner::Eligible(const VisitPlan::PlanNeed& need, Interval visit) const {
  if (!need.licence_required) return need.candidates;
  std::vector<int> eligible;
  for (const int candidate : need.candidates) {
    const std::vector<Interval>& periods = licences_[candidate];
    const bool covered = std::any_of(periods.begin(), periods.end(), [&](Interval period) {
      return period.begin <= visit.begin && visit.end <= period.end;
    });
    if (covered) eligible.push_back(candidate);
  }
  return eligible;
}

// A licence lets a visit start from its first tick on, and no later than a visit before its end.
void Planner::CutIntoPieces(const calendar::Visit& visit) {
  std::vector<Tick> cuts = {kAlways.begin};
  for (const std::vector<Interval>& periods : licences_) {
    for (const Interval period : periods) {
      cuts.push_back(period.begin);
      cuts.push_back(period.end - visit.ticks() + 1);
    }
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  cuts.erase(std::remove_if(cuts.begin(), cuts.end(),
                            [&](Tick cut) { return cut > kAlways.end - visit.ticks(); }),
             cuts.end());
  for (size_t i = 0; i < cuts.size(); ++i) {
    const Tick end = i + 1 < cuts.size() ? cuts[i + 1] : kAlways.end;
    VisitPlan::Piece piece = {{cuts[i], end}, visit};
    for (size_t n = 0; n < plan_.needs.size(); ++n) {
      piece.visit.needs[n].eligible = Eligible(plan_.needs[n], {cuts[i], cuts[i] + visit.ticks()});
    }
    plan_.pieces.push_back(std::move(piece));
  }
}

}  // namespace

const calendar::Visit& VisitPlan::VisitAt(Tick start) const {
  const auto after =
      std::upper_bound(pieces.begin(), pieces.end(), start,
                       [](Tick tick, const Piece& piece) { return tick < piece.starts.begin; });
  return after == pieces.begin() ? pieces.front().visit : std::prev(after)->visit;
}

std::unique_ptr<const VisitPlan> MakePlan(const Snapshot& snapshot, int visit_type, int clinic,
                                          v1::Modality modality) {
  const calendar::Location location = LocationOf(clinic, modality);
  if (!IsOffered(snapshot, snapshot.visit_type(visit_type), location)) return nullptr;
  auto plan = std::make_unique<VisitPlan>();
  plan->visit_type = visit_type;
  plan->clinic = clinic;
  plan->modality = modality;
  plan->location = location;
  Planner(snapshot, plan.get()).Run();
  return plan;
}

}  // namespace clarity::scheduling::catalog
