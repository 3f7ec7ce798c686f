#include "services/scheduling/orders/order_use.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/scheduling/errors.h"
#include "services/scheduling/records.h"

namespace clarity::scheduling {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;

constexpr Sql kVisitsOfOrder = {
    "SELECT body FROM appointment WHERE order_name = $1 AND order_name <> '' "  // as the index has
                                                                                // it
    "ORDER BY start_time, name"};

bool InWindow(const v1::Order& order, absl::Time start) {
  return FromWire(order.window().start_time()) <= start &&
         start < FromWire(order.window().end_time());
}

}  // namespace

absl::StatusOr<OrderUse> OrderUse::Read(const rpc::Call& call, Transaction& transaction,
                                        absl::string_view order, absl::string_view except) {
  OrderUse use;
  ASSIGN_OR_RETURN(auto record, Load<storage::v1::OrderRecord>(call, transaction, order));
  use.order_ = std::move(*record.mutable_order());
  RETURN_IF_ERROR(use.ReadVisits(transaction, except));
  return use;
}

absl::StatusOr<OrderUse> OrderUse::Lock(const rpc::Call& call, Transaction& transaction,
                                        absl::string_view order, absl::string_view except) {
  RETURN_IF_ERROR(transaction.BumpGuard(order));
  return Read(call, transaction, order, except);
}

absl::Status OrderUse::ReadVisits(Transaction& transaction, absl::string_view except) {
  return transaction.Query(kVisitsOfOrder, {Value::Text(order_.name())},
                           [&](const Row& row) -> absl::Status {
                             ASSIGN_OR_RETURN(auto appointment, ParseAppointment(row.Text(0)));
                             if (appointment.name() == except) return absl::OkStatus();
                             const bool missed = IsMissed(appointment.state());
                             if (!missed || order_.keeps_missed_units()) ++units_consumed_;
                             if (!missed) starts_.push_back(FromWire(appointment.start_time()));
                             if (IsAhead(appointment.state()))
                               ahead_.push_back(std::move(appointment));
                             return absl::OkStatus();
                           });
}

absl::Status OrderUse::Check(const std::string& patient, const std::string& visit_type,
                             absl::Time start) const {
  if (order_.state() == v1::Order::STATE_REVOKED) {
    return OrderNotApplicable("revoked", "it was revoked");
  }
  if (order_.patient() != patient) {
    return OrderNotApplicable("patient", "it is for another patient");
  }
  if (!absl::c_linear_search(order_.visit_types(), visit_type)) {
    return OrderNotApplicable("visit_type", "it is for other types of visit");
  }
  if (!InWindow(order_, start)) {
    return OrderNotApplicable("window", "the start lies outside its window");
  }
  if (units_consumed_ >= order_.units()) {
    return OrderNotApplicable("units",
                              absl::StrCat("its ", order_.units(), " visits are booked already"));
  }
  const absl::Duration gap = absl::Minutes(order_.gap_minutes_min());
  if (absl::c_any_of(starts_,
                     [&](absl::Time other) { return absl::AbsDuration(start - other) < gap; })) {
    return OrderNotApplicable(
        "gap", absl::StrCat("visits are at least ", order_.gap_minutes_min(), " minutes apart"));
  }
  return absl::OkStatus();
}

bool OrderUse::ExceedsLargestGap(absl::Time start) const {
  if (order_.gap_minutes_max() == 0) return false;
  const absl::Duration gap = absl::Minutes(order_.gap_minutes_max());
  const auto next = absl::c_lower_bound(starts_, start);
  if (next != starts_.end() && *next - start > gap) return true;
  return next != starts_.begin() && start - *std::prev(next) > gap;
}

void OrderUse::KeepCovered(calendar::Bitmap* starts) const {
  if (order_.state() == v1::Order::STATE_REVOKED || units_consumed_ >= order_.units()) {
    starts->Clear(starts->window());
    return;
  }
  starts->Clear(
      {starts->window().begin, calendar::CeilTick(FromWire(order_.window().start_time()))});
  starts->Clear({calendar::CeilTick(FromWire(order_.window().end_time())), starts->window().end});
  const absl::Duration gap = absl::Minutes(order_.gap_minutes_min());
  if (gap == absl::ZeroDuration()) return;
  for (const absl::Time other : starts_) {
    starts->Clear({calendar::FloorTick(other - gap) + 1, calendar::CeilTick(other + gap)});
  }
}

std::vector<std::string> OrderUse::Uncovered() const {
  std::vector<std::string> uncovered;
  // The units go to what took place, then to the visits ahead in their order.
  int units_left = order_.units() - (units_consumed_ - static_cast<int>(ahead_.size()));
  for (const v1::Appointment& appointment : ahead_) {
    const bool covered = order_.state() == v1::Order::STATE_ACTIVE && units_left-- > 0 &&
                         InWindow(order_, FromWire(appointment.start_time())) &&
                         absl::c_linear_search(order_.visit_types(), appointment.visit_type());
    if (!covered) uncovered.push_back(appointment.name());
  }
  return uncovered;
}

}  // namespace clarity::scheduling
