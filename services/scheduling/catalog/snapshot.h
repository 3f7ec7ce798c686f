#ifndef CLARITY_SERVICES_SCHEDULING_CATALOG_SNAPSHOT_H_
#define CLARITY_SERVICES_SCHEDULING_CATALOG_SNAPSHOT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/catalog.pb.h"
#include "services/platform/base/mutex.h"
#include "services/scheduling/calendar/bitmap.h"
#include "services/scheduling/calendar/page.h"
#include "services/scheduling/calendar/tick.h"
#include "services/scheduling/calendar/timeline.h"
#include "services/scheduling/catalog/defaults.h"
#include "services/scheduling/catalog/direction.h"
#include "services/scheduling/catalog/hours.h"
#include "services/scheduling/catalog/plan.h"
#include "services/scheduling/catalog/roster.h"

namespace clarity::scheduling::catalog {

// The whole catalog at one version, indexed: clinics, resources and visit types are dense
// integers in the order of their names. Never changes once made; shared by everybody who began
// with it. What is costly (plans, open hours) is worked out at first use and kept; safe for any
// number of threads.
class Snapshot {
 public:
  // `catalog` has passed Validate (validate.h). Sorts its parts by name and fills the etags.
  static std::shared_ptr<const Snapshot> Make(v1::Catalog catalog, int64_t version);

  int64_t version() const { return version_; }
  // Of the catalog as a whole; the same contents have the same etag.
  const std::string& etag() const { return etag_; }
  const v1::Catalog& catalog() const { return catalog_; }

  int clinic_count() const { return catalog_.clinics_size(); }
  int resource_count() const { return catalog_.resources_size(); }
  int visit_type_count() const { return catalog_.visit_types_size(); }

  const v1::Clinic& clinic(int clinic) const { return catalog_.clinics(clinic); }
  const v1::Resource& resource(int resource) const { return catalog_.resources(resource); }
  const v1::VisitType& visit_type(int visit_type) const { return catalog_.visit_types(visit_type); }

  std::optional<int> FindClinic(absl::string_view name) const;
  std::optional<int> FindResource(absl::string_view name) const;
  std::optional<int> FindVisitType(absl::string_view name) const;

  absl::TimeZone zone(int clinic) const { return zones_[clinic]; }
  // Of its position, if it has one.
  const Direction& direction(int clinic) const { return directions_[clinic]; }

  // How many patients a resource may serve at once.
  int CapacityOf(int resource) const { return SharesOf(catalog_.resources(resource)); }

  // Stable names of places, for what is kept longer than a snapshot: "clinics/lake-forest" and
  // "clinics/lake-forest/telehealth".
  std::string LocationName(calendar::Location location) const;
  std::optional<calendar::Location> FindLocation(absl::string_view name) const;

  // Where a resource is ever open, and who is ever open at a place. Sorted.
  const std::vector<calendar::Location>& LocationsOf(int resource) const {
    return roster_.LocationsOf(resource);
  }
  const std::vector<int>& ResourcesOf(calendar::Location location) const {
    return roster_.ResourcesOf(location);
  }

  const Roster& roster() const { return roster_; }

  // The plan; null where the visit type is not offered at the clinic in that modality.
  // MODALITY_UNSPECIFIED means the usual one. Lives as long as the snapshot.
  const VisitPlan* Plan(int visit_type, int clinic, v1::Modality modality) const;

  // What a resource is open at a place: its availability there, less its absences, less the
  // clinic's holidays. A tick is open only if all of it is.
  calendar::Bits512 OpenPage(int resource, calendar::Location location,
                             calendar::PageIndex page) const;
  // Sets what is open at all its places, in all pages of `timeline`.
  void FillOpen(int resource, calendar::Timeline* timeline) const;

  // Why it is not, at `tick`: worked out anew each time, for explanations only.
  ClosedReason WhyClosed(int resource, calendar::Location location, calendar::Tick tick) const;

  // When a resource's licences cover visits at a clinic: sorted, apart. A visit needs all of
  // itself within one of them.
  std::vector<calendar::Interval> LicencesOf(int resource, int clinic) const;

 private:
  // Rules are expanded for this many pages at a time (113 days): often enough one expansion
  // serves a search, and never many years of a rule nobody asks for.
  static constexpr int kBlockPages = 64;
  static constexpr size_t kBlocksKeptMax = 8;  // of a resource at a place; the earliest go first
  static constexpr size_t kOpenShards = 16;

  using Block = std::shared_ptr<const calendar::Bitmap>;
  struct OpenShard {
    base::Mutex mutex;
    absl::flat_hash_map<std::pair<int, calendar::Location>, std::map<int64_t, Block>> blocks
        ABSL_GUARDED_BY(mutex);
  };
  // By visit type, clinic and modality; null where it is not offered.
  using PlanKey = std::tuple<int, int, v1::Modality>;
  using NameIndex = absl::flat_hash_map<absl::string_view, int>;

  // `catalog` is sorted and has its etags.
  Snapshot(v1::Catalog catalog, int64_t version);

  Block OpenBlock(int resource, calendar::Location location, int64_t number) const;

  // Immutable after construction.
  const v1::Catalog catalog_;
  const int64_t version_;
  const std::string etag_;
  const Roster roster_;
  const NameIndex clinic_index_;  // the names are those of catalog_
  const NameIndex resource_index_;
  const NameIndex visit_type_index_;
  std::vector<absl::TimeZone> zones_;
  std::vector<Direction> directions_;

  mutable std::array<OpenShard, kOpenShards> open_shards_;

  mutable ShiftCache shifts_;

  mutable base::Mutex plans_mutex_;
  mutable absl::flat_hash_map<PlanKey, std::unique_ptr<const VisitPlan>> plans_
      ABSL_GUARDED_BY(plans_mutex_);
};

}  // namespace clarity::scheduling::catalog

#endif  // CLARITY_SERVICES_SCHEDULING_CATALOG_SNAPSHOT_H_
