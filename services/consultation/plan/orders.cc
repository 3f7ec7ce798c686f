#include "services/consultation/plan/orders.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using storage::v1::PlanOrder;
using storage::v1::PlanRecord;

constexpr int kMinutesPerHour = 60;

// Never the name of another: the plan's id, the phase, and how many orders the plan had before.
std::string NewOrderName(const PlanRecord& record, absl::string_view phase) {
  return absl::StrCat("orders/", absl::StripPrefix(record.plan().name(), "plans/"), "-", phase, "-",
                      record.orders_size() + 1);
}

}  // namespace

const PlanOrder* FindOrder(const PlanRecord& record, absl::string_view phase) {
  const PlanOrder* found = nullptr;
  for (const PlanOrder& order : record.orders()) {
    if (order.phase() == phase) found = &order;
  }
  return found;
}

absl::Status RevokeOrders(Transaction& transaction, const Outbox& outbox, PlanRecord* record) {
  for (PlanOrder& order : *record->mutable_orders()) {
    if (order.revoked()) continue;
    order.set_revoked(true);
    scheduling::v1::RevokeOrderRequest request;
    request.set_name(order.order());
    RETURN_IF_ERROR(outbox.Put(transaction, request));
  }
  return absl::OkStatus();
}

absl::Status PutOrder(Transaction& transaction, const Outbox& outbox, const std::string& patient,
                      absl::TimeZone zone, const v1::PlanPhase& phase, int units,
                      PlanRecord* record) {
  const PlanOrder* known = FindOrder(*record, phase.phase());
  std::string name =
      known == nullptr || known->revoked() ? NewOrderName(*record, phase.phase()) : known->order();
  if (known == nullptr || known->revoked()) {
    PlanOrder& added = *record->add_orders();
    added.set_order(name);
    added.set_phase(phase.phase());
  }
  scheduling::v1::PutOrderRequest request;
  scheduling::v1::Order& order = *request.mutable_order();
  order.set_name(std::move(name));
  order.set_patient(patient);
  *order.mutable_visit_types() = phase.visit_types();
  order.set_units(units);
  const absl::Time start = absl::FromCivil(ToDay(phase.start_date()), zone);
  const absl::Time end = absl::FromCivil(ToDay(phase.end_date()) + 1, zone);
  *order.mutable_window()->mutable_start_time() = ToWire(start);
  *order.mutable_window()->mutable_end_time() = ToWire(end);
  order.set_gap_minutes_min(phase.gap_hours_min() * kMinutesPerHour);
  order.set_gap_minutes_max(phase.gap_hours_max() * kMinutesPerHour);
  return outbox.Put(transaction, request);
}

}  // namespace clarity::consultation
