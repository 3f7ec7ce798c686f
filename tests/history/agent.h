#ifndef CLARITY_TESTS_HISTORY_AGENT_H_
#define CLARITY_TESTS_HISTORY_AGENT_H_

#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "tests/history/desk.h"

namespace clarity::history {

// Holds, books, moves and calls off at random, also what others have booked.
class Agent {
 public:
  Agent(Desk* desk, std::mt19937* random, absl::Time first_day)
      : desk_(*desk), random_(*random), first_day_(first_day) {}

  void DoSomething();
  // Gives back what it holds.
  void Finish();

 private:
  using Appointment = scheduling::v1::Appointment;

  void Hold();
  void RenewAHold();
  void ReleaseAHold();
  void BookAHold();
  void MoveToAHold();
  void Book();
  void BookOnAnOrder();
  void Move();
  void Cancel();
  void Confirm();
  void Get();
  void List();

  std::string SomeStartTime() { return tests::Local(SomeStart(random_, first_day_)); }
  // The order that a patient has, where it is still good; empty: none.
  std::string OrderOf(const std::string& patient);
  scheduling::v1::Hold TakeSomeHold();
  const Appointment& SomeVisit();
  void Release(const scheduling::v1::Hold& hold);
  // Whether it was done.
  bool Ask(scheduling::v1::BookAppointmentRequest request);
  bool Ask(scheduling::v1::RescheduleAppointmentRequest request);
  bool Note(const absl::StatusOr<Appointment>& answer);

  Desk& desk_;
  std::mt19937& random_;
  const absl::Time first_day_;
  std::vector<scheduling::v1::Hold> holds_;
  std::map<std::string, Appointment> seen_;  // what is ahead, as it was when it was last looked at
};

}  // namespace clarity::history

#endif  // CLARITY_TESTS_HISTORY_AGENT_H_
