#include "services/scheduling/records.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"
#include "services/scheduling/errors.h"
#include "services/scheduling/limits.h"

namespace clarity::scheduling {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::AppointmentRecord;
using storage::v1::BlockRecord;
using storage::v1::HoldRecord;
using storage::v1::OrderRecord;

constexpr Sql kReadAppointment = {"SELECT body FROM appointment WHERE name = $1"};
constexpr Sql kWriteAppointment = {
    "INSERT INTO appointment (name, patient, clinic, visit_type, state, start_time, end_time, "
    "order_name, attention, body, key_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0) "
    "ON CONFLICT (name) DO UPDATE SET patient = $2, clinic = $3, visit_type = $4, state = $5, "
    "start_time = $6, end_time = $7, order_name = $8, attention = $9, body = $10, key_id = 0"};
constexpr Sql kReadHold = {"SELECT body FROM hold WHERE name = $1"};
constexpr Sql kWriteHold = {
    "INSERT INTO hold (name, holder, kind, clinic, visit_type, patient, expire_time, body, key_id) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0) "
    "ON CONFLICT (name) DO UPDATE SET holder = $2, kind = $3, clinic = $4, visit_type = $5, "
    "patient = $6, expire_time = $7, body = $8, key_id = 0"};
constexpr Sql kReadOrder = {"SELECT body FROM visit_order WHERE name = $1"};
constexpr Sql kWriteOrder = {
    "INSERT INTO visit_order (name, patient, state, create_time, body, key_id) "
    "VALUES ($1, $2, $3, $4, $5, 0) "
    "ON CONFLICT (name) DO UPDATE SET patient = $2, state = $3, create_time = $4, body = $5, "
    "key_id = 0"};
constexpr Sql kReadBlock = {"SELECT body FROM block WHERE name = $1"};
constexpr Sql kWriteBlock = {
    "INSERT INTO block (name, end_time, body, key_id) VALUES ($1, $2, $3, 0) "
    "ON CONFLICT (name) DO UPDATE SET end_time = $2, body = $3, key_id = 0"};
constexpr Sql kDeleteBlock = {"DELETE FROM block WHERE name = $1"};
constexpr Sql kDeleteHold = {"DELETE FROM hold WHERE name = $1"};
static_assert(v1::Appointment::STATE_BOOKED == 1 && v1::Appointment::STATE_CONFIRMED == 2 &&
              v1::Appointment::STATE_ARRIVED == 3);
constexpr Sql kCountOpen = {
    "SELECT COUNT(*) FROM appointment WHERE patient = $1 AND visit_type = $2 "
    "AND state IN (1, 2, 3) AND start_time > $4 AND name <> $3"};
constexpr Sql kCountHolds = {
    "SELECT COUNT(*) FROM hold WHERE holder = $1 AND kind = $2 AND expire_time > $3"};

const std::string& PatientOf(const v1::Appointment& appointment) {
  return appointment.participants(0).patient();
}

}  // namespace

template <>
absl::StatusOr<AppointmentRecord> Load(const rpc::Call& call, Transaction& transaction,
                                       absl::string_view name) {
  call.audit_resource = std::string(name);
  auto record = ReadAppointment(transaction, name);
  if (absl::IsNotFound(record.status())) return call.Missing(name);
  RETURN_IF_ERROR(record.status());
  const v1::Appointment& appointment = record->appointment();
  RETURN_IF_ERROR(call.MaySee(appointment.clinic(), PatientOf(appointment)));
  call.audit_clinic = appointment.clinic();
  return record;
}

template <>
absl::StatusOr<HoldRecord> Load(const rpc::Call& call, Transaction& transaction,
                                absl::string_view name) {
  call.audit_resource = std::string(name);
  ASSIGN_OR_RETURN(const auto body, storage::ReadBody(transaction, kReadHold, name));
  if (!body.has_value()) return HoldExpired(name);
  ASSIGN_OR_RETURN(auto record, storage::ParseRecord<HoldRecord>(*body));
  // Somebody else's answers like one that is gone: nobody learns which ids exist.
  if (record.hold().holder() != call.principal.subject ||
      FromWire(record.hold().expire_time()) <= call.now) {
    return HoldExpired(name);
  }
  call.audit_clinic = record.hold().clinic();
  return record;
}

template <>
absl::StatusOr<OrderRecord> Load(const rpc::Call& call, Transaction& transaction,
                                 absl::string_view name) {
  call.audit_resource = std::string(name);
  auto record = ReadOrder(transaction, name);
  if (absl::IsNotFound(record.status())) return call.Missing(name);
  RETURN_IF_ERROR(record.status());
  RETURN_IF_ERROR(MaySee(call, record->order()));
  return record;
}

absl::Status MaySee(const rpc::Call& call, const v1::Order& order) {
  return call.MaySee(order.clinic(), order.patient());
}

template <>
absl::StatusOr<BlockRecord> Load(const rpc::Call& call, Transaction& transaction,
                                 absl::string_view name) {
  call.audit_resource = std::string(name);
  ASSIGN_OR_RETURN(const auto body, storage::ReadBody(transaction, kReadBlock, name));
  if (!body.has_value()) return call.Missing(name);
  return storage::ParseRecord<BlockRecord>(*body);
}

absl::StatusOr<AppointmentRecord> ReadAppointment(Transaction& transaction,
                                                  absl::string_view name) {
  ASSIGN_OR_RETURN(const auto body, storage::ReadBody(transaction, kReadAppointment, name));
  if (!body.has_value()) return base::NotFound(name);
  return storage::ParseRecord<AppointmentRecord>(*body);
}

absl::StatusOr<OrderRecord> ReadOrder(Transaction& transaction, absl::string_view name) {
  ASSIGN_OR_RETURN(const auto body, storage::ReadBody(transaction, kReadOrder, name));
  if (!body.has_value()) return base::NotFound(name);
  return storage::ParseRecord<OrderRecord>(*body);
}

void Show(const rpc::Call& call, v1::Appointment appointment, v1::Appointment* reply) {
  *reply = std::move(appointment);
  if (!call.principal.IsPatientOnly()) return;
  reply->clear_note();
  reply->clear_override();
  reply->clear_attention();
}

absl::Status Save(const rpc::Call& call, Transaction& transaction, AppointmentRecord* record) {
  v1::Appointment& appointment = *record->mutable_appointment();
  record->set_revision(record->revision() + 1);
  appointment.set_etag(storage::EtagOf(record->revision()));
  *appointment.mutable_update_time() = ToWire(call.now);
  call.audit_resource = appointment.name();
  call.audit_clinic = appointment.clinic();
  const std::string body = record->SerializeAsString();
  return transaction
      .Execute(
          kWriteAppointment,
          {Value::Text(appointment.name()), Value::Text(PatientOf(appointment)),
           Value::Text(appointment.clinic()), Value::Text(appointment.visit_type()),
           Value::Integer(appointment.state()), Value::Time(FromWire(appointment.start_time())),
           Value::Time(FromWire(appointment.end_time())), Value::Text(appointment.order()),
           Value::Integer(appointment.attention_size()), Value::Bytes(body)})
      .status();
}

absl::Status Save(const rpc::Call& call, Transaction& transaction, HoldRecord* record) {
  v1::Hold& hold = *record->mutable_hold();
  record->set_revision(record->revision() + 1);
  hold.set_etag(storage::EtagOf(record->revision()));
  call.audit_resource = hold.name();
  call.audit_clinic = hold.clinic();
  const std::string body = record->SerializeAsString();
  return transaction
      .Execute(kWriteHold, {Value::Text(hold.name()), Value::Text(hold.holder()),
                            Value::Integer(hold.kind()), Value::Text(hold.clinic()),
                            Value::Text(hold.visit_type()), Value::Text(hold.patient()),
                            Value::Time(FromWire(hold.expire_time())), Value::Bytes(body)})
      .status();
}

absl::Status Save(const rpc::Call& call, Transaction& transaction, OrderRecord* record) {
  v1::Order& order = *record->mutable_order();
  record->set_revision(record->revision() + 1);
  order.set_etag(storage::EtagOf(record->revision()));
  *order.mutable_update_time() = ToWire(call.now);
  call.audit_resource = order.name();
  call.audit_clinic = order.clinic();
  const std::string body = record->SerializeAsString();
  return transaction
      .Execute(kWriteOrder, {Value::Text(order.name()), Value::Text(order.patient()),
                             Value::Integer(order.state()),
                             Value::Time(FromWire(order.create_time())), Value::Bytes(body)})
      .status();
}

absl::Status Save(const rpc::Call& call, Transaction& transaction, BlockRecord* record) {
  v1::Block& block = *record->mutable_block();
  record->set_revision(record->revision() + 1);
  block.set_etag(storage::EtagOf(record->revision()));
  call.audit_resource = block.name();
  const std::string body = record->SerializeAsString();
  return transaction
      .Execute(kWriteBlock, {Value::Text(block.name()),
                             Value::Time(FromWire(block.window().end_time())), Value::Bytes(body)})
      .status();
}

absl::Status DeleteBlock(Transaction& transaction, absl::string_view name) {
  return transaction.Execute(kDeleteBlock, {Value::Text(name)}).status();
}

absl::Status DeleteHold(Transaction& transaction, absl::string_view name) {
  return transaction.Execute(kDeleteHold, {Value::Text(name)}).status();
}

absl::StatusOr<int64_t> CountHolds(const rpc::Call& call, Transaction& transaction,
                                   v1::Hold::Kind kind) {
  int64_t count = 0;
  RETURN_IF_ERROR(transaction.Query(
      kCountHolds,
      {Value::Text(call.principal.subject), Value::Integer(kind), Value::Time(call.now)},
      [&](const Row& row) {
        count = row.Integer(0);
        return absl::OkStatus();
      }));
  return count;
}

absl::StatusOr<bool> HasAllOpen(Transaction& transaction, const v1::VisitType& type,
                                absl::string_view patient, absl::string_view except,
                                absl::Time now) {
  if (type.open_per_patient_max() == 0 || patient.empty()) return false;
  int64_t open = 0;
  RETURN_IF_ERROR(transaction.Query(
      kCountOpen,
      {Value::Text(patient), Value::Text(type.name()), Value::Text(except), Value::Time(now)},
      [&](const Row& row) {
        open = row.Integer(0);
        return absl::OkStatus();
      }));
  return open >= type.open_per_patient_max();
}

bool IsAhead(v1::Appointment::State state) {
  return state == v1::Appointment::STATE_BOOKED || state == v1::Appointment::STATE_CONFIRMED;
}

bool IsMissed(v1::Appointment::State state) {
  return state == v1::Appointment::STATE_CANCELLED || state == v1::Appointment::STATE_NO_SHOW;
}

bool Overrides(const v1::Override& override, v1::Blocker::Rule rule) {
  return absl::c_linear_search(override.rules(), rule);
}

void MoveTo(v1::Appointment::State state, AppointmentRecord* record) {
  auto* earlier = record->mutable_earlier_states();
  earlier->Add(record->appointment().state());
  if (earlier->size() > limits::kStatesKept) earlier->erase(earlier->begin());
  record->mutable_appointment()->set_state(state);
}

bool HasAttention(const v1::Appointment& appointment, v1::Attention::Reason reason) {
  return absl::c_any_of(appointment.attention(),
                        [&](const v1::Attention& a) { return a.reason() == reason; });
}

void AddAttention(const rpc::Call& call, v1::Attention::Reason reason,
                  absl::string_view description, absl::string_view about,
                  v1::Appointment* appointment) {
  RemoveAttention(reason, appointment);
  v1::Attention* added = appointment->add_attention();
  added->set_reason(reason);
  added->set_description(std::string(description));
  added->set_about(std::string(about));
  *added->mutable_create_time() = ToWire(call.now);
}

void RemoveAttention(v1::Attention::Reason reason, v1::Appointment* appointment) {
  auto* list = appointment->mutable_attention();
  list->erase(std::remove_if(list->begin(), list->end(),
                             [&](const v1::Attention& a) { return a.reason() == reason; }),
              list->end());
}

std::string CodeOf(absl::string_view reason_name) {
  const absl::string_view code = absl::StripPrefix(reason_name, "REASON_");
  return code == "UNSPECIFIED" ? "" : std::string(code);
}

absl::StatusOr<v1::Appointment> ParseAppointment(absl::string_view body) {
  ASSIGN_OR_RETURN(auto record, storage::ParseRecord<AppointmentRecord>(body));
  return std::move(*record.mutable_appointment());
}

absl::StatusOr<v1::Order> ParseOrder(absl::string_view body) {
  ASSIGN_OR_RETURN(auto record, storage::ParseRecord<OrderRecord>(body));
  return std::move(*record.mutable_order());
}

}  // namespace clarity::scheduling
