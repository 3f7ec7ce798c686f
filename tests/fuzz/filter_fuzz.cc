// Filters: read, or refused with the place and without what stands there.

#include "absl/strings/match.h"
#include "services/scheduling/booking/appointment_filter.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using clarity::fuzz::Require;
  using clarity::scheduling::AppointmentFilter;
  const auto filter =
      AppointmentFilter::Parse(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!filter.ok()) {
    Require(absl::IsInvalidArgument(filter.status()), "what cannot be read is refused so");
    Require(absl::StrContains(filter.status().message(), "at character"), "the place is told");
    return 0;
  }
  filter->Matches(clarity::scheduling::v1::Appointment());
  filter->RequiredName(AppointmentFilter::Field::kClinic);
  filter->NamesState();
  Require(filter->EarliestStart() <= absl::InfiniteFuture(), "there is an earliest start");
  return 0;
}
