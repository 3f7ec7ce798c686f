#ifndef CLARITY_SERVICES_CONSULTATION_PLAN_PROGRESS_H_
#define CLARITY_SERVICES_CONSULTATION_PLAN_PROGRESS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "services/consultation/pathway/case_file.h"
#include "services/consultation/records.pb.h"

// How far the plan of a file has come: what of it may be booked by now. The plan is there.
namespace clarity::consultation {

// Of a phase of a plan, by their start.
std::vector<const scheduling::v1::Appointment*> CompletedOf(const CaseFile& file,
                                                            const storage::v1::PlanRecord& record,
                                                            absl::string_view phase);

// When the last day of a phase ends.
absl::Time EndOf(const CaseFile& file, const v1::PlanPhase& phase);

// Whether all its visits took place, or some did and its days are past.
bool IsPhaseOver(const CaseFile& file, const v1::PlanPhase& phase);

// The phase whose days went by without a visit, so that nothing comes after it; null: none.
const v1::PlanPhase* FindMissedPhase(const CaseFile& file);

// A phase of the plan in force must not go on before the benefit was looked at.
struct DueReevaluation {
  const v1::Reevaluation* reevaluation = nullptr;
  // Since the visit that made it due.
  absl::Time since;
};
std::vector<DueReevaluation> DueReevaluations(const CaseFile& file);

// How many visits of a phase may be booked by now, those that have begun among them. Of a phase
// that follows visits of another: as many as have begun there; none where the protocol has it no
// more. Of any other: none before the phases before it are over, or set aside, and what came of
// them was looked at as the protocol asks.
int VisitsDue(const CaseFile& file, const v1::PlanPhase& phase);

// When time alone next changes something of it; InfiniteFuture: never.
absl::Time NextTurnOfPlan(const CaseFile& file);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PLAN_PROGRESS_H_
