// The pathway at a glance: what is done, what is open, who acts, by when, and what can be booked.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/conformance/consultation/consultation_test.h"
#include "tests/support/answers.h"
#include "tests/support/text_proto.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Pathway = v1::Pathway;

class PathwayTest : public CareTest {
 protected:
  explicit PathwayTest(Layout layout = Layout::kTogether) : CareTest(layout) {}

  v1::GetPathwayRequest Of(const std::string& patient) const {
    v1::GetPathwayRequest request;
    request.set_patient(patient);
    return request;
  }
  Pathway PathwayOf(const ConsultationConnections& caller, const std::string& patient) const {
    return Value(caller.episodes->Call(&EpisodeStub::GetPathway, Of(patient)));
  }
  Pathway Present() const { return PathwayOf(agent_, patient_); }
  static const Pathway::StepStatus& StepOf(const Pathway& pathway, v1::Step step) {
    return pathway.steps(step - 1);
  }
  // What is open of the evaluation: its questionnaire or scale, or that it is a test.
  static std::vector<std::string> AskedAhead(const Pathway& pathway) {
    std::vector<std::string> asked;
    for (const auto& point : StepOf(pathway, v1::STEP_EVALUATION).open_points()) {
      const bool is_test = point.description().find("A test") == 0;
      asked.push_back(is_test ? "a test"
                              : absl::StrJoin(point.questionnaires(), ",") +
                                    absl::StrJoin(point.scales(), ","));
    }
    return asked;
  }
  static std::vector<std::string> Bookable(const Pathway& pathway) {
    std::vector<std::string> types;
    for (const auto& visit : pathway.bookable()) types.push_back(visit.visit_type());
    return types;
  }
  v1::OverrideStepRequest SetAside(v1::Step step) const {
    v1::OverrideStepRequest request;
    request.set_episode(episode_.name());
    request.set_step(step);
    request.set_reason("seen by a colleague last week");
    return request;
  }
  // The consultation, from being booked to its end.
  void Consult() {
    const auto visit = Value(scheduling_.AsAgent().BookAppointment(
        Booking(kConsultation, kLakeForest, "2026-03-05 10:00", patient_)));
    clock().Set(At("2026-03-05 09:55"));
    scheduling::v1::RecordArrivalRequest arrive;
    arrive.set_name(visit.name());
    Value(scheduling_.scheduling->RecordArrival(arrive, {}));
    clock().Set(At("2026-03-05 10:00"));
    scheduling::v1::StartAppointmentRequest start;
    start.set_name(visit.name());
    Value(scheduling_.scheduling->StartAppointment(start, {}));
    clock().Set(At("2026-03-05 11:00"));
    scheduling::v1::CompleteAppointmentRequest complete;
    complete.set_name(visit.name());
    Value(scheduling_.scheduling->CompleteAppointment(complete, {}));
    Eventually([&] { return Present().episode().step() == v1::STEP_EVALUATION; });
  }

  const std::string patient_ = NewPatient("Ortiz");
  const v1::Episode episode_ = Opened(patient_);
};

TEST_F(PathwayTest, AfterFirstContactTheConsultationIsToBeBookedInTime) {
  const Pathway pathway = Present();
  ASSERT_THAT(pathway.steps(), SizeIs(8));
  EXPECT_EQ(StepOf(pathway, v1::STEP_CONTACT).state(), Pathway::STATE_DONE);
  const auto& booking = StepOf(pathway, v1::STEP_BOOKING);
  EXPECT_EQ(booking.state(), Pathway::STATE_PRESENT);
  ASSERT_THAT(booking.open_points(), SizeIs(1));
  EXPECT_EQ(booking.open_points(0).actor(), v1::ACTOR_AGENT);
  EXPECT_EQ(Local(FromWire(booking.due_time())), "2026-03-17 00:00");
  EXPECT_EQ(StepOf(pathway, v1::STEP_EVALUATION).state(), Pathway::STATE_AHEAD);
  EXPECT_THAT(AskedAhead(pathway), ElementsAre("history")) << "an agent helps to answer it";
  EXPECT_THAT(Bookable(pathway), ElementsAre(kConsultation));
  EXPECT_EQ(pathway.bookable(0).order(), "");
  EXPECT_EQ(pathway.bookable(0).visits_left(), 1);
  EXPECT_EQ(pathway.time_zone(), "America/Los_Angeles");
  EXPECT_FALSE(pathway.safety_alert_open());
}

TEST_F(PathwayTest, WhatIsAskedForBeforeTheConsultationIsToldFromTheStartToThoseWhoCanAct) {
  EXPECT_THAT(AskedAhead(PathwayOf(Patient(patient_), patient_)), ElementsAre("history"));
  EXPECT_THAT(AskedAhead(PathwayOf(staff_, patient_)), UnorderedElementsAre("history", "a test"));
  const Pathway told = PathwayOf(clinician_, patient_);
  EXPECT_THAT(AskedAhead(told), UnorderedElementsAre("history", "examination", "a test", "c-ssrs"));
  EXPECT_EQ(StepOf(told, v1::STEP_EVALUATION).state(), Pathway::STATE_AHEAD);

  v1::SaveAnswersRequest save;
  save.set_episode(episode_.name());
  save.set_questionnaire("history");
  *save.mutable_answers() = FromText<v1::QuestionnaireResponse>(kHistory).answers();
  v1::SubmitResponseRequest submit;
  submit.set_name(
      Value(Patient(patient_).evaluations->Call(&EvaluationStub::SaveAnswers, save)).name());
  Value(Patient(patient_).evaluations->Call(&EvaluationStub::SubmitResponse, submit));
  EXPECT_THAT(AskedAhead(PathwayOf(Patient(patient_), patient_)), ElementsAre("gad-7"))
      << "which they come for is known now";
  EXPECT_THAT(AskedAhead(Present()), ElementsAre("")) << "an agent is not told which scale";
}

TEST_F(PathwayTest, WhatIsBookedIsOnItAndNoMoreOffered) {
  const auto visit = Value(scheduling_.AsAgent().BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-05 10:00", patient_)));
  Eventually([&] { return Present().episode().step() == v1::STEP_CONSULTATION; });
  const Pathway pathway = Present();
  EXPECT_THAT(Bookable(pathway), IsEmpty());
  ASSERT_THAT(pathway.visits(), SizeIs(1));
  EXPECT_EQ(pathway.visits(0).appointment(), visit.name());
  EXPECT_EQ(pathway.visits(0).step(), v1::STEP_CONSULTATION);
  EXPECT_EQ(pathway.visits(0).state(), Pathway::PathwayVisit::STATE_BOOKED);
  EXPECT_TRUE(pathway.has_visits_as_of_time());
}

TEST_F(PathwayTest, AfterTheConsultationItSaysWhatIsOutstandingWithoutSayingWhich) {
  Consult();
  const Pathway pathway = Present();
  const auto& evaluation = StepOf(pathway, v1::STEP_EVALUATION);
  EXPECT_EQ(evaluation.state(), Pathway::STATE_PRESENT);
  std::map<std::string, int> kinds;
  std::vector<std::string> questionnaires;
  std::vector<std::string> scales;
  for (const auto& point : evaluation.open_points()) {
    ++kinds[point.description().substr(0, point.description().find(';'))];
    questionnaires.insert(questionnaires.end(), point.questionnaires().begin(),
                          point.questionnaires().end());
    scales.insert(scales.end(), point.scales().begin(), point.scales().end());
    EXPECT_TRUE(point.has_due_time());
    EXPECT_NE(point.about(), "");
  }
  EXPECT_THAT(kinds, Contains(::testing::Key("A test is outstanding")));
  EXPECT_THAT(kinds, Contains(::testing::Key("A questionnaire is to be answered")));
  EXPECT_THAT(questionnaires, Contains("history"));
  EXPECT_THAT(scales, IsEmpty()) << "which scales are asked is not for agents";
  const auto own = StepOf(PathwayOf(Patient(patient_), patient_), v1::STEP_EVALUATION);
  for (const auto& point : own.open_points()) {
    scales.insert(scales.end(), point.scales().begin(), point.scales().end());
  }
  EXPECT_THAT(scales, Contains("phq-9"));
  EXPECT_THAT(scales, ::testing::Not(Contains("c-ssrs"))) << "a clinician takes it";
  EXPECT_THAT(pathway.ShortDebugString(), ::testing::Not(::testing::HasSubstr("pregnan")));
  EXPECT_THAT(Bookable(pathway), Contains("visitTypes/medical-evaluation"));
}

TEST_F(PathwayTest, AStepSetAsideIsOnRecordAndTheReasonIsForClinicians) {
  EXPECT_THAT(agent_.episodes->Call(&EpisodeStub::OverrideStep, SetAside(v1::STEP_BOOKING)),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  EXPECT_THAT(clinician_.episodes->Call(&EpisodeStub::OverrideStep, SetAside(v1::STEP_CLEARANCE)),
              Refused(StatusCode::kFailedPrecondition, "NOT_OVERRIDABLE"));
  EXPECT_THAT(clinician_.episodes->Call(&EpisodeStub::OverrideStep, SetAside(v1::STEP_EVALUATION)),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  auto stale = SetAside(v1::STEP_BOOKING);
  stale.set_etag("stale");
  EXPECT_THAT(clinician_.episodes->Call(&EpisodeStub::OverrideStep, stale),
              Refused(StatusCode::kAborted, "ETAG_MISMATCH"));

  for (const v1::Step step : {v1::STEP_BOOKING, v1::STEP_CONSULTATION}) {
    Value(clinician_.episodes->Call(&EpisodeStub::OverrideStep, SetAside(step)));
  }
  EXPECT_EQ(Present().episode().step(), v1::STEP_EVALUATION);
  const auto told = PathwayOf(clinician_, patient_);
  EXPECT_EQ(StepOf(told, v1::STEP_BOOKING).state(), Pathway::STATE_OVERRIDDEN);
  EXPECT_EQ(StepOf(told, v1::STEP_BOOKING).override().practitioner(), "practitioners/dr-okafor");
  EXPECT_NE(StepOf(told, v1::STEP_BOOKING).override().reason(), "");
  EXPECT_EQ(StepOf(Present(), v1::STEP_BOOKING).override().reason(), "");
  EXPECT_EQ(StepOf(PathwayOf(Patient(patient_), patient_), v1::STEP_BOOKING).override().reason(),
            "");
}

TEST_F(PathwayTest, AnOpenAlertAndTheLastCallsAreToldToTheAgentNotToThePatient) {
  Value(agent_.episodes->Call(&EpisodeStub::RaiseSafetyAlert, NewAlert(patient_)));
  for (int i = 0; i < 6; ++i) {
    Value(agent_.episodes->Call(&EpisodeStub::LogContact,
                                NewContact(episode_, v1::Contact::DISPOSITION_NO_ANSWER)));
    clock().Advance(absl::Minutes(1));
  }
  const Pathway pathway = Present();
  EXPECT_TRUE(pathway.safety_alert_open());
  EXPECT_THAT(pathway.contacts(), SizeIs(5));
  EXPECT_THAT(PathwayOf(Patient(patient_), patient_).contacts(), IsEmpty());
  EXPECT_FALSE(PathwayOf(Patient(patient_), patient_).safety_alert_open());
}

TEST_F(PathwayTest, APatientSeesTheOwnAndACallerOfAnotherClinicNothing) {
  EXPECT_EQ(
      Value(Patient(patient_).episodes->Call(&EpisodeStub::GetPathway, v1::GetPathwayRequest()))
          .episode()
          .name(),
      episode_.name());
  const std::string other = NewPatient("Other");
  EXPECT_THAT(Patient(other).episodes->Call(&EpisodeStub::GetPathway, Of(patient_)),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  v1::GetPathwayRequest by_name;
  by_name.set_episode(episode_.name());
  for (const auto& caller : {Patient(other), CallerOf(kPhoenix, "AGENT")}) {
    EXPECT_THAT(caller.episodes->Call(&EpisodeStub::GetPathway, by_name),
                Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  }
  EXPECT_THAT(agent_.episodes->Call(&EpisodeStub::GetPathway, Of(other)),
              Refused(StatusCode::kFailedPrecondition, "NO_EPISODE"));
  by_name.set_patient(other);
  EXPECT_EQ(agent_.episodes->Call(&EpisodeStub::GetPathway, by_name).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(
      agent_.episodes->Call(&EpisodeStub::GetPathway, v1::GetPathwayRequest()).status().code(),
      StatusCode::kInvalidArgument);
}

class PathwayApartTest : public PathwayTest {
 protected:
  PathwayApartTest() : PathwayTest(Layout::kApart) {}
};

// Takes connections, and never answers.
class SilentServer {
 public:
  explicit SilentServer(const std::string& address) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    const int on = 1;
    setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    const std::pair<std::string, std::string> where = absl::StrSplit(address, ':');
    int port = 0;
    EXPECT_TRUE(absl::SimpleAtoi(where.second, &port));
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    inet_pton(AF_INET, where.first.c_str(), &to.sin_addr);
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
    EXPECT_EQ(listen(socket_, 100), 0);
  }
  ~SilentServer() { close(socket_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

 private:
  const int socket_;
};

TEST_F(PathwayApartTest, WhileSchedulingHangsNobodyWhoCallsConsultationWaitsForIt) {
  server_.StopScheduling();
  {
    const SilentServer hanging(server_.address());
    client::CallOptions soon;
    soon.deadline = absl::Seconds(5);
    for (const char* family : {"Lopez", "Kim", "Okoro", "Schmidt", "Novak"}) {
      const std::string patient = NewPatient(family);
      EXPECT_TRUE(agent_.episodes->Call(&EpisodeStub::OpenEpisode, NewEpisode(patient), soon).ok());
      EXPECT_TRUE(agent_.episodes->Call(&EpisodeStub::GetPathway, Of(patient), soon).ok());
      EXPECT_TRUE(
          agent_.episodes->Call(&EpisodeStub::RaiseSafetyAlert, NewAlert(patient), soon).ok());
    }
  }
  server_.StartScheduling();
  Value(scheduling_.AsAgent().BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-05 10:00", patient_)));
  Eventually([&] { return Present().episode().step() == v1::STEP_CONSULTATION; });
}

TEST_F(PathwayApartTest, WhatSchedulingForgotWithABackupIsForgottenHereToo) {
  const auto kept = Value(scheduling_.AsAgent().BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-05 10:00", patient_)));
  const std::string backup = server_.BackUp();
  clock().Advance(absl::Minutes(1));
  Value(scheduling_.AsAgent().CancelAppointment(Cancellation(kept)));
  const auto lost = Value(scheduling_.AsAgent().BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-05 12:00", patient_)));
  const auto visits = [&] {
    std::vector<std::string> names;
    const Pathway pathway = Present();
    for (const auto& visit : pathway.visits()) names.push_back(visit.appointment());
    return names;
  };
  Eventually([&] { return visits() == std::vector<std::string>{lost.name()}; });
  server_.Restore(backup);
  Eventually([&] { return visits() == std::vector<std::string>{kept.name()}; });
}

}  // namespace
}  // namespace clarity::tests
