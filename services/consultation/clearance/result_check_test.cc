#include "services/consultation/clearance/result_check.h"

#include <limits>
#include <ostream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/consultation/policy/test_support.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Rulebook& Demo() {
  static const auto* const kRulebook = new Rulebook(DemoPolicy());
  return *kRulebook;
}

v1::Result Measured(const char* test, double value, const char* unit) {
  v1::Result result;
  result.set_test(test);
  result.mutable_quantity()->set_value(value);
  result.mutable_quantity()->set_unit(unit);
  return result;
}

std::vector<std::string> FieldsOf(const std::vector<base::Violation>& violations) {
  std::vector<std::string> fields;
  for (const base::Violation& violation : violations) fields.push_back(violation.field);
  return fields;
}

std::vector<std::string> Violations(const v1::Result& result) {
  std::vector<base::Violation> violations;
  CheckValue(Demo(), result, "result", &violations);
  return FieldsOf(violations);
}

// What the demo policy takes to be plausible, at its bounds and beyond.
struct PlausibleCase {
  const char* test;
  double value;
  const char* unit;
  bool is_plausible;
};

void PrintTo(const PlausibleCase& c, std::ostream* out) {
  *out << c.test << " " << c.value << " " << c.unit;
}

class Plausible : public ::testing::TestWithParam<PlausibleCase> {};

TEST_P(Plausible, IsJudgedInTheFirstUnitWithItsBounds) {
  const PlausibleCase& c = GetParam();
  const auto fields = Violations(Measured(c.test, c.value, c.unit));
  if (c.is_plausible) {
    EXPECT_THAT(fields, IsEmpty());
  } else {
    EXPECT_THAT(fields, ElementsAre("result.quantity.value"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    DemoPolicy, Plausible,
    ::testing::Values(
        PlausibleCase{"systolic-blood-pressure", 300, "mm[Hg]", true},
        PlausibleCase{"systolic-blood-pressure", 301, "mm[Hg]", false},
        PlausibleCase{"systolic-blood-pressure", 50, "mm[Hg]", true},
        PlausibleCase{"systolic-blood-pressure", 49, "mm[Hg]", false},
        PlausibleCase{"systolic-blood-pressure", 39.9, "kPa", true},
        PlausibleCase{"systolic-blood-pressure", 120, "kPa", false},
        PlausibleCase{"body-weight", 350, "[lb_av]", true},
        PlausibleCase{"body-weight", 350, "kg", true},
        PlausibleCase{"body-weight", 772, "[lb_av]", false},
        PlausibleCase{"body-temperature", 98.6, "[degF]", true},
        PlausibleCase{"body-temperature", 98.6, "Cel", false},
        PlausibleCase{"heart-rate", std::numeric_limits<double>::quiet_NaN(), "/min", false},
        PlausibleCase{"heart-rate", std::numeric_limits<double>::infinity(), "/min", false}));

TEST(ResultCheckTest, AUnitIsWrittenAsThePolicyHasIt) {
  EXPECT_THAT(Violations(Measured("body-weight", 71, "KG")), ElementsAre("result.quantity.unit"));
  EXPECT_THAT(Violations(Measured("body-weight", 71, "")), ElementsAre("result.quantity.unit"));
}

TEST(ResultCheckTest, AMeasureTimeMayLieAtEitherEnd) {
  const absl::Time now = At("2026-03-02 12:00");
  const absl::Time earliest = At("2026-03-01 12:00");
  const auto violations_at = [&](absl::Time time) {
    v1::Result result;
    *result.mutable_measure_time() = ToWire(time);
    std::vector<base::Violation> violations;
    CheckMeasureTime(result, earliest, now, "results[1]", &violations);
    return FieldsOf(violations);
  };
  EXPECT_THAT(violations_at(now), IsEmpty());
  EXPECT_THAT(violations_at(earliest), IsEmpty());
  EXPECT_THAT(violations_at(now + absl::Nanoseconds(1)), ElementsAre("results[1].measure_time"));
  EXPECT_THAT(violations_at(earliest - absl::Nanoseconds(1)),
              ElementsAre("results[1].measure_time"));
}

TEST(ResultCheckTest, ARightResultCountsInTheFirstUnitAsLongAsItsTestSays) {
  v1::Result result = Measured("body-temperature", 98.6, "[degF]");
  *result.mutable_measure_time() = ToWire(At("2026-03-02 12:00"));
  FillByTest(Demo(), &result);
  EXPECT_NEAR(result.base_value(), 37, 1e-5);
  EXPECT_EQ(FromWire(result.expire_time()), At("2026-03-03 12:00"));
  result.set_test("hcg");
  result.set_code("negative");
  FillByTest(Demo(), &result);
  EXPECT_FALSE(result.has_base_value());
}

}  // namespace
}  // namespace clarity::consultation
