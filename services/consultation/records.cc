#include "services/consultation/records.h"

#include <optional>
#include <string>

#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::EpisodeRecord;
using storage::v1::PatientRecord;
using storage::v1::SafetyAlertRecord;

constexpr Sql kReadPatient = {"SELECT body FROM patient WHERE name = $1"};
constexpr Sql kWritePatient = {
    "INSERT INTO patient (name, state, body, key_id) VALUES ($1, $2, $3, 0) "
    "ON CONFLICT (name) DO UPDATE SET state = $2, body = $3, key_id = 0"};
constexpr Sql kClinicsOfPatient = {"SELECT clinic FROM patient_clinic WHERE patient = $1"};
constexpr Sql kReadEpisode = {"SELECT body FROM episode WHERE name = $1"};
constexpr Sql kWriteEpisode = {
    "INSERT INTO episode (name, patient, clinic, state, waiting, warning_time, callback_time, "
    "create_time, body, turn_time, key_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0) "
    "ON CONFLICT (name) DO UPDATE SET patient = $2, clinic = $3, state = $4, waiting = $5, "
    "warning_time = $6, callback_time = $7, create_time = $8, body = $9, turn_time = $10, key_id = "
    "0"};
constexpr Sql kReadAlert = {"SELECT body FROM safety_alert WHERE name = $1"};
constexpr Sql kWriteAlert = {
    "INSERT INTO safety_alert (name, patient, clinic, state, due_time, body, key_id) "
    "VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (name) DO UPDATE SET patient = $2, "
    "clinic = $3, state = $4, due_time = $5, body = $6, key_id = 0"};
constexpr Sql kOpenToClinic = {
    "INSERT INTO patient_clinic (patient, clinic) VALUES ($1, $2) ON CONFLICT DO NOTHING"};
constexpr Sql kHasBrokenGlass = {
    "SELECT name FROM emergency_access WHERE patient = $1 AND subject = $2 AND expire_time > $3 "
    "LIMIT 1"};

constexpr Sql kIsAtClinic = {
    "SELECT clinic FROM patient_clinic WHERE patient = $1 AND clinic = $2"};

absl::StatusOr<bool> IsAtClinicOf(const rpc::Call& call, Transaction& transaction,
                                  absl::string_view patient) {
  bool is_seen = false;
  RETURN_IF_ERROR(transaction.Query(kClinicsOfPatient, {Value::Text(patient)}, [&](const Row& row) {
    is_seen |= call.principal.SeesClinic(row.Text(0));
    return absl::OkStatus();
  }));
  return is_seen;
}

absl::StatusOr<bool> HasBrokenGlass(const rpc::Call& call, Transaction& transaction,
                                    absl::string_view patient) {
  bool has = false;
  RETURN_IF_ERROR(transaction.Query(
      kHasBrokenGlass,
      {Value::Text(patient), Value::Text(call.principal.subject), Value::Time(call.now)},
      [&](const Row&) {
        has = true;
        return absl::OkStatus();
      }));
  return has;
}

}  // namespace

absl::StatusOr<bool> IsAtClinic(Transaction& transaction, absl::string_view patient,
                                absl::string_view clinic) {
  bool is_there = false;
  RETURN_IF_ERROR(
      transaction.Query(kIsAtClinic, {Value::Text(patient), Value::Text(clinic)}, [&](const Row&) {
        is_there = true;
        return absl::OkStatus();
      }));
  return is_there;
}

absl::Status MaySeeAlert(const rpc::Call& call, Transaction& transaction,
                         const v1::SafetyAlert& alert) {
  const absl::Status seen = call.MaySee(alert.clinic(), alert.patient());
  if (seen.ok() || alert.patient().empty()) return seen;
  return MaySeePatient(call, transaction, alert.patient());
}

absl::Status MaySeePatient(const rpc::Call& call, Transaction& transaction,
                           absl::string_view patient) {
  if (call.principal.IsPatientOnly()) return call.MaySee("", patient);
  if (call.principal.all_clinics) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool is_own, IsAtClinicOf(call, transaction, patient));
  if (is_own) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool is_emergency, HasBrokenGlass(call, transaction, patient));
  return is_emergency ? absl::OkStatus() : base::PermissionDenied();
}

template <>
absl::StatusOr<PatientRecord> Load(const rpc::Call& call, Transaction& transaction,
                                   absl::string_view name) {
  call.audit_resource = std::string(name);
  auto record = ReadPatient(transaction, name);
  if (absl::IsNotFound(record.status())) return call.Missing(name);
  RETURN_IF_ERROR(record.status());
  RETURN_IF_ERROR(MaySeePatient(call, transaction, name));
  call.audit_clinic = record->patient().clinic();
  return record;
}

template <>
absl::StatusOr<EpisodeRecord> Load(const rpc::Call& call, Transaction& transaction,
                                   absl::string_view name) {
  call.audit_resource = std::string(name);
  auto record = ReadEpisode(transaction, name);
  if (absl::IsNotFound(record.status())) return call.Missing(name);
  RETURN_IF_ERROR(record.status());
  RETURN_IF_ERROR(MaySeePatient(call, transaction, record->episode().patient()));
  call.audit_clinic = record->episode().clinic();
  return record;
}

absl::StatusOr<EpisodeRecord> LoadToChange(const rpc::Call& call, Transaction& transaction,
                                           absl::string_view episode) {
  ASSIGN_OR_RETURN(const auto seen, Load<EpisodeRecord>(call, transaction, episode));
  RETURN_IF_ERROR(transaction.BumpGuard(seen.episode().patient()));
  // What was read before the guard was taken may have changed meanwhile.
  return Load<EpisodeRecord>(call, transaction, episode);
}

template <>
absl::StatusOr<SafetyAlertRecord> Load(const rpc::Call& call, Transaction& transaction,
                                       absl::string_view name) {
  call.audit_resource = std::string(name);
  ASSIGN_OR_RETURN(const auto body, storage::ReadBody(transaction, kReadAlert, name));
  if (!body.has_value()) return call.Missing(name);
  ASSIGN_OR_RETURN(auto record, storage::ParseRecord<SafetyAlertRecord>(*body));
  RETURN_IF_ERROR(MaySeeAlert(call, transaction, record.alert()));
  call.audit_clinic = record.alert().clinic();
  return record;
}

absl::StatusOr<PatientRecord> ReadPatient(Transaction& transaction, absl::string_view name) {
  ASSIGN_OR_RETURN(const auto body, storage::ReadBody(transaction, kReadPatient, name));
  if (!body.has_value()) return base::NotFound(name);
  return storage::ParseRecord<PatientRecord>(*body);
}

absl::StatusOr<EpisodeRecord> ReadEpisode(Transaction& transaction, absl::string_view name) {
  ASSIGN_OR_RETURN(const auto body, storage::ReadBody(transaction, kReadEpisode, name));
  if (!body.has_value()) return base::NotFound(name);
  return storage::ParseRecord<EpisodeRecord>(*body);
}

absl::Status Save(const rpc::Call& call, Transaction& transaction, PatientRecord* record) {
  v1::Patient& patient = *record->mutable_patient();
  record->set_revision(record->revision() + 1);
  patient.set_etag(storage::EtagOf(record->revision()));
  *patient.mutable_update_time() = ToWire(call.now);
  call.audit_resource = patient.name();
  call.audit_clinic = patient.clinic();
  RETURN_IF_ERROR(OpenToClinic(transaction, patient.name(), patient.clinic()));
  const std::string body = record->SerializeAsString();
  return transaction
      .Execute(kWritePatient,
               {Value::Text(patient.name()), Value::Integer(patient.state()), Value::Bytes(body)})
      .status();
}

absl::Status Save(const rpc::Call& call, Transaction& transaction, SafetyAlertRecord* record) {
  v1::SafetyAlert& alert = *record->mutable_alert();
  record->set_revision(record->revision() + 1);
  alert.set_etag(storage::EtagOf(record->revision()));
  call.audit_resource = alert.name();
  call.audit_clinic = alert.clinic();
  const std::string body = record->SerializeAsString();
  return transaction
      .Execute(kWriteAlert, {Value::Text(alert.name()), Value::Text(alert.patient()),
                             Value::Text(alert.clinic()), Value::Integer(alert.state()),
                             Value::Time(FromWire(alert.due_time())), Value::Bytes(body)})
      .status();
}

bool IsWaiting(const EpisodeRecord& record) {
  const v1::Episode::State state = record.episode().state();
  return state != v1::Episode::STATE_CLOSED && state != v1::Episode::STATE_STOPPED &&
         !record.consultation_begun();
}

absl::Status Save(Transaction& transaction, absl::Time now, EpisodeRecord* record) {
  v1::Episode& episode = *record->mutable_episode();
  record->set_revision(record->revision() + 1);
  episode.set_etag(storage::EtagOf(record->revision()));
  *episode.mutable_update_time() = ToWire(now);
  const bool is_open = episode.state() != v1::Episode::STATE_CLOSED;
  const int64_t callback = is_open ? record->callback_time_micros() : 0;
  const std::string body = record->SerializeAsString();
  return transaction
      .Execute(kWriteEpisode,
               {Value::Text(episode.name()), Value::Text(episode.patient()),
                Value::Text(episode.clinic()), Value::Integer(episode.state()),
                Value::Integer(IsWaiting(*record) ? 1 : 0),
                Value::Integer(record->warning_time_micros()), Value::Integer(callback),
                Value::Time(FromWire(episode.create_time())), Value::Bytes(body),
                Value::Integer(record->turn_time_micros())})
      .status();
}

absl::Status OpenToClinic(Transaction& transaction, absl::string_view patient,
                          absl::string_view clinic) {
  return transaction.Execute(kOpenToClinic, {Value::Text(patient), Value::Text(clinic)}).status();
}

}  // namespace clarity::consultation
