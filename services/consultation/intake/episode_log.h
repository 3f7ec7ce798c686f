#ifndef CLARITY_SERVICES_CONSULTATION_INTAKE_EPISODE_LOG_H_
#define CLARITY_SERVICES_CONSULTATION_INTAKE_EPISODE_LOG_H_

#include <string>

#include "absl/strings/string_view.h"
#include "clarity/consultation/v1/episode_service.pb.h"
#include "services/platform/rpc/notifier.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// The change-log stream of a clinic's episodes: "episodes:lake-forest".
std::string EpisodeStreamOf(absl::string_view clinic);
std::string ClinicOfEpisodeStream(absl::string_view stream);
// Notified of a change in any of them; itself it has no changes.
inline constexpr char kAnyEpisode[] = "episodes";

// Tells whoever watches what a transaction has changed, with the change itself.
class EpisodeLog {
 public:
  // Outlives it.
  explicit EpisodeLog(rpc::Notifier* notifier) : notifier_(*notifier) {}

  // `about`: what of the episode has changed; empty: the episode itself.
  void Changed(storage::Transaction& transaction, const v1::Episode& episode,
               v1::WatchEpisodesResponse::Kind kind, absl::string_view about = "") const;

 private:
  rpc::Notifier& notifier_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_INTAKE_EPISODE_LOG_H_
