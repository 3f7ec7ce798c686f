#include "services/consultation/intake/safety_alerts.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/consultation/errors.h"
#include "services/consultation/intake/episodes.h"
#include "services/consultation/limits.h"
#include "services/consultation/paging.h"
#include "services/consultation/records.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/hash.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::SafetyAlertRecord;

constexpr char kCollection[] = "safetyAlerts/";

static_assert(v1::SafetyAlert::STATE_OPEN == 1);
constexpr Sql kFindOpen = {
    "SELECT name FROM safety_alert WHERE patient = $1 AND state = 1 LIMIT 1"};
constexpr Sql kFindName = {"SELECT name FROM safety_alert WHERE name = $1"};
constexpr Sql kAlertsOfPatient = {"SELECT body FROM safety_alert WHERE patient = $1"};
constexpr Sql kAlertsInOrder = {
    "SELECT name, due_time, body FROM safety_alert WHERE $4 = '' AND due_time >= $1 "
    "AND (due_time > $1 OR name > $2) ORDER BY due_time, name LIMIT $3"};
constexpr Sql kOpenAlertsInOrder = {
    "SELECT name, due_time, body FROM safety_alert WHERE $4 = '' AND state = 1 "
    "AND due_time >= $1 AND (due_time > $1 OR name > $2) ORDER BY due_time, name LIMIT $3"};
constexpr Sql kAlertsOfPatientInOrder = {
    "SELECT name, due_time, body FROM safety_alert WHERE patient = $4 AND due_time >= $1 "
    "AND (due_time > $1 OR name > $2) ORDER BY due_time, name LIMIT $3"};

// Who is meant stays on record, also where the caller may see no such record.
void KeepAsLabel(v1::SafetyAlert* alert) {
  const std::string said = alert->caller_label();
  alert->set_caller_label(absl::StrCat(alert->patient(), said.empty() ? "" : ", ", said));
  alert->clear_patient();
}

absl::Status CheckNew(const v1::SafetyAlert& alert) {
  if (alert.patient().empty() && alert.caller_label().empty()) {
    return base::InvalidField("alert.caller_label", "is required where no patient is named");
  }
  return absl::OkStatus();
}

// What a level of a scale says of a patient.
SafetyAlertRecord RecordFor(const v1::Episode& episode, const v1::PolicySettings& settings,
                            const v1::ScaleLevel& level) {
  SafetyAlertRecord record;
  v1::SafetyAlert& alert = *record.mutable_alert();
  alert.set_patient(episode.patient());
  alert.set_clinic(episode.clinic());
  alert.set_kind(level.alert().kind());
  alert.set_description(level.display_name());
  alert.set_owner(settings.safety_owner());
  return record;
}

absl::Duration DueOf(const v1::ScaleLevel& level) {
  return absl::Minutes(level.alert().due_minutes());
}

// The same for a call that is made again.
std::string NameFor(const rpc::Call& call, const v1::ScaleLevel& level,
                    const v1::Outcome& refused) {
  const std::string hash = base::Sha256(absl::StrJoin(
      {call.principal.subject, call.request_id, level.id(), refused.SerializeAsString()}, "\n"));
  return absl::StrCat(kCollection, absl::BytesToHexString(hash.substr(0, 16)));
}

// Of the clinic that was to take it up, and of those where the patient is by now; empty: any.
absl::StatusOr<bool> ConcernsClinic(Transaction& transaction, const v1::SafetyAlert& alert,
                                    absl::string_view clinic) {
  if (clinic.empty() || alert.clinic() == clinic) return true;
  return IsAtClinic(transaction, alert.patient(), clinic);
}

absl::StatusOr<bool> Exists(Transaction& transaction, absl::string_view alert) {
  bool exists = false;
  RETURN_IF_ERROR(transaction.Query(kFindName, {Value::Text(alert)}, [&](const Row&) {
    exists = true;
    return absl::OkStatus();
  }));
  return exists;
}

}  // namespace

absl::StatusOr<std::string> FindOpenAlert(Transaction& transaction, absl::string_view patient) {
  std::string name;
  RETURN_IF_ERROR(transaction.Query(kFindOpen, {Value::Text(patient)}, [&](const Row& row) {
    name = std::string(row.Text(0));
    return absl::OkStatus();
  }));
  return name;
}

absl::Status MoveAlerts(const rpc::Call& call, Transaction& transaction, absl::string_view from,
                        const std::string& to) {
  std::vector<SafetyAlertRecord> records;
  RETURN_IF_ERROR(
      transaction.Query(kAlertsOfPatient, {Value::Text(from)}, [&](const Row& row) -> absl::Status {
        ASSIGN_OR_RETURN(auto record, storage::ParseRecord<SafetyAlertRecord>(row.Text(0)));
        records.push_back(std::move(record));
        return absl::OkStatus();
      }));
  for (SafetyAlertRecord& record : records) {
    record.mutable_alert()->set_patient(to);
    RETURN_IF_ERROR(Save(call, transaction, &record));
  }
  return absl::OkStatus();
}

absl::Status SafetyAlerts::Raise(const rpc::Call& call, Transaction& transaction,
                                 const v1::RaiseSafetyAlertRequest& request,
                                 v1::SafetyAlert* reply) {
  RETURN_IF_ERROR(CheckNew(request.alert()));
  SafetyAlertRecord record;
  v1::SafetyAlert& alert = *record.mutable_alert();
  alert = request.alert();
  v1::Patient patient;
  if (!alert.patient().empty()) {
    auto known = Load<storage::v1::PatientRecord>(call, transaction, alert.patient());
    if (known.ok()) {
      patient.Swap(known->mutable_patient());
    } else if (absl::IsNotFound(known.status()) || absl::IsPermissionDenied(known.status())) {
      KeepAsLabel(&alert);
    } else {
      return known.status();
    }
  }
  ASSIGN_OR_RETURN(*alert.mutable_clinic(), ClinicFor(transaction, alert, patient));
  absl::Duration due = limits::kSafetyDueDefault;
  const auto rulebook = policies_.Of(transaction, alert.clinic());
  if (rulebook.ok()) {
    const v1::PolicySettings& settings = (*rulebook)->policy().settings();
    alert.set_owner(settings.safety_owner());
    due = absl::Minutes(settings.safety_due_minutes());
  } else if (!absl::IsFailedPrecondition(rulebook.status())) {
    return rulebook.status();
  }
  // Without a policy it has no owner yet, and is taken all the same.
  RETURN_IF_ERROR(Open(call, transaction, due, &record));
  RETURN_IF_ERROR(Tell(transaction, alert));
  *reply = alert;
  if (call.validate_only) reply->clear_name();
  return absl::OkStatus();
}

absl::StatusOr<std::string> SafetyAlerts::ClinicFor(Transaction& transaction,
                                                    const v1::SafetyAlert& alert,
                                                    const v1::Patient& patient) const {
  const auto named = clinics_.Find(transaction, alert.clinic());
  if (named.ok()) return alert.clinic();
  if (patient.clinic().empty()) return named.status();
  return patient.clinic();
}

absl::Status SafetyAlerts::Open(const rpc::Call& call, Transaction& transaction, absl::Duration due,
                                SafetyAlertRecord* record) const {
  v1::SafetyAlert& alert = *record->mutable_alert();
  if (alert.name().empty()) {
    alert.set_name(absl::StrCat(kCollection, base::NewId(call.now, random_)));
  }
  alert.set_state(v1::SafetyAlert::STATE_OPEN);
  *alert.mutable_due_time() = ToWire(call.now + due);
  *alert.mutable_create_time() = ToWire(call.now);
  alert.set_subject(call.principal.subject);
  return Save(call, transaction, record);
}

absl::StatusOr<std::string> SafetyAlerts::RaiseFor(const rpc::Call& call, Transaction& transaction,
                                                   const v1::Episode& episode,
                                                   const v1::PolicySettings& settings,
                                                   const v1::ScaleLevel& level,
                                                   const std::string& outcome) const {
  SafetyAlertRecord record = RecordFor(episode, settings, level);
  record.mutable_alert()->set_outcome(outcome);
  RETURN_IF_ERROR(Open(call, transaction, DueOf(level), &record));
  return record.alert().name();
}

absl::StatusOr<std::string> SafetyAlerts::RaiseForRefused(const rpc::Call& call,
                                                          Transaction& transaction,
                                                          const v1::Episode& episode,
                                                          const v1::PolicySettings& settings,
                                                          const v1::ScaleLevel& level,
                                                          const v1::Outcome& refused) const {
  SafetyAlertRecord record = RecordFor(episode, settings, level);
  v1::SafetyAlert& alert = *record.mutable_alert();
  absl::StrAppend(alert.mutable_description(), "; the answers were refused and are not on record");
  if (!call.request_id.empty()) {
    alert.set_name(NameFor(call, level, refused));
    ASSIGN_OR_RETURN(const bool is_there, Exists(transaction, alert.name()));
    if (is_there) return alert.name();
  }
  RETURN_IF_ERROR(Open(call, transaction, DueOf(level), &record));
  RETURN_IF_ERROR(Tell(transaction, alert));
  return alert.name();
}

absl::Status SafetyAlerts::Acknowledge(const rpc::Call& call, Transaction& transaction,
                                       const v1::AcknowledgeSafetyAlertRequest& request,
                                       v1::SafetyAlert* reply) {
  if (call.principal.practitioner.empty()) return base::PermissionDenied();
  RETURN_IF_ERROR(transaction.BumpGuard(request.name()));
  ASSIGN_OR_RETURN(auto record, Load<SafetyAlertRecord>(call, transaction, request.name()));
  v1::SafetyAlert& alert = *record.mutable_alert();
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), alert.etag(), request.name()));
  if (alert.state() != v1::SafetyAlert::STATE_OPEN) {
    return WrongState(request.name(), "ACKNOWLEDGED", "somebody has taken the alert up already");
  }
  alert.set_state(v1::SafetyAlert::STATE_ACKNOWLEDGED);
  alert.set_owner(call.principal.practitioner);
  v1::Signature& acknowledgement = *alert.mutable_acknowledgement();
  acknowledgement.set_practitioner(call.principal.practitioner);
  acknowledgement.set_reason(request.action());
  *acknowledgement.mutable_time() = ToWire(call.now);
  RETURN_IF_ERROR(Save(call, transaction, &record));
  RETURN_IF_ERROR(Tell(transaction, alert));
  *reply = alert;
  return absl::OkStatus();
}

absl::Status SafetyAlerts::List(const rpc::Call& call, Transaction& transaction,
                                const v1::ListSafetyAlertsRequest& request,
                                v1::ListSafetyAlertsResponse* reply) {
  // Of a clinic whose name is misspelt it must not look as if nothing were open.
  if (!request.clinic().empty()) {
    RETURN_IF_ERROR(clinics_.Find(transaction, request.clinic()).status());
  }
  const auto take = [&](SafetyAlertRecord& record, bool has_room) -> absl::StatusOr<bool> {
    const v1::SafetyAlert& alert = record.alert();
    if (alert.state() != v1::SafetyAlert::STATE_OPEN && !request.show_acknowledged()) return false;
    ASSIGN_OR_RETURN(const bool is_asked_for, ConcernsClinic(transaction, alert, request.clinic()));
    if (!is_asked_for) return false;
    const absl::Status seen = MaySeeAlert(call, transaction, alert);
    if (absl::IsPermissionDenied(seen)) return false;
    RETURN_IF_ERROR(seen);
    if (has_room) *reply->add_alerts() = std::move(*record.mutable_alert());
    return true;
  };
  const Sql& all = request.show_acknowledged() ? kAlertsInOrder : kOpenAlertsInOrder;
  ASSIGN_OR_RETURN(*reply->mutable_next_page_token(),
                   ReadPage<SafetyAlertRecord>(
                       transaction, request.patient().empty() ? all : kAlertsOfPatientInOrder,
                       request, Order::kOldestFirst, request.patient(), take));
  return absl::OkStatus();
}

absl::Status SafetyAlerts::Tell(Transaction& transaction, const v1::SafetyAlert& alert) const {
  if (alert.patient().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto open, FindOpenEpisode(transaction, alert.patient()));
  if (open.has_value()) {
    log_.Changed(transaction, open->episode(), v1::WatchEpisodesResponse::KIND_UPDATED,
                 alert.name());
  }
  return absl::OkStatus();
}

}  // namespace clarity::consultation
