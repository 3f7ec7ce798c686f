#include "services/scheduling/booking/placement.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/scheduling/booking/rules.h"
#include "services/scheduling/calendar/assign.h"
#include "services/scheduling/calendar/search.h"
#include "services/scheduling/errors.h"
#include "services/scheduling/records.h"

namespace clarity::scheduling {
namespace {

using calendar::Interval;
using calendar::Tick;
using catalog::Snapshot;
using catalog::VisitPlan;
using storage::Transaction;

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
    return SlotRefused(v1::Blocker::RULE_OPEN_PER_PATIENT,
                       "the patient has as many open appointments of the type as allowed");
  }
  const Interval part = PatientPart(placement.snapshot->visit_type(placement.plan->visit_type));
  ASSIGN_OR_RETURN(const auto busy, rows.ClaimsOn(patient, {placement.start + part.begin,
                                                            placement.start + part.end}));
  if (busy.empty()) return absl::OkStatus();
  return SlotRefused(v1::Blocker::RULE_PATIENT_BUSY, "the patient has another appointment then");
}

// The visit type's own rules, less those that are set aside.
absl::Status CheckRules(const rpc::Call& call, const Wish& wish, Placement* placement) {
  if (wish.start < call.now && !wish.may_have_begun) {
    return SlotRefused(v1::Blocker::RULE_MINIMUM_NOTICE, "the start is in the past");
  }
  if (wish.rules_kept) return absl::OkStatus();
  v1::SlotConflict conflict;
  for (auto& blocker :
       RefusingRules(*placement->snapshot, *placement->plan, placement->start, call.now)) {
    if (Overrides(wish.override, blocker.rule())) {
      placement->overridden = true;
    } else {
      *conflict.add_blockers() = std::move(blocker);
    }
  }
  return conflict.blockers().empty() ? absl::OkStatus() : SlotRefused(std::move(conflict));
}

// Chooses who takes part for one way to select, by what the rows say.
class Chooser {
 public:
  // All outlive it. With a cache, those whom it has as busy count as such, unread.
  Chooser(CalendarRows* rows, CalendarCache* cache, const Placement& placement,
          const SelectedVisit& way)
      : rows_(*rows),
        cache_(cache),
        snapshot_(*placement.snapshot),
        plan_(*placement.plan),
        start_(placement.start),
        pages_(calendar::PagesOf({start_, start_ + plan_.ticks()})),
        way_(way),
        relaxed_(way.visit.needs.size()) {}

  // Nothing if nobody can.
  absl::StatusOr<std::optional<std::vector<Placement::Unit>>> Choose() {
    ASSIGN_OR_RETURN(const auto assignment, Assign());
    return Units(assignment);
  }

  // With as few needs as possible over what is set aside: an override is for what could not be had
  // otherwise, and takes nobody else's time.
  absl::StatusOr<std::optional<std::vector<Placement::Unit>>> ChooseOver() {
    std::fill(relaxed_.begin(), relaxed_.end(), true);
    ASSIGN_OR_RETURN(auto assignment, Assign());
    for (size_t n = 0; n < relaxed_.size() && assignment.has_value(); ++n) {
      relaxed_[n] = false;
      ASSIGN_OR_RETURN(auto tighter, Assign());
      if (tighter.has_value()) {
        assignment = std::move(tighter);
      } else {
        relaxed_[n] = true;
      }
    }
    return Units(assignment);
  }

 private:
  absl::StatusOr<std::optional<calendar::Assignment>> Assign() {
    absl::Status failed;
    const auto fits_in = [&](absl::StatusOr<const calendar::Timeline*> timeline, int need) {
      failed.Update(timeline.status());
      return timeline.ok() && Fits(need, **timeline);
    };
    const auto fits = [&](int need, int resource) {
      const int number = plan_.resources[resource];
      if (SeemsBusy(need, number)) return false;
      return fits_in(rows_.Load(number, pages_), need) ||
             (relaxed_[static_cast<size_t>(need)] &&
              fits_in(rows_.LoadSetAside(number, pages_), need));
    };
    // A need that is over it all the same takes first who is there and free.
    auto preference = way_.preference;
    for (size_t n = 0; n < relaxed_.size(); ++n) {
      if (!relaxed_[n]) continue;
      absl::c_stable_partition(preference[n], [&](int resource) {
        return fits_in(rows_.Load(plan_.resources[resource], pages_), static_cast<int>(n));
      });
    }
    auto assignment = calendar::Assign(way_.visit, fits, preference);
    RETURN_IF_ERROR(failed);
    return assignment;
  }

  bool Fits(int need, const calendar::Timeline& timeline) const {
    return calendar::Fits(way_.stretches[need], {&timeline, plan_.location}, start_);
  }

  bool SeemsBusy(int need, int resource) const {
    if (cache_ == nullptr) return false;
    const auto timeline = cache_->Peek(snapshot_, resource, pages_);
    return timeline != nullptr && !Fits(need, *timeline);
  }

  std::optional<std::vector<Placement::Unit>> Units(
      const std::optional<calendar::Assignment>& assignment) const {
    if (!assignment.has_value()) return std::nullopt;
    return UnitsOf(plan_, way_, *assignment);
  }

  CalendarRows& rows_;
  CalendarCache* const cache_;
  const Snapshot& snapshot_;
  const VisitPlan& plan_;
  const Tick start_;
  const calendar::PageRange pages_;
  const SelectedVisit& way_;
  std::vector<bool> relaxed_;  // needs that may go over what is set aside
};

// By the first way that can be had; nothing if none can.
absl::StatusOr<std::optional<std::vector<Placement::Unit>>> ChooseAmong(
    CalendarRows& rows, CalendarCache* cache, const std::vector<SelectedVisit>& ways,
    const Placement& placement) {
  std::optional<std::vector<Placement::Unit>> units;
  for (size_t w = 0; w < ways.size() && !units.has_value(); ++w) {
    ASSIGN_OR_RETURN(units, Chooser(&rows, cache, placement, ways[w]).Choose());
  }
  return units;
}

// Chooses, then locks; again if a row moved in between, as it can where a store has several
// writers.
absl::Status ChooseAndLock(CalendarRows& rows, CalendarCache* cache,
                           const std::vector<SelectedVisit>& ways, bool may_override,
                           Placement* placement) {
  constexpr int kAttemptsMax = 3;
  const calendar::PageRange pages =
      calendar::PagesOf({placement->start, placement->start + placement->plan->ticks()});
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    ASSIGN_OR_RETURN(auto units, ChooseAmong(rows, cache, ways, *placement));
    // What the cache has as busy may have become free.
    if (!units.has_value() && cache != nullptr) {
      ASSIGN_OR_RETURN(units, ChooseAmong(rows, nullptr, ways, *placement));
    }
    const bool over = !units.has_value() && may_override;
    for (size_t w = 0; over && w < ways.size() && !units.has_value(); ++w) {
      ASSIGN_OR_RETURN(units, Chooser(&rows, nullptr, *placement, ways[w]).ChooseOver());
    }
    if (!units.has_value()) return SlotRefused(v1::Blocker::RULE_UNSPECIFIED, "");
    std::vector<int> chosen;
    for (const auto& unit : *units) chosen.push_back(unit.resource);
    ASSIGN_OR_RETURN(const bool unchanged, rows.Lock(std::move(chosen), pages));
    if (unchanged) {
      placement->units = *std::move(units);
      placement->overridden |= over;
      return absl::OkStatus();
    }
  }
  return base::Unavailable("many are booking these times", clarity::limits::kRetryAfter);
}

// One-to-one takes all there is, also of what the resource may be given later.
int SharesToClaim(calendar::PhaseUse use) {
  return calendar::SharesTaken(use, calendar::kAllShares);
}

// Ticks are whole seconds: straight into the message, for a page of slots has hundreds.
void SetTime(Tick tick, google::protobuf::Timestamp* time) {
  time->set_seconds(tick * (calendar::kTickMinutes * 60));
  time->clear_nanos();
}

template <typename Described>
void DescribeTimes(const Placement& placement, Described* described) {
  const Snapshot& snapshot = *placement.snapshot;
  const v1::VisitType& type = snapshot.visit_type(placement.plan->visit_type);
  described->set_visit_type(type.name());
  described->set_clinic(snapshot.clinic(placement.plan->clinic).name());
  described->set_modality(placement.plan->modality);
  described->set_time_zone(snapshot.clinic(placement.plan->clinic).time_zone());
  SetTime(placement.start, described->mutable_start_time());
  SetTime(placement.start + placement.plan->ticks(), described->mutable_end_time());
  described->clear_phases();
  described->mutable_phases()->Reserve(type.phases_size());
  Tick tick = placement.start;
  for (const v1::Phase& phase : type.phases()) {
    v1::PhaseSpan* span = described->add_phases();
    span->set_phase(phase.id());
    span->set_display_name(phase.display_name());
    span->set_without_patient(phase.without_patient());
    SetTime(tick, span->mutable_start_time());
    tick += phase.minutes() / calendar::kTickMinutes;
    SetTime(tick, span->mutable_end_time());
  }
}

template <typename Described>
void DescribeUnits(const Placement& placement, Described* described) {
  const v1::VisitType& type = placement.snapshot->visit_type(placement.plan->visit_type);
  described->clear_assignments();
  described->mutable_assignments()->Reserve(static_cast<int>(placement.units.size()));
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
  SetTime(placement.start + part.begin, described->mutable_patient_start_time());
  SetTime(placement.start + part.end, described->mutable_patient_end_time());
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
    return SlotRefused(
        v1::Blocker::RULE_NOT_OFFERED,
        absl::StrCat(visit_type, " is not offered at ", clinic, " in this modality"));
  }
  return plan;
}

absl::StatusOr<Placement> Place(const rpc::Call& call, Transaction& transaction,
                                catalog::CatalogStore& catalog, CalendarCache& cache,
                                const Wish& wish) {
  ASSIGN_OR_RETURN(auto snapshot, catalog.At(transaction));
  ASSIGN_OR_RETURN(const VisitPlan* plan,
                   FindPlan(*snapshot, wish.visit_type, wish.clinic, wish.modality));
  if (!MayBookType(call, snapshot->visit_type(plan->visit_type))) {
    return SlotRefused(v1::Blocker::RULE_NOT_OFFERED,
                       "this caller may not book this type of visit");
  }
  if (!calendar::IsOnTick(wish.start)) {
    return SlotRefused(v1::Blocker::RULE_START_GRID, "visits start at full 5 minutes");
  }
  Placement placement{snapshot, plan, calendar::FloorTick(wish.start), {}, false};
  RETURN_IF_ERROR(CheckRules(call, wish, &placement));
  ASSIGN_OR_RETURN(const auto ways,
                   Select(*snapshot, *plan, plan->VisitAt(placement.start), wish.selection));
  const SetAside set_aside{Overrides(wish.override, v1::Blocker::RULE_NOT_AVAILABLE),
                           Overrides(wish.override, v1::Blocker::RULE_BOOKED)};
  CalendarRows rows(transaction, catalog, *snapshot, call.now, wish.ignored_owners, set_aside);
  RETURN_IF_ERROR(CheckPatient(call, transaction, rows, placement, wish));
  // The cache has as busy also what only the claims that are ignored take.
  CalendarCache* const known = wish.ignored_owners.empty() ? &cache : nullptr;
  RETURN_IF_ERROR(ChooseAndLock(rows, known, ways, set_aside.any(), &placement));
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
                   SharesToClaim(stretch.use), expire_time, &claims);
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
                                     const calendar::Assignment& assignment) {
  std::vector<Placement::Unit> units;
  units.reserve(assignment.resources.size());  // most needs are of one
  for (size_t n = 0; n < assignment.resources.size(); ++n) {
    for (const int resource : assignment.resources[n]) {
      units.push_back({selected.need[n], plan.resources[resource], selected.pinned[n]});
    }
  }
  const auto by_need = [](const auto& a, const auto& b) { return a.need < b.need; };
  if (!absl::c_is_sorted(units, by_need)) absl::c_stable_sort(units, by_need);
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
