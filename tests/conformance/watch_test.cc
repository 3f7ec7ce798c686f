// Changes of appointments as they happen.

#include <memory>
#include <thread>

#include "tests/conformance/conformance_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using Event = v1::WatchAppointmentsResponse;

// "BOOKED appointments/x", for comparing.
std::string Told(const Event::Change& change) {
  return Event::Kind_Name(change.kind()).substr(sizeof("KIND_") - 1) + " " +
         change.appointment().name();
}

constexpr char kTwin[] = "clinics/twin";

// The catalog with one more clinic, whose people and rooms are there when Lake Forest's are.
v1::Catalog WithTwinOfLakeForest(const v1::Catalog& catalog) {
  v1::Catalog with_twin = catalog;
  for (const v1::Clinic& clinic : catalog.clinics()) {
    if (clinic.name() != kLakeForest) continue;
    v1::Clinic& twin = *with_twin.add_clinics();
    twin = clinic;
    twin.set_name(kTwin);
  }
  for (const v1::Resource& resource : catalog.resources()) {
    v1::Resource twin = resource;
    twin.set_name(resource.name() + "-twin");
    twin.clear_availability();
    for (v1::Availability row : resource.availability()) {
      if (row.clinic() != kLakeForest) continue;
      row.set_clinic(kTwin);
      *twin.add_availability() = row;
    }
    if (!twin.availability().empty()) *with_twin.add_resources() = twin;
  }
  return with_twin;
}

class WatchTest : public ConformanceTest {
 protected:
  v1::Appointment Booked(absl::string_view clinic, absl::string_view start,
                         absl::string_view patient) const {
    return Value(agent_.BookAppointment(Booking(kConsultation, clinic, start, patient)));
  }
  // Where a watch begins that misses nothing after now.
  std::string TokenNow() const {
    return Value(agent_.ListAppointmentsPage(List(""))).watch_token();
  }
  // The next changes, whatever heartbeats come between.
  static std::vector<Event> Next(client::AppointmentWatch& watch, size_t count) {
    std::vector<Event> events;
    while (events.size() < count) {
      Event event = Value(watch.Next());
      if (!event.has_heartbeat()) events.push_back(std::move(event));
    }
    return events;
  }
  static std::vector<std::string> TellNext(client::AppointmentWatch& watch, size_t count) {
    std::vector<std::string> told;
    for (const Event& event : Next(watch, count)) told.push_back(Told(event.change()));
    return told;
  }

  const client::CallCenterClient agent_ = Agent();
};

TEST_F(WatchTest, TellsEveryChangeInOrder) {
  const auto watch = agent_.WatchAppointments(Watch("clinics/-", TokenNow()));
  const auto booked = Booked(kLakeForest, kTen, "patients/ada");
  const auto moved = Value(agent_.RescheduleAppointment(Move(booked, kNoon)));
  const auto cancelled = Value(agent_.CancelAppointment(Cancellation(moved)));

  const auto events = Next(*watch, 3);
  EXPECT_EQ(Told(events[0].change()), "BOOKED " + booked.name());
  EXPECT_EQ(Told(events[1].change()), "RESCHEDULED " + booked.name());
  EXPECT_EQ(Told(events[2].change()), "STATE_CHANGED " + booked.name());
  const v1::Appointment* left[] = {&booked, &moved, &cancelled};
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].change().appointment().SerializeAsString(), left[i]->SerializeAsString());
    EXPECT_EQ(FromWire(events[i].change().time()), clock().Now());
  }
}

TEST_F(WatchTest, TellsWhatHappensWhileItIsOpen) {
  const auto watch = agent_.WatchAppointments(Watch(kLakeForest, TokenNow()));
  const auto first = Booked(kLakeForest, kTen, "patients/ada");
  EXPECT_THAT(TellNext(*watch, 1), ElementsAre("BOOKED " + first.name()));
  // The stream is open and has nothing to say; the next change wakes it.
  std::string second;
  std::thread booker([&] { second = Booked(kLakeForest, kNoon, "patients/bo").name(); });
  const auto told = TellNext(*watch, 1);
  booker.join();
  EXPECT_THAT(told, ElementsAre("BOOKED " + second));
}

TEST_F(WatchTest, ResumesAfterAnyMessageWithoutGapOrRepeat) {
  const std::string begin = TokenNow();
  std::vector<std::string> expected;
  for (const char* start : {"2026-03-03 10:00", "2026-03-03 12:00", "2026-03-04 10:00",
                            "2026-03-04 12:00", "2026-03-05 10:00"}) {
    expected.push_back(
        "BOOKED " +
        Booked(kLakeForest, start, "patients/p" + std::to_string(expected.size())).name());
  }
  const auto all = Next(*agent_.WatchAppointments(Watch("clinics/-", begin)), expected.size());
  for (size_t stop = 0; stop < all.size(); ++stop) {
    EXPECT_EQ(Told(all[stop].change()), expected[stop]);
    const size_t left = expected.size() - stop - 1;
    const auto rest =
        TellNext(*agent_.WatchAppointments(Watch("clinics/-", all[stop].resume_token())), left);
    EXPECT_EQ(rest, std::vector<std::string>(expected.end() - static_cast<ptrdiff_t>(left),
                                             expected.end()));
  }
}

TEST_F(WatchTest, TheListsTokenMissesNothingAfterTheList) {
  const auto listed = Booked(kLakeForest, kTen, "patients/ada");
  const auto page = Value(agent_.ListAppointmentsPage(List("")));
  ASSERT_THAT(page.appointments(), SizeIs(1));
  const auto later = Booked(kLakeForest, kNoon, "patients/bo");
  const auto watch = agent_.WatchAppointments(Watch("clinics/-", page.watch_token()));
  EXPECT_THAT(TellNext(*watch, 1), ElementsAre("BOOKED " + later.name()));
}

TEST_F(WatchTest, ToAnotherClinicMeansLeftOnTheOldOne) {
  const auto booked = Booked(kLakeForest, kTen, "patients/ada");
  const std::string token = TokenNow();
  auto move = Move(booked, kNoon);
  move.set_clinic(kIrvine);
  Value(agent_.RescheduleAppointment(move));
  EXPECT_THAT(TellNext(*agent_.WatchAppointments(Watch(kLakeForest, token)), 1),
              ElementsAre("LEFT " + booked.name()));
  EXPECT_THAT(TellNext(*agent_.WatchAppointments(Watch(kIrvine, token)), 1),
              ElementsAre("RESCHEDULED " + booked.name()));
}

TEST_F(WatchTest, WhatWentToAnotherClinicIsNotToldOnTheOldOne) {
  const auto booked = Booked(kLakeForest, kTen, "patients/ada");
  const std::string token = TokenNow();
  auto move = Move(booked, kNoon);
  move.set_clinic(kIrvine);
  Value(agent_.RescheduleAppointment(move));
  const auto watch = AgentOf(kLakeForest).WatchAppointments(Watch(kLakeForest, token));
  v1::Appointment left;
  left.set_name(booked.name());
  left.set_clinic(kLakeForest);
  EXPECT_EQ(Next(*watch, 1)[0].change().appointment().SerializeAsString(),
            left.SerializeAsString());
}

TEST_F(WatchTest, IsBoundToTheScope) {
  const auto watch = agent_.WatchAppointments(Watch(kIrvine, TokenNow()));
  Booked(kLakeForest, kTen, "patients/ada");
  const auto there = Booked(kIrvine, kTen, "patients/bo");
  EXPECT_THAT(TellNext(*watch, 1), ElementsAre("BOOKED " + there.name()));
  EXPECT_THAT(AgentOf(kIrvine).WatchAppointments(Watch(kLakeForest))->Next(),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  // All clinics are those the caller may see.
  const auto all = AgentOf(kIrvine).WatchAppointments(Watch("clinics/-", TokenNow()));
  Booked(kLakeForest, kNoon, "patients/cy");
  const auto second = Booked(kIrvine, kNoon, "patients/dee");
  EXPECT_THAT(TellNext(*all, 1), ElementsAre("BOOKED " + second.name()));
}

TEST_F(WatchTest, GivesASignOfLifeWhenNothingHappens) {
  const auto watch = agent_.WatchAppointments(Watch(kLakeForest, TokenNow()));
  Booked(kLakeForest, kTen, "patients/ada");
  const auto change = Next(*watch, 1);  // it is open
  clock().Advance(absl::Seconds(16));
  const Event sign = Value(watch->Next());
  ASSERT_TRUE(sign.has_heartbeat());
  EXPECT_EQ(FromWire(sign.heartbeat().time()), clock().Now());
  const auto later = Booked(kLakeForest, kNoon, "patients/bo");
  EXPECT_THAT(TellNext(*agent_.WatchAppointments(Watch(kLakeForest, sign.resume_token())), 1),
              ElementsAre("BOOKED " + later.name()));
}

TEST_F(WatchTest, ATokenTheServerCannotResumeFromIsExpired) {
  for (int i = 0; i < 3; ++i) {
    Booked(kLakeForest, Local(At(kTen) + absl::Hours(i)), "patients/p" + std::to_string(i));
  }
  // Of a server that has seen more: as after a restore from an older backup.
  const std::string from_the_future = TokenNow();
  const ClinicServer restored;
  const auto agent = restored.ConnectAs(Claims("agent", "AGENT")).AsAgent();
  EXPECT_THAT(agent.WatchAppointments(Watch(kLakeForest, from_the_future))->Next(),
              Refused(StatusCode::kOutOfRange, "TOKEN_EXPIRED"));
}

TEST_F(WatchTest, AfterARestoreATokenOfBeforeIsExpiredHoweverFarTheStoreHasCome) {
  const std::string backup = server_.BackUp();
  // A second restore from the same backup is another life than the first.
  for (const char* patient : {"patients/ada", "patients/bo"}) {
    Value(Agent().BookAppointment(Booking(kConsultation, kLakeForest, kTen, patient)));
    const std::string before = Value(Agent().ListAppointmentsPage(List(""))).watch_token();
    server_.Restore(backup);
    const auto agent = Agent();
    Value(agent.BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/cy")));
    Value(agent.BookAppointment(Booking(kConsultation, kLakeForest, kNoon, "patients/dee")));
    EXPECT_THAT(agent.WatchAppointments(Watch(kLakeForest, before))->Next(),
                Refused(StatusCode::kOutOfRange, "TOKEN_EXPIRED"));
    server_.Restore(backup);
  }
}

TEST_F(WatchTest, ARestartKeepsItsTokens) {
  const std::string before = TokenNow();
  server_.Restart();
  const auto agent = Agent();
  const auto booked =
      Value(agent.BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/ada")));
  EXPECT_THAT(TellNext(*agent.WatchAppointments(Watch(kLakeForest, before)), 1),
              ElementsAre("BOOKED " + booked.name()));
}

TEST_F(WatchTest, AllClinicsAreThoseAddedLaterToo) {
  const std::string token = TokenNow();
  const auto watch = agent_.WatchAppointments(Watch("clinics/-", token));
  const auto of_one = AgentOf(kLakeForest).WatchAppointments(Watch("clinics/-", token));
  const auto first = Booked(kLakeForest, kTen, "patients/ada");
  EXPECT_THAT(TellNext(*watch, 1), ElementsAre("BOOKED " + first.name()));  // it is open
  EXPECT_THAT(TellNext(*of_one, 1), ElementsAre("BOOKED " + first.name()));

  v1::ApplyCatalogRequest apply;
  *apply.mutable_catalog() = WithTwinOfLakeForest(TestCatalog());
  Value(Operator().ApplyCatalog(apply));
  // The clock stands still, so that no heartbeat makes it look.
  const auto there = Booked(kTwin, kTen, "patients/bo");
  const auto told = Next(*watch, 1);
  EXPECT_EQ(Told(told[0].change()), "BOOKED " + there.name());
  const auto later = Booked(kLakeForest, kNoon, "patients/cy");
  EXPECT_THAT(TellNext(*watch, 1), ElementsAre("BOOKED " + later.name()));
  EXPECT_THAT(TellNext(*of_one, 1), ElementsAre("BOOKED " + later.name()))
      << "may not see the twin";
  const auto resumed = agent_.WatchAppointments(Watch("clinics/-", told[0].resume_token()));
  EXPECT_THAT(TellNext(*resumed, 1), ElementsAre("BOOKED " + later.name()));
}

TEST_F(WatchTest, ATokenThatIsNoneIsRefused) {
  EXPECT_THAT(agent_.WatchAppointments(Watch(kLakeForest, "no token"))->Next(),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST_F(WatchTest, EndsWhenItsTokenDoes) {
  TokenClaims claims = Claims("leaving", "AGENT");
  claims.jti = "leaving-1";
  claims.expire_time = clock().Now() + absl::Hours(24);
  const auto watch = Caller(claims).AsAgent().WatchAppointments(Watch(kLakeForest, TokenNow()));
  Booked(kLakeForest, kTen, "patients/ada");
  Next(*watch, 1);
  clock().Advance(absl::Hours(25));
  absl::StatusOr<Event> last = watch->Next();
  while (last.ok()) last = watch->Next();
  EXPECT_THAT(last, Refused(StatusCode::kUnauthenticated, "UNAUTHENTICATED"));
}

TEST_F(WatchTest, CancellingItReleasesWhoeverWaits) {
  const auto watch = agent_.WatchAppointments(Watch(kLakeForest));
  std::thread canceller([&] { watch->Cancel(); });
  absl::Status ended;
  while (ended.ok()) ended = StatusOf(watch->Next());  // it opens with a sign of life
  EXPECT_TRUE(absl::IsCancelled(ended)) << ended;
  canceller.join();
}

TEST_F(WatchTest, OneCallerHasAtMostTwenty) {
  constexpr int kWatchersMax = 20;
  std::vector<std::unique_ptr<client::AppointmentWatch>> watches;
  const std::string token = TokenNow();
  const auto booked = Booked(kLakeForest, kTen, "patients/ada");
  for (int i = 0; i < kWatchersMax; ++i) {
    watches.push_back(agent_.WatchAppointments(Watch(kLakeForest, token)));
    EXPECT_THAT(TellNext(*watches.back(), 1), ElementsAre("BOOKED " + booked.name()));
  }
  EXPECT_THAT(agent_.WatchAppointments(Watch(kLakeForest, token))->Next(),
              Refused(StatusCode::kResourceExhausted, "OVERLOADED"));
}

}  // namespace
}  // namespace clarity::tests
