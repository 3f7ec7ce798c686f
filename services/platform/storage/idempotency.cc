#include "services/platform/storage/idempotency.h"

#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"

namespace clarity::storage {
namespace {

constexpr Sql kFindReply{
    "SELECT method, body_hash, reply FROM request_reply WHERE subject = $1 AND request_id = $2"};
constexpr Sql kStoreReply{
    "INSERT INTO request_reply "
    "(subject, request_id, method, body_hash, reply, key_id, create_time) "
    "VALUES ($1, $2, $3, $4, $5, 0, $6)"};
constexpr Sql kTrimReplies{
    "DELETE FROM request_reply WHERE (subject, request_id) IN "
    "(SELECT subject, request_id FROM request_reply WHERE create_time < $1 "
    "ORDER BY create_time LIMIT $2)"};

}  // namespace

absl::StatusOr<std::optional<std::string>> FindReply(Transaction& transaction,
                                                     absl::string_view subject,
                                                     absl::string_view request_id,
                                                     absl::string_view method,
                                                     absl::string_view body_hash) {
  std::optional<std::string> reply;
  RETURN_IF_ERROR(transaction.Query(
      kFindReply, {Value::Text(subject), Value::Text(request_id)}, [&](const Row& row) {
        if (row.Text(0) != method || row.Text(1) != body_hash) {
          return base::InvalidReason("REQUEST_ID_REUSED",
                                     "this request_id was used for another request already");
        }
        reply = std::string(row.Text(2));
        return absl::OkStatus();
      }));
  return reply;
}

absl::Status StoreReply(Transaction& transaction, absl::string_view subject,
                        absl::string_view request_id, absl::string_view method,
                        absl::string_view body_hash, absl::string_view reply, absl::Time now) {
  return transaction
      .Execute(kStoreReply, {Value::Text(subject), Value::Text(request_id), Value::Text(method),
                             Value::Bytes(body_hash), Value::Bytes(reply), Value::Time(now)})
      .status();
}

absl::StatusOr<int64_t> TrimReplies(Transaction& transaction, absl::Time before) {
  return transaction.Execute(kTrimReplies, {Value::Time(before), Value::Integer(kTrimRowsMax)});
}

}  // namespace clarity::storage
