#include "services/scheduling/booking/dependents.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/scheduling/booking/calendar_rows.h"
#include "services/scheduling/calendar/page.h"
#include "services/scheduling/calendar/timeline.h"
#include "services/scheduling/records.h"

namespace clarity::scheduling {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::AppointmentRecord;

// 6 and 7 have no future.
constexpr Sql kAppointmentsAhead = {
    "SELECT name FROM appointment WHERE (clinic = $1 OR visit_type = $1) AND end_time > $2 "
    "AND state NOT IN (6, 7) LIMIT 1"};
static_assert(v1::Appointment::STATE_CANCELLED == 6 && v1::Appointment::STATE_NO_SHOW == 7);
constexpr Sql kActiveOrders = {"SELECT body FROM visit_order WHERE state = $1"};
constexpr Sql kHoldsAhead = {
    "SELECT name FROM hold WHERE (clinic = $1 OR visit_type = $1) AND expire_time > $2 LIMIT 1"};
constexpr Sql kClaimsAhead = {
    "SELECT owner, begin_tick, end_tick, shares FROM claim "
    "WHERE resource = $1 AND end_tick > $2 AND expire_time > $3 AND page >= $4"};

// What somebody has of a resource from now on.
absl::StatusOr<std::vector<Claim>> ClaimsAhead(const rpc::Call& call, Transaction& transaction,
                                               absl::string_view resource) {
  const calendar::Tick now = calendar::FloorTick(call.now);
  std::vector<Claim> claims;
  RETURN_IF_ERROR(transaction.Query(kClaimsAhead,
                                    {Value::Text(resource), Value::Integer(now),
                                     Value::Time(call.now), Value::Integer(calendar::PageOf(now))},
                                    [&](const Row& row) {
                                      claims.push_back({std::string(row.Text(0)),
                                                        std::string(resource),
                                                        {row.Integer(1), row.Integer(2)},
                                                        static_cast<int>(row.Integer(3))});
                                      return absl::OkStatus();
                                    }));
  return claims;
}

absl::StatusOr<bool> AnyRow(Transaction& transaction, const Sql& sql, absl::string_view name,
                            absl::Time now) {
  bool any = false;
  RETURN_IF_ERROR(
      transaction.Query(sql, {Value::Text(name), Value::Time(now)}, [&](const Row& row) {
        any = true;
        return absl::OkStatus();
      }));
  return any;
}

// Whether an order that is not over names the type of visit.
absl::StatusOr<bool> IsOrdered(const rpc::Call& call, Transaction& transaction,
                               absl::string_view visit_type) {
  bool is_ordered = false;
  RETURN_IF_ERROR(transaction.Query(
      kActiveOrders, {Value::Integer(v1::Order::STATE_ACTIVE)},
      [&](const Row& row) -> absl::Status {
        ASSIGN_OR_RETURN(const v1::Order order, ParseOrder(row.Text(0)));
        is_ordered = is_ordered || (FromWire(order.window().end_time()) > call.now &&
                                    absl::c_linear_search(order.visit_types(), visit_type));
        return absl::OkStatus();
      }));
  return is_ordered;
}

// Whether the resource may still fill the need it fills: by pool, capabilities and licence.
bool IsEligible(const catalog::Snapshot& after, const catalog::VisitPlan& plan,
                const v1::Appointment& appointment, int resource) {
  const v1::VisitType& type = after.visit_type(plan.visit_type);
  const calendar::Visit& visit =
      plan.VisitAt(calendar::FloorTick(FromWire(appointment.start_time())));
  const auto assignment = absl::c_find_if(appointment.assignments(), [&](const auto& a) {
    return a.resource() == after.resource(resource).name();
  });
  if (assignment == appointment.assignments().end()) return false;
  for (size_t n = 0; n < plan.needs.size(); ++n) {
    if (type.needs(plan.needs[n].index).id() != assignment->need()) continue;
    return absl::c_any_of(visit.needs[n].eligible,
                          [&](int e) { return plan.resources[e] == resource; });
  }
  return false;
}

// Whether the new catalog still has the resource, able and open, for what an appointment claims.
bool IsCovered(const catalog::Snapshot& after, const Claim& claim,
               const v1::Appointment& appointment) {
  const auto resource = after.FindResource(claim.resource);
  const auto clinic = after.FindClinic(appointment.clinic());
  const auto type = after.FindVisitType(appointment.visit_type());
  if (!resource.has_value() || !clinic.has_value() || !type.has_value()) return false;
  const catalog::VisitPlan* plan = after.Plan(*type, *clinic, appointment.modality());
  if (plan == nullptr || !IsEligible(after, *plan, appointment, *resource)) return false;
  calendar::Timeline timeline(after.CapacityOf(*resource), calendar::PagesOf(claim.interval));
  after.FillOpen(*resource, &timeline);
  return timeline.IsOpen(plan->location, claim.interval);
}

// The mark of a block is about the block.
bool LostCoverByCatalog(const v1::Appointment& appointment) {
  return absl::c_any_of(appointment.attention(), [](const v1::Attention& a) {
    return a.reason() == v1::Attention::REASON_COVER_LOST && a.about().empty();
  });
}

// What the claims take of the resource's shares. An appointment that was booked over the others'
// took none that they needed.
calendar::Timeline UseOf(int capacity, const std::vector<Claim>& claims,
                         const std::map<std::string, AppointmentRecord>& owners) {
  calendar::Interval all = claims.empty() ? calendar::Interval{} : claims.front().interval;
  for (const Claim& claim : claims) {
    all = {std::min(all.begin, claim.interval.begin), std::max(all.end, claim.interval.end)};
  }
  calendar::Timeline use(capacity, calendar::PagesOf(all));
  for (const Claim& claim : claims) {
    const auto owner = owners.find(claim.owner);
    if (owner == owners.end() ||
        Overrides(owner->second.appointment().override(), v1::Blocker::RULE_BOOKED)) {
      continue;
    }
    use.ApplyClaim(claim.interval, claim.shares);
  }
  return use;
}

}  // namespace

absl::StatusOr<bool> Dependents::HasFuture(const rpc::Call& call, Transaction& transaction,
                                           absl::string_view name) {
  if (absl::StartsWith(name, "resources/")) {
    ASSIGN_OR_RETURN(const auto claims, ClaimsAhead(call, transaction, name));
    return !claims.empty();
  }
  ASSIGN_OR_RETURN(const bool booked, AnyRow(transaction, kAppointmentsAhead, name, call.now));
  if (booked) return true;
  ASSIGN_OR_RETURN(const bool held, AnyRow(transaction, kHoldsAhead, name, call.now));
  if (held || !absl::StartsWith(name, "visitTypes/")) return held;
  return IsOrdered(call, transaction, name);
}

absl::StatusOr<std::vector<std::string>> Dependents::Uncovered(
    const rpc::Call& call, Transaction& transaction, const catalog::CatalogChange& change) {
  std::set<std::string> uncovered;
  for (const std::string& resource : change.resources) {
    ASSIGN_OR_RETURN(const auto claims, ClaimsAhead(call, transaction, resource));
    std::map<std::string, AppointmentRecord> owners;
    for (const Claim& claim : claims) {
      if (!absl::StartsWith(claim.owner, "appointments/") || owners.count(claim.owner) > 0)
        continue;
      ASSIGN_OR_RETURN(owners[claim.owner], ReadAppointment(transaction, claim.owner));
    }
    const auto index = change.after->FindResource(resource);
    const int capacity = index.has_value() ? change.after->CapacityOf(*index) : 1;
    const calendar::Timeline use = UseOf(capacity, claims, owners);
    for (const Claim& claim : claims) {
      const auto owner = owners.find(claim.owner);
      if (owner == owners.end()) continue;
      const v1::Appointment& appointment = owner->second.appointment();
      // One that was booked over the hours has no cover to lose, and one over others no share.
      const bool has_cover = Overrides(appointment.override(), v1::Blocker::RULE_NOT_AVAILABLE) ||
                             IsCovered(*change.after, claim, appointment);
      const bool has_share = claim.shares == 0 ||
                             Overrides(appointment.override(), v1::Blocker::RULE_BOOKED) ||
                             use.UsedMax(claim.interval) <= capacity;
      if (!has_cover || !has_share) uncovered.insert(claim.owner);
    }
  }
  return std::vector<std::string>(uncovered.begin(), uncovered.end());
}

absl::Status Dependents::OnChange(const rpc::Call& call, Transaction& transaction,
                                  const catalog::CatalogChange& change,
                                  const std::vector<std::string>& uncovered) {
  publisher_->CatalogChanged(transaction);
  const calendar::PageIndex today = calendar::PageOf(calendar::FloorTick(call.now));
  for (const std::string& resource : change.resources) {
    RETURN_IF_ERROR(RewriteOpen(transaction, *change.after, resource, today));
  }
  for (const std::string& name : uncovered) {
    ASSIGN_OR_RETURN(auto record, ReadAppointment(transaction, name));
    v1::Appointment& appointment = *record.mutable_appointment();
    if (HasAttention(appointment, v1::Attention::REASON_COVER_LOST)) continue;
    AddAttention(call, v1::Attention::REASON_COVER_LOST,
                 "a resource is no longer available at this time", "", &appointment);
    RETURN_IF_ERROR(publisher_->Update(call, transaction, &record));
  }
  return RestoreCover(call, transaction, change, uncovered);
}

// Takes the mark off those that an earlier change left without cover and this one gives it back.
absl::Status Dependents::RestoreCover(const rpc::Call& call, Transaction& transaction,
                                      const catalog::CatalogChange& change,
                                      const std::vector<std::string>& uncovered) {
  std::set<std::string> marked;
  for (const std::string& resource : change.resources) {
    ASSIGN_OR_RETURN(const auto claims, ClaimsAhead(call, transaction, resource));
    for (const Claim& claim : claims) {
      if (absl::StartsWith(claim.owner, "appointments/")) marked.insert(claim.owner);
    }
  }
  for (const std::string& name : uncovered) marked.erase(name);
  for (const std::string& name : marked) {
    ASSIGN_OR_RETURN(auto record, ReadAppointment(transaction, name));
    v1::Appointment& appointment = *record.mutable_appointment();
    if (!LostCoverByCatalog(appointment)) continue;
    ASSIGN_OR_RETURN(const auto claims, ReadOwnedClaims(transaction, name));
    const bool has_cover = absl::c_all_of(claims, [&](const Claim& claim) {
      return !absl::StartsWith(claim.resource, "resources/") ||
             IsCovered(*change.after, claim, appointment);
    });
    if (!has_cover) continue;
    RemoveAttention(v1::Attention::REASON_COVER_LOST, &appointment);
    RETURN_IF_ERROR(publisher_->Update(call, transaction, &record));
  }
  return absl::OkStatus();
}

}  // namespace clarity::scheduling
