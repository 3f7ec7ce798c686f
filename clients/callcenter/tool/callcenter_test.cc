#include "clients/callcenter/tool/callcenter.h"

#include <filesystem>
#include <memory>
#include <sstream>

#include "clients/callcenter/tool/when.h"
#include "clients/core/errors.h"
#include "clients/core/mocks/fake_environment.h"
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

using namespace scheduling::v1;  // NOLINT: the vocabulary of every line below
using ::testing::DoAll;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::NiceMock;
using ::testing::Not;
using ::testing::Return;
using ::testing::SaveArg;

// A Monday, 10:00 in California.
const absl::Time kNow = absl::FromUnixSeconds(1'795'456'800);

class ScriptedWatch final : public AppointmentWatch {
 public:
  explicit ScriptedWatch(std::vector<WatchAppointmentsResponse> messages)
      : messages_(std::move(messages)) {}
  absl::StatusOr<WatchAppointmentsResponse> Next() override {
    if (next_ == messages_.size()) return absl::UnavailableError("away");
    return messages_[next_++];
  }
  void Cancel() override {}

 private:
  const std::vector<WatchAppointmentsResponse> messages_;
  size_t next_ = 0;
};

class CallCenterTest : public testing::Test {
 protected:
  CallCenterTest() {
    std::filesystem::remove_all(state_);
    console_.in = &in_;
    console_.out = &out_;
    console_.err = &err_;
    console_.environment = fake_.Get();
    console_.variable = [this](const char* name) {
      return std::string(name) == "XDG_STATE_HOME" ? state_ : std::string();
    };

    ListClinicsResponse clinics;
    Clinic* clinic = clinics.add_clinics();
    clinic->set_name("clinics/lake-forest");
    clinic->set_display_name("Lake Forest");
    clinic->set_time_zone("America/Los_Angeles");
    clinic->set_phone_number("+19495550100");
    clinic->mutable_address()->set_city("Lake Forest");
    ON_CALL(*catalog_, ListClinics).WillByDefault(Return(clinics));
    ListVisitTypesResponse visit_types;
    VisitType* visit_type = visit_types.add_visit_types();
    visit_type->set_name("visitTypes/iv-session");
    visit_type->set_display_name("IV ketamine session");
    Phase* phase = visit_type->add_phases();
    phase->set_minutes(15);
    phase->set_without_patient(true);
    visit_type->add_phases()->set_minutes(120);
    ON_CALL(*catalog_, ListVisitTypes).WillByDefault(Return(visit_types));
  }

  int Run(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    return RunCallCenter(arguments, console_, [this](const CallCenterFlags&) {
      return DeskClients{CallCenterClient(scheduling_, catalog_, orders_),
                         CareClient(CareConnections())};
    });
  }

  // Both begin with a quarter of an hour of preparation.
  template <typename Visit>
  static Visit At(absl::Time patient_start) {
    Visit visit;
    visit.set_visit_type("visitTypes/iv-session");
    visit.set_clinic("clinics/lake-forest");
    visit.set_time_zone("America/Los_Angeles");
    *visit.mutable_start_time() = ToProto(patient_start - absl::Minutes(15));
    *visit.mutable_end_time() = ToProto(patient_start + absl::Minutes(120));
    *visit.mutable_patient_start_time() = ToProto(patient_start);
    *visit.mutable_patient_end_time() = ToProto(patient_start + absl::Minutes(120));
    Assignment* assignment = visit.add_assignments();
    assignment->set_resource("resources/dr-okafor");
    assignment->set_display_name("Dr. Ada Okafor");
    assignment->set_kind(Resource::KIND_CLINICIAN);
    return visit;
  }
  static Appointment Booked() {
    auto appointment = At<Appointment>(kNow + absl::Hours(24));
    appointment.set_name("appointments/a1");
    appointment.set_etag("e1");
    appointment.set_state(Appointment::STATE_BOOKED);
    appointment.add_participants()->set_patient("patients/p-1");
    return appointment;
  }
  static FindSlotsResponse TwoSlots() {
    FindSlotsResponse reply;
    *reply.add_slots() = At<Slot>(kNow + absl::Hours(24));
    *reply.add_slots() = At<Slot>(kNow + absl::Hours(25));
    return reply;
  }
  static absl::Status SlotTaken() {
    absl::Status status = absl::FailedPreconditionError("the time is taken");
    google::rpc::ErrorInfo info;
    info.set_reason("SLOT_TAKEN");
    AddDetail(&status, info);
    SlotConflict conflict;
    conflict.add_blockers()->set_description("the room has an appointment until 10:00");
    *conflict.add_alternatives() = At<Slot>(kNow + absl::Hours(48));
    AddDetail(&status, conflict);
    return status;
  }

  void ShowTwoSlots() {
    EXPECT_CALL(*scheduling_, FindSlots).WillOnce(Return(TwoSlots()));
    ASSERT_EQ(Run({"slots", "--visit-type", "iv-session"}), kExitOk) << err_.str();
  }

  const std::string state_ = testing::TempDir() + "callcenter_test_" +
                             testing::UnitTest::GetInstance()->current_test_info()->name();
  FakeEnvironment fake_{kNow};
  std::istringstream in_;
  std::ostringstream out_, err_;
  Console console_;
  std::shared_ptr<NiceMock<MockSchedulingConnection>> scheduling_ =
      std::make_shared<NiceMock<MockSchedulingConnection>>();
  std::shared_ptr<NiceMock<MockCatalogConnection>> catalog_ =
      std::make_shared<NiceMock<MockCatalogConnection>>();
  std::shared_ptr<NiceMock<MockOrderConnection>> orders_ =
      std::make_shared<NiceMock<MockOrderConnection>>();
};

TEST_F(CallCenterTest, SlotsAreSearchedAsAsked) {
  FindSlotsRequest request;
  EXPECT_CALL(*scheduling_, FindSlots)
      .WillOnce(DoAll(SaveArg<0>(&request), Return(FindSlotsResponse())));
  EXPECT_EQ(Run({"slots",    "--visit-type", "iv-session", "--clinic",  "lake-forest", "--from",
                 "tomorrow", "--days",       "3",          "--on",      "tue,thu",     "--after",
                 "9am",      "--with",       "dr-okafor",  "--patient", "p-1",         "--limit",
                 "5",        "--per-day",    "2"}),
            kExitOk)
      << err_.str();
  EXPECT_EQ(request.query().visit_type(), "visitTypes/iv-session");
  EXPECT_THAT(request.query().clinics(), ElementsAre("clinics/lake-forest"));
  const absl::TimeZone zone = *ParseZone("America/Los_Angeles");
  EXPECT_EQ(FromProto(request.query().window().start_time()),
            absl::FromCivil(absl::CivilDay(2026, 11, 24), zone));
  EXPECT_EQ(FromProto(request.query().window().end_time()),
            absl::FromCivil(absl::CivilDay(2026, 11, 27), zone));
  EXPECT_EQ(request.query().days_of_week_size(), 2);
  EXPECT_EQ(request.query().times_of_day(0).start().hours(), 9);
  EXPECT_EQ(request.query().times_of_day(0).end().hours(), 24);
  EXPECT_THAT(request.query().required_resources(), ElementsAre("resources/dr-okafor"));
  EXPECT_EQ(request.patient(), "patients/p-1");
  EXPECT_EQ(request.page_size(), 5);
  EXPECT_EQ(request.spread().per_day_max(), 2);
  EXPECT_THAT(out_.str(), HasSubstr("Nothing is free."));
}

TEST_F(CallCenterTest, NoTimeOfDayIsAfterNineAndBeforeEight) {
  EXPECT_CALL(*scheduling_, FindSlots).Times(0);
  EXPECT_EQ(Run({"slots", "iv-session", "--after", "9am", "--before", "8am"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("no time of a day is after 9am and before 8am: say the earlier "
                                    "one with --after"));
}

TEST_F(CallCenterTest, SlotsShowWhenThePatientIsThereOnBothClocks) {
  EXPECT_CALL(*scheduling_, FindSlots).WillOnce(Return(TwoSlots()));
  EXPECT_EQ(Run({"slots", "--visit-type", "iv-session", "--caller-zone", "America/New_York"}),
            kExitOk)
      << err_.str();
  EXPECT_EQ(out_.str(),
            "#  day         from          to        for the caller  clinic       with\n"
            "1  Tue Nov 24  10:00 AM PST  12:00 PM  1:00 PM EST     Lake Forest  Dr. Ada Okafor\n"
            "2  Tue Nov 24  11:00 AM PST  1:00 PM   2:00 PM EST     Lake Forest  Dr. Ada Okafor\n"
            "Next: 'hold 1' keeps the first one, 'book 1 --patient P' books it.\n");
}

TEST_F(CallCenterTest, AHeldSlotIsBookedFromItsHold) {
  ShowTwoSlots();
  CreateHoldRequest hold_request;
  Hold hold;
  hold.set_name("holds/h1");
  hold.set_visit_type("visitTypes/iv-session");
  hold.set_clinic("clinics/lake-forest");
  hold.set_time_zone("America/Los_Angeles");
  *hold.mutable_expire_time() = ToProto(kNow + absl::Minutes(10));
  EXPECT_CALL(*scheduling_, CreateHold).WillOnce(DoAll(SaveArg<0>(&hold_request), Return(hold)));
  EXPECT_EQ(Run({"hold", "2", "--caller", "new caller"}), kExitOk) << err_.str();
  EXPECT_EQ(FromProto(hold_request.hold().start_time()),
            kNow + absl::Hours(25) - absl::Minutes(15));
  EXPECT_THAT(hold_request.preferred_resources(), ElementsAre("resources/dr-okafor"));
  EXPECT_EQ(hold_request.hold().caller_label(), "new caller");
  EXPECT_THAT(out_.str(), HasSubstr("(10 minutes): holds/h1"));
  EXPECT_THAT(out_.str(), HasSubstr("book 2"));

  BookAppointmentRequest book_request;
  EXPECT_CALL(*scheduling_, BookAppointment)
      .WillOnce(DoAll(SaveArg<0>(&book_request), Return(Booked())));
  EXPECT_EQ(Run({"book", "2", "--patient", "p-1"}), kExitOk) << err_.str();
  EXPECT_EQ(book_request.hold(), "holds/h1");
  EXPECT_FALSE(book_request.has_start_time());
  EXPECT_EQ(book_request.participants(0).patient(), "patients/p-1");
  EXPECT_EQ(out_.str(),
            "Booked appointments/a1\n"
            "Read back to the caller:\n"
            "  IV ketamine session\n"
            "  Tuesday, November 24, 2026, 10:00 AM to 12:00 PM PST\n"
            "  Lake Forest, Lake Forest, +19495550100\n"
            "  with Dr. Ada Okafor\n"
            "Next: 'confirm', 'move' or 'cancel' with appointments/a1.\n");
}

TEST_F(CallCenterTest, ReleasingForgetsTheHold) {
  ShowTwoSlots();
  Hold hold;
  hold.set_name("holds/h1");
  EXPECT_CALL(*scheduling_, CreateHold).WillOnce(Return(hold));
  ASSERT_EQ(Run({"hold", "1"}), kExitOk);
  EXPECT_EQ(Run({"hold", "1"}), kExitConflict) << "held already";
  EXPECT_CALL(*scheduling_, ReleaseHold).WillOnce(Return(ReleaseHoldResponse()));
  EXPECT_EQ(Run({"release", "holds/h1"}), kExitOk);
  EXPECT_EQ(Run({"renew", "1"}), kExitConflict);
  EXPECT_THAT(err_.str(), HasSubstr("'hold 1' holds it"));
}

TEST_F(CallCenterTest, ATakenSlotOffersAlternativesThatCanBeHeldByNumber) {
  ShowTwoSlots();
  EXPECT_CALL(*scheduling_, BookAppointment).WillOnce(Return(SlotTaken()));
  EXPECT_EQ(Run({"book", "1", "--patient", "p-1"}), kExitTaken);
  EXPECT_THAT(err_.str(), HasSubstr("error: the time is taken"));
  EXPECT_THAT(err_.str(), HasSubstr("the room has an appointment until 10:00"));
  EXPECT_THAT(out_.str(), HasSubstr("1  Wed Nov 25  10:00 AM PST"));

  BookAppointmentRequest request;
  EXPECT_CALL(*scheduling_, BookAppointment)
      .WillOnce(DoAll(SaveArg<0>(&request), Return(Booked())));
  EXPECT_EQ(Run({"book", "1", "--patient", "p-1"}), kExitOk);
  EXPECT_EQ(FromProto(request.start_time()), kNow + absl::Hours(48) - absl::Minutes(15));
}

TEST_F(CallCenterTest, AnObstacleThatTheMessageNamesIsNotSaidTwice) {
  ShowTwoSlots();
  absl::Status status = absl::FailedPreconditionError("not then: all visits are open");
  SlotConflict conflict;
  conflict.add_blockers()->set_description("all visits are open");
  AddDetail(&status, conflict);
  EXPECT_CALL(*scheduling_, BookAppointment).WillOnce(Return(status));
  EXPECT_EQ(Run({"book", "1", "--patient", "p-1"}), kExitConflict);
  EXPECT_EQ(err_.str(), "error: not then: all visits are open\n");
}

TEST_F(CallCenterTest, ForProgramsAFailureIsOneDocument) {
  ShowTwoSlots();
  EXPECT_CALL(*scheduling_, BookAppointment).WillOnce(Return(SlotTaken()));
  EXPECT_EQ(Run({"--json", "book", "1", "--patient", "p-1"}), kExitTaken);
  const auto document = nlohmann::json::parse(out_.str());
  EXPECT_EQ(document["error"]["reason"], "SLOT_TAKEN");
  EXPECT_EQ(document["error"]["details"].size(), 2u);
  EXPECT_EQ(err_.str(), "");
}

TEST_F(CallCenterTest, TimesInWordsAreThePatients) {
  CreateHoldRequest request;
  EXPECT_CALL(*scheduling_, CreateHold).WillOnce(DoAll(SaveArg<0>(&request), Return(Hold())));
  EXPECT_EQ(Run({"hold", "--visit-type", "iv-session", "--clinic", "lake-forest", "--at",
                 "tomorrow 10am"}),
            kExitOk)
      << err_.str();
  EXPECT_EQ(FromProto(request.hold().start_time()), kNow + absl::Hours(24) - absl::Minutes(15))
      << "preparation comes before the patient";
  EXPECT_EQ(Run({"hold", "--visit-type", "tea", "--clinic", "lake-forest", "--at", "mon 9am"}),
            kExitNotFound);
  EXPECT_EQ(Run({"hold"}), kExitUsage);
}

TEST_F(CallCenterTest, AMoveIsOfTheAppointmentAsItWasSeen) {
  EXPECT_CALL(*scheduling_, GetAppointment).WillOnce(Return(Booked()));
  RescheduleAppointmentRequest request;
  EXPECT_CALL(*scheduling_, RescheduleAppointment)
      .WillOnce(DoAll(SaveArg<0>(&request), Return(Booked())));
  EXPECT_EQ(Run({"move", "a1", "--at", "friday 9am"}), kExitOk) << err_.str();
  EXPECT_EQ(request.name(), "appointments/a1");
  EXPECT_EQ(request.etag(), "e1");
  EXPECT_EQ(request.clinic(), "clinics/lake-forest");
  EXPECT_THAT(out_.str(), HasSubstr("Moved appointments/a1"));
}

TEST_F(CallCenterTest, CancelNamesWhoAndWhy) {
  CancelAppointmentRequest request;
  Appointment cancelled = Booked();
  cancelled.mutable_cancellation()->set_late(true);
  EXPECT_CALL(*scheduling_, CancelAppointment)
      .WillOnce(DoAll(SaveArg<0>(&request), Return(cancelled)));
  EXPECT_EQ(
      Run({"cancel", "a1", "--by", "patient", "--reason", "illness", "--note", "a cold, he says"}),
      kExitOk);
  EXPECT_EQ(request.initiator(), Cancellation::INITIATOR_PATIENT);
  EXPECT_EQ(request.reason(), Cancellation::REASON_ILLNESS);
  EXPECT_EQ(request.note(), "a cold, he says");
  EXPECT_THAT(out_.str(), HasSubstr("Cancelled, late:"));
  EXPECT_EQ(Run({"cancel", "a1", "--by", "nobody"}), kExitUsage);
  EXPECT_EQ(Run({"cancel", "a1", "boredom"}), kExitUsage);
}

TEST_F(CallCenterTest, ThatAVisitIsByVideoIsSaidWhereverItIsShown) {
  FindSlotsResponse slots = TwoSlots();
  slots.mutable_slots(0)->set_modality(MODALITY_TELEHEALTH);
  EXPECT_CALL(*scheduling_, FindSlots).WillOnce(Return(slots));
  EXPECT_EQ(Run({"slots", "iv-session"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("how         clinic       with\n"
                                    "1  Tue Nov 24  10:00 AM PST  12:00 PM  telehealth  Lake"));
  EXPECT_THAT(out_.str(), HasSubstr("1:00 PM               Lake")) << "in person";

  Hold hold;
  hold.set_clinic("clinics/lake-forest");
  hold.set_visit_type("visitTypes/iv-session");
  hold.set_modality(MODALITY_TELEHEALTH);
  EXPECT_CALL(*scheduling_, CreateHold).WillOnce(Return(hold));
  EXPECT_EQ(Run({"hold", "1"}), kExitOk);
  EXPECT_THAT(out_.str(),
              HasSubstr("IV ketamine session by telehealth, with the team of Lake Forest\n"));

  Appointment booked = Booked();
  booked.set_modality(MODALITY_TELEHEALTH);
  EXPECT_CALL(*scheduling_, GetAppointment).WillOnce(Return(booked));
  EXPECT_EQ(Run({"show", "a1"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("where:        Lake Forest, by telehealth\n"));
  ListAppointmentsResponse list;
  *list.add_appointments() = booked;
  EXPECT_CALL(*scheduling_, ListAppointments).WillOnce(Return(list));
  EXPECT_EQ(Run({"list"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("  booked  telehealth  Lake Forest  "));
  DayBoard board;
  *board.add_rows()->mutable_appointment() = booked;
  EXPECT_CALL(*scheduling_, GetDayBoard).WillOnce(Return(board));
  EXPECT_EQ(Run({"board", "lake-forest"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("  booked  telehealth  IV ketamine session  "));
}

TEST_F(CallCenterTest, AVisitThatIsByVideoUnlessAskedIsFoundAndBookedInPerson) {
  ListVisitTypesResponse visit_types;
  VisitType* visit_type = visit_types.add_visit_types();
  visit_type->set_name("visitTypes/iv-session");
  visit_type->add_modalities(MODALITY_TELEHEALTH);
  visit_type->add_modalities(MODALITY_IN_PERSON);
  ON_CALL(*catalog_, ListVisitTypes).WillByDefault(Return(visit_types));
  FindSlotsResponse by_video = TwoSlots();
  by_video.mutable_slots(0)->set_modality(MODALITY_TELEHEALTH);
  FindSlotsRequest search;
  EXPECT_CALL(*scheduling_, FindSlots).WillRepeatedly(DoAll(SaveArg<0>(&search), Return(by_video)));
  EXPECT_EQ(Run({"slots", "iv-session"}), kExitOk);
  EXPECT_THAT(out_.str(),
              HasSubstr("These are by telehealth: --in-person shows the other times.\n"));
  EXPECT_EQ(Run({"book", "1", "--patient", "p-1", "--in-person"}), kExitConflict);
  EXPECT_THAT(err_.str(), HasSubstr("1 was not looked for in person: 'slots' with --in-person"));
  EXPECT_EQ(Run({"slots", "iv-session", "--in-person"}), kExitOk);
  EXPECT_EQ(search.query().modality(), MODALITY_IN_PERSON);
  EXPECT_THAT(out_.str(), Not(HasSubstr("the other times")));
  EXPECT_EQ(Run({"slots", "iv-session", "--in-person", "--telehealth"}), kExitUsage);

  CreateHoldRequest hold;
  EXPECT_CALL(*scheduling_, CreateHold).WillOnce(DoAll(SaveArg<0>(&hold), Return(Hold())));
  EXPECT_EQ(Run({"hold", "--visit-type", "iv-session", "--clinic", "lake-forest", "--at",
                 "tomorrow 10am", "--in-person"}),
            kExitOk);
  EXPECT_EQ(hold.hold().modality(), MODALITY_IN_PERSON);
}

TEST_F(CallCenterTest, AVisitInPersonIsMovedInPerson) {
  Appointment booked = Booked();
  booked.set_modality(MODALITY_IN_PERSON);
  EXPECT_CALL(*scheduling_, GetAppointment).WillRepeatedly(Return(booked));
  FindSlotsRequest search;
  EXPECT_CALL(*scheduling_, FindSlots)
      .WillRepeatedly(DoAll(SaveArg<0>(&search), Return(TwoSlots())));
  EXPECT_EQ(Run({"move", "a1"}), kExitOk);
  EXPECT_EQ(search.query().modality(), MODALITY_IN_PERSON);
  EXPECT_EQ(Run({"slots", "--move", "a1", "--telehealth"}), kExitOk);
  EXPECT_EQ(search.query().modality(), MODALITY_TELEHEALTH);
  CreateHoldRequest hold;
  EXPECT_CALL(*scheduling_, CreateHold).WillOnce(DoAll(SaveArg<0>(&hold), Return(Hold())));
  EXPECT_EQ(Run({"hold", "--visit-type", "iv-session", "--clinic", "lake-forest", "--at",
                 "tomorrow 10am", "--move", "a1"}),
            kExitOk);
  EXPECT_EQ(hold.hold().modality(), MODALITY_IN_PERSON);
}

TEST_F(CallCenterTest, AMonthIsACalendarOfFreeStarts) {
  CountSlotsRequest request;
  CountSlotsResponse reply;
  const auto add = [&](int month, int day, int starts) {
    auto* count = reply.add_counts();
    count->set_clinic("clinics/lake-forest");
    count->mutable_date()->set_year(2026);
    count->mutable_date()->set_month(month);
    count->mutable_date()->set_day(day);
    count->set_starts(starts);
  };
  add(11, 30, 7);
  add(12, 1, 14);
  add(12, 6, 3);
  EXPECT_CALL(*scheduling_, CountSlots)
      .Times(2)
      .WillRepeatedly(DoAll(SaveArg<0>(&request), Return(reply)));
  EXPECT_EQ(Run({"month", "iv-session", "lake-forest", "--month", "dec", "--with", "dr-okafor"}),
            kExitOk)
      << err_.str();
  EXPECT_EQ(request.query().visit_type(), "visitTypes/iv-session");
  EXPECT_THAT(request.query().required_resources(), ElementsAre("resources/dr-okafor"));
  EXPECT_EQ(request.bucket(), CountSlotsRequest::BUCKET_DAY);
  EXPECT_THAT(out_.str(), HasSubstr("Lake Forest, December 2026: the day, and how many"));
  EXPECT_THAT(out_.str(), HasSubstr("Mon  Tue    Wed  Thu  Fri  Sat  Sun\n"
                                    "     1: 14  2    3    4    5    6: 3\n"
                                    "7    8      9    10   11   12   13\n"));
  EXPECT_THAT(out_.str(), HasSubstr("28   29     30   31\n"));
  EXPECT_EQ(Run({"month", "iv-session", "lake-forest", "--month", "2026-12", "--json"}), kExitOk);
  const auto counts = nlohmann::json::parse(out_.str())["counts"];
  ASSERT_EQ(counts.size(), 2U) << "November's is not of the month";
  EXPECT_EQ(counts[0]["starts"], 14);
  EXPECT_EQ(Run({"month", "iv-session", "lake-forest", "--month", "brumaire"}), kExitUsage);
}

TEST_F(CallCenterTest, AMonthWithoutAFreeStartSaysSo) {
  EXPECT_CALL(*scheduling_, CountSlots).WillOnce(Return(CountSlotsResponse()));
  EXPECT_EQ(Run({"month", "iv-session", "lake-forest"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("Lake Forest, November 2026: nothing is free.\n"));
}

TEST_F(CallCenterTest, AStepIsRecordedAsOfWhenItHappened) {
  EXPECT_CALL(*scheduling_, GetAppointment).WillRepeatedly(Return(Booked()));
  RecordArrivalRequest arrival;
  StartAppointmentRequest start;
  CompleteAppointmentRequest completion;
  EXPECT_CALL(*scheduling_, RecordArrival).WillOnce(DoAll(SaveArg<0>(&arrival), Return(Booked())));
  EXPECT_CALL(*scheduling_, StartAppointment).WillOnce(DoAll(SaveArg<0>(&start), Return(Booked())));
  EXPECT_CALL(*scheduling_, CompleteAppointment)
      .WillOnce(DoAll(SaveArg<0>(&completion), Return(Booked())));
  // It is Monday, 10:00 at the clinic.
  EXPECT_EQ(Run({"arrive", "a1", "--at", "9:40"}), kExitOk) << err_.str();
  EXPECT_EQ(FromProto(arrival.time()), kNow - absl::Minutes(20));
  EXPECT_EQ(Run({"start", "a1", "--phase", "dosing"}), kExitOk) << err_.str();
  EXPECT_EQ(start.phase(), "dosing");
  EXPECT_FALSE(start.has_time());
  EXPECT_EQ(Run({"complete", "a1", "--at", "11pm"}), kExitOk) << err_.str();
  EXPECT_EQ(FromProto(completion.time()), kNow - absl::Hours(11)) << "last night's";
  EXPECT_EQ(Run({"arrive", "a1", "--at", "teatime"}), kExitUsage);
}

TEST_F(CallCenterTest, HelpTellsOfEachChoiceOnce) {
  EXPECT_EQ(Run({"cancel", "--help"}), kExitOk);
  const std::string help = out_.str();
  const size_t first = help.find("feels-better");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(help.find("feels-better", first + 1), std::string::npos) << help;
  EXPECT_THAT(help, HasSubstr("Or --reason"));
}

TEST_F(CallCenterTest, ListMakesAFilter) {
  ListAppointmentsRequest request;
  ListAppointmentsResponse reply;
  *reply.add_appointments() = Booked();
  EXPECT_CALL(*scheduling_, ListAppointments).WillOnce(DoAll(SaveArg<0>(&request), Return(reply)));
  EXPECT_EQ(Run({"list", "--clinic", "lake-forest", "--from", "today", "--days", "1", "--all"}),
            kExitOk)
      << err_.str();
  EXPECT_EQ(request.filter(),
            "clinic = \"clinics/lake-forest\" AND start_time >= \"2026-11-23T00:00:00-08:00\" AND "
            "start_time < \"2026-11-24T00:00:00-08:00\"");
  EXPECT_TRUE(request.show_ended());
  EXPECT_THAT(out_.str(), HasSubstr("patients/p-1"));
}

TEST_F(CallCenterTest, WatchShowsChangesAndGaps) {
  std::vector<WatchAppointmentsResponse> messages(3);
  *messages[0].mutable_change()->mutable_appointment() = Booked();
  messages[0].mutable_change()->set_kind(WatchAppointmentsResponse::KIND_RESCHEDULED);
  messages[1].mutable_heartbeat();
  messages[2].mutable_resync();
  WatchAppointmentsRequest request;
  EXPECT_CALL(*scheduling_, WatchAppointments)
      .WillOnce([&](const WatchAppointmentsRequest& asked, const CallOptions&) {
        request = asked;
        return std::make_unique<ScriptedWatch>(messages);
      });
  EXPECT_EQ(Run({"watch"}), kExitUnavailable);
  EXPECT_EQ(request.scopes(0).clinic(), "clinics/-");
  EXPECT_EQ(out_.str(),
            "Changes as they happen. Ctrl-C ends it.\n"
            "rescheduled  booked  Tue Nov 24 10:00 AM PST  Lake Forest  IV ketamine session  "
            "patients/p-1  appointments/a1\n"
            "Some changes were missed: list again.\n");
}

TEST_F(CallCenterTest, TheCatalogIsShown) {
  EXPECT_EQ(Run({"clinics"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("clinics/lake-forest  Lake Forest"));
  EXPECT_EQ(Run({"visit-types"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("visitTypes/iv-session  IV ketamine session  120"))
      << "what the patient spends";
}

TEST_F(CallCenterTest, WithoutRightsOrServerTheExitCodeTells) {
  EXPECT_CALL(*scheduling_, GetAppointment)
      .WillOnce(Return(absl::PermissionDeniedError("no")))
      .WillOnce(Return(absl::UnauthenticatedError("no token")))
      .WillOnce(Return(absl::UnavailableError("refused")));
  EXPECT_EQ(Run({"show", "a1"}), kExitNotFound);
  EXPECT_EQ(Run({"show", "a1"}), kExitSignedOut);
  EXPECT_THAT(err_.str(), HasSubstr("CLARITY_TOKEN_FILE"));
  EXPECT_EQ(Run({"show", "a1"}), kExitUnavailable);
}

TEST_F(CallCenterTest, WrongUseEndsWithTwoAndHelpShowsExamples) {
  EXPECT_EQ(Run({"slots"}), kExitUsage);
  EXPECT_EQ(Run({"slots", "--visit-type", "x", "--days", "0"}), kExitUsage);
  EXPECT_EQ(Run({"clinics", "--caller-zone", "Mars/Base"}), kExitUsage);
  EXPECT_EQ(Run({"--help"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("Exit codes:"));
  for (const char* command :
       {"slots", "next",   "month",   "explain", "hold",  "renew",    "release",    "book",
        "move",  "cancel", "confirm", "arrive",  "start", "complete", "no-show",    "undo",
        "show",  "list",   "orders",  "board",   "watch", "clinics",  "visit-types"}) {
    EXPECT_EQ(Run({command, "--help"}), kExitOk);
    EXPECT_THAT(out_.str(), HasSubstr("Examples:")) << command;
  }
}

TEST_F(CallCenterTest, ThereAreManyReasonsToCancelAndHelpFitsATerminalAllTheSame) {
  EXPECT_EQ(Run({"cancel", "--help"}), kExitOk);
  std::istringstream lines(out_.str());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  EXPECT_THAT(out_.str(), HasSubstr("staff-away"));
  EXPECT_THAT(out_.str(), HasSubstr("weather"));
}

}  // namespace
}  // namespace clarity::client
