#ifndef CLARITY_SERVICES_CONSULTATION_PLAN_DRAFTING_H_
#define CLARITY_SERVICES_CONSULTATION_PLAN_DRAFTING_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "clarity/consultation/v1/plan.pb.h"
#include "clarity/consultation/v1/protocol.pb.h"
#include "services/consultation/plan/dose.h"
#include "services/consultation/policy/inquiry.h"

// How a plan comes from a protocol: pure functions of protocol, facts and what is asked for.
namespace clarity::consultation {

using PlanPhases = google::protobuf::RepeatedPtrField<v1::PlanPhase>;

// What a draft is made from.
struct Drafting {
  const v1::Protocol& protocol;
  const Inquiry& inquiry;
  Body body;
  // The first day of the first phase, where nothing below says another.
  absl::CivilDay start;
  // Phases that are to be other than usual, each whole; "phases" of the request.
  const PlanPhases& wanted;
  // Phases that stay as they are, unless they are among `wanted`, or the protocol no longer has
  // them for this person. Those that follow the visits of a wanted one move with it.
  const PlanPhases& kept;
};

struct PlanDraft {
  // In the protocol's order, those that are for this person.
  PlanPhases phases;
  google::protobuf::RepeatedPtrField<v1::Deviation> deviations;
  // The result with the weight that doses are computed from; empty: none is computed from it.
  std::string weight_result;
};

// What is usual, where nothing else is wanted: as many visits as the protocol takes at most (fewer
// are asked for, more are not given by mistake), its gaps, its usual doses, and its windows one
// after the other. A phase whose visits follow those of another lies beside that one, and as much
// longer as the last of them may wait. Doses are told by runs of visits that get the same.
//
// INVALID_ARGUMENT names every fault of `wanted`, as a phase that is not for this person, a visit
// without a dose, or a dose that cannot be given at all. FAILED_PRECONDITION FACT_MISSING.
absl::StatusOr<PlanDraft> MakeDraft(const Drafting& drafting);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PLAN_DRAFTING_H_
