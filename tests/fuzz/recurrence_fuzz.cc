// Rules of recurrence: what is taken gives times in order, inside the window that was asked for.

#include <fuzzer/FuzzedDataProvider.h>

#include "services/scheduling/calendar/recurrence.h"
#include "tests/fuzz/fuzz.h"

namespace clarity::fuzz {
namespace {

constexpr char kZone[] = "America/Los_Angeles";
constexpr int kDaysMax = 800;

calendar::AvailabilityRule RuleFrom(FuzzedDataProvider* data) {
  const absl::CivilDay begin(2026, 1, 1);
  calendar::AvailabilityRule rule;
  rule.first_day = begin + data->ConsumeIntegralInRange(-kDaysMax, kDaysMax);
  rule.start_minute = data->ConsumeIntegralInRange(-1, 1440);
  rule.duration_minutes = data->ConsumeIntegralInRange(-1, 1441);
  if (data->ConsumeBool()) {
    rule.last_day = begin + data->ConsumeIntegralInRange(-kDaysMax, kDaysMax);
  }
  for (int i = data->ConsumeIntegralInRange(0, 3); i > 0; --i) {
    rule.exceptions.push_back(begin + data->ConsumeIntegralInRange(-kDaysMax, kDaysMax));
  }
  rule.rrule = data->ConsumeRemainingBytesAsString();
  return rule;
}

void Try(const calendar::AvailabilityRule& rule, calendar::Interval window) {
  if (!calendar::ValidateRule(rule).ok()) return;
  absl::TimeZone zone;
  Require(absl::LoadTimeZone(kZone, &zone), "the zone is known");
  const auto open = calendar::ExpandRule(rule, zone, window);
  if (!open.ok()) return;
  calendar::Tick last = window.begin - 1;
  for (const calendar::Interval& interval : *open) {
    Require(interval.begin > last, "intervals are in order and do not touch");
    Require(interval.begin < interval.end, "an interval is not empty");
    last = interval.end;
  }
  Require(last <= window.end, "nothing lies outside the window");
}

}  // namespace
}  // namespace clarity::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace clarity;  // NOLINT(google-build-using-namespace)
  FuzzedDataProvider provider(data, size);
  const absl::Time begin = absl::FromUnixSeconds(1'767'225'600);
  const calendar::Interval window{calendar::FloorTick(begin),
                                  calendar::FloorTick(begin + absl::Hours(24 * 400))};
  fuzz::Try(fuzz::RuleFrom(&provider), window);
  return 0;
}
