#ifndef CLARITY_SERVICES_CONSULTATION_MIGRATIONS_H_
#define CLARITY_SERVICES_CONSULTATION_MIGRATIONS_H_

#include "services/platform/storage/migrations/migration.h"

namespace clarity::consultation {

storage::MigrationSet Migrations();

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_MIGRATIONS_H_
