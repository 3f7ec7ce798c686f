#ifndef CLARITY_SERVICES_SCHEDULING_CATALOG_SNAPSHOT_H_
#define CLARITY_SERVICES_SCHEDULING_CATALOG_SNAPSHOT_H_

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
#include "services/scheduling/calendar/page.h"
#include "services/scheduling/calendar/tick.h"
#include "services/scheduling/calendar/timeline.h"
#include "services/scheduling/calendar/visit.h"

namespace clarity::scheduling::catalog {

// Each clinic is two places to the engine: its rooms, and its telehealth. They are apart because
// a clinician's hours are, and telehealth keeps the clinic's holidays too.
inline calendar::Location LocationOf(int clinic, v1::Modality modality) {
  return 2 * clinic + (modality == v1::MODALITY_TELEHEALTH ? 1 : 0);
}
inline int ClinicOf(calendar::Location location) { return location / 2; }
inline v1::Modality ModalityOf(calendar::Location location) {
  return location % 2 == 1 ? v1::MODALITY_TELEHEALTH : v1::MODALITY_IN_PERSON;
}

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

  int visit_type = 0;
  int clinic = 0;
  v1::Modality modality = v1::MODALITY_IN_PERSON;
  calendar::Location location = 0;
  std::vector<int> resources;  // of the snapshot, sorted: the engine's resource i is resources[i]
  std::vector<PlanNeed> needs;
  std::vector<Piece> pieces;  // in order, without gaps; one where no licence begins or ends

  int ticks() const { return pieces.front().visit.ticks(); }
  const calendar::Visit& VisitAt(calendar::Tick start) const;
};

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

  // How many patients a resource may serve at once.
  int CapacityOf(int resource) const;

  // Stable names of places, for what is kept longer than a snapshot: "clinics/lake-forest" and
  // "clinics/lake-forest/telehealth".
  std::string LocationName(calendar::Location location) const;
  std::optional<calendar::Location> FindLocation(absl::string_view name) const;

  // Where a resource is ever open, and who is ever open at a place. Sorted.
  const std::vector<calendar::Location>& LocationsOf(int resource) const {
    return locations_of_[resource];
  }
  const std::vector<int>& ResourcesOf(calendar::Location location) const {
    return resources_of_[location];
  }

  // The plan; null where the visit type is not offered at the clinic in that modality.
  // MODALITY_UNSPECIFIED means the usual one. Lives as long as the snapshot.
  const VisitPlan* Plan(int visit_type, int clinic, v1::Modality modality) const;

  // What a resource is open at a place: its availability there, less its absences, less the
  // clinic's holidays. A tick is open only if all of it is.
  calendar::Bits512 OpenPage(int resource, calendar::Location location,
                             calendar::PageIndex page) const;
  // Sets what is open at all its places, in all pages of `timeline`.
  void FillOpen(int resource, calendar::Timeline* timeline) const;

  // When a resource's licences cover visits at a clinic: sorted, apart. A visit needs all of
  // itself within one of them.
  std::vector<calendar::Interval> LicencesOf(int resource, int clinic) const;

 private:
  // Rules are expanded for this many pages at a time (113 days): often enough one expansion
  // serves a search, and never many years of a rule nobody asks for.
  static constexpr int kBlockPages = 64;
  static constexpr int kBlocksKeptMax = 8;  // a resource and place; the earliest go first
  static constexpr int kOpenShards = 16;

  using Block = std::vector<calendar::Bits512>;
  // Blocks by resource and place, then by number.
  struct OpenShard {
    base::Mutex mutex;
    absl::flat_hash_map<std::pair<int, calendar::Location>,
                        std::map<int64_t, std::shared_ptr<const Block>>>
        blocks ABSL_GUARDED_BY(mutex);
  };

  Snapshot(v1::Catalog catalog, int64_t version);

  std::shared_ptr<const Block> OpenBlock(int resource, calendar::Location location,
                                         int64_t number) const;
  std::unique_ptr<const VisitPlan> MakePlan(int visit_type, int clinic,
                                            v1::Modality modality) const;

  // Immutable after construction.
  v1::Catalog catalog_;
  int64_t version_;
  std::string etag_;
  std::vector<absl::TimeZone> zones_;
  std::vector<std::vector<calendar::Location>> locations_of_;
  std::vector<std::vector<int>> resources_of_;

  mutable std::vector<OpenShard> open_shards_{kOpenShards};

  mutable base::Mutex plans_mutex_;
  mutable absl::flat_hash_map<std::tuple<int, int, int>, std::unique_ptr<const VisitPlan>> plans_
      ABSL_GUARDED_BY(plans_mutex_);
};

}  // namespace clarity::scheduling::catalog

#endif  // CLARITY_SERVICES_SCHEDULING_CATALOG_SNAPSHOT_H_
