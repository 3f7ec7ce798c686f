#ifndef CLARITY_SERVICES_SCHEDULING_RECORDS_H_
#define CLARITY_SERVICES_SCHEDULING_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clarity/scheduling/v1/catalog.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/records.pb.h"

// The rows of appointments, holds and orders. Records are the public messages; the columns beside
// the body are what people filter and sort by, derived in one place.
namespace clarity::scheduling {

// The one way to a row of somebody's: with the caller's right to see it. What the caller may not
// see, and what does not exist, answer as Call::MaySee and Call::Missing say.
template <typename Record>
absl::StatusOr<Record> Load(const rpc::Call& call, storage::Transaction& transaction,
                            absl::string_view name);
template <>
absl::StatusOr<storage::v1::AppointmentRecord> Load(const rpc::Call& call,
                                                    storage::Transaction& transaction,
                                                    absl::string_view name);
// A live hold of the caller's own; HOLD_EXPIRED for any other.
template <>
absl::StatusOr<storage::v1::HoldRecord> Load(const rpc::Call& call,
                                             storage::Transaction& transaction,
                                             absl::string_view name);
template <>
absl::StatusOr<storage::v1::OrderRecord> Load(const rpc::Call& call,
                                              storage::Transaction& transaction,
                                              absl::string_view name);
absl::Status MaySee(const rpc::Call& call, const v1::Order& order);
// Without the right to see it: that depends on where its resources serve, see Blocks.
template <>
absl::StatusOr<storage::v1::BlockRecord> Load(const rpc::Call& call,
                                              storage::Transaction& transaction,
                                              absl::string_view name);

// For what the service itself does to an appointment when something else changes: whoever is away
// or blocked, the caller need not see every patient of theirs.
absl::StatusOr<storage::v1::AppointmentRecord> ReadAppointment(storage::Transaction& transaction,
                                                               absl::string_view name);
// And of the order of an appointment, which whoever may see that one need not see.
absl::StatusOr<storage::v1::OrderRecord> ReadOrder(storage::Transaction& transaction,
                                                   absl::string_view name);

// The one way into a reply. A patient is not shown what is for staff.
void Show(const rpc::Call& call, v1::Appointment appointment, v1::Appointment* reply);

// Writes the row, new or not: counts the revision and sets the etag and the update time.
absl::Status Save(const rpc::Call& call, storage::Transaction& transaction,
                  storage::v1::AppointmentRecord* record);
absl::Status Save(const rpc::Call& call, storage::Transaction& transaction,
                  storage::v1::HoldRecord* record);
absl::Status Save(const rpc::Call& call, storage::Transaction& transaction,
                  storage::v1::OrderRecord* record);

absl::Status Save(const rpc::Call& call, storage::Transaction& transaction,
                  storage::v1::BlockRecord* record);

absl::Status DeleteBlock(storage::Transaction& transaction, absl::string_view name);
absl::Status DeleteHold(storage::Transaction& transaction, absl::string_view name);

// How many live holds of the kind the caller has.
absl::StatusOr<int64_t> CountHolds(const rpc::Call& call, storage::Transaction& transaction,
                                   v1::Hold::Kind kind);

// Whether the patient has as many open (not yet started) appointments of the type as it allows,
// `except` aside.
absl::StatusOr<bool> HasAllOpen(storage::Transaction& transaction, const v1::VisitType& type,
                                absl::string_view patient, absl::string_view except,
                                absl::Time now);

// Booked or confirmed: nothing of the visit has happened yet.
bool IsAhead(v1::Appointment::State state);
// Cancelled or missed: it did not take place, and will not.
bool IsMissed(v1::Appointment::State state);
// Whether the rule is one of those set aside.
bool Overrides(const v1::Override& override, v1::Blocker::Rule rule);
// The one way to another state: remembers the present one for an undo.
void MoveTo(v1::Appointment::State state, storage::v1::AppointmentRecord* record);

// Whether an appointment wants attention for this reason already.
bool HasAttention(const v1::Appointment& appointment, v1::Attention::Reason reason);
// Replaces what it says for the reason.
void AddAttention(const rpc::Call& call, v1::Attention::Reason reason,
                  absl::string_view description, absl::string_view about,
                  v1::Appointment* appointment);
void RemoveAttention(v1::Attention::Reason reason, v1::Appointment* appointment);

// What the audit keeps of a reason: "ILLNESS" of REASON_ILLNESS; empty where none was given.
std::string CodeOf(absl::string_view reason_name);

// The body of a row of `appointment`, and of `visit_order`.
absl::StatusOr<v1::Appointment> ParseAppointment(absl::string_view body);
absl::StatusOr<v1::Order> ParseOrder(absl::string_view body);

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_RECORDS_H_
