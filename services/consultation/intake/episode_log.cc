#include "services/consultation/intake/episode_log.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/consultation/records.pb.h"

namespace clarity::consultation {

std::string EpisodeStreamOf(absl::string_view clinic) {
  return absl::StrCat("episodes:", absl::StripPrefix(clinic, "clinics/"));
}

std::string ClinicOfEpisodeStream(absl::string_view stream) {
  return absl::StrCat("clinics/", absl::StripPrefix(stream, "episodes:"));
}

void EpisodeLog::Changed(storage::Transaction& transaction, const v1::Episode& episode,
                         v1::WatchEpisodesResponse::Kind kind, absl::string_view about) const {
  storage::v1::EpisodeChange change;
  *change.mutable_episode() = episode;
  change.set_kind(kind);
  change.set_about(std::string(about));
  const std::string stream = EpisodeStreamOf(episode.clinic());
  transaction.AppendChange(stream, v1::WatchEpisodesResponse::Kind_Name(kind), episode.name(),
                           change.SerializeAsString());
  transaction.OnCommit([notifier = &notifier_, stream] {
    notifier->Notify(stream);
    notifier->Notify(kAnyEpisode);
  });
}

}  // namespace clarity::consultation
