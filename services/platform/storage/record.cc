#include "services/platform/storage/record.h"

#include "absl/strings/str_cat.h"
#include "services/platform/base/status_macros.h"

namespace clarity::storage {

absl::StatusOr<std::optional<std::string>> ReadBody(Transaction& transaction, const Sql& sql,
                                                    absl::string_view name) {
  std::optional<std::string> body;
  RETURN_IF_ERROR(transaction.Query(sql, {Value::Text(name)}, [&](const Row& row) {
    body = std::string(row.Text(0));
    return absl::OkStatus();
  }));
  return body;
}

std::string EtagOf(int64_t revision) { return absl::StrCat("\"", revision, "\""); }

absl::Status CheckEtag(absl::string_view expected, absl::string_view present,
                       absl::string_view name) {
  if (expected.empty() || expected == present) return absl::OkStatus();
  return base::EtagMismatch(name);
}

}  // namespace clarity::storage
