// A session of the agent's tool: from the number somebody calls from to a booked consultation.
#include <stdexcept>
#include <string>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/support/consultation_connections.h"
#include "tests/support/policies.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"
#include "tests/terminal/session.h"

namespace clarity::tests {
namespace {

namespace v1 = consultation::v1;

// The two services have a server each.
class CareSessionTest : public SessionTest {
 protected:
  CareSessionTest() : SessionTest(ClinicServer::Layout::kApart) {
    variables_["CLARITY_CONSULTATION_SERVER"] = server_.consultation_address();
    v1::ApplyPolicyRequest apply;
    *apply.mutable_policy() = TestPolicy();
    Value(As("operator", "OPERATOR").AsOperator().ApplyPolicy(apply));
  }

  ConsultationConnections As(const std::string& subject, const std::string& role) const {
    return ConnectConsultation(server_.consultation_address(),
                               server_.Token(Claims(subject, role)));
  }
  std::string NewPatient(const std::string& given, const std::string& number) const {
    v1::CreatePatientRequest request;
    v1::Patient& patient = *request.mutable_patient();
    patient.set_given_name(given);
    patient.set_family_name("Ortiz");
    patient.add_phone_numbers()->set_number(number);
    patient.set_clinic(kLakeForest);
    return Value(other_.patients->Call(&PatientStub::CreatePatient, request)).name();
  }
  void OpenEpisode(const std::string& patient) const {
    v1::OpenEpisodeRequest request;
    v1::Episode& episode = *request.mutable_episode();
    episode.set_patient(patient);
    episode.set_clinic(kLakeForest);
    episode.add_reasons(v1::Episode::REASON_DEPRESSION);
    episode.set_source(v1::Episode::SOURCE_PHONE);
    Value(other_.episodes->Call(&EpisodeStub::OpenEpisode, request));
  }
  // Scheduling tells consultation of a booking behind the scenes.
  void AwaitNobodyToCall() const {
    const absl::Time limit = absl::Now() + absl::Seconds(30);
    while (!Value(other_.episodes->Call(&EpisodeStub::ListOverdueContacts,
                                        v1::ListOverdueContactsRequest()))
                .overdue_contacts()
                .empty()) {
      if (absl::Now() > limit) throw std::runtime_error("somebody is to be called after 30 s");
      absl::SleepFor(absl::Milliseconds(5));
    }
  }

  const ConsultationConnections other_ = As("other", "AGENT");  // at another desk
};

TEST_F(CareSessionTest, FromTheNumberOfSomebodyNewToABookedConsultation) {
  NewPatient("Ana", "949-555-0101");  // so that it is known in which country people call
  const auto agent = Begin();
  agent->See("Nobody has to be called.");
  agent->Do("caller 949 555 0100", "Nobody has the number +1 949-555-0100 on record.");
  agent->SeePrompt("+1 949-555-0100> ");
  agent->Do("patient new María Ortiz --born 4/12/1980 --clinic lake-forest", "Made patients/");
  agent->See("On the line: María Ortiz, born Apr 12, 1980, +1 949-555-0100, Lake Forest.");
  agent->See("No episode is open.");
  agent->SeePrompt("María Ortiz> ");
  agent->Do("episode open depression anxiety", "Opened. The consultation is due by Mon Mar 16.");
  agent->See("Asks for help with depression, anxiety; first contact Mon Mar 2 (phone).");
  agent->See("The consultation is to be booked (agent, by Mon Mar 16)");
  agent->See("1  Consultation  The consultation  1");
  agent->See("Next: '1' or 'book 1' shows the times of the first one.");
  agent->Do("book 1", "1   Mon Mar 2  9:30 AM PST");
  agent->Do("1", "Held until 7:20 AM PST (10 minutes): h1");
  agent->SeePrompt("María Ortiz [h1 10:00]> ");
  agent->Do("book", "Booked a");
  agent->See("Read back to the caller:");
  agent->See("Monday, March 2, 2026, 9:30 AM to 10:30 AM PST");
  agent->Do("contact reached --note 'will bring her sister'", "Logged: Mon Mar 2 7:10 AM, they");
  AwaitNobodyToCall();
  agent->Do("overdue", "Nobody has to be called.");
  agent->Do("caller (949) 555-0100", "On the line: María Ortiz");
  agent->See("will bring her sister");
}

TEST_F(CareSessionTest, ItBeginsWithWhomToCallUntilTheirConsultationIsBooked) {
  const std::string patient = NewPatient("Ana", "949-555-0101");
  OpenEpisode(patient);
  Advance(absl::Hours(24 * 8));
  const auto agent = Begin();
  agent->See("To be called:");
  agent->See("1  Ana Ortiz  +1 949-555-0101  due soon  Mon Mar 16  8 days  Lake Forest");
  agent->Do("1", "On the line: Ana Ortiz, +1 949-555-0101, Lake Forest.");
  agent->Do("contact no-answer --call-back 'tomorrow 9am'", "we called, no answer. Call back Wed");
  agent->Do("pathway", "we called, no answer");
  agent->Do("1", "1   Tue Mar 10");
  agent->Do("book 1", "Booked a");
  AwaitNobodyToCall();
  agent->Do("overdue", "Nobody has to be called.");
  agent->Do("pathway", "Nothing can be booked now.");
}

TEST_F(CareSessionTest, AClinicianIsToldOfOpenAlertsFirstAndTakesOneUp) {
  v1::RaiseSafetyAlertRequest request;
  request.mutable_alert()->set_patient(NewPatient("Ana", "949-555-0101"));
  request.mutable_alert()->set_clinic(kLakeForest);
  request.mutable_alert()->set_kind(v1::SafetyAlert::KIND_SUICIDE_RISK);
  Value(other_.episodes->Call(&EpisodeStub::RaiseSafetyAlert, request));
  Advance(absl::Minutes(31));
  Begin()->See("Nobody has to be called.");  // an agent is told of no alert
  TokenClaims claims = Claims("okafor", "CLINICIAN");
  claims.practitioner = "practitioners/dr-okafor";
  SignIn(claims);
  const auto clinician = Begin();
  clinician->See("Safety alerts that nobody has taken up:");
  clinician->See("s1  overdue, Mon Mar 2 7:40 AM PST  suicide risk  Ana Ortiz  +1 949-555-0101");
  clinician->See("Next: 'take-up s1 WHAT WAS DONE' takes the first one up.");
  clinician->Do("take-up s1 called back, she isn't alone", "It is dr-okafor's now.");
  clinician->Do("alerts", "No safety alert is open.");
}

TEST_F(CareSessionTest, WhoSharesANumberIsChosenAndWhoLooksAlikeIsToldApart) {
  NewPatient("Ana", "949-555-0101");
  const auto agent = Begin();
  agent->Do("patient new Anna Ortiz --phone 949-555-0101 --clinic irvine", "This may be somebody");
  agent->See("1  Ana Ortiz");
  agent->See("name, phone number");
  agent->Do("patient new --distinct", "On the line: Anna Ortiz");
  agent->Do("caller 9495550101", "#  name");
  agent->See("2  ");
  agent->Do("patient find Ortis Ana", "1  Ana Ortiz");
  agent->Do("1", "On the line: Ana Ortiz");
  agent->SeePrompt("Ana Ortiz> ");
  agent->Do("patient change --called Anita --phone 949-555-0109", "number:       +1 949-555-0109");
  agent->Do("caller 949-555-0109", "On the line: Ana Ortiz (Anita)");
}

TEST_F(CareSessionTest, AQuestionnaireIsAskedInTheMiddleOfACallAndLeftForLater) {
  OpenEpisode(NewPatient("Ana", "949-555-0101"));
  const auto agent = Begin();
  agent->Do("caller 949-555-0101", "On the line: Ana Ortiz");
  agent->Do("ask", "What do you most want help with?");
  agent->SeePrompt("answer> ");
  agent->Type("anx\t");
  agent->SeePrompt("answer> anxiety ");
  agent->Type(kEnter);
  agent->See("In your own words");
  agent->Do("cannot sleep", "Saved.");
  agent->See("Have you, or have you had, any of these?");
  agent->SeePrompt("answer> ");
  agent->Type(kCtrlD);
  agent->See("Left to be answered:");
  agent->SeePrompt("Ana Ortiz> ");
  agent->Do("ask", "Have you, or have you had, any of these?");
}

TEST_F(CareSessionTest, WhatACallerDisclosesIsRaisedAtOnceAndCannotBeOverlooked) {
  OpenEpisode(NewPatient("Ana", "949-555-0101"));
  const auto agent = Begin();
  agent->Do("caller 949-555-0101", "On the line: Ana Ortiz");
  agent->Do("alert suicide-risk doesn't want to go on", "!! SAFETY ALERT RAISED. Pass the call");
  agent->See("has to take it up by");
  agent->SeePrompt("Ana Ortiz !ALERT!> ");
  agent->Do("pathway", "!! A SAFETY ALERT IS OPEN. Pass the call to a clinician. !!");
  agent->Do("caller --as 'Ben, 949-555-0102'", "On the line: Ben");
  agent->Do("alert medical", "say at which clinic");
  agent->Do("alert medical --clinic irvine", "!! SAFETY ALERT RAISED.");
  agent->SeePrompt("Ben, 949-555-0102 !ALERT!> ");
}

TEST_F(CareSessionTest, TabCompletesWordsOfTwoAndWhatCanBeSaid) {
  const auto agent = Begin();
  agent->Type("pati\tn\t");
  agent->SeePrompt("callcenter> patient new ");
  agent->Type("Ana Ortiz --cl\tla\t");
  agent->SeePrompt("callcenter> patient new Ana Ortiz --clinic lake-forest ");
  agent->Type(kCtrlC);
  agent->SeePrompt("callcenter> ");
  agent->Type("ep\to\tdep\tanx\t");
  agent->SeePrompt("callcenter> episode open depression anxiety ");
  agent->Type(kCtrlC);
  agent->SeePrompt("callcenter> ");
  agent->Type("contact m\t--dir\tout\t");
  agent->SeePrompt("callcenter> contact message-left --direction outbound ");
  agent->Type(kCtrlC);
  agent->SeePrompt("callcenter> ");
  agent->Type("help patient f\t");
  agent->SeePrompt("callcenter> help patient find ");
  agent->Type(kEnter);
  agent->See("Usage: patient find");
  agent->SeePrompt("callcenter> ");
  agent->Type("alert s\t");
  agent->SeePrompt("callcenter> alert suicide-risk ");
}

TEST_F(CareSessionTest, WrongInputOfEveryKindIsAnswered) {
  const struct {
    const char* line;
    const char* answer;
  } cases[] = {
      {"patient", "'help patient' says how it is given"},
      {"patient fly", "'help patient' says how it is given"},
      {"patient find", "say who: a telephone number, or a name"},
      {"patient find Ortiz --born 4/12", "'4/12' is no birth date"},
      {"patient new Ortiz", "say the given and the family name"},
      {"patient new --distinct", "say the given and the family name"},
      {"patient new Ana Ortiz", "say at which clinic: --clinic C"},
      {"patient new Ana Ortiz --clinic nowhere", "clinics/nowhere"},
      {"patient new Ana Ortiz --clinic irvine --phone 911-x", "phone_numbers"},
      {"patient show", "say whose: the patient"},
      {"patient show 0000000000", "patients/0000000000 does not exist"},
      {"patient change", "say whose: the patient"},
      {"patient change 0000000000 --email x", "patients/0000000000 does not exist"},
      {"overdue nowhere", "Nobody has to be called."},
      {"pathway", "say whose: the patient"},
      {"pathway p-1", "patients/p-1 does not exist"},
      {"episode open", "--reason is required"},
      {"episode open boredom", "boredom not in {depression,anxiety,ptsd,other}"},
      {"episode open ptsd", "say for whom: --patient P, or 'caller' first"},
      {"contact", "--disposition is required"},
      {"contact reached", "say with whom: --patient P, or 'caller' first"},
      {"alert", "--kind is required"},
      {"alert boredom", "boredom not in {suicide-risk"},
      {"alert medical", "say at which clinic, and who it is"},
      {"help patient fly", "fly"},
  };
  const auto agent = Begin();
  for (const auto& c : cases) {
    SCOPED_TRACE(c.line);
    agent->Do(c.line, c.answer);
  }
}

TEST_F(CareSessionTest, AConsultationServerThatIsAwayIsNotInTheWayOfVisits) {
  server_.StopConsultation();
  const auto agent = Begin({"--timeout", "1"});
  agent->See("Whom to call cannot be told. 'overdue' asks again.");
  agent->See("error: the server cannot be reached");
  agent->Do("slots consultation lake-forest", "1   Mon Mar 2  9:30 AM PST");
  agent->Do("caller p-1", "On the line: patients/p-1.");
  agent->See("error: the server cannot be reached");
  agent->Do("book 1", "Booked a");
}

TEST_F(CareSessionTest, WithoutConsultationASessionIsAboutVisits) {
  variables_.erase("CLARITY_CONSULTATION_SERVER");
  const auto agent = Begin();
  agent->Do("caller p-1", "On the line: patients/p-1.");
  agent->SeePrompt("p-1> ");
  agent->Do("slots consultation lake-forest", "Next: 'hold 1'");
  agent->Do("overdue", "error: the server does not serve this");
  agent->Do("1", "Held until");
}

}  // namespace
}  // namespace clarity::tests
