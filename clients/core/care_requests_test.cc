#include "clients/core/care_requests.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using consultation::v1::CreatePatientRequest;
using consultation::v1::LikelyDuplicates;
using consultation::v1::Pathway;
using ::testing::ElementsAre;

constexpr int64_t kNow = 1'795'456'800;

TEST(CareRequestsTest, ASearchIsByNumberByPersonOrByAccount) {
  EXPECT_EQ(SearchByPhoneNumber("949 555 0100").phone_number(), "949 555 0100");
  EXPECT_EQ(SearchByPortalSubject("user-7").portal_subject(), "user-7");
  EXPECT_EQ(SearchByName("Ortiz, María").person().full_name(), "Ortiz, María");
  EXPECT_FALSE(SearchByName("Ortiz").person().has_birth_date());
  type::v1::Date birth_date;
  birth_date.set_year(1980);
  EXPECT_EQ(SearchByName("Ortiz", birth_date).person().birth_date().year(), 1980);
}

TEST(CareRequestsTest, WhoIsDistinctFromAllThatWereShownIsAnotherRequest) {
  CreatePatientRequest refused;
  refused.mutable_patient()->set_family_name("Ortiz");
  refused.add_confirmed_distinct_from("patients/seen-before");
  refused.set_request_id("r-1");
  LikelyDuplicates duplicates;
  duplicates.add_candidates()->set_patient("patients/one");
  duplicates.add_candidates()->set_patient("patients/two");
  const CreatePatientRequest again = DistinctFrom(duplicates, refused);
  EXPECT_EQ(again.patient().family_name(), "Ortiz");
  EXPECT_THAT(again.confirmed_distinct_from(),
              ElementsAre("patients/seen-before", "patients/one", "patients/two"));
  EXPECT_EQ(again.request_id(), "") << "the library makes a new one";
}

class QueryOfTest : public testing::Test {
 protected:
  QueryOfTest() {
    pathway_.mutable_episode()->set_clinic("clinics/lake-forest");
    visit_.set_visit_type("visitTypes/iv-session");
  }
  scheduling::v1::SlotQuery Query() const {
    return QueryOf(pathway_, visit_, absl::FromUnixSeconds(kNow), absl::Hours(24));
  }
  Pathway pathway_;
  Pathway::BookableVisit visit_;
};

TEST_F(QueryOfTest, WhatCanBeBookedIsSearchedFromNowAtTheClinicOfTheEpisode) {
  EXPECT_EQ(Query().visit_type(), "visitTypes/iv-session");
  EXPECT_THAT(Query().clinics(), ElementsAre("clinics/lake-forest"));
  EXPECT_EQ(Query().window().start_time().seconds(), kNow);
  EXPECT_EQ(Query().window().end_time().seconds(), kNow + 86'400);
}

TEST_F(QueryOfTest, NotBeforeAndNotAfterWhenItMayBegin) {
  visit_.mutable_start_time()->set_seconds(kNow + 3'600);
  visit_.mutable_end_time()->set_seconds(kNow + 7'200);
  EXPECT_EQ(Query().window().start_time().seconds(), kNow + 3'600);
  EXPECT_EQ(Query().window().end_time().seconds(), kNow + 7'200);
  visit_.mutable_start_time()->set_seconds(kNow - 3'600);
  visit_.clear_end_time();
  EXPECT_EQ(Query().window().start_time().seconds(), kNow) << "what is over is over";
}

}  // namespace
}  // namespace clarity::client
