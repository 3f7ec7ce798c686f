#include "services/consultation/plan/plans.h"

#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/consultation/episode_parts.h"
#include "services/consultation/errors.h"
#include "services/consultation/paging.h"
#include "services/consultation/patients/consents.h"
#include "services/consultation/plan/orders.h"
#include "services/consultation/plan/progress.h"
#include "services/consultation/policy/parts_page.h"
#include "services/consultation/signatures.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/visible.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using google::protobuf::RepeatedPtrField;
using storage::Transaction;
using storage::v1::EpisodeRecord;
using storage::v1::PlanOrder;
using storage::v1::PlanRecord;

// -- What stands in the way -----------------------------------------------------------------------

absl::Status InWrongState(const v1::Plan& plan, absl::string_view why) {
  const std::string state = v1::Plan::State_Name(plan.state());
  return WrongState(plan.name(), absl::StripPrefix(state, "STATE_"), why);
}

absl::Status CheckDraft(const v1::Plan& plan) {
  return plan.state() == v1::Plan::STATE_DRAFT ? absl::OkStatus()
                                               : InWrongState(plan, "the plan is no draft");
}

absl::Status CheckOpen(const v1::Episode& episode) {
  return episode.state() == v1::Episode::STATE_CLOSED ? EpisodeClosed(episode.name())
                                                      : absl::OkStatus();
}

absl::Status CheckTreatable(const CaseFile& file, const v1::Plan& plan) {
  const std::string why = WhyNotCleared(file, plan.protocol());
  if (!why.empty()) return NotCleared(why);
  return FindConsent(file.patient, v1::Consent::KIND_TREATMENT) == nullptr ? ConsentMissing()
                                                                           : absl::OkStatus();
}

absl::Status CheckCosigned(const v1::Plan& plan, const v1::Signature& signature) {
  const bool has_second =
      plan.has_cosignature() && plan.cosignature().practitioner() != signature.practitioner();
  return plan.deviations().empty() || has_second ? absl::OkStatus() : SecondPrescriberNeeded();
}

// What a new plan asks for lies ahead.
absl::Status CheckAhead(const v1::DraftPlanRequest& request, absl::CivilDay today) {
  std::vector<base::Violation> violations;
  const auto check = [&](std::string field, const type::v1::Date& date) {
    if (!IsDay(date)) return violations.push_back({std::move(field), "is no day"});
    if (ToDay(date) < today) violations.push_back({std::move(field), "is past"});
  };
  if (request.has_start_date()) check("start_date", request.start_date());
  for (int i = 0; i < request.phases_size(); ++i) {
    check(absl::StrCat("phases[", i, "].start_date"), request.phases(i).start_date());
  }
  return violations.empty() ? absl::OkStatus() : base::InvalidRequest(violations);
}

absl::Status CheckKnown(const v1::Protocol& protocol, const PlanPhases& phases) {
  for (int i = 0; i < phases.size(); ++i) {
    const bool is_known = absl::c_any_of(protocol.phases(), [&](const v1::ProtocolPhase& phase) {
      return phase.id() == phases[i].phase();
    });
    if (!is_known) return base::NotFound(absl::StrCat("phases[", i, "]"));
  }
  return absl::OkStatus();
}

// -- Drafts ---------------------------------------------------------------------------------------

// The id tells of somebody's treatment: it is not in the error.
absl::StatusOr<const v1::Protocol*> FindProtocol(const Rulebook& rulebook, const std::string& id) {
  const v1::Protocol* protocol = rulebook.FindProtocol(id);
  if (protocol == nullptr) return base::NotFound("protocol");
  return protocol;
}

absl::StatusOr<PlanDraft> DraftFor(const CaseFile& file, const std::string& protocol_id,
                                   absl::CivilDay start, const PlanPhases& wanted,
                                   const PlanPhases& kept) {
  ASSIGN_OR_RETURN(const v1::Protocol* protocol, FindProtocol(*file.rulebook, protocol_id));
  const Inquiry inquiry(*file.rulebook, file.facts);
  return MakeDraft({*protocol, inquiry, BodyOf(inquiry, file.patient.sex()), start, wanted, kept});
}

void Fill(const CaseFile& file, PlanDraft draft, v1::Plan* plan) {
  plan->set_policy_version(file.rulebook->policy().version());
  *plan->mutable_phases() = std::move(draft.phases);
  *plan->mutable_deviations() = std::move(draft.deviations);
  plan->set_weight_result(std::move(draft.weight_result));
}

template <typename Message>
bool AreSame(const RepeatedPtrField<Message>& a, const RepeatedPtrField<Message>& b) {
  return absl::c_equal(a, b, [](const Message& x, const Message& y) {
    return google::protobuf::util::MessageDifferencer::Equals(x, y);
  });
}

// What is in force is what was drafted: not other doses because the weight is another by now, nor a
// variant that is for others. Gives the plan as it would be drafted now, which is the same.
absl::StatusOr<PlanDraft> CheckCurrent(const CaseFile& file, const v1::Plan& plan) {
  auto draft = DraftFor(file, plan.protocol(), absl::CivilDay(), PlanPhases(), plan.phases());
  if (absl::IsFailedPrecondition(draft.status())) return draft.status();
  const bool is_same = draft.ok() && AreSame(draft->phases, plan.phases()) &&
                       AreSame(draft->deviations, plan.deviations());
  if (is_same) return draft;
  return InWrongState(plan, "what it was drafted by has changed: amend it, and look at it again");
}

// Nobody books into the past: a plan must not be in force without orders for its doses. A phase
// that is over is behind it where a visit took place in it.
absl::Status CheckNotOver(const CaseFile& file, const PlanRecord& record, absl::CivilDay today) {
  const v1::Plan& plan = record.plan();
  bool has_ended = false;
  bool goes_on = false;
  for (const v1::PlanPhase& phase : plan.phases()) {
    if (phase.doses().empty()) continue;
    const bool is_ahead = ToDay(phase.end_date()) >= today;
    (is_ahead ? goes_on : has_ended) = true;
    if (!is_ahead && CompletedOf(file, record, phase.phase()).empty()) {
      return InWrongState(plan, "a phase is over in which no visit took place: amend it");
    }
  }
  return has_ended && !goes_on ? InWrongState(plan, "its phases are over: amend it")
                               : absl::OkStatus();
}

// What was set aside of another plan's treatment says nothing of this one's.
void TakeUpTreatmentAnew(EpisodeRecord* episode) {
  for (storage::v1::StepRecord& step : *episode->mutable_steps()) {
    if (step.step() > v1::STEP_PLAN) step.clear_override();
  }
}

// -- What is shown --------------------------------------------------------------------------------

v1::OrderDelivery::State StateOf(const Outbox::Standing& standing) {
  if (standing.waiting > 0) return v1::OrderDelivery::STATE_PENDING;
  return standing.refusal.empty() ? v1::OrderDelivery::STATE_DELIVERED
                                  : v1::OrderDelivery::STATE_REFUSED;
}

v1::OrderDelivery DeliveryOf(const storage::v1::PlanOrder& order,
                             const Outbox::Standing& standing) {
  v1::OrderDelivery delivery;
  delivery.set_order(order.order());
  delivery.set_phase(order.phase());
  delivery.set_action(order.revoked() ? v1::OrderDelivery::ACTION_REVOKE
                                      : v1::OrderDelivery::ACTION_PUT);
  delivery.set_state(StateOf(standing));
  delivery.set_attempts(standing.attempts);
  if (standing.attempts > 0) *delivery.mutable_attempt_time() = ToWire(standing.attempt_time);
  if (delivery.state() == v1::OrderDelivery::STATE_REFUSED) {
    delivery.set_error_reason(standing.refusal);
  }
  for (const std::string& name : standing.uncovered) delivery.add_uncovered_appointments(name);
  return delivery;
}

// The phases of a plan in force that nobody can book on now.
void AddNotDue(const PlanRecord& record, absl::Time now, v1::Plan* reply) {
  if (record.plan().state() != v1::Plan::STATE_SIGNED) return;
  for (const v1::PlanPhase& phase : record.plan().phases()) {
    const PlanOrder* order = FindOrder(record, phase.phase());
    const bool is_open = order != nullptr && !order->revoked() &&
                         FromWire(order->wanted().window().end_time()) > now;
    if (!is_open) reply->add_phases_not_due(phase.phase());
  }
}

bool MayBeShown(const rpc::Call& call, const PlanRecord& record) {
  return record.plan().has_signature() || !call.principal.IsPatientOnly();
}

// What clinicians say to each other.
void HideWords(v1::Plan* plan) {
  plan->clear_note();
  if (plan->has_cosignature()) plan->mutable_cosignature()->clear_reason();
  if (plan->has_signature()) plan->mutable_signature()->clear_reason();
  if (plan->has_change()) plan->mutable_change()->clear_reason();
  if (plan->has_end()) plan->mutable_end()->clear_reason();
}

// Its state may have come with the time, and not be written yet.
void BringUpToNow(const CaseFile& file, PlanRecord* record) {
  const bool is_considered =
      file.plan.has_value() && file.plan->plan().name() == record->plan().name();
  if (is_considered) *record->mutable_plan() = file.plan->plan();
}

}  // namespace

absl::Status Plans::Show(const rpc::Call& call, Transaction& transaction, const PlanRecord& record,
                         v1::Plan* reply) const {
  *reply = record.plan();
  for (const storage::v1::PlanOrder& order : record.orders()) {
    ASSIGN_OR_RETURN(const auto standing, outbox_.StandingOf(transaction, order.order()));
    *reply->add_orders() = DeliveryOf(order, standing);
  }
  AddNotDue(record, call.now, reply);
  if (call.principal.IsPatientOnly()) HideWords(reply);
  return absl::OkStatus();
}

absl::StatusOr<Plans::Opened> Plans::Open(const rpc::Call& call, Transaction& transaction,
                                          const std::string& name, const std::string& etag) const {
  ASSIGN_OR_RETURN(auto part, LoadPartToChange<PlanRecord>(call, transaction, name));
  RETURN_IF_ERROR(storage::CheckEtag(etag, part.record.plan().etag(), name));
  Opened opened;
  opened.record = std::move(part.record);
  opened.episode = std::move(part.episode);
  ASSIGN_OR_RETURN(opened.file, consequences_.Read(transaction, call.now, opened.episode));
  BringUpToNow(opened.file, &opened.record);
  return opened;
}

absl::Status Plans::Write(const rpc::Call& call, Transaction& transaction, Opened* opened,
                          v1::Plan* reply) const {
  const std::string name = opened->record.plan().name();
  const int known_orders = opened->record.orders_size();
  *opened->record.mutable_plan()->mutable_update_time() = ToWire(call.now);
  RETURN_IF_ERROR(SavePart(transaction, &opened->record));
  RETURN_IF_ERROR(consequences_.Follow(transaction, call.now, &opened->episode, name));
  ASSIGN_OR_RETURN(const auto written, LoadPart<PlanRecord>(call, transaction, name));
  RETURN_IF_ERROR(Show(call, transaction, written, reply));
  if (!call.validate_only) return absl::OkStatus();
  for (int i = known_orders; i < reply->orders_size(); ++i) {
    reply->mutable_orders(i)->clear_order();
  }
  return absl::OkStatus();
}

absl::StatusOr<CaseFile> Plans::ReadFile(const rpc::Call& call, Transaction& transaction,
                                         const EpisodeRecord& episode) const {
  auto file = consequences_.Read(transaction, call.now, episode);
  if (absl::IsFailedPrecondition(file.status())) return CaseFile();
  return file;
}

absl::StatusOr<absl::CivilDay> Plans::Today(const rpc::Call& call, Transaction& transaction,
                                            const std::string& clinic) const {
  ASSIGN_OR_RETURN(const auto found, clinics_.Find(transaction, clinic));
  ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(found));
  return absl::ToCivilDay(call.now, zone);
}

absl::Status Plans::ListProtocols(const rpc::Call&, Transaction& transaction,
                                  const v1::ListProtocolsRequest& request,
                                  v1::ListProtocolsResponse* reply) {
  ASSIGN_OR_RETURN(const auto rulebook, policies_.Of(transaction, request.clinic()));
  const v1::Policy& policy = rulebook->policy();
  return ListParts(policy, policy.protocols(), request, reply->mutable_protocols(), reply);
}

absl::Status Plans::Draft(const rpc::Call& call, Transaction& transaction,
                          const v1::DraftPlanRequest& request, v1::Plan* reply) {
  Opened opened;
  ASSIGN_OR_RETURN(opened.episode, LoadToChange(call, transaction, request.episode()));
  const v1::Episode& episode = opened.episode.episode();
  RETURN_IF_ERROR(CheckOpen(episode));
  if (!request.clinic().empty()) RETURN_IF_ERROR(call.MaySee(request.clinic(), ""));
  ASSIGN_OR_RETURN(opened.file, consequences_.Read(transaction, call.now, opened.episode));

  v1::Plan& plan = *opened.record.mutable_plan();
  plan.set_name(absl::StrCat("plans/", base::NewId(call.now, random_)));
  plan.set_episode(request.episode());
  plan.set_clinic(request.clinic().empty() ? episode.clinic() : request.clinic());
  plan.set_protocol(request.protocol());
  plan.set_state(v1::Plan::STATE_DRAFT);
  plan.set_note(request.note());
  *plan.mutable_create_time() = ToWire(call.now);
  ASSIGN_OR_RETURN(const absl::CivilDay today, Today(call, transaction, plan.clinic()));
  RETURN_IF_ERROR(CheckAhead(request, today));
  const absl::CivilDay start = request.has_start_date() ? ToDay(request.start_date()) : today + 1;
  ASSIGN_OR_RETURN(auto draft,
                   DraftFor(opened.file, plan.protocol(), start, request.phases(), PlanPhases()));
  Fill(opened.file, std::move(draft), &plan);
  RETURN_IF_ERROR(Write(call, transaction, &opened, reply));
  call.audit_clinic = reply->clinic();
  if (call.validate_only) reply->clear_name();
  return absl::OkStatus();
}

absl::Status Plans::Amend(const rpc::Call& call, Transaction& transaction,
                          const v1::AmendPlanRequest& request, v1::Plan* reply) {
  ASSIGN_OR_RETURN(Opened opened, Open(call, transaction, request.name(), request.etag()));
  v1::Plan& plan = *opened.record.mutable_plan();
  ASSIGN_OR_RETURN(auto signature,
                   SignAsPractitioner(call, *opened.file.rulebook, request.reason()));
  const bool was_signed = plan.state() != v1::Plan::STATE_DRAFT;
  if (was_signed && !GoesOn(plan)) return InWrongState(plan, "the plan is over");
  RETURN_IF_ERROR(CheckOpen(opened.episode.episode()));
  if (was_signed && !rpc::HasVisibleCharacter(request.reason())) {
    return base::InvalidField("reason", "is required: the plan was signed");
  }
  ASSIGN_OR_RETURN(const v1::Protocol* protocol,
                   FindProtocol(*opened.file.rulebook, plan.protocol()));
  RETURN_IF_ERROR(CheckKnown(*protocol, request.phases()));
  ASSIGN_OR_RETURN(const absl::CivilDay today, Today(call, transaction, plan.clinic()));
  ASSIGN_OR_RETURN(auto draft, DraftFor(opened.file, plan.protocol(), today + 1, request.phases(),
                                        plan.phases()));
  if (was_signed) {
    // A plan of its own. What has become of the other stays with the other.
    v1::Plan amended;
    amended.set_name(absl::StrCat("plans/", base::NewId(call.now, random_)));
    amended.set_episode(plan.episode());
    amended.set_clinic(plan.clinic());
    amended.set_protocol(plan.protocol());
    amended.set_state(v1::Plan::STATE_DRAFT);
    amended.set_amends(plan.name());
    amended.set_note(plan.note());
    *amended.mutable_create_time() = ToWire(call.now);
    opened.record.Clear();
    *opened.record.mutable_plan() = std::move(amended);
  }
  v1::Plan& changed = *opened.record.mutable_plan();
  Fill(opened.file, std::move(draft), &changed);
  if (request.has_note()) changed.set_note(request.note());
  changed.clear_cosignature();
  *changed.mutable_change() = std::move(signature);
  RETURN_IF_ERROR(Write(call, transaction, &opened, reply));
  if (call.validate_only && was_signed) reply->clear_name();
  return absl::OkStatus();
}

absl::Status Plans::Cosign(const rpc::Call& call, Transaction& transaction,
                           const v1::CosignPlanRequest& request, v1::Plan* reply) {
  ASSIGN_OR_RETURN(Opened opened, Open(call, transaction, request.name(), request.etag()));
  v1::Plan& plan = *opened.record.mutable_plan();
  ASSIGN_OR_RETURN(auto signature,
                   SignAsPrescriber(call, *opened.file.rulebook, plan.clinic(), request.reason()));
  RETURN_IF_ERROR(CheckDraft(plan));
  RETURN_IF_ERROR(CheckOpen(opened.episode.episode()));
  *plan.mutable_cosignature() = std::move(signature);
  return Write(call, transaction, &opened, reply);
}

absl::Status Plans::TakeOver(const rpc::Call& call, Transaction& transaction,
                             Opened* opened) const {
  const v1::Plan& plan = opened->record.plan();
  const auto& other = opened->file.plan;
  if (other.has_value() && GoesOn(other->plan()) && other->plan().name() != plan.amends()) {
    return PlanInForce(other->plan().name());
  }
  if (plan.amends().empty()) return absl::OkStatus();
  // As it is written, not as it is by now: its orders are followed from there.
  ASSIGN_OR_RETURN(auto amended, LoadPart<PlanRecord>(call, transaction, plan.amends()));
  call.audit_resource = plan.name();
  if (!GoesOn(amended.plan())) return InWrongState(amended.plan(), "the plan it amends is over");
  amended.mutable_plan()->set_state(v1::Plan::STATE_REPLACED);
  *amended.mutable_plan()->mutable_update_time() = ToWire(call.now);
  *opened->record.mutable_orders() = amended.orders();
  return SavePart(transaction, &amended);
}

absl::Status Plans::Sign(const rpc::Call& call, Transaction& transaction,
                         const v1::SignPlanRequest& request, v1::Plan* reply) {
  ASSIGN_OR_RETURN(Opened opened, Open(call, transaction, request.name(), request.etag()));
  v1::Plan& plan = *opened.record.mutable_plan();
  ASSIGN_OR_RETURN(auto signature,
                   SignAsPrescriber(call, *opened.file.rulebook, plan.clinic(), request.comment()));
  RETURN_IF_ERROR(CheckDraft(plan));
  RETURN_IF_ERROR(CheckOpen(opened.episode.episode()));
  RETURN_IF_ERROR(CheckTreatable(opened.file, plan));
  ASSIGN_OR_RETURN(auto current, CheckCurrent(opened.file, plan));
  Fill(opened.file, std::move(current), &plan);
  RETURN_IF_ERROR(CheckCosigned(plan, signature));
  RETURN_IF_ERROR(TakeOver(call, transaction, &opened));
  ASSIGN_OR_RETURN(const absl::CivilDay today, Today(call, transaction, plan.clinic()));
  RETURN_IF_ERROR(CheckNotOver(opened.file, opened.record, today));
  if (plan.amends().empty()) TakeUpTreatmentAnew(&opened.episode);
  plan.set_state(v1::Plan::STATE_SIGNED);
  plan.set_clearance(opened.file.clearance->clearance().name());
  *plan.mutable_signature() = std::move(signature);
  opened.episode.mutable_episode()->set_plan(plan.name());
  return Write(call, transaction, &opened, reply);
}

absl::Status Plans::Suspend(const rpc::Call& call, Transaction& transaction,
                            const v1::SuspendPlanRequest& request, v1::Plan* reply) {
  ASSIGN_OR_RETURN(Opened opened, Open(call, transaction, request.name(), request.etag()));
  v1::Plan& plan = *opened.record.mutable_plan();
  ASSIGN_OR_RETURN(auto signature,
                   SignAsPractitioner(call, *opened.file.rulebook, request.reason()));
  if (plan.state() != v1::Plan::STATE_SIGNED) return InWrongState(plan, "the plan is not in force");
  plan.set_state(v1::Plan::STATE_SUSPENDED);
  *plan.mutable_end() = std::move(signature);
  return Write(call, transaction, &opened, reply);
}

absl::Status Plans::Resume(const rpc::Call& call, Transaction& transaction,
                           const v1::ResumePlanRequest& request, v1::Plan* reply) {
  ASSIGN_OR_RETURN(Opened opened, Open(call, transaction, request.name(), request.etag()));
  v1::Plan& plan = *opened.record.mutable_plan();
  ASSIGN_OR_RETURN(auto signature,
                   SignAsPrescriber(call, *opened.file.rulebook, plan.clinic(), request.reason()));
  if (plan.state() != v1::Plan::STATE_SUSPENDED) {
    return InWrongState(plan, "the plan is not suspended");
  }
  RETURN_IF_ERROR(CheckTreatable(opened.file, plan));
  RETURN_IF_ERROR(CheckCurrent(opened.file, plan).status());
  ASSIGN_OR_RETURN(const absl::CivilDay today, Today(call, transaction, plan.clinic()));
  RETURN_IF_ERROR(CheckNotOver(opened.file, opened.record, today));
  plan.set_state(v1::Plan::STATE_SIGNED);
  plan.set_clearance(opened.file.clearance->clearance().name());
  plan.clear_end();
  *plan.mutable_change() = std::move(signature);
  return Write(call, transaction, &opened, reply);
}

absl::Status Plans::Close(const rpc::Call& call, Transaction& transaction,
                          const v1::ClosePlanRequest& request, v1::Plan* reply) {
  ASSIGN_OR_RETURN(Opened opened, Open(call, transaction, request.name(), request.etag()));
  v1::Plan& plan = *opened.record.mutable_plan();
  ASSIGN_OR_RETURN(auto signature,
                   SignAsPractitioner(call, *opened.file.rulebook, request.reason()));
  if (plan.state() != v1::Plan::STATE_DRAFT && !GoesOn(plan)) {
    return InWrongState(plan, "the plan is over");
  }
  plan.set_state(v1::Plan::STATE_CLOSED);
  *plan.mutable_end() = std::move(signature);
  return Write(call, transaction, &opened, reply);
}

absl::Status Plans::Get(const rpc::Call& call, Transaction& transaction,
                        const v1::GetPlanRequest& request, v1::Plan* reply) {
  ASSIGN_OR_RETURN(auto record, LoadPart<PlanRecord>(call, transaction, request.name()));
  if (!MayBeShown(call, record)) return call.Missing(request.name());
  ASSIGN_OR_RETURN(const auto episode,
                   Load<EpisodeRecord>(call, transaction, record.plan().episode()));
  call.audit_resource = request.name();
  ASSIGN_OR_RETURN(const CaseFile file, ReadFile(call, transaction, episode));
  BringUpToNow(file, &record);
  return Show(call, transaction, record, reply);
}

absl::Status Plans::List(const rpc::Call& call, Transaction& transaction,
                         const v1::ListPlansRequest& request, v1::ListPlansResponse* reply) {
  ASSIGN_OR_RETURN(const auto episode, Load<EpisodeRecord>(call, transaction, request.episode()));
  ASSIGN_OR_RETURN(const CaseFile file, ReadFile(call, transaction, episode));
  const auto take = [&](PlanRecord& record, bool has_room) -> absl::StatusOr<bool> {
    if (!MayBeShown(call, record)) return false;
    if (!has_room) return true;
    BringUpToNow(file, &record);
    RETURN_IF_ERROR(Show(call, transaction, record, reply->add_plans()));
    return true;
  };
  ASSIGN_OR_RETURN(
      *reply->mutable_next_page_token(),
      ReadPage<PlanRecord>(transaction, kPartsNewestFirst, request, Order::kNewestFirst,
                           CollectionOf<PlanRecord>(request.episode()), take));
  return absl::OkStatus();
}

}  // namespace clarity::consultation
