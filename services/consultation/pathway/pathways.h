#ifndef CLARITY_SERVICES_CONSULTATION_PATHWAY_PATHWAYS_H_
#define CLARITY_SERVICES_CONSULTATION_PATHWAY_PATHWAYS_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/episode_service.pb.h"
#include "services/consultation/pathway/consequences.h"
#include "services/consultation/scheduling/outbox.h"
#include "services/consultation/scheduling/visits.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// How far an episode has come, at a glance.
class Pathways {
 public:
  // All outlive it.
  Pathways(const Consequences* consequences, const Outbox* outbox, const Visits* visits)
      : consequences_(*consequences), outbox_(*outbox), visits_(*visits) {}

  absl::Status Get(const rpc::Call& call, storage::Transaction& transaction,
                   const v1::GetPathwayRequest& request, v1::Pathway* reply);
  absl::Status Override(const rpc::Call& call, storage::Transaction& transaction,
                        const v1::OverrideStepRequest& request, v1::Pathway* reply);

 private:
  absl::Status Show(const rpc::Call& call, storage::Transaction& transaction,
                    const storage::v1::EpisodeRecord& episode, v1::Pathway* reply);

  const Consequences& consequences_;
  const Outbox& outbox_;
  const Visits& visits_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATHWAY_PATHWAYS_H_
