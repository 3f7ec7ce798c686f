#ifndef CLARITY_SERVICES_PLATFORM_STORAGE_RECORD_H_
#define CLARITY_SERVICES_PLATFORM_STORAGE_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/platform/base/errors.h"
#include "services/platform/storage/database.h"

// Rows whose body is a message, and the etags that tell one revision of them from the next.
namespace clarity::storage {

// The body of the row of that name, by a statement that selects it; nothing where there is none.
absl::StatusOr<std::optional<std::string>> ReadBody(Transaction& transaction, const Sql& sql,
                                                    absl::string_view name);

template <typename Record>
absl::StatusOr<Record> ParseRecord(absl::string_view body) {
  Record record;
  if (!record.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return base::Internal("a stored record does not parse");
  }
  return record;
}

std::string EtagOf(int64_t revision);
// ETAG_MISMATCH unless `expected` is empty or the present one.
absl::Status CheckEtag(absl::string_view expected, absl::string_view present,
                       absl::string_view name);

}  // namespace clarity::storage

#endif  // CLARITY_SERVICES_PLATFORM_STORAGE_RECORD_H_
