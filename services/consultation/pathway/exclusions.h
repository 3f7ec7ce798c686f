#ifndef CLARITY_SERVICES_CONSULTATION_PATHWAY_EXCLUSIONS_H_
#define CLARITY_SERVICES_CONSULTATION_PATHWAY_EXCLUSIONS_H_

#include <vector>

#include "absl/time/time.h"
#include "clarity/consultation/v1/clearance.pb.h"
#include "clarity/consultation/v1/evaluation.pb.h"
#include "services/consultation/pathway/case_file.h"

// What has excluded a patient is not forgotten when the facts say so no more: it stays on record
// until a prescriber settles it, unless the policy leaves it to facts or time. Pure functions of a
// case file; the records are among its facts.
namespace clarity::consultation {

// Brings the records of the file's episode up to what the rules say.
void RecordExclusions(const v1::Evaluation& evaluation, CaseFile* file);

// Puts what is on record and not settled on the decisions whose rule does not apply.
void AddPastExclusions(const CaseFile& file, v1::Evaluation* evaluation);

// Whether a past exclusion is open that was not when it was decided. One that was seen to apply
// then, and was set aside or accepted with conditions, is no news when it goes.
bool HasNewPastExclusion(const v1::Decision& now, const v1::Decision& then);

// The records that a decision settles, settled.
std::vector<storage::v1::ExclusionRecord> SettledBy(const v1::Clearance& clearance,
                                                    const CaseFile& file);

// Leaves in the file what was on record at an earlier time, as far as it is known: of each rule and
// episode, only when it applied last is.
void GoBackToExclusionsOf(absl::Time time, CaseFile* file);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATHWAY_EXCLUSIONS_H_
