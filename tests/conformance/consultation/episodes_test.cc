// From first contact on: episodes, calls, the two weeks, and what must not be lost.

#include <string>
#include <vector>

#include "tests/conformance/consultation/consultation_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ToCall = v1::ListOverdueContactsResponse;

class EpisodesTest : public CareTest {
 protected:
  v1::Episode Present(const v1::Episode& episode) const {
    v1::GetEpisodeRequest request;
    request.set_name(episode.name());
    return Value(agent_.episodes->Call(&EpisodeStub::GetEpisode, request));
  }
  std::vector<ToCall::OverdueContact> WhomToCall(const ConsultationConnections& caller,
                                                 const std::string& clinic = "") const {
    v1::ListOverdueContactsRequest request;
    request.set_clinic(clinic);
    request.set_page_size(1);
    std::vector<ToCall::OverdueContact> all;
    do {
      const auto page = Value(caller.episodes->Call(&EpisodeStub::ListOverdueContacts, request));
      all.insert(all.end(), page.overdue_contacts().begin(), page.overdue_contacts().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return all;
  }
  static std::vector<ToCall::Cause> Causes(const std::vector<ToCall::OverdueContact>& items) {
    std::vector<ToCall::Cause> causes;
    for (const auto& item : items) causes.push_back(item.cause());
    return causes;
  }
};

TEST_F(EpisodesTest, TheTwoWeeksAreCountedInDaysOfTheClinic) {
  clock().Set(At("2026-03-02 23:50"));  // the third, in UTC
  const auto episode = Opened(NewPatient("Ortiz"));
  EXPECT_EQ(episode.state(), v1::Episode::STATE_ACTIVE);
  EXPECT_EQ(episode.step(), v1::STEP_BOOKING);
  EXPECT_EQ(episode.consultation_due_date().month(), 3);
  EXPECT_EQ(episode.consultation_due_date().day(), 16);

  clock().Set(At("2026-03-08 23:59"));  // day 6; the clocks have gone forward
  EXPECT_THAT(WhomToCall(agent_), IsEmpty());
  clock().Set(At("2026-03-09 00:00"));
  auto items = WhomToCall(agent_);
  ASSERT_THAT(Causes(items), ElementsAre(ToCall::CAUSE_DUE_SOON));
  EXPECT_EQ(items[0].days_since_contact(), 7);
  EXPECT_EQ(Local(FromWire(items[0].due_time())), "2026-03-17 00:00");
  clock().Set(At("2026-03-16 23:59"));
  EXPECT_THAT(Causes(WhomToCall(agent_)), ElementsAre(ToCall::CAUSE_DUE_SOON));
  clock().Set(At("2026-03-17 00:00"));
  EXPECT_THAT(Causes(WhomToCall(agent_)), ElementsAre(ToCall::CAUSE_OVERDUE));
}

TEST_F(EpisodesTest, AConsultationBookedInTimeSettlesItAndOneMissedDoesNot) {
  const std::string patient = NewPatient("Ortiz");
  const auto episode = Opened(patient);
  const auto booked = Value(scheduling_.AsAgent().BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-12 10:00", patient)));
  Eventually([&] { return Present(episode).step() == v1::STEP_CONSULTATION; });
  clock().Set(At("2026-03-10 10:00"));
  EXPECT_THAT(WhomToCall(agent_), IsEmpty());

  scheduling::v1::CancelAppointmentRequest cancel = Cancellation(booked);
  Value(scheduling_.AsAgent().CancelAppointment(cancel));
  Eventually([&] { return Present(episode).step() == v1::STEP_BOOKING; });
  EXPECT_THAT(Causes(WhomToCall(agent_)), ElementsAre(ToCall::CAUSE_DUE_SOON));

  const auto late = Value(scheduling_.AsAgent().BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-19 10:00", patient)));
  Eventually([&] { return Present(episode).step() == v1::STEP_CONSULTATION; });
  const auto items = WhomToCall(agent_);
  ASSERT_THAT(Causes(items), ElementsAre(ToCall::CAUSE_DUE_SOON)) << "it is too late";
  EXPECT_EQ(items[0].appointment(), late.name());
}

TEST_F(EpisodesTest, WhatSchedulingToldWhileWeWereAwayIsCaughtUp) {
  const std::string patient = NewPatient("Ortiz");
  const auto episode = Opened(patient);
  Value(scheduling_.AsAgent().BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-05 10:00", patient)));
  server_.Restart();
  Eventually([&] { return Present(episode).step() == v1::STEP_CONSULTATION; });
}

TEST_F(EpisodesTest, TheConsultationIsOverWhenItHasTakenPlace) {
  const std::string patient = NewPatient("Ortiz");
  const auto episode = Opened(patient);
  const auto visit = Value(scheduling_.AsAgent().BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-05 10:00", patient)));
  clock().Set(At("2026-03-05 09:55"));
  scheduling::v1::RecordArrivalRequest arrive;
  arrive.set_name(visit.name());
  Value(scheduling_.scheduling->RecordArrival(arrive, {}));
  clock().Set(At("2026-03-05 10:00"));
  scheduling::v1::StartAppointmentRequest start;
  start.set_name(visit.name());
  Value(scheduling_.scheduling->StartAppointment(start, {}));
  scheduling::v1::CompleteAppointmentRequest complete;
  complete.set_name(visit.name());
  clock().Set(At("2026-03-05 11:00"));
  Value(scheduling_.scheduling->CompleteAppointment(complete, {}));
  Eventually([&] { return Present(episode).step() == v1::STEP_EVALUATION; });
  clock().Set(At("2026-03-30 10:00"));
  EXPECT_THAT(WhomToCall(agent_), IsEmpty()) << "the promise was kept";
}

TEST_F(EpisodesTest, APatientHasOneOpenEpisode) {
  const std::string patient = NewPatient("Ortiz");
  const auto episode = Opened(patient);
  EXPECT_THAT(agent_.episodes->Call(&EpisodeStub::OpenEpisode, NewEpisode(patient)),
              Refused(StatusCode::kFailedPrecondition, "EPISODE_OPEN"));
  v1::CloseEpisodeRequest close;
  close.set_name(episode.name());
  close.set_outcome(v1::Episode::OUTCOME_WITHDRAWN);
  close.set_reason("moved away");
  EXPECT_THAT(agent_.episodes->Call(&EpisodeStub::CloseEpisode, close),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  EXPECT_EQ(Value(staff_.episodes->Call(&EpisodeStub::CloseEpisode, close)).state(),
            v1::Episode::STATE_CLOSED);
  EXPECT_THAT(staff_.episodes->Call(&EpisodeStub::CloseEpisode, close),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_THAT(agent_.episodes->Call(&EpisodeStub::LogContact,
                                    NewContact(episode, v1::Contact::DISPOSITION_REACHED)),
              Refused(StatusCode::kFailedPrecondition, "EPISODE_CLOSED"));
  Opened(patient);
  v1::ListEpisodesRequest list;
  list.set_patient(patient);
  EXPECT_THAT(Value(agent_.episodes->Call(&EpisodeStub::ListEpisodes, list)).episodes(), SizeIs(1));
  list.set_show_closed(true);
  EXPECT_THAT(Value(agent_.episodes->Call(&EpisodeStub::ListEpisodes, list)).episodes(), SizeIs(2));
}

TEST_F(EpisodesTest, WhyAnEpisodeWasClosedIsForStaff) {
  const std::string patient = NewPatient("Ortiz");
  v1::CloseEpisodeRequest close;
  close.set_name(Opened(patient).name());
  close.set_outcome(v1::Episode::OUTCOME_DECLINED);
  close.set_reason("a note among clinicians");
  Value(staff_.episodes->Call(&EpisodeStub::CloseEpisode, close));
  v1::GetEpisodeRequest get;
  get.set_name(close.name());
  const auto own = Value(Patient(patient).episodes->Call(&EpisodeStub::GetEpisode, get));
  EXPECT_EQ(own.closing().outcome(), v1::Episode::OUTCOME_DECLINED);
  EXPECT_EQ(own.closing().reason(), "");
  v1::ListEpisodesRequest list;
  list.set_show_closed(true);
  const auto listed = Value(Patient(patient).episodes->Call(&EpisodeStub::ListEpisodes, list));
  ASSERT_THAT(listed.episodes(), SizeIs(1));
  EXPECT_EQ(listed.episodes(0).closing().reason(), "");
  const auto by_agent = Value(agent_.episodes->Call(&EpisodeStub::GetEpisode, get));
  EXPECT_EQ(by_agent.closing().outcome(), v1::Episode::OUTCOME_DECLINED);
  EXPECT_EQ(by_agent.closing().reason(), "");
  EXPECT_EQ(Value(staff_.episodes->Call(&EpisodeStub::GetEpisode, get)).closing().reason(),
            "a note among clinicians");
}

TEST_F(EpisodesTest, WhatCannotBeIsRefused) {
  const std::string patient = NewPatient("Ortiz");
  auto request = NewEpisode(patient);
  *request.mutable_episode()->mutable_contact_time() = ToWire(clock().Now() + absl::Minutes(1));
  request.mutable_episode()->add_reasons(v1::Episode::REASON_OTHER);
  EXPECT_THAT(ViolatedFields(agent_.episodes->Call(&EpisodeStub::OpenEpisode, request).status()),
              ElementsAre("episode.contact_time", "episode.reason_note"));
  EXPECT_THAT(
      Patient("patients/other").episodes->Call(&EpisodeStub::OpenEpisode, NewEpisode(patient)),
      Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_F(EpisodesTest, WhoReferredThemIsKeptWithTheNumberToCall) {
  auto request = NewEpisode(NewPatient("Ortiz"));
  request.mutable_episode()->set_source(v1::Episode::SOURCE_REFERRAL);
  v1::Referrer& referrer = *request.mutable_episode()->mutable_referrer();
  referrer.set_organization("Harbor Family Practice");
  referrer.mutable_phone_number()->set_use(v1::PhoneNumber::USE_WORK);
  EXPECT_THAT(ViolatedFields(agent_.episodes->Call(&EpisodeStub::OpenEpisode, request).status()),
              ElementsAre("episode.referrer.display_name", "episode.referrer.phone_number.number"));
  referrer.set_display_name("Dr. Hale");
  referrer.mutable_phone_number()->set_number("next door");
  EXPECT_THAT(ViolatedFields(agent_.episodes->Call(&EpisodeStub::OpenEpisode, request).status()),
              ElementsAre("episode.referrer.phone_number.number"));
  referrer.mutable_phone_number()->set_number("(949) 555-0170");
  const auto opened = Value(agent_.episodes->Call(&EpisodeStub::OpenEpisode, request));
  EXPECT_EQ(opened.referrer().display_name(), "Dr. Hale");
  EXPECT_EQ(opened.referrer().phone_number().number(), "+19495550170");
}

TEST_F(EpisodesTest, ACallBackIsOpenUntilSomebodyIsReached) {
  const auto episode = Opened(NewPatient("Ortiz"));
  auto contact = NewContact(episode, v1::Contact::DISPOSITION_MESSAGE_LEFT);
  *contact.mutable_contact()->mutable_callback_time() = ToWire(At("2026-03-03 15:00"));
  contact.mutable_contact()->set_callback_number("949 555 0100");
  contact.mutable_contact()->set_note("prefers afternoons");
  Value(agent_.episodes->Call(&EpisodeStub::LogContact, contact));
  EXPECT_THAT(WhomToCall(agent_), IsEmpty());
  clock().Set(At("2026-03-03 15:00"));
  const auto items = WhomToCall(agent_);
  ASSERT_THAT(Causes(items), ElementsAre(ToCall::CAUSE_CALLBACK));
  EXPECT_EQ(items[0].last_contact().note(), "prefers afternoons");
  EXPECT_EQ(items[0].last_contact().callback_number(), "+19495550100");
  Value(agent_.episodes->Call(&EpisodeStub::LogContact,
                              NewContact(episode, v1::Contact::DISPOSITION_NO_ANSWER)));
  EXPECT_THAT(WhomToCall(agent_), SizeIs(1));
  Value(agent_.episodes->Call(&EpisodeStub::LogContact,
                              NewContact(episode, v1::Contact::DISPOSITION_REACHED)));
  EXPECT_THAT(WhomToCall(agent_), IsEmpty());
  v1::ListContactsRequest list;
  list.set_episode(episode.name());
  const auto contacts = Value(agent_.episodes->Call(&EpisodeStub::ListContacts, list)).contacts();
  ASSERT_THAT(contacts, SizeIs(3));
  EXPECT_EQ(contacts[2].disposition(), v1::Contact::DISPOSITION_MESSAGE_LEFT) << "the newest first";
}

TEST_F(EpisodesTest, TheMostUrgentAreCalledFirstAndOnlyOfTheOwnClinics) {
  Opened(NewPatient("Overdue"));
  clock().Set(At("2026-03-10 08:00"));
  Opened(NewPatient("Soon"));
  clock().Set(At("2026-03-17 08:00"));
  EXPECT_THAT(Causes(WhomToCall(agent_)),
              ElementsAre(ToCall::CAUSE_OVERDUE, ToCall::CAUSE_DUE_SOON));
  EXPECT_THAT(WhomToCall(CallerOf(kIrvine, "AGENT")), IsEmpty());
  EXPECT_THAT(WhomToCall(agent_, kIrvine), IsEmpty());
}

TEST_F(EpisodesTest, WhoIsDeclinedIsCalledForNoConsultation) {
  const auto episode = Opened(NewPatient("Ortiz"));
  clock().Set(At("2026-03-17 08:00"));
  EXPECT_THAT(Causes(WhomToCall(agent_)), ElementsAre(ToCall::CAUSE_OVERDUE));
  v1::DecideClearanceRequest decline;
  decline.set_episode(episode.name());
  decline.set_verdict(v1::Clearance::VERDICT_DECLINED);
  decline.set_reason("not for us");
  Value(clinician_.clearances->Call(&ClearanceStub::DecideClearance, decline));
  EXPECT_EQ(Present(episode).state(), v1::Episode::STATE_STOPPED);
  EXPECT_THAT(WhomToCall(agent_), IsEmpty());

  // That somebody promised to call them still counts.
  auto contact = NewContact(episode, v1::Contact::DISPOSITION_MESSAGE_LEFT);
  *contact.mutable_contact()->mutable_callback_time() = ToWire(clock().Now() + absl::Hours(1));
  Value(agent_.episodes->Call(&EpisodeStub::LogContact, contact));
  clock().Advance(absl::Hours(2));
  EXPECT_THAT(Causes(WhomToCall(agent_)), ElementsAre(ToCall::CAUSE_CALLBACK));
}

TEST_F(EpisodesTest, AnAlertStaysOpenUntilAClinicianTakesItUp) {
  const std::string patient = NewPatient("Ortiz");
  const auto episode = Opened(patient);
  const auto alert =
      Value(agent_.episodes->Call(&EpisodeStub::RaiseSafetyAlert, NewAlert(patient)));
  EXPECT_EQ(alert.owner(), "practitioners/dr-okafor");
  EXPECT_EQ(FromWire(alert.due_time()), clock().Now() + absl::Minutes(30));

  v1::CloseEpisodeRequest close;
  close.set_name(episode.name());
  close.set_outcome(v1::Episode::OUTCOME_WITHDRAWN);
  close.set_reason("no longer wants it");
  EXPECT_THAT(staff_.episodes->Call(&EpisodeStub::CloseEpisode, close),
              Refused(StatusCode::kFailedPrecondition, "ALERT_OPEN"));
  EXPECT_THAT(agent_.episodes->Call(&EpisodeStub::ListSafetyAlerts, v1::ListSafetyAlertsRequest()),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));

  server_.Restart();
  const auto open = Value(
      clinician_.episodes->Call(&EpisodeStub::ListSafetyAlerts, v1::ListSafetyAlertsRequest()));
  ASSERT_THAT(open.alerts(), SizeIs(1));
  v1::AcknowledgeSafetyAlertRequest take_up;
  take_up.set_name(alert.name());
  take_up.set_action("called back; safe tonight; seen tomorrow");
  EXPECT_THAT(staff_.episodes->Call(&EpisodeStub::AcknowledgeSafetyAlert, take_up),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  const auto taken =
      Value(clinician_.episodes->Call(&EpisodeStub::AcknowledgeSafetyAlert, take_up));
  EXPECT_EQ(taken.acknowledgement().practitioner(), "practitioners/dr-okafor");
  EXPECT_THAT(clinician_.episodes->Call(&EpisodeStub::AcknowledgeSafetyAlert, take_up),
              Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
  Value(staff_.episodes->Call(&EpisodeStub::CloseEpisode, close));
}

TEST_F(EpisodesTest, AnAlertDoesNotWaitForARecordOrAPolicy) {
  auto request = NewAlert("");
  EXPECT_THAT(
      ViolatedFields(agent_.episodes->Call(&EpisodeStub::RaiseSafetyAlert, request).status()),
      ElementsAre("alert.caller_label"));
  request.mutable_alert()->set_caller_label("Ana, 949-555-0100");
  request.mutable_alert()->set_clinic(kPhoenix);
  const auto alert = Value(agent_.episodes->Call(&EpisodeStub::RaiseSafetyAlert, request));
  EXPECT_EQ(alert.owner(), "") << "nobody goes by a policy there";
  EXPECT_TRUE(alert.has_due_time());
}

TEST_F(EpisodesTest, AnAlertForAClinicThatNobodyKnowsGoesToThePatientsOwnOrIsRefused) {
  auto request = NewAlert(NewPatient("Ortiz"));
  request.mutable_alert()->set_clinic("clinics/lake-forrest");
  EXPECT_EQ(Value(agent_.episodes->Call(&EpisodeStub::RaiseSafetyAlert, request)).clinic(),
            kLakeForest);
  v1::ListSafetyAlertsRequest list;
  list.set_clinic(kLakeForest);
  EXPECT_THAT(Value(clinician_.episodes->Call(&EpisodeStub::ListSafetyAlerts, list)).alerts(),
              SizeIs(1));

  request = NewAlert("");
  request.mutable_alert()->set_caller_label("Ana, 949-555-0100");
  request.mutable_alert()->set_clinic("clinics/lake-forrest");
  absl::Status refused;
  Eventually([&] {
    refused = agent_.episodes->Call(&EpisodeStub::RaiseSafetyAlert, request).status();
    return !absl::IsUnavailable(refused);
  });
  EXPECT_THAT(refused, Refused(StatusCode::kNotFound, "NOT_FOUND"));
  list.set_clinic("clinics/lake-forrest");
  EXPECT_THAT(staff_.episodes->Call(&EpisodeStub::ListSafetyAlerts, list),
              Refused(StatusCode::kNotFound, "NOT_FOUND"))
      << "it must not look as if nothing were open";
}

TEST_F(EpisodesTest, AnAlertForWhomTheCallerSeesNoRecordOfKeepsTheirIdAndTellsNothingOfARecord) {
  const auto agent = CallerOf(kLakeForest, "AGENT");
  for (const std::string& patient : {std::string("patients/p-9"), NewPatient("Ortiz", kIrvine)}) {
    auto request = NewAlert(patient);
    EXPECT_EQ(Value(agent.episodes->Call(&EpisodeStub::RaiseSafetyAlert, request)).caller_label(),
              patient);
    request.mutable_alert()->set_caller_label("her mother");
    const auto alert = Value(agent.episodes->Call(&EpisodeStub::RaiseSafetyAlert, request));
    EXPECT_EQ(alert.patient(), "");
    EXPECT_EQ(alert.caller_label(), patient + ", her mother");
    EXPECT_EQ(alert.clinic(), kLakeForest);
  }
  const auto open = Value(
      clinician_.episodes->Call(&EpisodeStub::ListSafetyAlerts, v1::ListSafetyAlertsRequest()));
  EXPECT_THAT(open.alerts(), SizeIs(4));
}

TEST_F(EpisodesTest, AnAlertIsSeenWhereThePatientHasGoneSince) {
  const std::string patient = NewPatient("Ortiz");
  const auto alert =
      Value(agent_.episodes->Call(&EpisodeStub::RaiseSafetyAlert, NewAlert(patient)));
  const auto there = Clinician("practitioners/dr-lindqvist", kIrvine);
  v1::ListSafetyAlertsRequest all;
  v1::ListSafetyAlertsRequest of_irvine;
  of_irvine.set_clinic(kIrvine);
  EXPECT_THAT(Value(there.episodes->Call(&EpisodeStub::ListSafetyAlerts, all)).alerts(), IsEmpty());

  v1::GetPatientRequest get;
  get.set_name(patient);
  v1::UpdatePatientRequest move;
  *move.mutable_patient() = Value(agent_.patients->Call(&PatientStub::GetPatient, get));
  move.mutable_patient()->set_clinic(kIrvine);
  move.mutable_update_mask()->add_paths("clinic");
  Value(agent_.patients->Call(&PatientStub::UpdatePatient, move));
  for (const auto& list : {all, of_irvine}) {
    EXPECT_THAT(Value(there.episodes->Call(&EpisodeStub::ListSafetyAlerts, list)).alerts(),
                SizeIs(1));
  }
  EXPECT_THAT(Value(clinician_.episodes->Call(&EpisodeStub::ListSafetyAlerts, all)).alerts(),
              SizeIs(1));
  v1::AcknowledgeSafetyAlertRequest take_up;
  take_up.set_name(alert.name());
  take_up.set_action("called back");
  EXPECT_EQ(Value(there.episodes->Call(&EpisodeStub::AcknowledgeSafetyAlert, take_up)).owner(),
            "practitioners/dr-lindqvist");
}

TEST_F(EpisodesTest, AnOpenAlertIsListedBesideManyThatWereTakenUp) {
  const std::string patient = NewPatient("Ortiz");
  v1::AcknowledgeSafetyAlertRequest take_up;
  take_up.set_action("called back");
  for (int i = 0; i < 60; ++i) {
    take_up.set_name(
        Value(agent_.episodes->Call(&EpisodeStub::RaiseSafetyAlert, NewAlert(patient))).name());
    Value(clinician_.episodes->Call(&EpisodeStub::AcknowledgeSafetyAlert, take_up));
    clock().Advance(absl::Seconds(1));
  }
  const auto open = Value(agent_.episodes->Call(&EpisodeStub::RaiseSafetyAlert, NewAlert(patient)));
  v1::ListSafetyAlertsRequest list;
  list.set_page_size(5);
  for (const std::string& of : {std::string(), patient}) {
    list.set_patient(of);
    std::vector<std::string> names;
    do {
      const auto page = Value(clinician_.episodes->Call(&EpisodeStub::ListSafetyAlerts, list));
      for (const auto& alert : page.alerts()) names.push_back(alert.name());
      list.set_page_token(page.next_page_token());
    } while (!list.page_token().empty());
    EXPECT_THAT(names, ElementsAre(open.name()));
  }
}

TEST_F(EpisodesTest, TwoRecordsOfOnePersonBringTheirEpisodesTogether) {
  const std::string from = NewPatient("Ortiz");
  const std::string to = NewPatient("Lopez");
  const auto episode = Opened(from);
  v1::MergePatientsRequest merge;
  merge.set_from_patient(from);
  merge.set_to_patient(to);
  merge.set_reason("married");
  {
    const auto second = Opened(to);
    EXPECT_THAT(staff_.patients->Call(&PatientStub::MergePatients, merge),
                Refused(StatusCode::kFailedPrecondition, "EPISODE_OPEN"));
    v1::CloseEpisodeRequest close;
    close.set_name(second.name());
    close.set_outcome(v1::Episode::OUTCOME_WITHDRAWN);
    close.set_reason("opened twice");
    Value(staff_.episodes->Call(&EpisodeStub::CloseEpisode, close));
  }
  Value(staff_.patients->Call(&PatientStub::MergePatients, merge));
  EXPECT_EQ(Present(episode).patient(), to);
}

}  // namespace
}  // namespace clarity::tests
