#include "clients/samples/agent_call.h"

#include "clients/core/errors.h"
#include "clients/core/requests.h"
#include "google/protobuf/util/time_util.h"

namespace clarity::samples {

using client::CallCenterClient;
using google::protobuf::util::TimeUtil;
using scheduling::v1::Appointment;
using scheduling::v1::BookAppointmentRequest;
using scheduling::v1::CreateHoldRequest;
using scheduling::v1::FindSlotsRequest;
using scheduling::v1::Hold;
using scheduling::v1::Slot;
using scheduling::v1::SlotConflict;

absl::StatusOr<std::vector<Slot>> FourGoodTimes(const CallCenterClient& client,
                                                const std::string& clinic,
                                                const std::string& visit_type, absl::Time now) {
  FindSlotsRequest request;
  request.mutable_query()->add_clinics(clinic);
  request.mutable_query()->set_visit_type(visit_type);
  auto* window = request.mutable_query()->mutable_window();
  *window->mutable_start_time() = TimeUtil::SecondsToTimestamp(absl::ToUnixSeconds(now));
  *window->mutable_end_time() =
      TimeUtil::SecondsToTimestamp(absl::ToUnixSeconds(now + absl::Hours(14 * 24)));
  request.mutable_spread()->set_per_day_max(1);
  request.set_page_size(4);

  std::vector<Slot> times;
  for (const absl::StatusOr<Slot>& slot : client.FindSlots(request)) {
    if (!slot.ok()) return slot.status();
    times.push_back(*slot);
    if (times.size() == 4) break;  // a range that is left asks for no further page
  }
  return times;
}

absl::StatusOr<Hold> HoldThisOrTheNearest(const CallCenterClient& client, const Slot& slot,
                                          const std::string& caller) {
  CreateHoldRequest request = client::HoldRequestOf(slot);
  request.mutable_hold()->set_caller_label(caller);
  absl::StatusOr<Hold> hold = client.CreateHold(request);
  if (client::ReasonOf(hold.status()) != "SLOT_TAKEN") return hold;

  // A refused time comes with what is in the way and with times nearby that work.
  const auto conflict = client::DetailOf<SlotConflict>(hold.status());
  if (!conflict.has_value() || conflict->alternatives().empty()) return hold;
  CreateHoldRequest nearest = client::HoldRequestOf(conflict->alternatives(0));
  nearest.mutable_hold()->set_caller_label(caller);
  return client.CreateHold(nearest);
}

absl::StatusOr<Appointment> BookHeld(const CallCenterClient& client, const Hold& hold,
                                     const std::string& patient) {
  BookAppointmentRequest request = client::BookRequestOf(hold);
  request.add_participants()->set_patient(patient);
  request.set_channel(scheduling::v1::CHANNEL_PHONE);
  return client.BookAppointment(request);
}

}  // namespace clarity::samples
