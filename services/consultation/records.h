#ifndef CLARITY_SERVICES_CONSULTATION_RECORDS_H_
#define CLARITY_SERVICES_CONSULTATION_RECORDS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/consultation/records.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

// The rows of patients and what belongs to them. Records are the public messages; the columns
// beside the body are what people filter and sort by, derived in one place.
namespace clarity::consultation {

// The one way to a row of somebody's: with the caller's right to see it. What the caller may not
// see, and what does not exist, answer as Call::MaySee and Call::Missing say.
template <typename Record>
absl::StatusOr<Record> Load(const rpc::Call& call, storage::Transaction& transaction,
                            absl::string_view name);
template <>
absl::StatusOr<storage::v1::PatientRecord> Load(const rpc::Call& call,
                                                storage::Transaction& transaction,
                                                absl::string_view name);

template <>
absl::StatusOr<storage::v1::EpisodeRecord> Load(const rpc::Call& call,
                                                storage::Transaction& transaction,
                                                absl::string_view name);
template <>
absl::StatusOr<storage::v1::SafetyAlertRecord> Load(const rpc::Call& call,
                                                    storage::Transaction& transaction,
                                                    absl::string_view name);

// The same of an episode that is to be changed: nobody else changes it, or another episode of the
// patient, until the transaction ends.
absl::StatusOr<storage::v1::EpisodeRecord> LoadToChange(const rpc::Call& call,
                                                        storage::Transaction& transaction,
                                                        absl::string_view episode);

// OK when the caller may see this patient: the own, or one of the caller's clinics, or one whose
// glass the caller has broken.
absl::Status MaySeePatient(const rpc::Call& call, storage::Transaction& transaction,
                           absl::string_view patient);

// The same of an alert: of the caller's clinics, or about a patient whom the caller may see.
absl::Status MaySeeAlert(const rpc::Call& call, storage::Transaction& transaction,
                         const v1::SafetyAlert& alert);

// Whether callers of this clinic see the patient.
absl::StatusOr<bool> IsAtClinic(storage::Transaction& transaction, absl::string_view patient,
                                absl::string_view clinic);

// Without the right to see it, for what the service does by itself. NOT_FOUND where there is none.
absl::StatusOr<storage::v1::PatientRecord> ReadPatient(storage::Transaction& transaction,
                                                       absl::string_view name);
absl::StatusOr<storage::v1::EpisodeRecord> ReadEpisode(storage::Transaction& transaction,
                                                       absl::string_view name);

// Writes the row, new or not: counts the revision and sets the etag and the update time.
absl::Status Save(const rpc::Call& call, storage::Transaction& transaction,
                  storage::v1::PatientRecord* record);
absl::Status Save(const rpc::Call& call, storage::Transaction& transaction,
                  storage::v1::SafetyAlertRecord* record);
// Whether the consultation is still to come. Where treatment does not go on, nobody waits for it.
bool IsWaiting(const storage::v1::EpisodeRecord& record);
// The same for what nobody calls for: scheduling has told something.
absl::Status Save(storage::Transaction& transaction, absl::Time now,
                  storage::v1::EpisodeRecord* record);

// From now on callers of this clinic see the patient.
absl::Status OpenToClinic(storage::Transaction& transaction, absl::string_view patient,
                          absl::string_view clinic);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_RECORDS_H_
