#include "services/consultation/pathway/case_file.h"

#include <utility>

#include "services/consultation/episode_parts.h"
#include "services/consultation/scheduling/visits.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using storage::v1::ClearanceRecord;
using storage::v1::OutcomeRecord;
using storage::v1::PlanRecord;
using storage::v1::ResponseRecord;
using storage::v1::ResultRecord;

}  // namespace

bool GoesOn(const v1::Plan& plan) {
  return plan.state() == v1::Plan::STATE_SIGNED || plan.state() == v1::Plan::STATE_SUSPENDED;
}

absl::StatusOr<Facts> CaseFiles::ReadFacts(Transaction& transaction, absl::Time now,
                                           const v1::Episode& episode,
                                           const v1::Patient& patient) const {
  Facts facts;
  facts.time = now;
  ASSIGN_OR_RETURN(const auto clinic, clinics_.Find(transaction, episode.clinic()));
  ASSIGN_OR_RETURN(facts.zone, ZoneOf(clinic));
  if (patient.has_birth_date()) facts.birth_date = ToDay(patient.birth_date());
  ASSIGN_OR_RETURN(auto responses, ReadParts<ResponseRecord>(transaction, episode.name()));
  for (ResponseRecord& record : responses) {
    facts.responses.push_back(std::move(*record.mutable_response()));
  }
  ASSIGN_OR_RETURN(auto results, ReadParts<ResultRecord>(transaction, episode.name()));
  for (ResultRecord& record : results) facts.results.push_back(std::move(*record.mutable_result()));
  ASSIGN_OR_RETURN(auto outcomes, ReadParts<OutcomeRecord>(transaction, episode.name()));
  for (OutcomeRecord& record : outcomes) {
    facts.outcomes.push_back(std::move(*record.mutable_outcome()));
  }
  return facts;
}

absl::StatusOr<CaseFile> CaseFiles::Read(Transaction& transaction, absl::Time now,
                                         const storage::v1::EpisodeRecord& episode) const {
  const std::string& name = episode.episode().name();
  CaseFile file;
  file.episode = episode;
  ASSIGN_OR_RETURN(file.rulebook, policies_.Of(transaction, episode.episode().clinic()));
  ASSIGN_OR_RETURN(auto patient, ReadPatient(transaction, episode.episode().patient()));
  file.patient = std::move(*patient.mutable_patient());
  ASSIGN_OR_RETURN(file.facts, ReadFacts(transaction, now, episode.episode(), file.patient));
  ASSIGN_OR_RETURN(file.requirements, ReadParts<storage::v1::RequirementRecord>(transaction, name));
  ASSIGN_OR_RETURN(file.overrides, ReadParts<storage::v1::RuleOverrideRecord>(transaction, name));
  ASSIGN_OR_RETURN(file.exclusions, ReadExclusions(transaction, episode.episode().patient()));
  ASSIGN_OR_RETURN(file.clearance,
                   FindPart<ClearanceRecord>(transaction, episode.episode().clearance()));
  ASSIGN_OR_RETURN(file.plan, FindPart<PlanRecord>(transaction, episode.episode().plan()));
  if (file.plan.has_value()) {
    ASSIGN_OR_RETURN(const auto clinic, clinics_.Find(transaction, file.plan->plan().clinic()));
    ASSIGN_OR_RETURN(file.plan_zone, ZoneOf(clinic));
  }
  ASSIGN_OR_RETURN(file.visits, VisitsOf(transaction, episode.episode().patient()));
  return file;
}

}  // namespace clarity::consultation
