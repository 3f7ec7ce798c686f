#ifndef CLARITY_SERVICES_CONSULTATION_PLAN_PLANS_H_
#define CLARITY_SERVICES_CONSULTATION_PLAN_PLANS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "clarity/consultation/v1/plan_service.pb.h"
#include "services/consultation/pathway/consequences.h"
#include "services/consultation/plan/drafting.h"
#include "services/consultation/policy/policy_store.h"
#include "services/consultation/records.h"
#include "services/consultation/scheduling/clinics.h"
#include "services/consultation/scheduling/outbox.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// Plans of treatment: drafted from a protocol, signed, and what becomes of them. What follows for
// their orders is left to Consequences.
class Plans {
 public:
  // All outlive it.
  Plans(PolicyStore* policies, Clinics* clinics, const Consequences* consequences,
        const Outbox* outbox, base::Random* random)
      : policies_(*policies),
        clinics_(*clinics),
        consequences_(*consequences),
        outbox_(*outbox),
        random_(*random) {}

  absl::Status ListProtocols(const rpc::Call& call, storage::Transaction& transaction,
                             const v1::ListProtocolsRequest& request,
                             v1::ListProtocolsResponse* reply);
  absl::Status Draft(const rpc::Call& call, storage::Transaction& transaction,
                     const v1::DraftPlanRequest& request, v1::Plan* reply);
  absl::Status Amend(const rpc::Call& call, storage::Transaction& transaction,
                     const v1::AmendPlanRequest& request, v1::Plan* reply);
  absl::Status Cosign(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::CosignPlanRequest& request, v1::Plan* reply);
  absl::Status Sign(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::SignPlanRequest& request, v1::Plan* reply);
  absl::Status Suspend(const rpc::Call& call, storage::Transaction& transaction,
                       const v1::SuspendPlanRequest& request, v1::Plan* reply);
  absl::Status Resume(const rpc::Call& call, storage::Transaction& transaction,
                      const v1::ResumePlanRequest& request, v1::Plan* reply);
  absl::Status Close(const rpc::Call& call, storage::Transaction& transaction,
                     const v1::ClosePlanRequest& request, v1::Plan* reply);
  absl::Status Get(const rpc::Call& call, storage::Transaction& transaction,
                   const v1::GetPlanRequest& request, v1::Plan* reply);
  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListPlansRequest& request, v1::ListPlansResponse* reply);

 private:
  // A plan that is to be changed, as it stands now, and the file it is decided by.
  struct Opened {
    storage::v1::PlanRecord record;
    storage::v1::EpisodeRecord episode;
    CaseFile file;
  };
  absl::StatusOr<Opened> Open(const rpc::Call& call, storage::Transaction& transaction,
                              const std::string& name, const std::string& etag) const;
  // Writes it with what follows, and shows it.
  absl::Status Write(const rpc::Call& call, storage::Transaction& transaction, Opened* opened,
                     v1::Plan* reply) const;

  // For those who look: empty where the clinic has no policy any more, and nothing says what
  // follows.
  absl::StatusOr<CaseFile> ReadFile(const rpc::Call& call, storage::Transaction& transaction,
                                    const storage::v1::EpisodeRecord& episode) const;
  absl::StatusOr<absl::CivilDay> Today(const rpc::Call& call, storage::Transaction& transaction,
                                       const std::string& clinic) const;
  // Of a plan that is signed: no other is in force, and the one it amends is replaced. Its orders
  // go on as those of the new one.
  absl::Status TakeOver(const rpc::Call& call, storage::Transaction& transaction,
                        Opened* opened) const;
  // The one way into a reply.
  absl::Status Show(const rpc::Call& call, storage::Transaction& transaction,
                    const storage::v1::PlanRecord& record, v1::Plan* reply) const;

  PolicyStore& policies_;
  Clinics& clinics_;
  const Consequences& consequences_;
  const Outbox& outbox_;
  base::Random& random_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PLAN_PLANS_H_
