#include "services/scheduling/orders/order_use.h"

#include <algorithm>
#include <cstdint>
#include <string>
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
using storage::v1::OrderRecord;

constexpr Sql kVisitsOfOrder = {
    "SELECT body FROM appointment WHERE order_name = $1 AND order_name <> '' "  // as the index has
                                                                                // it
    "ORDER BY start_time, name"};

constexpr Sql kOrdersOfPatient = {"SELECT body FROM visit_order WHERE patient = $1 ORDER BY name"};

bool InWindow(const v1::Order& order, absl::Time start) {
  return FromWire(order.window().start_time()) <= start &&
         start < FromWire(order.window().end_time());
}

// "28 days", "36 hours", "90 minutes".
std::string InWords(absl::Duration gap) {
  const int64_t minutes = absl::ToInt64Minutes(gap);
  const auto counted = [](int64_t count, absl::string_view unit) {
    return absl::StrCat(count, " ", unit, count == 1 ? "" : "s");
  };
  if (minutes % (24 * 60) == 0) return counted(minutes / (24 * 60), "day");
  return minutes % 60 == 0 ? counted(minutes / 60, "hour") : counted(minutes, "minute");
}

absl::Duration SmallestGap(const v1::Order& order) {
  return absl::Minutes(order.gap_minutes_min());
}

absl::StatusOr<std::vector<v1::Appointment>> VisitsOn(Transaction& transaction,
                                                      const std::string& order) {
  std::vector<v1::Appointment> visits;
  RETURN_IF_ERROR(
      transaction.Query(kVisitsOfOrder, {Value::Text(order)}, [&](const Row& row) -> absl::Status {
        ASSIGN_OR_RETURN(visits.emplace_back(), ParseAppointment(row.Text(0)));
        return absl::OkStatus();
      }));
  return visits;
}

absl::StatusOr<std::vector<absl::Time>> StartsOn(Transaction& transaction, const std::string& order,
                                                 absl::string_view except) {
  ASSIGN_OR_RETURN(const auto visits, VisitsOn(transaction, order));
  std::vector<absl::Time> starts;
  for (const v1::Appointment& visit : visits) {
    if (visit.name() == except || IsMissed(visit.state())) continue;
    starts.push_back(FromWire(visit.start_time()));
  }
  return starts;
}

// Whose gaps count from the visits of this one.
absl::StatusOr<std::vector<v1::Order>> OrdersThatName(Transaction& transaction,
                                                      const v1::Order& order) {
  std::vector<v1::Order> orders;
  RETURN_IF_ERROR(transaction.Query(
      kOrdersOfPatient, {Value::Text(order.patient())}, [&](const Row& row) -> absl::Status {
        ASSIGN_OR_RETURN(auto other, ParseOrder(row.Text(0)));
        if (absl::c_linear_search(other.gap_from_orders(), order.name())) {
          orders.push_back(std::move(other));
        }
        return absl::OkStatus();
      }));
  return orders;
}

}  // namespace

OrderUse::OrderUse(v1::Order order, std::vector<v1::Appointment> visits, absl::string_view except)
    : order_(std::move(order)) {
  const bool keeps_missed = order_.missed_units() == v1::Order::MISSED_UNITS_KEPT;
  for (v1::Appointment& visit : visits) {
    if (visit.name() == except) continue;
    if (!IsMissed(visit.state()) || keeps_missed) ++units_consumed_;
    const bool is_ahead = IsAhead(visit.state()) || visit.state() == v1::Appointment::STATE_ARRIVED;
    if (is_ahead) ahead_.push_back(std::move(visit));
  }
}

absl::StatusOr<OrderUse> OrderUse::ReadVisits(const rpc::Call& call, Transaction& transaction,
                                              absl::string_view order, absl::string_view except) {
  ASSIGN_OR_RETURN(auto visits, VisitsOn(transaction, std::string(order)));
  const bool is_on_it =
      absl::c_any_of(visits, [&](const v1::Appointment& visit) { return visit.name() == except; });
  ASSIGN_OR_RETURN(auto record, is_on_it ? ReadOrder(transaction, order)
                                         : Load<OrderRecord>(call, transaction, order));
  return OrderUse(std::move(*record.mutable_order()), std::move(visits), except);
}

absl::Status OrderUse::ReadNeighbours(Transaction& transaction, absl::string_view except) {
  const auto add = [&](const std::string& order, absl::Duration gap_min) -> absl::Status {
    ASSIGN_OR_RETURN(const auto starts, StartsOn(transaction, order, except));
    for (const absl::Time start : starts) neighbours_.push_back({start, gap_min});
    return absl::OkStatus();
  };
  ASSIGN_OR_RETURN(starts_, StartsOn(transaction, order_.name(), except));
  for (const absl::Time start : starts_) neighbours_.push_back({start, SmallestGap(order_)});
  for (const std::string& name : order_.gap_from_orders()) {
    RETURN_IF_ERROR(add(name, SmallestGap(order_)));
  }
  ASSIGN_OR_RETURN(const auto others, OrdersThatName(transaction, order_));
  for (const v1::Order& other : others) {
    RETURN_IF_ERROR(add(other.name(), SmallestGap(other)));
  }
  return absl::OkStatus();
}

absl::StatusOr<OrderUse> OrderUse::Read(const rpc::Call& call, Transaction& transaction,
                                        absl::string_view order) {
  return ReadVisits(call, transaction, order, /*except=*/"");
}

absl::StatusOr<OrderUse> OrderUse::ReadToBook(const rpc::Call& call, Transaction& transaction,
                                              absl::string_view order, absl::string_view except) {
  ASSIGN_OR_RETURN(OrderUse use, ReadVisits(call, transaction, order, except));
  RETURN_IF_ERROR(use.ReadNeighbours(transaction, except));
  return use;
}

absl::StatusOr<OrderUse> OrderUse::Lock(const rpc::Call& call, Transaction& transaction,
                                        absl::string_view order, absl::string_view except) {
  RETURN_IF_ERROR(transaction.BumpGuard(order));
  return ReadToBook(call, transaction, order, except);
}

absl::StatusOr<OrderUse> OrderUse::LockOf(Transaction& transaction, const v1::Appointment& visit) {
  RETURN_IF_ERROR(transaction.BumpGuard(visit.order()));
  ASSIGN_OR_RETURN(auto record, ReadOrder(transaction, visit.order()));
  ASSIGN_OR_RETURN(auto visits, VisitsOn(transaction, visit.order()));
  return OrderUse(std::move(*record.mutable_order()), std::move(visits), /*except=*/"");
}

absl::Status OrderUse::CheckTerms(const std::string& patient, const std::string& visit_type,
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
  return absl::OkStatus();
}

absl::Status OrderUse::Check(const std::string& patient, const std::string& visit_type,
                             absl::Time start) const {
  RETURN_IF_ERROR(CheckTerms(patient, visit_type, start));
  if (units_consumed_ >= order_.units()) {
    return OrderNotApplicable("units",
                              absl::StrCat("its ", order_.units(), " visits are booked already"));
  }
  const auto too_near = absl::c_find_if(neighbours_, [&](const Neighbour& neighbour) {
    return absl::AbsDuration(start - neighbour.start) < neighbour.gap_min;
  });
  if (too_near == neighbours_.end()) return absl::OkStatus();
  return OrderNotApplicable(
      "gap", absl::StrCat("visits are at least ", InWords(too_near->gap_min), " apart"));
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
  for (const Neighbour& neighbour : neighbours_) {
    if (neighbour.gap_min == absl::ZeroDuration()) continue;
    starts->Clear({calendar::FloorTick(neighbour.start - neighbour.gap_min) + 1,
                   calendar::CeilTick(neighbour.start + neighbour.gap_min)});
  }
}

absl::Status OrderUse::CheckAhead(const v1::Appointment& visit) const {
  RETURN_IF_ERROR(CheckTerms(visit.participants(0).patient(), visit.visit_type(),
                             FromWire(visit.start_time())));
  // The units go to what took place, then to the visits ahead in their order.
  const auto place = absl::c_find_if(
      ahead_, [&](const v1::Appointment& one) { return one.name() == visit.name(); });
  const auto units_left = order_.units() - (units_consumed_ - static_cast<int>(ahead_.size()));
  if (place != ahead_.end() && place - ahead_.begin() < units_left) return absl::OkStatus();
  return OrderNotApplicable("units", absl::StrCat("others take its ", order_.units(), " visits"));
}

std::vector<std::string> OrderUse::Uncovered() const {
  std::vector<std::string> uncovered;
  for (const v1::Appointment& visit : ahead_) {
    if (!CheckAhead(visit).ok()) uncovered.push_back(visit.name());
  }
  return uncovered;
}

}  // namespace clarity::scheduling
