#include "services/scheduling/booking/placement.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/status_macros.h"
#include "services/scheduling/booking/rules.h"
#include "services/scheduling/calendar/assign.h"
#include "services/scheduling/calendar/search.h"
#include "services/scheduling/errors.h"
#include "services/scheduling/records.h"
#include "services/scheduling/wire.h"

namespace clarity::scheduling {
namespace {

using calendar::Interval;
using calendar::Tick;
using catalog::Snapshot;
using catalog::VisitPlan;
using storage::Transaction;

absl::Status Refused(v1::Blocker::Rule rule, std::string description) {
  v1::SlotConflict conflict;
  v1::Blocker* blocker = conflict.add_blockers();
  blocker->set_rule(rule);
  blocker->set_description(std::move(description));
  return SlotRefused(std::move(conflict));
}

// The patient is one: the guard makes a second booking for the same patient wait for this one.
absl::Status CheckPatient(const rpc::Call& call, Transaction& transaction, CalendarRows& rows,
                          const Placement& placement, const Wish& wish) {
  const std::string& patient = wish.patient;
  if (patient.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(transaction.BumpGuard(patient));
  const v1::VisitType& type = placement.snapshot->visit_type(placement.plan->visit_type);
  ASSIGN_OR_RETURN(const bool all_open,
                   HasAllOpen(transaction, type, patient, wish.moved_appointment, call.now));
  if (all_open) {
    return Refused(v1::Blocker::RULE_OPEN_PER_PATIENT,
                   "the patient has as many open appointments of the type as allowed");
  }
  const Interval part = PatientPart(placement.snapshot->visit_type(placement.plan->visit_type));
  ASSIGN_OR_RETURN(const auto busy, rows.ClaimsOn(patient, {placement.start + part.begin,
                                                            placement.start + part.end}));
  if (busy.empty()) return absl::OkStatus();
  return Refused(v1::Blocker::RULE_PATIENT_BUSY, "the patient has another appointment then");
}

bool Overrides(const Wish& wish, v1::Blocker::Rule rule) {
  return absl::c_linear_search(wish.override.rules(), rule);
}

// The visit type's own rules, less those that are set aside.
absl::Status CheckRules(const rpc::Call& call, const Wish& wish, Placement* placement) {
  if (wish.start < call.now && !wish.may_have_begun) {
    return Refused(v1::Blocker::RULE_MINIMUM_NOTICE, "the start is in the past");
  }
  if (wish.rules_kept) return absl::OkStatus();
  v1::SlotConflict conflict;
  for (auto& blocker :
       RefusingRules(*placement->snapshot, *placement->plan, placement->start, call.now)) {
    if (Overrides(wish, blocker.rule())) {
      placement->overridden = true;
    } else {
      *conflict.add_blockers() = std::move(blocker);
    }
  }
  return conflict.blockers().empty() ? absl::OkStatus() : SlotRefused(std::move(conflict));
}

// Chooses who takes part for one way to select, by what the rows say; nothing if nobody can.
absl::StatusOr<std::optional<std::vector<Placement::Unit>>> Choose(CalendarRows& rows,
                                                                   const VisitPlan& plan,
                                                                   Tick start,
                                                                   const SelectedVisit& way) {
  const calendar::PageRange pages = calendar::PagesOf({start, start + plan.ticks()});
  absl::Status failed;
  const auto fits = [&](int need, int resource) {
    const auto timeline = rows.Load(plan.resources[resource], pages);
    failed.Update(timeline.status());
    return timeline.ok() && calendar::Fits(way.visit, need, {*timeline, plan.location}, start);
  };
  const auto assignment = calendar::Assign(way.visit, fits, way.preference);
  RETURN_IF_ERROR(failed);
  if (!assignment.has_value()) return std::optional<std::vector<Placement::Unit>>();
  return std::optional(UnitsOf(plan, way, assignment->resources));
}

// Chooses, then locks; again if a row moved in between, as it can where a store has several
// writers.
absl::StatusOr<std::vector<Placement::Unit>> ChooseAndLock(CalendarRows& rows,
                                                           const VisitPlan& plan, Tick start,
                                                           const std::vector<SelectedVisit>& ways) {
  constexpr int kAttemptsMax = 3;
  const calendar::PageRange pages = calendar::PagesOf({start, start + plan.ticks()});
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    std::optional<std::vector<Placement::Unit>> units;
    for (size_t w = 0; w < ways.size() && !units.has_value(); ++w) {
      ASSIGN_OR_RETURN(units, Choose(rows, plan, start, ways[w]));
    }
    if (!units.has_value()) return Refused(v1::Blocker::RULE_UNSPECIFIED, "");
    std::vector<int> chosen;
    for (const auto& unit : *units) chosen.push_back(unit.resource);
    ASSIGN_OR_RETURN(const bool unchanged, rows.Lock(std::move(chosen), pages));
    if (unchanged) return *std::move(units);
  }
  return base::Unavailable("many are booking these times", clarity::limits::kRetryAfter);
}

template <typename Described>
void DescribeTimes(const Placement& placement, Described* described) {
  const Snapshot& snapshot = *placement.snapshot;
  const v1::VisitType& type = snapshot.visit_type(placement.plan->visit_type);
  described->set_visit_type(type.name());
  described->set_clinic(snapshot.clinic(placement.plan->clinic).name());
  described->set_modality(placement.plan->modality);
  described->set_time_zone(snapshot.clinic(placement.plan->clinic).time_zone());
  *described->mutable_start_time() = ToWire(calendar::ToTime(placement.start));
  *described->mutable_end_time() =
      ToWire(calendar::ToTime(placement.start + placement.plan->ticks()));
  described->clear_phases();
  Tick tick = placement.start;
  for (const v1::Phase& phase : type.phases()) {
    v1::PhaseSpan* span = described->add_phases();
    span->set_phase(phase.id());
    span->set_display_name(phase.display_name());
    span->set_without_patient(phase.without_patient());
    *span->mutable_start_time() = ToWire(calendar::ToTime(tick));
    tick += phase.minutes() / calendar::kTickMinutes;
    *span->mutable_end_time() = ToWire(calendar::ToTime(tick));
  }
}

template <typename Described>
void DescribeUnits(const Placement& placement, Described* described) {
  const v1::VisitType& type = placement.snapshot->visit_type(placement.plan->visit_type);
  described->clear_assignments();
  for (const Placement::Unit& unit : placement.units) {
    const v1::Resource& resource = placement.snapshot->resource(unit.resource);
    v1::Assignment* assignment = described->add_assignments();
    assignment->set_need(type.needs(unit.need).id());
    assignment->set_resource(resource.name());
    assignment->set_display_name(resource.display_name());
    assignment->set_kind(resource.kind());
    assignment->set_pinned(unit.pinned);
  }
}

template <typename Described>
void DescribePatientPart(const Placement& placement, Described* described) {
  const Interval part = PatientPart(placement.snapshot->visit_type(placement.plan->visit_type));
  *described->mutable_patient_start_time() = ToWire(calendar::ToTime(placement.start + part.begin));
  *described->mutable_patient_end_time() = ToWire(calendar::ToTime(placement.start + part.end));
}

}  // namespace

absl::StatusOr<const VisitPlan*> FindPlan(const Snapshot& snapshot, const std::string& visit_type,
                                          const std::string& clinic, v1::Modality modality) {
  const auto type_index = snapshot.FindVisitType(visit_type);
  if (!type_index.has_value()) return base::NotFound(visit_type);
  const auto clinic_index = snapshot.FindClinic(clinic);
  if (!clinic_index.has_value()) return base::NotFound(clinic);
  const VisitPlan* plan = snapshot.Plan(*type_index, *clinic_index, modality);
  if (plan == nullptr) {
    return Refused(v1::Blocker::RULE_NOT_OFFERED,
                   absl::StrCat(visit_type, " is not offered at ", clinic, " in this modality"));
  }
  return plan;
}

absl::StatusOr<Placement> Place(const rpc::Call& call, Transaction& transaction,
                                catalog::CatalogStore& catalog, const Wish& wish) {
  ASSIGN_OR_RETURN(auto snapshot, catalog.At(transaction));
  ASSIGN_OR_RETURN(const VisitPlan* plan,
                   FindPlan(*snapshot, wish.visit_type, wish.clinic, wish.modality));
  if (!MayBookType(call, snapshot->visit_type(plan->visit_type))) {
    return Refused(v1::Blocker::RULE_NOT_OFFERED, "this caller may not book this type of visit");
  }
  if (!calendar::IsOnTick(wish.start)) {
    return Refused(v1::Blocker::RULE_START_GRID, "visits start at full 5 minutes");
  }
  Placement placement{snapshot, plan, calendar::FloorTick(wish.start), {}, false};
  RETURN_IF_ERROR(CheckRules(call, wish, &placement));
  ASSIGN_OR_RETURN(const auto ways,
                   Select(*snapshot, *plan, plan->VisitAt(placement.start), wish.selection));
  CalendarRows rows(transaction, catalog, *snapshot, call.now, wish.ignored_owners);
  RETURN_IF_ERROR(CheckPatient(call, transaction, rows, placement, wish));

  auto units = ChooseAndLock(rows, *plan, placement.start, ways);
  const SetAside set_aside{Overrides(wish, v1::Blocker::RULE_NOT_AVAILABLE),
                           Overrides(wish, v1::Blocker::RULE_BOOKED)};
  if (!units.ok() && (set_aside.open || set_aside.claims)) {
    CalendarRows lenient(transaction, catalog, *snapshot, call.now, wish.ignored_owners, set_aside);
    units = ChooseAndLock(lenient, *plan, placement.start, ways);
    placement.overridden = true;
  }
  RETURN_IF_ERROR(units.status());
  placement.units = *std::move(units);
  return placement;
}

absl::StatusOr<std::vector<Claim>> ClaimPlacement(const rpc::Call& call, Transaction& transaction,
                                                  catalog::CatalogStore& catalog,
                                                  const Placement& placement,
                                                  const std::string& owner,
                                                  const std::string& patient,
                                                  absl::Time expire_time) {
  const Snapshot& snapshot = *placement.snapshot;
  const VisitPlan& plan = *placement.plan;
  const calendar::Visit& visit = plan.VisitAt(placement.start);
  std::vector<Claim> claims;
  for (const Placement::Unit& unit : placement.units) {
    const auto need = absl::c_find_if(
        plan.needs, [&](const VisitPlan::PlanNeed& n) { return n.index == unit.need; });
    const auto stretches =
        calendar::StretchesOf(visit, visit.needs[static_cast<size_t>(need - plan.needs.begin())]);
    for (const calendar::Stretch& stretch : stretches) {
      AppendClaims(owner, snapshot.resource(unit.resource).name(), stretch.At(placement.start),
                   calendar::SharesTaken(stretch.use, snapshot.CapacityOf(unit.resource)),
                   expire_time, &claims);
    }
  }
  if (!patient.empty()) {
    const Interval part = PatientPart(snapshot.visit_type(plan.visit_type));
    AppendClaims(owner, patient, {placement.start + part.begin, placement.start + part.end},
                 /*shares=*/1, expire_time, &claims);
  }
  CalendarRows rows(transaction, catalog, snapshot, call.now, {});
  RETURN_IF_ERROR(rows.Insert(claims));
  return claims;
}

std::vector<Placement::Unit> UnitsOf(const VisitPlan& plan, const SelectedVisit& selected,
                                     const std::vector<std::vector<int>>& resources) {
  std::vector<Placement::Unit> units;
  for (size_t n = 0; n < resources.size(); ++n) {
    for (const int resource : resources[n]) {
      units.push_back({selected.need[n], plan.resources[resource], selected.pinned[n]});
    }
  }
  absl::c_stable_sort(units, [](const auto& a, const auto& b) { return a.need < b.need; });
  return units;
}

Interval PatientPart(const v1::VisitType& visit_type) {
  Interval part{-1, -1};
  Tick tick = 0;
  for (const v1::Phase& phase : visit_type.phases()) {
    const Tick end = tick + phase.minutes() / calendar::kTickMinutes;
    if (!phase.without_patient()) {
      if (part.begin < 0) part.begin = tick;
      part.end = end;
    }
    tick = end;
  }
  return part.begin < 0 ? Interval{0, tick} : part;
}

void Describe(const Placement& placement, v1::Slot* slot) {
  DescribeTimes(placement, slot);
  DescribePatientPart(placement, slot);
  DescribeUnits(placement, slot);
}

void Describe(const Placement& placement, v1::Hold* hold) {
  DescribeTimes(placement, hold);
  DescribeUnits(placement, hold);
}

void Describe(const Placement& placement, v1::Appointment* appointment) {
  DescribeTimes(placement, appointment);
  DescribePatientPart(placement, appointment);
  DescribeUnits(placement, appointment);
}

}  // namespace clarity::scheduling
