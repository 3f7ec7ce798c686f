#include "tests/simulation/asker.h"

#include <iterator>
#include <map>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "tests/simulation/clinics.h"
#include "tests/support/requests.h"

namespace clarity::simulation {
namespace {

using tests::FromWire;
using tests::ToWire;
using v1::Appointment;
using Kind = Step::Kind;

constexpr int kPatients = 6;
constexpr int kOrders = 8;
constexpr absl::Duration kTick = absl::Minutes(5);
constexpr int kTicksPerDay = 288;
constexpr int kPageTicks = 512;  // where the service cuts claims; borders are where it may err

const Model::Caller& AnyBooker(const Step& step) { return Bookers()[step.Any(0, 4)]; }
std::string AnyPatient(const Step& step, int die) {
  return absl::StrCat("patients/p", step.Any(die, kPatients));
}
bool OnlyAsks(const Step& step) { return step.Chance(3, 20, 4096); }

// The etag that was answered last, now and then; things may have changed since.
std::string AnyEtag(const Step& step, const Appointment& appointment) {
  return step.Chance(1, 4, 4096) ? appointment.etag() : "";
}

template <typename Item>
const Item* AnyOf(const Step& step, int die, const std::map<std::string, Item>& items) {
  if (items.empty()) return nullptr;
  return &std::next(items.begin(), static_cast<ptrdiff_t>(step.Any(die, items.size())))->second;
}

v1::Override AnyOverride() {
  v1::Override override;
  override.add_rules(v1::Blocker::RULE_BOOKED);
  override.add_rules(v1::Blocker::RULE_NOT_AVAILABLE);
  override.add_rules(v1::Blocker::RULE_MINIMUM_NOTICE);
  override.set_reason(v1::Override::REASON_URGENT);
  return override;
}

}  // namespace

std::optional<Call> Asker::Ask(const Step& step, absl::Time now) {
  static const auto* const asks = new std::map<Kind, std::optional<Call> (Asker::*)(const Step&)>{
      {Kind::kBook, &Asker::Book},         {Kind::kReuseId, &Asker::Book},
      {Kind::kBookHeld, &Asker::BookHeld}, {Kind::kHold, &Asker::Hold},
      {Kind::kRenew, &Asker::Renew},       {Kind::kRelease, &Asker::Release},
      {Kind::kMove, &Asker::Move},         {Kind::kCancel, &Asker::Cancel},
      {Kind::kConfirm, &Asker::Confirm},   {Kind::kVisit, &Asker::Visit},
      {Kind::kMiss, &Asker::Miss},         {Kind::kUndo, &Asker::Undo},
      {Kind::kBlock, &Asker::Block},       {Kind::kUnblock, &Asker::Unblock},
      {Kind::kPutOrder, &Asker::PutOrder}, {Kind::kRevokeOrder, &Asker::RevokeOrder},
      {Kind::kMerge, &Asker::Merge},       {Kind::kChangeCatalog, &Asker::ChangeCatalog},
  };
  now_ = now;
  const auto ask = asks->find(step.kind);
  return ask == asks->end() ? std::nullopt : (this->*ask->second)(step);
}

// -- What is chosen among --

Asker::Wish Asker::AnyWish(const Step& step) const {
  Wish wish;
  wish.visit_type = absl::StrCat("visitTypes/v", step.Any(0, 3, 8));
  wish.clinic = model_.catalog().clinics(static_cast<int>(step.Any(0, 2, 32))).name();
  wish.patient = AnyPatient(step, 1);
  if (step.Chance(1, 6, 8)) wish.required = absl::StrCat("resources/r", step.Any(1, 9, 64));
  return wish;
}

absl::Time Asker::AnyTick(const Step& step) const {
  const absl::Time today = absl::UnixEpoch() + absl::Floor(now_ - absl::UnixEpoch(), kTick);
  return today + kTick * static_cast<int64_t>(step.Any(2, 8 * kTicksPerDay, 16));
}

absl::Time Asker::Start(const Step& step, const Model::Caller& caller, const Wish& wish) {
  const size_t way = step.Any(2, 10);
  if (way < 6) return Offered(step, caller, wish).value_or(AnyTick(step));
  if (way < 8) {
    if (const Model::Visit* other = AnyOf(step, 3, model_.visits()); other != nullptr) {
      return FromWire(other->appointment.start_time());
    }
    if (const v1::Hold* other = AnyHold(step); other != nullptr) {
      return FromWire(other->start_time());
    }
  }
  return AnyTick(step);
}

std::optional<absl::Time> Asker::Offered(const Step& step, const Model::Caller& caller,
                                         const Wish& wish) {
  v1::FindSlotsRequest search;
  v1::SlotQuery& query = *search.mutable_query();
  query.set_visit_type(wish.visit_type);
  query.add_clinics(wish.clinic);
  const absl::Time from = AnyTick(step);
  *query.mutable_window()->mutable_start_time() = ToWire(from);
  *query.mutable_window()->mutable_end_time() = ToWire(from + absl::Hours(60));
  if (!wish.required.empty()) query.add_required_resources(wish.required);
  search.set_patient(wish.patient);
  search.set_reschedule_appointment(wish.moved);
  const auto slots = desk_.Read<v1::FindSlotsResponse>(caller, search);
  if (!slots.ok() || slots->slots().empty()) return std::nullopt;
  const auto& slot =
      slots->slots(static_cast<int>(step.Any(3, static_cast<size_t>(slots->slots_size()))));
  const absl::Time start = FromWire(slot.start_time());
  tests::PlainCalendar::Wish plain{wish.visit_type, wish.clinic, start, wish.patient, {}, {}};
  if (!wish.required.empty()) plain.required.insert(wish.required);
  if (wish.moved.empty() && !model_.IsPossible(plain)) {
    wrong_ = absl::StrCat("a search offers what is not possible: ", slot.ShortDebugString());
  }
  return start;
}

std::string Asker::OrderFor(const Step& step, const Wish& wish) const {
  const auto& types = model_.catalog().visit_types();
  const auto type =
      absl::c_find_if(types, [&](const v1::VisitType& t) { return t.name() == wish.visit_type; });
  if (type == types.end() || !type->order_required() || step.Chance(1, 12, 1024)) return "";
  std::vector<std::string> own;
  for (const auto& [name, order] : model_.orders()) {
    if (order.patient() == wish.patient) own.push_back(name);
  }
  if (own.empty()) return absl::StrCat("orders/o", step.Any(1, kOrders, 1024));
  return own[step.Any(1, own.size(), 1024)];
}

const Model::Visit* Asker::AnyVisit(const Step& step) const {
  return AnyOf(step, 0, model_.visits());
}

// Of those that are not over, the one whose time is nearest: half of the time.
const Model::Visit* Asker::NearestVisit(const Step& step) const {
  if (step.Chance(1, 3)) return AnyVisit(step);
  const Model::Visit* nearest = nullptr;
  const auto distance = [&](const Model::Visit& visit) {
    return absl::AbsDuration(FromWire(visit.appointment.start_time()) - now_);
  };
  for (const auto& [name, visit] : model_.visits()) {
    if (visit.appointment.state() >= Appointment::STATE_COMPLETED) continue;
    if (nearest == nullptr || distance(visit) < distance(*nearest)) nearest = &visit;
  }
  return nearest;
}

const v1::Hold* Asker::AnyHold(const Step& step) const { return AnyOf(step, 3, model_.holds()); }

// -- Visits --

std::optional<Call> Asker::Book(const Step& step) {
  const Model::Caller& caller = AnyBooker(step);
  const Wish wish = AnyWish(step);
  v1::BookAppointmentRequest request;
  request.set_visit_type(wish.visit_type);
  request.set_clinic(wish.clinic);
  request.add_participants()->set_patient(wish.patient);
  *request.mutable_start_time() = ToWire(Start(step, caller, wish));
  if (!wish.required.empty()) request.add_required_resources(wish.required);
  request.set_order(OrderFor(step, wish));
  if (&caller == &Staff() && step.Chance(0, 6, 1024)) *request.mutable_override() = AnyOverride();
  request.set_validate_only(OnlyAsks(step));
  return MakeCall<Appointment>(caller, request);
}

std::optional<Call> Asker::BookHeld(const Step& step) {
  const v1::Hold* hold = AnyHold(step);
  if (hold == nullptr) return std::nullopt;
  v1::BookAppointmentRequest request;
  request.set_hold(hold->name());
  request.add_participants()->set_patient(hold->patient().empty() ? AnyPatient(step, 1)
                                                                  : hold->patient());
  Wish wish;
  wish.visit_type = hold->visit_type();
  wish.patient = request.participants(0).patient();
  request.set_order(OrderFor(step, wish));
  request.set_validate_only(OnlyAsks(step));
  const auto holder = absl::c_find_if(
      Bookers(), [&](const Model::Caller& caller) { return caller.subject == hold->holder(); });
  return MakeCall<Appointment>(step.Chance(0, 10) ? AnyBooker(step) : *holder, request);
}

std::optional<Call> Asker::Move(const Step& step) {
  const Model::Visit* visit = AnyVisit(step);
  if (visit == nullptr) return std::nullopt;
  const Appointment& appointment = visit->appointment;
  const Model::Caller* caller = &AnyBooker(step);
  v1::RescheduleAppointmentRequest request;
  request.set_name(appointment.name());
  request.set_etag(AnyEtag(step, appointment));
  request.set_validate_only(OnlyAsks(step));
  const v1::Hold* hold = AnyHold(step);
  if (hold != nullptr && step.Chance(1, 4)) {
    request.set_hold(hold->name());
    caller = &*absl::c_find_if(Bookers(),
                               [&](const Model::Caller& c) { return c.subject == hold->holder(); });
    return MakeCall<Appointment>(*caller, request);
  }
  Wish wish{appointment.visit_type(), appointment.clinic(), appointment.participants(0).patient(),
            appointment.name(), ""};
  if (step.Chance(1, 4, 4)) {
    wish.clinic = model_.catalog().clinics(static_cast<int>(step.Any(1, 2, 16))).name();
    request.set_clinic(wish.clinic);
  }
  *request.mutable_start_time() = ToWire(Start(step, *caller, wish));
  return MakeCall<Appointment>(*caller, request);
}

namespace {

template <typename Request>
Call MakeStep(const Step& step, const Model::Caller& caller, const Appointment& appointment,
              Request request) {
  request.set_name(appointment.name());
  request.set_etag(AnyEtag(step, appointment));
  request.set_validate_only(OnlyAsks(step));
  return MakeCall<Appointment>(caller, request);
}

}  // namespace

std::optional<Call> Asker::Cancel(const Step& step) {
  const Model::Visit* visit = AnyVisit(step);
  if (visit == nullptr) return std::nullopt;
  return MakeStep(step, AnyBooker(step), visit->appointment, v1::CancelAppointmentRequest());
}

std::optional<Call> Asker::Confirm(const Step& step) {
  const Model::Visit* visit = AnyVisit(step);
  if (visit == nullptr) return std::nullopt;
  return MakeStep(step, AnyBooker(step), visit->appointment, v1::ConfirmAppointmentRequest());
}

// Whatever comes next for it.
std::optional<Call> Asker::Visit(const Step& step) {
  const Model::Visit* visit = NearestVisit(step);
  if (visit == nullptr) return std::nullopt;
  const Appointment& appointment = visit->appointment;
  switch (appointment.state()) {
    case Appointment::STATE_ARRIVED:
      return MakeStep(step, Staff(), appointment, v1::StartAppointmentRequest());
    case Appointment::STATE_IN_PROGRESS:
      if (step.Chance(2, 2)) {
        return MakeStep(step, Staff(), appointment, v1::StartAppointmentRequest());
      }
      return MakeStep(step, Staff(), appointment, v1::CompleteAppointmentRequest());
    default:
      return MakeStep(step, Staff(), appointment, v1::RecordArrivalRequest());
  }
}

std::optional<Call> Asker::Miss(const Step& step) {
  const Model::Visit* visit = NearestVisit(step);
  if (visit == nullptr) return std::nullopt;
  return MakeStep(step, Staff(), visit->appointment, v1::MarkNoShowRequest());
}

std::optional<Call> Asker::Undo(const Step& step) {
  const Model::Visit* visit = AnyVisit(step);
  if (visit == nullptr) return std::nullopt;
  v1::UndoAppointmentStepRequest request;
  request.set_reason(v1::UndoAppointmentStepRequest::REASON_ENTERED_IN_ERROR);
  return MakeStep(step, Staff(), visit->appointment, request);
}

// -- Holds --

std::optional<Call> Asker::Hold(const Step& step) {
  const Model::Caller& caller = AnyBooker(step);
  Wish wish = AnyWish(step);
  v1::CreateHoldRequest request;
  const Model::Visit* moved = AnyVisit(step);
  if (moved != nullptr && step.Chance(1, 5, 4096)) {
    wish.moved = moved->appointment.name();
    wish.visit_type = moved->appointment.visit_type();
    wish.patient = moved->appointment.participants(0).patient();
    request.set_reschedule_appointment(wish.moved);
  }
  v1::Hold& hold = *request.mutable_hold();
  hold.set_visit_type(wish.visit_type);
  hold.set_clinic(wish.clinic);
  if (!step.Chance(1, 3, 1024)) hold.set_patient(wish.patient);
  *hold.mutable_start_time() = ToWire(Start(step, caller, wish));
  if (!wish.required.empty()) request.add_required_resources(wish.required);
  request.set_validate_only(OnlyAsks(step));
  return MakeCall<v1::Hold>(caller, request);
}

std::optional<Call> Asker::Renew(const Step& step) {
  const v1::Hold* hold = AnyHold(step);
  if (hold == nullptr) return std::nullopt;
  v1::RenewHoldRequest request;
  request.set_name(hold->name());
  return MakeCall<v1::Hold>(AnyBooker(step), request);
}

std::optional<Call> Asker::Release(const Step& step) {
  const v1::Hold* hold = AnyHold(step);
  if (hold == nullptr) return std::nullopt;
  v1::ReleaseHoldRequest request;
  request.set_name(hold->name());
  return MakeCall<v1::ReleaseHoldResponse>(AnyBooker(step), request);
}

// -- The rest --

std::optional<Call> Asker::Block(const Step& step) {
  v1::CreateBlockRequest request;
  v1::Block& block = *request.mutable_block();
  const auto& resources = model_.catalog().resources();
  const size_t count = static_cast<size_t>(resources.size());
  const size_t first = step.Any(0, count);
  block.add_resources(resources[static_cast<int>(first)].name());
  if (step.Chance(0, 3, 16)) {
    block.add_resources(resources[static_cast<int>((first + 1) % count)].name());
  }
  absl::Time start = AnyTick(step);
  const auto length = kTick * static_cast<int64_t>(1 + step.Any(3, 36));
  if (step.Chance(1, 3)) {
    const int64_t pages = (start - absl::UnixEpoch()) / (kTick * kPageTicks) + 1;
    start = absl::UnixEpoch() + kTick * (pages * kPageTicks) - length;
  }
  *block.mutable_window()->mutable_start_time() = ToWire(start);
  *block.mutable_window()->mutable_end_time() = ToWire(start + length);
  request.set_accept_orphans(step.Chance(1, 2, 4));
  request.set_validate_only(OnlyAsks(step));
  return MakeCall<v1::Block>(Staff(), request);
}

std::optional<Call> Asker::Unblock(const Step& step) {
  const v1::Block* block = AnyOf(step, 0, model_.blocks());
  if (block == nullptr) return std::nullopt;
  v1::DeleteBlockRequest request;
  request.set_name(block->name());
  return MakeCall<v1::DeleteBlockResponse>(Staff(), request);
}

std::optional<Call> Asker::PutOrder(const Step& step) {
  static constexpr int kGaps[] = {0, 60, 1440};
  v1::PutOrderRequest request;
  v1::Order& order = *request.mutable_order();
  order.set_name(absl::StrCat("orders/o", step.Any(0, kOrders)));
  const auto known = model_.orders().find(order.name());
  order.set_patient(known != model_.orders().end() && !step.Chance(1, 8, 8)
                        ? known->second.patient()
                        : AnyPatient(step, 1));
  order.add_visit_types("visitTypes/v2");
  if (step.Chance(0, 3, 8)) order.add_visit_types("visitTypes/v1");
  order.set_units(1 + static_cast<int>(step.Any(2, 4)));
  order.set_gap_minutes_min(kGaps[step.Any(2, 3, 4)]);
  if (step.Chance(2, 4, 16)) order.set_missed_units(v1::Order::MISSED_UNITS_KEPT);
  *order.mutable_window()->mutable_start_time() = ToWire(now_ - absl::Hours(24));
  *order.mutable_window()->mutable_end_time() =
      ToWire(now_ + absl::Hours(24 * static_cast<int64_t>(4 + step.Any(3, 10))));
  request.set_validate_only(OnlyAsks(step));
  return MakeCall<v1::PutOrderResponse>(Service(), request);
}

std::optional<Call> Asker::RevokeOrder(const Step& step) {
  v1::RevokeOrderRequest request;
  request.set_name(absl::StrCat("orders/o", step.Any(0, kOrders)));
  return MakeCall<v1::RevokeOrderResponse>(Service(), request);
}

std::optional<Call> Asker::Merge(const Step& step) {
  v1::ReassignPatientRequest request;
  request.set_from_patient(AnyPatient(step, 0));
  request.set_to_patient(AnyPatient(step, 1));
  return MakeCall<v1::ReassignPatientResponse>(Service(), request);
}

std::optional<Call> Asker::ChangeCatalog(const Step& step) {
  v1::ApplyCatalogRequest request;
  *request.mutable_catalog() = model_.catalog();
  Change(step, now_, request.mutable_catalog());
  request.set_accept_orphans(step.Chance(3, 2));
  request.set_validate_only(OnlyAsks(step));
  return MakeCall<v1::ApplyCatalogResponse>(Operator(), request);
}

}  // namespace clarity::simulation
