#ifndef CLARITY_SERVICES_SCHEDULING_MIGRATIONS_H_
#define CLARITY_SERVICES_SCHEDULING_MIGRATIONS_H_

#include "services/platform/storage/migrations/migration.h"

namespace clarity::scheduling {

// The tables of the scheduling service.
storage::MigrationSet Migrations();

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_MIGRATIONS_H_
