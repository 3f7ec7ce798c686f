// Every situation of the table of errors: its code, its reason, and what comes with it. That
// details fit into gRPC's metadata and come from our domain is looked at in all of them, see
// Refused().

#include "absl/time/clock.h"
#include "clients/core/channel.h"
#include "clients/core/health.h"
#include "tests/conformance/conformance_test.h"
#include "tests/support/full_disk.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ErrorsTest : public ConformanceTest {
 protected:
  static absl::Duration RetryAfter(const absl::Status& status) {
    const auto info = client::DetailOf<google::rpc::RetryInfo>(status);
    return info.has_value() ? absl::Seconds(info->retry_delay().seconds()) : absl::ZeroDuration();
  }

  std::shared_ptr<grpc::Channel> ChannelToServer() const {
    client::ChannelOptions where;
    where.server = server_.address();
    return Value(client::MakeChannel(where));
  }
  // The server looks about once a second.
  static void AwaitHealth(const std::shared_ptr<grpc::Channel>& channel, bool serving) {
    const absl::Time limit = absl::Now() + absl::Minutes(1);
    while (Value(client::IsServing(channel, absl::Seconds(30))) != serving) {
      ASSERT_LT(absl::Now(), limit);
      absl::SleepFor(absl::Milliseconds(10));
    }
  }

  const client::CallCenterClient agent_ = Agent();
};

TEST_F(ErrorsTest, MalformedAllFaultsAtOnce) {
  v1::BookAppointmentRequest request;
  request.set_visit_type("visit-types/consultation");
  request.set_clinic("clinics/");
  request.mutable_start_time()->set_nanos(-1);
  request.set_note(std::string(2001, 'x'));
  request.mutable_requester()->set_callback_number("555-1234");
  const auto refused = agent_.BookAppointment(request);
  ASSERT_THAT(refused, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(ViolatedFields(refused.status()),
              ::testing::UnorderedElementsAre("visit_type", "clinic", "start_time", "participants",
                                              "note", "requester.callback_number"));
}

TEST_F(ErrorsTest, MalformedTwentyFaultsAreListedAndTheOthersCounted) {
  constexpr int kFaults = 30;
  v1::BatchGetAppointmentsRequest request;
  for (int i = 0; i < kFaults; ++i) request.add_names("no name " + std::to_string(i));
  const auto refused = agent_.BatchGetAppointments(request);
  ASSERT_THAT(refused, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  const auto details = client::DetailOf<google::rpc::BadRequest>(refused.status());
  ASSERT_TRUE(details.has_value());
  ASSERT_THAT(details->field_violations(), SizeIs(21));
  EXPECT_EQ(details->field_violations(0).field(), "names[0]");
  EXPECT_EQ(details->field_violations(20).description(), "10 more");
}

TEST_F(ErrorsTest, MalformedByWhatOnlyTheUseCaseKnows) {
  auto backwards = Search(kConsultation, kLakeForest, "2026-03-06 00:00", "2026-03-05 00:00");
  EXPECT_THAT(ViolatedFields(StatusOf(agent_.FindSlots(backwards))), ElementsAre("query.window"));
  auto too_long = Search(kConsultation, kLakeForest, "2026-03-06 00:00", "2026-12-05 00:00");
  EXPECT_THAT(ViolatedFields(StatusOf(agent_.FindSlots(too_long))), ElementsAre("query.window"));
  auto nowhere = Search(kConsultation, kLakeForest, "2026-03-05 00:00", "2026-03-06 00:00");
  nowhere.mutable_query()->clear_clinics();
  EXPECT_THAT(ViolatedFields(StatusOf(agent_.FindSlots(nowhere))), ElementsAre("query.clinics"));
  auto no_time = Booking(kConsultation, kLakeForest, kTen, "patients/ada");
  no_time.clear_start_time();
  EXPECT_THAT(ViolatedFields(StatusOf(agent_.BookAppointment(no_time))), ElementsAre("start_time"));
}

TEST_F(ErrorsTest, RequestIdReused) {
  const auto request =
      WithId(Booking(kConsultation, kLakeForest, kTen, "patients/ada"), "request-1");
  Value(agent_.BookAppointment(request));
  auto other_body = request;
  other_body.set_note("on second thoughts");
  const auto reused = Refused(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED");
  EXPECT_THAT(agent_.BookAppointment(other_body), reused);
  EXPECT_THAT(agent_.CreateHold(WithId(Hold(kConsultation, kLakeForest, kTen), "request-1")),
              reused);
}

TEST_F(ErrorsTest, PageTokenOfAnotherQuery) {
  auto request = Search(kConsultation, kLakeForest, "2026-03-03 00:00", "2026-03-06 00:00");
  request.set_page_size(2);
  const auto connections = Caller(Claims("pager", "AGENT"));
  const auto page = Value(connections.scheduling->FindSlots(request, {}));
  auto other = Search(kSession, kLakeForest, "2026-03-03 00:00", "2026-03-06 00:00");
  other.set_page_token(page.next_page_token());
  const auto mismatch = Refused(StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH");
  EXPECT_THAT(agent_.FindSlots(other), mismatch);
  for (const char* none : {"x", "!", "AAAAAAAA"}) {
    other.set_page_token(none);
    EXPECT_THAT(agent_.FindSlots(other), mismatch) << none;
  }
}

TEST_F(ErrorsTest, NotFoundNamesWhatIsMissing) {
  const auto search = agent_.FindSlots(
      Search("visitTypes/haircut", kLakeForest, "2026-03-05 00:00", "2026-03-06 00:00"));
  const absl::Status no_type = StatusOf(search);
  EXPECT_THAT(no_type, Refused(StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_EQ(Metadata(no_type, "name"), "visitTypes/haircut");
  const auto not_found = Refused(StatusCode::kNotFound, "NOT_FOUND");
  EXPECT_THAT(agent_.CreateHold(Hold(kConsultation, "clinics/nowhere", kTen)), not_found);
  auto with_nobody = Booking(kConsultation, kLakeForest, kTen, "patients/ada");
  with_nobody.add_required_resources("resources/nobody");
  EXPECT_THAT(agent_.BookAppointment(with_nobody), not_found);
  EXPECT_THAT(agent_.WatchAppointments(Watch("clinics/nowhere"))->Next(), not_found);
}

TEST_F(ErrorsTest, SlotTakenFitsHoweverMuchThereIsToSay) {
  // Forty prescribers with long names, none of whom is there in the evening.
  auto catalog = TestCatalog();
  v1::Resource prescriber;
  for (const v1::Resource& resource : catalog.resources()) {
    if (resource.name() == "resources/dr-okafor") prescriber = resource;
  }
  for (int i = 0; i < 40; ++i) {
    prescriber.set_name("resources/" + std::string(58, 'p') + std::to_string(i));
    prescriber.set_display_name(std::string(190, 'N') + std::to_string(i));
    *catalog.add_resources() = prescriber;
  }
  v1::ApplyCatalogRequest apply;
  *apply.mutable_catalog() = catalog;
  Value(Operator().ApplyCatalog(apply));

  const auto refused = agent_.BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-05 17:00", "patients/ada"));
  ASSERT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
  const auto conflict = client::DetailOf<v1::SlotConflict>(refused.status());
  ASSERT_TRUE(conflict.has_value());
  EXPECT_THAT(conflict->blockers(), Not(IsEmpty()));
  EXPECT_THAT(conflict->alternatives(), Not(IsEmpty()));
}

TEST_F(ErrorsTest, PatientBusyComesWithAlternativesTheyAreFreeFor) {
  Value(agent_.BookAppointment(Booking(kSession, kLakeForest, kTen, "patients/ada")));
  const auto refused = agent_.BookAppointment(
      Booking(kConsultation, kLakeForest, "2026-03-05 11:00", "patients/ada"));
  ASSERT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "PATIENT_BUSY"));
  const auto conflict = client::DetailOf<v1::SlotConflict>(refused.status());
  EXPECT_EQ(conflict->blockers(0).rule(), v1::Blocker::RULE_PATIENT_BUSY);
  EXPECT_THAT(Starts(conflict->alternatives()),
              ElementsAre("2026-03-05 12:00", "2026-03-05 12:30", "2026-03-05 09:00",
                          "2026-03-05 13:00", "2026-03-05 13:30"));
}

TEST_F(ErrorsTest, EtagMismatchNamesWhatHasChanged) {
  const auto booked =
      Value(agent_.BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/ada")));
  auto stale = Cancellation(booked);
  stale.set_etag("\"0\"");
  const auto refused = agent_.CancelAppointment(stale);
  EXPECT_THAT(refused, Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_EQ(Metadata(refused.status(), "name"), booked.name());
}

TEST_F(ErrorsTest, TooManyCallsOfOneCallerAndOfNobodyElse) {
  constexpr int kCallsPerSecondMax = 500;
  absl::Status answer;
  int calls = 0;
  while (answer.ok() && calls <= 2 * kCallsPerSecondMax) {
    answer = StatusOf(agent_.ListClinics());  // while the clock stands still
    ++calls;
  }
  EXPECT_THAT(answer, Refused(StatusCode::kResourceExhausted, "RATE_LIMITED"));
  EXPECT_GT(RetryAfter(answer), absl::ZeroDuration());
  EXPECT_GE(calls, kCallsPerSecondMax);
  EXPECT_TRUE(StatusOf(Agent("other").ListClinics()).ok());
  clock().Advance(absl::Seconds(1));
  EXPECT_TRUE(StatusOf(agent_.ListClinics()).ok());
}

TEST_F(ErrorsTest, StoreAwayNothingIsHalfDoneAndItRecovers) {
  const auto booked =
      Value(agent_.BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/ada")));
  const auto request =
      WithId(Booking(kConsultation, kLakeForest, "2026-03-05 12:00", "patients/bo"), "patience");
  const auto channel = ChannelToServer();
  {
    const FullDisk disk;
    const auto refused = agent_.BookAppointment(request);
    EXPECT_THAT(refused, Refused(StatusCode::kUnavailable, "UNAVAILABLE"));
    EXPECT_GT(RetryAfter(refused.status()), absl::ZeroDuration());
    EXPECT_THAT(agent_.CancelAppointment(Cancellation(booked)),
                Refused(StatusCode::kUnavailable, "UNAVAILABLE"));
    AwaitHealth(channel, /*serving=*/false);
  }
  AwaitHealth(channel, /*serving=*/true);  // nobody has written meanwhile
  const auto later = Value(agent_.BookAppointment(request));
  EXPECT_EQ(Value(agent_.BookAppointment(request)).name(), later.name());
  EXPECT_EQ(Value(agent_.GetAppointment(Get(booked.name()))).etag(), booked.etag());
  EXPECT_THAT(All(agent_.ListAppointments(List(""))), SizeIs(2));
}

}  // namespace
}  // namespace clarity::tests
