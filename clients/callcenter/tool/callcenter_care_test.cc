// Who is calling and how far their care has come, as an agent sees and types it.
#include <fstream>
#include <memory>
#include <sstream>

#include "absl/algorithm/container.h"
#include "clients/callcenter/tool/callcenter.h"
#include "clients/callcenter/tool/when.h"
#include "clients/core/errors.h"
#include "clients/core/mocks/fake_environment.h"
#include "clients/core/mocks/mock_care.h"
#include "clients/core/mocks/mock_catalog_connection.h"
#include "clients/core/mocks/mock_order_connection.h"
#include "clients/core/mocks/mock_scheduling_connection.h"
#include "clients/terminal/failure.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace clarity::client {
namespace {

using namespace consultation::v1;  // NOLINT: the vocabulary of every line below
using ::testing::_;
using ::testing::AllOf;
using ::testing::DoAll;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::NiceMock;
using ::testing::Not;
using ::testing::Property;
using ::testing::Return;
using ::testing::SaveArg;
using ::testing::StartsWith;
using OverdueContact = ListOverdueContactsResponse::OverdueContact;

// A Monday, 10:00 in California.
const absl::Time kNow = absl::FromUnixSeconds(1'795'456'800);

class CallCenterCareTest : public testing::Test {
 protected:
  CallCenterCareTest() {
    console_.in = &in_;
    console_.out = &out_;
    console_.err = &err_;
    console_.environment = fake_.Get();
    console_.variable = [](const char*) { return testing::TempDir(); };

    scheduling::v1::ListClinicsResponse clinics;
    for (const char* name : {"Irvine", "Lake Forest"}) {
      auto* clinic = clinics.add_clinics();
      clinic->set_name(name[0] == 'I' ? "clinics/irvine" : "clinics/lake-forest");
      clinic->set_display_name(name);
      clinic->set_time_zone("America/Los_Angeles");
    }
    ON_CALL(*catalog_, ListClinics).WillByDefault(Return(clinics));
    scheduling::v1::ListVisitTypesResponse visit_types;
    auto* visit_type = visit_types.add_visit_types();
    visit_type->set_name("visitTypes/iv-session");
    visit_type->set_display_name("IV ketamine session");
    ON_CALL(*catalog_, ListVisitTypes).WillByDefault(Return(visit_types));
    ON_CALL(care_.patients(), GetPatient).WillByDefault(Answers(Maria()));
    ON_CALL(care_.episodes(), GetPathway).WillByDefault(Answers(OnTheWay()));
  }

  int Run(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    return RunCallCenter(arguments, console_, [this](const CallCenterFlags&) {
      return DeskClients{CallCenterClient(scheduling_, catalog_, orders_),
                         CareClient(care_.connections())};
    });
  }
  // A session of these lines. Gives what it said.
  std::string Session(const std::string& lines, const std::vector<std::string>& arguments = {}) {
    in_.clear();
    in_.str(lines);
    Run(arguments);
    return out_.str() + err_.str();
  }

  static Patient Maria() {
    Patient patient;
    patient.set_name("patients/p-1");
    patient.set_given_name("Maria");
    patient.set_family_name("Ortiz");
    patient.mutable_birth_date()->set_year(1980);
    patient.mutable_birth_date()->set_month(4);
    patient.mutable_birth_date()->set_day(12);
    patient.add_phone_numbers()->set_number("+19495550100");
    patient.set_clinic("clinics/lake-forest");
    return patient;
  }
  static Patient Ben() {
    Patient patient = Maria();
    patient.set_name("patients/p-2");
    patient.set_given_name("Ben");
    patient.mutable_birth_date()->set_year(1978);
    return patient;
  }
  static SearchPatientsResponse Found(const std::vector<Patient>& patients) {
    SearchPatientsResponse reply;
    for (const Patient& patient : patients) *reply.add_matches()->mutable_patient() = patient;
    return reply;
  }
  static Episode Opened() {
    Episode episode;
    episode.set_name("episodes/e-1");
    episode.set_patient("patients/p-1");
    episode.set_clinic("clinics/lake-forest");
    episode.add_reasons(Episode::REASON_DEPRESSION);
    episode.add_reasons(Episode::REASON_PTSD);
    episode.set_source(Episode::SOURCE_WALK_IN);
    episode.set_state(Episode::STATE_ACTIVE);
    *episode.mutable_contact_time() = ToProto(kNow - absl::Hours(24 * 7));
    episode.mutable_consultation_due_date()->set_year(2026);
    episode.mutable_consultation_due_date()->set_month(11);
    episode.mutable_consultation_due_date()->set_day(30);
    return episode;
  }
  // A plan is signed; the third of six sessions can be booked, from tomorrow on.
  static Pathway OnTheWay() {
    Pathway pathway;
    *pathway.mutable_episode() = Opened();
    pathway.set_time_zone("America/Los_Angeles");
    auto* done = pathway.add_steps();
    done->set_step(STEP_PLAN);
    done->set_state(Pathway::STATE_DONE);
    *done->mutable_done_time() = ToProto(kNow - absl::Hours(48));
    auto* present = pathway.add_steps();
    present->set_step(STEP_INDUCTION);
    present->set_state(Pathway::STATE_PRESENT);
    auto* point = present->add_open_points();
    point->set_description("2 of 6 sessions have taken place");
    point->set_actor(ACTOR_AGENT);
    *point->mutable_due_time() = ToProto(kNow + absl::Hours(24 * 7 + 14));  // the end of a day
    pathway.add_steps()->set_step(STEP_MAINTENANCE);
    pathway.mutable_steps(2)->set_state(Pathway::STATE_AHEAD);
    auto* visit = pathway.add_visits();
    visit->set_appointment("appointments/a1");
    visit->set_visit_type("visitTypes/iv-session");
    visit->set_clinic("clinics/lake-forest");
    visit->set_time_zone("America/Los_Angeles");
    *visit->mutable_start_time() = ToProto(kNow - absl::Hours(48));
    visit->set_state(Pathway::PathwayVisit::STATE_BEGUN);
    auto* contact = pathway.add_contacts();
    contact->set_direction(Contact::DIRECTION_OUTBOUND);
    contact->set_disposition(Contact::DISPOSITION_NO_ANSWER);
    *contact->mutable_time() = ToProto(kNow - absl::Hours(24));
    contact->set_note("try mornings");
    auto* bookable = pathway.add_bookable();
    bookable->set_visit_type("visitTypes/iv-session");
    bookable->set_order("orders/o-1");
    bookable->set_description("Session 3 of 6");
    bookable->set_visits_left(4);
    *bookable->mutable_start_time() = ToProto(kNow + absl::Hours(24));
    *bookable->mutable_end_time() = ToProto(kNow + absl::Hours(24 * 5));
    return pathway;
  }
  static OverdueContact ToCall() {
    OverdueContact contact;
    *contact.mutable_patient() = Maria();
    *contact.mutable_episode() = Opened();
    contact.set_cause(ListOverdueContactsResponse::CAUSE_DUE_SOON);
    *contact.mutable_due_time() = ToProto(kNow + absl::Hours(24 * 7 + 14));
    contact.set_days_since_contact(7);
    *contact.mutable_last_contact() = OnTheWay().contacts(0);
    return contact;
  }
  // Of somebody with a record, since ten minutes ago; and of somebody without one.
  static ListSafetyAlertsResponse OpenAlerts() {
    ListSafetyAlertsResponse reply;
    SafetyAlert& overdue = *reply.add_alerts();
    overdue.set_name("safetyAlerts/s-1");
    overdue.set_patient("patients/p-1");
    overdue.set_clinic("clinics/lake-forest");
    overdue.set_kind(SafetyAlert::KIND_SUICIDE_RISK);
    overdue.set_description("does not want to go on");
    overdue.set_owner("practitioners/dr-okafor");
    *overdue.mutable_due_time() = ToProto(kNow - absl::Minutes(10));
    SafetyAlert& due = *reply.add_alerts();
    due.set_name("safetyAlerts/s-2");
    due.set_caller_label("Ann, 949-555-0199");
    due.set_clinic("clinics/irvine");
    due.set_kind(SafetyAlert::KIND_MEDICAL);
    *due.mutable_due_time() = ToProto(kNow + absl::Minutes(20));
    return reply;
  }
  static absl::Status Refusal(const char* reason) {
    absl::Status status = absl::FailedPreconditionError("not now");
    google::rpc::ErrorInfo info;
    info.set_reason(reason);
    AddDetail(&status, info);
    return status;
  }
  static absl::Status Alike() {
    absl::Status status = Refusal("LIKELY_DUPLICATE");
    LikelyDuplicates duplicates;
    auto* candidate = duplicates.add_candidates();
    candidate->set_patient("patients/p-1");
    candidate->add_likenesses(LikelyDuplicates::LIKENESS_NAME);
    candidate->add_likenesses(LikelyDuplicates::LIKENESS_PHONE_NUMBER);
    AddDetail(&status, duplicates);
    return status;
  }
  static BatchGetPatientsResponse OnlyMaria() {
    BatchGetPatientsResponse reply;
    *reply.add_items()->mutable_patient() = Maria();
    return reply;
  }
  static scheduling::v1::FindSlotsResponse OneSlot() {
    scheduling::v1::FindSlotsResponse reply;
    auto* slot = reply.add_slots();
    slot->set_visit_type("visitTypes/iv-session");
    slot->set_clinic("clinics/lake-forest");
    slot->set_time_zone("America/Los_Angeles");
    *slot->mutable_start_time() = ToProto(kNow + absl::Hours(26));
    *slot->mutable_patient_start_time() = slot->start_time();
    *slot->mutable_patient_end_time() = ToProto(kNow + absl::Hours(28));
    return reply;
  }

  // Two parts; the second question of the second one hangs on the first.
  static ListQuestionnairesResponse Asked() {
    ListQuestionnairesResponse reply;
    Questionnaire& history = *reply.add_questionnaires();
    history.set_id("history");
    history.set_display_name("Your history");
    const auto add = [&history](const char* part, const char* id, const char* text,
                                QuestionnaireItem::Type type) {
      const bool is_new = history.parts().empty() || history.parts().rbegin()->id() != part;
      auto& page = is_new ? *history.add_parts() : *history.mutable_parts()->rbegin();
      page.set_id(part);
      page.set_display_name(part);
      QuestionnaireItem& item = *page.add_items();
      item.set_link_id(id);
      item.set_text(text);
      item.set_type(type);
      return &item;
    };
    add("Reason", "reason.words", "Why?", QuestionnaireItem::TYPE_TEXT);
    auto* drinks = add("Reason", "drinks", "How many drinks?", QuestionnaireItem::TYPE_QUANTITY);
    drinks->set_required(true);
    drinks->add_units("{drinks}/wk");
    add("Home", "possible", "Pregnancy?", QuestionnaireItem::TYPE_BOOLEAN)->set_required(true);
    auto* now = add("Home", "pregnant", "Are you?", QuestionnaireItem::TYPE_BOOLEAN);
    now->set_required(true);
    now->mutable_enable_when()->mutable_answered()->set_link_id("possible");
    return reply;
  }
  // The server, as far as questionnaires go: keeps what is saved, and says what is left.
  void AnswerQuestionnaires() {
    ON_CALL(care_.evaluations(), ListQuestionnaires).WillByDefault(Answers(Asked()));
    ON_CALL(care_.evaluations(), ListResponses)
        .WillByDefault([this](auto*, const auto&, ListResponsesResponse* reply) {
          if (!draft_.name().empty()) *reply->add_responses() = draft_;
          return grpc::Status::OK;
        });
    ON_CALL(care_.evaluations(), SaveAnswers)
        .WillByDefault([this](auto*, const SaveAnswersRequest& request, auto* reply) {
          saved_.push_back(request);
          draft_.set_name("questionnaireResponses/r-1");
          draft_.set_questionnaire("history");
          draft_.clear_open_items();
          draft_.mutable_answers()->MergeFrom(request.answers());
          for (const char* id : {"drinks", "possible", "pregnant"}) {
            const bool is_there =
                absl::c_any_of(draft_.answers(), [&](const auto& a) { return a.link_id() == id; });
            if (!is_there) draft_.add_open_items(id);
          }
          *reply = draft_;
          return grpc::Status::OK;
        });
    QuestionnaireResponse submitted;
    submitted.set_name("questionnaireResponses/r-1");
    submitted.mutable_submit_time()->set_seconds(1);
    submitted.add_answers()->set_text("a secret");  // as a clinician gets it
    ON_CALL(care_.evaluations(), SubmitResponse).WillByDefault(Answers(submitted));
    ON_CALL(care_.episodes(), ListEpisodes).WillByDefault([](auto*, const auto&, auto* reply) {
      *reply->add_episodes() = Opened();
      return grpc::Status::OK;
    });
  }

  QuestionnaireResponse draft_;
  std::vector<SaveAnswersRequest> saved_;
  FakeEnvironment fake_{kNow};
  std::istringstream in_;
  std::ostringstream out_, err_;
  Console console_;
  const std::shared_ptr<NiceMock<MockSchedulingConnection>> scheduling_ =
      std::make_shared<NiceMock<MockSchedulingConnection>>();
  const std::shared_ptr<NiceMock<MockCatalogConnection>> catalog_ =
      std::make_shared<NiceMock<MockCatalogConnection>>();
  const std::shared_ptr<NiceMock<MockOrderConnection>> orders_ =
      std::make_shared<NiceMock<MockOrderConnection>>();
  MockCare care_;
};

// -- Whom to call ---------------------------------------------------------------------------------

TEST_F(CallCenterCareTest, WhomToCallIsATableOfWhyAndByWhen) {
  ListOverdueContactsRequest request;
  ListOverdueContactsResponse reply;
  *reply.add_overdue_contacts() = ToCall();
  reply.mutable_overdue_contacts(0)->set_cause(ListOverdueContactsResponse::CAUSE_OVERDUE);
  reply.mutable_overdue_contacts(0)->set_appointment("appointments/late");
  EXPECT_CALL(care_.episodes(), ListOverdueContacts)
      .WillOnce(DoAll(SaveArg<1>(&request), Answers(reply)));
  EXPECT_EQ(Run({"overdue", "lake-forest"}), kExitOk) << err_.str();
  EXPECT_EQ(request.clinic(), "clinics/lake-forest");
  EXPECT_EQ(
      out_.str(),
      "To be called:\n"
      "#  who          number           why      due         waits   clinic       visit"
      "             last contact\n"
      "1  Maria Ortiz  +1 949-555-0100  overdue  Mon Nov 30  7 days  Lake Forest  booked, too "
      "late  Sun Nov 22, no answer\n");
}

TEST_F(CallCenterCareTest, ThatThereIsMoreIsSaidAndForProgramsItIsTheReply) {
  ListOverdueContactsResponse reply;
  *reply.add_overdue_contacts() = ToCall();
  *reply.add_overdue_contacts() = ToCall();
  EXPECT_CALL(care_.episodes(), ListOverdueContacts).WillRepeatedly(Answers(reply));
  EXPECT_EQ(Run({"overdue", "--limit", "1"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("The first 1; 'overdue --limit' shows more."));
  EXPECT_EQ(Run({"overdue", "--limit", "1", "--json"}), kExitOk);
  const auto document = nlohmann::json::parse(out_.str());
  ASSERT_EQ(document["overdueContacts"].size(), 1U);
  EXPECT_EQ(document["overdueContacts"][0]["cause"], "CAUSE_DUE_SOON");
  EXPECT_CALL(care_.episodes(), ListOverdueContacts)
      .WillOnce(Answers(ListOverdueContactsResponse()));
  EXPECT_EQ(Run({"overdue"}), kExitOk);
  EXPECT_EQ(out_.str(), "Nobody has to be called.\n");
}

// -- Who is calling -------------------------------------------------------------------------------

TEST_F(CallCenterCareTest, TheNumberOfOnePersonTakesThemOnTheLine) {
  EXPECT_CALL(care_.patients(),
              SearchPatients(_, Property(&SearchPatientsRequest::phone_number, "949 555 0100"), _))
      .WillOnce(Answers(Found({Maria()})));
  EXPECT_EQ(Session("caller 949 555 0100\n"),
            "On the line: Maria Ortiz, born Apr 12, 1980, +1 949-555-0100, Lake Forest.\n"
            "Asks for help with depression, ptsd; first contact Mon Nov 16 (walk in).\n"
            "step         state  on\n"
            "plan         done   Sat Nov 21\n"
            "induction    now\n"
            "maintenance  ahead\n"
            "open:         2 of 6 sessions have taken place (agent, by Mon Nov 30)\n"
            "   day         from          visit                clinic       state\n"
            "a  Sat Nov 21  10:00 AM PST  IV ketamine session  Lake Forest  begun\n"
            "contact:      Sun Nov 22 10:00 AM, we called, no answer: try mornings\n"
            "Can be booked now:\n"
            "#  visit                for             left  from        until\n"
            "1  IV ketamine session  Session 3 of 6  4     Tue Nov 24  Sat Nov 28 10:00 AM\n"
            "Next: '1' or 'book 1' shows the times of the first one.\n");
}

TEST_F(CallCenterCareTest, WhatIsNoNumberIsSaidPlainlyAndWhoWasOnTheLineStays) {
  EXPECT_CALL(care_.patients(), SearchPatients)
      .WillOnce(Refuses(absl::InvalidArgumentError("phone_number: is no number")));
  const std::string said = Session("caller p-1\ncaller 000\npathway\ncaller 000-000-0000\n");
  EXPECT_THAT(said, HasSubstr("'000' is no telephone number: say 949-555-0100"));
  EXPECT_THAT(said, HasSubstr("'000-000-0000' is no telephone number: say 949-555-0100"));
  EXPECT_THAT(said, Not(HasSubstr("say whose"))) << "Maria is on the line still";
}

TEST_F(CallCenterCareTest, OfSeveralWithTheNumberOneIsTakenByNumber) {
  EXPECT_CALL(care_.patients(), SearchPatients).WillOnce(Answers(Found({Maria(), Ben()})));
  GetPathwayRequest request;
  EXPECT_CALL(care_.episodes(), GetPathway)
      .WillOnce(DoAll(SaveArg<1>(&request), Answers(OnTheWay())));
  const std::string said = Session("caller 9495550100\n3\n2\n");
  EXPECT_THAT(
      said, StartsWith("#  name         born          number           clinic       record\n"
                       "1  Maria Ortiz  Apr 12, 1980  +1 949-555-0100  Lake Forest  patients/p-1\n"
                       "2  Ben Ortiz    Apr 12, 1978  +1 949-555-0100  Lake Forest  patients/p-2\n"
                       "Ask for the birth date. Next: '1' takes the first on the line.\n"));
  EXPECT_THAT(said, HasSubstr("there is nobody with the number 3: 1 to 2"));
  EXPECT_THAT(said, HasSubstr("On the line: Ben Ortiz"));
  EXPECT_EQ(request.patient(), "patients/p-2");
}

TEST_F(CallCenterCareTest, WhoHasNoRecordGetsOneWithTheNumberTheyCallFrom) {
  CreatePatientRequest request;
  EXPECT_CALL(care_.patients(), SearchPatients).WillOnce(Answers(SearchPatientsResponse()));
  EXPECT_CALL(care_.patients(), CreatePatient)
      .WillOnce(DoAll(SaveArg<1>(&request), Answers(Maria())));
  EXPECT_CALL(care_.episodes(), GetPathway).WillOnce(Refuses(Refusal("NO_EPISODE")));
  const std::string said = Session(
      "caller 949-555-0100\n"
      "patient new Maria Ortiz --born 4/12/1980 --sex female --clinic lake-forest --zone "
      "eastern\n");
  EXPECT_THAT(said, HasSubstr("Nobody has the number +1 949-555-0100 on record.\n"));
  EXPECT_THAT(said, HasSubstr("Made patients/p-1: Maria Ortiz.\nOn the line: Maria Ortiz"));
  EXPECT_THAT(said, HasSubstr("No episode is open.\nNext: 'episode open depression'"));
  EXPECT_EQ(request.patient().given_name() + request.patient().family_name(), "MariaOrtiz");
  EXPECT_EQ(request.patient().birth_date().year(), 1980);
  EXPECT_EQ(request.patient().sex(), Patient::SEX_FEMALE);
  ASSERT_EQ(request.patient().phone_numbers_size(), 1);
  EXPECT_EQ(request.patient().phone_numbers(0).number(), "949-555-0100");
  EXPECT_EQ(request.patient().clinic(), "clinics/lake-forest");
  EXPECT_EQ(request.patient().time_zone(), "America/New_York");
}

TEST_F(CallCenterCareTest, WhatIsHeldForSomebodyWithoutARecordStaysWhenTheyGetOne) {
  EXPECT_CALL(*scheduling_, FindSlots).WillOnce(Return(OneSlot()));
  scheduling::v1::CreateHoldRequest held;
  scheduling::v1::Hold hold;
  hold.set_name("holds/h");
  *hold.mutable_expire_time() = ToProto(kNow + absl::Minutes(10));
  EXPECT_CALL(*scheduling_, CreateHold).WillOnce(DoAll(SaveArg<0>(&held), Return(hold)));
  EXPECT_CALL(care_.patients(), SearchPatients).WillOnce(Answers(SearchPatientsResponse()));
  EXPECT_CALL(care_.patients(), CreatePatient).WillOnce(Answers(Maria()));
  scheduling::v1::BookAppointmentRequest booked;
  EXPECT_CALL(*scheduling_, BookAppointment)
      .WillOnce(DoAll(SaveArg<0>(&booked), Return(scheduling::v1::Appointment())));
  EXPECT_CALL(*scheduling_, ReleaseHold).Times(0);
  Session(
      "caller 949-555-0100\nslots iv-session lake-forest\n1\n"
      "patient new Maria Ortiz --clinic lake-forest\nbook\n");
  EXPECT_EQ(held.hold().caller_label(), "+1 949-555-0100");
  EXPECT_EQ(booked.hold(), "holds/h");
  EXPECT_EQ(booked.participants(0).patient(), "patients/p-1");
}

TEST_F(CallCenterCareTest, ARecordThatLooksAlikeIsShownAndTakenOrToldApart) {
  CreatePatientRequest first, second;
  EXPECT_CALL(care_.patients(), CreatePatient)
      .WillOnce(DoAll(SaveArg<1>(&first), Refuses(Alike())))
      .WillOnce(DoAll(SaveArg<1>(&second), Answers(Ben())));
  EXPECT_CALL(care_.patients(), BatchGetPatients).WillOnce(Answers(OnlyMaria()));
  const std::string said = Session(
      "patient new Marja Ortiz --phone 949-555-0100 --clinic irvine\npatient new --distinct\n");
  EXPECT_THAT(said, HasSubstr("This may be somebody who has a record:\n"));
  EXPECT_THAT(said, HasSubstr("patients/p-1  name, phone number\n"));
  EXPECT_THAT(said, HasSubstr("'patient new --distinct' makes a record for somebody else."));
  EXPECT_THAT(first.confirmed_distinct_from(), ElementsAre());
  EXPECT_THAT(second.confirmed_distinct_from(), ElementsAre("patients/p-1"));
  EXPECT_EQ(second.patient().given_name(), "Marja");
  EXPECT_THAT(said, HasSubstr("On the line: Ben Ortiz"));

  EXPECT_CALL(care_.patients(), CreatePatient).WillOnce(Refuses(Alike()));
  EXPECT_CALL(care_.patients(), BatchGetPatients).WillOnce(Answers(OnlyMaria()));
  EXPECT_THAT(Session("patient new Marja Ortiz --clinic irvine\n1\npatient new --distinct\n"),
              HasSubstr("On the line: Maria Ortiz"));
  EXPECT_THAT(err_.str(), HasSubstr("say the given and the family name"))
      << "with somebody on the line there is nothing to be told apart";
}

TEST_F(CallCenterCareTest, AScriptNamesTheRecordsThatAreOfOthers) {
  EXPECT_CALL(care_.patients(), CreatePatient).WillOnce(Refuses(Alike()));
  EXPECT_CALL(care_.patients(), BatchGetPatients).WillOnce(Answers(OnlyMaria()));
  EXPECT_EQ(Run({"patient", "new", "Marja", "Ortiz", "--clinic", "irvine"}), kExitConflict);
  EXPECT_THAT(out_.str(), HasSubstr("The same with --distinct-from p-1 makes a record"));
  CreatePatientRequest request;
  EXPECT_CALL(care_.patients(), CreatePatient)
      .WillOnce(Refuses(Alike()))
      .WillOnce(DoAll(SaveArg<1>(&request), Answers(Ben())));
  EXPECT_EQ(Run({"patient", "new", "Marja", "Ortiz", "--clinic", "irvine", "--json"}),
            kExitConflict);
  EXPECT_EQ(nlohmann::json::parse(out_.str())["error"]["reason"], "LIKELY_DUPLICATE");
  EXPECT_EQ(Run({"patient", "new", "Marja", "Ortiz", "--clinic", "irvine", "--distinct-from", "p-1",
                 "--json"}),
            kExitOk);
  EXPECT_THAT(request.confirmed_distinct_from(), ElementsAre("patients/p-1"));
  EXPECT_EQ(nlohmann::json::parse(out_.str())["name"], "patients/p-2");
}

TEST_F(CallCenterCareTest, SomebodyIsFoundByNameAndBirthDateAndShownWhole) {
  SearchPatientsRequest request;
  EXPECT_CALL(care_.patients(), SearchPatients)
      .WillOnce(DoAll(SaveArg<1>(&request), Answers(Found({Maria()}))));
  EXPECT_EQ(Run({"patient", "find", "Ortiz,", "Maria", "--born", "1980-04-12"}), kExitOk);
  EXPECT_EQ(request.person().full_name(), "Ortiz, Maria");
  EXPECT_EQ(request.person().birth_date().month(), 4);
  EXPECT_THAT(out_.str(), HasSubstr("1  Maria Ortiz  Apr 12, 1980"));
  EXPECT_CALL(care_.patients(), SearchPatients)
      .WillOnce(DoAll(SaveArg<1>(&request), Answers(SearchPatientsResponse())));
  EXPECT_EQ(Run({"patient", "find", "--portal", "user-7"}), kExitOk);
  EXPECT_EQ(request.portal_subject(), "user-7");
  EXPECT_THAT(out_.str(), HasSubstr("Nobody is found."));
  EXPECT_EQ(Run({"patient", "find"}), kExitUsage);
  EXPECT_EQ(Run({"patient", "find", "Ortiz", "--born", "4/12"}), kExitUsage);

  Patient whole = Maria();
  whole.set_language("es");
  whole.set_interpreter_needed(true);
  whole.add_accessibility_needs("wheelchair");
  whole.mutable_escort()->set_display_name("Luis Ortiz");
  whole.mutable_escort()->set_relationship(type::v1::RELATIONSHIP_PARTNER);
  whole.mutable_phone_numbers(0)->set_use(PhoneNumber::USE_MOBILE);
  auto* hours = whole.add_contact_hours();
  hours->mutable_start()->set_hours(9);
  hours->mutable_end()->set_hours(12);
  hours->mutable_end()->set_minutes(30);
  auto* consent = whole.add_consents();
  consent->set_kind(Consent::KIND_SMS);
  *consent->mutable_grant_time() = ToProto(kNow);
  EXPECT_CALL(care_.patients(), GetPatient).WillOnce(Answers(whole));
  EXPECT_EQ(Run({"patient", "show", "p-1"}), kExitOk);
  for (const char* row :
       {"name:         Maria Ortiz\n", "number:       +1 949-555-0100 (mobile)\n",
        "language:     es, needs an interpreter\n", "call at:      9:00 to 12:30\n",
        "needs:        wheelchair\n", "escort:       Luis Ortiz, partner\n",
        "consent:      sms, given Mon Nov 23\n"}) {
    EXPECT_THAT(out_.str(), HasSubstr(row));
  }
}

TEST_F(CallCenterCareTest, OfARecordOnlyWhatIsSaidChanges) {
  Patient present = Maria();
  present.set_etag("e7");
  present.set_interpreter_needed(true);
  present.set_email("maria@example.com");
  present.mutable_phone_numbers(0)->set_use(PhoneNumber::USE_MOBILE);
  EXPECT_CALL(care_.patients(), GetPatient).WillRepeatedly(Answers(present));
  UpdatePatientRequest request;
  Patient married = Maria();
  married.set_family_name("Ortiz Vega");
  EXPECT_CALL(care_.patients(), UpdatePatient)
      .WillRepeatedly(DoAll(SaveArg<1>(&request), Answers(married)));
  EXPECT_EQ(Run({"patient", "change", "p-1", "--phone", "949-555-0101", "--no-interpreter"}),
            kExitOk)
      << err_.str();
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("interpreter_needed", "phone_numbers"));
  EXPECT_FALSE(request.patient().interpreter_needed());
  ASSERT_EQ(request.patient().phone_numbers_size(), 1);
  EXPECT_EQ(request.patient().phone_numbers(0).number(), "949-555-0101");
  EXPECT_EQ(request.patient().etag(), "e7");
  EXPECT_THAT(out_.str(), StartsWith("Changed:\npatient:      patients/p-1\n"));
  EXPECT_EQ(Run({"patient", "change", "p-1"}), kExitUsage);
  EXPECT_EQ(Run({"patient", "change", "p-1", "--clear", "email", "--clear", "zone"}), kExitOk);
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("email", "time_zone"));
  EXPECT_EQ(request.patient().email(), "");
  EXPECT_EQ(Run({"patient", "change", "p-1", "--clear", "given_name"}), kExitUsage);
  EXPECT_EQ(Run({"patient", "change", "p-1", "--phone", "949-555-0101", "--phone", "9495550100"}),
            kExitOk);
  ASSERT_EQ(request.patient().phone_numbers_size(), 2);
  EXPECT_EQ(request.patient().phone_numbers(0).use(), PhoneNumber::USE_UNSPECIFIED);
  EXPECT_EQ(request.patient().phone_numbers(1).use(), PhoneNumber::USE_MOBILE)
      << "what was known of it stays";
  EXPECT_EQ(Run({"patient", "change", "p-1", "--zone", "mars"}), kExitUsage);
  EXPECT_EQ(Run({"patient", "change", "--email", "a@b.example"}), kExitUsage);
  Session("caller p-1\npatient change --family 'Ortiz Vega' --born 'Apr 12 1981' --sex female\n");
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("family_name", "birth_date", "sex"));
  EXPECT_EQ(request.patient().given_name(), "Maria") << "as it was";
}

TEST_F(CallCenterCareTest, ARecordThatWasMergedGoesOnInTheOther) {
  Patient merged = Ben();
  merged.set_merged_into("patients/p-1");
  EXPECT_CALL(care_.patients(),
              GetPatient(_, Property(&GetPatientRequest::name, "patients/p-2"), _))
      .WillOnce(Answers(merged));
  EXPECT_CALL(care_.patients(),
              GetPatient(_, Property(&GetPatientRequest::name, "patients/p-1"), _))
      .WillOnce(Answers(Maria()));
  EXPECT_THAT(Session("caller p-2\n"), HasSubstr("On the line: Maria Ortiz"));
}

// -- From the pathway to a visit ------------------------------------------------------------------

TEST_F(CallCenterCareTest, WhatCanBeBookedIsSearchedHeldAndBookedWithItsOrder) {
  ListOverdueContactsResponse to_call;
  *to_call.add_overdue_contacts() = ToCall();
  EXPECT_CALL(care_.episodes(), ListOverdueContacts).WillOnce(Answers(to_call));
  scheduling::v1::FindSlotsRequest search;
  EXPECT_CALL(*scheduling_, FindSlots).WillOnce(DoAll(SaveArg<0>(&search), Return(OneSlot())));
  scheduling::v1::BookAppointmentRequest booked;
  scheduling::v1::Appointment appointment;
  appointment.set_name("appointments/a2");
  EXPECT_CALL(*scheduling_, BookAppointment)
      .WillOnce(DoAll(SaveArg<0>(&booked), Return(appointment)));
  LogContactRequest logged;
  Contact contact;
  contact.set_disposition(Contact::DISPOSITION_REACHED);
  EXPECT_CALL(care_.episodes(), LogContact).WillOnce(DoAll(SaveArg<1>(&logged), Answers(contact)));
  const std::string said = Session("overdue\n1\nbook 1\nbook 1\ncontact reached\n");
  EXPECT_EQ(search.query().visit_type(), "visitTypes/iv-session");
  EXPECT_THAT(search.query().clinics(), ElementsAre("clinics/lake-forest"));
  EXPECT_EQ(FromProto(search.query().window().start_time()), kNow + absl::Hours(24));
  EXPECT_EQ(FromProto(search.query().window().end_time()), kNow + absl::Hours(24 * 5));
  EXPECT_EQ(search.patient(), "patients/p-1");
  EXPECT_EQ(search.order(), "orders/o-1");
  EXPECT_EQ(booked.participants(0).patient(), "patients/p-1");
  EXPECT_EQ(booked.order(), "orders/o-1");
  EXPECT_THAT(said, HasSubstr("Booked b")) << "a is the visit that has been";
  EXPECT_THAT(said, HasSubstr("'contact reached' logs the call."));
  EXPECT_EQ(logged.contact().episode(), "episodes/e-1");
  EXPECT_EQ(logged.contact().direction(), Contact::DIRECTION_OUTBOUND)
      << "who is on the list was called";
}

TEST_F(CallCenterCareTest, ANumberIsOfTheListThatWasShownLast) {
  EXPECT_CALL(*scheduling_, FindSlots).WillOnce(Return(OneSlot()));
  EXPECT_CALL(*scheduling_, CreateHold).Times(0);
  const std::string said =
      Session("slots iv-session lake-forest\ncaller p-1\nhold 1\n2\nmove a 1\n");
  EXPECT_THAT(said,
              HasSubstr("the numbers on the screen are visits that can be booked, not times"));
  EXPECT_THAT(said, HasSubstr("nothing that can be booked has the number 2: 1 to 1"));
  EXPECT_CALL(*scheduling_, FindSlots).Times(0);
  EXPECT_THAT(Session("caller p-1\ncaller --as Ann\n1\n"),
              HasSubstr("no slots have been shown yet"))
      << "what could be booked for the one is nothing of the other's";
}

TEST_F(CallCenterCareTest, OfSomebodyElseThePathwayIsOnlyShown) {
  Pathway of_ben = OnTheWay();
  of_ben.mutable_episode()->set_patient("patients/p-2");
  EXPECT_CALL(care_.episodes(), GetPathway).WillOnce(Answers(OnTheWay())).WillOnce(Answers(of_ben));
  const std::string said = Session("caller p-1\npathway p-2\n");
  EXPECT_THAT(said,
              HasSubstr("iv-session  orders/o-1\nNext: 'caller p-2' takes them on the line."));
}

TEST_F(CallCenterCareTest, AScriptGetsThePathwayAndHowToSearch) {
  EXPECT_EQ(Run({"pathway", "p-1"}), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("appointments/a1"));
  EXPECT_THAT(out_.str(), HasSubstr("Next: 'slots iv-session lake-forest --patient p-1'."));
  EXPECT_EQ(Run({"pathway", "p-1", "--json"}), kExitOk);
  EXPECT_EQ(nlohmann::json::parse(out_.str())["bookable"][0]["order"], "orders/o-1");
  EXPECT_CALL(care_.episodes(), GetPathway).WillRepeatedly(Refuses(Refusal("NO_EPISODE")));
  EXPECT_EQ(Run({"pathway", "p-1", "--json"}), kExitConflict);
  EXPECT_EQ(Run({"pathway"}), kExitUsage);
}

TEST_F(CallCenterCareTest, WhereNothingCanBeBookedOrTheEpisodeWaitsItIsSaid) {
  Pathway pathway = OnTheWay();
  pathway.clear_bookable();
  pathway.mutable_episode()->set_state(Episode::STATE_ON_HOLD);
  pathway.mutable_steps(1)->set_state(Pathway::STATE_OVERRIDDEN);
  pathway.mutable_steps(1)->mutable_override()->set_display_name("Dr. Ada Okafor");
  EXPECT_CALL(care_.episodes(), GetPathway).WillRepeatedly(Answers(pathway));
  EXPECT_EQ(Run({"pathway", "p-1"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("The episode is on hold.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Nothing can be booked now.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("induction    set aside              Dr. Ada Okafor\n"));
  EXPECT_THAT(Session("caller p-1\n1\n"), HasSubstr("nothing can be booked now: 'pathway' says"));
}

TEST_F(CallCenterCareTest, AVisitThatCannotBeginIsMarkedAndItIsSaidWhatItWaitsFor) {
  Pathway pathway = OnTheWay();
  pathway.mutable_visits(0)->set_state(Pathway::PathwayVisit::STATE_BOOKED);
  pathway.mutable_visits(0)->set_uncovered(true);
  EXPECT_CALL(care_.episodes(), GetPathway).WillOnce(Answers(pathway));
  EXPECT_EQ(Run({"pathway", "p-1"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("Lake Forest  cannot begin"));
  EXPECT_THAT(out_.str(), HasSubstr("no longer ordered: it waits for a prescriber"));
}

TEST_F(CallCenterCareTest, WhatIsOpenIsToldOnceForEachKind) {
  Pathway pathway = OnTheWay();
  auto* present = pathway.mutable_steps(1);
  present->clear_open_points();
  for (int i = 0; i < 3; ++i) {
    auto* test = present->add_open_points();
    test->set_description("A test is outstanding; it can be done at a visit");
    test->set_actor(ACTOR_CLINICIAN);
  }
  auto* questionnaire = present->add_open_points();
  questionnaire->set_description("A questionnaire is to be answered");
  questionnaire->set_actor(ACTOR_PATIENT);
  questionnaire->add_questionnaires("history");
  EXPECT_CALL(care_.episodes(), GetPathway).WillOnce(Answers(pathway));
  EXPECT_EQ(Run({"pathway", "p-1"}), kExitOk);
  EXPECT_THAT(
      out_.str(),
      HasSubstr(
          "open:         3 times: A test is outstanding; it can be done at a visit "
          "(clinician)\nopen:         A questionnaire is to be answered: history (patient)\n"));
}

TEST_F(CallCenterCareTest, AnEpisodeIsOpenedInWords) {
  OpenEpisodeRequest request;
  EXPECT_CALL(care_.episodes(), OpenEpisode)
      .WillOnce(DoAll(SaveArg<1>(&request), Answers(Opened())));
  EXPECT_EQ(Run({"episode", "open", "ptsd", "other", "--note", "sleeps badly", "--source",
                 "referral", "--referrer", "Dr. Hale", "--patient", "p-1"}),
            kExitOk)
      << err_.str();
  EXPECT_EQ(request.episode().patient(), "patients/p-1");
  EXPECT_EQ(request.episode().clinic(), "clinics/lake-forest") << "that of the record";
  EXPECT_THAT(request.episode().reasons(),
              ElementsAre(Episode::REASON_PTSD, Episode::REASON_OTHER));
  EXPECT_EQ(request.episode().reason_note(), "sleeps badly");
  EXPECT_EQ(request.episode().source(), Episode::SOURCE_REFERRAL);
  EXPECT_EQ(request.episode().referrer().display_name(), "Dr. Hale");
  EXPECT_THAT(out_.str(), HasSubstr("Opened. The consultation is due by Mon Nov 30.\n"));
  EXPECT_EQ(Run({"episode", "open", "boredom", "--patient", "p-1"}), kExitUsage);
  EXPECT_EQ(Run({"episode", "open", "ptsd"}), kExitUsage);
  EXPECT_EQ(Run({"episode"}), kExitUsage);
  EXPECT_CALL(care_.episodes(), OpenEpisode).WillOnce(Refuses(Refusal("EPISODE_OPEN")));
  EXPECT_EQ(Run({"episode", "open", "ptsd", "--patient", "p-1"}), kExitConflict);
  EXPECT_THAT(err_.str(), HasSubstr("'callcenter pathway' shows it"));
}

// -- What is said on the telephone ----------------------------------------------------------------

TEST_F(CallCenterCareTest, ACallIsLoggedWithWhenToCallBackOnTheCallersClock) {
  ListEpisodesResponse open;
  *open.add_episodes() = Opened();
  EXPECT_CALL(care_.episodes(), ListEpisodes).WillRepeatedly(Answers(open));
  LogContactRequest request;
  Contact logged;
  logged.set_direction(Contact::DIRECTION_OUTBOUND);
  logged.set_disposition(Contact::DISPOSITION_MESSAGE_LEFT);
  *logged.mutable_time() = ToProto(kNow);
  *logged.mutable_callback_time() = ToProto(kNow + absl::Hours(21));
  logged.set_callback_number("+19495550111");
  EXPECT_CALL(care_.episodes(), LogContact)
      .WillRepeatedly(DoAll(SaveArg<1>(&request), Answers(logged)));
  EXPECT_EQ(Run({"contact", "message-left", "--patient", "p-1", "--call-back", "tomorrow 10am",
                 "--number", "949-555-0111", "--at", "9:40", "--caller-zone", "eastern"}),
            kExitOk)
      << err_.str();
  EXPECT_EQ(request.contact().direction(), Contact::DIRECTION_OUTBOUND) << "nobody else leaves one";
  EXPECT_EQ(FromProto(request.contact().callback_time()), kNow + absl::Hours(21));
  EXPECT_EQ(FromProto(request.contact().time()), kNow - absl::Minutes(20));
  EXPECT_EQ(request.contact().callback_number(), "949-555-0111");
  EXPECT_EQ(out_.str(),
            "Logged: Mon Nov 23 10:00 AM, we called, message left. Call back Tue Nov 24 7:00 AM "
            "PST at +1 949-555-0111.\n");
  EXPECT_EQ(Run({"contact", "reached", "--patient", "p-1"}), kExitOk);
  EXPECT_EQ(request.contact().direction(), Contact::DIRECTION_INBOUND);
  EXPECT_EQ(request.contact().medium(), Contact::MEDIUM_PHONE) << "unless another is named";
  EXPECT_EQ(
      Run({"contact", "reached", "--patient", "p-1", "--direction", "outbound", "--by", "sms"}),
      kExitOk);
  EXPECT_EQ(request.contact().medium(), Contact::MEDIUM_SMS);
  EXPECT_EQ(request.contact().direction(), Contact::DIRECTION_OUTBOUND);
  EXPECT_EQ(Run({"contact", "hung-up", "--patient", "p-1"}), kExitUsage);
  EXPECT_EQ(Run({"contact", "reached", "--patient", "p-1", "--call-back", "soon"}), kExitUsage);
  EXPECT_EQ(Run({"contact", "reached"}), kExitUsage);
  EXPECT_CALL(care_.episodes(), ListEpisodes).WillOnce(Answers(ListEpisodesResponse()));
  EXPECT_EQ(Run({"contact", "reached", "--patient", "p-1"}), kExitConflict);
  EXPECT_THAT(err_.str(), HasSubstr("'episode open depression' opens one"));
}

TEST_F(CallCenterCareTest, AQuestionnaireIsAskedPartByPartAndSavedWithEach) {
  AnswerQuestionnaires();
  in_.str("\nlots\n2\nyes\nno\nyes\n");
  EXPECT_EQ(Run({"ask", "p-1"}), kExitOk) << err_.str();
  ASSERT_EQ(saved_.size(), 3U);
  EXPECT_EQ(saved_[0].episode(), "episodes/e-1");
  EXPECT_EQ(saved_[0].questionnaire(), "history");
  ASSERT_EQ(saved_[0].answers_size(), 1) << "an empty line leaves it out";
  EXPECT_EQ(saved_[0].answers(0).quantity().value(), 2);
  EXPECT_TRUE(saved_[1].answers(0).boolean());
  EXPECT_EQ(saved_[2].answers(0).link_id(), "pregnant") << "asked for the answer before";
  EXPECT_THAT(err_.str(), HasSubstr("'lots' is no amount: say a number and a unit, {drinks}/wk"));
  EXPECT_THAT(out_.str(), HasSubstr("Why? (may be left out)\nin their words\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Submitted: Your history."));
}

TEST_F(CallCenterCareTest, AQuestionnaireGoesOnWhereItWasLeft) {
  AnswerQuestionnaires();
  EXPECT_THAT(Session("caller p-1\nask\nbadly\n2\n"), HasSubstr("Left to be answered:\n"));
  EXPECT_EQ(saved_.size(), 1U) << "the call ends with the first part";
  const std::string said = Session("caller p-1\nask\nyes\nno\nno\nholds\n");
  EXPECT_THAT(said, Not(HasSubstr("How many drinks?")));
  EXPECT_THAT(said, HasSubstr("'ask --submit' submits it."));
  EXPECT_THAT(said, HasSubstr("Nothing is held.")) << "the session goes on";
}

TEST_F(CallCenterCareTest, AnswersAreGivenAndSubmittedByAScriptWithAllThatIsWrongAtOnce) {
  AnswerQuestionnaires();
  EXPECT_EQ(Run({"ask", "p-1", "--set", "drinks=lots", "--set", "tea=1", "--set", "possible"}),
            kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("drinks: 'lots' is no amount"));
  EXPECT_THAT(err_.str(), HasSubstr("tea is not asked in history; 'possible' says no answer"));
  EXPECT_TRUE(saved_.empty());

  const std::string file = testing::TempDir() + "answers.json";
  std::ofstream(file) << R"({"answers": [{"linkId": "possible", "boolean": true}]})";
  EXPECT_EQ(Run({"ask", "p-1", "--set", "drinks=2", "--file", file}), kExitOk) << err_.str();
  EXPECT_EQ(saved_[0].answers_size(), 2);
  EXPECT_EQ(out_.str(), "Left to be answered:\n  pregnant: Are you?\n");
  EXPECT_EQ(Run({"ask", "p-1", "--set", "pregnant=no", "--submit", "--json"}), kExitOk);
  EXPECT_THAT(out_.str(), Not(HasSubstr("secret"))) << "what is submitted is not shown";
  std::ofstream(file) << "{}";
  EXPECT_EQ(Run({"ask", "p-1", "--file", file}), kExitUsage);
  EXPECT_EQ(Run({"ask", "p-1", "--questionnaire", "tea"}), kExitNotFound);
  EXPECT_THAT(err_.str(), HasSubstr("there is no questionnaire tea: history"));

  draft_.mutable_submit_time()->set_seconds(1);
  EXPECT_EQ(Run({"ask", "p-1"}), kExitOk);
  EXPECT_EQ(out_.str(), "Nothing is left to ask: all questionnaires are submitted.\n");
  EXPECT_EQ(Run({"ask", "p-1", "--questionnaire", "history"}), kExitConflict);
}

TEST_F(CallCenterCareTest, WhatTheServerRefusesOfAQuestionnaireIsToldByItem) {
  AnswerQuestionnaires();
  absl::Status refused = absl::InvalidArgumentError("answers[0].quantity.value: is not plausible");
  google::rpc::BadRequest violations;
  for (const char* field : {"answers[0].quantity.value", "answers[1].boolean"}) {
    violations.add_field_violations()->set_field(field);
    violations.mutable_field_violations()->rbegin()->set_description("is wrong");
  }
  AddDetail(&refused, violations);
  EXPECT_CALL(care_.evaluations(), SaveAnswers).WillOnce(Refuses(refused));
  EXPECT_EQ(Run({"ask", "p-1", "--set", "drinks=999", "--set", "possible=yes"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("drinks.quantity.value: is not plausible"));
  EXPECT_THAT(err_.str(), HasSubstr("  possible.boolean: is wrong\n"));

  draft_.set_name("questionnaireResponses/r-1");
  draft_.set_questionnaire("history");
  absl::Status incomplete = Refusal("RESPONSE_INCOMPLETE");
  ResponseProblems problems;
  problems.add_problems()->set_link_id("drinks");
  problems.mutable_problems(0)->set_kind(ResponseProblems::KIND_REQUIRED);
  AddDetail(&incomplete, problems);
  EXPECT_CALL(care_.evaluations(), SubmitResponse).WillOnce(Refuses(incomplete));
  EXPECT_EQ(Run({"ask", "p-1", "--submit"}), kExitConflict);
  EXPECT_THAT(err_.str(), HasSubstr("  drinks: required: How many drinks?\n"));
}

TEST_F(CallCenterCareTest, AnAlertIsRaisedInOneLineForWhoIsOnTheLine) {
  RaiseSafetyAlertRequest request;
  SafetyAlert raised;
  raised.set_name("safetyAlerts/s-1");
  raised.set_kind(SafetyAlert::KIND_SUICIDE_RISK);
  raised.set_clinic("clinics/lake-forest");
  raised.set_owner("practitioners/dr-okafor");
  *raised.mutable_due_time() = ToProto(kNow + absl::Minutes(30));
  EXPECT_CALL(care_.episodes(), RaiseSafetyAlert)
      .WillRepeatedly(DoAll(SaveArg<1>(&request), Answers(raised)));
  const std::string said = Session("caller p-1\nalert suicide-risk doesn't want to go on\n");
  EXPECT_EQ(request.alert().patient(), "patients/p-1");
  EXPECT_EQ(request.alert().clinic(), "clinics/lake-forest");
  EXPECT_EQ(request.alert().kind(), SafetyAlert::KIND_SUICIDE_RISK);
  EXPECT_EQ(request.alert().description(), "doesn't want to go on");
  EXPECT_THAT(
      said,
      HasSubstr("!! SAFETY ALERT RAISED. Pass the call to a clinician now. !!\n"
                "dr-okafor has to take it up by 10:30 AM PST: suicide risk (safetyAlerts/s-1).\n"));
  EXPECT_THAT(Session("alert 'left open\n"), HasSubstr("'help alert' says how it is given"));
}

TEST_F(CallCenterCareTest, AnAlertWaitsForNoRecord) {
  RaiseSafetyAlertRequest request;
  EXPECT_CALL(care_.episodes(), RaiseSafetyAlert)
      .WillRepeatedly(DoAll(SaveArg<1>(&request), Answers(SafetyAlert())));
  EXPECT_CALL(care_.patients(), SearchPatients).WillOnce(Answers(SearchPatientsResponse()));
  Session("caller 949-555-0100\nalert medical --clinic irvine\n");
  EXPECT_EQ(request.alert().patient(), "");
  EXPECT_EQ(request.alert().caller_label(), "+1 949-555-0100");
  EXPECT_EQ(request.alert().clinic(), "clinics/irvine");
  EXPECT_EQ(Run({"alert", "abuse", "--caller", "Ann, 949-555-0199", "--clinic", "irvine"}),
            kExitOk);
  EXPECT_EQ(request.alert().caller_label(), "Ann, 949-555-0199");
  EXPECT_EQ(Run({"alert", "abuse"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--clinic C --caller 'Ann, 949-555-0100'"));

  EXPECT_CALL(care_.patients(), GetPatient)
      .WillRepeatedly(Refuses(absl::PermissionDeniedError("no")));
  Session("caller x-9\nalert other --clinic irvine\n");
  EXPECT_EQ(request.alert().caller_label(), "x-9") << "whom consultation does not know";
}

TEST_F(CallCenterCareTest, WhoCallsForAPatientStandsBesideThePatient) {
  RaiseSafetyAlertRequest request;
  EXPECT_CALL(care_.episodes(), RaiseSafetyAlert)
      .WillRepeatedly(DoAll(SaveArg<1>(&request), Answers(SafetyAlert())));
  EXPECT_EQ(Run({"alert", "medical", "fainted", "--patient", "p-1", "--caller", "her mother",
                 "--clinic", "irvine"}),
            kExitOk);
  EXPECT_EQ(request.alert().patient(), "patients/p-1");
  EXPECT_EQ(request.alert().caller_label(), "her mother");
  Session("caller p-1\nalert medical --caller 'her mother'\n");
  EXPECT_EQ(request.alert().patient(), "patients/p-1");
  EXPECT_EQ(request.alert().caller_label(), "her mother");
  EXPECT_EQ(request.alert().clinic(), "clinics/lake-forest");

  ListSafetyAlertsResponse open = OpenAlerts();
  open.mutable_alerts(0)->set_caller_label("her mother");
  EXPECT_CALL(care_.episodes(), ListSafetyAlerts).WillOnce(Answers(open));
  EXPECT_CALL(care_.patients(), BatchGetPatients).WillOnce(Answers(OnlyMaria()));
  EXPECT_EQ(Run({"alerts"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("  Maria Ortiz (her mother)  "));
}

TEST_F(CallCenterCareTest, AnAlertForSomebodyWithoutAKnownRecordIsTakenAndThatIsSaid) {
  EXPECT_CALL(care_.patients(), GetPatient)
      .WillRepeatedly(Refuses(absl::PermissionDeniedError("no")));
  RaiseSafetyAlertRequest request;
  SafetyAlert raised;
  raised.set_caller_label("patients/x-9, her mother");
  EXPECT_CALL(care_.episodes(), RaiseSafetyAlert)
      .WillOnce(DoAll(SaveArg<1>(&request), Answers(raised)));
  EXPECT_EQ(Run({"alert", "medical", "--patient", "x-9", "--clinic", "irvine"}), kExitOk);
  EXPECT_EQ(request.alert().patient(), "patients/x-9");
  EXPECT_THAT(out_.str(), HasSubstr("No record 'x-9' is known that you may see. The alert is on "
                                    "record for 'patients/x-9, her mother'"));
  EXPECT_EQ(Run({"alert", "medical", "--patient", "x-9"}), kExitNotFound);
  EXPECT_THAT(err_.str(), HasSubstr("!! THE ALERT IS NOT ON RECORD."));
  EXPECT_THAT(err_.str(), HasSubstr("no record x-9 is known that you may see: say which clinic"));

  scheduling::v1::ListClinicsResponse one;
  one.add_clinics()->set_name("clinics/irvine");
  ON_CALL(*catalog_, ListClinics).WillByDefault(Return(one));
  EXPECT_CALL(care_.episodes(), RaiseSafetyAlert)
      .WillOnce(DoAll(SaveArg<1>(&request), Answers(raised)));
  EXPECT_EQ(Run({"alert", "medical", "--patient", "x-9"}), kExitOk) << "there is no other clinic";
  EXPECT_EQ(request.alert().clinic(), "clinics/irvine");
}

TEST_F(CallCenterCareTest, AnAlertThatIsNotOnRecordIsNoReasonToWait) {
  EXPECT_CALL(care_.patients(), GetPatient).WillOnce(Refuses(absl::DeadlineExceededError("")));
  EXPECT_EQ(Run({"alert", "medical", "--patient", "p-1"}), kExitUnavailable);
  EXPECT_THAT(err_.str(), HasSubstr("NOT ON RECORD"));
  EXPECT_THAT(err_.str(), Not(HasSubstr("--clinic"))) << "the patient's is known";
  EXPECT_CALL(care_.patients(), GetPatient).WillOnce(Answers(Maria()));
  EXPECT_CALL(care_.episodes(), RaiseSafetyAlert)
      .WillOnce(Refuses(absl::PermissionDeniedError("no")));
  EXPECT_EQ(Run({"alert", "medical", "--patient", "p-1"}), kExitNotFound);
  EXPECT_THAT(err_.str(), StartsWith("!! THE ALERT IS NOT ON RECORD. Pass the call to a clinician "
                                     "now all the same, then try again. !!\n"));
}

TEST_F(CallCenterCareTest, AnAlertForAClinicThatNobodyKnowsSaysWhoTakesItUp) {
  SafetyAlert raised;
  raised.set_clinic("clinics/lake-forest");
  EXPECT_CALL(care_.episodes(), RaiseSafetyAlert).WillOnce(Answers(raised));
  EXPECT_EQ(Run({"alert", "medical", "--patient", "p-1", "--clinic", "lake-forrest"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("No clinic 'lake-forrest' is known: Lake Forest takes it up."));
}

TEST_F(CallCenterCareTest, OpenAlertsAreListedTheLongestOverdueFirstWithWhomToReach) {
  ListSafetyAlertsRequest request;
  EXPECT_CALL(care_.episodes(), ListSafetyAlerts)
      .WillRepeatedly(DoAll(SaveArg<1>(&request), Answers(OpenAlerts())));
  EXPECT_CALL(care_.patients(), BatchGetPatients).WillRepeatedly(Answers(OnlyMaria()));
  EXPECT_EQ(Run({"alerts", "lake-forest"}), kExitOk) << err_.str();
  EXPECT_EQ(request.clinic(), "clinics/lake-forest");
  EXPECT_EQ(out_.str(),
            "Safety alerts that nobody has taken up:\n"
            "due                              about         who                number           "
            "clinic       whose      what was said           alert\n"
            "overdue, Mon Nov 23 9:50 AM PST  suicide risk  Maria Ortiz        +1 949-555-0100  "
            "Lake Forest  dr-okafor  does not want to go on  s-1\n"
            "Mon Nov 23 10:20 AM PST          medical       Ann, 949-555-0199                   "
            "Irvine                                          s-2\n"
            "Next: 'take-up s-1 WHAT WAS DONE' takes the first one up.\n");
  EXPECT_EQ(Run({"alerts", "--limit", "1"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("The first 1; 'alerts --limit' shows more."));
  EXPECT_EQ(Run({"alerts", "--limit", "1", "--json"}), kExitOk);
  EXPECT_EQ(nlohmann::json::parse(out_.str())["alerts"].size(), 1U);
  EXPECT_CALL(care_.episodes(), ListSafetyAlerts).WillOnce(Answers(ListSafetyAlertsResponse()));
  EXPECT_EQ(Run({"alerts"}), kExitOk);
  EXPECT_EQ(out_.str(), "No safety alert is open.\n");
}

TEST_F(CallCenterCareTest, AnAlertIsTakenUpByItsLabelWithWhatWasDone) {
  EXPECT_CALL(care_.episodes(), ListSafetyAlerts).WillRepeatedly(Answers(OpenAlerts()));
  AcknowledgeSafetyAlertRequest request;
  SafetyAlert taken = OpenAlerts().alerts(0);
  taken.set_owner("practitioners/dr-lindqvist");
  EXPECT_CALL(care_.episodes(), AcknowledgeSafetyAlert)
      .WillRepeatedly(DoAll(SaveArg<1>(&request), Answers(taken)));
  const std::string said =
      Session("alerts\ntake-up s2 called back, isn't alone tonight\ntake-up s3 nothing\n");
  EXPECT_EQ(request.name(), "safetyAlerts/s-2");
  EXPECT_EQ(request.action(), "called back, isn't alone tonight");
  EXPECT_THAT(said, HasSubstr("Taken up: safetyAlerts/s-1. It is dr-lindqvist's now.\n"));
  EXPECT_THAT(said, HasSubstr("no alert of the list is called 's3': 'alerts' lists them"));
  EXPECT_EQ(Run({"take-up", "s-1", "called", "back"}), kExitOk);
  EXPECT_EQ(request.name(), "safetyAlerts/s-1");
  EXPECT_EQ(request.action(), "called back");
  EXPECT_EQ(Run({"take-up", "s-1"}), kExitUsage) << "without what was done";
  EXPECT_CALL(care_.episodes(), AcknowledgeSafetyAlert).WillOnce(Refuses(Refusal("WRONG_STATE")));
  EXPECT_EQ(Run({"take-up", "s-1", "called"}), kExitConflict);
}

TEST_F(CallCenterCareTest, WhomAlertsAreForIsSaidToWhoMayNotListThem) {
  EXPECT_CALL(care_.episodes(), ListSafetyAlerts)
      .WillOnce(Refuses(absl::PermissionDeniedError("no")));
  EXPECT_EQ(Run({"alerts"}), kExitNotFound);
  EXPECT_THAT(err_.str(), HasSubstr("This is for staff and clinicians."));
}

TEST_F(CallCenterCareTest, WhatWasBookedJustNowIsNotOfferedAgain) {
  EXPECT_CALL(*scheduling_, FindSlots).WillRepeatedly(Return(OneSlot()));
  scheduling::v1::Appointment booked;
  booked.set_name("appointments/a2");
  booked.set_visit_type("visitTypes/iv-session");
  booked.set_order("orders/o-1");
  booked.add_participants()->set_patient("patients/p-1");
  EXPECT_CALL(*scheduling_, BookAppointment).WillRepeatedly(Return(booked));
  const std::string note = "Booked just now, and not in this yet: IV ketamine session.";
  EXPECT_THAT(
      Session("caller p-1\n1\nbook 1\npathway\n"),
      AllOf(HasSubstr("Session 3 of 6  4  "), HasSubstr("Session 3 of 6  3  "), HasSubstr(note)));
  Pathway last = OnTheWay();
  last.mutable_bookable(0)->set_visits_left(1);
  EXPECT_CALL(care_.episodes(), GetPathway).WillRepeatedly(Answers(last));
  EXPECT_THAT(Session("caller p-1\n1\nbook 1\npathway\n"),
              HasSubstr("Nothing can be booked now.\n" + note));
  Pathway told = last;
  told.add_visits()->set_appointment("appointments/a2");
  EXPECT_CALL(care_.episodes(), GetPathway).WillOnce(Answers(last)).WillOnce(Answers(told));
  EXPECT_THAT(Session("caller p-1\n1\nbook 1\npathway\n"), Not(HasSubstr(note)));
}

TEST_F(CallCenterCareTest, AnOpenAlertIsTheFirstAndTheLastThatIsSaidOfAPathway) {
  Pathway pathway = OnTheWay();
  pathway.set_safety_alert_open(true);
  EXPECT_CALL(care_.episodes(), GetPathway).WillOnce(Answers(pathway));
  EXPECT_EQ(Run({"pathway", "p-1"}), kExitOk);
  const std::string warning = "!! A SAFETY ALERT IS OPEN. Pass the call to a clinician. !!\n";
  EXPECT_THAT(out_.str(), StartsWith(warning + "Asks for help"));
  EXPECT_THAT(out_.str(), HasSubstr(warning + "Next: "));
}

// -- Where consultation is not served, or not to everybody ----------------------------------------

TEST_F(CallCenterCareTest, WithoutConsultationACallerIsWhomTheAgentNames) {
  const absl::Status none = absl::UnimplementedError("");
  EXPECT_CALL(care_.patients(), GetPatient).WillOnce(Refuses(none));
  EXPECT_CALL(care_.patients(), SearchPatients).WillOnce(Refuses(none));
  EXPECT_EQ(Session("caller p-1\ncaller 949-555-0100\n"),
            "On the line: patients/p-1.\nOn the line: +1 949-555-0100.\n");
  EXPECT_CALL(care_.episodes(), ListOverdueContacts).WillOnce(Refuses(none));
  EXPECT_EQ(Run({"overdue"}), kExitNotFound);
  EXPECT_THAT(err_.str(), HasSubstr("error: the server does not serve this\n"));
}

TEST_F(CallCenterCareTest, WhomConsultationDoesNotKnowMayHaveVisitsAllTheSame) {
  EXPECT_CALL(care_.patients(), GetPatient).WillOnce(Refuses(absl::PermissionDeniedError("no")));
  scheduling::v1::ListAppointmentsRequest list;
  EXPECT_CALL(*scheduling_, ListAppointments)
      .WillOnce(DoAll(SaveArg<0>(&list), Return(scheduling::v1::ListAppointmentsResponse())));
  const std::string said = Session("caller p-9\nlist\n");
  EXPECT_THAT(said, HasSubstr("On the line: patients/p-9.\nConsultation has no record of them"));
  EXPECT_EQ(list.filter(), "patient = \"patients/p-9\"");
}

TEST_F(CallCenterCareTest, InASessionForProgramsEachCommandIsADocument) {
  EXPECT_CALL(care_.patients(), SearchPatients).WillOnce(Answers(Found({Maria()})));
  in_.str("caller 949-555-0100\npathway\n");
  EXPECT_EQ(Run({"--json"}), kExitOk);
  EXPECT_THAT(out_.str(), StartsWith("{\n \"matches\": ["));
  EXPECT_THAT(out_.str(), HasSubstr("\"bookable\": ["));
  EXPECT_THAT(out_.str(), Not(HasSubstr("On the line")));
}

TEST_F(CallCenterCareTest, EveryCommandHasHelpWithExamples) {
  const std::vector<std::vector<std::string>> commands = {
      {"overdue"},         {"patient"},         {"patient", "find"},
      {"patient", "new"},  {"patient", "show"}, {"patient", "change"},
      {"episode", "open"}, {"pathway"},         {"contact"},
      {"alert"},           {"alerts"},          {"take-up"}};
  for (std::vector<std::string> command : commands) {
    command.emplace_back("--help");
    EXPECT_EQ(Run(command), kExitOk);
    EXPECT_THAT(out_.str(), HasSubstr("Examples:")) << command.front();
    EXPECT_THAT(out_.str(), HasSubstr("  callcenter " + command.front())) << command.front();
  }
}

}  // namespace
}  // namespace clarity::client
