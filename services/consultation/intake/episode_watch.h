#ifndef CLARITY_SERVICES_CONSULTATION_INTAKE_EPISODE_WATCH_H_
#define CLARITY_SERVICES_CONSULTATION_INTAKE_EPISODE_WATCH_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clarity/consultation/v1/episode_service.pb.h"
#include "services/consultation/scheduling/clinics.h"
#include "services/platform/rpc/call.h"
#include "services/platform/rpc/feed.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// The change-log streams of the clinics that the caller may see, as far as scheduling has told of
// them.
absl::StatusOr<std::vector<std::string>> VisibleEpisodeStreams(const rpc::Call& call,
                                                               storage::Transaction& transaction);

// Following the changes of episodes. For Door::Watch.
class EpisodeWatch {
 public:
  // Both outlive it, and its feeds.
  EpisodeWatch(storage::Database* database, Clinics* clinics)
      : database_(*database), clinics_(*clinics) {}

  absl::StatusOr<std::unique_ptr<rpc::Feed<v1::WatchEpisodesResponse>>> Open(
      const rpc::Call& call, const v1::WatchEpisodesRequest& request);

 private:
  absl::StatusOr<std::vector<std::string>> StreamsOf(const rpc::Call& call,
                                                     storage::Transaction& transaction,
                                                     const v1::WatchEpisodesRequest& request);

  storage::Database& database_;
  Clinics& clinics_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_INTAKE_EPISODE_WATCH_H_
