#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_PUBLISHER_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_PUBLISHER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/rpc/notifier.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/booking/calendar_cache.h"
#include "services/scheduling/records.pb.h"

namespace clarity::scheduling {

// The change-log stream of a clinic: "clinic:lake-forest".
std::string StreamOf(absl::string_view clinic);
std::string ClinicOfStream(absl::string_view stream);
// What the notifier tells of when the catalog has changed; the change log has no such stream.
inline constexpr char kCatalogStream[] = "catalog";

// Tells the rest of the process, and whoever watches, what a transaction has changed: in the
// change log with the change itself, in caches once it is durable.
class Publisher {
 public:
  // Both outlive it.
  Publisher(CalendarCache* cache, rpc::Notifier* notifier) : cache_(cache), notifier_(notifier) {}

  void AppointmentChanged(storage::Transaction& transaction, const v1::Appointment& appointment,
                          v1::WatchAppointmentsResponse::Kind kind) const;
  // Something about it changed that is no step and no move: saves it, and tells of it.
  absl::Status Update(const rpc::Call& call, storage::Transaction& transaction,
                      storage::v1::AppointmentRecord* record) const;
  // It went to another clinic; whoever watches this one is told that it has left.
  void AppointmentLeft(storage::Transaction& transaction, const v1::Appointment& appointment,
                       absl::string_view clinic) const;

  void CatalogChanged(storage::Transaction& transaction) const;

  void ClaimsChanged(storage::Transaction& transaction, std::vector<Claim> removed,
                     std::vector<Claim> added) const;
  void ExpiryChanged(storage::Transaction& transaction, std::vector<Claim> claims,
                     absl::Time expire_time) const;

 private:
  void Append(storage::Transaction& transaction, const v1::Appointment& appointment,
              absl::string_view clinic, v1::WatchAppointmentsResponse::Kind kind) const;

  CalendarCache* const cache_;
  rpc::Notifier* const notifier_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_PUBLISHER_H_
