#ifndef CLARITY_SERVICES_SCHEDULING_SEARCH_SLOT_FORM_H_
#define CLARITY_SERVICES_SCHEDULING_SEARCH_SLOT_FORM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "clarity/scheduling/v1/slot.pb.h"
#include "services/platform/base/mutex.h"
#include "services/scheduling/booking/placement.h"
#include "services/scheduling/calendar/tick.h"
#include "services/scheduling/catalog/snapshot.h"

namespace clarity::scheduling {

// The slots of one plan as they go over the wire. They are alike but for their times and for who
// takes part: what they share is written once, and each is a copy with its own times filled in. As
// messages, a page of them is hundreds of strings and times to be set, measured and written.
class SlotForm {
 public:
  SlotForm(const std::shared_ptr<const catalog::Snapshot>& snapshot,
           const catalog::VisitPlan& plan);

  // The bytes of the Slot that Describe makes of a placement of that plan.
  std::string Fill(const Placement& placement) const;

 private:
  struct TimeAt {
    size_t position = 0;        // of its seconds
    calendar::Tick offset = 0;  // from the start of the visit
  };
  using UnitKey = std::tuple<int, int, bool>;  // need, resource, pinned

  std::string shared_;
  std::vector<TimeAt> times_;  // in `shared_`
  absl::flat_hash_map<UnitKey, std::string> assignments_;
};

// The forms of the catalog's plans, each made when it is first needed. Safe for any number of
// threads.
class SlotForms {
 public:
  std::shared_ptr<const SlotForm> Of(const std::shared_ptr<const catalog::Snapshot>& snapshot,
                                     const catalog::VisitPlan& plan);

 private:
  base::Mutex mutex_;
  // Of one version of the catalog, the one asked for last: by visit type, clinic and modality.
  using PlanKey = std::tuple<int, int, v1::Modality>;
  absl::flat_hash_map<PlanKey, std::shared_ptr<const SlotForm>> forms_ ABSL_GUARDED_BY(mutex_);
  int64_t version_ ABSL_GUARDED_BY(mutex_) = -1;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_SEARCH_SLOT_FORM_H_
