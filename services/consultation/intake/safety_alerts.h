#ifndef CLARITY_SERVICES_CONSULTATION_INTAKE_SAFETY_ALERTS_H_
#define CLARITY_SERVICES_CONSULTATION_INTAKE_SAFETY_ALERTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clarity/consultation/v1/episode_service.pb.h"
#include "clarity/consultation/v1/outcome.pb.h"
#include "services/consultation/intake/episode_log.h"
#include "services/consultation/policy/policy_store.h"
#include "services/consultation/records.pb.h"
#include "services/consultation/scheduling/clinics.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// An alert of the patient that nobody has taken up; empty: there is none.
absl::StatusOr<std::string> FindOpenAlert(storage::Transaction& transaction,
                                          absl::string_view patient);

// All alerts of one patient become another's.
absl::Status MoveAlerts(const rpc::Call& call, storage::Transaction& transaction,
                        absl::string_view from, const std::string& to);

// What must not be lost: open, owned and due until somebody takes it up.
class SafetyAlerts {
 public:
  // All outlive it.
  SafetyAlerts(PolicyStore* policies, Clinics* clinics, const EpisodeLog* log, base::Random* random)
      : policies_(*policies), clinics_(*clinics), log_(*log), random_(*random) {}

  absl::Status Raise(const rpc::Call& call, storage::Transaction& transaction,
                     const v1::RaiseSafetyAlertRequest& request, v1::SafetyAlert* reply);
  absl::Status Acknowledge(const rpc::Call& call, storage::Transaction& transaction,
                           const v1::AcknowledgeSafetyAlertRequest& request,
                           v1::SafetyAlert* reply);
  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListSafetyAlertsRequest& request,
                    v1::ListSafetyAlertsResponse* reply);

  // For what a scale says of a patient, in the transaction that records it; the alert's name.
  absl::StatusOr<std::string> RaiseFor(const rpc::Call& call, storage::Transaction& transaction,
                                       const v1::Episode& episode,
                                       const v1::PolicySettings& settings,
                                       const v1::ScaleLevel& level,
                                       const std::string& outcome) const;
  // The same for answers that were refused. What is sent again is the same alert.
  absl::StatusOr<std::string> RaiseForRefused(const rpc::Call& call,
                                              storage::Transaction& transaction,
                                              const v1::Episode& episode,
                                              const v1::PolicySettings& settings,
                                              const v1::ScaleLevel& level,
                                              const v1::Outcome& refused) const;

 private:
  // Who takes a new one up: the clinic it names. Of one that nobody knows it would be seen by
  // nobody: then the patient's own.
  absl::StatusOr<std::string> ClinicFor(storage::Transaction& transaction,
                                        const v1::SafetyAlert& alert,
                                        const v1::Patient& patient) const;
  // From now on it is open, and due; without a name it is given one.
  absl::Status Open(const rpc::Call& call, storage::Transaction& transaction, absl::Duration due,
                    storage::v1::SafetyAlertRecord* record) const;
  // Tells those who watch the patient's open episode.
  absl::Status Tell(storage::Transaction& transaction, const v1::SafetyAlert& alert) const;

  PolicyStore& policies_;
  Clinics& clinics_;
  const EpisodeLog& log_;
  base::Random& random_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_INTAKE_SAFETY_ALERTS_H_
