#include "services/consultation/outcome/outcomes.h"

#include <algorithm>
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
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using storage::v1::EpisodeRecord;
using storage::v1::OutcomeRecord;
using Records = std::vector<OutcomeRecord>;

// When a scale may have been taken at the earliest. What was not too old when it was recorded can
// be corrected.
absl::Time EarliestFor(const rpc::Call& call, const v1::PolicySettings& settings,
                       const OutcomeRecord* corrected) {
  const absl::Time earliest = call.now - absl::Hours(24) * settings.result_age_days_max();
  return corrected == nullptr ? earliest
                              : std::min(earliest, FromWire(corrected->outcome().time()));
}

absl::Status CheckNew(const rpc::Call& call, absl::Time earliest, const v1::Scale& scale,
                      const v1::Outcome& outcome) {
  std::vector<base::Violation> violations = ScaleSheet(scale, outcome.items()).Check();
  for (base::Violation& violation : violations) {
    violation.field = absl::StrCat("outcome.", violation.field);
  }
  const absl::Time time = FromWire(outcome.time());
  if (time > call.now) violations.push_back({"outcome.time", "is in the future"});
  if (time < earliest) violations.push_back({"outcome.time", "is too long ago for the policy"});
  return violations.empty() ? absl::OkStatus() : base::InvalidRequest(violations);
}

// When the episode's first session began: the first visit on an order. InfiniteFuture while there
// is none.
absl::StatusOr<absl::Time> FirstSession(Transaction& transaction, const v1::Episode& episode) {
  ASSIGN_OR_RETURN(const auto visits, VisitsOf(transaction, episode.patient()));
  for (const auto& visit : visits) {
    const absl::Time start = FromWire(visit.start_time());
    const bool is_of_episode = start >= FromWire(episode.contact_time());
    if (is_of_episode && !visit.order().empty() && HasBegun(visit)) return start;
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

// Compares the outcomes of the scale with the baseline, where a new or corrected one, or the first
// session, has moved it. What each says by itself stays as its version of the scale had it.
absl::Status CompareAll(Transaction& transaction, const v1::Scale& scale, absl::Time first_session,
                        Records* records) {
  const v1::Outcome* found = BaselineOf(*records, scale.id(), first_session);
  const v1::Outcome baseline = found == nullptr ? v1::Outcome() : *found;
  for (OutcomeRecord& record : *records) {
    v1::Outcome& outcome = *record.mutable_outcome();
    if (outcome.scale() != scale.id() || !outcome.corrected_by().empty()) continue;
    const bool is_baseline = outcome.name() == baseline.name();
    const std::string& by = is_baseline ? "" : baseline.name();
    if (outcome.baseline() == by) continue;
    outcome.set_baseline(by);
    Compare(scale, is_baseline ? v1::Outcome() : baseline, &outcome);
    RETURN_IF_ERROR(SavePart(transaction, &record));
  }
  return absl::OkStatus();
}

OutcomeRecord* Find(absl::string_view name, Records* records) {
  for (OutcomeRecord& record : *records) {
    if (record.outcome().name() == name) return &record;
  }
  return nullptr;
}

// What somebody has recorded is theirs to correct, and the clinic's.
absl::Status CheckMayCorrect(const rpc::Call& call, const v1::Outcome& outcome) {
  const rpc::Principal& principal = call.principal;
  const bool may = principal.Has(rpc::Role::kStaff) || principal.Has(rpc::Role::kClinician) ||
                   principal.subject == outcome.subject();
  return may ? absl::OkStatus() : base::PermissionDenied();
}

// That `by` can take the place of `outcome`.
absl::Status CheckCorrection(const v1::Outcome& outcome, const v1::Outcome& by) {
  if (!outcome.corrected_by().empty()) {
    return WrongState(outcome.name(), "CORRECTED", "it is corrected already");
  }
  std::vector<base::Violation> violations;
  if (by.episode() != outcome.episode()) violations.push_back({"outcome.episode", "is another"});
  if (by.scale() != outcome.scale()) violations.push_back({"outcome.scale", "is another"});
  return violations.empty() ? absl::OkStatus() : base::InvalidRequest(violations);
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

v1::Actor RecorderOf(const rpc::Principal& principal) {
  if (principal.IsPatientOnly()) return v1::ACTOR_PATIENT;
  return principal.Has(rpc::Role::kClinician) ? v1::ACTOR_CLINICIAN : v1::ACTOR_STAFF;
}

// The one way into a reply. What an alert leads to is the clinicians' matter.
void Show(const rpc::Call& call, v1::Outcome outcome, v1::Outcome* reply) {
  *reply = std::move(outcome);
  if (!call.principal.IsPatientOnly()) return;
  reply->clear_alerts();
  reply->clear_reason();
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
  return Add(call, transaction, &episode, /*corrected=*/nullptr, request.outcome(), reply);
}

absl::Status Outcomes::Correct(const rpc::Call& call, Transaction& transaction,
                               const v1::CorrectOutcomeRequest& request, v1::Outcome* reply) {
  ASSIGN_OR_RETURN(auto part, LoadPartToChange<OutcomeRecord>(call, transaction, request.name()));
  v1::Outcome& corrected = *part.record.mutable_outcome();
  RETURN_IF_ERROR(CheckMayCorrect(call, corrected));
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), corrected.etag(), request.name()));
  RETURN_IF_ERROR(CheckCorrection(corrected, request.outcome()));
  v1::Outcome by = request.outcome();
  if (!by.has_time()) *by.mutable_time() = corrected.time();
  by.set_corrects(request.name());
  by.set_reason(request.reason());
  return Add(call, transaction, &part.episode, &part.record, std::move(by), reply);
}

absl::Status Outcomes::Add(const rpc::Call& call, Transaction& transaction, EpisodeRecord* episode,
                           OutcomeRecord* corrected, v1::Outcome said, v1::Outcome* reply) const {
  const v1::Episode& of = episode->episode();
  if (of.state() == v1::Episode::STATE_CLOSED) return EpisodeClosed(of.name());
  ASSIGN_OR_RETURN(const auto rulebook, policies_.Of(transaction, of.clinic()));
  const v1::Scale* scale = rulebook->FindScale(said.scale());
  if (scale == nullptr) return base::NotFound(said.scale());

  OutcomeRecord record;
  v1::Outcome& outcome = *record.mutable_outcome();
  outcome = std::move(said);
  if (!outcome.has_time()) *outcome.mutable_time() = ToWire(call.now);
  const v1::PolicySettings& settings = rulebook->policy().settings();
  RETURN_IF_ERROR(CheckNew(call, EarliestFor(call, settings, corrected), *scale, outcome));
  outcome.set_name(absl::StrCat("outcomes/", base::NewId(call.now, random_)));
  outcome.set_policy_version(rulebook->policy().version());
  outcome.set_subject(call.principal.subject);
  outcome.set_recorder(RecorderOf(call.principal));
  *outcome.mutable_create_time() = ToWire(call.now);
  for (const v1::ScaleLevel* level : ScaleSheet(*scale, outcome.items()).Alerts()) {
    ASSIGN_OR_RETURN(*outcome.add_alerts(),
                     alerts_.RaiseFor(call, transaction, of, settings, *level, outcome.name()));
  }
  Score(*scale, &outcome);

  if (corrected != nullptr) {
    corrected->mutable_outcome()->set_corrected_by(outcome.name());
    RETURN_IF_ERROR(SavePart(transaction, corrected));
  }
  ASSIGN_OR_RETURN(Records records, ReadParts<OutcomeRecord>(transaction, of.name()));
  RETURN_IF_ERROR(SavePart(transaction, &record));
  Insert(record, &records);
  ASSIGN_OR_RETURN(const absl::Time first_session, FirstSession(transaction, of));
  RETURN_IF_ERROR(CompareAll(transaction, *scale, first_session, &records));
  RETURN_IF_ERROR(consequences_.Follow(transaction, call.now, episode, outcome.name()));
  call.audit_resource = outcome.name();
  Show(call, Find(outcome.name(), &records)->outcome(), reply);
  if (call.validate_only) {
    reply->clear_name();
    reply->clear_alerts();
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Outcomes::KeepRecorded(const rpc::Call& call, Transaction& transaction,
                                            const v1::RecordOutcomeRequest& request,
                                            absl::Status* refusal) {
  return KeepAlerts(call, transaction, request.outcome(), refusal);
}

absl::StatusOr<bool> Outcomes::KeepCorrected(const rpc::Call& call, Transaction& transaction,
                                             const v1::CorrectOutcomeRequest& request,
                                             absl::Status* refusal) {
  return KeepAlerts(call, transaction, request.outcome(), refusal);
}

absl::StatusOr<bool> Outcomes::KeepAlerts(const rpc::Call& call, Transaction& transaction,
                                          const v1::Outcome& said, absl::Status* refusal) const {
  const auto episode = Load<EpisodeRecord>(call, transaction, said.episode());
  if (absl::IsNotFound(episode.status()) || absl::IsPermissionDenied(episode.status())) {
    return false;
  }
  RETURN_IF_ERROR(episode.status());
  const v1::Episode& of = episode->episode();
  const auto rulebook = policies_.Of(transaction, of.clinic());
  if (absl::IsFailedPrecondition(rulebook.status())) return false;  // nothing says what is one
  RETURN_IF_ERROR(rulebook.status());
  const v1::Scale* scale = (*rulebook)->FindScale(said.scale());
  if (scale == nullptr) return false;
  v1::AlertsRaised raised;
  const ScaleSheet sheet(*scale, said.items(), ScaleSheet::Reading::kAll);
  for (const v1::ScaleLevel* level : sheet.Alerts()) {
    ASSIGN_OR_RETURN(*raised.add_alerts(),
                     alerts_.RaiseForRefused(call, transaction, of,
                                             (*rulebook)->policy().settings(), *level, said));
  }
  if (!call.principal.IsPatientOnly() && !raised.alerts().empty()) {
    base::AddDetail(*refusal, raised);
  }
  return !raised.alerts().empty();
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
