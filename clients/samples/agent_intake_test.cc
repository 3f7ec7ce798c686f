// How an application tests what it does with a CareClient: the stubs are mocks, no server runs.

#include "clients/samples/agent_intake.h"

#include <memory>

#include "clients/core/errors.h"
#include "clients/core/mocks/mock_care.h"
#include "clients/core/mocks/mock_catalog_connection.h"
#include "clients/core/mocks/mock_order_connection.h"
#include "clients/core/mocks/mock_scheduling_connection.h"
#include "clients/core/mocks/refusal.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace clarity::samples {
namespace {

using namespace consultation::v1;  // NOLINT: the vocabulary of every line below
using client::Answers;
using client::Refusal;
using client::Refuses;
using scheduling::v1::Appointment;
using scheduling::v1::BookAppointmentRequest;
using scheduling::v1::FindSlotsRequest;
using scheduling::v1::FindSlotsResponse;
using ::testing::DoAll;
using ::testing::ElementsAre;
using ::testing::Return;
using ::testing::SaveArg;

Patient Named(const char* name) {
  Patient patient;
  patient.set_name(name);
  patient.add_phone_numbers()->set_number("+19495550100");
  return patient;
}

IsCaller Is(const std::string& name) {
  return [name](const Patient& record) { return record.name() == name; };
}

class AgentIntakeTest : public testing::Test {
 protected:
  void SomebodyLooksAlike() {
    absl::Status alike = Refusal("LIKELY_DUPLICATE");
    LikelyDuplicates duplicates;
    duplicates.add_candidates()->set_patient("patients/alike");
    client::AddDetail(&alike, duplicates);
    EXPECT_CALL(mock_.patients(), SearchPatients).WillOnce(Answers(SearchPatientsResponse()));
    EXPECT_CALL(mock_.patients(), CreatePatient)
        .WillOnce(Refuses(alike))
        .WillRepeatedly(DoAll(SaveArg<1>(&created_), Answers(Named("patients/new"))));
    BatchGetPatientsResponse records;
    *records.add_items()->mutable_patient() = Named("patients/alike");
    EXPECT_CALL(mock_.patients(), BatchGetPatients).WillOnce(Answers(records));
  }

  client::MockCare mock_;
  const client::CareClient care_{mock_.connections()};
  CreatePatientRequest created_;
};

TEST_F(AgentIntakeTest, OfThoseWithTheNumberItIsWhomTheAgentHasAsked) {
  SearchPatientsResponse found;
  *found.add_matches()->mutable_patient() = Named("patients/spouse");
  *found.add_matches()->mutable_patient() = Named("patients/ana");
  EXPECT_CALL(mock_.patients(), SearchPatients).WillOnce(Answers(found));
  const auto patient = RecordOfCaller(care_, Named(""), Is("patients/ana"));
  ASSERT_TRUE(patient.ok()) << patient.status();
  EXPECT_EQ(patient->name(), "patients/ana");
}

TEST_F(AgentIntakeTest, ARecordThatLooksAlikeIsTakenWhereItIsTheirs) {
  SomebodyLooksAlike();
  const auto patient = RecordOfCaller(care_, Named(""), Is("patients/alike"));
  ASSERT_TRUE(patient.ok()) << patient.status();
  EXPECT_EQ(patient->name(), "patients/alike");
}

TEST_F(AgentIntakeTest, AndToldApartWhereItIsNot) {
  SomebodyLooksAlike();
  const auto patient = RecordOfCaller(care_, Named(""), Is("patients/nobody"));
  ASSERT_TRUE(patient.ok()) << patient.status();
  EXPECT_EQ(patient->name(), "patients/new");
  EXPECT_THAT(created_.confirmed_distinct_from(), ElementsAre("patients/alike"));
}

TEST_F(AgentIntakeTest, FirstContactOpensAnEpisode) {
  Pathway pathway;
  pathway.mutable_episode()->set_name("episodes/e");
  EXPECT_CALL(mock_.episodes(), GetPathway)
      .WillOnce(Refuses(Refusal("NO_EPISODE")))
      .WillOnce(Answers(pathway));
  OpenEpisodeRequest open;
  EXPECT_CALL(mock_.episodes(), OpenEpisode).WillOnce(DoAll(SaveArg<1>(&open), Answers(Episode())));
  const auto opened = PathwayOf(care_, Named("patients/ana"), Episode::REASON_PTSD);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->episode().name(), "episodes/e");
  EXPECT_EQ(open.episode().patient(), "patients/ana");
  EXPECT_THAT(open.episode().reasons(), ElementsAre(Episode::REASON_PTSD));
}

class BookWhatIsNextTest : public testing::Test {
 protected:
  BookWhatIsNextTest() {
    pathway_.mutable_episode()->set_patient("patients/ana");
    pathway_.mutable_episode()->set_clinic("clinics/lake-forest");
    pathway_.add_bookable()->set_visit_type("visitTypes/iv-session");
    pathway_.mutable_bookable(0)->set_order("orders/o");
  }
  const std::shared_ptr<client::MockSchedulingConnection> scheduling_ =
      std::make_shared<client::MockSchedulingConnection>();
  const client::CallCenterClient visits_{scheduling_,
                                         std::make_shared<client::MockCatalogConnection>(),
                                         std::make_shared<client::MockOrderConnection>()};
  Pathway pathway_;
};

TEST_F(BookWhatIsNextTest, TheOrderThatThePathwayNamesIsSearchedAndBookedWith) {
  FindSlotsResponse slots;
  slots.add_slots()->set_visit_type("visitTypes/iv-session");
  FindSlotsRequest search;
  BookAppointmentRequest booking;
  EXPECT_CALL(*scheduling_, FindSlots).WillOnce(DoAll(SaveArg<0>(&search), Return(slots)));
  EXPECT_CALL(*scheduling_, BookAppointment)
      .WillOnce(DoAll(SaveArg<0>(&booking), Return(Appointment())));
  EXPECT_TRUE(BookWhatIsNext(visits_, pathway_, absl::UnixEpoch()).ok());
  EXPECT_THAT(search.query().clinics(), ElementsAre("clinics/lake-forest"));
  EXPECT_EQ(search.order(), "orders/o");
  EXPECT_EQ(booking.order(), "orders/o");
  EXPECT_EQ(booking.participants(0).patient(), "patients/ana");
}

TEST_F(BookWhatIsNextTest, WithAnAlertOpenTheCallIsForAClinician) {
  pathway_.set_safety_alert_open(true);
  EXPECT_CALL(*scheduling_, FindSlots).Times(0);
  EXPECT_TRUE(
      absl::IsFailedPrecondition(BookWhatIsNext(visits_, pathway_, absl::UnixEpoch()).status()));
}

}  // namespace
}  // namespace clarity::samples
