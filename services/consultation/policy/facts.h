#ifndef CLARITY_SERVICES_CONSULTATION_POLICY_FACTS_H_
#define CLARITY_SERVICES_CONSULTATION_POLICY_FACTS_H_

#include <optional>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "clarity/consultation/v1/clearance.pb.h"
#include "clarity/consultation/v1/evaluation.pb.h"
#include "clarity/consultation/v1/outcome.pb.h"

namespace clarity::consultation {

// What a policy can ask about a person, as the records have it. Which of them count is decided
// where they are asked for: not a draft, not what was withdrawn or corrected, not what is of later
// than `time`; of results and outcomes, the newest of each kind.
struct Facts {
  // As of when.
  absl::Time time;
  // Of the clinic: its days are counted.
  absl::TimeZone zone;
  std::optional<absl::CivilDay> birth_date;
  std::vector<v1::QuestionnaireResponse> responses;
  std::vector<v1::Result> results;
  std::vector<v1::Outcome> outcomes;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_POLICY_FACTS_H_
