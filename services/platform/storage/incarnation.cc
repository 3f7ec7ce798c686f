#include "services/platform/storage/incarnation.h"

#include "services/platform/base/status_macros.h"

namespace clarity::storage {
namespace {

constexpr Sql kRead{"SELECT id FROM incarnation"};
constexpr Sql kName{"UPDATE incarnation SET id = $1 WHERE id = ''"};

}  // namespace

absl::StatusOr<std::string> Incarnation(Transaction& transaction) {
  std::string id;
  RETURN_IF_ERROR(transaction.Query(kRead, {}, [&](const Row& row) {
    id = std::string(row.Text(0));
    return absl::OkStatus();
  }));
  return id;
}

absl::Status BeginIncarnation(Database& database, absl::string_view id) {
  std::string present;
  RETURN_IF_ERROR(database.ReadAndWait([&](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(present, Incarnation(transaction));
    return absl::OkStatus();
  }));
  // A store that goes on is opened without a write, and so on a full disk too.
  if (!present.empty()) return absl::OkStatus();
  return database.WriteAndWait([&](Transaction& transaction) {
    return transaction.Execute(kName, {Value::Text(id)}).status();
  });
}

}  // namespace clarity::storage
