#ifndef CLARITY_SERVICES_SCHEDULING_CATALOG_ROSTER_H_
#define CLARITY_SERVICES_SCHEDULING_CATALOG_ROSTER_H_

#include <optional>
#include <string>
#include <vector>

#include "clarity/scheduling/v1/catalog.pb.h"
#include "services/scheduling/calendar/timeline.h"

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

// Whether the visit type has the need in that modality: telehealth needs no room.
inline bool Applies(const v1::Need& need, v1::Modality modality) {
  return modality != v1::MODALITY_TELEHEALTH || !need.in_person_only();
}

// Why a visit type cannot be staffed at a place, at whatever time.
struct StaffingGap {
  int need = 0;        // in VisitType.needs; -1: each could be met, but not all together
  std::string reason;  // for people
};

// Who serves where, by the catalog alone: at whatever time. Both the check that every need can be
// filled and the plans that fill it go by this.
//
// A resource serves a clinic's rooms if a row of its availability names the clinic. It serves a
// clinic's telehealth if it has telehealth hours, and either belongs to the clinic's staff (a row
// names the clinic) or to no clinic's, which makes it the whole group's.
class Roster {
 public:
  // `catalog` outlives it. Clinics that it names but does not have are passed over.
  explicit Roster(const v1::Catalog& catalog);

  // Both sorted.
  const std::vector<int>& ResourcesOf(calendar::Location location) const {
    return resources_of_[location];
  }
  const std::vector<calendar::Location>& LocationsOf(int resource) const {
    return locations_of_[resource];
  }

  // Who could fill the need at the place, licences aside: of the pool, with the capabilities, and
  // with as many shares as any phase takes.
  std::vector<int> Candidates(const v1::Need& need, calendar::Location location) const;

  std::optional<StaffingGap> FindGap(const v1::VisitType& type, calendar::Location location) const;

 private:
  std::string FindGap(const v1::Need& need, calendar::Location location,
                      std::vector<int>* licensed) const;

  const v1::Catalog& catalog_;
  std::vector<std::vector<int>> resources_of_;
  std::vector<std::vector<calendar::Location>> locations_of_;
};

}  // namespace clarity::scheduling::catalog

#endif  // CLARITY_SERVICES_SCHEDULING_CATALOG_ROSTER_H_
