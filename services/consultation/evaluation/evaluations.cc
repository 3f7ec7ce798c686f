#include "services/consultation/evaluation/evaluations.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "services/consultation/pathway/consider.h"
#include "services/consultation/pathway/exclusions.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using storage::v1::RuleOverrideRecord;

// Takes back what was amended later. What is older than the amendments that are kept stands as the
// oldest of them found it.
void UndoAmendments(absl::Time time, v1::QuestionnaireResponse* response) {
  auto& amendments = *response->mutable_amendments();
  while (!amendments.empty() && FromWire(amendments.rbegin()->time()) > time) {
    for (const v1::Answer& earlier : amendments.rbegin()->earlier_answers()) {
      const auto answer = absl::c_find_if(*response->mutable_answers(), [&](const auto& present) {
        return present.link_id() == earlier.link_id();
      });
      if (answer != response->mutable_answers()->end()) {
        *answer = earlier;
      } else {
        *response->add_answers() = earlier;
      }
    }
    amendments.RemoveLast();
  }
}

// As far as it is known: of each rule, only the override that was made last is.
bool WasMade(const RuleOverrideRecord& record, absl::Time time) {
  return absl::c_all_of(record.override().signatures(), [&](const v1::Signature& signature) {
    return FromWire(signature.time()) <= time;
  });
}

// Leaves in the file what counted at an earlier time, where the inquiry does not see to it: that
// goes by when a response was submitted, a result measured and an outcome taken.
void GoBackTo(absl::Time time, CaseFile* file) {
  for (v1::QuestionnaireResponse& response : file->facts.responses) UndoAmendments(time, &response);
  auto& overrides = file->overrides;
  const auto is_later = [&](const RuleOverrideRecord& record) { return !WasMade(record, time); };
  overrides.erase(std::remove_if(overrides.begin(), overrides.end(), is_later), overrides.end());
  for (RuleOverrideRecord& record : overrides) {
    if (absl::FromUnixMicros(record.end_time_micros()) > time) record.set_end_time_micros(0);
  }
  GoBackToExclusionsOf(time, file);
}

}  // namespace

absl::Status Evaluations::Evaluate(const rpc::Call& call, storage::Transaction& transaction,
                                   const v1::EvaluateEpisodeRequest& request,
                                   v1::Evaluation* reply) {
  ASSIGN_OR_RETURN(const auto episode,
                   Load<storage::v1::EpisodeRecord>(call, transaction, request.episode()));
  const absl::Time time = request.has_time() ? FromWire(request.time()) : call.now;
  ASSIGN_OR_RETURN(CaseFile file, files_.Read(transaction, time, episode));
  if (request.policy_version() != 0) {
    const std::string& policy = file.rulebook->policy().name();
    ASSIGN_OR_RETURN(file.rulebook, policies_.Find(transaction, policy, request.policy_version()));
  }
  GoBackTo(time, &file);
  *reply = EvaluateFile(file);
  return absl::OkStatus();
}

}  // namespace clarity::consultation
