#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_TRIAL_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_TRIAL_H_

#include <map>
#include <string>
#include <tuple>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clarity/consultation/v1/policy_service.pb.h"
#include "services/consultation/policy/facts.h"
#include "services/consultation/policy/rulebook.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// An open episode, as a trial looks at it.
struct OpenEpisode {
  std::string name;
  std::string clinic;
  Facts facts;
  // The protocols of the clearance that holds; empty: there is none.
  google::protobuf::RepeatedPtrField<std::string> cleared_for;
};

// Where a trial gets the open episodes from.
class EpisodeFacts {
 public:
  virtual ~EpisodeFacts() = default;

  // Calls `visit` for the open episodes of the clinics that `is_concerned` takes, with the facts as
  // of `now`, until it gives false. Gives whether there may be more that were not visited.
  virtual absl::StatusOr<bool> ForEachOpen(
      storage::Transaction& transaction, absl::Time now,
      absl::FunctionRef<bool(absl::string_view clinic)> is_concerned,
      absl::FunctionRef<bool(const OpenEpisode&)> visit) const = 0;
};

// Which decisions a change of policy makes otherwise, counted by rule.
class Trial {
 public:
  // What the episode goes by now, and would go by. Null: nothing.
  void Add(const OpenEpisode& episode, const Rulebook* before, const Rulebook* after);
  int episodes() const { return episodes_; }
  // `truncated`: there are more episodes.
  void Report(bool truncated, v1::ApplyPolicyResponse* reply) const;

 private:
  // By rule, then by what it said and says.
  using Key = std::tuple<std::string, v1::Decision::Applies, v1::Decision::Applies>;
  std::map<Key, v1::ApplyPolicyResponse::DecisionChange> changes_;
  int episodes_ = 0;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_TRIAL_H_
