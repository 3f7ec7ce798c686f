#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_POLICY_STORE_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_POLICY_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/consultation/policy/policy_records.pb.h"
#include "services/consultation/policy/rulebook.h"
#include "services/platform/base/mutex.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// The policies' tables, and the rulebooks in memory that save reading them. A transaction decides
// by the version and etag it reads itself, so it never acts on a policy that another replica has
// replaced. Safe for any number of threads.
class PolicyStore {
 public:
  using Policy = std::shared_ptr<const Rulebook>;

  // What the clinic goes by: the policy that names it, or else that of all clinics.
  // FAILED_PRECONDITION NO_POLICY where there is neither.
  absl::StatusOr<Policy> Of(storage::Transaction& transaction, absl::string_view clinic);

  // A version of a policy; 0: the present one. NOT_FOUND.
  absl::StatusOr<Policy> Find(storage::Transaction& transaction, absl::string_view name,
                              int64_t version);

  // Those in force, by name.
  absl::StatusOr<std::vector<Policy>> All(storage::Transaction& transaction);

  // Makes it the present version, whose number, time and etag it has. The version before it stays
  // on record.
  static absl::Status Put(storage::Transaction& transaction,
                          const storage::v1::PolicyVersionRecord& record);

 private:
  // Name, version, etag: a version that was rolled back may come again with other contents.
  using Key = std::tuple<std::string, int64_t, std::string>;

  absl::StatusOr<Policy> Read(storage::Transaction& transaction, const Key& key);

  base::Mutex mutex_;
  std::map<Key, Policy> rulebooks_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_POLICY_STORE_H_
