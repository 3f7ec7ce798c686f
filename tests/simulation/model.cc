#include "tests/simulation/model.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "clients/core/errors.h"
#include "tests/support/requests.h"

namespace clarity::simulation {
namespace {

using tests::FromWire;
using v1::Appointment;
using Caller = Model::Caller;

constexpr char kNotFree[] = "somebody it needs is not free";

bool IsAhead(Appointment::State state) {
  return state == Appointment::STATE_BOOKED || state == Appointment::STATE_CONFIRMED;
}

bool IsMissed(Appointment::State state) {
  return state == Appointment::STATE_CANCELLED || state == Appointment::STATE_NO_SHOW;
}

// As Hold.Kind says.
struct HoldRule {
  absl::Duration life;
  int at_once_max;
};
v1::Hold::Kind HoldKindOf(const Caller& caller) {
  return caller.role == "SERVICE" ? v1::Hold::KIND_SERVICE : v1::Hold::KIND_AGENT;
}
HoldRule HoldRuleOf(v1::Hold::Kind kind) {
  return kind == v1::Hold::KIND_SERVICE ? HoldRule{absl::Minutes(30), 50}
                                        : HoldRule{absl::Minutes(10), 5};
}

bool Overlap(const Model::Use& a, const Model::Use& b) {
  return a.name == b.name && a.start < b.end && b.start < a.end;
}

template <typename Type, typename Items>
const Type* Find(const Items& items, const std::string& name) {
  const auto found = absl::c_find_if(items, [&](const Type& item) { return item.name() == name; });
  return found == items.end() ? nullptr : &*found;
}

// Whether its visit type still has the phases it was booked with.
bool HasPhasesOf(const Appointment& appointment, const v1::Catalog& catalog) {
  const auto* type = Find<v1::VisitType>(catalog.visit_types(), appointment.visit_type());
  return type != nullptr &&
         absl::c_equal(type->phases(), appointment.phases(),
                       [](const v1::Phase& phase, const v1::PhaseSpan& span) {
                         return phase.id() == span.phase() &&
                                absl::Minutes(phase.minutes()) ==
                                    FromWire(span.end_time()) - FromWire(span.start_time());
                       });
}

}  // namespace

std::string Model::Compare(const Expected& expected, const absl::Status& status) {
  if (status.ok()) {
    return expected.outcome == Expected::Outcome::kRefused
               ? absl::StrCat("was done, although ", expected.why)
               : "";
  }
  switch (status.code()) {
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kResourceExhausted:
      break;
    default:
      return absl::StrCat("failed: ", status.ToString());
  }
  return expected.outcome == Expected::Outcome::kDone
             ? absl::StrCat("was refused, although nothing stands in the way: ", status.ToString())
             : "";
}

int Model::UnitsConsumed(const v1::Order& order, const std::string& except) const {
  return static_cast<int>(absl::c_count_if(visits_, [&](const auto& visit) {
    const Appointment& appointment = visit.second.appointment;
    return appointment.order() == order.name() && appointment.name() != except &&
           (!IsMissed(appointment.state()) || order.missed_units() == v1::Order::MISSED_UNITS_KEPT);
  }));
}

void Model::SetTime(absl::Time now) {
  now_ = now;
  EndHoldsThat([&](const v1::Hold& hold) { return FromWire(hold.expire_time()) <= now; });
}

template <typename Predicate>
void Model::EndHoldsThat(Predicate end) {
  for (auto hold = holds_.begin(); hold != holds_.end();) {
    if (!end(hold->second)) {
      ++hold;
      continue;
    }
    Free(hold->first);
    hold = holds_.erase(hold);
  }
}

void Model::Take(const std::string& owner, std::vector<Use> uses) {
  calendar_.Take(uses);
  uses_[owner] = std::move(uses);
}

void Model::Free(const std::string& owner) {
  const auto found = uses_.find(owner);
  if (found == uses_.end()) return;
  calendar_.Give(found->second);
  uses_.erase(found);
}

template <typename Action>
auto Model::Without(const std::vector<std::string>& owners, Action action) {
  std::vector<Use> all;
  for (const std::string& owner : owners) {
    const auto found = uses_.find(owner);
    if (found != uses_.end()) all.insert(all.end(), found->second.begin(), found->second.end());
  }
  calendar_.Give(all);
  auto result = action();
  calendar_.Take(all);
  return result;
}

const Model::Visit* Model::FindVisit(const std::string& name) const {
  const auto found = visits_.find(name);
  return found == visits_.end() ? nullptr : &found->second;
}

// -- Booking --

Model::Expected Model::FillFromHold(const Caller& caller, const std::string& hold,
                                    Wanted* wanted) const {
  const auto found = holds_.find(hold);
  if (found == holds_.end() || found->second.holder() != caller.subject) {
    return Refused("the hold has ended");
  }
  const v1::Hold& held = found->second;
  auto& wish = wanted->wish;
  const bool fits = (wish.visit_type.empty() || wish.visit_type == held.visit_type()) &&
                    (held.patient().empty() || wish.patient == held.patient());
  if (!fits) return Refused("the hold is for something else");
  wish.visit_type = held.visit_type();
  wish.clinic = held.clinic();
  wish.start = FromWire(held.start_time());
  wanted->fixed = held.assignments();
  wanted->hold = hold;
  wanted->is_kept = true;
  return Done();
}

Model::Expected Model::MayBook(const Wanted& wanted) {
  return Without({wanted.moved, wanted.hold}, [&]() -> Expected {
    Expected plain = MayTake(wanted);
    if (plain.outcome == Expected::Outcome::kDone || wanted.override.rules().empty()) return plain;
    return Either("an override may set aside that " + plain.why);
  });
}

// The time is free, and so is everybody.
Model::Expected Model::MayTake(const Wanted& wanted) const {
  const auto& wish = wanted.wish;
  const v1::VisitType* type = Find<v1::VisitType>(catalog().visit_types(), wish.visit_type);
  if (type == nullptr || Find<v1::Clinic>(catalog().clinics(), wish.clinic) == nullptr) {
    return Refused("the catalog has no such visit");
  }
  if (wish.start < now_ && !wanted.may_have_begun) return Refused("it is past");
  if (!wanted.is_kept && !calendar_.KeepsRules(wish, now_)) return Refused("a rule forbids it");
  if (!calendar_.IsPatientFree(wish)) return Refused("the patient is busy");
  if (HasAllOpen(wanted, *type)) return Refused("the patient has as many of them as allowed");
  if (wanted.is_kept ? !calendar_.CanServe(wish, wanted.fixed)
                     : !calendar_.IsPossible(wish, now_)) {
    return Refused(kNotFree);
  }
  const std::string order = WhyOrderNot(wanted);
  return order.empty() ? Done() : Refused(order);
}

bool Model::HasAllOpen(const Wanted& wanted, const v1::VisitType& type) const {
  if (type.open_per_patient_max() == 0 || wanted.wish.patient.empty()) return false;
  const auto open = absl::c_count_if(visits_, [&](const auto& visit) {
    const Appointment& other = visit.second.appointment;
    return other.participants(0).patient() == wanted.wish.patient &&
           other.visit_type() == type.name() && other.name() != wanted.moved &&
           (IsAhead(other.state()) || other.state() == Appointment::STATE_ARRIVED) &&
           FromWire(other.start_time()) > now_;
  });
  return open >= type.open_per_patient_max();
}

std::string Model::WhyTermsNot(const v1::Order& order, const std::string& patient,
                               const std::string& visit_type, absl::Time start) {
  if (order.state() == v1::Order::STATE_REVOKED) return "the order was revoked";
  if (order.patient() != patient) return "the order is somebody else's";
  if (!absl::c_linear_search(order.visit_types(), visit_type)) {
    return "the order is for other visits";
  }
  if (start < FromWire(order.window().start_time()) ||
      start >= FromWire(order.window().end_time())) {
    return "it lies outside the order's window";
  }
  return "";
}

std::string Model::WhyNotCovered(const Visit* visit) const {
  if (visit == nullptr || visit->appointment.order().empty()) return "";
  const Appointment& appointment = visit->appointment;
  const v1::Order& order = orders_.at(appointment.order());
  const absl::Time start = FromWire(appointment.start_time());
  std::string why =
      WhyTermsNot(order, appointment.participants(0).patient(), appointment.visit_type(), start);
  if (!why.empty()) return why;
  // What is over has its unit, and of those that have not begun the earlier one.
  const auto before = absl::c_count_if(visits_, [&](const auto& named) {
    const Appointment& other = named.second.appointment;
    if (other.order() != order.name() || other.name() == appointment.name()) return false;
    if (IsMissed(other.state())) return order.missed_units() == v1::Order::MISSED_UNITS_KEPT;
    if (!IsAhead(other.state()) && other.state() != Appointment::STATE_ARRIVED) return true;
    return std::make_pair(FromWire(other.start_time()), other.name()) <
           std::make_pair(start, appointment.name());
  });
  return before < order.units() ? "" : "others have the order's units";
}

std::string Model::WhyOrderNot(const Wanted& wanted) const {
  if (wanted.is_held) return "";
  const v1::VisitType* type = Find<v1::VisitType>(catalog().visit_types(), wanted.wish.visit_type);
  if (wanted.order.empty()) {
    return type != nullptr && type->order_required() ? "it needs an order" : "";
  }
  const auto found = orders_.find(wanted.order);
  if (found == orders_.end()) return "there is no such order";
  const v1::Order& order = found->second;
  const absl::Time start = wanted.wish.start;
  std::string why = WhyTermsNot(order, wanted.wish.patient, wanted.wish.visit_type, start);
  if (!why.empty()) return why;
  if (UnitsConsumed(order, wanted.moved) >= order.units()) return "the order is used up";
  for (const auto& [name, visit] : visits_) {
    const Appointment& other = visit.appointment;
    if (other.order() != wanted.order || name == wanted.moved || IsMissed(other.state())) continue;
    if (absl::AbsDuration(FromWire(other.start_time()) - start) <
        absl::Minutes(order.gap_minutes_min())) {
      return "it is too near another visit of the order";
    }
  }
  return "";
}

std::string Model::CheckGiven(const Wanted& wanted, const Appointment& given) {
  const auto& wish = wanted.wish;
  if (given.visit_type() != wish.visit_type || given.clinic() != wish.clinic ||
      FromWire(given.start_time()) != wish.start ||
      given.participants(0).patient() != wish.patient || given.order() != wanted.order) {
    return "is not what was asked for: " + given.ShortDebugString();
  }
  if (given.state() != Appointment::STATE_BOOKED) return "is not booked";
  if (given.has_override()) return "";
  return Without({wanted.moved, wanted.hold}, [&]() -> std::string {
    return calendar_.CanServe(wish, given.assignments())
               ? ""
               : "was given to somebody who cannot: " + given.ShortDebugString();
  });
}

std::string Model::Settle(const Wanted& wanted, const Appointment& given) {
  std::string wrong = CheckGiven(wanted, given);
  if (!wrong.empty()) return wrong;
  if (given.has_override()) {
    const std::string order = WhyOrderNot(wanted);
    if (!order.empty()) return "was done, although " + order;
  }
  Free(wanted.hold);
  holds_.erase(wanted.hold);
  Free(given.name());
  Take(given.name(), calendar_.UsesOf(given));
  visits_[given.name()] = {given, {}};
  return "";
}

std::string Model::Tell(const Told<v1::BookAppointmentRequest, Appointment>& told) {
  const auto& request = told.request;
  Wanted wanted;
  wanted.wish.visit_type = request.visit_type();
  wanted.wish.clinic = request.clinic();
  wanted.wish.start = FromWire(request.start_time());
  wanted.wish.patient = request.participants(0).patient();
  wanted.wish.required = {request.required_resources().begin(), request.required_resources().end()};
  wanted.order = request.order();
  wanted.override = request.override();
  Expected expected = Done();
  if (!request.hold().empty()) expected = FillFromHold(told.caller, request.hold(), &wanted);
  if (expected.outcome == Expected::Outcome::kDone) expected = MayBook(wanted);
  std::string wrong = Compare(expected, told.status);
  if (!wrong.empty() || !told.status.ok()) return wrong;
  if (request.validate_only()) return CheckGiven(wanted, told.reply);
  if (FindVisit(told.reply.name()) != nullptr) return "has the name of another";
  return Settle(wanted, told.reply);
}

std::string Model::Tell(const Told<v1::RescheduleAppointmentRequest, Appointment>& told) {
  const auto& request = told.request;
  const Visit* visit = FindVisit(request.name());
  if (visit == nullptr || !IsAhead(visit->appointment.state())) {
    return Compare(Refused("there is nothing ahead to be moved"), told.status);
  }
  const Appointment before = visit->appointment;
  Wanted wanted;
  wanted.moved = before.name();
  wanted.wish.visit_type = before.visit_type();
  wanted.wish.patient = before.participants(0).patient();
  wanted.wish.start = FromWire(request.start_time());
  wanted.order = before.order();
  wanted.override = request.override();
  Expected expected = Done();
  if (!request.hold().empty()) {
    expected = FillFromHold(told.caller, request.hold(), &wanted);
  } else {
    wanted.wish.clinic = request.clinic().empty() ? before.clinic() : request.clinic();
    for (const auto& assignment : before.assignments()) {
      if (assignment.pinned()) wanted.wish.required.insert(assignment.resource());
    }
  }
  if (expected.outcome == Expected::Outcome::kDone) expected = MayBook(wanted);
  const bool is_old = !request.etag().empty() && absl::IsAborted(told.status);
  std::string wrong = is_old ? "" : Compare(expected, told.status);
  if (!wrong.empty() || !told.status.ok()) return wrong;
  if (request.validate_only()) return CheckGiven(wanted, told.reply);
  if (told.reply.name() != before.name()) return "became another";
  if (told.reply.etag() == before.etag()) return "kept its etag";
  return Settle(wanted, told.reply);
}

// -- Steps --

template <typename Request>
std::string Model::TellStep(const Told<Request, Appointment>& told, const std::set<State>& from,
                            State to, Expected expected) {
  const Visit* visit = FindVisit(told.request.name());
  if (visit == nullptr || from.count(visit->appointment.state()) == 0) {
    expected = Refused("it is in no state for that");
  }
  const bool is_old = !told.request.etag().empty() && absl::IsAborted(told.status);
  std::string wrong = is_old ? "" : Compare(expected, told.status);
  if (!wrong.empty() || !told.status.ok()) return wrong;
  if (told.reply.state() != to) return "is in another state afterwards";
  if (told.request.validate_only()) return "";
  if (told.reply.etag() == visit->appointment.etag()) return "kept its etag";
  Visit& changed = visits_[told.request.name()];
  const State before = changed.appointment.state();
  if (before != to) changed.earlier_states.push_back(before);
  changed.appointment = told.reply;
  if (IsMissed(to)) Free(told.request.name());
  return "";
}

std::string Model::Tell(const Told<v1::CancelAppointmentRequest, Appointment>& told) {
  return TellStep(
      told, {Appointment::STATE_BOOKED, Appointment::STATE_CONFIRMED, Appointment::STATE_ARRIVED},
      Appointment::STATE_CANCELLED);
}

std::string Model::Tell(const Told<v1::ConfirmAppointmentRequest, Appointment>& told) {
  const std::string why = WhyNotCovered(FindVisit(told.request.name()));
  return TellStep(told, {Appointment::STATE_BOOKED}, Appointment::STATE_CONFIRMED,
                  why.empty() ? Done() : Refused(why));
}

std::string Model::Tell(const Told<v1::RecordArrivalRequest, Appointment>& told) {
  return TellStep(told, {Appointment::STATE_BOOKED, Appointment::STATE_CONFIRMED},
                  Appointment::STATE_ARRIVED,
                  client::ReasonOf(told.status) == "WRONG_TIME" ? Either("of the day") : Done());
}

std::string Model::Tell(const Told<v1::StartAppointmentRequest, Appointment>& told) {
  const Visit* visit = FindVisit(told.request.name());
  const bool has_begun =
      visit != nullptr && visit->appointment.state() == Appointment::STATE_IN_PROGRESS;
  const std::string why = has_begun ? "" : WhyNotCovered(visit);
  return TellStep(told, {Appointment::STATE_ARRIVED, Appointment::STATE_IN_PROGRESS},
                  Appointment::STATE_IN_PROGRESS,
                  has_begun     ? Either("it may be in its last phase")
                  : why.empty() ? Done()
                                : Refused(why));
}

std::string Model::Tell(const Told<v1::CompleteAppointmentRequest, Appointment>& told) {
  return TellStep(told, {Appointment::STATE_IN_PROGRESS}, Appointment::STATE_COMPLETED);
}

std::string Model::Tell(const Told<v1::MarkNoShowRequest, Appointment>& told) {
  const Visit* visit = FindVisit(told.request.name());
  const bool is_early =
      visit != nullptr &&
      now_ < FromWire(visit->appointment.patient_start_time()) + absl::Minutes(15);
  return TellStep(told, {Appointment::STATE_BOOKED, Appointment::STATE_CONFIRMED},
                  Appointment::STATE_NO_SHOW, is_early ? Refused("it is too early") : Done());
}

Model::Expected Model::MayUndo(const std::string& name) {
  const Visit* visit = FindVisit(name);
  if (visit == nullptr || visit->earlier_states.empty() ||
      visit->appointment.state() == Appointment::STATE_CONFIRMED) {
    return Refused("there is no step to take back");
  }
  const Appointment& appointment = visit->appointment;
  if (!IsMissed(appointment.state())) return Done();
  Wanted wanted;
  wanted.wish.visit_type = appointment.visit_type();
  wanted.wish.clinic = appointment.clinic();
  wanted.wish.start = FromWire(appointment.start_time());
  wanted.wish.patient = appointment.participants(0).patient();
  wanted.fixed = appointment.assignments();
  wanted.order = appointment.order();
  wanted.moved = name;
  wanted.is_kept = wanted.may_have_begun = true;
  for (const int rule : appointment.override().rules()) {
    if (rule == v1::Blocker::RULE_BOOKED) continue;  // of nobody who came since
    wanted.override.add_rules(static_cast<v1::Blocker::Rule>(rule));
  }
  if (!HasPhasesOf(appointment, catalog())) return Refused("its type has other phases by now");
  Expected expected = MayBook(wanted);
  // A catalog that comes later changes no day that is over, and only the store knows what was open
  // then. That nobody is taken twice is seen from what is taken.
  if (wanted.wish.start < now_ &&
      (expected.outcome == Expected::Outcome::kDone || expected.why == kNotFree)) {
    return Either("the day is over");
  }
  // An order that came to be required since is not asked for again.
  if (appointment.order().empty() && expected.why == "it needs an order") return Done();
  return expected;
}

std::string Model::Tell(const Told<v1::UndoAppointmentStepRequest, Appointment>& told) {
  const std::string& name = told.request.name();
  const bool is_old = !told.request.etag().empty() && absl::IsAborted(told.status);
  std::string wrong = is_old ? "" : Compare(MayUndo(name), told.status);
  if (!wrong.empty() || !told.status.ok()) return wrong;
  Visit& visit = visits_[name];
  if (told.reply.state() != visit.earlier_states.back()) return "went back to another state";
  if (told.request.validate_only()) return "";
  if (told.reply.etag() == visit.appointment.etag()) return "kept its etag";
  if (IsMissed(visit.appointment.state())) Take(name, calendar_.UsesOf(told.reply));
  visit.earlier_states.pop_back();
  visit.appointment = told.reply;
  return "";
}

// -- Holds --

std::string Model::Tell(const Told<v1::CreateHoldRequest, v1::Hold>& told) {
  const v1::Hold& asked = told.request.hold();
  const HoldRule rule = HoldRuleOf(HoldKindOf(told.caller));
  const auto held = absl::c_count_if(
      holds_, [&](const auto& hold) { return hold.second.holder() == told.caller.subject; });
  Wanted wanted;
  wanted.wish.visit_type = asked.visit_type();
  wanted.wish.clinic = asked.clinic();
  wanted.wish.start = FromWire(asked.start_time());
  wanted.wish.patient = asked.patient();
  wanted.wish.required = {told.request.required_resources().begin(),
                          told.request.required_resources().end()};
  wanted.moved = told.request.reschedule_appointment();
  wanted.is_held = true;
  const Expected expected =
      held >= rule.at_once_max ? Refused("the caller has as many as allowed") : MayBook(wanted);
  std::string wrong = Compare(expected, told.status);
  if (!wrong.empty() || !told.status.ok()) return wrong;
  const v1::Hold& given = told.reply;
  const bool fits =
      Without({wanted.moved}, [&] { return calendar_.CanServe(wanted.wish, given.assignments()); });
  if (!fits) return "was given to somebody who cannot: " + given.ShortDebugString();
  if (FromWire(given.expire_time()) != now_ + rule.life) return "ends at another time";
  if (told.request.validate_only()) return "";
  holds_[given.name()] = given;
  if (!wanted.moved.empty()) for_move_.insert(given.name());
  Take(given.name(), calendar_.UsesOf(given));
  return "";
}

std::string Model::Tell(const Told<v1::RenewHoldRequest, v1::Hold>& told) {
  const auto found = holds_.find(told.request.name());
  const bool is_there = found != holds_.end() && found->second.holder() == told.caller.subject;
  std::string wrong = Compare(is_there ? Done() : Refused("the hold has ended"), told.status);
  if (!wrong.empty() || !told.status.ok()) return wrong;
  const absl::Time end = std::min(now_ + HoldRuleOf(found->second.kind()).life,
                                  FromWire(found->second.last_expire_time()));
  if (FromWire(told.reply.expire_time()) != end) return "ends at another time";
  if (!told.request.validate_only()) found->second = told.reply;
  return "";
}

std::string Model::Tell(const Told<v1::ReleaseHoldRequest, v1::ReleaseHoldResponse>& told) {
  std::string wrong = Compare(Done(), told.status);
  if (!wrong.empty() || told.request.validate_only()) return wrong;
  const auto found = holds_.find(told.request.name());
  if (found != holds_.end() && found->second.holder() == told.caller.subject) {
    Free(found->first);
    holds_.erase(found);
  }
  return "";
}

// -- Blocks --

std::string Model::Tell(const Told<v1::CreateBlockRequest, v1::Block>& told) {
  const auto& resources = told.request.block().resources();
  if (absl::c_any_of(resources, [&](const std::string& name) {
        return Find<v1::Resource>(catalog().resources(), name) == nullptr;
      })) {
    return Compare(Refused("the catalog has no such resource"), told.status);
  }
  const std::vector<Use> wanted = tests::PlainCalendar::UsesOf(told.request.block());
  const auto is_in_the_way = [&](const std::string& owner) {
    const auto uses = uses_.find(owner);
    return uses != uses_.end() && absl::c_any_of(uses->second, [&](const Use& use) {
             return absl::c_any_of(wanted, [&](const Use& block) { return Overlap(use, block); });
           });
  };
  std::set<std::string> in_the_way;
  for (const auto& [name, visit] : visits_) {
    if (is_in_the_way(name)) in_the_way.insert(name);
  }
  const bool is_accepted =
      in_the_way.empty() || told.request.accept_orphans() || told.request.validate_only();
  std::string wrong = Compare(is_accepted ? Done() : Refused("visits are in the way"), told.status);
  if (!wrong.empty() || !told.status.ok()) return wrong;
  const std::set<std::string> named(told.reply.appointments().begin(),
                                    told.reply.appointments().end());
  if (named != in_the_way) return "names other visits: " + told.reply.ShortDebugString();
  if (told.request.validate_only()) return "";
  EndHoldsThat([&](const v1::Hold& hold) { return is_in_the_way(hold.name()); });
  blocks_[told.reply.name()] = told.reply;
  Take(told.reply.name(), wanted);
  return "";
}

std::string Model::Tell(const Told<v1::DeleteBlockRequest, v1::DeleteBlockResponse>& told) {
  const bool is_there = blocks_.count(told.request.name()) > 0;
  std::string wrong = Compare(is_there ? Done() : Refused("there is no such block"), told.status);
  if (!wrong.empty() || !told.status.ok() || told.request.validate_only()) return wrong;
  Free(told.request.name());
  blocks_.erase(told.request.name());
  return "";
}

// -- Orders --

std::string Model::Tell(const Told<v1::PutOrderRequest, v1::PutOrderResponse>& told) {
  const v1::Order& wanted = told.request.order();
  const auto found = orders_.find(wanted.name());
  Expected expected = Done();
  if (found != orders_.end() && (found->second.state() == v1::Order::STATE_REVOKED ||
                                 found->second.patient() != wanted.patient())) {
    expected = Refused("it is somebody else's, or was revoked");
  }
  std::string wrong = Compare(expected, told.status);
  if (!wrong.empty() || !told.status.ok()) return wrong;
  if (told.reply.order().units_consumed() != UnitsConsumed(wanted))
    return "counts its visits wrong";
  if (!told.request.validate_only()) orders_[wanted.name()] = told.reply.order();
  return "";
}

std::string Model::Tell(const Told<v1::RevokeOrderRequest, v1::RevokeOrderResponse>& told) {
  const auto found = orders_.find(told.request.name());
  std::string wrong =
      Compare(found == orders_.end() ? Refused("there is no such order") : Done(), told.status);
  if (!wrong.empty() || !told.status.ok()) return wrong;
  if (told.reply.order().state() != v1::Order::STATE_REVOKED) return "did not revoke it";
  if (!told.request.validate_only()) found->second = told.reply.order();
  return "";
}

std::string Model::Tell(const Told<v1::ReassignPatientRequest, v1::ReassignPatientResponse>& told) {
  const std::string& from = told.request.from_patient();
  const std::string& to = told.request.to_patient();
  std::string wrong = Compare(from == to ? Refused("it is the same") : Done(), told.status);
  if (!wrong.empty() || !told.status.ok()) return wrong;
  std::set<std::string> moved;
  for (const auto& [name, visit] : visits_) {
    if (visit.appointment.participants(0).patient() == from) moved.insert(name);
  }
  const std::set<std::string> named(told.reply.appointments().begin(),
                                    told.reply.appointments().end());
  if (named != moved) return "names other visits: " + told.reply.ShortDebugString();
  if (told.request.validate_only()) return "";
  for (const std::string& name : moved) {
    visits_[name].appointment.mutable_participants(0)->set_patient(to);
  }
  for (auto& [name, hold] : holds_) {
    if (hold.patient() == from) hold.set_patient(to);
  }
  for (auto& [name, order] : orders_) {
    if (order.patient() == from) order.set_patient(to);
  }
  for (auto& [owner, uses] : uses_) {
    calendar_.Give(uses);
    for (Use& use : uses) {
      if (use.name == from) use.name = to;
    }
    calendar_.Take(uses);
  }
  return "";
}

// -- The catalog --

std::string Model::Tell(const Told<v1::ApplyCatalogRequest, v1::ApplyCatalogResponse>& told) {
  std::string wrong = Compare(Either("of visits that lose their cover"), told.status);
  if (!wrong.empty() || !told.status.ok() || told.request.validate_only()) return wrong;
  if (told.reply.orphaned_appointment_count() > 0 && !told.request.accept_orphans()) {
    return "took the cover of visits without being allowed to";
  }
  calendar_.SetCatalog(told.request.catalog());
  NoteCapacities();
  return "";
}

void Model::NoteCapacities() {
  for (const v1::Resource& resource : catalog().resources()) {
    int& most = capacities_max_[resource.name()];
    most = std::max(most, resource.shares());
  }
}

}  // namespace clarity::simulation
