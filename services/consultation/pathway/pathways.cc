#include "services/consultation/pathway/pathways.h"

#include <algorithm>
#include <set>
#include <string>

#include "services/consultation/errors.h"
#include "services/consultation/intake/contacts.h"
#include "services/consultation/intake/episodes.h"
#include "services/consultation/intake/safety_alerts.h"
#include "services/consultation/limits.h"
#include "services/consultation/pathway/outline.h"
#include "services/consultation/signatures.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using storage::v1::EpisodeRecord;
using storage::v1::StepRecord;

absl::StatusOr<EpisodeRecord> Find(const rpc::Call& call, Transaction& transaction,
                                   const v1::GetPathwayRequest& request) {
  const std::string& patient =
      request.patient().empty() && request.episode().empty() && call.principal.IsPatientOnly()
          ? call.principal.patient
          : request.patient();
  if (request.episode().empty() && patient.empty()) {
    return base::InvalidField("episode", "is required where no patient is named");
  }
  if (!request.episode().empty()) {
    ASSIGN_OR_RETURN(auto record, Load<EpisodeRecord>(call, transaction, request.episode()));
    if (!patient.empty() && record.episode().patient() != patient) {
      return base::InvalidField("episode", "is not the patient's");
    }
    return record;
  }
  RETURN_IF_ERROR(Load<storage::v1::PatientRecord>(call, transaction, patient).status());
  ASSIGN_OR_RETURN(auto open, FindOpenEpisode(transaction, patient));
  if (!open.has_value()) return NoEpisode();
  call.audit_resource = open->episode().name();
  call.audit_clinic = open->episode().clinic();
  return *std::move(open);
}

// Whether what the actor has to do can be done by the caller, or with the caller's help.
bool CanAct(const rpc::Principal& principal, v1::Actor actor) {
  const bool is_clinician =
      principal.Has(rpc::Role::kClinician) || principal.Has(rpc::Role::kService);
  switch (actor) {
    case v1::ACTOR_PATIENT:
      return true;
    case v1::ACTOR_AGENT:
      return !principal.IsPatientOnly();
    case v1::ACTOR_STAFF:
      return is_clinician || principal.Has(rpc::Role::kStaff);
    default:
      return is_clinician;
  }
}

// Which scales are asked says what somebody suffers from.
bool SeesScales(const rpc::Principal& principal, v1::Actor actor) {
  return principal.IsPatientOnly() ? actor == v1::ACTOR_PATIENT
                                   : CanAct(principal, v1::ACTOR_STAFF);
}

void BlankPoints(const rpc::Principal& principal, v1::Pathway::StepStatus* step) {
  auto& points = *step->mutable_open_points();
  if (step->state() != v1::Pathway::STATE_PRESENT) {
    points.erase(std::remove_if(points.begin(), points.end(),
                                [&](const v1::Pathway::OpenPoint& point) {
                                  return !CanAct(principal, point.actor());
                                }),
                 points.end());
  }
  for (v1::Pathway::OpenPoint& point : points) {
    if (!SeesScales(principal, point.actor())) point.clear_scales();
  }
}

// Reasons are the clinicians', notes and alerts the clinic's.
void Blank(const rpc::Principal& principal, v1::Pathway* pathway) {
  for (v1::Pathway::StepStatus& step : *pathway->mutable_steps()) {
    BlankPoints(principal, &step);
    if (step.has_override() && !principal.Has(rpc::Role::kClinician)) {
      step.mutable_override()->clear_reason();
    }
  }
  if (!principal.IsPatientOnly()) return;
  pathway->clear_contacts();
  pathway->clear_safety_alert_open();
}

absl::Status CheckOverride(const EpisodeRecord& present, const v1::OverrideStepRequest& request) {
  const std::string& name = present.episode().name();
  if (present.episode().state() == v1::Episode::STATE_CLOSED) return EpisodeClosed(name);
  if (request.step() == v1::STEP_CLEARANCE || request.step() == v1::STEP_PLAN) {
    return NotOverridable();
  }
  if (request.step() != present.episode().step()) {
    return WrongState(name, v1::Step_Name(present.episode().step()).substr(sizeof("STEP_") - 1),
                      "only the present step can be set aside");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Pathways::Get(const rpc::Call& call, Transaction& transaction,
                           const v1::GetPathwayRequest& request, v1::Pathway* reply) {
  ASSIGN_OR_RETURN(const EpisodeRecord episode, Find(call, transaction, request));
  return Show(call, transaction, episode, reply);
}

absl::Status Pathways::Override(const rpc::Call& call, Transaction& transaction,
                                const v1::OverrideStepRequest& request, v1::Pathway* reply) {
  ASSIGN_OR_RETURN(EpisodeRecord episode, LoadToChange(call, transaction, request.episode()));
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), episode.episode().etag(), request.episode()));
  ASSIGN_OR_RETURN(const CaseFile file, consequences_.Read(transaction, call.now, episode));
  ASSIGN_OR_RETURN(v1::Signature signature,
                   SignAsPractitioner(call, *file.rulebook, request.reason()));
  RETURN_IF_ERROR(CheckOverride(file.episode, request));
  StepRecord* step = nullptr;
  for (StepRecord& known : *episode.mutable_steps()) {
    if (known.step() == request.step()) step = &known;
  }
  if (step == nullptr) step = episode.add_steps();
  step->set_step(request.step());
  *step->mutable_override() = std::move(signature);
  RETURN_IF_ERROR(consequences_.Follow(transaction, call.now, &episode, ""));
  return Show(call, transaction, episode, reply);
}

absl::Status Pathways::Show(const rpc::Call& call, Transaction& transaction,
                            const EpisodeRecord& episode, v1::Pathway* reply) {
  reply->Clear();
  v1::Evaluation evaluation;
  ASSIGN_OR_RETURN(const CaseFile file,
                   consequences_.Read(transaction, call.now, episode, &evaluation));
  ShowEpisode(call.principal, file.episode.episode(), reply->mutable_episode());
  AddSteps(file, evaluation, reply);
  AddPastToSettle(evaluation, reply);
  AddVisits(file, reply);
  std::set<std::string> delivered;
  bool is_refused = false;
  if (file.plan.has_value()) {
    for (const storage::v1::PlanOrder& order : file.plan->orders()) {
      ASSIGN_OR_RETURN(const auto standing, outbox_.StandingOf(transaction, order.order()));
      // What time alone has just brought is not on its way yet: it was never tried.
      const bool is_answered = standing.waiting == 0 && standing.attempts > 0;
      if (is_answered && standing.refusal.empty()) delivered.insert(order.order());
      is_refused |= !order.revoked() && !standing.refusal.empty();
    }
  }
  if (is_refused) AddRefusedOrder(file, reply);
  AddBookable(
      file, [&](const std::string& order) { return delivered.count(order) > 0; }, reply);
  ASSIGN_OR_RETURN(const std::string alert,
                   FindOpenAlert(transaction, episode.episode().patient()));
  reply->set_safety_alert_open(!alert.empty());
  ASSIGN_OR_RETURN(auto contacts,
                   LastContacts(transaction, episode.episode().name(), limits::kContactsOnPathway));
  for (v1::Contact& contact : contacts) *reply->add_contacts() = std::move(contact);
  reply->set_time_zone(file.facts.zone.name());
  const absl::Time as_of = visits_.AsOf();
  if (as_of != absl::InfinitePast()) *reply->mutable_visits_as_of_time() = ToWire(as_of);
  Blank(call.principal, reply);
  return absl::OkStatus();
}

}  // namespace clarity::consultation
