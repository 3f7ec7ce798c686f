#ifndef CLARITY_CLIENTS_SAMPLES_PORTAL_VISIT_H_
#define CLARITY_CLIENTS_SAMPLES_PORTAL_VISIT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/portal/portal_client.h"

namespace clarity::samples {

// What a page of a patient portal does: finds the first time a visit can take place in the coming
// two weeks, keeps it while the patient reads, and books it.
absl::StatusOr<scheduling::v1::Appointment> BookFirstTime(const client::PortalClient& client,
                                                          const std::string& clinic,
                                                          const std::string& visit_type,
                                                          absl::Time now);

// "My appointments": calls off all that the patient has ahead. Gives how many there were.
absl::StatusOr<int> CancelAll(const client::PortalClient& client);

}  // namespace clarity::samples

#endif  // CLARITY_CLIENTS_SAMPLES_PORTAL_VISIT_H_
