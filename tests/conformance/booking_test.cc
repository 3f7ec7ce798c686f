// An appointment from its booking to its end.

#include <map>

#include "clients/core/requests.h"
#include "tests/conformance/conformance_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class BookingTest : public ConformanceTest {
 protected:
  v1::Appointment Booked(absl::string_view start = kTen,
                         absl::string_view patient = "patients/ada") const {
    return Value(agent_.BookAppointment(Booking(kConsultation, kLakeForest, start, patient)));
  }
  v1::Appointment Present(const v1::Appointment& appointment) const {
    return Value(agent_.GetAppointment(Get(appointment.name())));
  }
  std::vector<std::string> Offered() const {
    return Starts(
        Slots(agent_, Search(kConsultation, kLakeForest, "2026-03-05 00:00", "2026-03-06 00:00")));
  }

  const client::CallCenterClient agent_ = Agent();
};

// -- Booking
// ---------------------------------------------------------------------------------------

TEST_F(BookingTest, AnAppointmentSaysEverythingAboutTheVisit) {
  auto request = Booking(kSession, kLakeForest, kTen, "patients/ada");
  request.mutable_requester()->set_display_name("Bo");
  request.mutable_requester()->set_relationship(type::v1::RELATIONSHIP_PARENT);
  request.mutable_requester()->set_callback_number("+19495550123");
  request.set_note("brings a friend");
  const auto booked = Value(agent_.BookAppointment(request));

  EXPECT_EQ(booked.name().rfind("appointments/", 0), 0u);
  EXPECT_EQ(booked.state(), v1::Appointment::STATE_BOOKED);
  EXPECT_EQ(booked.visit_type(), kSession);
  EXPECT_EQ(booked.clinic(), kLakeForest);
  EXPECT_EQ(booked.modality(), v1::MODALITY_IN_PERSON);
  EXPECT_EQ(booked.participants(0).patient(), "patients/ada");
  EXPECT_EQ(booked.requester().relationship(), type::v1::RELATIONSHIP_PARENT);
  EXPECT_EQ(booked.channel(), v1::CHANNEL_PHONE);
  EXPECT_EQ(booked.note(), "brings a friend");
  EXPECT_EQ(booked.time_zone(), "America/Los_Angeles");
  EXPECT_EQ(Local(FromWire(booked.end_time())), "2026-03-05 12:00");
  EXPECT_EQ(Local(FromWire(booked.patient_end_time())), "2026-03-05 11:45");
  EXPECT_EQ(booked.phases_size(), 4);
  EXPECT_EQ(booked.assignments_size(), 3);
  EXPECT_EQ(FromWire(booked.create_time()), clock().Now());
  EXPECT_NE(booked.etag(), "");
  EXPECT_THAT(booked.attention(), IsEmpty());
  EXPECT_EQ(Present(booked).SerializeAsString(), booked.SerializeAsString());
}

TEST_F(BookingTest, TheSlotThatWasShownIsBookedAsItWasShown) {
  auto search = Search(kConsultation, kLakeForest, "2026-03-03 09:00", "2026-03-03 09:30");
  search.mutable_query()->add_required_resources("resources/dr-lind");
  const auto slot = Slots(agent_, search).at(0);
  auto request = client::BookRequestOf(slot);
  request.add_participants()->set_patient("patients/ada");
  const auto booked = Value(agent_.BookAppointment(request));
  EXPECT_EQ(Resources(booked), Resources(slot));
  EXPECT_TRUE(booked.assignments(0).pinned());
}

TEST_F(BookingTest, ThePortalBooksForItsOwnPatient) {
  const auto patient = Patient("patients/ada");
  const auto booked = Value(patient.Book(SlotAt(agent_, kConsultation, kLakeForest, kTen)));
  EXPECT_EQ(booked.participants(0).patient(), "patients/ada");
  EXPECT_EQ(booked.channel(), v1::CHANNEL_PORTAL);
}

TEST_F(BookingTest, APersonIsInOnePlaceAtATime) {
  Booked(kTen);
  EXPECT_THAT(
      agent_.BookAppointment(Booking(kSession, kLakeForest, "2026-03-05 10:45", "patients/ada")),
      Refused(StatusCode::kFailedPrecondition, "PATIENT_BUSY"));
  Value(agent_.BookAppointment(Booking(kSession, kLakeForest, "2026-03-05 11:00", "patients/ada")));
}

TEST_F(BookingTest, TwoRoomsTakeTwoSessionsAndNotThree) {
  const auto first =
      Value(agent_.BookAppointment(Booking(kSession, kLakeForest, kTen, "patients/ada")));
  const auto second =
      Value(agent_.BookAppointment(Booking(kSession, kLakeForest, kTen, "patients/bo")));
  EXPECT_NE(first.assignments(0).resource(), second.assignments(0).resource());
  EXPECT_NE(first.assignments(2).resource(), second.assignments(2).resource());  // one to one
  EXPECT_THAT(agent_.BookAppointment(Booking(kSession, kLakeForest, kTen, "patients/cy")),
              Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
}

TEST_F(BookingTest, OneNurseWatchesSeveralButDosesOne) {
  auto with_kim = [](absl::string_view start, absl::string_view patient) {
    auto request = Booking(kSession, kLakeForest, start, patient);
    request.add_required_resources("resources/nurse-kim");
    return request;
  };
  Value(agent_.BookAppointment(with_kim("2026-03-05 10:00", "patients/ada")));
  // Dosing would fall into the first one's dosing, and then into its observation.
  EXPECT_THAT(agent_.BookAppointment(with_kim("2026-03-05 10:15", "patients/bo")),
              Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
  EXPECT_THAT(agent_.BookAppointment(with_kim("2026-03-05 10:30", "patients/bo")),
              Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
  // At 11:45 the observation is over; two observations at once are fine.
  Value(agent_.BookAppointment(with_kim("2026-03-05 11:30", "patients/bo")));
}

TEST_F(BookingTest, ARefusedTimeComesWithWhatBlocksAndWithAlternatives) {
  const auto booked = Booked(kTen);
  const auto refused =
      agent_.BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/bo"));
  ASSERT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
  const auto conflict = client::DetailOf<v1::SlotConflict>(refused.status());
  ASSERT_TRUE(conflict.has_value());
  std::map<std::string, v1::Blocker> by_resource;
  for (const v1::Blocker& blocker : conflict->blockers()) by_resource[blocker.resource()] = blocker;
  EXPECT_EQ(by_resource["resources/dr-lind"].rule(), v1::Blocker::RULE_NOT_AVAILABLE);
  for (const char* taken : {"resources/dr-okafor", "resources/office"}) {
    EXPECT_EQ(by_resource[taken].rule(), v1::Blocker::RULE_BOOKED);
    EXPECT_EQ(by_resource[taken].appointment(), booked.name());
  }
  ASSERT_THAT(conflict->alternatives(), SizeIs(5));
  EXPECT_THAT(Starts(conflict->alternatives()),
              ElementsAre("2026-03-05 09:00", "2026-03-05 11:00", "2026-03-05 11:30",
                          "2026-03-05 12:00", "2026-03-05 12:30"));
  for (const v1::Slot& slot : conflict->alternatives()) {
    auto request = client::BookRequestOf(slot);
    request.add_participants()->set_patient("patients/bo");
    EXPECT_TRUE(agent_.BookAppointment(ValidateOnly(request)).ok());
  }
}

TEST_F(BookingTest, TheVisitsOwnRulesRefuse) {
  const auto not_offered = Refused(StatusCode::kFailedPrecondition, "SLOT_NOT_OFFERED");
  const auto rule_of = [&](const v1::BookAppointmentRequest& request) {
    const auto refused = agent_.BookAppointment(request);
    EXPECT_THAT(refused, not_offered);
    const auto conflict = client::DetailOf<v1::SlotConflict>(refused.status());
    return conflict.has_value() && conflict->blockers_size() > 0 ? conflict->blockers(0).rule()
                                                                 : v1::Blocker::RULE_UNSPECIFIED;
  };
  EXPECT_EQ(rule_of(Booking(kConsultation, kLakeForest, "2026-03-05 10:15", "patients/ada")),
            v1::Blocker::RULE_START_GRID);
  EXPECT_EQ(rule_of(Booking(kConsultation, kLakeForest, "2026-03-02 09:00", "patients/ada")),
            v1::Blocker::RULE_MINIMUM_NOTICE);
  EXPECT_EQ(rule_of(Booking(kConsultation, kLakeForest, "2026-04-06 10:00", "patients/ada")),
            v1::Blocker::RULE_HORIZON);
  EXPECT_EQ(rule_of(Booking(kEvaluation, kIrvine, "2026-03-05 10:00", "patients/ada")),
            v1::Blocker::RULE_NOT_OFFERED);
  auto by_video = Booking(kEvaluation, kLakeForest, "2026-03-05 10:00", "patients/ada");
  by_video.set_modality(v1::MODALITY_TELEHEALTH);
  EXPECT_EQ(rule_of(by_video), v1::Blocker::RULE_NOT_OFFERED);
}

TEST_F(BookingTest, NotMoreOpenAppointmentsOfATypeThanAllowed) {
  Booked("2026-03-03 10:00");
  Booked("2026-03-04 10:00");
  const auto third = Booking(kConsultation, kLakeForest, "2026-03-05 10:00", "patients/ada");
  const auto refused = agent_.BookAppointment(third);
  ASSERT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "SLOT_NOT_OFFERED"));
  EXPECT_EQ(client::DetailOf<v1::SlotConflict>(refused.status())->blockers(0).rule(),
            v1::Blocker::RULE_OPEN_PER_PATIENT);
  // Other patients and other types are counted apart, and one that has begun is not open.
  Booked("2026-03-05 10:00", "patients/bo");
  clock().Set(At("2026-03-03 10:30"));
  Value(agent_.BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-05 11:00", "patients/ada")));
}

TEST_F(BookingTest, ThePastCannotBeBooked) {
  clock().Set(At("2026-03-05 11:00"));
  EXPECT_THAT(agent_.BookAppointment(Booking(kEvaluation, kLakeForest, kTen, "patients/ada")),
              Refused(StatusCode::kFailedPrecondition, "SLOT_NOT_OFFERED"));
}

// -- Overriding a rule
// ------------------------------------------------------------------------------

TEST_F(BookingTest, StaffSetARuleAsideAndItStaysOnRecord) {
  auto request = Booking(kConsultation, kLakeForest, "2026-03-05 10:15", "patients/ada");
  request.mutable_override()->add_rules(v1::Blocker::RULE_START_GRID);
  request.mutable_override()->set_reason(v1::Override::REASON_PATIENT_PRESENT);
  const auto booked = Value(Staff().BookAppointment(request));
  EXPECT_EQ(booked.override().subject(), "staff");
  EXPECT_EQ(booked.override().reason(), v1::Override::REASON_PATIENT_PRESENT);
  ASSERT_THAT(booked.attention(), SizeIs(1));
  EXPECT_EQ(booked.attention(0).reason(), v1::Attention::REASON_OVERRIDDEN);
}

TEST_F(BookingTest, AnOverrideOfOneRuleIsNoneOfAnother) {
  auto request = Booking(kConsultation, kLakeForest, "2026-03-02 08:15", "patients/ada");
  request.mutable_override()->add_rules(v1::Blocker::RULE_START_GRID);
  request.mutable_override()->set_reason(v1::Override::REASON_PATIENT_PRESENT);
  EXPECT_THAT(Staff().BookAppointment(request),
              Refused(StatusCode::kFailedPrecondition, "SLOT_NOT_OFFERED"));
  request.mutable_override()->add_rules(v1::Blocker::RULE_MINIMUM_NOTICE);
  EXPECT_THAT(Staff().BookAppointment(request),  // it is before her hours
              Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
  request.mutable_override()->add_rules(v1::Blocker::RULE_NOT_AVAILABLE);
  Value(Staff().BookAppointment(request));
}

TEST_F(BookingTest, WhatNobodyMaySetAsideIsNoOverride) {
  for (const auto rule : {v1::Blocker::RULE_LICENCE, v1::Blocker::RULE_PATIENT_BUSY,
                          v1::Blocker::RULE_ORDER, v1::Blocker::RULE_OPEN_PER_PATIENT}) {
    auto request = Booking(kConsultation, kLakeForest, kTen, "patients/ada");
    request.mutable_override()->add_rules(rule);
    request.mutable_override()->set_reason(v1::Override::REASON_URGENT);
    EXPECT_THAT(Staff().BookAppointment(request),
                Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"))
        << v1::Blocker::Rule_Name(rule);
  }
}

TEST_F(BookingTest, OverbookingIsAnOverrideOfItsOwn) {
  Booked(kTen);
  auto request = Booking(kConsultation, kLakeForest, kTen, "patients/bo");
  request.mutable_override()->add_rules(v1::Blocker::RULE_NOT_AVAILABLE);
  request.mutable_override()->set_reason(v1::Override::REASON_URGENT);
  EXPECT_THAT(Staff().BookAppointment(request),
              Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
  request.mutable_override()->add_rules(v1::Blocker::RULE_BOOKED);
  Value(Staff().BookAppointment(request));
}

TEST_F(BookingTest, AnOverrideGoesOverVisitsAndNotOverBlocksOrHolds) {
  auto over = Booking(kConsultation, kLakeForest, kTen, "patients/bo");
  over.add_required_resources("resources/dr-okafor");
  over.mutable_override()->add_rules(v1::Blocker::RULE_BOOKED);
  over.mutable_override()->set_reason(v1::Override::REASON_URGENT);
  const auto taken = Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN");

  auto hold = Hold(kConsultation, kLakeForest, kTen);
  hold.add_required_resources("resources/dr-okafor");
  const auto held = Value(agent_.CreateHold(hold));
  EXPECT_THAT(Staff().BookAppointment(over), taken) << "somebody is about to have it";
  v1::ReleaseHoldRequest release;
  release.set_name(held.name());
  EXPECT_TRUE(agent_.ReleaseHold(release).ok());

  v1::CreateBlockRequest block;
  block.mutable_block()->add_resources("resources/dr-okafor");
  *block.mutable_block()->mutable_window()->mutable_start_time() = over.start_time();
  *block.mutable_block()->mutable_window()->mutable_end_time() =
      ToWire(FromWire(over.start_time()) + absl::Minutes(30));
  const auto blocked = Value(Caller(Claims("desk", "STAFF")).scheduling->CreateBlock(block, {}));
  EXPECT_THAT(Staff().BookAppointment(over), taken) << "nobody is there";
  v1::DeleteBlockRequest unblock;
  unblock.set_name(blocked.name());
  Value(Caller(Claims("desk", "STAFF")).scheduling->DeleteBlock(unblock, {}));
  Value(Staff().BookAppointment(over));
}

TEST_F(BookingTest, AnOverrideTakesNothingThatCouldBeHadWithout) {
  auto request = Booking(kSession, kLakeForest, kTen, "patients/ada");
  request.add_required_resources("resources/nurse-kim");
  EXPECT_THAT(Resources(Value(agent_.BookAppointment(request))),
              ElementsAre("resources/room-1", "resources/dr-okafor", "resources/nurse-kim"));
  request = Booking(kSession, kLakeForest, kTen, "patients/bo");
  request.add_required_resources("resources/nurse-kim");
  for (const auto rule : {v1::Blocker::RULE_BOOKED, v1::Blocker::RULE_NOT_AVAILABLE}) {
    request.mutable_override()->add_rules(rule);
  }
  request.mutable_override()->set_reason(v1::Override::REASON_URGENT);
  const auto over = Value(Staff().BookAppointment(request));
  EXPECT_TRUE(over.has_override());
  EXPECT_THAT(Resources(over),
              ElementsAre("resources/room-2", "resources/dr-okafor", "resources/nurse-kim"));
}

TEST_F(BookingTest, AnOverrideThatWasNotNeededLeavesNoMark) {
  auto request = Booking(kConsultation, kLakeForest, kTen, "patients/ada");
  request.mutable_override()->add_rules(v1::Blocker::RULE_BOOKED);
  request.mutable_override()->set_reason(v1::Override::REASON_URGENT);
  const auto booked = Value(Staff().BookAppointment(request));
  EXPECT_FALSE(booked.has_override());
  EXPECT_THAT(booked.attention(), IsEmpty());
}

// -- Rescheduling
// -----------------------------------------------------------------------------------

TEST_F(BookingTest, WhoWasAskedForStaysAskedForWhenItMoves) {
  auto request = Booking(kEvaluation, kLakeForest, "2026-03-03 10:00", "patients/ada");
  request.add_required_resources("resources/dr-lind");
  const auto booked = Value(agent_.BookAppointment(request));
  // Dr. Lind is not there in the afternoon; Dr. Okafor is.
  EXPECT_THAT(agent_.RescheduleAppointment(Move(booked, "2026-03-03 14:00")),
              Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
  auto search = Search(kEvaluation, kLakeForest, "2026-03-03 14:00", "2026-03-03 14:05");
  search.set_reschedule_appointment(booked.name());
  EXPECT_THAT(Slots(agent_, search), IsEmpty());
  search.mutable_query()->add_preferred_resources("resources/dr-lind");
  EXPECT_THAT(Slots(agent_, search), SizeIs(1));

  const auto moved = Value(agent_.RescheduleAppointment(Move(booked, "2026-03-03 11:00")));
  EXPECT_THAT(Resources(moved), ElementsAre("resources/dr-lind"));
  EXPECT_TRUE(moved.assignments(0).pinned());
  auto anybody = Move(moved, "2026-03-03 14:00");
  anybody.add_preferred_resources("resources/dr-lind");
  EXPECT_THAT(Resources(Value(agent_.RescheduleAppointment(anybody))),
              ElementsAre("resources/dr-okafor"));
}

TEST_F(BookingTest, MovingKeepsTheNameAndTheHistory) {
  const auto booked = Booked(kTen);
  clock().Advance(absl::Minutes(30));
  const auto moved = Value(agent_.RescheduleAppointment(Move(booked, kNoon)));
  EXPECT_EQ(moved.name(), booked.name());
  EXPECT_NE(moved.etag(), booked.etag());
  EXPECT_EQ(moved.state(), v1::Appointment::STATE_BOOKED);
  EXPECT_EQ(moved.create_time().seconds(), booked.create_time().seconds());
  ASSERT_THAT(moved.earlier_times(), SizeIs(1));
  EXPECT_THAT(Starts(moved.earlier_times()), ElementsAre(kTen));
  EXPECT_EQ(moved.earlier_times(0).clinic(), kLakeForest);
  EXPECT_EQ(moved.earlier_times(0).subject(), "agent");
  EXPECT_EQ(FromWire(moved.earlier_times(0).move_time()), clock().Now());
  EXPECT_THAT(Offered(), Contains(kTen));
  EXPECT_THAT(Offered(), Not(Contains(kNoon)));
  EXPECT_EQ(Present(booked).SerializeAsString(), moved.SerializeAsString());
}

TEST_F(BookingTest, TheOldTimeStaysWhenTheNewOneIsTaken) {
  const auto booked = Booked(kTen);
  Booked(kNoon, "patients/bo");
  EXPECT_THAT(agent_.RescheduleAppointment(Move(booked, kNoon)),
              Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
  EXPECT_EQ(Present(booked).SerializeAsString(), booked.SerializeAsString());
  EXPECT_THAT(Offered(), Not(Contains(kTen)));
}

TEST_F(BookingTest, AMoveMayOverlapItsOwnTime) {
  const auto booked = Booked(kTen);
  const auto moved = Value(agent_.RescheduleAppointment(Move(booked, "2026-03-05 10:30")));
  EXPECT_THAT(Starts(std::vector{moved}), ElementsAre("2026-03-05 10:30"));
}

TEST_F(BookingTest, AVisitMovesToAnotherClinic) {
  const auto booked = Booked(kTen);
  auto request = Move(booked, kNoon);
  request.set_clinic(kPhoenix);
  const auto moved = Value(agent_.RescheduleAppointment(request));
  EXPECT_EQ(moved.clinic(), kPhoenix);
  EXPECT_EQ(moved.time_zone(), "America/Phoenix");
  EXPECT_THAT(Resources(moved), ElementsAre("resources/dr-soto", "resources/office-phoenix"));
  EXPECT_THAT(Offered(), Contains(kTen));
}

TEST_F(BookingTest, OnlyWhatHasNotBegunMoves) {
  const auto booked = Booked(kTen);
  Value(agent_.CancelAppointment(Cancellation(booked)));
  const auto refused = agent_.RescheduleAppointment(Move(Present(booked), kNoon));
  ASSERT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_EQ(client::DetailOf<google::rpc::ErrorInfo>(refused.status())->metadata().at("state"),
            "CANCELLED");
}

TEST_F(BookingTest, TheLastTwentyTimesAreKept) {
  constexpr int kMoves = 22;
  auto appointment = Booked(kTen);
  for (int i = 0; i < kMoves; ++i) {
    appointment = Value(agent_.RescheduleAppointment(Move(appointment, i % 2 == 0 ? kNoon : kTen)));
  }
  ASSERT_THAT(appointment.earlier_times(), SizeIs(20));
  EXPECT_EQ(Starts(appointment.earlier_times()).back(), kNoon);
}

// -- Cancelling
// -------------------------------------------------------------------------------------

TEST_F(BookingTest, ACancelledTimeIsFreeAgain) {
  const auto booked = Booked(kTen);
  auto request = Cancellation(booked);
  request.set_reason(v1::Cancellation::REASON_ILLNESS);
  request.set_note("a cold");
  const auto cancelled = Value(agent_.CancelAppointment(request));
  EXPECT_EQ(cancelled.state(), v1::Appointment::STATE_CANCELLED);
  EXPECT_EQ(cancelled.cancellation().initiator(), v1::Cancellation::INITIATOR_PATIENT);
  EXPECT_EQ(cancelled.cancellation().reason(), v1::Cancellation::REASON_ILLNESS);
  EXPECT_EQ(cancelled.cancellation().note(), "a cold");
  EXPECT_FALSE(cancelled.cancellation().late());
  EXPECT_EQ(FromWire(cancelled.cancellation().time()), clock().Now());
  EXPECT_THAT(Offered(), Contains(kTen));
  Booked(kTen, "patients/bo");
  EXPECT_THAT(agent_.CancelAppointment(Cancellation(cancelled)),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(BookingTest, AfterTheCutOffACancellationIsLate) {
  const auto in_time = Booked(kTen);
  const auto late = Booked(kNoon, "patients/bo");
  clock().Set(At("2026-03-04 10:00"));
  EXPECT_FALSE(Value(agent_.CancelAppointment(Cancellation(in_time))).cancellation().late());
  clock().Set(At("2026-03-04 12:01"));
  EXPECT_TRUE(Value(agent_.CancelAppointment(Cancellation(late))).cancellation().late());
}

TEST_F(BookingTest, WhoCallsOffGoesByTheRole) {
  EXPECT_EQ(Value(Staff().CancelAppointment(Cancellation(Booked(kTen)))).cancellation().initiator(),
            v1::Cancellation::INITIATOR_CLINIC);
  EXPECT_EQ(Value(Patient("patients/ada").Cancel(Booked(kTen))).cancellation().initiator(),
            v1::Cancellation::INITIATOR_PATIENT);
  auto for_clinic = Cancellation(Booked(kTen));
  for_clinic.set_initiator(v1::Cancellation::INITIATOR_CLINIC);
  EXPECT_EQ(Value(agent_.CancelAppointment(for_clinic)).cancellation().initiator(),
            v1::Cancellation::INITIATOR_CLINIC);
}

TEST_F(BookingTest, AStaleEtagChangesNothing) {
  const auto booked = Booked(kTen);
  const auto moved = Value(agent_.RescheduleAppointment(Move(booked, kNoon)));
  const auto stale = Refused(StatusCode::kAborted, "ETAG_MISMATCH");
  EXPECT_THAT(agent_.RescheduleAppointment(Move(booked, "2026-03-05 15:00")), stale);
  EXPECT_THAT(agent_.CancelAppointment(Cancellation(booked)), stale);
  EXPECT_EQ(Present(booked).SerializeAsString(), moved.SerializeAsString());
}

TEST_F(BookingTest, ValidatingChangesNothing) {
  const auto booked = Booked(kTen);
  const auto what_if = Value(agent_.BookAppointment(
      ValidateOnly(Booking(kConsultation, kLakeForest, kNoon, "patients/bo"))));
  EXPECT_EQ(what_if.name(), "");
  EXPECT_EQ(what_if.state(), v1::Appointment::STATE_BOOKED);
  EXPECT_THAT(Resources(what_if), SizeIs(2));
  const auto moved = Value(agent_.RescheduleAppointment(ValidateOnly(Move(booked, kNoon))));
  EXPECT_THAT(Starts(std::vector{moved}), ElementsAre(kNoon));
  EXPECT_EQ(Value(agent_.CancelAppointment(ValidateOnly(Cancellation(booked)))).state(),
            v1::Appointment::STATE_CANCELLED);

  EXPECT_EQ(Present(booked).SerializeAsString(), booked.SerializeAsString());
  EXPECT_THAT(Offered(), Contains(kNoon));
  EXPECT_THAT(All(agent_.ListAppointments(List(""))), SizeIs(1));
}

TEST_F(BookingTest, EverythingIsStillThereAfterARestart) {
  const auto moved = Value(agent_.RescheduleAppointment(Move(Booked(kTen), kNoon)));
  const auto hold = Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, "2026-03-05 15:00")));
  server_.Restart();
  const auto agent = Agent();
  EXPECT_EQ(Value(agent.GetAppointment(Get(moved.name()))).SerializeAsString(),
            moved.SerializeAsString());
  EXPECT_THAT(agent.BookAppointment(Booking(kConsultation, kLakeForest, kNoon, "patients/bo")),
              Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
  Value(agent.BookAppointment(Booking(hold, "patients/cy")));
}

// -- What a patient may
// -----------------------------------------------------------------------------------

TEST_F(BookingTest, APatientIsNotShownWhatIsForStaff) {
  auto request = Booking(kConsultation, kLakeForest, "2026-03-05 10:15", "patients/ada");
  request.set_note("was upset on the phone");
  request.mutable_override()->add_rules(v1::Blocker::RULE_START_GRID);
  request.mutable_override()->set_reason(v1::Override::REASON_PATIENT_PRESENT);
  const auto booked = Value(Staff().BookAppointment(request));
  const auto portal = PatientConnections("patients/ada").AsAgent();
  v1::BatchGetAppointmentsRequest batch;
  batch.add_names(booked.name());
  for (const auto& seen : {Value(portal.GetAppointment(Get(booked.name()))),
                           Value(portal.ListAppointmentsPage(List(""))).appointments(0),
                           Value(portal.BatchGetAppointments(batch)).items(0).appointment(),
                           Value(portal.RescheduleAppointment(Move(booked, kNoon)))}) {
    EXPECT_EQ(seen.note(), "");
    EXPECT_FALSE(seen.has_override());
    EXPECT_THAT(seen.attention(), IsEmpty());
  }
  EXPECT_EQ(Present(booked).note(), "was upset on the phone");
}

TEST_F(BookingTest, WhatAPatientDoesIsOnRecordAsThePatients) {
  const auto portal = PatientConnections("patients/ada").AsAgent();
  auto request = Booking(kConsultation, kLakeForest, kTen, "patients/ada");
  request.set_channel(v1::CHANNEL_PHONE);
  const auto booked = Value(portal.BookAppointment(request));
  EXPECT_EQ(booked.channel(), v1::CHANNEL_PORTAL);
  auto cancellation = Cancellation(booked);
  cancellation.set_initiator(v1::Cancellation::INITIATOR_CLINIC);
  EXPECT_EQ(Value(portal.CancelAppointment(cancellation)).cancellation().initiator(),
            v1::Cancellation::INITIATOR_PATIENT);
}

TEST_F(BookingTest, WhatShouldHaveBegunIsNotThePatientsToChange) {
  const auto booked = Booked(kTen);
  clock().Set(At("2026-03-05 10:05"));
  const auto portal = PatientConnections("patients/ada").AsAgent();
  const auto refused = Refused(StatusCode::kFailedPrecondition, "WRONG_STATE");
  EXPECT_THAT(portal.CancelAppointment(Cancellation(booked)), refused);
  EXPECT_THAT(portal.RescheduleAppointment(Move(booked, "2026-03-09 10:00")), refused);
  Value(agent_.CancelAppointment(Cancellation(booked)));
}

}  // namespace
}  // namespace clarity::tests
