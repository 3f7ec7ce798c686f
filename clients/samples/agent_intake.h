#ifndef CLARITY_CLIENTS_SAMPLES_AGENT_INTAKE_H_
#define CLARITY_CLIENTS_SAMPLES_AGENT_INTAKE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/callcenter/call_center_client.h"
#include "clients/callcenter/care_client.h"

namespace clarity::samples {

// Whether a record is that of who is on the line: the agent asks for the birth date.
using IsCaller = std::function<bool(const consultation::v1::Patient& record)>;

// The record of who is on the line: one with their number, or one that looks like theirs; where it
// is none of these, a new one.
absl::StatusOr<consultation::v1::Patient> RecordOfCaller(const client::CareClient& care,
                                                         const consultation::v1::Patient& caller,
                                                         const IsCaller& is_caller);

// How far they have come; with first contact, an episode is opened.
absl::StatusOr<consultation::v1::Pathway> PathwayOf(const client::CareClient& care,
                                                    const consultation::v1::Patient& patient,
                                                    consultation::v1::Episode::Reason reason);

// Books the first visit that can be booked for them now, with its order, at the first time that is
// free in the coming two weeks.
absl::StatusOr<scheduling::v1::Appointment> BookWhatIsNext(const client::CallCenterClient& visits,
                                                           const consultation::v1::Pathway& pathway,
                                                           absl::Time now);

}  // namespace clarity::samples

#endif  // CLARITY_CLIENTS_SAMPLES_AGENT_INTAKE_H_
