#ifndef CLARITY_SERVICES_CONSULTATION_EPISODE_PARTS_H_
#define CLARITY_SERVICES_CONSULTATION_EPISODE_PARTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/consultation/records.h"

// What belongs to an episode, a row each in one table: ResponseRecord, ResultRecord, OutcomeRecord,
// RequirementRecord, RuleOverrideRecord, ExclusionRecord, ClearanceRecord and PlanRecord. The
// templates below are for these, and whoever may see the patient may see the row; what of it is
// told is the caller's matter.
namespace clarity::consultation {

// "episodes/0123/results": the scope of ReadPage.
template <typename Record>
std::string CollectionOf(absl::string_view episode);

// For ReadPage. Times: of a response, when it was begun; of a result, when it was measured; of an
// outcome, when it was taken; of a requirement, when it is due; of a clearance, when it was
// decided; of a plan, when it was drafted.
inline constexpr storage::Sql kPartsNewestFirst = {
    "SELECT name, time, body FROM episode_part WHERE collection = $4 AND time <= $1 "
    "AND (time < $1 OR name > $2) ORDER BY time DESC, name LIMIT $3"};
inline constexpr storage::Sql kPartsOldestFirst = {
    "SELECT name, time, body FROM episode_part WHERE collection = $4 AND time >= $1 "
    "AND (time > $1 OR name > $2) ORDER BY time, name LIMIT $3"};

// All of an episode, by their time.
template <typename Record>
absl::StatusOr<std::vector<Record>> ReadParts(storage::Transaction& transaction,
                                              absl::string_view episode);

// Those of every episode that is the patient's now, by since when they applied.
absl::StatusOr<std::vector<storage::v1::ExclusionRecord>> ReadExclusions(
    storage::Transaction& transaction, absl::string_view patient);

// One row, for what the service does by itself; nothing where there is none of that name.
template <typename Record>
absl::StatusOr<std::optional<Record>> FindPart(storage::Transaction& transaction,
                                               absl::string_view name);

// The one way to a row for a caller: as Load of an episode.
template <typename Record>
absl::StatusOr<Record> LoadPart(const rpc::Call& call, storage::Transaction& transaction,
                                absl::string_view name);

// The same of one that is to be changed, and its episode: as LoadToChange of an episode.
template <typename Record>
struct PartToChange {
  Record record;
  storage::v1::EpisodeRecord episode;
};
template <typename Record>
absl::StatusOr<PartToChange<Record>> LoadPartToChange(const rpc::Call& call,
                                                      storage::Transaction& transaction,
                                                      absl::string_view name);

// Writes the row, new or not; counts its revision and sets its etag, where it has them.
template <typename Record>
absl::Status SavePart(storage::Transaction& transaction, Record* record);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_EPISODE_PARTS_H_
