#ifndef CLARITY_SERVICES_CONSULTATION_INTAKE_CONTACTS_H_
#define CLARITY_SERVICES_CONSULTATION_INTAKE_CONTACTS_H_

#include <string>

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clarity/consultation/v1/episode_service.pb.h"
#include "services/consultation/intake/episode_log.h"
#include "services/consultation/scheduling/clinics.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// The last contacts of an episode, the newest first.
absl::StatusOr<std::vector<v1::Contact>> LastContacts(storage::Transaction& transaction,
                                                      absl::string_view episode, int64_t max);

// Calls and messages, and whom to call.
class Contacts {
 public:
  // All outlive it.
  Contacts(Clinics* clinics, const EpisodeLog* log, base::Random* random)
      : clinics_(*clinics), log_(*log), random_(*random) {}

  absl::Status Log(const rpc::Call& call, storage::Transaction& transaction,
                   const v1::LogContactRequest& request, v1::Contact* reply);
  absl::Status List(const rpc::Call& call, storage::Transaction& transaction,
                    const v1::ListContactsRequest& request, v1::ListContactsResponse* reply);
  absl::Status ListOverdue(const rpc::Call& call, storage::Transaction& transaction,
                           const v1::ListOverdueContactsRequest& request,
                           v1::ListOverdueContactsResponse* reply);

 private:
  absl::Status CheckNew(const rpc::Call& call, storage::Transaction& transaction,
                        const v1::Episode& episode, v1::Contact* contact) const;

  Clinics& clinics_;
  const EpisodeLog& log_;
  base::Random& random_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_INTAKE_CONTACTS_H_
