#ifndef CLARITY_SERVICES_SCHEDULING_CATALOG_TEST_SUPPORT_H_
#define CLARITY_SERVICES_SCHEDULING_CATALOG_TEST_SUPPORT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/catalog.pb.h"
#include "services/scheduling/calendar/tick.h"

namespace clarity::scheduling::catalog {

// Aborts if it does not parse.
v1::Catalog ParseCatalog(const std::string& text);

// Two clinics (clinics/coast in Los Angeles, clinics/desert in Phoenix), a prescriber and a nurse
// of four shares at each, a room, and two types of visit: a consultation (in person or by
// telehealth) and a session. Valid; tests change what they are about.
v1::Catalog SmallCatalog();

// The catalog of deploy/demo.
v1::Catalog DemoCatalog();

v1::Resource* FindIn(v1::Catalog* catalog, absl::string_view resource);

// A local time as a tick: TickAt("America/Los_Angeles", "2026-03-08 09:00").
calendar::Tick TickAt(absl::string_view zone, absl::string_view local);

}  // namespace clarity::scheduling::catalog

#endif  // CLARITY_SERVICES_SCHEDULING_CATALOG_TEST_SUPPORT_H_
