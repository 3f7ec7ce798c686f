#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_SELECTION_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_SELECTION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "clarity/scheduling/v1/slot.pb.h"
#include "services/scheduling/calendar/visit.h"
#include "services/scheduling/catalog/snapshot.h"

namespace clarity::scheduling {

// What a caller says about who takes part in a visit.
struct Selection {
  std::vector<std::string> required;      // take part, whichever need they fill: pinned
  std::vector<std::string> excluded;      // do not
  std::vector<std::string> preferred;     // do if possible, the most wanted first
  std::vector<std::string> capabilities;  // of every clinician and nurse, all; empty: any
  std::string language;                   // likewise
  // Who takes part, need by need, as a hold has it: nobody else does.
  std::vector<v1::Assignment> fixed;
};

// For a visit that is moved: whoever the caller had named for it stays named, unless the caller now
// names somebody, required or preferred.
void KeepPins(const v1::Appointment& moved, Selection* selection);

// One way to give the pinned resources their needs: the visit with those needs narrowed to them.
struct SelectedVisit {
  calendar::Visit visit;     // resource indices as in VisitPlan
  std::vector<int> need;     // for each need of `visit`: its index in VisitType.needs
  std::vector<bool> pinned;  // for each need of `visit`: narrowed to a pinned resource
  std::vector<calendar::Stretches> stretches;  // of each need, for calendar::Fits
  std::vector<std::vector<int>> preference;    // for calendar::Assign
};

// All such ways. A start is possible if it is for one of them; none: the pinned resources have no
// part in such a visit. NOT_FOUND for a resource the catalog does not have; INVALID_ARGUMENT when
// there would be more than limits::kPinVariantsMax.
absl::StatusOr<std::vector<SelectedVisit>> Select(const catalog::Snapshot& snapshot,
                                                  const catalog::VisitPlan& plan,
                                                  const calendar::Visit& visit,
                                                  const Selection& selection);

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_SELECTION_H_
