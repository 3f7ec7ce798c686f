#ifndef CLARITY_SERVICES_CONSULTATION_PATHWAY_OPEN_EPISODES_H_
#define CLARITY_SERVICES_CONSULTATION_PATHWAY_OPEN_EPISODES_H_

#include "services/consultation/pathway/case_file.h"
#include "services/consultation/policy/trial.h"

namespace clarity::consultation {

// The open episodes of the store, for trials of policies. Looks at no more than
// limits::kTrialRowsMax of them.
class OpenEpisodes final : public EpisodeFacts {
 public:
  // Outlives it.
  explicit OpenEpisodes(const CaseFiles* files) : files_(*files) {}

  absl::StatusOr<bool> ForEachOpen(
      storage::Transaction& transaction, absl::Time now,
      absl::FunctionRef<bool(absl::string_view clinic)> is_concerned,
      absl::FunctionRef<bool(const OpenEpisode&)> visit) const override;

 private:
  absl::StatusOr<OpenEpisode> Read(storage::Transaction& transaction, absl::Time now,
                                   const v1::Episode& episode) const;

  const CaseFiles& files_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATHWAY_OPEN_EPISODES_H_
