#include "services/consultation/patients/patients.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/util/field_mask_util.h"
#include "services/consultation/errors.h"
#include "services/consultation/limits.h"
#include "services/consultation/patients/likeness.h"
#include "services/consultation/patients/phone_numbers.h"
#include "services/consultation/records.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/answer.h"
#include "services/platform/rpc/visible.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using google::protobuf::util::FieldMaskUtil;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::PatientRecord;

constexpr Sql kTakeSubject = {
    "INSERT INTO patient_subject (subject, patient) VALUES ($1, $2) ON CONFLICT DO NOTHING"};
constexpr Sql kDropSubject = {"DELETE FROM patient_subject WHERE patient = $1"};

// Of the clinic that kept the record; those of episodes go on seeing the patient.
constexpr Sql kCloseToClinic = {
    "DELETE FROM patient_clinic WHERE patient = $1 AND clinic = $2 AND NOT EXISTS "
    "(SELECT name FROM episode WHERE patient = $1 AND clinic = $2)"};

// Where it is tomorrow first.
constexpr absl::Duration kFurthestEast = absl::Hours(14);

// What only the server sets, and what a patient may not change of the own record.
constexpr const char* kServersFields[] = {"name", "consents",    "state",      "merged_into",
                                          "etag", "create_time", "update_time"};
constexpr const char* kStaffsFields[] = {"given_name", "family_name", "birth_date",
                                         "sex",        "clinic",      "portal_subject"};

void CheckBirthDate(const v1::Patient& patient, absl::Time now,
                    std::vector<base::Violation>* violations) {
  if (!patient.has_birth_date()) return;
  if (!IsDay(patient.birth_date())) {
    violations->push_back({"patient.birth_date", "is no day of the calendar"});
  } else if (ToDay(patient.birth_date()) >
             absl::ToCivilDay(now + kFurthestEast, absl::UTCTimeZone())) {
    violations->push_back({"patient.birth_date", "is in the future"});
  }
}

void NormaliseNumbers(const std::string& country, v1::Patient* patient,
                      std::vector<base::Violation>* violations) {
  const v1::Patient typed = *patient;
  patient->clear_phone_numbers();
  for (int i = 0; i < typed.phone_numbers_size(); ++i) {
    v1::PhoneNumber number = typed.phone_numbers(i);
    consultation::Normalise(country, absl::StrCat("patient.phone_numbers[", i, "]"), &number,
                            violations);
    // The same number, typed in two ways, is one.
    if (!HasNumber(*patient, number.number())) *patient->add_phone_numbers() = number;
  }
  if (patient->emergency_contact().has_phone_number()) {
    consultation::Normalise(country, "patient.emergency_contact.phone_number",
                            patient->mutable_emergency_contact()->mutable_phone_number(),
                            violations);
  }
  if (patient->escort().has_phone_number()) {
    consultation::Normalise(country, "patient.escort.phone_number",
                            patient->mutable_escort()->mutable_phone_number(), violations);
  }
}

absl::Status TakeSubject(Transaction& transaction, const v1::Patient& patient) {
  RETURN_IF_ERROR(transaction.Execute(kDropSubject, {Value::Text(patient.name())}).status());
  if (patient.portal_subject().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const int64_t taken,
                   transaction.Execute(kTakeSubject, {Value::Text(patient.portal_subject()),
                                                      Value::Text(patient.name())}));
  return taken == 1 ? absl::OkStatus() : base::AlreadyExists("patient.portal_subject");
}

absl::Status CheckMask(const rpc::Call& call, const google::protobuf::FieldMask& mask) {
  std::vector<base::Violation> violations;
  for (const std::string& path : mask.paths()) {
    if (!FieldMaskUtil::IsValidPath<v1::Patient>(path)) {
      violations.push_back({"update_mask", absl::StrCat(path, " is no field of a patient")});
      continue;
    }
    const std::string field = path.substr(0, path.find('.'));
    if (absl::c_linear_search(kServersFields, field)) {
      violations.push_back({"update_mask", absl::StrCat(field, " is set by the server")});
    } else if (call.principal.IsPatientOnly() && absl::c_linear_search(kStaffsFields, field)) {
      violations.push_back(
          {"update_mask", absl::StrCat(field, " is changed by the clinic's staff")});
    }
  }
  if (mask.paths().empty()) violations.push_back({"update_mask", "names no field"});
  return violations.empty() ? absl::OkStatus() : base::InvalidRequest(violations);
}

}  // namespace

absl::Status Patients::Normalise(const rpc::Call& call, Transaction& transaction,
                                 v1::Patient* patient) const {
  ASSIGN_OR_RETURN(const auto clinic, clinics_.Find(transaction, patient->clinic()));
  std::vector<base::Violation> violations;
  CheckBirthDate(*patient, call.now, &violations);
  NormaliseNumbers(clinic.address().country(), patient, &violations);
  if (!patient->time_zone().empty() && !FindZone(patient->time_zone()).has_value()) {
    violations.push_back({"patient.time_zone", "is no time zone of the IANA database"});
  }
  return violations.empty() ? absl::OkStatus() : base::InvalidRequest(violations);
}

absl::Status Patients::CheckDuplicates(const rpc::Call& call, Transaction& transaction,
                                       const v1::CreatePatientRequest& request,
                                       const v1::Patient& patient) const {
  std::optional<type::v1::Date> birth_date;
  if (patient.has_birth_date()) birth_date = patient.birth_date();
  ASSIGN_OR_RETURN(auto found, index_.ByName(transaction, NameTokensOf(patient), birth_date));
  std::vector<std::string> candidates = std::move(found.patients);
  for (const v1::PhoneNumber& number : patient.phone_numbers()) {
    ASSIGN_OR_RETURN(found, index_.ByPhoneNumber(transaction, number.number()));
    absl::c_move(found.patients, std::back_inserter(candidates));
  }
  if (!patient.email().empty()) {
    ASSIGN_OR_RETURN(found, index_.ByEmail(transaction, patient.email()));
    absl::c_move(found.patients, std::back_inserter(candidates));
  }
  absl::c_sort(candidates);
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());

  std::vector<v1::LikelyDuplicates::Candidate> likely;
  for (const std::string& name : candidates) {
    if (absl::c_linear_search(request.confirmed_distinct_from(), name)) continue;
    if (!MaySeePatient(call, transaction, name).ok()) continue;
    ASSIGN_OR_RETURN(const auto other, ReadPatient(transaction, name));
    const auto likenesses = LikenessesOf(patient, other.patient());
    if (!IsLikelyTheSame(likenesses, patient, other.patient())) continue;
    likely.emplace_back().set_patient(name);
    for (const auto likeness : likenesses) likely.back().add_likenesses(likeness);
  }
  if (likely.empty()) return absl::OkStatus();
  absl::c_stable_sort(likely, [](const auto& a, const auto& b) {
    return a.likenesses_size() > b.likenesses_size();
  });
  if (likely.size() > limits::kDuplicatesMax) likely.resize(limits::kDuplicatesMax);
  v1::LikelyDuplicates duplicates;
  for (auto& candidate : likely) *duplicates.add_candidates() = std::move(candidate);
  return LikelyDuplicate(duplicates);
}

absl::Status Patients::Create(const rpc::Call& call, Transaction& transaction,
                              const v1::CreatePatientRequest& request, v1::Patient* reply) {
  PatientRecord record;
  v1::Patient& patient = *record.mutable_patient();
  patient = request.patient();
  if (!patient.name().empty()) {
    return base::InvalidField("patient.name", "is given by the server: leave it out");
  }
  RETURN_IF_ERROR(Normalise(call, transaction, &patient));
  RETURN_IF_ERROR(CheckDuplicates(call, transaction, request, patient));
  patient.set_name(absl::StrCat("patients/", base::NewId(call.now, random_)));
  patient.set_state(v1::Patient::STATE_ACTIVE);
  *patient.mutable_create_time() = ToWire(call.now);
  RETURN_IF_ERROR(TakeSubject(transaction, patient));
  RETURN_IF_ERROR(Save(call, transaction, &record));
  RETURN_IF_ERROR(index_.Put(transaction, patient));
  *reply = patient;
  if (call.validate_only) reply->clear_name();
  return absl::OkStatus();
}

absl::Status Patients::Get(const rpc::Call& call, Transaction& transaction,
                           const v1::GetPatientRequest& request, v1::Patient* reply) {
  ASSIGN_OR_RETURN(auto record, Load<PatientRecord>(call, transaction, request.name()));
  *reply = std::move(*record.mutable_patient());
  return absl::OkStatus();
}

absl::Status Patients::BatchGet(const rpc::Call& call, Transaction& transaction,
                                const v1::BatchGetPatientsRequest& request,
                                v1::BatchGetPatientsResponse* reply) {
  for (const std::string& name : request.names()) {
    auto record = Load<PatientRecord>(call, transaction, name);
    auto& item = *reply->add_items();
    item.set_name(name);
    if (record.ok()) {
      *item.mutable_patient() = std::move(*record->mutable_patient());
    } else if (absl::IsPermissionDenied(record.status()) || absl::IsNotFound(record.status())) {
      *item.mutable_status() = base::ToRpcStatus(record.status());
    } else {
      return record.status();
    }
  }
  call.audit_resource = absl::StrCat("patients/- (", request.names_size(), ")");
  return absl::OkStatus();
}

absl::Status Patients::Update(const rpc::Call& call, Transaction& transaction,
                              const v1::UpdatePatientRequest& request, v1::Patient* reply) {
  RETURN_IF_ERROR(CheckMask(call, request.update_mask()));
  const std::string& name = request.patient().name();
  RETURN_IF_ERROR(transaction.BumpGuard(name));
  ASSIGN_OR_RETURN(auto record, Load<PatientRecord>(call, transaction, name));
  v1::Patient& patient = *record.mutable_patient();
  RETURN_IF_ERROR(storage::CheckEtag(request.patient().etag(), patient.etag(), name));
  if (patient.state() == v1::Patient::STATE_MERGED) {
    return WrongState(name, "MERGED", "the record was merged: change the one that goes on");
  }
  const std::string clinic_before = patient.clinic();
  FieldMaskUtil::MergeOptions replace;
  replace.set_replace_message_fields(true);
  replace.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(request.patient(), request.update_mask(), replace, &patient);
  RETURN_IF_ERROR(Normalise(call, transaction, &patient));
  const bool is_named = rpc::HasVisibleCharacter(patient.given_name()) &&
                        rpc::HasVisibleCharacter(patient.family_name());
  if (!is_named || patient.clinic().empty()) {
    return base::InvalidField("update_mask", "would leave a patient without a name or clinic");
  }
  RETURN_IF_ERROR(TakeSubject(transaction, patient));
  if (patient.clinic() != clinic_before) {
    RETURN_IF_ERROR(
        transaction.Execute(kCloseToClinic, {Value::Text(name), Value::Text(clinic_before)})
            .status());
  }
  RETURN_IF_ERROR(Save(call, transaction, &record));
  RETURN_IF_ERROR(index_.Put(transaction, patient));
  // Of the birth date and sex, and of consents.
  RETURN_IF_ERROR(consequences_.FollowPatient(transaction, call.now, name));
  *reply = patient;
  return absl::OkStatus();
}

}  // namespace clarity::consultation
