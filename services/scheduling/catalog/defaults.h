#ifndef CLARITY_SERVICES_SCHEDULING_CATALOG_DEFAULTS_H_
#define CLARITY_SERVICES_SCHEDULING_CATALOG_DEFAULTS_H_

#include "clarity/scheduling/v1/catalog.pb.h"

// What a field of the catalog stands for where it was left empty: the one place that knows.
namespace clarity::scheduling::catalog {

inline int SharesOf(const v1::Resource& resource) {
  return resource.shares() == 0 ? 1 : resource.shares();
}

inline int CountOf(const v1::Need& need) { return need.count() == 0 ? 1 : need.count(); }

inline int StartGridMinutesOf(const v1::VisitType& type) {
  return type.start_grid_minutes() == 0 ? 15 : type.start_grid_minutes();
}

inline int HorizonDaysOf(const v1::VisitType& type) {
  return type.horizon_days() == 0 ? 180 : type.horizon_days();
}

inline v1::Modality UsualModalityOf(const v1::VisitType& type) {
  return type.modalities_size() == 0 ? v1::MODALITY_IN_PERSON : type.modalities(0);
}

// Whether it may take place so at all; UNSPECIFIED stands for the usual modality.
bool HasModality(const v1::VisitType& type, v1::Modality modality);

// Whether callers of that kind may book it; staff and services always may.
bool MayBook(const v1::VisitType& type, v1::VisitType::Booker booker);

}  // namespace clarity::scheduling::catalog

#endif  // CLARITY_SERVICES_SCHEDULING_CATALOG_DEFAULTS_H_
