#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_PLACEMENT_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_PLACEMENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "clarity/scheduling/v1/slot.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/booking/calendar_cache.h"
#include "services/scheduling/booking/calendar_rows.h"
#include "services/scheduling/booking/selection.h"
#include "services/scheduling/calendar/assign.h"
#include "services/scheduling/catalog/catalog_store.h"
#include "services/scheduling/catalog/snapshot.h"

namespace clarity::scheduling {

// A visit at a time, as somebody wishes to have it.
struct Wish {
  std::string visit_type;
  std::string clinic;
  v1::Modality modality = v1::MODALITY_UNSPECIFIED;
  absl::Time start;
  std::string patient;  // empty: a caller without a record
  Selection selection;
  // Whose claims are not in the way: the hold that is used, the appointment that is moved.
  std::vector<std::string> ignored_owners;
  std::string moved_appointment;  // that one, if there is one
  // The rules were kept when the hold was made; time has only gone on since.
  bool rules_kept = false;
  // It was booked before: a start that has passed by now is no obstacle.
  bool may_have_begun = false;
  // Rules that are set aside, if the wish cannot be had otherwise.
  v1::Override override;
};

// Where a visit is: time, place and resources. The shape that slots, holds and appointments share.
struct Placement {
  std::shared_ptr<const catalog::Snapshot> snapshot;
  const catalog::VisitPlan* plan = nullptr;
  calendar::Tick start = 0;
  struct Unit {
    int need = 0;      // in VisitType.needs
    int resource = 0;  // of the snapshot
    bool pinned = false;
  };
  std::vector<Unit> units;  // by need
  bool overridden = false;  // a rule had to be set aside
};

// Looks up what a visit is. NOT_FOUND for a name the catalog does not have; SLOT_NOT_OFFERED where
// it has no such visit.
absl::StatusOr<const catalog::VisitPlan*> FindPlan(const catalog::Snapshot& snapshot,
                                                   const std::string& visit_type,
                                                   const std::string& clinic,
                                                   v1::Modality modality);

// Makes sure that the wish can be had, chooses who takes part, and locks their pages: what it
// returns may be claimed in this transaction. SLOT_TAKEN, SLOT_NOT_OFFERED, PATIENT_BUSY.
// Whom the cache has as busy is looked at last: the rows decide.
absl::StatusOr<Placement> Place(const rpc::Call& call, storage::Transaction& transaction,
                                catalog::CatalogStore& catalog, CalendarCache& cache,
                                const Wish& wish);

// Takes the time of a placement: of its resources, and of the patient unless there is none.
absl::StatusOr<std::vector<Claim>> ClaimPlacement(
    const rpc::Call& call, storage::Transaction& transaction, catalog::CatalogStore& catalog,
    const Placement& placement, const std::string& owner, const std::string& patient,
    absl::Time expire_time);

// Units as an Assign found them for one way to select.
std::vector<Placement::Unit> UnitsOf(const catalog::VisitPlan& plan, const SelectedVisit& selected,
                                     const calendar::Assignment& assignment);

// The span of the patient's own part within the visit, in ticks from its start.
calendar::Interval PatientPart(const v1::VisitType& visit_type);

// Fills the fields of this shape in a Slot, Hold or Appointment.
void Describe(const Placement& placement, v1::Slot* slot);
void Describe(const Placement& placement, v1::Hold* hold);
void Describe(const Placement& placement, v1::Appointment* appointment);

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_PLACEMENT_H_
