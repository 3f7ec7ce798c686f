#include "services/scheduling/catalog/defaults.h"

#include <algorithm>

namespace clarity::scheduling::catalog {

bool HasModality(const v1::VisitType& type, v1::Modality modality) {
  if (modality == v1::MODALITY_UNSPECIFIED || modality == UsualModalityOf(type)) return true;
  return std::count(type.modalities().begin(), type.modalities().end(), modality) > 0;
}

bool MayBook(const v1::VisitType& type, v1::VisitType::Booker booker) {
  if (type.bookers_size() == 0) return booker == v1::VisitType::BOOKER_AGENT;
  return std::count(type.bookers().begin(), type.bookers().end(), booker) > 0;
}

}  // namespace clarity::scheduling::catalog
