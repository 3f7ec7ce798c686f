#include "services/consultation/patients/patient_merge.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "services/consultation/errors.h"
#include "services/consultation/intake/episodes.h"
#include "services/consultation/intake/safety_alerts.h"
#include "services/consultation/patients/phone_numbers.h"
#include "services/consultation/records.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::PatientRecord;

constexpr Sql kCopyClinics = {
    "INSERT INTO patient_clinic (patient, clinic) "
    "SELECT $2, clinic FROM patient_clinic WHERE patient = $1 ON CONFLICT DO NOTHING"};
constexpr Sql kMoveSubject = {"UPDATE patient_subject SET patient = $2 WHERE patient = $1"};
constexpr Sql kDropSubject = {"DELETE FROM patient_subject WHERE patient = $1"};

// The guards in the order of their names, whichever way round the two are merged.
absl::Status Lock(Transaction& transaction, const v1::MergePatientsRequest& request) {
  for (const std::string& name : {std::min(request.from_patient(), request.to_patient()),
                                  std::max(request.from_patient(), request.to_patient())}) {
    RETURN_IF_ERROR(transaction.BumpGuard(name));
  }
  return absl::OkStatus();
}

absl::StatusOr<PatientRecord> LoadActive(const rpc::Call& call, Transaction& transaction,
                                         const std::string& name, const std::string& etag) {
  ASSIGN_OR_RETURN(auto record, Load<PatientRecord>(call, transaction, name));
  RETURN_IF_ERROR(storage::CheckEtag(etag, record.patient().etag(), name));
  if (record.patient().state() == v1::Patient::STATE_MERGED) {
    return WrongState(name, "MERGED", "the record was merged already");
  }
  return record;
}

// What the record that goes on does not say, the other one does.
void FillIn(const v1::Patient& from, v1::Patient* into) {
  for (const v1::PhoneNumber& number : from.phone_numbers()) {
    if (!HasNumber(*into, number.number())) *into->add_phone_numbers() = number;
  }
  v1::Patient filled = from;
  filled.clear_phone_numbers();
  filled.clear_consents();
  filled.clear_contact_hours();
  filled.clear_accessibility_needs();
  // One person is not put together of two, nor an address.
  if (into->has_birth_date()) filled.clear_birth_date();
  if (into->has_address()) filled.clear_address();
  if (into->has_emergency_contact()) filled.clear_emergency_contact();
  if (into->has_escort()) filled.clear_escort();
  filled.MergeFrom(*into);
  *into = std::move(filled);
  for (const v1::Consent& consent : from.consents()) *into->add_consents() = consent;
  if (into->contact_hours().empty()) *into->mutable_contact_hours() = from.contact_hours();
  for (const std::string& need : from.accessibility_needs()) {
    if (!absl::c_linear_search(into->accessibility_needs(), need)) {
      into->add_accessibility_needs(need);
    }
  }
}

// A portal's account keeps its patient; where both have one, that of the record that ends goes.
absl::Status MoveSubject(Transaction& transaction, const v1::Patient& from,
                         const v1::Patient& into) {
  const bool is_moved =
      !from.portal_subject().empty() && into.portal_subject() == from.portal_subject();
  if (is_moved) {
    return transaction.Execute(kMoveSubject, {Value::Text(from.name()), Value::Text(into.name())})
        .status();
  }
  return transaction.Execute(kDropSubject, {Value::Text(from.name())}).status();
}

}  // namespace

absl::Status PatientMerge::Merge(const rpc::Call& call, Transaction& transaction,
                                 const v1::MergePatientsRequest& request, v1::Patient* reply) {
  if (request.from_patient() == request.to_patient()) {
    return base::InvalidField("to_patient", "is the record that ends");
  }
  RETURN_IF_ERROR(Lock(transaction, request));
  ASSIGN_OR_RETURN(auto from,
                   LoadActive(call, transaction, request.from_patient(), request.from_etag()));
  ASSIGN_OR_RETURN(auto into,
                   LoadActive(call, transaction, request.to_patient(), request.to_etag()));
  RETURN_IF_ERROR(
      MoveEpisodes(transaction, call.now, from.patient().name(), into.patient().name(), log_));
  RETURN_IF_ERROR(MoveAlerts(call, transaction, from.patient().name(), into.patient().name()));
  FillIn(from.patient(), into.mutable_patient());
  RETURN_IF_ERROR(MoveSubject(transaction, from.patient(), into.patient()));
  from.mutable_patient()->set_state(v1::Patient::STATE_MERGED);
  from.mutable_patient()->set_merged_into(into.patient().name());
  RETURN_IF_ERROR(Save(call, transaction, &from));
  RETURN_IF_ERROR(Save(call, transaction, &into));
  RETURN_IF_ERROR(index_.Put(transaction, from.patient()));
  RETURN_IF_ERROR(index_.Put(transaction, into.patient()));
  RETURN_IF_ERROR(transaction
                      .Execute(kCopyClinics, {Value::Text(from.patient().name()),
                                              Value::Text(into.patient().name())})
                      .status());
  scheduling::v1::ReassignPatientRequest reassign;
  reassign.set_from_patient(from.patient().name());
  reassign.set_to_patient(into.patient().name());
  RETURN_IF_ERROR(outbox_.Put(transaction, std::move(reassign)));
  // The record that stays may say something else of the age, or of consents.
  RETURN_IF_ERROR(consequences_.FollowPatient(transaction, call.now, into.patient().name()));
  call.audit_reason = "merge";
  *reply = into.patient();
  return absl::OkStatus();
}

}  // namespace clarity::consultation
