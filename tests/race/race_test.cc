// Many callers at once, and what must hold whoever comes first.

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/clinic_server.h"
#include "tests/support/plain_calendar.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::tests {
namespace {

namespace v1 = scheduling::v1;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

// Runs `what(i)` on so many threads, which all begin at the same moment.
void AtOnce(int threads, const std::function<void(int)>& what) {
  std::atomic<int> waiting{threads};
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      what(i);
    });
  }
  for (std::thread& thread : running) thread.join();
}

std::string PatientOf(int caller) { return "patients/p" + std::to_string(caller); }

class RaceTest : public ::testing::Test {
 protected:
  client::CallCenterClient Agent(int caller) const {
    return server_.ConnectAs(Claims("agent-" + std::to_string(caller), "AGENT")).AsAgent();
  }

  ClinicServer server_;
};

// Whoever is to judge must be able to see it.
TEST_F(RaceTest, TheSecondOpinionSeesAnOverbooking) {
  const auto staff = server_.ConnectAs(Claims("staff", "STAFF")).AsAgent();
  PlainCalendar taken(TestCatalog());
  for (int i = 0; i < 2; ++i) {
    auto request = Booking(kConsultation, kLakeForest, "2026-03-05 10:00", PatientOf(i));
    request.mutable_override()->add_rules(v1::Blocker::RULE_BOOKED);
    request.mutable_override()->set_reason(v1::Override::REASON_URGENT);
    EXPECT_EQ(taken.IsPossible({kConsultation, kLakeForest, At("2026-03-05 10:30"), "", {}, {}},
                               server_.clock().Now()),
              i == 0);
    taken.Add(Value(staff.BookAppointment(request)));
  }
  EXPECT_THAT(taken.Overbooked(), Contains("resources/office at 2026-03-05 10:55: 2 of 1"));
}

// A session takes two hours and begins every quarter of an hour: each of ten starts overlaps most
// of the others, and two rooms and two nurses serve them all.
TEST_F(RaceTest, WinnersAreCompatibleAndEveryLoserConflictsWithOne) {
  constexpr int kCallers = 64;
  constexpr int kStarts = 10;
  std::vector<client::CallCenterClient> agents;
  for (int i = 0; i < kCallers; ++i) agents.push_back(Agent(i));

  for (const char* day : {"2026-03-04", "2026-03-05", "2026-03-09", "2026-03-10", "2026-03-11"}) {
    const absl::Time first = At(std::string(day) + " 10:00");
    const auto start_of = [&](int caller) {
      return first + absl::Minutes(15) * (caller % kStarts);
    };
    std::vector<absl::StatusOr<v1::Appointment>> answers(kCallers, absl::UnknownError(""));
    AtOnce(kCallers, [&](int i) {
      answers[i] = agents[i].BookAppointment(
          Booking(kSession, kLakeForest, Local(start_of(i)), PatientOf(i)));
    });

    PlainCalendar won(TestCatalog());
    int winners = 0;
    for (int i = 0; i < kCallers; ++i) {
      if (!answers[i].ok()) continue;
      ++winners;
      EXPECT_EQ(FromWire(answers[i]->start_time()), start_of(i));
      won.Add(*answers[i]);
    }
    EXPECT_THAT(won.Overbooked(), IsEmpty());
    EXPECT_GE(winners, 2);
    for (int i = 0; i < kCallers; ++i) {
      if (answers[i].ok()) continue;
      ASSERT_THAT(answers[i], Refused(absl::StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
      EXPECT_FALSE(
          won.IsPossible({kSession, kLakeForest, start_of(i), "", {}, {}}, server_.clock().Now()))
          << "nobody is in the way at " << Local(start_of(i));
      const auto conflict = client::DetailOf<v1::SlotConflict>(answers[i].status());
      ASSERT_TRUE(conflict.has_value());
      EXPECT_THAT(Starts(conflict->alternatives()), Not(IsEmpty()));
    }
  }
}

// One caller of the mixed race, who remembers every answer.
class Busybody {
 public:
  Busybody(client::CallCenterClient client, int number, uint32_t seed)
      : client_(std::move(client)), patient_(PatientOf(number)), random_(seed) {}

  void DoSomething() {
    switch (random_() % 6) {
      case 0:
        return HoldSomething();
      case 1:
        return BookTheHold();
      case 2:
      case 3:
        return Note(
            client_.BookAppointment(Booking(SomeType(), kLakeForest, SomeStart(), patient_)));
      case 4:
        return MoveSomething();
      default:
        return CancelSomething();
    }
  }

  // What became of each appointment, in the order of the answers.
  const std::map<std::string, std::vector<v1::Appointment>>& answers() const { return answers_; }
  const std::vector<absl::Status>& surprises() const { return surprises_; }

 private:
  const char* SomeType() {
    constexpr const char* kTypes[] = {kSession, kSession, kConsultation, kEvaluation};
    return kTypes[random_() % 4];
  }
  std::string SomeStart() {
    return Local(At("2026-03-05 09:00") + absl::Minutes(30) * (random_() % 14));
  }

  void HoldSomething() {
    const auto held = client_.CreateHold(Hold(SomeType(), kLakeForest, SomeStart()));
    if (held.ok()) hold_ = *held;
    NoteRefusal(held.status());
  }
  void BookTheHold() {
    if (hold_.name().empty()) return;
    Note(client_.BookAppointment(Booking(hold_, patient_)));
    v1::ReleaseHoldRequest release;
    release.set_name(hold_.name());
    NoteRefusal(client_.ReleaseHold(release));
    hold_.Clear();
  }
  void MoveSomething() {
    if (live_.empty()) return;
    const std::string name = Some();
    Note(client_.RescheduleAppointment(Move(answers_[name].back(), SomeStart())));
  }
  void CancelSomething() {
    if (live_.empty()) return;
    const std::string name = Some();
    Note(client_.CancelAppointment(Cancellation(answers_[name].back())));
    live_.erase(name);
  }
  std::string Some() {
    return *std::next(live_.begin(), static_cast<ptrdiff_t>(random_() % live_.size()));
  }

  void Note(const absl::StatusOr<v1::Appointment>& answer) {
    NoteRefusal(answer.status());
    if (!answer.ok()) return;
    answers_[answer->name()].push_back(*answer);
    live_.insert(answer->name());
  }
  // Nobody else touches what is ours, so only times and counts may be refused.
  void NoteRefusal(const absl::Status& status) {
    static const std::set<std::string> kExpected = {"SLOT_TAKEN", "SLOT_NOT_OFFERED",
                                                    "PATIENT_BUSY", "HOLD_LIMIT"};
    if (!status.ok() && kExpected.count(client::ReasonOf(status)) == 0) {
      surprises_.push_back(status);
    }
  }

  const client::CallCenterClient client_;
  const std::string patient_;
  std::mt19937 random_;
  v1::Hold hold_;  // the last one, unless it was used
  std::map<std::string, std::vector<v1::Appointment>> answers_;
  std::set<std::string> live_;
  std::vector<absl::Status> surprises_;
};

TEST_F(RaceTest, WhateverIsMixedTheRecordIsConsistent) {
  constexpr int kCallers = 16;
  constexpr int kDeeds = 60;
  constexpr uint32_t kSeed = 5;
  const auto observer = Agent(kCallers);
  const std::string begin = Value(observer.ListAppointmentsPage(List(""))).watch_token();
  std::vector<Busybody> callers;
  for (int i = 0; i < kCallers; ++i) callers.emplace_back(Agent(i), i, kSeed + i);
  AtOnce(kCallers, [&](int i) {
    for (int deed = 0; deed < kDeeds; ++deed) callers[i].DoSomething();
  });

  auto everything = List("");
  everything.set_show_ended(true);
  std::map<std::string, v1::Appointment> present;
  PlainCalendar taken(TestCatalog());
  for (const v1::Appointment& appointment : All(observer.ListAppointments(everything))) {
    present[appointment.name()] = appointment;
    taken.Add(appointment);
  }
  EXPECT_THAT(taken.Overbooked(), IsEmpty()) << "seed " << kSeed;

  // The change log tells of each appointment what its caller was told, in the same order.
  size_t changes = 0;
  for (const Busybody& caller : callers) {
    EXPECT_THAT(caller.surprises(), IsEmpty());
    for (const auto& [name, versions] : caller.answers()) changes += versions.size();
  }
  std::map<std::string, std::vector<std::string>> told;
  const auto watch = observer.WatchAppointments(Watch(kLakeForest, begin));
  for (size_t i = 0; i < changes; ++i) {
    const auto event = Value(watch->Next());
    ASSERT_TRUE(event.has_change());
    const v1::Appointment& appointment = event.change().appointment();
    told[appointment.name()].push_back(appointment.SerializeAsString());
  }
  size_t appointments = 0;
  for (const Busybody& caller : callers) {
    for (const auto& [name, versions] : caller.answers()) {
      ++appointments;
      std::vector<std::string> answered;
      for (const v1::Appointment& version : versions)
        answered.push_back(version.SerializeAsString());
      EXPECT_EQ(told[name], answered) << name << ", seed " << kSeed;
      EXPECT_EQ(present[name].SerializeAsString(), answered.back());
    }
  }
  EXPECT_EQ(present.size(), appointments);
  EXPECT_GT(appointments, 0u);
}

// A search leaves out what the visit has, wherever that is by the time it looks.
TEST_F(RaceTest, AVisitMovesWhileOthersSearchForATimeForIt) {
  constexpr int kSearchers = 4, kMoves = 40;
  const auto booked = Value(
      Agent(0).BookAppointment(Booking(kSession, kLakeForest, "2026-03-05 10:00", PatientOf(0))));
  std::atomic<bool> done{false};
  AtOnce(1 + kSearchers, [&](int caller) {
    const auto agent = Agent(caller);
    if (caller == 0) {
      const char* const starts[] = {"2026-03-05 13:00", "2026-03-05 10:00"};
      for (int i = 0; i < kMoves; ++i) {
        auto move = Move(booked, starts[i % 2]);
        move.clear_etag();
        EXPECT_TRUE(agent.RescheduleAppointment(move).ok());
      }
      done = true;
      return;
    }
    auto search = Search(kSession, kLakeForest, "2026-03-05 09:00", "2026-03-05 16:00");
    search.set_reschedule_appointment(booked.name());
    // No more than one caller may ask in a second: the clock stands still.
    for (int i = 0; i < 100 && !done; ++i) {
      // Nothing else is booked, so every start is as free as it ever was.
      for (const auto& slot : agent.FindSlots(search)) EXPECT_TRUE(slot.ok()) << slot.status();
    }
  });
}

}  // namespace
}  // namespace clarity::tests
