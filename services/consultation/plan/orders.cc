#include "services/consultation/plan/orders.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/consultation/limits.h"
#include "services/consultation/pathway/consider.h"
#include "services/consultation/plan/progress.h"
#include "services/consultation/scheduling/visits.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using storage::v1::PlanOrder;
using storage::v1::PlanRecord;

constexpr int kMinutesPerHour = 60;
// So that they are known from those that other services put.
constexpr char kOrderPrefix[] = "orders/plan-";

// Never the name of another, and it tells nothing of what is planned: names are in logs.
std::string NewOrderName(const PlanRecord& record) {
  return absl::StrCat(kOrderPrefix, absl::StripPrefix(record.plan().name(), "plans/"), "-",
                      record.orders_size() + 1);
}

// The one that can be booked on; null where there is none.
PlanOrder* FindLive(absl::string_view phase, PlanRecord* record) {
  for (PlanOrder& order : *record->mutable_orders()) {
    if (order.phase() == phase && !order.revoked()) return &order;
  }
  return nullptr;
}

// Visits that have begun on other orders of the phase. Those ahead go over to its present one.
int VisitsElsewhere(const CaseFile& file, const v1::PlanPhase& phase, const PlanOrder* order) {
  const auto visits = VisitsOfPhase(file, *file.plan, phase.phase());
  return static_cast<int>(absl::c_count_if(visits, [&](const auto* visit) {
    return HasBegun(*visit) && (order == nullptr || visit->order() != order->order());
  }));
}

// From 0; the number of phases where it is none of the plan's.
int IndexOf(const v1::Plan& plan, absl::string_view phase) {
  const auto found = absl::c_find_if(
      plan.phases(), [&](const v1::PlanPhase& planned) { return planned.phase() == phase; });
  return static_cast<int>(found - plan.phases().begin());
}

bool IsPlanned(const v1::Plan& plan, absl::string_view phase) {
  return IndexOf(plan, phase) < plan.phases_size();
}

// Whether visits on an order of the phase `of` count for the gap of `phase`. What follows a visit
// keeps its distance from that one alone.
bool CountsForGap(const CaseFile& file, absl::string_view of, absl::string_view phase) {
  const v1::Plan& plan = file.plan->plan();
  const v1::ProtocolPhase* made_from = PhaseOf(file, plan, of);
  const bool follows = made_from != nullptr && made_from->has_follows();
  return !follows && IndexOf(plan, of) <= IndexOf(plan, phase);
}

// Whether something is given at visits of the type, by any protocol.
bool IsTreatment(const CaseFile& file, const std::string& visit_type) {
  return absl::c_any_of(file.rulebook->policy().protocols(), [&](const v1::Protocol& protocol) {
    return absl::c_any_of(protocol.phases(), [&](const v1::ProtocolPhase& phase) {
      return !phase.has_follows() && absl::c_linear_search(phase.visit_types(), visit_type);
    });
  });
}

// As many as an order may name.
void AddLast(const std::vector<std::string>& names,
             google::protobuf::RepeatedPtrField<std::string>* to) {
  const size_t surplus = names.size() - std::min(names.size(), limits::kOrdersNamedMax);
  for (size_t i = surplus; i < names.size(); ++i) *to->Add() = names[i];
}

// The orders from whose visits its smallest gap is counted, besides its own. Also those that nobody
// is known to have booked on: scheduling may know of a visit first.
void AddGapOrders(const CaseFile& file, const v1::PlanPhase& phase, scheduling::v1::Order* order) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (name != order->name() && !absl::c_linear_search(names, name)) names.push_back(name);
  };
  const absl::Time start = FromWire(order->window().start_time());
  for (const auto* visit : VisitsForGap(file, phase.phase())) {
    if (FromWire(visit->start_time()) + absl::Hours(phase.gap_hours_min()) > start) {
      add(visit->order());
    }
  }
  for (const PlanOrder& own : file.plan->orders()) {
    if (IsPlanned(file.plan->plan(), own.phase()) &&
        CountsForGap(file, own.phase(), phase.phase())) {
      add(own.order());
    }
  }
  AddLast(names, order->mutable_gap_from_orders());
}

// The orders it had before, whose visits are its own now; and those of which nobody knows the
// phase, since a backup was brought back: what they have of its visits.
void AddReplaced(const CaseFile& file, const v1::PlanPhase& phase, scheduling::v1::Order* order) {
  std::vector<std::string> names;
  for (const PlanOrder& own : file.plan->orders()) {
    const bool is_of_phase = own.phase() == phase.phase() || own.phase().empty();
    if (is_of_phase && own.order() != order->name()) names.push_back(own.order());
  }
  AddLast(names, order->mutable_replaces());
}

scheduling::v1::Order OrderFor(const CaseFile& file, const v1::PlanPhase& phase, int units,
                               const std::string& name) {
  scheduling::v1::Order order;
  order.set_name(name);
  order.set_patient(file.patient.name());
  order.set_clinic(file.episode.episode().clinic());
  *order.mutable_visit_types() = phase.visit_types();
  order.set_units(units);
  const absl::Time start = absl::FromCivil(ToDay(phase.start_date()), file.plan_zone);
  *order.mutable_window()->mutable_start_time() = ToWire(start);
  *order.mutable_window()->mutable_end_time() = ToWire(EndOf(file, phase));
  order.set_gap_minutes_min(phase.gap_hours_min() * kMinutesPerHour);
  order.set_gap_minutes_max(phase.gap_hours_max() * kMinutesPerHour);
  if (CountsForGap(file, phase.phase(), phase.phase())) AddGapOrders(file, phase, &order);
  AddReplaced(file, phase, &order);
  return order;
}

void ConsiderPhase(const v1::PlanPhase& phase, CaseFile* file) {
  PlanRecord& record = *file->plan;
  // Until the plan is amended, what was opened of it stays as it is.
  const bool is_dropped = PhaseOf(*file, record.plan(), phase.phase()) == nullptr;
  if (is_dropped && phase.doses().empty()) return;
  PlanOrder* order = FindLive(phase.phase(), &record);
  const int units = VisitsDue(*file, phase) - VisitsElsewhere(*file, phase, order);
  if (units <= 0) {
    if (order != nullptr) order->set_revoked(true);
    return;
  }
  if (order == nullptr) {
    // Nobody books into the past.
    if (EndOf(*file, phase) <= file->facts.time) return;
    std::string name = NewOrderName(record);
    order = record.add_orders();
    order->set_order(std::move(name));
    order->set_phase(phase.phase());
  }
  *order->mutable_wanted() = OrderFor(*file, phase, units, order->order());
}

bool IsSame(const scheduling::v1::Order& a, const scheduling::v1::Order& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

}  // namespace

const PlanOrder* FindOrder(const PlanRecord& record, absl::string_view phase) {
  const PlanOrder* found = nullptr;
  for (const PlanOrder& order : record.orders()) {
    if (order.phase() == phase) found = &order;
  }
  return found;
}

std::vector<const scheduling::v1::Appointment*> VisitsForGap(const CaseFile& file,
                                                             absl::string_view phase) {
  const PlanRecord& record = *file.plan;
  std::vector<const scheduling::v1::Appointment*> visits;
  for (const auto& visit : file.visits) {
    if (visit.order().empty() || (!HasBegun(visit) && !IsAhead(visit))) continue;
    const auto own = absl::c_find_if(
        record.orders(), [&](const PlanOrder& order) { return order.order() == visit.order(); });
    const bool is_planned = own != record.orders().end() && IsPlanned(record.plan(), own->phase());
    if (is_planned ? CountsForGap(file, own->phase(), phase)
                   : IsTreatment(file, visit.visit_type())) {
      visits.push_back(&visit);
    }
  }
  return visits;
}

void ConsiderOrders(CaseFile* file) {
  if (!file->plan.has_value()) return;
  const v1::Plan& plan = file->plan->plan();
  const bool is_in_force = plan.state() == v1::Plan::STATE_SIGNED;
  for (PlanOrder& order : *file->plan->mutable_orders()) {
    if (!is_in_force || !IsPlanned(plan, order.phase())) order.set_revoked(true);
  }
  if (!is_in_force) return;
  for (const v1::PlanPhase& phase : plan.phases()) ConsiderPhase(phase, file);
}

std::string PlanNamedIn(absl::string_view order) {
  if (!absl::ConsumePrefix(&order, kOrderPrefix)) return "";
  return absl::StrCat("plans/", order.substr(0, order.rfind('-')));
}

absl::Status SendAgain(Transaction& transaction, const Outbox& outbox, const PlanOrder& order,
                       scheduling::v1::Order present) {
  present.clear_units_consumed();
  present.clear_state();
  present.clear_etag();
  present.clear_create_time();
  present.clear_update_time();
  if (IsSame(present, order.wanted())) return absl::OkStatus();
  scheduling::v1::PutOrderRequest request;
  *request.mutable_order() = order.wanted();
  return outbox.Put(transaction, std::move(request));
}

absl::Status SendOrders(Transaction& transaction, const Outbox& outbox, const PlanRecord& before,
                        const PlanRecord& record) {
  for (int i = 0; i < record.orders_size(); ++i) {
    const PlanOrder& order = record.orders(i);
    const PlanOrder* was = i < before.orders_size() ? &before.orders(i) : nullptr;
    if (was != nullptr && was->revoked()) continue;
    if (order.revoked()) {
      scheduling::v1::RevokeOrderRequest request;
      request.set_name(order.order());
      RETURN_IF_ERROR(outbox.Put(transaction, std::move(request)));
    } else if (was == nullptr || !IsSame(was->wanted(), order.wanted())) {
      scheduling::v1::PutOrderRequest request;
      *request.mutable_order() = order.wanted();
      RETURN_IF_ERROR(outbox.Put(transaction, std::move(request)));
    }
  }
  return absl::OkStatus();
}

}  // namespace clarity::consultation
