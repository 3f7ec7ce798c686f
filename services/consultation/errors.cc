#include "services/consultation/errors.h"

#include <string>

#include "services/platform/base/errors.h"

namespace clarity::consultation {

absl::Status LikelyDuplicate(const v1::LikelyDuplicates& duplicates) {
  absl::Status status = base::FailedPrecondition(
      "LIKELY_DUPLICATE",
      "there may be a record of this person already: look at those named, and use one, or name "
      "them as confirmed_distinct_from");
  base::AddDetail(status, duplicates);
  return status;
}

absl::Status WrongState(absl::string_view name, absl::string_view state, absl::string_view why) {
  return base::FailedPrecondition("WRONG_STATE", why,
                                  {{"name", std::string(name)}, {"state", std::string(state)}});
}

absl::Status EpisodeOpen(absl::string_view episode) {
  return base::FailedPrecondition("EPISODE_OPEN", "the patient has an open episode already",
                                  {{"name", std::string(episode)}});
}

absl::Status EpisodeClosed(absl::string_view episode) {
  return base::FailedPrecondition("EPISODE_CLOSED",
                                  "the episode is closed: nothing more is recorded in it",
                                  {{"name", std::string(episode)}});
}

absl::Status AlertOpen(absl::string_view alert) {
  return base::FailedPrecondition("ALERT_OPEN", "a safety alert is open: it must be taken up first",
                                  {{"name", std::string(alert)}});
}

}  // namespace clarity::consultation
