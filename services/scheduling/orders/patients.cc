#include "services/scheduling/orders/patients.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/scheduling/records.h"

namespace clarity::scheduling {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::AppointmentRecord;
using storage::v1::HoldRecord;
using storage::v1::OrderRecord;

constexpr Sql kAppointmentsOf = {
    "SELECT name FROM appointment WHERE patient = $1 ORDER BY start_time, name"};
constexpr Sql kOrdersOf = {"SELECT name FROM visit_order WHERE patient = $1 ORDER BY name"};
constexpr Sql kHoldBodiesOf = {"SELECT body FROM hold WHERE patient = $1 ORDER BY name"};
constexpr Sql kMoveClaims = {"UPDATE claim SET resource = $2 WHERE resource = $1"};
// Pairs of one patient's visits that overlap; a hold beside a visit is nothing to look at.
constexpr Sql kOverlapping = {
    "SELECT DISTINCT a.owner FROM claim a JOIN claim b ON a.resource = b.resource "
    "AND a.page = b.page AND a.owner <> b.owner AND a.begin_tick < b.end_tick "
    "AND b.begin_tick < a.end_tick WHERE a.resource = $1 "
    "AND a.owner LIKE 'appointments/%' AND b.owner LIKE 'appointments/%' ORDER BY a.owner"};

absl::StatusOr<std::vector<std::string>> Names(Transaction& transaction, const Sql& sql,
                                               const std::string& patient) {
  std::vector<std::string> names;
  RETURN_IF_ERROR(transaction.Query(sql, {Value::Text(patient)}, [&](const Row& row) {
    names.emplace_back(row.Text(0));
    return absl::OkStatus();
  }));
  return names;
}

absl::Status MoveHolds(const rpc::Call& call, Transaction& transaction, const std::string& from,
                       const std::string& to) {
  std::vector<HoldRecord> holds;
  RETURN_IF_ERROR(transaction.Query(kHoldBodiesOf, {Value::Text(from)}, [&](const Row& row) {
    const absl::string_view body = row.Text(0);
    return holds.emplace_back().ParseFromArray(body.data(), static_cast<int>(body.size()))
               ? absl::OkStatus()
               : base::Internal("a stored record does not parse");
  }));
  for (HoldRecord& record : holds) {
    record.mutable_hold()->set_patient(to);
    RETURN_IF_ERROR(Save(call, transaction, &record));
  }
  return absl::OkStatus();
}

absl::Status MoveOrder(const rpc::Call& call, Transaction& transaction, const std::string& name,
                       const std::string& to) {
  ASSIGN_OR_RETURN(auto record, Load<OrderRecord>(call, transaction, name));
  record.mutable_order()->set_patient(to);
  return Save(call, transaction, &record);
}

}  // namespace

absl::Status Patients::Reassign(const rpc::Call& call, Transaction& transaction,
                                const v1::ReassignPatientRequest& request,
                                v1::ReassignPatientResponse* reply) {
  const std::string& from = request.from_patient();
  const std::string& to = request.to_patient();
  if (from == to) return base::InvalidField("to_patient", "is the same patient");
  for (const std::string& guard : {std::min(from, to), std::max(from, to)}) {
    RETURN_IF_ERROR(transaction.BumpGuard(guard));
  }
  ASSIGN_OR_RETURN(const auto appointments, Names(transaction, kAppointmentsOf, from));
  ASSIGN_OR_RETURN(const auto orders, Names(transaction, kOrdersOf, from));
  RETURN_IF_ERROR(transaction.Execute(kMoveClaims, {Value::Text(from), Value::Text(to)}).status());
  RETURN_IF_ERROR(MoveHolds(call, transaction, from, to));
  ASSIGN_OR_RETURN(const auto overlapping, Names(transaction, kOverlapping, to));
  const std::set<std::string> overlaps(overlapping.begin(), overlapping.end());

  for (const std::string& name : appointments) {
    reply->add_appointments(name);
    RETURN_IF_ERROR(MoveAppointment(call, transaction, name, to, overlaps.count(name) > 0));
  }
  const std::set<std::string> moved(appointments.begin(), appointments.end());
  for (const std::string& name : overlaps) {
    // The other one of a pair was the patient's already.
    if (moved.count(name) > 0) continue;
    RETURN_IF_ERROR(MoveAppointment(call, transaction, name, to, /*overlaps=*/true));
  }
  for (const std::string& name : orders) {
    reply->add_orders(name);
    RETURN_IF_ERROR(MoveOrder(call, transaction, name, to));
  }
  for (const std::string& name : overlaps) reply->add_overlapping_appointments(name);
  // Which two became one has to be found again. The audit names records, and nothing about them.
  call.audit_resource = to;
  call.audit_reason = absl::StrCat("merged from ", from);
  return absl::OkStatus();
}

absl::Status Patients::MoveAppointment(const rpc::Call& call, Transaction& transaction,
                                       const std::string& name, const std::string& to,
                                       bool overlaps) {
  ASSIGN_OR_RETURN(auto record, Load<AppointmentRecord>(call, transaction, name));
  v1::Appointment& appointment = *record.mutable_appointment();
  appointment.mutable_participants(0)->set_patient(to);
  if (overlaps) {
    AddAttention(call, v1::Attention::REASON_PATIENT_OVERLAP,
                 "overlaps another appointment of the patient", "", &appointment);
  }
  return publisher_->Update(call, transaction, &record);
}

}  // namespace clarity::scheduling
