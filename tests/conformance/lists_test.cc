// Reading appointments: one, several, lists, and how fresh they are.

#include "tests/conformance/conformance_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <typename Appointments>
std::vector<std::string> Names(const Appointments& appointments) {
  std::vector<std::string> names;
  for (const v1::Appointment& appointment : appointments) names.push_back(appointment.name());
  return names;
}

// Six appointments: at two clinics, of two types, of three patients, one of them cancelled.
class ListsTest : public ConformanceTest {
 protected:
  ListsTest() {
    consultation_ = Booked(Booking(kConsultation, kLakeForest, "2026-03-03 10:00", "patients/ada"));
    session_ = Booked(Booking(kSession, kLakeForest, "2026-03-04 10:00", "patients/ada"));
    irvine_ = Booked(Booking(kConsultation, kIrvine, "2026-03-05 10:00", "patients/bo"));
    auto request = Booking(kConsultation, kLakeForest, "2026-03-05 10:00", "patients/cy");
    cancelled_ = Value(agent_.CancelAppointment(Cancellation(Booked(request))));
    overridden_ = Overridden();
    last_ = Booked(Booking(kConsultation, kLakeForest, "2026-03-09 10:00", "patients/bo"));
  }

  v1::Appointment Booked(const v1::BookAppointmentRequest& request) const {
    return Value(agent_.BookAppointment(request));
  }
  v1::Appointment Overridden() const {
    auto request = Booking(kConsultation, kLakeForest, "2026-03-05 10:15", "patients/ada");
    request.mutable_override()->add_rules(v1::Blocker::RULE_START_GRID);
    request.mutable_override()->set_reason(v1::Override::REASON_PATIENT_PRESENT);
    return Value(Staff().BookAppointment(request));
  }
  std::vector<std::string> Found(absl::string_view filter) const {
    return Names(All(agent_.ListAppointments(List(filter))));
  }

  const client::CallCenterClient agent_ = Agent();
  v1::Appointment consultation_, session_, irvine_, cancelled_, overridden_, last_;
};

TEST_F(ListsTest, ComeByStartAndLeaveOutWhatWasCalledOff) {
  EXPECT_THAT(Found(""), ElementsAre(consultation_.name(), session_.name(), irvine_.name(),
                                     overridden_.name(), last_.name()));
  auto request = List("");
  request.set_show_ended(true);
  EXPECT_THAT(All(agent_.ListAppointments(request)), SizeIs(6));
}

TEST_F(ListsTest, AreFilteredByEachField) {
  EXPECT_THAT(Found("patient = \"patients/bo\""), ElementsAre(irvine_.name(), last_.name()));
  EXPECT_THAT(Found("clinic = \"clinics/irvine\""), ElementsAre(irvine_.name()));
  EXPECT_THAT(Found("clinic != clinics/lake-forest"), ElementsAre(irvine_.name()));
  EXPECT_THAT(Found("visit_type = visitTypes/session"), ElementsAre(session_.name()));
  EXPECT_THAT(Found("resource = \"resources/office-irvine\""), ElementsAre(irvine_.name()));
  EXPECT_THAT(Found("attention = true"), ElementsAre(overridden_.name()));
  // Whoever names a state means it.
  EXPECT_THAT(Found("state = CANCELLED"), ElementsAre(cancelled_.name()));
  EXPECT_THAT(Found("state != BOOKED"), ElementsAre(cancelled_.name()));
  EXPECT_THAT(Found("order = \"orders/none\""), IsEmpty());
}

TEST_F(ListsTest, FiltersAreJoinedByAndWithOrInParentheses) {
  EXPECT_THAT(Found("start_time >= \"2026-03-04T00:00:00-08:00\" AND "
                    "start_time < \"2026-03-06T00:00:00-08:00\""),
              ElementsAre(session_.name(), irvine_.name(), overridden_.name()));
  EXPECT_THAT(Found("clinic = \"clinics/lake-forest\" AND "
                    "(patient = \"patients/bo\" OR visit_type = \"visitTypes/session\")"),
              ElementsAre(session_.name(), last_.name()));
}

TEST_F(ListsTest, AFilterThatMakesNoSenseIsRefused) {
  for (const char* filter :
       {"patient", "colour = \"red\"", "patient > \"patients/ada\"", "start_time = \"tomorrow\"",
        "state = SLEEPING", "patient = \"patients/ada\" OR patient = \"patients/bo\"",
        "(patient = \"patients/ada\"", "patient = \"patients/ada"}) {
    EXPECT_THAT(agent_.ListAppointments(List(filter)),
                Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"))
        << filter;
  }
}

TEST_F(ListsTest, PagesTogetherAreTheWholeList) {
  const auto whole = Found("");
  for (int page_size = 1; page_size <= 3; ++page_size) {
    auto request = List("");
    request.set_page_size(page_size);
    EXPECT_EQ(Names(All(agent_.ListAppointments(request))), whole);
  }
}

TEST_F(ListsTest, APageTokenIsGoodForItsQueryAlone) {
  auto request = List("");
  request.set_page_size(2);
  const auto page = Value(agent_.ListAppointmentsPage(request));
  auto other = List("attention = true");
  other.set_page_size(2);
  other.set_page_token(page.next_page_token());
  EXPECT_THAT(agent_.ListAppointmentsPage(other),
              Refused(StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
  request.set_page_token("no-token");
  EXPECT_THAT(agent_.ListAppointmentsPage(request),
              Refused(StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
}

TEST_F(ListsTest, ShowWhatTheCallerMaySee) {
  EXPECT_THAT(Names(All(AgentOf(kIrvine).ListAppointments(List("")))), ElementsAre(irvine_.name()));
  EXPECT_THAT(Names(All(Patient("patients/bo").ListAppointments())),
              ElementsAre(irvine_.name(), last_.name()));
  EXPECT_THAT(Names(All(Patient("patients/bo").ListAppointments("patient = \"patients/ada\""))),
              IsEmpty());
}

TEST_F(ListsTest, ABatchAnswersForEachName) {
  v1::BatchGetAppointmentsRequest request;
  const std::string never = "appointments/00000000000000000000000000";
  for (const std::string& name : {last_.name(), never, irvine_.name()}) request.add_names(name);

  const auto seen_by_all = Value(agent_.BatchGetAppointments(request));
  ASSERT_THAT(seen_by_all.items(), SizeIs(3));
  EXPECT_EQ(seen_by_all.items(0).appointment().SerializeAsString(), last_.SerializeAsString());
  EXPECT_EQ(seen_by_all.items(1).name(), never);
  EXPECT_EQ(seen_by_all.items(1).status().code(), static_cast<int>(StatusCode::kNotFound));
  EXPECT_EQ(seen_by_all.items(2).appointment().name(), irvine_.name());

  const auto seen_at_irvine = Value(AgentOf(kIrvine).BatchGetAppointments(request));
  const auto denied = static_cast<int>(StatusCode::kPermissionDenied);
  EXPECT_EQ(seen_at_irvine.items(0).status().code(), denied);
  EXPECT_EQ(seen_at_irvine.items(1).status().code(), denied);
  EXPECT_EQ(seen_at_irvine.items(2).appointment().name(), irvine_.name());
}

TEST_F(ListsTest, AReadSeesTheWriteBeforeIt) {
  // One connection: the library sends the freshness token of the write with the reads after it.
  auto appointment = last_;
  for (const char* start : {"2026-03-10 09:00", "2026-03-10 12:00", "2026-03-11 15:00"}) {
    appointment = Value(agent_.RescheduleAppointment(Move(appointment, start)));
    EXPECT_EQ(Value(agent_.GetAppointment(Get(appointment.name()))).etag(), appointment.etag());
    EXPECT_EQ(All(agent_.ListAppointments(List(""))).back().etag(), appointment.etag());
    EXPECT_THAT(Slots(agent_, Search(kConsultation, kLakeForest, start,
                                     Local(At(start) + absl::Minutes(5)))),
                IsEmpty());
  }
}

}  // namespace
}  // namespace clarity::tests
