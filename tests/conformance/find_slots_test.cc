// What FindSlots offers, and that booking agrees with it.

#include <algorithm>
#include <random>
#include <set>

#include "clients/core/requests.h"
#include "tests/conformance/conformance_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class FindSlotsTest : public ConformanceTest {
 protected:
  std::vector<std::string> StartsOf(const v1::FindSlotsRequest& request) const {
    return Starts(Slots(agent_, request));
  }

  const client::CallCenterClient agent_ = Agent();
};

TEST_F(FindSlotsTest, OffersTheGridOfStartsThatFitTheHours) {
  // Dr. Okafor is there from 9 to 17, a consultation lasts an hour.
  const auto starts =
      StartsOf(Search(kConsultation, kLakeForest, "2026-03-05 00:00", "2026-03-06 00:00"));
  ASSERT_THAT(starts, SizeIs(15));
  EXPECT_EQ(starts.front(), "2026-03-05 09:00");
  EXPECT_EQ(starts[1], "2026-03-05 09:30");
  EXPECT_EQ(starts.back(), "2026-03-05 16:00");
}

TEST_F(FindSlotsTest, ASlotSaysWhenWhereAndWithWhom) {
  const v1::Slot slot = SlotAt(agent_, kSession, kLakeForest, "2026-03-05 10:00");
  EXPECT_EQ(slot.visit_type(), kSession);
  EXPECT_EQ(slot.clinic(), kLakeForest);
  EXPECT_EQ(slot.modality(), v1::MODALITY_IN_PERSON);
  EXPECT_EQ(slot.time_zone(), "America/Los_Angeles");
  EXPECT_EQ(Local(FromWire(slot.end_time())), "2026-03-05 12:00");
  EXPECT_EQ(Local(FromWire(slot.patient_start_time())), "2026-03-05 10:00");
  EXPECT_EQ(Local(FromWire(slot.patient_end_time())), "2026-03-05 11:45");
  ASSERT_EQ(slot.phases_size(), 4);
  EXPECT_EQ(slot.phases(1).phase(), "dosing");
  EXPECT_EQ(Local(FromWire(slot.phases(1).start_time())), "2026-03-05 10:15");
  EXPECT_TRUE(slot.phases(3).without_patient());
  EXPECT_THAT(Resources(slot),
              ElementsAre(AnyOf("resources/room-1", "resources/room-2"), "resources/dr-okafor",
                          AnyOf("resources/nurse-kim", "resources/nurse-vega")));
}

TEST_F(FindSlotsTest, KeepsTheNoticeAndLeavesThePastOut) {
  ASSERT_EQ(Now(), "2026-03-02 07:10");
  const auto request = Search(kConsultation, kLakeForest, "2026-03-01 00:00", "2026-03-03 00:00");
  EXPECT_EQ(StartsOf(request).front(), "2026-03-02 09:30");  // two hours' notice
  clock().Set(At("2026-03-02 12:00"));
  EXPECT_EQ(StartsOf(request).front(), "2026-03-02 14:00");
}

TEST_F(FindSlotsTest, KeepsTheHorizon) {
  const auto request = Search(kConsultation, kLakeForest, "2026-03-30 00:00", "2026-04-05 00:00");
  EXPECT_EQ(StartsOf(request).back(), "2026-03-31 16:00");  // thirty days from now
  clock().Advance(absl::Hours(12));
  EXPECT_EQ(StartsOf(request).back(), "2026-04-01 16:00");
}

TEST_F(FindSlotsTest, ClosesOnHolidays) {
  EXPECT_THAT(StartsOf(Search(kConsultation, kLakeForest, "2026-03-17 00:00", "2026-03-18 00:00")),
              IsEmpty());
}

TEST_F(FindSlotsTest, KeepsToTheLocalClockWhenItGoesForward) {
  const auto before =
      Slots(agent_, Search(kSession, kLakeForest, "2026-03-05 00:00", "2026-03-06 00:00"));
  const auto after =
      Slots(agent_, Search(kSession, kLakeForest, "2026-03-12 00:00", "2026-03-13 00:00"));
  ASSERT_EQ(before.size(), after.size());
  EXPECT_EQ(FromWire(after[0].start_time()) - FromWire(before[0].start_time()),
            absl::Hours(7 * 24 - 1));
  EXPECT_EQ(Local(FromWire(after[0].start_time())), "2026-03-12 09:00");
}

TEST_F(FindSlotsTest, FiltersByDayOfTheWeekAndTimeOfTheDay) {
  auto request = Search(kConsultation, kLakeForest, "2026-03-03 00:00", "2026-03-17 00:00");
  request.mutable_query()->add_days_of_week(type::v1::DAY_OF_WEEK_WEDNESDAY);
  auto& afternoon = *request.mutable_query()->add_times_of_day();
  afternoon.mutable_start()->set_hours(15);
  afternoon.mutable_end()->set_hours(16);
  EXPECT_THAT(StartsOf(request), ElementsAre("2026-03-04 15:00", "2026-03-04 15:30",
                                             "2026-03-11 15:00", "2026-03-11 15:30"));
}

TEST_F(FindSlotsTest, RequiredResourcesArePinned) {
  auto request = Search(kConsultation, kLakeForest, "2026-03-03 00:00", "2026-03-04 00:00");
  request.mutable_query()->add_required_resources("resources/dr-lind");
  const auto slots = Slots(agent_, request);
  EXPECT_EQ(Starts(slots).back(), "2026-03-03 12:00");  // he leaves at one
  for (const v1::Slot& slot : slots) {
    ASSERT_EQ(slot.assignments(0).resource(), "resources/dr-lind");
    EXPECT_TRUE(slot.assignments(0).pinned());
    EXPECT_FALSE(slot.assignments(1).pinned());
  }
}

TEST_F(FindSlotsTest, ExcludedResourcesTakeNoPart) {
  auto request = Search(kConsultation, kLakeForest, "2026-03-03 00:00", "2026-03-04 00:00");
  request.mutable_query()->add_excluded_resources("resources/dr-okafor");
  for (const v1::Slot& slot : Slots(agent_, request)) {
    EXPECT_THAT(Resources(slot), Not(Contains("resources/dr-okafor")));
  }
  EXPECT_EQ(StartsOf(request).back(), "2026-03-03 12:00");
}

TEST_F(FindSlotsTest, PreferredResourcesAreTakenWherePossible) {
  auto request = Search(kConsultation, kLakeForest, "2026-03-03 00:00", "2026-03-04 00:00");
  request.mutable_query()->add_preferred_resources("resources/dr-lind");
  for (const v1::Slot& slot : Slots(agent_, request)) {
    const bool is_there = FromWire(slot.end_time()) <= At("2026-03-03 13:00");
    EXPECT_EQ(slot.assignments(0).resource(),
              is_there ? "resources/dr-lind" : "resources/dr-okafor");
  }
}

TEST_F(FindSlotsTest, FindsWhoSpeaksALanguage) {
  auto request = Search(kConsultation, kLakeForest, "2026-03-03 00:00", "2026-03-04 00:00");
  request.mutable_query()->set_language("sv");
  const auto slots = Slots(agent_, request);
  EXPECT_THAT(slots, Not(IsEmpty()));
  for (const v1::Slot& slot : slots) {
    EXPECT_EQ(slot.assignments(0).resource(), "resources/dr-lind");
  }
}

TEST_F(FindSlotsTest, EverybodyHasEachCapabilityAskedFor) {
  auto request = Search(kConsultation, kLakeForest, "2026-03-03 00:00", "2026-03-04 00:00");
  request.mutable_query()->add_preferred_resources("resources/dr-lind");
  request.mutable_query()->add_capabilities("acls");
  EXPECT_EQ(Slots(agent_, request).front().assignments(0).resource(), "resources/dr-lind");
  request.mutable_query()->add_capabilities("emdr");
  const auto slots = Slots(agent_, request);
  EXPECT_THAT(slots, Not(IsEmpty()));
  for (const v1::Slot& slot : slots) {
    EXPECT_EQ(slot.assignments(0).resource(), "resources/dr-okafor") << "who has both";
  }
  request.mutable_query()->add_capabilities("surgery");
  EXPECT_THAT(Slots(agent_, request), IsEmpty());
}

TEST_F(FindSlotsTest, ClosestComesFirst) {
  auto request = Search(kConsultation, kLakeForest, "2026-03-03 00:00", "2026-03-06 00:00");
  request.set_ranking(v1::FindSlotsRequest::RANKING_CLOSEST);
  *request.mutable_closest_to() = ToWire(At("2026-03-04 11:10"));
  request.set_page_size(4);
  const auto starts = StartsOf(request);
  EXPECT_EQ(std::vector<std::string>(starts.begin(), starts.begin() + 4),
            (std::vector<std::string>{"2026-03-04 11:00", "2026-03-04 11:30", "2026-03-04 10:30",
                                      "2026-03-04 12:00"}));
  std::set<std::string> all(starts.begin(), starts.end());
  EXPECT_EQ(all.size(), starts.size());
  EXPECT_EQ(all.size(), 3 * 15u);
}

TEST_F(FindSlotsTest, SpreadsOverDaysAndHours) {
  auto request = Search(kConsultation, kLakeForest, "2026-03-03 00:00", "2026-03-06 00:00");
  request.mutable_spread()->set_per_day_max(2);
  request.mutable_spread()->set_distance_minutes_min(120);
  EXPECT_THAT(StartsOf(request),
              ElementsAre("2026-03-03 09:00", "2026-03-03 11:00", "2026-03-04 09:00",
                          "2026-03-04 11:00", "2026-03-05 09:00", "2026-03-05 11:00"));
}

TEST_F(FindSlotsTest, PagesTogetherAreOneBigPage) {
  auto request = Search(kSession, kLakeForest, "2026-03-03 00:00", "2026-03-07 00:00");
  request.mutable_query()->add_clinics(kIrvine);
  request.set_page_size(200);
  const auto whole = Slots(agent_, request);
  ASSERT_THAT(whole, Not(IsEmpty()));
  for (const int page_size : {1, 7, static_cast<int>(whole.size())}) {
    request.set_page_size(page_size);
    const auto paged = Slots(agent_, request);
    ASSERT_EQ(paged.size(), whole.size());
    for (size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(paged[i].SerializeAsString(), whole[i].SerializeAsString());
    }
  }
}

TEST_F(FindSlotsTest, WhatThePatientHasIsInTheWay) {
  Value(agent_.BookAppointment(
      Booking(kEvaluation, kLakeForest, "2026-03-05 10:00", "patients/ada")));
  auto request = Search(kConsultation, kLakeForest, "2026-03-05 09:00", "2026-03-05 11:30");
  // The prescriber writes notes until eleven; the patient is free at a quarter to.
  request.mutable_query()->set_visit_type(kSession);
  request.set_patient("patients/ada");
  const auto starts = StartsOf(request);
  EXPECT_THAT(starts, Not(Contains("2026-03-05 10:30")));
  EXPECT_THAT(starts, Contains("2026-03-05 10:45"));
  request.set_patient("patients/bo");
  EXPECT_THAT(StartsOf(request), Contains("2026-03-05 10:30"));
}

TEST_F(FindSlotsTest, AMovedAppointmentIsNotInItsOwnWay) {
  const auto booked = Value(agent_.BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-05 10:00", "patients/ada")));
  auto request = Search(kConsultation, kLakeForest, "2026-03-05 09:00", "2026-03-05 12:00");
  request.set_patient("patients/ada");
  EXPECT_THAT(StartsOf(request),
              ElementsAre("2026-03-05 09:00", "2026-03-05 11:00", "2026-03-05 11:30"));
  request.set_reschedule_appointment(booked.name());
  EXPECT_THAT(StartsOf(request), SizeIs(6));
}

TEST_F(FindSlotsTest, NearAPointTheNearestClinicComesFirst) {
  auto request = Search(kConsultation, kLakeForest, "2026-03-05 09:00", "2026-03-05 09:30");
  v1::SlotQuery& query = *request.mutable_query();
  query.clear_clinics();
  query.mutable_near()->mutable_point()->set_latitude_e7(336800000);
  query.mutable_near()->mutable_point()->set_longitude_e7(-1178200000);
  query.mutable_near()->set_radius_km(50);
  const auto slots = Slots(agent_, request);
  ASSERT_THAT(slots, SizeIs(2));
  EXPECT_EQ(slots[0].clinic(), kIrvine);
  EXPECT_NEAR(slots[0].distance_km(), 0.79, 0.05);
  EXPECT_EQ(slots[1].clinic(), kLakeForest);
  EXPECT_NEAR(slots[1].distance_km(), 12.6, 0.2);

  query.mutable_near()->set_radius_km(1000);  // as far as Phoenix
  EXPECT_THAT(Slots(agent_, request), SizeIs(3));
  query.mutable_near()->set_clinics_max(1);
  EXPECT_THAT(Slots(agent_, request), SizeIs(1));
}

TEST_F(FindSlotsTest, TelehealthTakesNoRoom) {
  auto request = Search(kConsultation, kLakeForest, "2026-03-06 00:00", "2026-03-07 00:00");
  EXPECT_THAT(Slots(agent_, request), IsEmpty());  // nobody is there on a Friday
  request.mutable_query()->set_modality(v1::MODALITY_TELEHEALTH);
  const auto slots = Slots(agent_, request);
  ASSERT_THAT(Starts(slots), ElementsAre("2026-03-06 09:00", "2026-03-06 09:30", "2026-03-06 10:00",
                                         "2026-03-06 10:30", "2026-03-06 11:00"));
  EXPECT_EQ(slots[0].modality(), v1::MODALITY_TELEHEALTH);
  EXPECT_THAT(Resources(slots[0]), ElementsAre("resources/dr-okafor"));
}

TEST_F(FindSlotsTest, TheViewersZoneIsRepeated) {
  auto request = Search(kConsultation, kPhoenix, "2026-03-05 00:00", "2026-03-06 00:00");
  request.set_viewer_time_zone("Europe/Stockholm");
  const auto reply = Value(Caller(Claims("viewer", "AGENT")).scheduling->FindSlots(request, {}));
  EXPECT_EQ(reply.viewer_time_zone(), "Europe/Stockholm");
  EXPECT_EQ(reply.slots(0).time_zone(), "America/Phoenix");
  request.set_viewer_time_zone("Europe/Atlantis");
  EXPECT_THAT(Caller(Claims("viewer", "AGENT")).scheduling->FindSlots(request, {}),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

// -- What is offered books, and nothing else -----------------------------------------------------

// Tries every five minutes of a day by a booking that only validates, among bookings that fill
// some of it: search and booking must say the same of each.
TEST_F(FindSlotsTest, SearchAndBookingAgreeOnEveryFiveMinutes) {
  constexpr uint32_t kSeed = 7;
  std::mt19937 random(kSeed);
  for (const char* type : {kSession, kEvaluation, kSession, kConsultation, kSession}) {
    const auto slots =
        Slots(agent_, Search(type, kLakeForest, "2026-03-04 00:00", "2026-03-05 00:00"));
    const v1::Slot& slot = slots[random() % slots.size()];
    auto booking = client::BookRequestOf(slot);
    booking.add_participants()->set_patient("patients/p" + std::to_string(random() % 1000));
    Value(agent_.BookAppointment(booking));
  }
  int callers = 0;
  for (const char* type : {kConsultation, kEvaluation, kSession}) {
    const auto starts = StartsOf(Search(type, kLakeForest, "2026-03-04 00:00", "2026-03-05 00:00"));
    const std::set<std::string> offered(starts.begin(), starts.end());
    ASSERT_THAT(offered, Not(IsEmpty()));
    const auto caller = Agent("agent-" + std::to_string(++callers));  // each has a rate of its own
    for (absl::Time at = At("2026-03-04 00:00"); at < At("2026-03-05 00:00");
         at += absl::Minutes(5)) {
      const auto booked = caller.BookAppointment(
          ValidateOnly(Booking(type, kLakeForest, Local(at), "patients/new")));
      if (offered.count(Local(at)) > 0) {
        EXPECT_TRUE(booked.ok()) << type << " is offered at " << Local(at) << ": "
                                 << booked.status();
      } else {
        EXPECT_THAT(booked,
                    AnyOf(Refused(absl::StatusCode::kFailedPrecondition, "SLOT_TAKEN"),
                          Refused(absl::StatusCode::kFailedPrecondition, "SLOT_NOT_OFFERED")))
            << type << " is not offered at " << Local(at) << ", seed " << kSeed;
      }
    }
  }
}

TEST_F(FindSlotsTest, WhatIsBookedIsOfferedNoMore) {
  const auto request = Search(kConsultation, kLakeForest, "2026-03-05 00:00", "2026-03-06 00:00");
  Value(agent_.BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-05 10:00", "patients/ada")));
  const auto starts = StartsOf(request);
  for (const char* taken : {"2026-03-05 09:30", "2026-03-05 10:00", "2026-03-05 10:30"}) {
    EXPECT_THAT(starts, Not(Contains(taken)));
  }
  EXPECT_THAT(starts, SizeIs(12));
}

TEST_F(FindSlotsTest, APatientIsOfferedWhatPatientsMayBook) {
  client::PortalSearch search;
  search.query = Search(kConsultation, kLakeForest, "2026-03-05 00:00", "2026-03-06 00:00").query();
  EXPECT_THAT(All(Patient("patients/ada").FindSlots(search)), SizeIs(15));
  search.query.set_visit_type(kSession);
  EXPECT_THAT(All(Patient("patients/ada").FindSlots(search)), IsEmpty());
}

// Dr. Okafor is there until five, Dr. Lind until one.
TEST_F(FindSlotsTest, BalancedTakesWhoHasTheMostTimeLeft) {
  auto request = Search(kEvaluation, kLakeForest, "2026-03-03 10:00", "2026-03-03 10:05");
  request.set_ranking(v1::FindSlotsRequest::RANKING_BALANCED);
  EXPECT_THAT(Resources(Slots(agent_, request).at(0)), ElementsAre("resources/dr-okafor"));
  for (const char* start : {"12:00", "13:00", "14:00", "15:00", "16:00"}) {
    auto booking = Booking(kEvaluation, kLakeForest, std::string("2026-03-03 ") + start,
                           std::string("patients/p") + start[1]);
    booking.add_required_resources("resources/dr-okafor");
    Value(agent_.BookAppointment(booking));
  }
  const v1::Slot slot = Slots(agent_, request).at(0);
  EXPECT_THAT(Resources(slot), ElementsAre("resources/dr-lind"));
  EXPECT_TRUE(slot.assignments(0).pinned());
}

TEST_F(FindSlotsTest, WithTheClinicianThePatientKnowsComesFirst) {
  auto known = Booking(kEvaluation, kLakeForest, "2026-03-03 10:00", "patients/ada");
  known.add_required_resources("resources/dr-lind");
  Value(agent_.BookAppointment(known));
  auto missed = Booking(kEvaluation, kLakeForest, "2026-03-04 10:00", "patients/ada");
  missed.add_required_resources("resources/dr-okafor");
  Value(agent_.CancelAppointment(Cancellation(Value(agent_.BookAppointment(missed)))));

  auto request = Search(kEvaluation, kLakeForest, "2026-03-04 11:30", "2026-03-04 13:00");
  request.set_ranking(v1::FindSlotsRequest::RANKING_SAME_CLINICIAN);
  EXPECT_THAT(agent_.FindSlots(request).begin()->status(),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  request.set_patient("patients/ada");
  request.set_page_size(2);  // pages go on from one group into the other
  const auto slots = Slots(agent_, request);
  EXPECT_THAT(Starts(slots),
              ElementsAre("2026-03-04 11:30", "2026-03-04 11:45", "2026-03-04 12:00",
                          "2026-03-04 12:15", "2026-03-04 12:30", "2026-03-04 12:45"));
  for (const auto& slot : slots) {
    const bool with_lind = Starts(std::vector<v1::Slot>{slot})[0] <= "2026-03-04 12:00";
    EXPECT_EQ(Resources(slot)[0] == "resources/dr-lind", with_lind);
    EXPECT_EQ(slot.assignments(0).pinned(), with_lind);
  }
  // Nobody the patient knows: the earliest, as always.
  request.set_patient("patients/bo");
  EXPECT_THAT(Slots(agent_, request), SizeIs(6));
}

}  // namespace
}  // namespace clarity::tests
