#include "services/consultation/clearance/clearances.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/consultation/clearance/blockers.h"
#include "services/consultation/episode_parts.h"
#include "services/consultation/errors.h"
#include "services/consultation/paging.h"
#include "services/consultation/pathway/exclusions.h"
#include "services/consultation/records.h"
#include "services/consultation/signatures.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/visible.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using storage::v1::ClearanceRecord;
using storage::v1::EpisodeRecord;
using storage::v1::ExclusionRecord;
using Violations = std::vector<base::Violation>;

// A field belongs to some verdicts: there it is required, elsewhere it means nothing.
void CheckGiven(const char* field, bool is_wanted, bool is_given, Violations* violations) {
  if (is_wanted && !is_given) violations->push_back({field, "is required for this verdict"});
  if (!is_wanted && is_given) violations->push_back({field, "is not for this verdict"});
}

void CheckDeferral(const v1::DecideClearanceRequest& request, const Facts& facts,
                   Violations* violations) {
  if (!request.has_defer_until_date()) return;
  if (!IsDay(request.defer_until_date())) {
    return violations->push_back({"defer_until_date", "is no day"});
  }
  if (ToDay(request.defer_until_date()) <= absl::ToCivilDay(facts.time, facts.zone)) {
    violations->push_back({"defer_until_date", "is not in the future"});
  }
}

absl::Status CheckFields(const v1::DecideClearanceRequest& request, const Facts& facts) {
  const auto verdict = request.verdict();
  Violations violations;
  CheckGiven("protocols", Clears(verdict), !request.protocols().empty(), &violations);
  CheckGiven("conditions", verdict == v1::Clearance::VERDICT_CLEARED_WITH_CONDITIONS,
             !request.conditions().empty(), &violations);
  CheckGiven("defer_until_date", verdict == v1::Clearance::VERDICT_DEFERRED,
             request.has_defer_until_date(), &violations);
  for (int i = 0; i < request.conditions_size(); ++i) {
    if (!rpc::HasVisibleCharacter(request.conditions(i))) {
      violations.push_back({absl::StrCat("conditions[", i, "]"), "is empty"});
    }
  }
  CheckDeferral(request, facts, &violations);
  return violations.empty() ? absl::OkStatus() : base::InvalidRequest(violations);
}

// That there is something to settle of each rule that is named.
absl::Status CheckSettled(const v1::DecideClearanceRequest& request,
                          const v1::Evaluation& evaluation) {
  std::set<absl::string_view> rules;
  for (int i = 0; i < request.settled_exclusions_size(); ++i) {
    const std::string& rule = request.settled_exclusions(i).rule();
    if (!rules.insert(rule).second) {
      return base::InvalidField(absl::StrCat("settled_exclusions[", i, "].rule"),
                                "is there already");
    }
    const auto decision = absl::c_find_if(
        evaluation.decisions(), [&](const v1::Decision& each) { return each.rule() == rule; });
    // The id of a rule says what a patient has: no error repeats it.
    if (decision == evaluation.decisions().end()) return base::NotFound("the rule");
    if (decision->past_exclusions().empty()) {
      return WrongState(request.episode(), "NOT_OPEN", "nothing is to be settled of the rule");
    }
  }
  return absl::OkStatus();
}

// That nothing stands in the way of a verdict that clears.
absl::Status CheckClearable(const v1::DecideClearanceRequest& request, const CaseFile& file,
                            const v1::Evaluation& evaluation) {
  if (!Clears(request.verdict())) return absl::OkStatus();
  for (const std::string& protocol : request.protocols()) {
    // What a patient is treated by is for no error to repeat.
    if (file.rulebook->FindProtocol(protocol) == nullptr) return base::NotFound("the protocol");
  }
  const auto blockers = BlockersOf(file, evaluation, request);
  const bool is_free = blockers.rules().empty() && blockers.requirements().empty() &&
                       blockers.past_exclusions().empty();
  return is_free ? absl::OkStatus() : NotClearable(blockers);
}

// The decision before this one, where it still holds.
absl::Status Replace(Transaction& transaction, absl::Time now, ClearanceRecord record) {
  v1::Clearance& clearance = *record.mutable_clearance();
  if (clearance.state() == v1::Clearance::STATE_VALID) {
    EndClearance(v1::Clearance::STATE_REPLACED, "A newer decision", now, &clearance);
  }
  return SavePart(transaction, &record);
}

}  // namespace

absl::Status Clearances::Decide(const rpc::Call& call, Transaction& transaction,
                                const v1::DecideClearanceRequest& request, v1::Clearance* reply) {
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
  RETURN_IF_ERROR(CheckFields(request, file.facts));
  RETURN_IF_ERROR(CheckSettled(request, evaluation));
  RETURN_IF_ERROR(CheckClearable(request, file, evaluation));
  if (file.clearance.has_value()) {
    RETURN_IF_ERROR(Replace(transaction, call.now, *file.clearance));
  }

  ClearanceRecord record;
  v1::Clearance& clearance = *record.mutable_clearance();
  clearance.set_name(absl::StrCat("clearances/", base::NewId(call.now, random_)));
  clearance.set_episode(request.episode());
  clearance.set_verdict(request.verdict());
  *clearance.mutable_protocols() = request.protocols();
  *clearance.mutable_conditions() = request.conditions();
  if (request.has_defer_until_date()) {
    *clearance.mutable_defer_until_date() = request.defer_until_date();
  }
  *clearance.mutable_settled_exclusions() = request.settled_exclusions();
  *clearance.mutable_signature() = std::move(signature);
  *clearance.mutable_evaluation() = std::move(evaluation);
  clearance.set_state(v1::Clearance::STATE_VALID);
  const absl::Time expiry = ExpiryOf(file, request.protocols());
  if (Clears(request.verdict()) && expiry != absl::InfiniteFuture()) {
    *clearance.mutable_expire_time() = ToWire(expiry);
  }
  RETURN_IF_ERROR(SavePart(transaction, &record));
  for (ExclusionRecord& settled : SettledBy(clearance, file)) {
    RETURN_IF_ERROR(SavePart(transaction, &settled));
  }
  episode.mutable_episode()->set_clearance(clearance.name());
  call.audit_resource = clearance.name();
  *reply = clearance;
  if (call.validate_only) reply->clear_name();
  return consequences_.Follow(transaction, call.now, &episode, clearance.name());
}

absl::Status Clearances::BringUpToNow(const rpc::Call& call, Transaction& transaction,
                                      const EpisodeRecord& episode,
                                      v1::Clearance* clearance) const {
  if (clearance->state() != v1::Clearance::STATE_VALID) return absl::OkStatus();
  ASSIGN_OR_RETURN(CaseFile file, consequences_.Read(transaction, call.now, episode));
  *clearance = std::move(*file.clearance->mutable_clearance());
  return absl::OkStatus();
}

absl::Status Clearances::Get(const rpc::Call& call, Transaction& transaction,
                             const v1::GetClearanceRequest& request, v1::Clearance* reply) {
  ASSIGN_OR_RETURN(auto record, LoadPart<ClearanceRecord>(call, transaction, request.name()));
  *reply = std::move(*record.mutable_clearance());
  ASSIGN_OR_RETURN(const auto episode, Load<EpisodeRecord>(call, transaction, reply->episode()));
  call.audit_resource = request.name();
  return BringUpToNow(call, transaction, episode, reply);
}

absl::Status Clearances::List(const rpc::Call& call, Transaction& transaction,
                              const v1::ListClearancesRequest& request,
                              v1::ListClearancesResponse* reply) {
  ASSIGN_OR_RETURN(const auto episode, Load<EpisodeRecord>(call, transaction, request.episode()));
  const auto take = [&](ClearanceRecord& record, bool has_room) -> absl::StatusOr<bool> {
    if (!has_room) return true;
    v1::Clearance& clearance = *reply->add_clearances();
    clearance = std::move(*record.mutable_clearance());
    RETURN_IF_ERROR(BringUpToNow(call, transaction, episode, &clearance));
    return true;
  };
  ASSIGN_OR_RETURN(
      *reply->mutable_next_page_token(),
      ReadPage<ClearanceRecord>(transaction, kPartsNewestFirst, request, Order::kNewestFirst,
                                CollectionOf<ClearanceRecord>(request.episode()), take));
  return absl::OkStatus();
}

}  // namespace clarity::consultation
