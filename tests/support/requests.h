#ifndef CLARITY_TESTS_SUPPORT_REQUESTS_H_
#define CLARITY_TESTS_SUPPORT_REQUESTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/catalog.pb.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"

// What tests ask for, in few words, and what they get, in fewer.
namespace clarity::tests {

inline constexpr char kLakeForest[] = "clinics/lake-forest";
inline constexpr char kIrvine[] = "clinics/irvine";
inline constexpr char kPhoenix[] = "clinics/phoenix";
inline constexpr char kConsultation[] = "visitTypes/consultation";
inline constexpr char kEvaluation[] = "visitTypes/evaluation";
inline constexpr char kSession[] = "visitTypes/session";
inline constexpr char kOrderedSession[] = "visitTypes/ordered-session";

// The catalog of clinics.textproto.
scheduling::v1::Catalog TestCatalog();
// The same, open at all hours: what is booked lies ahead whenever a test on the real clock runs.
scheduling::v1::Catalog OpenCatalog();

// "2026-03-03 09:00" on the clocks of Lake Forest, there and back.
absl::Time At(absl::string_view local);
std::string Local(absl::Time time);

google::protobuf::Timestamp ToWire(absl::Time time);
absl::Time FromWire(const google::protobuf::Timestamp& time);

scheduling::v1::FindSlotsRequest Search(absl::string_view visit_type, absl::string_view clinic,
                                        absl::string_view from, absl::string_view to);
scheduling::v1::CreateHoldRequest Hold(absl::string_view visit_type, absl::string_view clinic,
                                       absl::string_view start);
scheduling::v1::BookAppointmentRequest Booking(absl::string_view visit_type,
                                               absl::string_view clinic, absl::string_view start,
                                               absl::string_view patient);
scheduling::v1::BookAppointmentRequest Booking(const scheduling::v1::Hold& hold,
                                               absl::string_view patient);
scheduling::v1::RescheduleAppointmentRequest Move(const scheduling::v1::Appointment& appointment,
                                                  absl::string_view start);
scheduling::v1::CancelAppointmentRequest Cancellation(
    const scheduling::v1::Appointment& appointment);
scheduling::v1::GetAppointmentRequest Get(absl::string_view name);
scheduling::v1::ListAppointmentsRequest List(absl::string_view filter);
scheduling::v1::WatchAppointmentsRequest Watch(absl::string_view clinic,
                                               absl::string_view resume_token = "");

// When things start, as Local() writes it.
template <typename Items>
std::vector<std::string> Starts(const Items& items) {
  std::vector<std::string> starts;
  for (const auto& item : items) starts.push_back(Local(FromWire(item.start_time())));
  return starts;
}

// Who and what takes part in a slot, hold or appointment, in the order of the needs.
template <typename Visit>
std::vector<std::string> Resources(const Visit& visit) {
  std::vector<std::string> names;
  for (const auto& assignment : visit.assignments()) names.push_back(assignment.resource());
  return names;
}

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_REQUESTS_H_
