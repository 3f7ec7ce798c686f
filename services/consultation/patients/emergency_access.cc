#include "services/consultation/patients/emergency_access.h"

#include <string>
#include <utility>

#include "services/consultation/limits.h"
#include "services/consultation/paging.h"
#include "services/consultation/records.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::EmergencyAccessRecord;

constexpr Sql kWrite = {
    "INSERT INTO emergency_access (name, patient, subject, create_time, expire_time, body, key_id) "
    "VALUES ($1, $2, $3, $4, $5, $6, 0)"};
constexpr Sql kListAccesses = {
    "SELECT name, create_time, body FROM emergency_access WHERE $4 = '' AND create_time <= $1 "
    "AND (create_time < $1 OR name > $2) ORDER BY create_time DESC, name LIMIT $3"};

}  // namespace

absl::Status EmergencyAccesses::BreakGlass(const rpc::Call& call, Transaction& transaction,
                                           const v1::BreakGlassRequest& request,
                                           v1::EmergencyAccess* reply) {
  if (call.principal.practitioner.empty()) return base::PermissionDenied();
  // Whoever may break the glass may know that there is something behind it.
  ASSIGN_OR_RETURN(const auto patient, ReadPatient(transaction, request.patient()));
  EmergencyAccessRecord record;
  v1::EmergencyAccess& access = *record.mutable_access();
  access.set_patient(request.patient());
  access.set_subject(call.principal.subject);
  access.set_practitioner(call.principal.practitioner);
  access.set_reason(request.reason());
  const absl::Time expire_time = call.now + limits::kEmergencyAccess;
  *access.mutable_create_time() = ToWire(call.now);
  *access.mutable_expire_time() = ToWire(expire_time);
  const std::string name = base::NewId(call.now, random_);
  const std::string body = record.SerializeAsString();
  RETURN_IF_ERROR(transaction
                      .Execute(kWrite, {Value::Text(name), Value::Text(access.patient()),
                                        Value::Text(access.subject()), Value::Time(call.now),
                                        Value::Time(expire_time), Value::Bytes(body)})
                      .status());
  call.audit_resource = request.patient();
  call.audit_clinic = patient.patient().clinic();
  call.audit_reason = "emergency access";
  *reply = access;
  return absl::OkStatus();
}

absl::Status EmergencyAccesses::List(const rpc::Call& call, Transaction& transaction,
                                     const v1::ListEmergencyAccessesRequest& request,
                                     v1::ListEmergencyAccessesResponse* reply) {
  const auto take = [&](EmergencyAccessRecord& record, bool has_room) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(const auto patient, ReadPatient(transaction, record.access().patient()));
    const std::string& clinic = patient.patient().clinic();
    if (!call.principal.SeesClinic(clinic)) return false;
    if (!request.clinic().empty() && request.clinic() != clinic) return false;
    if (has_room) *reply->add_emergency_accesses() = std::move(*record.mutable_access());
    return true;
  };
  ASSIGN_OR_RETURN(*reply->mutable_next_page_token(),
                   ReadPage<EmergencyAccessRecord>(transaction, kListAccesses, request,
                                                   Order::kNewestFirst, "", take));
  return absl::OkStatus();
}

}  // namespace clarity::consultation
