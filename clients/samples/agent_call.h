#ifndef CLARITY_CLIENTS_SAMPLES_AGENT_CALL_H_
#define CLARITY_CLIENTS_SAMPLES_AGENT_CALL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/callcenter/call_center_client.h"

namespace clarity::samples {

// What an agent reads out: at most four times in the coming two weeks, one a day.
absl::StatusOr<std::vector<scheduling::v1::Slot>> FourGoodTimes(
    const client::CallCenterClient& client, const std::string& clinic,
    const std::string& visit_type, absl::Time now);

// Keeps a time for somebody on the line who has no record yet. Where somebody else was faster, the
// nearest time that the server offers instead; the agent says so.
absl::StatusOr<scheduling::v1::Hold> HoldThisOrTheNearest(const client::CallCenterClient& client,
                                                          const scheduling::v1::Slot& slot,
                                                          const std::string& caller);

// Books what is held, for the patient the caller has turned out to be.
absl::StatusOr<scheduling::v1::Appointment> BookHeld(const client::CallCenterClient& client,
                                                     const scheduling::v1::Hold& hold,
                                                     const std::string& patient);

}  // namespace clarity::samples

#endif  // CLARITY_CLIENTS_SAMPLES_AGENT_CALL_H_
