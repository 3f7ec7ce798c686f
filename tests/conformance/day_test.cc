// A clinic's day: its board, the blocks in it, what is still open, and why a start is not.

#include <map>

#include "tests/conformance/conformance_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

type::v1::Date Thursday() {
  type::v1::Date date;
  date.set_year(2026);
  date.set_month(3);
  date.set_day(5);
  return date;
}

class DayTest : public ConformanceTest {
 protected:
  v1::Appointment Booked(absl::string_view type, absl::string_view start,
                         absl::string_view patient) const {
    return Value(agent_.BookAppointment(Booking(type, kLakeForest, start, patient)));
  }
  v1::DayBoard Board() const {
    v1::GetDayBoardRequest request;
    request.set_clinic(kLakeForest);
    *request.mutable_date() = Thursday();
    return Value(agent_.GetDayBoard(request));
  }
  static v1::CreateBlockRequest Block(absl::string_view resource, absl::string_view from,
                                      absl::string_view to) {
    v1::CreateBlockRequest request;
    request.mutable_block()->add_resources(std::string(resource));
    *request.mutable_block()->mutable_window()->mutable_start_time() = ToWire(At(from));
    *request.mutable_block()->mutable_window()->mutable_end_time() = ToWire(At(to));
    request.mutable_block()->set_reason("meeting");
    return request;
  }
  std::vector<std::string> Offered() const {
    return Starts(
        Slots(agent_, Search(kConsultation, kLakeForest, "2026-03-05 00:00", "2026-03-06 00:00")));
  }
  v1::ExplainSlotResponse Explain(absl::string_view type, absl::string_view start,
                                  absl::string_view patient = "") const {
    v1::ExplainSlotRequest request;
    request.set_visit_type(std::string(type));
    request.set_clinic(kLakeForest);
    *request.mutable_start_time() = ToWire(At(start));
    request.set_patient(std::string(patient));
    return Value(agent_.ExplainSlot(request));
  }
  // Who is in the way by which rule.
  static std::vector<std::string> Blockers(const v1::ExplainSlotResponse& explained) {
    std::vector<std::string> lines;
    for (const v1::Blocker& blocker : explained.conflict().blockers()) {
      lines.push_back(v1::Blocker::Rule_Name(blocker.rule()).substr(sizeof("RULE_") - 1) +
                      (blocker.resource().empty() ? "" : " " + blocker.resource()));
    }
    return lines;
  }

  const client::CallCenterClient agent_ = Agent();
  const Connections staff_ = Caller(Claims("staff", "STAFF"));
};

// -- The board
// ---------------------------------------------------------------------------------------

TEST_F(DayTest, TheBoardShowsWhoIsWhereAndHowLate) {
  const auto session = Booked(kSession, kTen, "patients/ada");
  const auto later = Booked(kConsultation, "2026-03-05 13:00", "patients/bo");
  Booked(kConsultation, "2026-03-04 10:00", "patients/cy");
  clock().Set(At("2026-03-05 10:00"));
  v1::RecordArrivalRequest arrival;
  arrival.set_name(session.name());
  Value(staff_.scheduling->RecordArrival(arrival, {}));
  clock().Set(At("2026-03-05 10:10"));
  v1::StartAppointmentRequest begin;
  begin.set_name(session.name());
  Value(staff_.scheduling->StartAppointment(begin, {}));

  const auto board = Board();
  EXPECT_EQ(board.time_zone(), "America/Los_Angeles");
  EXPECT_EQ(FromWire(board.time()), clock().Now());
  ASSERT_THAT(board.rows(), SizeIs(2));
  EXPECT_EQ(board.rows(0).appointment().name(), session.name());
  EXPECT_EQ(board.rows(0).current_phase(), "check-in");
  EXPECT_EQ(board.rows(0).delay().seconds(), 600);
  EXPECT_EQ(board.rows(1).appointment().name(), later.name());
  EXPECT_EQ(board.rows(1).current_phase(), "");
  EXPECT_FALSE(board.rows(1).has_delay());
}

TEST_F(DayTest, TheBoardIsKeptUpToDateByWatching) {
  const auto board = Board();
  const auto booked = Booked(kConsultation, kTen, "patients/ada");
  const auto event =
      Value(agent_.WatchAppointments(Watch(kLakeForest, board.watch_token()))->Next());
  EXPECT_EQ(event.change().appointment().name(), booked.name());
}

// -- Blocks
// ------------------------------------------------------------------------------------------

TEST_F(DayTest, ABlockKeepsTimeFreeOfVisitsUntilItIsDeleted) {
  const auto block = Value(staff_.scheduling->CreateBlock(
      Block("resources/office", "2026-03-05 12:00", "2026-03-05 13:00"), {}));
  EXPECT_THAT(Offered(), Not(Contains("2026-03-05 12:00")));
  EXPECT_THAT(agent_.BookAppointment(
                  Booking(kConsultation, kLakeForest, "2026-03-05 12:30", "patients/ada")),
              Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
  v1::DeleteBlockRequest request;
  request.set_name(block.name());
  Value(staff_.scheduling->DeleteBlock(request, {}));
  EXPECT_THAT(Offered(), SizeIs(15));
  EXPECT_THAT(staff_.scheduling->DeleteBlock(request, {}),
              Refused(StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(DayTest, ABlockOverAppointmentsNamesThemAndMustBeAccepted) {
  const auto booked = Booked(kConsultation, kTen, "patients/ada");
  auto request = Block("resources/office", "2026-03-05 10:30", "2026-03-05 12:00");
  EXPECT_THAT(staff_.scheduling->CreateBlock(request, {}),
              Refused(StatusCode::kFailedPrecondition, "WOULD_ORPHAN"));
  request.set_accept_orphans(true);
  const auto block = Value(staff_.scheduling->CreateBlock(request, {}));
  EXPECT_THAT(block.appointments(), ElementsAre(booked.name()));
  const auto marked = Value(agent_.GetAppointment(Get(booked.name())));
  ASSERT_THAT(marked.attention(), SizeIs(1));
  EXPECT_EQ(marked.attention(0).reason(), v1::Attention::REASON_COVER_LOST);
  EXPECT_EQ(marked.attention(0).about(), block.name());
  // Given up, its time under the block stays blocked.
  Value(agent_.CancelAppointment(Cancellation(marked)));
  EXPECT_THAT(Offered(), Not(Contains("2026-03-05 10:00")));
  EXPECT_THAT(Offered(), Contains("2026-03-05 09:30"));
}

TEST_F(DayTest, ABlockEndsTheHoldsInItsWay) {
  const auto hold = Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, kTen)));
  const auto later = Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, kNoon)));
  Value(staff_.scheduling->CreateBlock(Block("resources/office", kTen, "2026-03-05 11:00"), {}));
  v1::RenewHoldRequest renew;
  renew.set_name(hold.name());
  EXPECT_THAT(agent_.RenewHold(renew), Refused(StatusCode::kFailedPrecondition, "HOLD_EXPIRED"));
  renew.set_name(later.name());
  Value(agent_.RenewHold(renew));
}

TEST_F(DayTest, ADeletedBlockTakesItsMarkAwayUnlessAnotherLiesOver) {
  const auto booked = Booked(kConsultation, kTen, "patients/ada");
  std::vector<v1::Block> blocks;
  for (const char* end : {"2026-03-05 10:30", "2026-03-05 11:00"}) {
    auto request = Block("resources/office", kTen, end);
    request.set_accept_orphans(true);
    blocks.push_back(Value(staff_.scheduling->CreateBlock(request, {})));
  }
  v1::DeleteBlockRequest request;
  request.set_name(blocks[1].name());
  Value(staff_.scheduling->DeleteBlock(request, {}));
  const auto marked = Value(agent_.GetAppointment(Get(booked.name())));
  ASSERT_THAT(marked.attention(), SizeIs(1));
  EXPECT_EQ(marked.attention(0).about(), blocks[0].name());
  request.set_name(blocks[0].name());
  Value(staff_.scheduling->DeleteBlock(request, {}));
  EXPECT_THAT(Value(agent_.GetAppointment(Get(booked.name()))).attention(), IsEmpty());
}

TEST_F(DayTest, BlocksAreForThoseWhoSeeTheClinic) {
  const auto denied = Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED");
  const auto request = Block("resources/office", "2026-03-05 12:00", "2026-03-05 13:00");
  EXPECT_THAT(Caller(Claims("agent", "AGENT")).scheduling->CreateBlock(request, {}), denied);
  auto elsewhere = Claims("staff-irvine", "STAFF");
  elsewhere.clinics = {kIrvine};
  EXPECT_THAT(Caller(elsewhere).scheduling->CreateBlock(request, {}), denied);
  v1::DeleteBlockRequest deletion;
  deletion.set_name(Value(staff_.scheduling->CreateBlock(request, {})).name());
  EXPECT_THAT(Caller(elsewhere).scheduling->DeleteBlock(deletion, {}), denied);
  EXPECT_THAT(staff_.scheduling->CreateBlock(
                  Block("resources/none", "2026-03-05 12:00", "2026-03-05 13:00"), {}),
              Refused(StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_THAT(staff_.scheduling->CreateBlock(
                  Block("resources/office", "2026-03-05 13:00", "2026-03-05 12:00"), {}),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

// -- What is open
// ------------------------------------------------------------------------------------

TEST_F(DayTest, CountsAreThoseOfTheSearch) {
  Booked(kConsultation, kTen, "patients/ada");
  v1::CountSlotsRequest request;
  *request.mutable_query() =
      Search(kConsultation, kLakeForest, "2026-03-05 00:00", "2026-03-10 00:00").query();
  const auto days = Value(agent_.CountSlots(request));
  ASSERT_THAT(days.counts(), SizeIs(2));  // no telehealth on Friday unless asked for
  EXPECT_EQ(days.counts(0).date().day(), 5);
  EXPECT_EQ(days.counts(0).starts(), static_cast<int>(Offered().size()));
  EXPECT_EQ(Local(FromWire(days.counts(1).start_time())), "2026-03-09 00:00");

  request.set_bucket(v1::CountSlotsRequest::BUCKET_HOUR);
  int starts = 0;
  const auto hours = Value(agent_.CountSlots(request));
  for (const auto& hour : hours.counts()) {
    starts += hour.date().day() == 5 ? hour.starts() : 0;
  }
  EXPECT_EQ(starts, days.counts(0).starts());
}

std::vector<std::string> Openings(const v1::FindNextAvailableResponse::Row& row) {
  std::vector<v1::Slot> slots;
  for (const auto& opening : row.openings()) slots.push_back(opening.slot());
  return Starts(slots);
}

TEST_F(DayTest, NextOpeningsDoNotOverlapAndHoldsAreLeftOut) {
  Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, "2026-03-02 09:30")));
  v1::FindNextAvailableRequest request;
  request.set_visit_type(kConsultation);
  request.add_clinics(kLakeForest);
  request.add_clinics(kPhoenix);
  const auto found = Value(agent_.FindNextAvailable(request));
  ASSERT_THAT(found.rows(), SizeIs(2));
  EXPECT_EQ(found.rows(0).clinic(), kLakeForest);
  EXPECT_THAT(Openings(found.rows(0)),
              ElementsAre("2026-03-02 10:30", "2026-03-02 11:30", "2026-03-02 12:30"));
  for (const auto& opening : found.rows(0).openings()) EXPECT_EQ(opening.days(), 0);

  request.set_by_clinician(true);
  request.set_openings_max(1);
  *request.mutable_from_time() = ToWire(At("2026-03-05 00:00"));
  const auto by_clinician = Value(agent_.FindNextAvailable(request));
  std::map<std::string, std::string> first;
  for (const auto& row : by_clinician.rows()) {
    if (row.clinic() == kLakeForest) first[row.resource()] = Openings(row).at(0);
  }
  EXPECT_EQ(first[""], "2026-03-05 09:00");
  EXPECT_EQ(first["resources/dr-okafor"], "2026-03-05 09:00");
  EXPECT_EQ(first["resources/dr-lind"], "2026-03-09 09:00");
}

// -- Why not
// -----------------------------------------------------------------------------------------

TEST_F(DayTest, APossibleStartIsExplainedByItsSlot) {
  const auto explained = Explain(kConsultation, kTen);
  EXPECT_FALSE(explained.has_conflict());
  EXPECT_EQ(explained.slot().SerializeAsString(),
            SlotAt(agent_, kConsultation, kLakeForest, kTen).SerializeAsString());
}

TEST_F(DayTest, AnImpossibleStartIsExplainedByAllThatIsInTheWay) {
  const auto booked = Booked(kConsultation, kTen, "patients/ada");
  const auto explained = Explain(kConsultation, "2026-03-05 10:15", "patients/ada");
  EXPECT_FALSE(explained.has_slot());
  EXPECT_THAT(Blockers(explained),
              ElementsAre("START_GRID", "PATIENT_BUSY", "NOT_AVAILABLE resources/dr-lind",
                          "BOOKED resources/dr-okafor", "BOOKED resources/office"));
  EXPECT_EQ(explained.conflict().blockers(4).appointment(), booked.name());
  EXPECT_THAT(explained.conflict().alternatives(), SizeIs(5));
}

TEST_F(DayTest, HoldsAndBlocksAreToldFromAppointments) {
  Value(agent_.CreateHold(Hold(kConsultation, kLakeForest, kTen)));
  EXPECT_THAT(Blockers(Explain(kConsultation, kTen)), Contains("HELD resources/office"));
  Value(staff_.scheduling->CreateBlock(
      Block("resources/office", "2026-03-05 14:00", "2026-03-05 15:00"), {}));
  EXPECT_THAT(Blockers(Explain(kConsultation, "2026-03-05 14:00")),
              ElementsAre("BLOCKED resources/office"));  // the prescriber's need is met
}

TEST_F(DayTest, WhoMayNotBookATypeIsGivenNoOtherTimes) {
  const auto patient = PatientConnections("patients/ada");
  const auto refused =
      patient.scheduling->BookAppointment(Booking(kSession, kLakeForest, kTen, "patients/ada"), {});
  EXPECT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "SLOT_NOT_OFFERED"));
  const auto conflict = client::DetailOf<v1::SlotConflict>(refused.status());
  ASSERT_TRUE(conflict.has_value());
  EXPECT_THAT(conflict->alternatives(), IsEmpty());
}

TEST_F(DayTest, AnAppointmentTheCallerMayNotSeeIsNotNamed) {
  // Dr. Lind is booked at Irvine; somebody of Lake Forest alone asks why he is not free.
  v1::Appointment away =
      Value(agent_.BookAppointment(Booking(kConsultation, kIrvine, kTen, "patients/ada")));
  auto claims = Claims("agent-lake-forest", "AGENT");
  claims.clinics = {kLakeForest};
  v1::ExplainSlotRequest request;
  request.set_visit_type(kConsultation);
  request.set_clinic(kLakeForest);
  *request.mutable_start_time() = ToWire(At(kTen));
  request.add_required_resources("resources/dr-lind");
  const auto explained = Value(Caller(claims).AsAgent().ExplainSlot(request));
  for (const v1::Blocker& blocker : explained.conflict().blockers()) {
    EXPECT_EQ(blocker.appointment(), "") << blocker.DebugString();
  }
}

}  // namespace
}  // namespace clarity::tests
