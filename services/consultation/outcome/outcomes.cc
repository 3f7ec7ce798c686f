#include "services/consultation/outcome/outcomes.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/consultation/episode_parts.h"
#include "services/consultation/errors.h"
#include "services/consultation/outcome/scale.h"
#include "services/consultation/paging.h"
#include "services/consultation/policy/parts_page.h"
#include "services/consultation/scheduling/visits.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using storage::v1::EpisodeRecord;
using storage::v1::OutcomeRecord;
using Records = std::vector<OutcomeRecord>;

absl::Status CheckNew(const rpc::Call& call, const v1::PolicySettings& settings,
                      const v1::Scale& scale, const v1::Outcome& outcome) {
  std::vector<base::Violation> violations = ScaleSheet(scale, outcome.items()).Check();
  for (base::Violation& violation : violations) {
    violation.field = absl::StrCat("outcome.", violation.field);
  }
  const absl::Time time = FromWire(outcome.time());
  if (time > call.now) violations.push_back({"outcome.time", "is in the future"});
  if (time < call.now - absl::Hours(24) * settings.result_age_days_max()) {
    violations.push_back(
        {"outcome.time",
         absl::StrCat("is more than ", settings.result_age_days_max(), " days back")});
  }
  return violations.empty() ? absl::OkStatus() : base::InvalidRequest(violations);
}

// When the first session began: the first visit on an order. InfiniteFuture while there is none.
absl::StatusOr<absl::Time> FirstSession(Transaction& transaction, absl::string_view patient) {
  ASSIGN_OR_RETURN(const auto visits, VisitsOf(transaction, patient));
  for (const auto& visit : visits) {
    if (!visit.order().empty() && HasBegun(visit)) return FromWire(visit.start_time());
  }
  return absl::InfiniteFuture();
}

// The last one before the first session, or else the first; null where none counts. By time.
const v1::Outcome* BaselineOf(const Records& records, absl::string_view scale,
                              absl::Time first_session) {
  const v1::Outcome* baseline = nullptr;
  for (const OutcomeRecord& record : records) {
    const v1::Outcome& outcome = record.outcome();
    if (outcome.scale() != scale || !outcome.corrected_by().empty()) continue;
    const bool is_before_session =
        first_session != absl::InfiniteFuture() && FromWire(outcome.time()) < first_session;
    if (baseline == nullptr || is_before_session) baseline = &outcome;
  }
  return baseline;
}

// Compares every outcome of the scale with the baseline, which a new or corrected one, or the first
// session, may have moved. Writes those that differ.
absl::Status Compare(Transaction& transaction, const v1::Scale& scale, absl::Time first_session,
                     Records* records) {
  const v1::Outcome* found = BaselineOf(*records, scale.id(), first_session);
  const v1::Outcome baseline = found == nullptr ? v1::Outcome() : *found;
  for (OutcomeRecord& record : *records) {
    v1::Outcome& outcome = *record.mutable_outcome();
    if (outcome.scale() != scale.id() || !outcome.corrected_by().empty()) continue;
    const std::string before = record.SerializeAsString();
    const bool is_baseline = outcome.name() == baseline.name();
    outcome.set_baseline(is_baseline ? "" : baseline.name());
    Score(
        scale,
        is_baseline || !baseline.has_score() ? std::nullopt : std::optional<int>(baseline.score()),
        &outcome);
    if (record.SerializeAsString() != before) RETURN_IF_ERROR(SavePart(transaction, &record));
  }
  return absl::OkStatus();
}

OutcomeRecord* Find(absl::string_view name, Records* records) {
  for (OutcomeRecord& record : *records) {
    if (record.outcome().name() == name) return &record;
  }
  return nullptr;
}

absl::Status Correct(const rpc::Call& call, Transaction& transaction, const v1::Outcome& by,
                     Records* records) {
  OutcomeRecord* record = Find(by.corrects(), records);
  if (record == nullptr) return call.Missing(by.corrects());
  if (record->outcome().scale() != by.scale()) {
    return base::InvalidField("outcome.corrects", "is of another scale");
  }
  if (!record->outcome().corrected_by().empty()) {
    return WrongState(by.corrects(), "CORRECTED", "it is corrected already");
  }
  record->mutable_outcome()->set_corrected_by(by.name());
  return SavePart(transaction, record);
}

// By the time they were taken.
void Insert(const OutcomeRecord& record, Records* records) {
  auto at = records->begin();
  while (at != records->end() &&
         FromWire(at->outcome().time()) <= FromWire(record.outcome().time())) {
    ++at;
  }
  records->insert(at, record);
}

// The one way into a reply. What an alert leads to is the clinicians' matter.
void Show(const rpc::Call& call, v1::Outcome outcome, v1::Outcome* reply) {
  *reply = std::move(outcome);
  if (call.principal.IsPatientOnly()) reply->clear_alerts();
}

}  // namespace

absl::Status Outcomes::ListScales(const rpc::Call&, Transaction& transaction,
                                  const v1::ListScalesRequest& request,
                                  v1::ListScalesResponse* reply) {
  ASSIGN_OR_RETURN(const auto rulebook, policies_.Of(transaction, request.clinic()));
  const v1::Policy& policy = rulebook->policy();
  return ListParts(policy, policy.scales(), request, reply->mutable_scales(), reply);
}

absl::Status Outcomes::Record(const rpc::Call& call, Transaction& transaction,
                              const v1::RecordOutcomeRequest& request, v1::Outcome* reply) {
  ASSIGN_OR_RETURN(EpisodeRecord episode,
                   LoadToChange(call, transaction, request.outcome().episode()));
  const std::string& name = episode.episode().name();
  if (episode.episode().state() == v1::Episode::STATE_CLOSED) return EpisodeClosed(name);
  ASSIGN_OR_RETURN(const auto rulebook, policies_.Of(transaction, episode.episode().clinic()));
  const v1::Scale* scale = rulebook->FindScale(request.outcome().scale());
  if (scale == nullptr) return base::NotFound(request.outcome().scale());

  OutcomeRecord record;
  v1::Outcome& outcome = *record.mutable_outcome();
  outcome = request.outcome();
  if (!outcome.has_time()) *outcome.mutable_time() = ToWire(call.now);
  RETURN_IF_ERROR(CheckNew(call, rulebook->policy().settings(), *scale, outcome));
  outcome.set_name(absl::StrCat("outcomes/", base::NewId(call.now, random_)));
  outcome.set_policy_version(rulebook->policy().version());
  outcome.set_subject(call.principal.subject);
  *outcome.mutable_create_time() = ToWire(call.now);
  for (const v1::ScaleLevel* level : ScaleSheet(*scale, outcome.items()).Alerts()) {
    ASSIGN_OR_RETURN(*outcome.add_alerts(),
                     alerts_.RaiseFor(call, transaction, episode.episode(),
                                      rulebook->policy().settings(), *level, outcome.name()));
  }
  Score(*scale, std::nullopt, &outcome);

  ASSIGN_OR_RETURN(Records records, ReadParts<OutcomeRecord>(transaction, name));
  if (!outcome.corrects().empty()) {
    RETURN_IF_ERROR(Correct(call, transaction, outcome, &records));
  }
  RETURN_IF_ERROR(SavePart(transaction, &record));
  Insert(record, &records);
  ASSIGN_OR_RETURN(const absl::Time first_session,
                   FirstSession(transaction, episode.episode().patient()));
  RETURN_IF_ERROR(Compare(transaction, *scale, first_session, &records));
  RETURN_IF_ERROR(consequences_.Follow(transaction, call.now, &episode, outcome.name()));
  call.audit_resource = outcome.name();
  Show(call, Find(outcome.name(), &records)->outcome(), reply);
  if (call.validate_only) {
    reply->clear_name();
    reply->clear_alerts();
  }
  return absl::OkStatus();
}

absl::Status Outcomes::List(const rpc::Call& call, Transaction& transaction,
                            const v1::ListOutcomesRequest& request,
                            v1::ListOutcomesResponse* reply) {
  RETURN_IF_ERROR(Load<EpisodeRecord>(call, transaction, request.episode()).status());
  const auto take = [&](OutcomeRecord& record, bool has_room) -> absl::StatusOr<bool> {
    v1::Outcome& outcome = *record.mutable_outcome();
    if (!request.scale().empty() && outcome.scale() != request.scale()) return false;
    if (!outcome.corrected_by().empty() && !request.show_corrected()) return false;
    if (has_room) Show(call, std::move(outcome), reply->add_outcomes());
    return true;
  };
  ASSIGN_OR_RETURN(
      *reply->mutable_next_page_token(),
      ReadPage<OutcomeRecord>(transaction, kPartsNewestFirst, request, Order::kNewestFirst,
                              CollectionOf<OutcomeRecord>(request.episode()), take));
  return absl::OkStatus();
}

}  // namespace clarity::consultation
