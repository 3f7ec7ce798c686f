#include "services/consultation/patients/emergency_access.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/consultation/limits.h"
#include "services/consultation/records.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/page_token.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::EmergencyAccessCursor;
using storage::v1::EmergencyAccessRecord;

constexpr Sql kWrite = {
    "INSERT INTO emergency_access (name, patient, subject, create_time, expire_time, body, key_id) "
    "VALUES ($1, $2, $3, $4, $5, $6, 0)"};
constexpr Sql kList = {
    "SELECT name, create_time, body FROM emergency_access WHERE create_time <= $1 "
    "AND (create_time < $1 OR name < $2) ORDER BY create_time DESC, name DESC LIMIT $3"};

// After every name there is: what comes first is not left out.
constexpr char kLastName[] = "~";

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
  EmergencyAccessCursor cursor;
  cursor.set_create_time_micros(INT64_MAX);
  cursor.set_name(kLastName);
  ASSIGN_OR_RETURN(const std::string token, rpc::DecodePageToken(request, request.page_token()));
  if (!token.empty() && !cursor.ParseFromString(token)) {
    return base::InvalidReason("PAGE_TOKEN_MISMATCH", "this is no page token");
  }
  const int page_size = request.page_size() > 0 ? request.page_size() : rpc::kPageSizeUsual;
  bool is_full = false;
  size_t rows = 0;
  EmergencyAccessCursor last;  // of the rows looked at, those left out among them
  RETURN_IF_ERROR(transaction.Query(
      kList,
      {Value::Integer(cursor.create_time_micros()), Value::Text(cursor.name()),
       Value::Integer(limits::kCandidatesReadMax)},
      [&](const Row& row) -> absl::Status {
        if (is_full) return absl::OkStatus();
        ++rows;
        ASSIGN_OR_RETURN(auto record, storage::ParseRecord<EmergencyAccessRecord>(row.Text(2)));
        ASSIGN_OR_RETURN(const auto patient, ReadPatient(transaction, record.access().patient()));
        const std::string& clinic = patient.patient().clinic();
        const bool is_asked_for = call.principal.SeesClinic(clinic) &&
                                  (request.clinic().empty() || request.clinic() == clinic);
        if (is_asked_for && reply->emergency_accesses_size() == page_size) {
          is_full = true;
          return absl::OkStatus();
        }
        last.set_create_time_micros(row.Integer(1));
        last.set_name(std::string(row.Text(0)));
        if (is_asked_for) {
          *reply->add_emergency_accesses() = std::move(*record.mutable_access());
        }
        return absl::OkStatus();
      }));
  if (is_full || rows == limits::kCandidatesReadMax) {
    reply->set_next_page_token(rpc::EncodePageToken(request, last.SerializeAsString()));
  }
  return absl::OkStatus();
}

}  // namespace clarity::consultation
