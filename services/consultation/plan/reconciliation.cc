#include "services/consultation/plan/reconciliation.h"

#include <optional>
#include <string>
#include <utility>

#include "clarity/scheduling/v1/order_service.pb.h"
#include "services/consultation/episode_parts.h"
#include "services/consultation/limits.h"
#include "services/consultation/plan/orders.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/incarnation.h"

namespace clarity::consultation {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::EpisodeRecord;
using storage::v1::PlanOrder;
using storage::v1::PlanRecord;

constexpr Sql kReadReconciled = {"SELECT incarnation FROM orders_reconciled WHERE id = 1"};
constexpr Sql kWriteReconciled = {
    "INSERT INTO orders_reconciled (id, incarnation) VALUES (1, $1) "
    "ON CONFLICT (id) DO UPDATE SET incarnation = $1"};

absl::StatusOr<bool> IsDone(Transaction& transaction) {
  ASSIGN_OR_RETURN(const std::string incarnation, storage::Incarnation(transaction));
  bool is_done = false;
  RETURN_IF_ERROR(transaction.Query(kReadReconciled, {}, [&](const Row& row) {
    is_done = row.Text(0) == incarnation;
    return absl::OkStatus();
  }));
  return is_done;
}

absl::Status NoteDone(Transaction& transaction) {
  ASSIGN_OR_RETURN(const std::string incarnation, storage::Incarnation(transaction));
  return transaction.Execute(kWriteReconciled, {Value::Text(incarnation)}).status();
}

// Null where it has none of that name.
PlanOrder* FindNamed(absl::string_view order, PlanRecord* record) {
  for (PlanOrder& one : *record->mutable_orders()) {
    if (one.order() == order) return &one;
  }
  return nullptr;
}

bool IsActive(const scheduling::v1::Order& order) {
  return order.state() == scheduling::v1::Order::STATE_ACTIVE;
}

}  // namespace

absl::Status Reconciliation::Run(client::OrderConnection& orders) const {
  bool is_done = false;
  RETURN_IF_ERROR(database_.ReadAndWait([&](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(is_done, IsDone(transaction));
    return absl::OkStatus();
  }));
  if (is_done) return absl::OkStatus();
  scheduling::v1::ListOrdersRequest request;
  request.set_show_revoked(true);
  request.set_page_size(limits::kOrdersPage);
  do {
    ASSIGN_OR_RETURN(const auto page, orders.ListOrders(request, {}));
    RETURN_IF_ERROR(database_.WriteAndWait([&](Transaction& transaction) -> absl::Status {
      for (const auto& order : page.orders()) RETURN_IF_ERROR(Compare(transaction, order));
      return absl::OkStatus();
    }));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return database_.WriteAndWait(NoteDone);
}

absl::Status Reconciliation::Compare(Transaction& transaction,
                                     const scheduling::v1::Order& order) const {
  const std::string named = PlanNamedIn(order.name());
  if (named.empty()) return absl::OkStatus();  // another service's
  ASSIGN_OR_RETURN(const auto plan, FindPart<PlanRecord>(transaction, named));
  if (!plan.has_value()) {
    return IsActive(order) ? Revoke(transaction, order) : absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto episode, ReadEpisode(transaction, plan->plan().episode()));
  return CompareWith(transaction, episode, order);
}

absl::Status Reconciliation::CompareWith(Transaction& transaction, const EpisodeRecord& episode,
                                         const scheduling::v1::Order& order) const {
  const std::string& patient = episode.episode().patient();
  RETURN_IF_ERROR(transaction.BumpGuard(patient));
  // The orders of a plan are followed in the one that goes on.
  ASSIGN_OR_RETURN(auto record, FindPart<PlanRecord>(transaction, episode.episode().plan()));
  PlanOrder* known = record.has_value() ? FindNamed(order.name(), &*record) : nullptr;
  const bool is_live = known != nullptr && !known->revoked();
  if (is_live && IsActive(order)) return SendAgain(transaction, outbox_, *known, order);
  // Where it is revoked, too: nothing older is told of it any more.
  if (is_live || IsActive(order)) RETURN_IF_ERROR(Revoke(transaction, order));
  if (!record.has_value() || (known != nullptr && !is_live)) return absl::OkStatus();
  // A revoked order is never taken up again, nor its name given to another.
  if (known == nullptr) known = record->add_orders();
  known->set_order(order.name());
  known->set_revoked(true);
  RETURN_IF_ERROR(SavePart(transaction, &*record));
  return consequences_.FollowPatient(transaction, clock_.Now(), patient);
}

absl::Status Reconciliation::Revoke(Transaction& transaction,
                                    const scheduling::v1::Order& order) const {
  scheduling::v1::RevokeOrderRequest request;
  request.set_name(order.name());
  return outbox_.Put(transaction, std::move(request));
}

}  // namespace clarity::consultation
