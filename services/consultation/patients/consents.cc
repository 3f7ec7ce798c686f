#include "services/consultation/patients/consents.h"

#include <string>

#include "services/consultation/errors.h"
#include "services/consultation/limits.h"
#include "services/consultation/records.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using storage::v1::PatientRecord;

bool IsOfMessages(v1::Consent::Kind kind) {
  return kind == v1::Consent::KIND_SMS || kind == v1::Consent::KIND_EMAIL ||
         kind == v1::Consent::KIND_VOICE;
}

// An agent takes down how a person wishes to be written to; what else they agree to they must have
// read, in the portal or at the clinic.
bool MayRecord(const rpc::Call& call, v1::Consent::Kind kind) {
  return IsOfMessages(kind) || call.principal.roles != rpc::RoleBit(rpc::Role::kAgent);
}

absl::StatusOr<PatientRecord> LoadToChange(const rpc::Call& call, Transaction& transaction,
                                           const std::string& name, const std::string& etag) {
  RETURN_IF_ERROR(transaction.BumpGuard(name));
  ASSIGN_OR_RETURN(auto record, Load<PatientRecord>(call, transaction, name));
  RETURN_IF_ERROR(storage::CheckEtag(etag, record.patient().etag(), name));
  if (record.patient().state() == v1::Patient::STATE_MERGED) {
    return WrongState(name, "MERGED", "the record was merged: change the one that goes on");
  }
  return record;
}

// Whether there was one that held.
bool EndAll(v1::Consent::Kind kind, absl::Time now, v1::Patient* patient) {
  bool has_ended = false;
  for (v1::Consent& consent : *patient->mutable_consents()) {
    if (consent.kind() != kind || consent.has_withdraw_time()) continue;
    *consent.mutable_withdraw_time() = ToWire(now);
    has_ended = true;
  }
  return has_ended;
}

}  // namespace

const v1::Consent* FindConsent(const v1::Patient& patient, v1::Consent::Kind kind) {
  for (const v1::Consent& consent : patient.consents()) {
    if (consent.kind() == kind && !consent.has_withdraw_time()) return &consent;
  }
  return nullptr;
}

absl::Status Consents::Record(const rpc::Call& call, Transaction& transaction,
                              const v1::RecordConsentRequest& request, v1::Patient* reply) {
  if (!MayRecord(call, request.consent().kind())) return base::PermissionDenied();
  ASSIGN_OR_RETURN(auto record, LoadToChange(call, transaction, request.patient(), request.etag()));
  v1::Patient& patient = *record.mutable_patient();
  v1::Consent consent = request.consent();
  if (!consent.has_grant_time()) *consent.mutable_grant_time() = ToWire(call.now);
  if (FromWire(consent.grant_time()) > call.now) {
    return base::InvalidField("consent.grant_time", "is in the future");
  }
  if (patient.consents_size() >= limits::kConsentsKept) {
    return base::ResourceExhausted("TOO_MANY", "the record has as many consents as it takes");
  }
  EndAll(consent.kind(), call.now, &patient);
  consent.set_recorded_by(call.principal.subject);
  *patient.add_consents() = std::move(consent);
  RETURN_IF_ERROR(Save(call, transaction, &record));
  RETURN_IF_ERROR(consequences_.FollowPatient(transaction, call.now, patient.name()));
  *reply = record.patient();
  return absl::OkStatus();
}

absl::Status Consents::Withdraw(const rpc::Call& call, Transaction& transaction,
                                const v1::WithdrawConsentRequest& request, v1::Patient* reply) {
  ASSIGN_OR_RETURN(auto record, LoadToChange(call, transaction, request.patient(), request.etag()));
  if (EndAll(request.kind(), call.now, record.mutable_patient())) {
    RETURN_IF_ERROR(Save(call, transaction, &record));
    RETURN_IF_ERROR(consequences_.FollowPatient(transaction, call.now, request.patient()));
  }
  *reply = record.patient();
  return absl::OkStatus();
}

}  // namespace clarity::consultation
