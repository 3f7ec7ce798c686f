// The steps of a visit: confirmed, arrived, begun phase by phase, completed or missed, and undone.

#include "tests/conformance/conformance_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using State = v1::Appointment;

class StepsTest : public ConformanceTest {
 protected:
  StepsTest() {
    booked_ = Value(Agent().BookAppointment(Booking(kSession, kLakeForest, kTen, "patients/ada")));
  }

  template <typename Request>
  static Request About(const v1::Appointment& appointment) {
    Request request;
    request.set_name(appointment.name());
    request.set_etag(appointment.etag());
    return request;
  }
  absl::StatusOr<v1::Appointment> Confirm(const v1::Appointment& appointment) const {
    return staff_.scheduling->ConfirmAppointment(About<v1::ConfirmAppointmentRequest>(appointment),
                                                 {});
  }
  absl::StatusOr<v1::Appointment> Arrive(const v1::Appointment& appointment) const {
    return staff_.scheduling->RecordArrival(About<v1::RecordArrivalRequest>(appointment), {});
  }
  absl::StatusOr<v1::Appointment> Begin(const v1::Appointment& appointment,
                                        absl::string_view phase = "") const {
    auto request = About<v1::StartAppointmentRequest>(appointment);
    request.set_phase(std::string(phase));
    return staff_.scheduling->StartAppointment(request, {});
  }
  absl::StatusOr<v1::Appointment> Complete(const v1::Appointment& appointment) const {
    return staff_.scheduling->CompleteAppointment(
        About<v1::CompleteAppointmentRequest>(appointment), {});
  }
  absl::StatusOr<v1::Appointment> Miss(const v1::Appointment& appointment) const {
    return staff_.scheduling->MarkNoShow(About<v1::MarkNoShowRequest>(appointment), {});
  }
  absl::StatusOr<v1::Appointment> Undo(const v1::Appointment& appointment) const {
    auto request = About<v1::UndoAppointmentStepRequest>(appointment);
    request.set_reason(v1::UndoAppointmentStepRequest::REASON_ENTERED_IN_ERROR);
    return staff_.scheduling->UndoAppointmentStep(request, {});
  }

  absl::StatusOr<v1::Appointment> ArriveAt(const v1::Appointment& appointment,
                                           absl::string_view time) {
    clock().Set(At(time));
    return Arrive(appointment);
  }
  // A session at a time when nobody is on duty.
  v1::Appointment BookedAtNight(absl::string_view start) const {
    auto request = Booking(kSession, kLakeForest, start, "patients/cy");
    request.mutable_override()->add_rules(v1::Blocker::RULE_NOT_AVAILABLE);
    request.mutable_override()->set_reason(v1::Override::REASON_URGENT);
    return Value(staff_.scheduling->BookAppointment(request, {}));
  }
  // A quarter of an hour before it begins.
  void OnTheDay() { clock().Set(At("2026-03-05 09:45")); }

  static auto WrongTime() { return Refused(StatusCode::kFailedPrecondition, "WRONG_TIME"); }
  static auto WrongState() { return Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"); }

  const Connections staff_ = Caller(Claims("staff", "STAFF"));
  v1::Appointment booked_;
};

TEST_F(StepsTest, AVisitGoesItsWay) {
  const auto confirmed = Value(Confirm(booked_));
  EXPECT_EQ(confirmed.state(), State::STATE_CONFIRMED);
  clock().Set(At("2026-03-05 09:55"));
  const auto arrived = Value(Arrive(confirmed));
  EXPECT_EQ(arrived.state(), State::STATE_ARRIVED);
  EXPECT_EQ(FromWire(arrived.arrive_time()), clock().Now());

  auto visit = arrived;
  const absl::Duration late = absl::Minutes(2);
  for (const v1::PhaseSpan& phase : booked_.phases()) {
    clock().Set(FromWire(phase.start_time()) + late);
    visit = Value(Begin(visit));
    EXPECT_EQ(visit.state(), State::STATE_IN_PROGRESS);
  }
  clock().Set(FromWire(booked_.end_time()));
  const auto completed = Value(Complete(visit));
  EXPECT_EQ(completed.state(), State::STATE_COMPLETED);
  for (const v1::PhaseSpan& phase : completed.phases()) {
    EXPECT_EQ(FromWire(phase.actual_start_time()), FromWire(phase.start_time()) + late);
    const bool is_last = phase.phase() == "clean-up";
    EXPECT_EQ(FromWire(phase.actual_end_time()),
              FromWire(phase.end_time()) + (is_last ? absl::ZeroDuration() : late));
  }
}

TEST_F(StepsTest, NoStepIsTakenFromTheWrongState) {
  EXPECT_THAT(Begin(booked_), WrongState());
  EXPECT_THAT(Complete(booked_), WrongState());
  EXPECT_THAT(Undo(booked_), WrongState());
  const auto confirmed = Value(Confirm(booked_));
  EXPECT_THAT(Confirm(confirmed), WrongState());
  OnTheDay();
  const auto arrived = Value(Arrive(confirmed));
  EXPECT_THAT(Arrive(arrived), WrongState());
  EXPECT_THAT(Agent().RescheduleAppointment(Move(arrived, "2026-03-05 12:00")), WrongState());
  const auto begun = Value(Begin(arrived));
  EXPECT_THAT(Agent().CancelAppointment(Cancellation(begun)), WrongState());
  EXPECT_THAT(Miss(begun), WrongState());
}

TEST_F(StepsTest, AStaleEtagTakesNoStep) {
  Value(Confirm(booked_));
  OnTheDay();
  EXPECT_THAT(Arrive(booked_), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
}

TEST_F(StepsTest, WhatHappenedEarlierIsRecordedSo) {
  clock().Set(At("2026-03-05 10:05"));
  auto request = About<v1::RecordArrivalRequest>(booked_);
  *request.mutable_time() = ToWire(At("2026-03-05 10:06"));
  const auto invalid = Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST");
  EXPECT_THAT(staff_.scheduling->RecordArrival(request, {}), invalid);
  *request.mutable_time() = ToWire(At("2026-03-04 10:04"));
  EXPECT_THAT(staff_.scheduling->RecordArrival(request, {}), invalid);
  *request.mutable_time() = ToWire(At("2026-03-05 09:50"));
  EXPECT_EQ(Local(FromWire(Value(staff_.scheduling->RecordArrival(request, {})).arrive_time())),
            "2026-03-05 09:50");
}

TEST_F(StepsTest, AnArrivalIsForTheDayOfTheVisit) {
  const auto early = ArriveAt(booked_, "2026-03-04 23:59");
  ASSERT_THAT(early, WrongTime());
  EXPECT_EQ(Metadata(early.status(), "earliest_time"), "2026-03-05T08:00:00+00:00");
  const auto other =
      Value(Agent().BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/bo")));
  EXPECT_EQ(Value(ArriveAt(booked_, "2026-03-05 00:00")).state(), State::STATE_ARRIVED);
  EXPECT_EQ(Value(ArriveAt(other, "2026-03-05 23:59")).state(), State::STATE_ARRIVED);
}

TEST_F(StepsTest, AVisitSoonAfterMidnightMayBeArrivedAtTheEveningBefore) {
  const auto booked = BookedAtNight("2026-03-06 00:30");
  EXPECT_THAT(ArriveAt(booked, "2026-03-05 21:29"), WrongTime());
  EXPECT_EQ(Value(ArriveAt(booked, "2026-03-05 21:30")).state(), State::STATE_ARRIVED);
}

TEST_F(StepsTest, AVisitThatRunsPastMidnightMayBeArrivedAtUntilItsEnd) {
  const auto booked = BookedAtNight("2026-03-05 23:30");
  const auto late = ArriveAt(booked, Local(FromWire(booked.patient_end_time())));
  ASSERT_THAT(late, WrongTime());
  EXPECT_EQ(Metadata(late.status(), "latest_time"), "2026-03-06T09:15:00+00:00");
  // Recorded afterwards, as of when it was.
  auto request = About<v1::RecordArrivalRequest>(booked);
  *request.mutable_time() = ToWire(At("2026-03-06 00:10"));
  EXPECT_EQ(Value(staff_.scheduling->RecordArrival(request, {})).state(), State::STATE_ARRIVED);
}

TEST_F(StepsTest, APhaseMayBeNamedButNotRepeated) {
  OnTheDay();
  const auto begun = Value(Begin(Value(Arrive(booked_)), "dosing"));
  EXPECT_FALSE(begun.phases(0).has_actual_start_time());
  EXPECT_TRUE(begun.phases(1).has_actual_start_time());
  EXPECT_THAT(Begin(begun, "check-in"), WrongState());
  EXPECT_THAT(Begin(begun, "lunch"), Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST_F(StepsTest, MissedNotBeforeAQuarterOfAnHourHasPassed) {
  clock().Set(At("2026-03-05 10:14"));
  const auto early = Miss(booked_);
  ASSERT_THAT(early, WrongTime());
  EXPECT_EQ(Metadata(early.status(), "earliest_time"), "2026-03-05T18:15:00+00:00");
  clock().Set(At("2026-03-05 10:15"));
  const auto missed = Value(Miss(booked_));
  EXPECT_EQ(missed.state(), State::STATE_NO_SHOW);
  EXPECT_EQ(missed.cancellation().initiator(), v1::Cancellation::INITIATOR_PATIENT);
  // The patient is free again, and so is the rest of the time.
  Value(Agent().BookAppointment(
      Booking(kEvaluation, kLakeForest, "2026-03-05 10:30", "patients/ada")));
}

TEST_F(StepsTest, StepsAreTakenBackOneByOne) {
  OnTheDay();
  const auto arrived = Value(Arrive(Value(Confirm(booked_))));
  const auto begun = Value(Begin(arrived));
  const auto completed = Value(Complete(begun));

  const auto in_progress = Value(Undo(completed));
  EXPECT_EQ(in_progress.state(), State::STATE_IN_PROGRESS);
  EXPECT_FALSE(in_progress.phases(0).has_actual_end_time());
  const auto back = Value(Undo(in_progress));
  EXPECT_EQ(back.state(), State::STATE_ARRIVED);
  EXPECT_FALSE(back.phases(0).has_actual_start_time());
  const auto confirmed = Value(Undo(back));
  EXPECT_EQ(confirmed.state(), State::STATE_CONFIRMED);
  EXPECT_FALSE(confirmed.has_arrive_time());
}

TEST_F(StepsTest, ACancellationIsUndoneWhileTheTimeIsFree) {
  const auto cancelled = Value(Agent().CancelAppointment(Cancellation(booked_)));
  const auto restored = Value(Undo(cancelled));
  EXPECT_EQ(restored.state(), State::STATE_BOOKED);
  EXPECT_FALSE(restored.has_cancellation());
  EXPECT_EQ(Resources(restored), Resources(booked_));
  // The time is taken again.
  auto same = Booking(kSession, kLakeForest, kTen, "patients/bo");
  same.add_required_resources(booked_.assignments(0).resource());
  EXPECT_THAT(Agent().BookAppointment(same),
              Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));

  const auto again = Value(Agent().CancelAppointment(Cancellation(restored)));
  Value(Agent().BookAppointment(same));
  EXPECT_THAT(Undo(again), Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
}

TEST_F(StepsTest, ACancellationIsNotUndoneWhenItsVisitTypeHasOtherPhases) {
  const auto cancelled = Value(Agent().CancelAppointment(Cancellation(booked_)));
  v1::ApplyCatalogRequest apply;
  *apply.mutable_catalog() = TestCatalog();
  for (auto& type : *apply.mutable_catalog()->mutable_visit_types()) {
    if (type.name() == kSession) type.mutable_phases(0)->set_minutes(5);
  }
  Value(Operator().ApplyCatalog(apply));
  // What it says it takes, and what it would take, are not the same any more.
  EXPECT_THAT(Undo(cancelled), Refused(StatusCode::kFailedPrecondition, "SLOT_NOT_OFFERED"));
}

TEST_F(StepsTest, AnUndoLiesOverNobodyWhoCameSince) {
  auto over = Booking(kSession, kLakeForest, kTen, "patients/bo");
  over.add_required_resources(booked_.assignments(0).resource());
  over.mutable_override()->add_rules(v1::Blocker::RULE_BOOKED);
  over.mutable_override()->set_reason(v1::Override::REASON_URGENT);
  const auto overbooked = Value(staff_.scheduling->BookAppointment(over, {}));
  Value(Agent().CancelAppointment(Cancellation(booked_)));
  const auto cancelled = Value(Agent().CancelAppointment(Cancellation(overbooked)));
  auto since = Booking(kSession, kLakeForest, kTen, "patients/cy");
  since.add_required_resources(booked_.assignments(0).resource());
  Value(Agent().BookAppointment(since));
  EXPECT_THAT(Undo(cancelled), Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
}

TEST_F(StepsTest, NothingIsRecordedAsBeforeTheStepItFollows) {
  OnTheDay();
  const auto arrived = Value(Arrive(booked_));
  const auto early = Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST");
  auto start = About<v1::StartAppointmentRequest>(arrived);
  *start.mutable_time() = ToWire(clock().Now() - absl::Minutes(1));
  EXPECT_THAT(staff_.scheduling->StartAppointment(start, {}), early);
  clock().Set(At(kTen));
  const auto begun = Value(Begin(arrived));
  start = About<v1::StartAppointmentRequest>(begun);
  *start.mutable_time() = ToWire(At("2026-03-05 09:59"));
  EXPECT_THAT(staff_.scheduling->StartAppointment(start, {}), early);
  auto complete = About<v1::CompleteAppointmentRequest>(begun);
  *complete.mutable_time() = ToWire(At("2026-03-05 09:59"));
  EXPECT_THAT(staff_.scheduling->CompleteAppointment(complete, {}), early);
  *complete.mutable_time() = ToWire(At(kTen));
  Value(staff_.scheduling->CompleteAppointment(complete, {}));
}

TEST_F(StepsTest, AnUndoNeedsAReason) {
  OnTheDay();
  const auto confirmed = Value(Arrive(booked_));
  EXPECT_THAT(
      staff_.scheduling->UndoAppointmentStep(About<v1::UndoAppointmentStepRequest>(confirmed), {}),
      Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST_F(StepsTest, ReasonsAreAuditedByTheirCodes) {
  auto cancel = Cancellation(booked_);
  cancel.set_reason(v1::Cancellation::REASON_STAFF_AWAY);
  cancel.set_note("nurse ill");
  Value(Undo(Value(Agent().CancelAppointment(cancel))));
  BookedAtNight("2026-03-06 00:30");
  std::vector<std::string> reasons;
  for (const auto& record : server_.Audit()) {
    if (!record.reason.empty()) reasons.push_back(record.reason);
  }
  EXPECT_THAT(reasons,
              ::testing::UnorderedElementsAre("STAFF_AWAY", "ENTERED_IN_ERROR", "override URGENT"));
}

TEST_F(StepsTest, PatientsConfirmAndOnlyStaffRunTheVisit) {
  EXPECT_EQ(Value(Patient("patients/ada").Confirm(booked_)).state(), State::STATE_CONFIRMED);
  const auto denied = Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED");
  const v1::RecordArrivalRequest arrival = About<v1::RecordArrivalRequest>(booked_);
  EXPECT_THAT(PatientConnections("patients/ada").scheduling->RecordArrival(arrival, {}), denied);
  EXPECT_THAT(Caller(Claims("agent", "AGENT")).scheduling->RecordArrival(arrival, {}), denied);
}

}  // namespace
}  // namespace clarity::tests
