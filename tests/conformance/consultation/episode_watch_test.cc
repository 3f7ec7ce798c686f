// Following episodes: every change, in order, from where one left off.

#include <string>
#include <vector>

#include "tests/conformance/consultation/consultation_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using EpisodeEvent = v1::WatchEpisodesResponse;
using EpisodeWatch = client::Watch<EpisodeEvent>;

class EpisodeWatchTest : public CareTest {
 protected:
  std::unique_ptr<EpisodeWatch> Watching(const ConsultationConnections& caller,
                                         const std::string& clinic,
                                         const std::string& token = "") const {
    v1::WatchEpisodesRequest request;
    request.add_scopes()->set_clinic(clinic);
    request.set_resume_token(token);
    return caller.episodes->Watch(&EpisodeStub::WatchEpisodes, request);
  }
  // Where a watch begins that misses nothing after now.
  std::string TokenNow() const {
    return Value(agent_.episodes->Call(&EpisodeStub::ListEpisodes, v1::ListEpisodesRequest()))
        .watch_token();
  }
  // The next change, whatever heartbeats come between.
  static EpisodeEvent Next(EpisodeWatch& watch) {
    for (;;) {
      EpisodeEvent event = Value(watch.Next());
      if (!event.has_heartbeat()) return event;
    }
  }
  static std::vector<EpisodeEvent::Kind> Kinds(EpisodeWatch& watch, int count) {
    std::vector<EpisodeEvent::Kind> kinds;
    while (static_cast<int>(kinds.size()) < count) kinds.push_back(Next(watch).change().kind());
    return kinds;
  }
  void Close(const v1::Episode& episode) const {
    v1::CloseEpisodeRequest close;
    close.set_name(episode.name());
    close.set_outcome(v1::Episode::OUTCOME_WITHDRAWN);
    close.set_reason("moved away");
    Value(staff_.episodes->Call(&EpisodeStub::CloseEpisode, close));
  }
};

TEST_F(EpisodeWatchTest, TellsEveryChangeAndWhatOfTheEpisodeItWas) {
  const auto watch = Watching(agent_, kLakeForest, TokenNow());
  const std::string patient = NewPatient("Ortiz");
  const auto episode = Opened(patient);
  const auto contact = Value(agent_.episodes->Call(
      &EpisodeStub::LogContact, NewContact(episode, v1::Contact::DISPOSITION_REACHED)));
  const auto opened = Next(*watch);
  EXPECT_EQ(opened.change().kind(), EpisodeEvent::KIND_OPENED);
  EXPECT_EQ(opened.change().episode().name(), episode.name());
  const auto called = Next(*watch);
  EXPECT_EQ(called.change().kind(), EpisodeEvent::KIND_UPDATED);
  EXPECT_EQ(called.change().about(), contact.name());
  Value(scheduling_.AsAgent().BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-05 10:00", patient)));
  const auto advanced = Next(*watch);
  EXPECT_EQ(advanced.change().kind(), EpisodeEvent::KIND_ADVANCED);
  EXPECT_EQ(advanced.change().episode().step(), v1::STEP_CONSULTATION);
  Close(episode);
  EXPECT_EQ(Next(*watch).change().kind(), EpisodeEvent::KIND_CLOSED);
}

TEST_F(EpisodeWatchTest, ResumesAcrossARestartWithoutGapOrRepeat) {
  auto watch = Watching(agent_, "clinics/-", TokenNow());
  const auto first = Opened(NewPatient("Ortiz"));
  const std::string token = Next(*watch).resume_token();
  watch.reset();
  Close(first);
  server_.Restart();
  Opened(NewPatient("Ruiz"));
  const auto resumed = Watching(agent_, "clinics/-", token);
  EXPECT_THAT(Kinds(*resumed, 2),
              ElementsAre(EpisodeEvent::KIND_CLOSED, EpisodeEvent::KIND_OPENED));
}

TEST_F(EpisodeWatchTest, OnlyClinicsOfTheCallerAreWatched) {
  const auto elsewhere = CallerOf(kPhoenix, "AGENT");
  EXPECT_THAT(Watching(elsewhere, kLakeForest)->Next(),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  const auto all = Watching(elsewhere, "clinics/-", TokenNow());
  EXPECT_TRUE(Value(all->Next()).has_heartbeat()) << "nothing of Lake Forest";
  EXPECT_THAT(Watching(agent_, kLakeForest, "no token")->Next(),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(Watching(agent_, "clinics/nowhere")->Next(),
              Refused(StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_THAT(Watching(Patient(NewPatient("Ortiz")), "clinics/-")->Next(),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_F(EpisodeWatchTest, WhyAnEpisodeWasClosedIsToldToTheClinicOnly) {
  const auto episode = Opened(NewPatient("Ortiz"));
  const std::string token = TokenNow();
  Close(episode);
  const auto reason_told_to = [&](const ConsultationConnections& caller) {
    return Next(*Watching(caller, kLakeForest, token)).change().episode().closing().reason();
  };
  EXPECT_EQ(reason_told_to(agent_), "");
  EXPECT_NE(reason_told_to(staff_), "");
}

TEST_F(EpisodeWatchTest, AListIsOfTheStepsAndTheClinicAskedFor) {
  const auto episode = Opened(NewPatient("Ortiz"));
  v1::ListEpisodesRequest list;
  list.add_steps(v1::STEP_BOOKING);
  list.set_clinic(kLakeForest);
  EXPECT_THAT(Value(agent_.episodes->Call(&EpisodeStub::ListEpisodes, list)).episodes(), SizeIs(1));
  list.set_clinic(kIrvine);
  EXPECT_THAT(Value(agent_.episodes->Call(&EpisodeStub::ListEpisodes, list)).episodes(), SizeIs(0));
  list.clear_clinic();
  list.set_steps(0, v1::STEP_PLAN);
  EXPECT_THAT(Value(agent_.episodes->Call(&EpisodeStub::ListEpisodes, list)).episodes(), SizeIs(0));
}

}  // namespace
}  // namespace clarity::tests
