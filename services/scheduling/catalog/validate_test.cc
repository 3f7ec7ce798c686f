#include "services/scheduling/catalog/validate.h"

#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/scheduling/catalog/test_support.h"

namespace clarity::base {

void PrintTo(const Violation& violation, std::ostream* out) {
  *out << violation.field << ": " << violation.description;
}

}  // namespace clarity::base

namespace clarity::scheduling::catalog {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Matcher;

Matcher<const base::Violation&> Fault(const std::string& field, const std::string& description) {
  return AllOf(Field("field", &base::Violation::field, field),
               Field("description", &base::Violation::description, HasSubstr(description)));
}

class ValidateTest : public ::testing::Test {
 protected:
  v1::VisitType& consultation() { return *catalog_.mutable_visit_types(0); }
  v1::VisitType& session() { return *catalog_.mutable_visit_types(1); }
  v1::Resource& nurse() { return *catalog_.mutable_resources(0); }

  v1::Catalog catalog_ = SmallCatalog();
};

TEST_F(ValidateTest, FindsNothingInTheSmallCatalogNorInTheDemo) {
  EXPECT_THAT(Validate(catalog_), IsEmpty());
  for (const base::Violation& violation : Validate(DemoCatalog())) {
    ADD_FAILURE() << violation.field << ": " << violation.description;
  }
}

TEST_F(ValidateTest, TellsAllFaultsAtOnce) {
  catalog_.mutable_clinics(1)->set_time_zone("America/Lake_Forest");
  nurse().mutable_availability(0)->set_clinic("clinics/harbor");
  session().mutable_phases(1)->set_minutes(61);
  EXPECT_THAT(Validate(catalog_),
              ElementsAre(Fault("catalog.clinics[1].time_zone", "America/Lake_Forest"),
                          Fault("catalog.resources[0].availability[0].clinic", "clinics/harbor"),
                          Fault("catalog.visit_types[1].phases[1].minutes", "multiple of 5")));
}

TEST_F(ValidateTest, RefusesTheSameNameTwice) {
  *catalog_.add_clinics() = catalog_.clinics(0);
  *catalog_.add_resources() = catalog_.resources(2);
  *catalog_.add_visit_types() = catalog_.visit_types(0);
  EXPECT_THAT(Validate(catalog_),
              ElementsAre(Fault("catalog.clinics[2].name", "catalog.clinics[0]"),
                          Fault("catalog.resources[5].name", "catalog.resources[2]"),
                          Fault("catalog.visit_types[2].name", "catalog.visit_types[0]")));
}

TEST_F(ValidateTest, RefusesTelephoneNumbersThatCannotBe) {
  catalog_.mutable_clinics(0)->set_phone_number("+19495550100");
  catalog_.mutable_clinics(1)->set_phone_number("+1949555010");
  EXPECT_THAT(Validate(catalog_), ElementsAre(Fault("catalog.clinics[1].phone_number", "+1949")));
}

TEST_F(ValidateTest, RefusesDaysThatDoNotExistAndHolidaysGivenTwice) {
  v1::Clinic& clinic = *catalog_.mutable_clinics(0);
  *clinic.add_holidays() = clinic.holidays(0);
  auto& date = *clinic.add_holidays()->mutable_date();
  date.set_year(2027);
  date.set_month(2);
  date.set_day(29);
  EXPECT_THAT(Validate(catalog_),
              ElementsAre(Fault("catalog.clinics[0].holidays[2].date", "no day 2027-2-29"),
                          Fault("catalog.clinics[0].holidays[1].date", "the same")));
}

TEST_F(ValidateTest, RefusesLicencesAndAbsencesThatEndBeforeTheyBegin) {
  nurse().MergeFrom(ParseCatalog(R"pb(
                      resources {
                        licences {
                          jurisdiction: "US-CA"
                          valid_from { year: 2026 month: 2 day: 2 }
                          valid_until { year: 2026 month: 2 day: 1 }
                        }
                        absences {
                          start_date { year: 2026 month: 2 day: 2 }
                          end_date { year: 2026 month: 2 day: 1 }
                        }
                        absences {
                          start_date { year: 2026 month: 2 day: 2 }
                          start_time { hours: 12 }
                          end_date { year: 2026 month: 2 day: 2 }
                          end_time { hours: 12 }
                        }
                        absences {
                          start_date { year: 2026 month: 2 day: 2 }
                          start_time { hours: 24 }
                          end_date { year: 2026 month: 2 day: 3 }
                          time_zone: "Nowhere"
                        }
                      })pb")
                        .resources(0));
  EXPECT_THAT(Validate(catalog_),
              ElementsAre(Fault("catalog.resources[0].licences[0].valid_until", "before"),
                          Fault("catalog.resources[0].absences[0].end_date", "before"),
                          Fault("catalog.resources[0].absences[1].end_time", "before"),
                          Fault("catalog.resources[0].absences[2].time_zone", "Nowhere"),
                          Fault("catalog.resources[0].absences[2].start_time", "24:00")));
}

TEST_F(ValidateTest, RefusesAvailabilityThatCannotBe) {
  v1::Availability& row = *nurse().mutable_availability(0);
  row.mutable_hours()->mutable_end()->set_minutes(32);
  row.mutable_end_date()->set_year(2025);
  row.mutable_end_date()->set_month(12);
  row.mutable_end_date()->set_day(31);
  *nurse().add_availability() = row;
  nurse().mutable_availability(1)->clear_location();
  nurse().mutable_availability(1)->clear_end_date();
  nurse().mutable_availability(1)->mutable_hours()->mutable_end()->clear_minutes();
  EXPECT_THAT(Validate(catalog_),
              ElementsAre(Fault("catalog.resources[0].availability[0].end_date", "before"),
                          Fault("catalog.resources[0].availability[0].hours.end", "multiple of 5"),
                          Fault("catalog.resources[0].availability[1]", "neither")));
}

TEST_F(ValidateTest, RefusesRulesThatAreMalformedNeverRecurOrRunTooLong) {
  const std::string rules[] = {"FREQ=SOMETIMES", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
                               "FREQ=MINUTELY"};
  for (const std::string& rule : rules) {
    nurse().mutable_availability(0)->set_recurrence(rule);
    EXPECT_THAT(Validate(catalog_),
                ElementsAre(Fault("catalog.resources[0].availability[0].recurrence", "")))
        << rule;
  }
}

TEST_F(ValidateTest, RefusesPhasesThatDoNotMakeAVisit) {
  session().mutable_phases(0)->set_without_patient(true);
  session().mutable_phases(2)->set_without_patient(false);
  session().mutable_phases(1)->set_without_patient(true);
  session().mutable_phases(0)->set_without_patient(false);
  consultation().mutable_phases(0)->set_minutes(1440);
  v1::Phase& more = *consultation().add_phases();
  more.set_id("talk");
  more.set_minutes(5);
  EXPECT_THAT(Validate(catalog_),
              ElementsAre(Fault("catalog.visit_types[0].phases[1].id", "the same"),
                          Fault("catalog.visit_types[0].phases", "more than a day"),
                          Fault("catalog.visit_types[1].phases", "between")));
  session().mutable_phases(0)->set_without_patient(true);
  session().mutable_phases(2)->set_without_patient(true);
  EXPECT_THAT(Validate(catalog_),
              ::testing::Contains(Fault("catalog.visit_types[1].phases", "in none of them")));
}

TEST_F(ValidateTest, RefusesNeedsThatContradictTheVisit) {
  session().mutable_needs(0)->mutable_uses(1)->set_phase("recovery");
  session().mutable_needs(0)->mutable_uses(2)->set_phase("dosing");
  session().mutable_needs(1)->set_id("room");
  session().mutable_needs(1)->set_count(15);
  session().mutable_needs(2)->mutable_uses(0)->set_shares(1);
  EXPECT_THAT(Validate(catalog_),
              ElementsAre(Fault("catalog.visit_types[1].needs[1].id", "the same"),
                          Fault("catalog.visit_types[1].needs[0].uses[2].phase", "the same"),
                          Fault("catalog.visit_types[1].needs[0].uses[1].phase", "recovery"),
                          Fault("catalog.visit_types[1].needs[2].uses[0].shares", "present"),
                          Fault("catalog.visit_types[1].needs", "17 resources")));
}

TEST_F(ValidateTest, RefusesBookingRulesThatLeaveNothingToBook) {
  for (const int grid : {7, 25, 1000}) {
    consultation().set_start_grid_minutes(grid);
    EXPECT_THAT(Validate(catalog_),
                ElementsAre(Fault("catalog.visit_types[0].start_grid_minutes", "divides 1440")))
        << grid;
  }
  consultation().set_start_grid_minutes(0);
  consultation().set_horizon_days(2);
  consultation().set_minimum_notice_minutes(2 * 1440);
  consultation().add_clinics("clinics/harbor");
  EXPECT_THAT(Validate(catalog_),
              ElementsAre(Fault("catalog.visit_types[0].minimum_notice_minutes", "horizon"),
                          Fault("catalog.visit_types[0].clinics[0]", "clinics/harbor")));
}

TEST_F(ValidateTest, NamesTheNeedNobodyCanFillWhereTheVisitIsOfferedByName) {
  session().add_clinics("clinics/coast");
  session().add_clinics("clinics/desert");
  EXPECT_THAT(Validate(catalog_),
              ElementsAre(Fault("catalog.visit_types[1].needs[1]",
                                "clinics/desert in person: nobody serves in the pool \"nurse\"")));
}

TEST_F(ValidateTest, SaysWhatIsMissingToFillANeed) {
  v1::Need& nurse_need = *session().mutable_needs(1);
  const auto fault = [&](const std::string& description) {
    return ElementsAre(Fault("catalog.visit_types[1].needs[1]", description));
  };
  session().add_clinics("clinics/coast");

  nurse_need.set_count(2);
  EXPECT_THAT(Validate(catalog_), fault("needs 2 of the pool \"nurse\", which has 1"));
  nurse_need.set_count(0);
  nurse_need.add_capabilities("iv");
  EXPECT_THAT(Validate(catalog_), fault("with iv"));
  nurse_need.clear_capabilities();
  nurse_need.mutable_uses(1)->set_shares(5);
  EXPECT_THAT(Validate(catalog_), fault("more shares than any"));
  nurse_need.mutable_uses(1)->set_shares(4);
  nurse_need.set_licence_required(true);
  EXPECT_THAT(Validate(catalog_), fault("a licence for US-CA"));
}

TEST_F(ValidateTest, RefusesNeedsThatCanOnlyBeFilledOneWithoutTheOther) {
  session().mutable_needs(2)->set_pool("nurse");
  EXPECT_THAT(Validate(catalog_),
              ElementsAre(Fault("catalog.visit_types[1].needs", "not all of them together")));
}

TEST_F(ValidateTest, RefusesATelehealthVisitThatNeedsNobodyOrWhatIsOnlyOnTheSpot) {
  session().add_modalities(v1::MODALITY_TELEHEALTH);
  EXPECT_THAT(Validate(catalog_),
              ElementsAre(Fault("catalog.visit_types[1].needs[0]",
                                "no clinic can offer it; for one, nobody can fill it at "
                                "clinics/coast by telehealth")));
  for (v1::Need& need : *session().mutable_needs()) need.set_in_person_only(true);
  EXPECT_THAT(Validate(catalog_), ElementsAre(Fault("catalog.visit_types[1].needs", "nobody")));
}

TEST_F(ValidateTest, TakesAnEmptyCatalogButNoVisitTypeWithoutAClinic) {
  EXPECT_THAT(Validate(v1::Catalog()), IsEmpty());
  v1::Catalog catalog;
  *catalog.add_visit_types() = session();
  EXPECT_THAT(Validate(catalog),
              ElementsAre(Fault("catalog.visit_types[0].clinics", "there is no clinic")));
}

}  // namespace
}  // namespace clarity::scheduling::catalog
