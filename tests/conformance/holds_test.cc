// Times that are kept for a while.

#include "clients/core/requests.h"
#include "tests/conformance/conformance_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::Not;

v1::RenewHoldRequest Renewal(const v1::Hold& hold) {
  v1::RenewHoldRequest request;
  request.set_name(hold.name());
  return request;
}

v1::ReleaseHoldRequest Release(const v1::Hold& hold) {
  v1::ReleaseHoldRequest request;
  request.set_name(hold.name());
  return request;
}

class HoldsTest : public ConformanceTest {
 protected:
  bool IsOffered(absl::string_view start) const {
    const auto slots =
        Slots(agent_, Search(kConsultation, kLakeForest, "2026-03-05 00:00", "2026-03-06 00:00"));
    const auto starts = Starts(slots);
    return std::find(starts.begin(), starts.end(), start) != starts.end();
  }

  const client::CallCenterClient agent_ = Agent();
};

TEST_F(HoldsTest, AHoldKeepsTheTimeForItsHolder) {
  const auto hold = Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, kTen)));
  EXPECT_EQ(hold.kind(), v1::Hold::KIND_AGENT);
  EXPECT_EQ(hold.holder(), "agent");
  EXPECT_EQ(hold.time_zone(), "America/Los_Angeles");
  EXPECT_THAT(Resources(hold), ElementsAre("resources/dr-okafor", "resources/office"));
  EXPECT_EQ(FromWire(hold.expire_time()), clock().Now() + absl::Minutes(10));
  EXPECT_EQ(FromWire(hold.last_expire_time()), clock().Now() + absl::Minutes(60));

  EXPECT_FALSE(IsOffered(kTen));
  EXPECT_THAT(
      Agent("other").BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/bo")),
      Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
}

TEST_F(HoldsTest, BookingFromAHoldTakesWhatItKept) {
  auto request = Hold(kSession, kLakeForest, kTen);
  request.add_preferred_resources("resources/room-2");
  request.add_preferred_resources("resources/nurse-vega");
  const auto hold = Value(agent_.CreateHold(request));
  const auto booked = Value(agent_.BookAppointment(Booking(hold, "patients/ada")));
  EXPECT_EQ(Resources(booked), Resources(hold));
  EXPECT_THAT(Resources(booked),
              ElementsAre("resources/room-2", "resources/dr-okafor", "resources/nurse-vega"));
  EXPECT_THAT(Starts(std::vector{booked}), ElementsAre(kTen));
  // It is used up.
  EXPECT_THAT(agent_.BookAppointment(Booking(hold, "patients/bo")),
              Refused(StatusCode::kFailedPrecondition, "HOLD_EXPIRED"));
}

TEST_F(HoldsTest, AHoldForANewCallerIsBookedOnceThereIsARecord) {
  auto request = Hold(kConsultation, kLakeForest, kTen);
  request.mutable_hold()->set_caller_label("caller from 949");
  const auto hold = Value(agent_.CreateHold(request));
  EXPECT_EQ(hold.patient(), "");
  EXPECT_EQ(hold.caller_label(), "caller from 949");
  const auto booked = Value(agent_.BookAppointment(Booking(hold, "patients/new")));
  EXPECT_EQ(booked.participants(0).patient(), "patients/new");
}

TEST_F(HoldsTest, ANewPatientOnAHoldMustBeFreeThen) {
  const auto hold = Value(agent_.CreateHold(Hold(kSession, kLakeForest, kTen)));
  Value(agent_.BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/ada")));
  EXPECT_THAT(agent_.BookAppointment(Booking(hold, "patients/ada")),
              Refused(StatusCode::kFailedPrecondition, "PATIENT_BUSY"));
}

TEST_F(HoldsTest, AnExpiredHoldIsSteppedOver) {
  const auto hold = Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, kTen)));
  clock().Advance(absl::Minutes(10) - absl::Seconds(1));
  EXPECT_FALSE(IsOffered(kTen));
  clock().Advance(absl::Seconds(1));
  EXPECT_TRUE(IsOffered(kTen));
  Value(Agent("other").BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/bo")));
  EXPECT_THAT(agent_.BookAppointment(Booking(hold, "patients/ada")),
              Refused(StatusCode::kFailedPrecondition, "HOLD_EXPIRED"));
  EXPECT_THAT(agent_.RenewHold(Renewal(hold)),
              Refused(StatusCode::kFailedPrecondition, "HOLD_EXPIRED"));
}

TEST_F(HoldsTest, RenewingKeepsItUpToItsLastTime) {
  auto hold = Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, kTen)));
  const absl::Time last = FromWire(hold.last_expire_time());
  while (FromWire(hold.expire_time()) < last) {
    clock().Advance(absl::Minutes(9));
    const absl::Time before = FromWire(hold.expire_time());
    hold = Value(agent_.RenewHold(Renewal(hold)));
    EXPECT_EQ(FromWire(hold.expire_time()), std::min(clock().Now() + absl::Minutes(10), last));
    EXPECT_GT(FromWire(hold.expire_time()), before);
  }
  EXPECT_FALSE(IsOffered(kTen));
  hold = Value(agent_.RenewHold(Renewal(hold)));
  EXPECT_EQ(FromWire(hold.expire_time()), last);
  clock().Set(last);
  EXPECT_THAT(agent_.RenewHold(Renewal(hold)),
              Refused(StatusCode::kFailedPrecondition, "HOLD_EXPIRED"));
  EXPECT_TRUE(IsOffered(kTen));
}

TEST_F(HoldsTest, RenewingWithAStaleEtagIsRefused) {
  const auto first = Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, kTen)));
  clock().Advance(absl::Minutes(1));
  Value(agent_.RenewHold(Renewal(first)));
  auto stale = Renewal(first);
  stale.set_etag(first.etag());
  EXPECT_THAT(agent_.RenewHold(stale), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
}

TEST_F(HoldsTest, ReleasingGivesTheTimeBackAndMayBeRepeated) {
  const auto hold = Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, kTen)));
  Succeed(agent_.ReleaseHold(Release(hold)));
  EXPECT_TRUE(IsOffered(kTen));
  Succeed(agent_.ReleaseHold(Release(hold)));
  EXPECT_THAT(agent_.RenewHold(Renewal(hold)),
              Refused(StatusCode::kFailedPrecondition, "HOLD_EXPIRED"));
}

TEST_F(HoldsTest, SomebodyElsesHoldLooksLikeOneThatIsGone) {
  const auto hold = Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, kTen)));
  v1::Hold never;
  never.set_name("holds/00000000000000000000000000");
  const auto other = Agent("other");
  for (const v1::Hold& unseen : {hold, never}) {
    EXPECT_THAT(other.RenewHold(Renewal(unseen)),
                Refused(StatusCode::kFailedPrecondition, "HOLD_EXPIRED"));
    EXPECT_THAT(other.BookAppointment(Booking(unseen, "patients/bo")),
                Refused(StatusCode::kFailedPrecondition, "HOLD_EXPIRED"));
    Succeed(other.ReleaseHold(Release(unseen)));
  }
  // It is still there for its holder.
  Value(agent_.BookAppointment(Booking(hold, "patients/ada")));
}

TEST_F(HoldsTest, EachKindHasItsOwnCap) {
  const int kAgentHoldsMax = 5;
  std::vector<v1::Hold> holds;
  for (int hour = 0; hour < kAgentHoldsMax; ++hour) {
    holds.push_back(Value(agent_.CreateHold(
        Hold(kConsultation, kLakeForest, Local(At("2026-03-05 09:00") + absl::Hours(hour))))));
  }
  const auto sixth = Hold(kConsultation, kLakeForest, "2026-03-05 15:00");
  EXPECT_THAT(agent_.CreateHold(sixth), Refused(StatusCode::kResourceExhausted, "HOLD_LIMIT"));
  // Others have their own, and offers are counted apart.
  Value(Agent("other").CreateHold(sixth));
  auto offer = Hold(kConsultation, kLakeForest, "2026-03-05 16:00");
  offer.mutable_hold()->set_kind(v1::Hold::KIND_OFFER);
  const auto offered = Value(agent_.CreateHold(offer));
  EXPECT_EQ(FromWire(offered.expire_time()), clock().Now() + absl::Hours(2));
  // One that is released or has expired counts no more.
  Succeed(agent_.ReleaseHold(Release(holds[0])));
  Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, "2026-03-05 09:00")));
  clock().Advance(absl::Minutes(10));
  Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, "2026-03-05 09:00")));
}

TEST_F(HoldsTest, TheKindGoesByTheRole) {
  const auto patient = Patient("patients/ada");
  const auto in_portal =
      Value(patient.CreateHold(SlotAt(agent_, kConsultation, kLakeForest, kTen)));
  EXPECT_EQ(in_portal.kind(), v1::Hold::KIND_PORTAL);
  EXPECT_EQ(in_portal.patient(), "patients/ada");
  EXPECT_EQ(FromWire(in_portal.last_expire_time()), clock().Now() + absl::Minutes(20));
  EXPECT_THAT(patient.CreateHold(SlotAt(agent_, kConsultation, kLakeForest, kNoon)),
              Refused(StatusCode::kResourceExhausted, "HOLD_LIMIT"));

  const auto service = Caller(Claims("waiting-list", "SERVICE")).AsAgent();
  EXPECT_EQ(Value(service.CreateHold(Hold(kConsultation, kLakeForest, kNoon))).kind(),
            v1::Hold::KIND_SERVICE);

  auto as_service = Hold(kConsultation, kLakeForest, "2026-03-05 14:00");
  as_service.mutable_hold()->set_kind(v1::Hold::KIND_SERVICE);
  EXPECT_THAT(agent_.CreateHold(as_service),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_F(HoldsTest, WhatABookingSaysMustAgreeWithTheHold) {
  auto request = Hold(kConsultation, kLakeForest, kTen);
  request.mutable_hold()->set_patient("patients/ada");
  const auto hold = Value(agent_.CreateHold(request));
  const auto good = Booking(hold, "patients/ada");
  const auto mismatch = Refused(StatusCode::kFailedPrecondition, "HOLD_MISMATCH");

  auto other_type = good;
  other_type.set_visit_type(kEvaluation);
  EXPECT_THAT(agent_.BookAppointment(other_type), mismatch);
  auto other_clinic = good;
  other_clinic.set_clinic(kIrvine);
  EXPECT_THAT(agent_.BookAppointment(other_clinic), mismatch);
  auto other_time = good;
  *other_time.mutable_start_time() = ToWire(At(kNoon));
  EXPECT_THAT(agent_.BookAppointment(other_time), mismatch);
  auto other_modality = good;
  other_modality.set_modality(v1::MODALITY_TELEHEALTH);
  EXPECT_THAT(agent_.BookAppointment(other_modality), mismatch);
  auto other_resource = good;
  other_resource.add_required_resources("resources/dr-lind");
  EXPECT_THAT(agent_.BookAppointment(other_resource), mismatch);
  EXPECT_THAT(agent_.BookAppointment(Booking(hold, "patients/bo")), mismatch);

  auto agreeing = good;
  agreeing.set_visit_type(kConsultation);
  agreeing.set_clinic(kLakeForest);
  *agreeing.mutable_start_time() = ToWire(At(kTen));
  Value(agent_.BookAppointment(agreeing));
}

TEST_F(HoldsTest, AHoldMadeInTimeIsGoodAfterTheNoticeHasPassed) {
  clock().Set(At("2026-03-05 07:58"));  // two hours and two minutes before
  const auto hold = Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, kTen)));
  clock().Advance(absl::Minutes(9));
  EXPECT_THAT(agent_.BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/bo")),
              Refused(StatusCode::kFailedPrecondition, "SLOT_NOT_OFFERED"));
  Value(agent_.BookAppointment(Booking(hold, "patients/ada")));
}

TEST_F(HoldsTest, AnAppointmentMovesToAHeldTime) {
  const auto booked =
      Value(agent_.BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/ada")));
  // Half an hour later overlaps the appointment itself, which is not in its own way.
  auto request = Hold(kConsultation, kLakeForest, "2026-03-05 10:30");
  request.mutable_hold()->set_patient("patients/ada");
  EXPECT_THAT(agent_.CreateHold(request),
              Not(::testing::ResultOf([](const auto& r) { return r.ok(); }, true)));
  request.set_reschedule_appointment(booked.name());
  const auto hold = Value(agent_.CreateHold(request));
  const auto moved = Value(agent_.RescheduleAppointment(client::RescheduleRequestOf(booked, hold)));
  EXPECT_THAT(Starts(std::vector{moved}), ElementsAre("2026-03-05 10:30"));
  EXPECT_EQ(Resources(moved), Resources(hold));
  EXPECT_TRUE(IsOffered("2026-03-05 09:30"));
}

TEST_F(HoldsTest, ValidatingAHoldKeepsNothing) {
  const auto hold = Value(agent_.CreateHold(ValidateOnly(Hold(kConsultation, kLakeForest, kTen))));
  EXPECT_EQ(hold.name(), "");
  EXPECT_EQ(FromWire(hold.expire_time()), clock().Now() + absl::Minutes(10));
  EXPECT_TRUE(IsOffered(kTen));
}

}  // namespace
}  // namespace clarity::tests
