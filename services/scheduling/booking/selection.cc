#include "services/scheduling/booking/selection.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/scheduling/limits.h"

namespace clarity::scheduling {
namespace {

// The plan's index of a resource; nothing if it has no part in such visits.
absl::StatusOr<std::optional<int>> PlanIndex(const catalog::Snapshot& snapshot,
                                             const catalog::VisitPlan& plan,
                                             const std::string& name) {
  const std::optional<int> resource = snapshot.FindResource(name);
  if (!resource.has_value()) return base::NotFound(name);
  const auto found = absl::c_lower_bound(plan.resources, *resource);
  if (found == plan.resources.end() || *found != *resource) return std::optional<int>();
  return std::optional<int>(static_cast<int>(found - plan.resources.begin()));
}

absl::StatusOr<std::vector<int>> PlanIndices(const catalog::Snapshot& snapshot,
                                             const catalog::VisitPlan& plan,
                                             const std::vector<std::string>& names) {
  std::vector<int> indices;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const auto index, PlanIndex(snapshot, plan, name));
    if (index.has_value()) indices.push_back(*index);
  }
  return indices;
}

bool IsPerson(const v1::Resource& resource) {
  return resource.kind() == v1::Resource::KIND_CLINICIAN ||
         resource.kind() == v1::Resource::KIND_NURSE;
}

bool Suits(const v1::Resource& resource, const Selection& selection) {
  if (!IsPerson(resource)) return true;
  return absl::c_all_of(selection.capabilities,
                        [&](const std::string& capability) {
                          return absl::c_linear_search(resource.capabilities(), capability);
                        }) &&
         (selection.language.empty() ||
          absl::c_linear_search(resource.languages(), selection.language));
}

// Narrows every need to those who are not excluded and can do what is asked.
void KeepSuitable(const catalog::Snapshot& snapshot, const catalog::VisitPlan& plan,
                  const Selection& selection, const std::vector<int>& excluded,
                  calendar::Visit* visit) {
  for (calendar::Need& need : visit->needs) {
    auto& eligible = need.eligible;
    eligible.erase(std::remove_if(eligible.begin(), eligible.end(),
                                  [&](int r) {
                                    return absl::c_linear_search(excluded, r) ||
                                           !Suits(snapshot.resource(plan.resources[r]), selection);
                                  }),
                   eligible.end());
  }
}

// Narrows every need to those that are fixed for it.
absl::Status Fix(const catalog::Snapshot& snapshot, const catalog::VisitPlan& plan,
                 const std::vector<v1::Assignment>& fixed, SelectedVisit* selected) {
  const v1::VisitType& type = snapshot.visit_type(plan.visit_type);
  for (size_t n = 0; n < selected->visit.needs.size(); ++n) {
    std::vector<int> chosen;
    for (const v1::Assignment& assignment : fixed) {
      if (assignment.need() != type.needs(selected->need[n]).id()) continue;
      ASSIGN_OR_RETURN(const auto resource, PlanIndex(snapshot, plan, assignment.resource()));
      if (resource.has_value()) chosen.push_back(*resource);
      selected->pinned[n] = selected->pinned[n] || assignment.pinned();
    }
    auto& eligible = selected->visit.needs[n].eligible;
    eligible.erase(std::remove_if(eligible.begin(), eligible.end(),
                                  [&](int r) { return !absl::c_linear_search(chosen, r); }),
                   eligible.end());
  }
  return absl::OkStatus();
}

// Narrows need `n` to the pinned resource. A need of several keeps a unit less beside it.
void Pin(SelectedVisit* selected, size_t n, int resource) {
  calendar::Need& need = selected->visit.needs[n];
  if (need.count > 1) {
    calendar::Need pinned = need;
    --need.count;
    pinned.count = 1;
    pinned.eligible = {resource};
    selected->visit.needs.push_back(std::move(pinned));
    selected->need.push_back(selected->need[n]);
    selected->pinned.push_back(true);
  } else {
    need.eligible = {resource};
    selected->pinned[n] = true;
  }
}

// The ways to give one more pinned resource its need.
std::vector<SelectedVisit> PinOneMore(const std::vector<SelectedVisit>& ways, int resource) {
  std::vector<SelectedVisit> more;
  for (const SelectedVisit& way : ways) {
    for (size_t n = 0; n < way.visit.needs.size(); ++n) {
      if (way.pinned[n] || !absl::c_binary_search(way.visit.needs[n].eligible, resource)) continue;
      more.push_back(way);
      Pin(&more.back(), n, resource);
    }
  }
  return more;
}

void SetStretches(SelectedVisit* selected) {
  selected->stretches.reserve(selected->visit.needs.size());
  for (const calendar::Need& need : selected->visit.needs) {
    selected->stretches.push_back(calendar::StretchesOf(selected->visit, need));
  }
}

void SetPreference(const std::vector<int>& preferred, SelectedVisit* selected) {
  selected->preference.reserve(selected->visit.needs.size());
  const auto rank = [&](int resource) { return absl::c_find(preferred, resource); };
  for (const calendar::Need& need : selected->visit.needs) {
    std::vector<int> order = need.eligible;
    if (!preferred.empty()) {
      absl::c_stable_sort(order, [&](int a, int b) { return rank(a) < rank(b); });
    }
    selected->preference.push_back(std::move(order));
  }
}

}  // namespace

void KeepPins(const v1::Appointment& moved, Selection* selection) {
  if (!selection->required.empty() || !selection->preferred.empty()) return;
  for (const v1::Assignment& assignment : moved.assignments()) {
    if (assignment.pinned()) selection->required.push_back(assignment.resource());
  }
}

absl::StatusOr<std::vector<SelectedVisit>> Select(const catalog::Snapshot& snapshot,
                                                  const catalog::VisitPlan& plan,
                                                  const calendar::Visit& visit,
                                                  const Selection& selection) {
  ASSIGN_OR_RETURN(const auto excluded, PlanIndices(snapshot, plan, selection.excluded));
  ASSIGN_OR_RETURN(const auto preferred, PlanIndices(snapshot, plan, selection.preferred));

  SelectedVisit open{visit, {}, std::vector<bool>(visit.needs.size(), false), {}, {}};
  for (const catalog::VisitPlan::PlanNeed& need : plan.needs) open.need.push_back(need.index);
  if (!excluded.empty() || !selection.capabilities.empty() || !selection.language.empty()) {
    KeepSuitable(snapshot, plan, selection, excluded, &open.visit);
  }
  if (!selection.fixed.empty()) RETURN_IF_ERROR(Fix(snapshot, plan, selection.fixed, &open));

  std::vector<SelectedVisit> ways;
  ways.push_back(std::move(open));
  for (const std::string& name : selection.required) {
    ASSIGN_OR_RETURN(const auto resource, PlanIndex(snapshot, plan, name));
    if (!resource.has_value()) return std::vector<SelectedVisit>();
    ways = PinOneMore(ways, *resource);
    if (ways.size() > limits::kPinVariantsMax) {
      return base::InvalidField("required_resources", "names too many that could fill each need");
    }
  }
  for (SelectedVisit& way : ways) {
    SetStretches(&way);
    SetPreference(preferred, &way);
  }
  return ways;
}

}  // namespace clarity::scheduling
