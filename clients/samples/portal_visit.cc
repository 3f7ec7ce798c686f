#include "clients/samples/portal_visit.h"

#include <vector>

#include "google/protobuf/util/time_util.h"

namespace clarity::samples {

using client::PortalClient;
using client::PortalSearch;
using google::protobuf::util::TimeUtil;
using scheduling::v1::Appointment;
using scheduling::v1::Hold;
using scheduling::v1::Slot;

absl::StatusOr<Appointment> BookFirstTime(const PortalClient& client, const std::string& clinic,
                                          const std::string& visit_type, absl::Time now) {
  PortalSearch search;
  search.query.add_clinics(clinic);
  search.query.set_visit_type(visit_type);
  auto* window = search.query.mutable_window();
  *window->mutable_start_time() = TimeUtil::SecondsToTimestamp(absl::ToUnixSeconds(now));
  *window->mutable_end_time() =
      TimeUtil::SecondsToTimestamp(absl::ToUnixSeconds(now + absl::Hours(14 * 24)));
  search.per_day_max = 2;  // a choice of days, not of neighbouring minutes

  // A range asks the server for more as it goes; a portal would show the patient what it gives.
  client::PageRange<Slot> times = client.FindSlots(search);
  const auto first = times.begin();
  if (first == times.end()) return absl::NotFoundError("no time is free in the coming two weeks");
  if (!first->ok()) return first->status();
  const absl::StatusOr<Hold> hold = client.CreateHold(**first);
  if (!hold.ok()) return hold.status();
  // Here the patient reads and says yes; until hold->expire_time() nobody else gets the time.
  return client.Book(*hold);
}

absl::StatusOr<int> CancelAll(const PortalClient& client) {
  std::vector<Appointment> ahead;
  for (const absl::StatusOr<Appointment>& appointment : client.ListAppointments()) {
    if (!appointment.ok()) return appointment.status();
    ahead.push_back(*appointment);
  }
  for (const Appointment& appointment : ahead) {
    const absl::StatusOr<Appointment> cancelled = client.Cancel(appointment);
    if (!cancelled.ok()) return cancelled.status();
  }
  return static_cast<int>(ahead.size());
}

}  // namespace clarity::samples
