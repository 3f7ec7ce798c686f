#ifndef CLARITY_SERVICES_SCHEDULING_CATALOG_PLAN_H_
#define CLARITY_SERVICES_SCHEDULING_CATALOG_PLAN_H_

#include <memory>
#include <vector>

#include "clarity/scheduling/v1/catalog.pb.h"
#include "services/scheduling/calendar/tick.h"
#include "services/scheduling/calendar/timeline.h"
#include "services/scheduling/calendar/visit.h"

namespace clarity::scheduling::catalog {

class Snapshot;

// A visit type at one clinic in one modality, ready for the engine.
struct VisitPlan {
  // A need of the visit type that the modality has: visit.needs[n] of every piece.
  struct PlanNeed {
    int index = 0;  // in VisitType.needs
    bool licence_required = false;
    // Whoever could fill it, were all licences valid: what is missing from `eligible` of a piece
    // fails by its licence. Sorted indices into `resources`.
    std::vector<int> candidates;
  };

  // The starts between two dates on which a licence begins or ends: within them, the same
  // resources are eligible. `visit.needs[n].eligible` are indices into `resources`.
  struct Piece {
    calendar::Interval starts;
    calendar::Visit visit;
  };

  int visit_type = 0;  // of the snapshot
  int clinic = 0;      // of the snapshot
  v1::Modality modality = v1::MODALITY_IN_PERSON;
  calendar::Location location = 0;
  std::vector<int> resources;  // of the snapshot, sorted: the engine's resource i is resources[i]
  std::vector<PlanNeed> needs;
  std::vector<Piece> pieces;  // in order, without gaps; one where no licence begins or ends

  int ticks() const { return pieces.front().visit.ticks(); }
  const calendar::Visit& VisitAt(calendar::Tick start) const;
};

// Null where the visit type is not offered. `modality` is one of the two.
std::unique_ptr<const VisitPlan> MakePlan(const Snapshot& snapshot, int visit_type, int clinic,
                                          v1::Modality modality);

}  // namespace clarity::scheduling::catalog

#endif  // CLARITY_SERVICES_SCHEDULING_CATALOG_PLAN_H_
