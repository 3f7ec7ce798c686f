#include "tests/support/occupancy.h"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "tests/support/requests.h"

namespace clarity::tests {
namespace {

namespace v1 = scheduling::v1;

constexpr absl::Duration kStep = absl::Minutes(5);

int64_t StepOf(absl::Time time) { return (time - absl::UnixEpoch()) / kStep; }

template <typename Items>
const auto& Named(const Items& items, const std::string& name) {
  const auto found = absl::c_find_if(items, [&](const auto& item) { return item.name() == name; });
  if (found == items.end()) throw std::runtime_error(name + " is not in the catalog");
  return *found;
}

// Calls `use(phase_use, start, end)` for every phase in which a need takes something.
void ForEachUse(const v1::VisitType& type, const v1::Need& need, absl::Time start,
                const std::function<void(const v1::PhaseUse&, absl::Time, absl::Time)>& use) {
  for (const v1::Phase& phase : type.phases()) {
    const absl::Time end = start + absl::Minutes(phase.minutes());
    for (const v1::PhaseUse& of_phase : need.uses()) {
      if (of_phase.phase() == phase.id() && of_phase.mode() == v1::PhaseUse::MODE_CLAIM) {
        use(of_phase, start, end);
      }
    }
    start = end;
  }
}

int SharesTaken(const v1::PhaseUse& use, int shares_of_resource) {
  return use.shares() > 0 ? use.shares() : shares_of_resource;
}

bool Serves(const v1::Resource& resource, const v1::Need& need, const std::string& clinic) {
  return absl::c_linear_search(resource.pools(), need.pool()) &&
         absl::c_all_of(need.capabilities(),
                        [&](const auto& capability) {
                          return absl::c_linear_search(resource.capabilities(), capability);
                        }) &&
         absl::c_any_of(resource.availability(),
                        [&](const auto& row) { return row.clinic() == clinic; });
}

}  // namespace

Occupancy::Occupancy(v1::Catalog catalog) : catalog_(std::move(catalog)) {}

void Occupancy::Add(const v1::Appointment& appointment) {
  if (appointment.state() == v1::Appointment::STATE_CANCELLED ||
      appointment.state() == v1::Appointment::STATE_NO_SHOW) {
    return;
  }
  const v1::VisitType& type = VisitTypeNamed(appointment.visit_type());
  const absl::Time start = FromWire(appointment.start_time());
  for (const v1::Assignment& assignment : appointment.assignments()) {
    const auto need = absl::c_find_if(
        type.needs(), [&](const v1::Need& n) { return n.id() == assignment.need(); });
    if (need == type.needs().end()) throw std::runtime_error("an assignment to no need");
    const std::string& name = assignment.resource();
    ForEachUse(type, *need, start, [&](const v1::PhaseUse& use, absl::Time from, absl::Time to) {
      Take(name, from, to, SharesTaken(use, SharesOf(name)));
    });
  }
  Take(appointment.participants(0).patient(), FromWire(appointment.patient_start_time()),
       FromWire(appointment.patient_end_time()), 1);
}

std::vector<std::string> Occupancy::Overbooked() const {
  std::vector<std::string> lines;
  for (const auto& [name, steps] : taken_) {
    for (const auto& [step, shares] : steps) {
      if (shares <= SharesOf(name)) continue;
      lines.push_back(absl::StrCat(name, " at ", Local(absl::UnixEpoch() + step * kStep), ": ",
                                   shares, " of ", SharesOf(name)));
    }
  }
  return lines;
}

bool Occupancy::HasRoomFor(const std::string& visit_type, const std::string& clinic,
                           absl::Time start) const {
  const v1::VisitType& type = VisitTypeNamed(visit_type);
  std::vector<Unit> units;
  for (const v1::Need& need : type.needs()) {
    for (int i = 0; i < std::max(need.count(), 1); ++i) units.push_back({&need, ""});
  }
  return CanFill(type, clinic, start, &units, 0);
}

// Tries every choice: slow, and plain to see through.
bool Occupancy::CanFill(const v1::VisitType& type, const std::string& clinic, absl::Time start,
                        std::vector<Unit>* units, size_t next) const {
  if (next == units->size()) return true;
  Unit& unit = (*units)[next];
  for (const v1::Resource& resource : catalog_.resources()) {
    const bool chosen = std::any_of(units->begin(), units->begin() + static_cast<ptrdiff_t>(next),
                                    [&](const Unit& u) { return u.resource == resource.name(); });
    if (chosen || !Serves(resource, *unit.need, clinic)) continue;
    if (!IsFree(type, *unit.need, resource, start)) continue;
    unit.resource = resource.name();
    if (CanFill(type, clinic, start, units, next + 1)) return true;
  }
  return false;
}

bool Occupancy::IsFree(const v1::VisitType& type, const v1::Need& need,
                       const v1::Resource& resource, absl::Time start) const {
  const auto taken = taken_.find(resource.name());
  if (taken == taken_.end()) return true;
  const int shares_max = SharesOf(resource.name());
  bool is_free = true;
  ForEachUse(type, need, start, [&](const v1::PhaseUse& use, absl::Time from, absl::Time to) {
    for (int64_t step = StepOf(from); step < StepOf(to); ++step) {
      const auto at = taken->second.find(step);
      const int shares = at == taken->second.end() ? 0 : at->second;
      if (shares + SharesTaken(use, shares_max) > shares_max) is_free = false;
    }
  });
  return is_free;
}

const v1::VisitType& Occupancy::VisitTypeNamed(const std::string& name) const {
  return Named(catalog_.visit_types(), name);
}

const v1::Resource& Occupancy::ResourceNamed(const std::string& name) const {
  return Named(catalog_.resources(), name);
}

int Occupancy::SharesOf(const Name& name) const {
  if (name.rfind("patients/", 0) == 0) return 1;
  return std::max(ResourceNamed(name).shares(), 1);
}

void Occupancy::Take(const Name& name, absl::Time start, absl::Time end, int shares) {
  for (int64_t step = StepOf(start); step < StepOf(end); ++step) taken_[name][step] += shares;
}

}  // namespace clarity::tests
