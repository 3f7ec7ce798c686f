// Requests that are odd: too big, unknown, repeated, or given up.

#include <random>

#include "tests/conformance/conformance_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RequestsTest : public ConformanceTest {
 protected:
  std::vector<v1::Appointment> AppointmentsOf(const std::string& patient) const {
    auto request = List("patient = \"" + patient + "\"");
    request.set_show_ended(true);
    return All(agent_.ListAppointments(request));
  }

  const client::CallCenterClient agent_ = Agent();
};

// -- Size and form
// -----------------------------------------------------------------------------------

TEST_F(RequestsTest, TenMegabytesAreRefusedAndTheNextCallIsServed) {
  constexpr size_t kMegabyte = 1 << 20;
  auto huge = Booking(kConsultation, kLakeForest, kTen, "patients/ada");
  huge.set_note(std::string(10 * kMegabyte, 'x'));
  EXPECT_TRUE(absl::IsResourceExhausted(StatusOf(agent_.BookAppointment(huge))));
  Value(agent_.BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/ada")));
}

TEST_F(RequestsTest, AnOrdinaryRequestHasAnOrdinarySize) {
  auto big = Booking(kConsultation, kLakeForest, kTen, "patients/ada");
  big.set_note(std::string(100'000, 'x'));
  EXPECT_THAT(agent_.BookAppointment(big),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST_F(RequestsTest, AnUnknownEnumValueIsRefusedByName) {
  auto request = Booking(kConsultation, kLakeForest, kTen, "patients/ada");
  request.set_channel(static_cast<v1::Channel>(99));
  request.set_modality(static_cast<v1::Modality>(-1));
  const auto refused = agent_.BookAppointment(request);
  ASSERT_THAT(refused, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  const auto details = client::DetailOf<google::rpc::BadRequest>(refused.status());
  ASSERT_THAT(details->field_violations(), SizeIs(2));
  EXPECT_EQ(details->field_violations(0).field(), "modality");
  EXPECT_EQ(details->field_violations(1).field(), "channel");
}

TEST_F(RequestsTest, WhatOnlyTheServerSetsIsDropped) {
  auto request = Hold(kConsultation, kLakeForest, kTen);
  v1::Hold& hold = *request.mutable_hold();
  hold.set_name("holds/mine");
  hold.set_holder("somebody-else");
  *hold.mutable_expire_time() = ToWire(At("2030-01-01 00:00"));
  const auto created = Value(agent_.CreateHold(request));
  EXPECT_NE(created.name(), "holds/mine");
  EXPECT_EQ(created.holder(), "agent");
  EXPECT_EQ(FromWire(created.expire_time()), clock().Now() + absl::Minutes(10));
}

// -- Repeats
// -----------------------------------------------------------------------------------------

TEST_F(RequestsTest, ARepeatGetsTheSameReplyAndChangesNothing) {
  const auto book = WithId(Booking(kConsultation, kLakeForest, kTen, "patients/ada"), "book");
  const auto booked = Value(agent_.BookAppointment(book));
  const auto move = WithId(Move(booked, kNoon), "move");
  const auto moved = Value(agent_.RescheduleAppointment(move));
  const auto cancel = WithId(Cancellation(moved), "cancel");
  const auto cancelled = Value(agent_.CancelAppointment(cancel));

  clock().Advance(absl::Minutes(5));
  EXPECT_EQ(Value(agent_.BookAppointment(book)).SerializeAsString(), booked.SerializeAsString());
  EXPECT_EQ(Value(agent_.RescheduleAppointment(move)).SerializeAsString(),
            moved.SerializeAsString());
  EXPECT_EQ(Value(agent_.CancelAppointment(cancel)).SerializeAsString(),
            cancelled.SerializeAsString());
  ASSERT_THAT(AppointmentsOf("patients/ada"), SizeIs(1));
  EXPECT_EQ(AppointmentsOf("patients/ada")[0].etag(), cancelled.etag());
}

TEST_F(RequestsTest, ARepeatIsKnownAfterARestart) {
  const auto book = WithId(Booking(kConsultation, kLakeForest, kTen, "patients/ada"), "book");
  const auto booked = Value(agent_.BookAppointment(book));
  server_.Restart();
  EXPECT_EQ(Value(Agent().BookAppointment(book)).SerializeAsString(), booked.SerializeAsString());
}

TEST_F(RequestsTest, ARefusalIsNotKept) {
  const auto first =
      Value(agent_.BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/ada")));
  const auto again = WithId(Booking(kConsultation, kLakeForest, kTen, "patients/bo"), "again");
  EXPECT_THAT(agent_.BookAppointment(again),
              Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
  Value(agent_.CancelAppointment(Cancellation(first)));
  Value(agent_.BookAppointment(again));
}

TEST_F(RequestsTest, TwoCallersMayUseTheSameId) {
  const auto book = WithId(Booking(kConsultation, kLakeForest, kTen, "patients/ada"), "1");
  Value(agent_.BookAppointment(book));
  Value(Agent("other").BookAppointment(
      WithId(Booking(kConsultation, kLakeForest, kNoon, "patients/bo"), "1")));
}

TEST_F(RequestsTest, ValidatingLeavesTheIdUnused) {
  const auto request = WithId(Booking(kConsultation, kLakeForest, kTen, "patients/ada"), "once");
  Value(agent_.BookAppointment(ValidateOnly(request)));
  EXPECT_NE(Value(agent_.BookAppointment(request)).name(), "");
}

// -- Given up
// ----------------------------------------------------------------------------------------

TEST_F(RequestsTest, ACallerWhoGoesLeavesNothingHalfDone) {
  constexpr uint32_t kSeed = 11;
  constexpr int kCalls = 60;
  std::mt19937 random(kSeed);
  const auto impatient = Caller(Claims("impatient", "AGENT"));
  int gone = 0;
  for (int i = 0; i < kCalls; ++i) {
    const std::string patient = "patients/p" + std::to_string(i);
    const std::string start = Local(At("2026-03-05 09:00") + absl::Minutes(30 * (i % 15)));
    const auto request = WithId(Booking(kConsultation, kLakeForest, start, patient), patient);
    client::CallOptions options;
    options.deadline = absl::Microseconds(100 + random() % 4000);
    const auto answer = impatient.scheduling->BookAppointment(request, options);
    if (absl::IsDeadlineExceeded(answer.status())) ++gone;

    // Whatever became of it: done as a whole or not at all, and a repeat settles it.
    const auto settled = impatient.scheduling->BookAppointment(request, {});
    const auto found = AppointmentsOf(patient);
    if (settled.ok()) {
      ASSERT_THAT(found, SizeIs(1)) << "seed " << kSeed;
      EXPECT_EQ(found[0].name(), settled->name());
      if (answer.ok()) {
        EXPECT_EQ(answer->name(), settled->name());
      }
      Value(agent_.CancelAppointment(Cancellation(*settled)));
    } else {
      EXPECT_THAT(settled, Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
      EXPECT_THAT(found, IsEmpty()) << "seed " << kSeed;
    }
    clock().Advance(absl::Milliseconds(50));
  }
  EXPECT_GT(gone, 0) << "nobody was impatient enough to show anything";
  EXPECT_THAT(
      Slots(agent_, Search(kConsultation, kLakeForest, "2026-03-05 00:00", "2026-03-06 00:00")),
      SizeIs(15));
}

}  // namespace
}  // namespace clarity::tests
