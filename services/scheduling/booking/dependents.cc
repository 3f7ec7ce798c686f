#include "services/scheduling/booking/dependents.h"

#include <optional>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "services/platform/base/status_macros.h"
#include "services/scheduling/booking/calendar_rows.h"
#include "services/scheduling/calendar/page.h"
#include "services/scheduling/calendar/timeline.h"
#include "services/scheduling/records.h"
#include "services/scheduling/wire.h"

namespace clarity::scheduling {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::AppointmentRecord;

// 6 and 7 are STATE_CANCELLED and STATE_NO_SHOW: they have no future.
constexpr Sql kAppointmentsAhead = {
    "SELECT name FROM appointment WHERE (clinic = $1 OR visit_type = $1) AND end_time > $2 "
    "AND state NOT IN (6, 7) LIMIT 1"};
constexpr Sql kHoldsAhead = {
    "SELECT name FROM hold WHERE (clinic = $1 OR visit_type = $1) AND expire_time > $2 LIMIT 1"};
constexpr Sql kClaimsAhead = {
    "SELECT owner, begin_tick, end_tick FROM claim "
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
                                                        {row.Integer(1), row.Integer(2)}});
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

}  // namespace

absl::StatusOr<bool> Dependents::HasFuture(const rpc::Call& call, Transaction& transaction,
                                           absl::string_view name) {
  if (absl::StartsWith(name, "resources/")) {
    ASSIGN_OR_RETURN(const auto claims, ClaimsAhead(call, transaction, name));
    return !claims.empty();
  }
  ASSIGN_OR_RETURN(const bool booked, AnyRow(transaction, kAppointmentsAhead, name, call.now));
  if (booked) return true;
  return AnyRow(transaction, kHoldsAhead, name, call.now);
}

absl::StatusOr<std::vector<std::string>> Dependents::Uncovered(
    const rpc::Call& call, Transaction& transaction, const catalog::CatalogChange& change) {
  std::set<std::string> uncovered;
  for (const std::string& resource : change.resources) {
    ASSIGN_OR_RETURN(const auto claims, ClaimsAhead(call, transaction, resource));
    for (const Claim& claim : claims) {
      if (!absl::StartsWith(claim.owner, "appointments/") || uncovered.count(claim.owner) > 0) {
        continue;
      }
      ASSIGN_OR_RETURN(const auto record, Load<AppointmentRecord>(call, transaction, claim.owner));
      // One that was booked over the hours has no cover to lose.
      const bool overridden = absl::c_linear_search(record.appointment().override().rules(),
                                                    v1::Blocker::RULE_NOT_AVAILABLE);
      if (!overridden && !IsCovered(*change.after, claim, record.appointment())) {
        uncovered.insert(claim.owner);
      }
    }
  }
  return std::vector<std::string>(uncovered.begin(), uncovered.end());
}

absl::Status Dependents::OnChange(const rpc::Call& call, Transaction& transaction,
                                  const catalog::CatalogChange& change,
                                  const std::vector<std::string>& uncovered) {
  const calendar::PageIndex today = calendar::PageOf(calendar::FloorTick(call.now));
  for (const std::string& resource : change.resources) {
    RETURN_IF_ERROR(RewriteOpen(transaction, *change.after, resource, today));
  }
  for (const std::string& name : uncovered) {
    ASSIGN_OR_RETURN(auto record, Load<AppointmentRecord>(call, transaction, name));
    v1::Appointment& appointment = *record.mutable_appointment();
    if (HasAttention(appointment, v1::Attention::REASON_COVER_LOST)) continue;
    AddAttention(call, v1::Attention::REASON_COVER_LOST,
                 "a resource is no longer available at this time", "", &appointment);
    RETURN_IF_ERROR(Save(call, transaction, &record));
    publisher_->AppointmentChanged(transaction, appointment,
                                   v1::WatchAppointmentsResponse::KIND_UPDATED);
  }
  return absl::OkStatus();
}

}  // namespace clarity::scheduling
