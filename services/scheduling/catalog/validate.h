#ifndef CLARITY_SERVICES_SCHEDULING_CATALOG_VALIDATE_H_
#define CLARITY_SERVICES_SCHEDULING_CATALOG_VALIDATE_H_

#include <vector>

#include "clarity/scheduling/v1/catalog.pb.h"
#include "services/platform/base/errors.h"

namespace clarity::scheduling::catalog {

// Everything wrong with a catalog beyond what the options of its fields already say (the door has
// checked those), all at once. Fields are paths from the request: "catalog.resources[3].shares".
// Empty: a Snapshot can be made of it, and every visit type can be staffed where it is offered.
std::vector<base::Violation> Validate(const v1::Catalog& catalog);

}  // namespace clarity::scheduling::catalog

#endif  // CLARITY_SERVICES_SCHEDULING_CATALOG_VALIDATE_H_
