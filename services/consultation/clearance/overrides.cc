#include "services/consultation/clearance/overrides.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "services/consultation/episode_parts.h"
#include "services/consultation/errors.h"
#include "services/consultation/policy/evaluation.h"
#include "services/consultation/records.h"
#include "services/consultation/signatures.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using storage::v1::RuleOverrideRecord;

// The id of a rule says what a patient has: no error repeats it.
absl::StatusOr<const v1::Decision*> FindDecision(const v1::Evaluation& evaluation,
                                                 absl::string_view rule) {
  for (const v1::Decision& decision : evaluation.decisions()) {
    if (decision.rule() == rule) return &decision;
  }
  return base::NotFound("the rule");
}

absl::Status CheckCanBeSetAside(absl::string_view episode, const v1::Decision& decision) {
  if (!Excludes(decision.effect()) || decision.overridable_by() == v1::AUTHORITY_UNSPECIFIED) {
    return NotOverridable();
  }
  if (decision.applies() == v1::Decision::APPLIES_NO) {
    return WrongState(episode, "NOT_EXCLUDED", "the rule does not apply");
  }
  if (!decision.overrides().empty()) {
    return WrongState(episode, "OVERRIDDEN", "the rule is set aside already");
  }
  return absl::OkStatus();
}

// What one prescriber has begun on these facts; or else a new one.
RuleOverrideRecord BegunOrNew(const CaseFile& file, const v1::Decision& decision) {
  for (const RuleOverrideRecord& record : file.overrides) {
    if (Holds(record, decision)) return record;
  }
  RuleOverrideRecord record;
  *record.mutable_facts() = FactsOf(decision);
  record.mutable_override()->set_episode(file.episode.episode().name());
  record.mutable_override()->set_rule(decision.rule());
  return record;
}

}  // namespace

absl::Status Overrides::OverrideRule(const rpc::Call& call, Transaction& transaction,
                                     const v1::OverrideRuleRequest& request,
                                     v1::RuleOverride* reply) {
  ASSIGN_OR_RETURN(auto episode, LoadToChange(call, transaction, request.episode()));
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), episode.episode().etag(), request.episode()));
  if (episode.episode().state() == v1::Episode::STATE_CLOSED) {
    return EpisodeClosed(request.episode());
  }
  v1::Evaluation evaluation;
  ASSIGN_OR_RETURN(const CaseFile file,
                   consequences_.Read(transaction, call.now, episode, &evaluation));
  ASSIGN_OR_RETURN(
      v1::Signature signature,
      SignAsPrescriber(call, *file.rulebook, episode.episode().clinic(), request.reason()));
  ASSIGN_OR_RETURN(const v1::Decision* decision, FindDecision(evaluation, request.rule()));
  RETURN_IF_ERROR(CheckCanBeSetAside(request.episode(), *decision));

  RuleOverrideRecord record = BegunOrNew(file, *decision);
  v1::RuleOverride& override = *record.mutable_override();
  if (HasSigned(override.signatures(), signature.practitioner())) return SecondPrescriberNeeded();
  override.set_policy_version(evaluation.policy_version());
  *override.add_signatures() = std::move(signature);
  override.set_complete(IsEnough(decision->overridable_by(), override.signatures()));
  RETURN_IF_ERROR(SavePart(transaction, &record));
  *reply = override;
  return consequences_.Follow(transaction, call.now, &episode, "");
}

}  // namespace clarity::consultation
