#ifndef CLARITY_SERVICES_CONSULTATION_INTAKE_EPISODES_H_
#define CLARITY_SERVICES_CONSULTATION_INTAKE_EPISODES_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clarity/consultation/v1/episode_service.pb.h"
#include "services/consultation/intake/episode_log.h"
#include "services/consultation/pathway/consequences.h"
#include "services/consultation/policy/policy_store.h"
#include "services/consultation/records.h"
#include "services/consultation/scheduling/clinics.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// The open episode of a patient; nothing where there is none.
absl::StatusOr<std::optional<storage::v1::EpisodeRecord>> FindOpenEpisode(
    storage::Transaction& transaction, absl::string_view patient);

// Calls `visit` for every episode of a patient, open or not.
absl::Status ForEachEpisode(storage::Transaction& transaction, absl::string_view patient,
                            absl::FunctionRef<absl::Status(storage::v1::EpisodeRecord&)> visit);

// The one way to a caller: why it was closed is for those who treat the patient.
void ShowEpisode(const rpc::Principal& principal, v1::Episode episode, v1::Episode* reply);

// All episodes of one patient become another's. EPISODE_OPEN where both have an open one.
absl::Status MoveEpisodes(storage::Transaction& transaction, absl::Time now,
                          const std::string& from, const std::string& to, const EpisodeLog& log);

// Episodes of care: opening, reading and closing them.
class Episodes {
 public:
  // All outlive it.
  Episodes(PolicyStore* policies, Clinics* clinics, const Consequences* consequences,
           base::Random* random)
      : policies_(*policies), clinics_(*clinics), consequences_(*consequences), random_(*random) {}

  absl::Status Open(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::OpenEpisodeRequest& request, v1::Episode* reply);
  absl::Status Get(const rpc::Call& call, storage::Transaction& transaction,
                   const v1::GetEpisodeRequest& request, v1::Episode* reply);
  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListEpisodesRequest& request, v1::ListEpisodesResponse* reply);
  absl::Status Close(const rpc::Call& call, storage::Transaction& transaction,
                     const v1::CloseEpisodeRequest& request, v1::Episode* reply);

 private:
  // The number to call, in E.164.
  absl::Status NormaliseReferrer(storage::Transaction& transaction, v1::Episode* episode) const;
  // When the consultation is due, by the policy and the calendar of the clinic.
  absl::Status SetDueTimes(storage::Transaction& transaction, const v1::PolicySettings& settings,
                           storage::v1::EpisodeRecord* record) const;

  PolicyStore& policies_;
  Clinics& clinics_;
  const Consequences& consequences_;
  base::Random& random_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_INTAKE_EPISODES_H_
