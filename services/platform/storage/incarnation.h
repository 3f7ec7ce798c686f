#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_INCARNATION_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_INCARNATION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/platform/storage/database.h"

// The life of a store, from its making or its restoring on. A position of the change log means
// something in one life only: a store that was restored counts on from an earlier one, and what is
// there after it is not what was there before.
namespace clarity::storage {

// Empty for a store that was never served, and for a backup.
absl::StatusOr<std::string> Incarnation(Transaction& transaction);

// To be called when a store is opened to be served: begins a new life under the name `id`, unless
// the store goes on with the one it has.
absl::Status BeginIncarnation(Database& database, absl::string_view id);

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_INCARNATION_H_
