#include "tests/history/agent.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

namespace clarity::history {
namespace {

namespace v1 = scheduling::v1;
using client::OrderConnection;
using client::SchedulingConnection;
using tests::Connections;
using Patience = Desk::Patience;

}  // namespace

void Agent::DoSomething() {
  struct Deed {
    int weight;
    void (Agent::*action)();
  };
  static constexpr Deed kDeeds[] = {
      {18, &Agent::Book},        {5, &Agent::BookOnAnOrder}, {9, &Agent::Hold},
      {6, &Agent::BookAHold},    {3, &Agent::MoveToAHold},   {2, &Agent::RenewAHold},
      {2, &Agent::ReleaseAHold}, {14, &Agent::Move},         {14, &Agent::Cancel},
      {4, &Agent::Confirm},      {6, &Agent::Get},           {6, &Agent::List}};
  constexpr int kRepeats = 3;
  int sum = kRepeats;
  for (const Deed& deed : kDeeds) sum += deed.weight;
  int chosen = Pick(random_, sum);
  for (const Deed& deed : kDeeds) {
    chosen -= deed.weight;
    if (chosen < 0) return (this->*deed.action)();
  }
  desk_.RepeatSomething();
}

void Agent::Finish() {
  while (!holds_.empty()) ReleaseAHold();
}

// What a hold keeps is known for sure only where its making was answered.
void Agent::Hold() {
  const Visit& visit = kVisits[Pick(random_, std::size(kVisits))];
  const auto held =
      desk_.Write(&Connections::scheduling, &SchedulingConnection::CreateHold,
                  tests::Hold(visit.type, visit.clinic, SomeStartTime()), Patience::kUntilAnswered);
  if (held.ok()) holds_.push_back(*held);
}

v1::Hold Agent::TakeSomeHold() {
  const auto chosen = holds_.begin() + Pick(random_, static_cast<int>(holds_.size()));
  v1::Hold hold = std::move(*chosen);
  holds_.erase(chosen);
  return hold;
}

void Agent::RenewAHold() {
  if (holds_.empty()) return;
  const v1::Hold hold = TakeSomeHold();
  v1::RenewHoldRequest request;
  request.set_name(hold.name());
  const auto renewed = desk_.Write(&Connections::scheduling, &SchedulingConnection::RenewHold,
                                   request, Patience::kUntilAnswered);
  if (renewed.ok()) holds_.push_back(*renewed);
}

void Agent::ReleaseAHold() {
  if (!holds_.empty()) Release(TakeSomeHold());
}

void Agent::Release(const v1::Hold& hold) {
  v1::ReleaseHoldRequest request;
  request.set_name(hold.name());
  desk_
      .Write(&Connections::scheduling, &SchedulingConnection::ReleaseHold, request,
             Patience::kUntilAnswered)
      .status()
      .IgnoreError();
}

void Agent::BookAHold() {
  if (holds_.empty()) return;
  const v1::Hold hold = TakeSomeHold();
  if (!Ask(tests::Booking(hold, SomePatient(random_)))) Release(hold);
}

void Agent::MoveToAHold() {
  if (holds_.empty() || seen_.empty()) return;
  const v1::Hold hold = TakeSomeHold();
  v1::RescheduleAppointmentRequest request;
  request.set_name(SomeVisit().name());
  request.set_hold(hold.name());
  if (!Ask(std::move(request))) Release(hold);
}

void Agent::Book() {
  const Visit& visit = kVisits[Pick(random_, std::size(kVisits))];
  Ask(tests::Booking(visit.type, visit.clinic, SomeStartTime(), SomePatient(random_)));
}

void Agent::BookOnAnOrder() {
  const std::string patient = SomePatient(random_);
  const std::string order = OrderOf(patient);
  if (order.empty()) return;
  auto request =
      tests::Booking(tests::kOrderedSession, tests::kLakeForest, SomeStartTime(), patient);
  request.set_order(order);
  Ask(std::move(request));
}

std::string Agent::OrderOf(const std::string& patient) {
  v1::ListOrdersRequest request;
  request.set_patient(patient);
  const auto orders = desk_.Read(&Connections::orders, &OrderConnection::ListOrders, request);
  return orders.ok() && orders->orders_size() > 0 ? orders->orders(0).name() : "";
}

const v1::Appointment& Agent::SomeVisit() {
  return std::next(seen_.begin(), Pick(random_, static_cast<int>(seen_.size())))->second;
}

// With the etag that was seen, or whatever it is now; a consultation maybe at the other clinic.
void Agent::Move() {
  if (seen_.empty()) return;
  const Appointment& visit = SomeVisit();
  auto request = tests::Move(visit, SomeStartTime());
  if (Pick(random_, 3) == 0) request.clear_etag();
  if (visit.visit_type() == tests::kConsultation) {
    request.set_clinic(kClinics[Pick(random_, std::size(kClinics))]);
  }
  Ask(std::move(request));
}

void Agent::Cancel() {
  if (seen_.empty()) return;
  auto request = tests::Cancellation(SomeVisit());
  if (Pick(random_, 3) == 0) request.clear_etag();
  request.set_note(desk_.IdOfNext());
  Note(desk_.Write(&Connections::scheduling, &SchedulingConnection::CancelAppointment, request,
                   Patience::kNotAlways));
}

void Agent::Confirm() {
  if (seen_.empty()) return;
  v1::ConfirmAppointmentRequest request;
  request.set_name(SomeVisit().name());
  Note(desk_.Write(&Connections::scheduling, &SchedulingConnection::ConfirmAppointment, request,
                   Patience::kNotAlways));
}

void Agent::Get() {
  if (seen_.empty()) return;
  Note(desk_.Read(&Connections::scheduling, &SchedulingConnection::GetAppointment,
                  tests::Get(SomeVisit().name())));
}

void Agent::List() {
  const std::string clinic = kClinics[Pick(random_, std::size(kClinics))];
  const auto page = desk_.Read(&Connections::scheduling, &SchedulingConnection::ListAppointments,
                               tests::List(absl::StrCat("clinic = \"", clinic, "\"")));
  if (!page.ok()) return;
  seen_.clear();
  for (const Appointment& visit : page->appointments()) seen_[visit.name()] = visit;
}

// A note names the request that it was booked by.
bool Agent::Ask(v1::BookAppointmentRequest request) {
  request.set_note(desk_.IdOfNext());
  return Note(desk_.Write(&Connections::scheduling, &SchedulingConnection::BookAppointment,
                          std::move(request), Patience::kNotAlways));
}

bool Agent::Ask(v1::RescheduleAppointmentRequest request) {
  return Note(desk_.Write(&Connections::scheduling, &SchedulingConnection::RescheduleAppointment,
                          std::move(request), Patience::kNotAlways));
}

bool Agent::Note(const absl::StatusOr<Appointment>& answer) {
  if (!answer.ok()) return false;
  if (answer->state() == Appointment::STATE_CANCELLED) {
    seen_.erase(answer->name());
  } else {
    seen_[answer->name()] = *answer;
  }
  return true;
}

}  // namespace clarity::history
