#ifndef CLARITY_CLIENTS_CORE_CARE_REQUESTS_H_
#define CLARITY_CLIENTS_CORE_CARE_REQUESTS_H_

#include <string>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "clarity/consultation/v1/episode.pb.h"
#include "clarity/consultation/v1/patient.pb.h"
#include "clarity/consultation/v1/patient_service.pb.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"

// Requests for what is known of a patient, and for what the pathway says can be booked.
namespace clarity::client {

// By a telephone number in any form; by given and family name in any order, and the birth date
// where it is known; by the portal's id of the account.
consultation::v1::SearchPatientsRequest SearchByPhoneNumber(const std::string& number);
consultation::v1::SearchPatientsRequest SearchByName(
    const std::string& full_name, const absl::optional<type::v1::Date>& birth_date = {});
consultation::v1::SearchPatientsRequest SearchByPortalSubject(const std::string& subject);

// What was refused (LIKELY_DUPLICATE), once more: somebody has looked at the records that looked
// alike, and they are of other people.
consultation::v1::CreatePatientRequest DistinctFrom(
    const consultation::v1::LikelyDuplicates& duplicates,
    consultation::v1::CreatePatientRequest refused);

// The times at which a visit can take place that can be booked now: at the episode's clinic, from
// now or from when it may begin, for so long at most.
scheduling::v1::SlotQuery QueryOf(const consultation::v1::Pathway& pathway,
                                  const consultation::v1::Pathway::BookableVisit& visit,
                                  absl::Time now, absl::Duration ahead);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_CARE_REQUESTS_H_
