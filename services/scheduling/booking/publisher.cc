#include "services/scheduling/booking/publisher.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/platform/base/status_macros.h"
#include "services/scheduling/records.h"

namespace clarity::scheduling {

std::string StreamOf(absl::string_view clinic) {
  return absl::StrCat("clinic:", absl::StripPrefix(clinic, "clinics/"));
}

std::string ClinicOfStream(absl::string_view stream) {
  return absl::StrCat("clinics/", absl::StripPrefix(stream, "clinic:"));
}

void Publisher::AppointmentChanged(storage::Transaction& transaction,
                                   const v1::Appointment& appointment,
                                   v1::WatchAppointmentsResponse::Kind kind) const {
  Append(transaction, appointment, appointment.clinic(), kind);
}

absl::Status Publisher::Update(const rpc::Call& call, storage::Transaction& transaction,
                               storage::v1::AppointmentRecord* record) const {
  RETURN_IF_ERROR(Save(call, transaction, record));
  AppointmentChanged(transaction, record->appointment(),
                     v1::WatchAppointmentsResponse::KIND_UPDATED);
  return absl::OkStatus();
}

void Publisher::AppointmentLeft(storage::Transaction& transaction,
                                const v1::Appointment& appointment,
                                absl::string_view clinic) const {
  // Only that it went: where to is for those who see the clinic it is at now.
  v1::Appointment left;
  left.set_name(appointment.name());
  left.set_clinic(std::string(clinic));
  Append(transaction, left, clinic, v1::WatchAppointmentsResponse::KIND_LEFT);
}

void Publisher::Append(storage::Transaction& transaction, const v1::Appointment& appointment,
                       absl::string_view clinic, v1::WatchAppointmentsResponse::Kind kind) const {
  storage::v1::AppointmentChange change;
  *change.mutable_appointment() = appointment;
  change.set_kind(kind);
  const std::string stream = StreamOf(clinic);
  transaction.AppendChange(stream, v1::WatchAppointmentsResponse::Kind_Name(kind),
                           appointment.name(), change.SerializeAsString());
  transaction.OnCommit([notifier = notifier_, stream] { notifier->Notify(stream); });
}

void Publisher::CatalogChanged(storage::Transaction& transaction) const {
  transaction.OnCommit([notifier = notifier_] { notifier->Notify(kCatalogStream); });
}

void Publisher::ClaimsChanged(storage::Transaction& transaction, std::vector<Claim> removed,
                              std::vector<Claim> added) const {
  transaction.OnCommit([cache = cache_, removed = std::move(removed), added = std::move(added)] {
    cache->Apply(removed, added);
  });
}

void Publisher::ExpiryChanged(storage::Transaction& transaction, std::vector<Claim> claims,
                              absl::Time expire_time) const {
  transaction.OnCommit([cache = cache_, claims = std::move(claims), expire_time] {
    cache->SetExpiry(claims, expire_time);
  });
}

}  // namespace clarity::scheduling
