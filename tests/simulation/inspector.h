#ifndef CLARITY_TESTS_SIMULATION_INSPECTOR_H_
#define CLARITY_TESTS_SIMULATION_INSPECTOR_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/records.pb.h"
#include "tests/simulation/model.h"

namespace clarity::simulation {

// Reads the tables past the service and says what is not as the model has it; empty where all is
// well.
class Inspector {
 public:
  explicit Inspector(const Model* model) : model_(*model) {}

  // What these have, after a call that touched them. `takers` are those of them that have just
  // taken time, which every page of it must tell.
  std::string CheckOwners(storage::Database& store, const std::set<std::string>& owners,
                          const std::set<std::string>& takers);

  // All there is. `done` are the requests that were acknowledged, and when; of those before
  // `replies_since` the replies may be forgotten.
  std::string CheckAll(storage::Database& store, const std::map<std::string, absl::Time>& done,
                       absl::Time replies_since);

 private:
  struct Claim {
    std::string resource;
    int64_t page = 0;
    int64_t begin = 0;
    int64_t end = 0;
    int64_t shares = 0;
    int64_t expire_time = 0;
  };
  using PageKey = std::pair<std::string, int64_t>;
  // What an owner has at every tick.
  using Ticks = std::map<PageKey, int>;

  std::string CheckOwner(storage::Transaction& transaction, const std::string& owner) const;
  bool HasEnded(const std::string& owner, const std::vector<Claim>& claims) const;
  std::string CheckClaims(const std::string& owner, const std::vector<Claim>& claims) const;
  std::string CheckPages(storage::Transaction& transaction, const std::set<std::string>& takers);
  static std::string CheckVisit(const storage::v1::AppointmentRecord& stored,
                                const Model::Visit& visit);

  std::string CheckVisits(storage::Transaction& transaction) const;
  std::string CheckHolds(storage::Transaction& transaction) const;
  std::string CheckBlocks(storage::Transaction& transaction) const;
  std::string CheckOrders(storage::Transaction& transaction) const;
  std::string CheckAllClaims(storage::Transaction& transaction);
  std::string CheckCapacity(const std::map<std::string, std::vector<Claim>>& claims) const;
  static std::string CheckRequests(storage::Transaction& transaction,
                                   const std::map<std::string, absl::Time>& done,
                                   absl::Time replies_since);
  static std::string CheckChangeLog(storage::Transaction& transaction);

  const Model& model_;
  std::map<PageKey, int64_t> versions_;  // as last seen, by resource and page
};

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_INSPECTOR_H_
