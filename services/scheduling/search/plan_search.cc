#include "services/scheduling/search/plan_search.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/scheduling/booking/rules.h"
#include "services/scheduling/calendar/assign.h"
#include "services/scheduling/records.h"

namespace clarity::scheduling {
namespace {

using calendar::Bitmap;
using calendar::Interval;
using calendar::Tick;
using storage::Transaction;

v1::Blocker MakeBlocker(v1::Blocker::Rule rule, const std::string& need, std::string description) {
  v1::Blocker blocker;
  blocker.set_rule(rule);
  blocker.set_need(need);
  blocker.set_description(std::move(description));
  return blocker;
}

}  // namespace

absl::StatusOr<OwnTime> ReadOwnTime(storage::Database& database, const v1::VisitType& type,
                                    const std::string& patient,
                                    const std::string& moved_appointment, Interval window,
                                    absl::Time now) {
  OwnTime own;
  own.moved_appointment = moved_appointment;
  if (patient.empty()) return own;
  const Interval reach{window.begin - calendar::kVisitTicksMax,
                       window.end + calendar::kVisitTicksMax};
  RETURN_IF_ERROR(database.ReadAndWait([&](Transaction& transaction) -> absl::Status {
    own.busy.clear();
    ASSIGN_OR_RETURN(own.all_open, HasAllOpen(transaction, type, patient, moved_appointment, now));
    ASSIGN_OR_RETURN(const auto claims, ReadClaims(transaction, patient, calendar::PagesOf(reach)));
    for (const Claim& claim : claims) {
      if (!claim.Expired(now) && claim.owner != moved_appointment) {
        own.busy.push_back(claim.interval);
      }
    }
    return absl::OkStatus();
  }));
  return own;
}

absl::StatusOr<Bitmap> PlanSearch::Starts(CalendarCache& cache, const Bitmap& wanted) {
  Bitmap allowed = AllowedStarts(*snapshot_, *plan_, wanted.window(), now_);
  allowed &= wanted;
  return StartsAmong(cache, allowed);
}

absl::StatusOr<Bitmap> PlanSearch::StartsAmong(CalendarCache& cache, const Bitmap& allowed) {
  static thread_local calendar::SearchScratch scratch;
  Bitmap starts = allowed;
  ClearBusy(&starts);
  if (own_time_->all_open) starts.Clear(starts.window());
  Bitmap found(starts.window());
  if (!starts.any()) return found;
  RETURN_IF_ERROR(LoadTimelines(cache, starts.window()));
  for (size_t p = 0; p < plan_->pieces.size(); ++p) {
    const Interval within = calendar::Intersection(plan_->pieces[p].starts, starts.window());
    if (within.empty()) continue;
    Bitmap of_piece(within);
    of_piece.Set(within);
    of_piece &= starts;
    if (!of_piece.any()) continue;
    ASSIGN_OR_RETURN(auto* ways, WaysFor(p));
    for (Way& way : *ways) {
      found |= calendar::Feasible(way.selected.visit, views_, of_piece, scratch, &way.first_fits);
    }
  }
  return found;
}

absl::Status PlanSearch::LoadTimelines(CalendarCache& cache, Interval starts) {
  ASSIGN_OR_RETURN(timelines_,
                   cache.Get(*snapshot_, plan_->resources, calendar::PagesToSearch(starts), now_,
                             own_time_->moved_appointment));
  views_.clear();
  views_.reserve(timelines_.size());
  for (const auto& timeline : timelines_) views_.push_back({timeline.get(), plan_->location});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<PlanSearch::Way>*> PlanSearch::WaysFor(size_t piece) {
  const auto found = ways_.find(piece);
  if (found != ways_.end()) return &found->second;
  ASSIGN_OR_RETURN(auto selected,
                   Select(*snapshot_, *plan_, plan_->pieces[piece].visit, selection_));
  std::vector<Way>& ways = ways_[piece];
  ways.reserve(selected.size());
  for (SelectedVisit& way : selected) ways.push_back({std::move(way), {}});
  return &ways;
}

size_t PlanSearch::PieceOf(Tick start) const {
  size_t piece = 0;
  while (!plan_->pieces[piece].starts.Contains(start)) ++piece;
  return piece;
}

// A start is out when the patient's own part of the visit would overlap something else.
void PlanSearch::ClearBusy(Bitmap* starts) const {
  if (own_time_->busy.empty()) return;
  const Interval part = PatientPart(snapshot_->visit_type(plan_->visit_type));
  for (const Interval busy : own_time_->busy) {
    starts->Clear({busy.begin - part.end + 1, busy.end - part.begin});
  }
}

std::optional<Placement> PlanSearch::At(Tick start) const {
  return ByFirstWay(start, [&](const Way& way) {
    const bool is_known = selection_.preferred.empty() && !way.first_fits.contested;
    return is_known ? calendar::AssignFirst(way.first_fits, way.selected.visit, start)
                    : Match(way.selected, start, way.selected.preference);
  });
}

std::optional<Placement> PlanSearch::AtBalanced(Tick start) const {
  const absl::TimeZone zone = snapshot_->zone(plan_->clinic);
  const absl::CivilDay day = absl::ToCivilDay(calendar::ToTime(start), zone);
  const Interval whole_day{calendar::FloorTick(absl::FromCivil(day, zone)),
                           calendar::CeilTick(absl::FromCivil(day + 1, zone))};
  const auto is_clinician = [&](int resource) {
    return snapshot_->resource(plan_->resources[static_cast<size_t>(resource)]).kind() ==
           v1::Resource::KIND_CLINICIAN;
  };
  const auto taken = [&](int resource) {  // the least taken first, all others as they were
    const auto& view = views_[static_cast<size_t>(resource)];
    return is_clinician(resource) ? -view.timeline->FreeTicks(view.location, whole_day) : 1;
  };
  auto placement = ByFirstWay(start, [&](const Way& way) {
    Preference order = way.selected.preference;
    for (std::vector<int>& candidates : order) {
      absl::c_stable_sort(candidates, [&](int a, int b) { return taken(a) < taken(b); });
    }
    return Match(way.selected, start, order);
  });
  if (!placement.has_value()) return placement;
  for (Placement::Unit& unit : placement->units) {
    unit.pinned |= snapshot_->resource(unit.resource).kind() == v1::Resource::KIND_CLINICIAN;
  }
  return placement;
}

std::optional<Placement> PlanSearch::ByFirstWay(Tick start, AssignFn assign) const {
  const auto ways = ways_.find(PieceOf(start));
  if (ways == ways_.end()) return std::nullopt;
  for (const Way& way : ways->second) {
    const auto assignment = assign(way);
    if (!assignment.has_value()) continue;
    return Placement{snapshot_, plan_, start, UnitsOf(*plan_, way.selected, *assignment), false};
  }
  return std::nullopt;
}

std::optional<calendar::Assignment> PlanSearch::Match(const SelectedVisit& selected, Tick start,
                                                      const Preference& preference) const {
  const auto fits = [&](int need, int resource) {
    return calendar::Fits(selected.stretches[need], views_[resource], start);
  };
  return calendar::Assign(selected.visit, fits, preference);
}

absl::StatusOr<std::vector<v1::Blocker>> PlanSearch::BlockersAt(CalendarCache& cache, Tick start) {
  RETURN_IF_ERROR(LoadTimelines(cache, {start, start + 1}));
  const size_t piece = PieceOf(start);
  ASSIGN_OR_RETURN(const auto* ways, WaysFor(piece));
  std::vector<v1::Blocker> blockers;
  if (ways->empty()) {
    blockers.push_back(MakeBlocker(v1::Blocker::RULE_NOBODY_ELIGIBLE, "",
                                   "the resources asked for have no part in such a visit"));
    return blockers;
  }
  const SelectedVisit& way = ways->front().selected;
  const v1::VisitType& type = snapshot_->visit_type(plan_->visit_type);
  const auto explanation = calendar::Explain(way.visit, views_, start);
  for (size_t n = 0; n < explanation.needs.size(); ++n) {
    if (explanation.needs[n].satisfiable) continue;
    const std::string& need = type.needs(way.need[n]).id();
    if (way.visit.needs[n].eligible.empty()) {
      blockers.push_back(MakeBlocker(v1::Blocker::RULE_NOBODY_ELIGIBLE, need,
                                     absl::StrCat("nobody here can be the ", need)));
    }
    for (const calendar::Obstacle& obstacle : explanation.needs[n].obstacles) {
      blockers.push_back(BlockerFor(need, obstacle));
    }
    AddUnlicensed(piece, way.need[n], &blockers);
  }
  if (explanation.only_jointly_impossible) {
    blockers.push_back(MakeBlocker(v1::Blocker::RULE_NO_JOINT_ASSIGNMENT, "",
                                   "each need could be met alone, but not all together"));
  }
  return blockers;
}

v1::Blocker PlanSearch::BlockerFor(const std::string& need,
                                   const calendar::Obstacle& obstacle) const {
  const int index = plan_->resources[obstacle.resource];
  const v1::Resource& resource = snapshot_->resource(index);
  const bool taken = obstacle.kind == calendar::Obstacle::Kind::kTaken;
  absl::string_view why = taken ? " is taken" : " is not available then";
  if (obstacle.kind == calendar::Obstacle::Kind::kNotOpen) {
    switch (snapshot_->WhyClosed(index, plan_->location, obstacle.when.begin).kind) {
      case catalog::ClosedReason::Kind::kAbsence:
        why = " is away";
        break;
      case catalog::ClosedReason::Kind::kHoliday:
        why = ": the clinic has a holiday";
        break;
      case catalog::ClosedReason::Kind::kHours:
        why = " has no hours here then";
        break;
    }
  }
  v1::Blocker blocker =
      MakeBlocker(taken ? v1::Blocker::RULE_BOOKED : v1::Blocker::RULE_NOT_AVAILABLE, need,
                  absl::StrCat(resource.display_name(), why));
  blocker.set_resource(resource.name());
  *blocker.mutable_start_time() = ToWire(calendar::ToTime(obstacle.when.begin));
  *blocker.mutable_end_time() = ToWire(calendar::ToTime(obstacle.when.end));
  return blocker;
}

// Those who could fill the need, were their licences valid then.
void PlanSearch::AddUnlicensed(size_t piece, int need, std::vector<v1::Blocker>* blockers) const {
  for (size_t n = 0; n < plan_->needs.size(); ++n) {
    if (plan_->needs[n].index != need) continue;
    const auto& eligible = plan_->pieces[piece].visit.needs[n].eligible;
    for (const int candidate : plan_->needs[n].candidates) {
      if (std::binary_search(eligible.begin(), eligible.end(), candidate)) continue;
      const v1::Resource& resource = snapshot_->resource(plan_->resources[candidate]);
      const v1::VisitType& type = snapshot_->visit_type(plan_->visit_type);
      blockers->push_back(MakeBlocker(
          v1::Blocker::RULE_LICENCE, type.needs(need).id(),
          absl::StrCat(resource.display_name(), " has no licence that covers the visit")));
      blockers->back().set_resource(resource.name());
    }
  }
}

}  // namespace clarity::scheduling
