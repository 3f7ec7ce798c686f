#ifndef CLARITY_SERVICES_CONSULTATION_CLEARANCE_CLEARANCES_H_
#define CLARITY_SERVICES_CONSULTATION_CLEARANCE_CLEARANCES_H_

#include "absl/status/status.h"
#include "clarity/consultation/v1/clearance_service.pb.h"
#include "services/consultation/pathway/consequences.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// What prescribers decide. A decision is never changed but by what ends it.
class Clearances {
 public:
  // Both outlive it.
  Clearances(const Consequences* consequences, base::Random* random)
      : consequences_(*consequences), random_(*random) {}

  absl::Status Decide(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::DecideClearanceRequest& request, v1::Clearance* reply);
  absl::Status Get(const rpc::Call& call, storage::Transaction& transaction,
                   const v1::GetClearanceRequest& request, v1::Clearance* reply);
  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListClearancesRequest& request, v1::ListClearancesResponse* reply);

 private:
  // What was written as valid may have lapsed since: puts it as it is now.
  absl::Status BringUpToNow(const rpc::Call& call, storage::Transaction& transaction,
                            const storage::v1::EpisodeRecord& episode,
                            v1::Clearance* clearance) const;

  const Consequences& consequences_;
  base::Random& random_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_CLEARANCE_CLEARANCES_H_
