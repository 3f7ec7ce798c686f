#include "services/scheduling/search/slot_explainer.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/freshness.h"
#include "services/scheduling/booking/rules.h"
#include "services/scheduling/errors.h"
#include "services/scheduling/limits.h"
#include "services/scheduling/orders/order_use.h"
#include "services/scheduling/records.h"
#include "services/scheduling/search/plan_search.h"

namespace clarity::scheduling {
namespace {

using calendar::Bitmap;
using calendar::Interval;
using calendar::Tick;
using storage::Transaction;

bool IsAboutTime(absl::string_view reason) {
  return reason == "SLOT_TAKEN" || reason == "SLOT_NOT_OFFERED" || reason == "PATIENT_BUSY";
}

void AddBlocker(v1::Blocker::Rule rule, absl::string_view description, v1::SlotConflict* conflict) {
  v1::Blocker* blocker = conflict->add_blockers();
  blocker->set_rule(rule);
  blocker->set_description(std::string(description));
}

// What the visit type, the patient and the order say about the start, whoever might be free.
void AddOwnRules(const rpc::Call& call, const catalog::Snapshot& snapshot, const Wish& wish,
                 const catalog::VisitPlan& plan, const OwnTime& own,
                 const std::optional<OrderUse>& order, v1::SlotConflict* conflict) {
  const v1::VisitType& type = snapshot.visit_type(plan.visit_type);
  if (!MayBookType(call, type)) {
    AddBlocker(v1::Blocker::RULE_NOT_OFFERED, "this caller may not book this type of visit",
               conflict);
  }
  if (!calendar::IsOnTick(wish.start)) {
    AddBlocker(v1::Blocker::RULE_START_GRID, "visits start at full 5 minutes", conflict);
  }
  const Tick start = calendar::FloorTick(wish.start);
  if (!wish.rules_kept) {
    for (auto& blocker : RefusingRules(snapshot, plan, start, call.now)) {
      *conflict->add_blockers() = std::move(blocker);
    }
  }
  const Interval part = PatientPart(type);
  const Interval patient_time{start + part.begin, start + part.end};
  for (const Interval busy : own.busy) {
    if (!busy.Overlaps(patient_time)) continue;
    AddBlocker(v1::Blocker::RULE_PATIENT_BUSY, "the patient has another appointment then",
               conflict);
    break;
  }
  if (own.all_open) {
    AddBlocker(v1::Blocker::RULE_OPEN_PER_PATIENT,
               "the patient has as many open appointments of the type as allowed", conflict);
  }
  if (order.has_value()) {
    const absl::Status covered = order->Check(wish.patient, wish.visit_type, wish.start);
    if (!covered.ok()) {
      AddBlocker(v1::Blocker::RULE_ORDER, std::string(covered.message()), conflict);
    }
  }
}

// Says of a resource that is taken by what: an appointment (which, if the caller may see it), a
// hold, or a block.
absl::Status NameOwner(const rpc::Call& call, Transaction& transaction, v1::Blocker* blocker) {
  const Interval when{calendar::FloorTick(FromWire(blocker->start_time())),
                      calendar::CeilTick(FromWire(blocker->end_time()))};
  ASSIGN_OR_RETURN(const auto claims,
                   ReadClaims(transaction, blocker->resource(), calendar::PagesOf(when)));
  for (const Claim& claim : claims) {
    if (claim.shares == 0 || claim.Expired(call.now) || !claim.interval.Overlaps(when)) continue;
    if (absl::StartsWith(claim.owner, "holds/")) {
      blocker->set_rule(v1::Blocker::RULE_HELD);
    } else if (absl::StartsWith(claim.owner, "blocks/")) {
      blocker->set_rule(v1::Blocker::RULE_BLOCKED);
    } else if (call.Can("appointments.read") &&
               Load<storage::v1::AppointmentRecord>(call, transaction, claim.owner).ok()) {
      blocker->set_appointment(claim.owner);
    }
    break;
  }
  return absl::OkStatus();
}

// A patient learns which need fails, and not whose calendar is full when.
void HideOthersTime(v1::SlotConflict* conflict) {
  for (v1::Blocker& blocker : *conflict->mutable_blockers()) {
    if (blocker.resource().empty()) continue;
    blocker.clear_resource();
    blocker.clear_start_time();
    blocker.clear_end_time();
    blocker.set_description("somebody or something that the visit needs is not free");
  }
}

void AddAlternatives(const Bitmap& starts, const PlanSearch& search, Tick wanted,
                     v1::SlotConflict* conflict) {
  std::vector<Tick> nearest;
  for (auto t = starts.Next(starts.window().begin); t.has_value(); t = starts.Next(*t + 1)) {
    if (*t != wanted) nearest.push_back(*t);
  }
  std::sort(nearest.begin(), nearest.end(), [&](Tick a, Tick b) {
    return std::make_pair(std::abs(a - wanted), a) < std::make_pair(std::abs(b - wanted), b);
  });
  for (const Tick start : nearest) {
    if (conflict->alternatives_size() == limits::kAlternativesMax) break;
    const auto placement = search.At(start);
    if (placement.has_value()) Describe(*placement, conflict->add_alternatives());
  }
}

}  // namespace

absl::Status SlotExplainer::ExplainSlot(const rpc::Call& call,
                                        const v1::ExplainSlotRequest& request,
                                        v1::ExplainSlotResponse* reply) {
  Wish wish;
  wish.visit_type = request.visit_type();
  wish.clinic = request.clinic();
  wish.modality = request.modality();
  wish.start = FromWire(request.start_time());
  wish.patient = request.patient();
  wish.selection.required = {request.required_resources().begin(),
                             request.required_resources().end()};
  call.audit_clinic = request.clinic();
  ASSIGN_OR_RETURN(*reply, Explain(call, wish, request.order(), ""));
  return absl::OkStatus();
}

void SlotExplainer::ExplainRefusal(const rpc::Call& call, const Wish& wish,
                                   const std::string& order, const std::string& moved_appointment,
                                   absl::Status* refusal) {
  v1::SlotConflict conflict;
  if (!IsAboutTime(base::ReasonOf(*refusal)) || !base::GetDetail(*refusal, &conflict)) return;
  auto explained = Explain(call, wish, order, moved_appointment);
  if (!explained.ok()) return;  // the refusal stands without
  // The time may have become free since; what the transaction saw is still the reason.
  if (!explained->conflict().blockers().empty()) {
    *conflict.mutable_blockers() = explained->conflict().blockers();
  }
  if (call.principal.IsPatientOnly()) HideOthersTime(&conflict);
  for (v1::Slot& slot : *explained->mutable_conflict()->mutable_alternatives()) {
    slot.clear_phases();  // an error's details are small
    *conflict.add_alternatives() = std::move(slot);
  }
  base::AddDetail(*refusal, FitConflict(std::move(conflict)));
}

absl::StatusOr<v1::ExplainSlotResponse> SlotExplainer::Explain(
    const rpc::Call& call, const Wish& wish, const std::string& order_name,
    const std::string& moved_appointment) {
  v1::ExplainSlotResponse reply;
  v1::SlotConflict& conflict = *reply.mutable_conflict();
  const auto snapshot = catalog_->Current();
  const auto plan = FindPlan(*snapshot, wish.visit_type, wish.clinic, wish.modality);
  if (base::GetDetail(plan.status(), &conflict)) return reply;  // not offered there at all
  RETURN_IF_ERROR(plan.status());

  Bitmap wanted({calendar::CeilTick(wish.start - limits::kAlternativesWithin),
                 calendar::CeilTick(wish.start + limits::kAlternativesWithin)});
  wanted.Set(wanted.window());
  std::optional<OrderUse> order;
  RETURN_IF_ERROR(database_->ReadAndWait([&](Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(rpc::CheckFreshness(transaction, call.freshness));
    if (order_name.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(order, OrderUse::ReadToBook(call, transaction, order_name, moved_appointment));
    return absl::OkStatus();
  }));
  if (order.has_value()) order->KeepCovered(&wanted);
  ASSIGN_OR_RETURN(const OwnTime own,
                   ReadOwnTime(*database_, snapshot->visit_type((*plan)->visit_type), wish.patient,
                               moved_appointment, wanted.window(), call.now));
  PlanSearch search(snapshot, *plan, wish.selection, &own, call.now);
  ASSIGN_OR_RETURN(const Bitmap starts, search.Starts(*cache_, wanted));

  AddOwnRules(call, *snapshot, wish, **plan, own, order, &conflict);
  const Tick start = calendar::FloorTick(wish.start);
  if (conflict.blockers().empty() && starts.Test(start)) {
    if (const auto placement = search.At(start); placement.has_value()) {
      Describe(*placement, reply.mutable_slot());
      return reply;
    }
  }
  // Before what blocks is looked for: that looks at other pages.
  if (MayBookType(call, snapshot->visit_type((*plan)->visit_type))) {
    AddAlternatives(starts, search, start, &conflict);
  }
  ASSIGN_OR_RETURN(auto blockers, search.BlockersAt(*cache_, start));
  for (auto& blocker : blockers) {
    if (conflict.blockers_size() == static_cast<int>(limits::kBlockersListedMax)) break;
    *conflict.add_blockers() = std::move(blocker);
  }
  RETURN_IF_ERROR(database_->ReadAndWait([&](Transaction& transaction) -> absl::Status {
    for (v1::Blocker& blocker : *conflict.mutable_blockers()) {
      if (blocker.rule() != v1::Blocker::RULE_BOOKED) continue;
      RETURN_IF_ERROR(NameOwner(call, transaction, &blocker));
    }
    return absl::OkStatus();
  }));
  return reply;
}

}  // namespace clarity::scheduling
