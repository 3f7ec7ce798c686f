// kill -9 under load, and what is there afterwards.

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/clarityd_process.h"
#include "tests/support/plain_calendar.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::tests {
namespace {

namespace v1 = scheduling::v1;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kCallers = 8;

// One caller, who writes down each answer and, when there is none, what was asked.
class Caller {
 public:
  Caller(int number, uint32_t seed)
      : subject_("agent-" + std::to_string(number)),
        random_(seed + static_cast<uint32_t>(number)) {}

  const std::string& subject() const { return subject_; }
  void Use(client::CallCenterClient client) {
    client_ = std::make_unique<client::CallCenterClient>(std::move(client));
  }

  // Books, moves and cancels until the server is gone.
  void WorkUntilCutOff(std::atomic<int>* answers) {
    while (!unanswered_.has_value()) {
      Ask(NextQuestion());
      ++*answers;
    }
  }

  // Asks again what was left without an answer, as the client library would, and once more: it is
  // done once.
  void SettleUnanswered() {
    const Question question = *std::exchange(unanswered_, absl::nullopt);
    const auto settled = Send(question);
    const auto again = Send(question);
    EXPECT_EQ(again.ok(), settled.ok()) << settled.status() << " and then " << again.status();
    if (settled.ok()) {
      EXPECT_EQ(again->SerializeAsString(), settled->SerializeAsString());
      Note(*settled);
    } else {
      ExpectOrdinary(settled.status());
    }
  }

  // Every appointment as it was last acknowledged, by name.
  const std::map<std::string, v1::Appointment>& acknowledged() const { return acknowledged_; }

 private:
  // What is asked of the server: one of the three.
  struct Question {
    absl::optional<v1::BookAppointmentRequest> book;
    absl::optional<v1::RescheduleAppointmentRequest> move;
    absl::optional<v1::CancelAppointmentRequest> cancel;
  };

  Question NextQuestion() {
    Question question;
    const std::string id = subject_ + "/" + std::to_string(++asked_);
    const auto kind = random_() % 10;
    if (kind < 6 || live_.empty()) {
      const std::string patient = "patients/" + subject_ + "-" + std::to_string(random_() % 50);
      question.book = Booking(kSession, kLakeForest, SomeStart(), patient);
      question.book->set_request_id(id);
    } else if (kind < 8) {
      question.move = Move(acknowledged_[Some()], SomeStart());
      question.move->set_request_id(id);
    } else {
      question.cancel = Cancellation(acknowledged_[Some()]);
      question.cancel->set_request_id(id);
    }
    return question;
  }

  absl::StatusOr<v1::Appointment> Send(const Question& question) const {
    if (question.book.has_value()) return client_->BookAppointment(*question.book);
    if (question.move.has_value()) return client_->RescheduleAppointment(*question.move);
    return client_->CancelAppointment(*question.cancel);
  }

  void Ask(const Question& question) {
    const auto answer = Send(question);
    if (answer.ok()) {
      Note(*answer);
    } else if (absl::IsUnavailable(answer.status())) {
      unanswered_ = question;
    } else {
      ExpectOrdinary(answer.status());
    }
  }

  void Note(const v1::Appointment& appointment) {
    acknowledged_[appointment.name()] = appointment;
    if (appointment.state() == v1::Appointment::STATE_CANCELLED) {
      live_.erase(appointment.name());
    } else {
      live_.insert(appointment.name());
    }
  }

  static void ExpectOrdinary(const absl::Status& refusal) {
    EXPECT_THAT(client::ReasonOf(refusal), AnyOf("SLOT_TAKEN", "PATIENT_BUSY")) << refusal;
  }

  // A quarter of an hour in the month that begins in a week.
  std::string SomeStart() {
    constexpr int kQuarters = 30 * 24 * 4;
    const absl::Time first = At(Local(absl::Now()).substr(0, 10) + " 00:00") + absl::Hours(24 * 7);
    return Local(first + absl::Minutes(15) * (random_() % kQuarters));
  }
  std::string Some() {
    return *std::next(live_.begin(), static_cast<ptrdiff_t>(random_() % live_.size()));
  }

  const std::string subject_;
  std::mt19937 random_;
  int asked_ = 0;
  std::unique_ptr<client::CallCenterClient> client_;
  std::map<std::string, v1::Appointment> acknowledged_;
  std::set<std::string> live_;
  absl::optional<Question> unanswered_;
};

class CrashTest : public ::testing::Test {
 protected:
  CrashTest() {
    server_.Start();
    v1::ApplyCatalogRequest apply;
    *apply.mutable_catalog() = OpenCatalog();
    Value(server_.ConnectAs("operator", "OPERATOR").AsOperator().ApplyCatalog(apply));
  }

  // All callers at once, until the server has died of it.
  void KillUnderLoad(std::vector<Caller>* callers, std::mt19937* random) {
    const int kill_after_answers = 20 + static_cast<int>((*random)() % 400);
    const absl::Duration and_then = absl::Microseconds((*random)() % 3000);
    std::atomic<int> answers{0};
    std::atomic<int> working{kCallers};
    std::vector<std::thread> threads;
    for (Caller& caller : *callers) {
      caller.Use(server_.ConnectAs(caller.subject(), "AGENT").AsAgent());
      threads.emplace_back([&] {
        caller.WorkUntilCutOff(&answers);
        --working;
      });
    }
    while (answers < kill_after_answers && working > 0) std::this_thread::yield();
    EXPECT_GT(working, 0) << "the server has gone by itself: " << server_.Said();
    absl::SleepFor(and_then);  // so that it falls anywhere between two answers
    server_.Kill();
    for (std::thread& thread : threads) thread.join();
  }

  // What the server has, name by name, is what was acknowledged; nothing else is there.
  void ExpectRecordIs(const std::vector<Caller>& callers) const {
    auto everything = List("");
    everything.set_show_ended(true);
    everything.set_page_size(1000);
    std::map<std::string, v1::Appointment> present;
    PlainCalendar taken(OpenCatalog());
    const auto observer = server_.ConnectAs("observer", "AGENT").AsAgent();
    for (const v1::Appointment& appointment : All(observer.ListAppointments(everything))) {
      EXPECT_TRUE(present.emplace(appointment.name(), appointment).second);
      taken.Add(appointment);
    }
    EXPECT_THAT(taken.Overbooked(), IsEmpty());
    size_t acknowledged = 0;
    for (const Caller& caller : callers) {
      acknowledged += caller.acknowledged().size();
      for (const auto& [name, appointment] : caller.acknowledged()) {
        EXPECT_EQ(present[name].SerializeAsString(), appointment.SerializeAsString()) << name;
      }
    }
    EXPECT_EQ(present.size(), acknowledged);
  }

  ClaritydProcess server_;
};

TEST_F(CrashTest, WhatWasAcknowledgedIsThereAndNothingTwice) {
  const int rounds = std::getenv("CLARITY_LONG") != nullptr ? 30 : 3;
  const uint32_t seed = std::random_device()();
  std::cout << "seed " << seed << std::endl;
  std::mt19937 random(seed);
  std::vector<Caller> callers;
  for (int i = 0; i < kCallers; ++i) callers.emplace_back(i, seed);
  for (int round = 1; round <= rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round) + ", seed " + std::to_string(seed));
    KillUnderLoad(&callers, &random);
    server_.Start();
    for (Caller& caller : callers) {
      caller.Use(server_.ConnectAs(caller.subject(), "AGENT").AsAgent());
      caller.SettleUnanswered();
    }
    ExpectRecordIs(callers);
    if (HasFailure()) return;
  }
}

TEST_F(CrashTest, ASecondServerOnTheSameDataIsToldWhoHasIt) {
  const auto second = server_.RunSecond();
  EXPECT_EQ(second.exit_code, 3);
  EXPECT_THAT(second.said, HasSubstr("is held by process " + std::to_string(server_.pid())));
  // The first one has not noticed.
  EXPECT_TRUE(StatusOf(server_.ConnectAs("agent", "AGENT").AsAgent().ListClinics()).ok());
}

TEST_F(CrashTest, ADeadServersDirectoryIsFree) {
  server_.Kill();
  server_.Start();
  EXPECT_TRUE(StatusOf(server_.ConnectAs("agent", "AGENT").AsAgent().ListClinics()).ok());
}

TEST_F(CrashTest, AFileThatMayGrowNoFurtherEndsNoServer) {
  EXPECT_EQ(server_.Stop(), 0);
  server_.RunUnder({"/bin/sh", "-c", "ulimit -f 2000; exec \"$0\" \"$@\""});  // a megabyte
  server_.Start();
  const absl::Time first = At(Local(absl::Now()).substr(0, 10) + " 00:00") + absl::Hours(24 * 7);
  std::set<std::string> acknowledged;
  {
    const auto agent = server_.ConnectAs("agent", "AGENT").AsAgent();
    absl::Status refused;
    for (int i = 0; i < 240 && refused.ok(); ++i) {
      const auto booked = agent.BookAppointment(Booking(
          kSession, kLakeForest, Local(first + absl::Hours(3) * i), absl::StrCat("patients/p", i)));
      if (booked.ok()) acknowledged.insert(booked->name());
      refused = booked.status();
    }
    EXPECT_TRUE(absl::IsUnavailable(refused)) << refused;
    EXPECT_TRUE(StatusOf(agent.ListClinics()).ok()) << server_.Said();
  }
  // With more room it goes on, with all of it.
  server_.Kill();
  server_.RunUnder({});
  server_.Start();
  auto everything = List("");
  everything.set_page_size(1000);
  std::set<std::string> present;
  for (const auto& appointment :
       All(server_.ConnectAs("agent", "AGENT").AsAgent().ListAppointments(everything))) {
    present.insert(appointment.name());
  }
  EXPECT_EQ(present, acknowledged);
}

}  // namespace
}  // namespace clarity::tests
