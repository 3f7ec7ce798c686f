#ifndef CLARITY_SERVICES_CONSULTATION_PATHWAY_CONSIDER_H_
#define CLARITY_SERVICES_CONSULTATION_PATHWAY_CONSIDER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "clarity/consultation/v1/evaluation.pb.h"
#include "services/consultation/pathway/case_file.h"
#include "services/consultation/policy/evaluation.h"

// What follows from the facts of an episode: pure functions of its file, its policy and the time.
namespace clarity::consultation {

// Of turn_time_micros: time alone changes nothing.
inline constexpr int64_t kNeverMicros = INT64_MAX;

// A new "requirements/..." each time.
using NewRequirementName = std::function<std::string()>;

// Brings everything in the file that follows from the rest up to the time of its facts: which rules
// exclude and which are set aside, which requirements there are and where they stand, whether the
// clearance holds and the plan goes on, which steps are done, and when time alone next changes
// something. Gives the evaluation it went by, as EvaluateFile.
v1::Evaluation Consider(const NewRequirementName& new_name, CaseFile* file);

// The evaluation alone, with the overrides that hold and the past exclusions that are open.
v1::Evaluation EvaluateFile(const CaseFile& file);

// What a rule was decided by, or waits for: what an override is made on.
const google::protobuf::RepeatedPtrField<v1::Fact>& FactsOf(const v1::Decision& decision);

// The same of all rules that ask for a requirement: what a waiver is given on.
google::protobuf::RepeatedPtrField<v1::Fact> FactsBehind(const v1::Requirement& requirement,
                                                         const v1::Evaluation& evaluation);

// Whether an override, complete or not, still stands on the facts that a rule is decided by.
bool Holds(const storage::v1::RuleOverrideRecord& record, const v1::Decision& decision);

// As many as the policy asks for have signed.
bool IsEnough(v1::Authority authority,
              const google::protobuf::RepeatedPtrField<v1::Signature>& signatures);

bool IsMetOrWaived(const v1::Requirement& requirement);

// Treatment may go on.
bool Clears(v1::Clearance::Verdict verdict);

// A decision that clears, and holds.
bool IsClearing(const v1::Clearance& clearance);

// Why there is no valid clearance for the protocol: "none", "expired", "reopened" or
// "other_protocol"; empty: there is one.
std::string WhyNotCleared(const CaseFile& file, absl::string_view protocol);

void EndClearance(v1::Clearance::State state, std::string why, absl::Time time,
                  v1::Clearance* clearance);

// When the first of the results that a clearance for these protocols rests on ceases to count;
// InfiniteFuture where none does.
absl::Time ExpiryOf(const CaseFile& file,
                    const google::protobuf::RepeatedPtrField<std::string>& protocols);

// What a phase of a plan was made from; null where the policy has it no more.
const v1::ProtocolPhase* PhaseOf(const CaseFile& file, const v1::Plan& plan,
                                 absl::string_view phase);

// The visits that count for a phase of a plan: booked on its orders and still to come or begun.
std::vector<const scheduling::v1::Appointment*> VisitsOfPhase(const CaseFile& file,
                                                              const storage::v1::PlanRecord& plan,
                                                              absl::string_view phase);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATHWAY_CONSIDER_H_
