#include "services/scheduling/search/slot_form.h"

#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "services/scheduling/booking/placement.h"
#include "services/scheduling/catalog/snapshot.h"
#include "services/scheduling/catalog/test_support.h"

namespace clarity::scheduling {
namespace {

using catalog::Snapshot;
using catalog::VisitPlan;

// Every way to fill the needs of a plan once: the n-th candidate of each.
Placement PlacementWith(const std::shared_ptr<const Snapshot>& snapshot, const VisitPlan& plan,
                        calendar::Tick start, size_t n, bool pinned) {
  Placement placement{snapshot, &plan, start, {}, false};
  for (const VisitPlan::PlanNeed& need : plan.needs) {
    if (need.candidates.empty()) continue;
    const int candidate = need.candidates[n % need.candidates.size()];
    placement.units.push_back({need.index, plan.resources[static_cast<size_t>(candidate)], pinned});
  }
  return placement;
}

void ExpectAsDescribed(const SlotForm& form, const Placement& placement) {
  v1::Slot described, filled;
  Describe(placement, &described);
  ASSERT_TRUE(filled.ParseFromString(form.Fill(placement)));
  EXPECT_EQ(filled.DebugString(), described.DebugString());
}

TEST(SlotFormTest, AFilledFormIsTheSlotThatDescribeMakes) {
  const auto snapshot = Snapshot::Make(catalog::DemoCatalog(), 1);
  SlotForms forms;
  int plans = 0;
  for (int type = 0; type < snapshot->visit_type_count(); ++type) {
    for (int clinic = 0; clinic < snapshot->clinic_count(); ++clinic) {
      for (const auto modality : {v1::MODALITY_IN_PERSON, v1::MODALITY_TELEHEALTH}) {
        const VisitPlan* plan = snapshot->Plan(type, clinic, modality);
        if (plan == nullptr) continue;
        ++plans;
        const auto form = forms.Of(snapshot, *plan);
        // Over all that can change in the bytes of a time, and before and after those years.
        for (calendar::Tick start = 1; start < 100'000'000; start += start / 3 + 1) {
          const auto n = static_cast<size_t>(start);
          ExpectAsDescribed(*form, PlacementWith(snapshot, *plan, start, n, start % 2 == 0));
        }
      }
    }
  }
  EXPECT_GT(plans, 4);
}

TEST(SlotFormTest, AFormIsOfTheCatalogThatIsAskedFor) {
  auto catalog = catalog::SmallCatalog();
  SlotForms forms;
  const auto before = Snapshot::Make(catalog, 1);
  const VisitPlan* plan = before->Plan(0, 0, v1::MODALITY_UNSPECIFIED);
  ASSERT_NE(plan, nullptr);
  forms.Of(before, *plan);
  for (v1::Resource& resource : *catalog.mutable_resources()) resource.set_display_name("Renamed");
  const auto after = Snapshot::Make(std::move(catalog), 2);
  plan = after->Plan(0, 0, v1::MODALITY_UNSPECIFIED);
  ExpectAsDescribed(*forms.Of(after, *plan), PlacementWith(after, *plan, 6'000'000, 0, false));
}

}  // namespace
}  // namespace clarity::scheduling
