#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_AUDIT_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_AUDIT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/platform/storage/database.h"

// Who did what to which record, and why: one row a write, in the transaction of the write. Rows
// are added and read, never changed. They name records, and hold nothing of what is in them.
namespace clarity::storage {

struct AuditRecord {
  // From base::NewId: unique and in the order of time without a counter all writers would wait for.
  std::string id;
  absl::Time time;
  std::string subject;  // whose token it was
  std::string actor;    // who acted for the subject; empty if nobody did
  std::string method;   // "clarity.scheduling.v1.AppointmentService/BookAppointment"
  std::string resource_name;
  std::string request_id;
  std::string reason;  // its code, as given by the caller for an undo or a cancellation
  std::string clinic;  // "clinics/lake-forest"; empty where no single clinic is concerned
};

absl::Status AppendAudit(Transaction& transaction, const AuditRecord& record);

// For tools and tests: at most `limit` records after the one with the id `after_id` (empty: from
// the first), in the order of their ids.
absl::StatusOr<std::vector<AuditRecord>> ReadAudit(Transaction& transaction,
                                                   absl::string_view after_id, int limit);

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_AUDIT_H_
