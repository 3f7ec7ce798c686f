#ifndef CLARITY_CLIENTS_SAMPLES_PORTAL_CARE_H_
#define CLARITY_CLIENTS_SAMPLES_PORTAL_CARE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "clients/portal/portal_care_client.h"

namespace clarity::samples {

// Asks the patient one thing: a page of the portal, with what the item offers.
using Ask = std::function<consultation::v1::Answer(const consultation::v1::QuestionnaireItem&)>;

// A questionnaire, page by page: each is saved, so that the patient may go on another day; once
// nothing is missing it is submitted.
absl::StatusOr<consultation::v1::QuestionnaireResponse> FillIn(
    const client::PortalCareClient& care, const std::string& episode,
    const consultation::v1::Questionnaire& questionnaire, const Ask& ask);

// "My forms": fills in each questionnaire for patients that has not been submitted. Gives how many.
absl::StatusOr<int> FillInWhatIsMissing(const client::PortalCareClient& care, const Ask& ask);

}  // namespace clarity::samples

#endif  // CLARITY_CLIENTS_SAMPLES_PORTAL_CARE_H_
