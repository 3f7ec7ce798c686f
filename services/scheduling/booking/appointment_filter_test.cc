#include "services/scheduling/booking/appointment_filter.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/wire.h"

namespace clarity::scheduling {
namespace {

using ::testing::HasSubstr;

absl::Time At(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

v1::Appointment MakeAppointment() {
  v1::Appointment appointment;
  appointment.set_clinic("clinics/lake-forest");
  appointment.set_visit_type("visitTypes/iv-session");
  appointment.set_state(v1::Appointment::STATE_BOOKED);
  appointment.add_participants()->set_patient("patients/p-1");
  appointment.add_assignments()->set_resource("resources/dr-okafor");
  appointment.add_assignments()->set_resource("resources/room-1");
  *appointment.mutable_start_time() = ToWire(At("2026-03-02T09:00:00-08:00"));
  return appointment;
}

bool Matches(const char* text) {
  const auto filter = AppointmentFilter::Parse(text);
  EXPECT_TRUE(filter.ok()) << text << ": " << filter.status();
  return filter.ok() && filter->Matches(MakeAppointment());
}

TEST(AppointmentFilterTest, AnEmptyFilterMatchesEverything) {
  EXPECT_TRUE(Matches(""));
  EXPECT_TRUE(Matches("  "));
}

TEST(AppointmentFilterTest, ComparesEachField) {
  EXPECT_TRUE(Matches("patient = patients/p-1"));
  EXPECT_FALSE(Matches("patient = \"patients/p-2\""));
  EXPECT_TRUE(Matches("clinic = \"clinics/lake-forest\""));
  EXPECT_FALSE(Matches("clinic != clinics/lake-forest"));
  EXPECT_TRUE(Matches("visit_type = visitTypes/iv-session"));
  EXPECT_TRUE(Matches("state = BOOKED"));
  EXPECT_TRUE(Matches("state = STATE_BOOKED"));
  EXPECT_FALSE(Matches("state != BOOKED"));
  EXPECT_TRUE(Matches("order = \"\""));
  EXPECT_TRUE(Matches("attention = false"));
}

TEST(AppointmentFilterTest, AResourceMatchesWhenItIsOneOfThem) {
  EXPECT_TRUE(Matches("resource = resources/room-1"));
  EXPECT_FALSE(Matches("resource != resources/room-1"));
  EXPECT_TRUE(Matches("resource != resources/room-2"));
}

TEST(AppointmentFilterTest, TimesHaveAnOrderAndZones) {
  EXPECT_TRUE(Matches("start_time >= \"2026-03-02T17:00:00Z\""));
  EXPECT_FALSE(Matches("start_time > 2026-03-02T17:00:00Z"));
  EXPECT_TRUE(Matches("start_time <= 2026-03-02T09:00:00-08:00"));
  EXPECT_FALSE(Matches("start_time < 2026-03-02T09:00:00-08:00"));
}

TEST(AppointmentFilterTest, AndHoldsForAllAndOrForOneOfItsGroup) {
  EXPECT_TRUE(Matches("state = BOOKED AND clinic = clinics/lake-forest"));
  EXPECT_FALSE(Matches("state = BOOKED AND clinic = clinics/irvine"));
  EXPECT_TRUE(
      Matches("(clinic = clinics/irvine OR clinic = clinics/lake-forest) AND state=BOOKED"));
  EXPECT_FALSE(Matches("(clinic = clinics/irvine OR clinic = clinics/riverside)"));
}

TEST(AppointmentFilterTest, SaysWhereItCannotBeReadAndNeverWhatStandsThere) {
  for (const char* text : {"secret", "secret = 1", "clinic", "clinic =", "clinic ~ secret",
                           "clinic = clinics/a OR clinic = clinics/b", "(clinic = clinics/secret",
                           "clinic = \"clinics/secret", "clinic = clinics/a clinic = clinics/b",
                           "start_time = secret", "state = SECRET", "attention = secret",
                           "clinic < clinics/secret", "AND", ")", "clinic = clinics/a AND"}) {
    const auto filter = AppointmentFilter::Parse(text);
    ASSERT_FALSE(filter.ok()) << text;
    EXPECT_EQ(filter.status().code(), absl::StatusCode::kInvalidArgument) << text;
    const std::string message(filter.status().message());
    EXPECT_THAT(message, HasSubstr("at character")) << text;
    EXPECT_THAT(message, ::testing::Not(HasSubstr("secret"))) << text;
  }
}

TEST(AppointmentFilterTest, ANameOfNoCollectionIsRefusedAndNotLookedFor) {
  for (const auto& [text, form] : std::map<const char*, const char*>{
           {"patient = secret", "patients/{id}"},
           {"clinic != secret", "clinics/{id}"},
           {"resource = rooms/secret", "resources/{id}"},
           {"visit_type = \"visit_types/secret\"", "visitTypes/{id}"},
           {"order = secret", "orders/{id}"}}) {
    const std::string message(AppointmentFilter::Parse(text).status().message());
    EXPECT_THAT(message, HasSubstr(form)) << text;
    EXPECT_THAT(message, ::testing::Not(HasSubstr("secret"))) << text;
  }
}

TEST(AppointmentFilterTest, RefusesMoreThanTwentyComparisons) {
  std::string text = "state = BOOKED";
  for (int i = 1; i < 20; ++i) text += " AND state = BOOKED";
  EXPECT_TRUE(AppointmentFilter::Parse(text).ok());
  EXPECT_FALSE(AppointmentFilter::Parse(text + " AND state = BOOKED").ok());
}

TEST(AppointmentFilterTest, TellsAnIndexOnlyWhatEveryMatchHas) {
  const auto filter = AppointmentFilter::Parse(
      "clinic = clinics/a AND (patient = patients/p OR patient = patients/q) "
      "AND start_time >= 2026-03-02T00:00:00Z AND start_time < 2026-03-03T00:00:00Z");
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_EQ(filter->RequiredName(AppointmentFilter::Field::kClinic), "clinics/a");
  EXPECT_EQ(filter->RequiredName(AppointmentFilter::Field::kPatient), "");
  EXPECT_EQ(filter->EarliestStart(), At("2026-03-02T00:00:00Z"));
  EXPECT_EQ(filter->LatestStart(), At("2026-03-03T00:00:00Z"));
  EXPECT_FALSE(filter->NamesState());
}

}  // namespace
}  // namespace clarity::scheduling
