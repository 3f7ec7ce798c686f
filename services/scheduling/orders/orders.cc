#include "services/scheduling/orders/orders.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/page_token.h"
#include "services/platform/storage/record.h"
#include "services/scheduling/errors.h"
#include "services/scheduling/limits.h"
#include "services/scheduling/orders/order_use.h"
#include "services/scheduling/records.h"

namespace clarity::scheduling {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::AppointmentRecord;
using storage::v1::OrderCursor;
using storage::v1::OrderRecord;

constexpr Sql kHasOrder = {"SELECT name FROM visit_order WHERE name = $1"};
constexpr Sql kListOrders = {
    "SELECT body FROM visit_order WHERE patient = $4 AND create_time <= $1 "
    "AND (create_time < $1 OR name > $2) ORDER BY create_time DESC, name LIMIT $3"};
constexpr Sql kListOrdersOfAll = {
    "SELECT body FROM visit_order WHERE create_time <= $1 "
    "AND (create_time < $1 OR name > $2) ORDER BY create_time DESC, name LIMIT $3"};

// Whether putting `wanted` would change nothing but what the server fills.
bool IsSame(v1::Order present, v1::Order wanted) {
  for (v1::Order* order : {&present, &wanted}) {
    order->clear_units_consumed();
    order->clear_state();
    order->clear_etag();
    order->clear_create_time();
    order->clear_update_time();
    order->clear_revoke_time();
  }
  return google::protobuf::util::MessageDifferencer::Equals(present, wanted);
}

absl::StatusOr<bool> HasOrder(Transaction& transaction, const std::string& name) {
  bool is_there = false;
  RETURN_IF_ERROR(transaction.Query(kHasOrder, {Value::Text(name)}, [&](const Row&) {
    is_there = true;
    return absl::OkStatus();
  }));
  return is_there;
}

// An order that is there, or nothing: a new name is no error here.
absl::StatusOr<std::optional<OrderRecord>> LoadIfThere(const rpc::Call& call,
                                                       Transaction& transaction,
                                                       const std::string& name) {
  ASSIGN_OR_RETURN(const bool is_there, HasOrder(transaction, name));
  if (!is_there) return std::optional<OrderRecord>();
  ASSIGN_OR_RETURN(auto record, Load<OrderRecord>(call, transaction, name));
  return std::optional(std::move(record));
}

// It belongs to who put it: another service neither changes nor revokes what this one answers for.
absl::Status CheckOwner(const rpc::Call& call, const OrderRecord& record) {
  const bool is_own = record.owner().empty() || record.owner() == call.principal.subject;
  return is_own ? absl::OkStatus() : base::PermissionDenied();
}

absl::Status CheckChange(const v1::Order& present, const v1::Order& wanted) {
  RETURN_IF_ERROR(storage::CheckEtag(wanted.etag(), present.etag(), wanted.name()));
  if (present.state() == v1::Order::STATE_REVOKED) {
    return base::FailedPrecondition("WRONG_STATE", "the order was revoked: put a new one",
                                    {{"state", "REVOKED"}});
  }
  if (present.patient() != wanted.patient()) {
    return base::InvalidField("order.patient", "cannot change");
  }
  return absl::OkStatus();
}

bool IsMarked(const v1::Appointment& visit) {
  return absl::c_any_of(visit.attention(), [](const v1::Attention& attention) {
    return attention.reason() == v1::Attention::REASON_ORDER_REVOKED;
  });
}

// Visits that the order does not cover are marked, those that it covers again no more.
absl::Status MarkUncovered(const rpc::Call& call, Transaction& transaction,
                           const Publisher& publisher, const OrderUse& use) {
  const bool is_revoked = use.order().state() == v1::Order::STATE_REVOKED;
  for (const v1::Appointment& visit : use.ahead()) {
    const bool is_covered = use.CheckAhead(visit).ok();
    if (IsMarked(visit) != is_covered) continue;
    ASSIGN_OR_RETURN(auto record, ReadAppointment(transaction, visit.name()));
    v1::Appointment& appointment = *record.mutable_appointment();
    if (is_covered) {
      RemoveAttention(v1::Attention::REASON_ORDER_REVOKED, &appointment);
    } else {
      AddAttention(call, v1::Attention::REASON_ORDER_REVOKED,
                   is_revoked ? "its order was revoked" : "its order covers it no more",
                   use.order().name(), &appointment);
    }
    RETURN_IF_ERROR(publisher.Update(call, transaction, &record));
  }
  return absl::OkStatus();
}

absl::Status LockWithReplaced(Transaction& transaction, const v1::Order& order) {
  std::vector<std::string> names(order.replaces().begin(), order.replaces().end());
  names.push_back(order.name());
  absl::c_sort(names);
  for (const std::string& name : names) RETURN_IF_ERROR(transaction.BumpGuard(name));
  return absl::OkStatus();
}

// A visit goes over to an order, if that one covers one more.
absl::Status GoOver(const rpc::Call& call, Transaction& transaction, const Publisher& publisher,
                    const std::string& order, const std::string& name) {
  ASSIGN_OR_RETURN(auto record, ReadAppointment(transaction, name));
  v1::Appointment& appointment = *record.mutable_appointment();
  ASSIGN_OR_RETURN(const auto use, OrderUse::Read(call, transaction, order));
  const bool is_covered = use.Check(appointment.participants(0).patient(), appointment.visit_type(),
                                    FromWire(appointment.start_time()))
                              .ok();
  if (!is_covered) return absl::OkStatus();
  appointment.set_order(order);
  RemoveAttention(v1::Attention::REASON_ORDER_REVOKED, &appointment);
  return publisher.Update(call, transaction, &record);
}

absl::Status TakePlaceOfReplaced(const rpc::Call& call, Transaction& transaction,
                                 const Publisher& publisher, const v1::Order& order) {
  for (const std::string& name : order.replaces()) {
    ASSIGN_OR_RETURN(const auto replaced, LoadIfThere(call, transaction, name));
    if (!replaced.has_value() || name == order.name()) continue;
    RETURN_IF_ERROR(CheckOwner(call, *replaced));
    ASSIGN_OR_RETURN(const auto use, OrderUse::Read(call, transaction, name));
    for (const v1::Appointment& visit : use.ahead()) {
      RETURN_IF_ERROR(GoOver(call, transaction, publisher, order.name(), visit.name()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Orders::CheckOrder(const rpc::Call& call, Transaction& transaction,
                                const v1::Order& order) const {
  std::vector<base::Violation> violations;
  if (order.clinic().empty() && !call.principal.all_clinics) {
    violations.push_back({"order.clinic", "is required: the caller's token names clinics"});
  }
  if (FromWire(order.window().end_time()) <= FromWire(order.window().start_time())) {
    violations.push_back({"order.window", "ends before it starts"});
  }
  if (order.gap_minutes_max() != 0 && order.gap_minutes_max() < order.gap_minutes_min()) {
    violations.push_back({"order.gap_minutes_max", "is smaller than the smallest gap"});
  }
  if (!violations.empty()) return base::InvalidRequest(violations);
  ASSIGN_OR_RETURN(const auto snapshot, catalog_->At(transaction));
  for (const std::string& type : order.visit_types()) {
    if (!snapshot->FindVisitType(type).has_value()) return base::NotFound(type);
  }
  if (!order.clinic().empty() && !snapshot->FindClinic(order.clinic()).has_value()) {
    return base::NotFound(order.clinic());
  }
  return absl::OkStatus();
}

absl::Status Orders::Put(const rpc::Call& call, Transaction& transaction,
                         const v1::PutOrderRequest& request, v1::PutOrderResponse* reply) {
  const v1::Order& wanted = request.order();
  RETURN_IF_ERROR(CheckOrder(call, transaction, wanted));
  RETURN_IF_ERROR(LockWithReplaced(transaction, wanted));
  ASSIGN_OR_RETURN(auto present, LoadIfThere(call, transaction, wanted.name()));
  if (present.has_value()) {
    RETURN_IF_ERROR(CheckOwner(call, *present));
    RETURN_IF_ERROR(CheckChange(present->order(), wanted));
  } else if (!wanted.etag().empty()) {
    return base::EtagMismatch(wanted.name());
  }
  if (!present.has_value() || present->owner().empty() || !IsSame(present->order(), wanted)) {
    OrderRecord record;
    record.set_owner(call.principal.subject);
    record.set_revision(present.has_value() ? present->revision() : 0);
    v1::Order& order = *record.mutable_order();
    order = wanted;
    order.set_state(v1::Order::STATE_ACTIVE);
    *order.mutable_create_time() =
        present.has_value() ? present->order().create_time() : ToWire(call.now);
    RETURN_IF_ERROR(Save(call, transaction, &record));
  }
  RETURN_IF_ERROR(TakePlaceOfReplaced(call, transaction, *publisher_, wanted));
  call.audit_resource = wanted.name();
  call.audit_clinic = wanted.clinic();
  ASSIGN_OR_RETURN(const auto use, OrderUse::Read(call, transaction, wanted.name()));
  RETURN_IF_ERROR(MarkUncovered(call, transaction, *publisher_, use));
  *reply->mutable_order() = use.order();
  reply->mutable_order()->set_units_consumed(use.units_consumed());
  for (std::string& name : use.Uncovered()) reply->add_uncovered_appointments(std::move(name));
  return absl::OkStatus();
}

absl::Status Orders::Revoke(const rpc::Call& call, Transaction& transaction,
                            const v1::RevokeOrderRequest& request, v1::RevokeOrderResponse* reply) {
  RETURN_IF_ERROR(transaction.BumpGuard(request.name()));
  ASSIGN_OR_RETURN(auto record, Load<OrderRecord>(call, transaction, request.name()));
  RETURN_IF_ERROR(CheckOwner(call, record));
  v1::Order& order = *record.mutable_order();
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), order.etag(), order.name()));
  if (order.state() != v1::Order::STATE_REVOKED) {
    order.set_state(v1::Order::STATE_REVOKED);
    *order.mutable_revoke_time() = ToWire(call.now);
    RETURN_IF_ERROR(Save(call, transaction, &record));
  }
  ASSIGN_OR_RETURN(const auto use, OrderUse::Read(call, transaction, request.name()));
  RETURN_IF_ERROR(MarkUncovered(call, transaction, *publisher_, use));
  for (std::string& name : use.Uncovered()) reply->add_uncovered_appointments(std::move(name));
  call.audit_resource = order.name();
  call.audit_clinic = order.clinic();
  order.set_units_consumed(use.units_consumed());
  *reply->mutable_order() = std::move(order);
  return absl::OkStatus();
}

absl::Status Orders::Get(const rpc::Call& call, Transaction& transaction,
                         const v1::GetOrderRequest& request, v1::Order* reply) {
  ASSIGN_OR_RETURN(const auto use, OrderUse::Read(call, transaction, request.name()));
  call.audit_clinic = use.order().clinic();
  *reply = use.order();
  reply->set_units_consumed(use.units_consumed());
  return absl::OkStatus();
}

absl::Status Orders::List(const rpc::Call& call, Transaction& transaction,
                          const v1::ListOrdersRequest& request, v1::ListOrdersResponse* reply) {
  const bool is_of_all = request.patient().empty();
  if (is_of_all && !call.principal.Has(rpc::Role::kService)) {
    return base::InvalidField("patient", "is required");
  }
  OrderCursor cursor;
  cursor.set_create_time_micros(INT64_MAX);
  ASSIGN_OR_RETURN(const std::string token, rpc::DecodePageToken(request, request.page_token()));
  if (!token.empty() && !cursor.ParseFromString(token)) {
    return base::InvalidReason("PAGE_TOKEN_MISMATCH", "this is no page token");
  }
  const int page_size = request.page_size() > 0 ? request.page_size() : rpc::kPageSizeUsual;
  std::vector<Value> values = {Value::Integer(cursor.create_time_micros()),
                               Value::Text(cursor.name()),
                               Value::Integer(limits::kAppointmentsScannedMax)};
  if (!is_of_all) values.push_back(Value::Text(request.patient()));
  std::vector<v1::Order> orders;
  RETURN_IF_ERROR(transaction.Query(is_of_all ? kListOrdersOfAll : kListOrders, values,
                                    [&](const Row& row) -> absl::Status {
                                      ASSIGN_OR_RETURN(auto order, ParseOrder(row.Text(0)));
                                      orders.push_back(std::move(order));
                                      return absl::OkStatus();
                                    }));
  const auto is_shown = [&](const v1::Order& order) {
    return (request.show_revoked() || order.state() == v1::Order::STATE_ACTIVE) &&
           MaySee(call, order).ok();
  };
  size_t next = 0;
  for (; next < orders.size(); ++next) {
    if (!is_shown(orders[next])) continue;
    if (reply->orders_size() == page_size) break;
    ASSIGN_OR_RETURN(const auto use, OrderUse::Read(call, transaction, orders[next].name()));
    *reply->add_orders() = use.order();
    reply->mutable_orders()->rbegin()->set_units_consumed(use.units_consumed());
  }
  if (next < orders.size() || next == limits::kAppointmentsScannedMax) {
    const v1::Order& last = orders[next - 1];
    cursor.set_create_time_micros(absl::ToUnixMicros(FromWire(last.create_time())));
    cursor.set_name(last.name());
    reply->set_next_page_token(rpc::EncodePageToken(request, cursor.SerializeAsString()));
  }
  return absl::OkStatus();
}

}  // namespace clarity::scheduling
