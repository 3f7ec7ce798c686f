#include "services/platform/storage/idempotency.h"

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"

namespace clarity::storage {
namespace {

constexpr Sql kFindReply{
    "SELECT method, body_hash, reply, streams FROM request_reply WHERE subject = $1 AND request_id "
    "= $2"};
constexpr Sql kStoreReply{
    "INSERT INTO request_reply "
    "(subject, request_id, method, body_hash, reply, key_id, create_time, streams) "
    "VALUES ($1, $2, $3, $4, $5, 0, $6, $7)"};
constexpr Sql kTrimReplies{
    "DELETE FROM request_reply WHERE (subject, request_id) IN "
    "(SELECT subject, request_id FROM request_reply WHERE create_time < $1 "
    "ORDER BY create_time LIMIT $2)"};

constexpr char kBetweenStreams[] = ",";

}  // namespace

absl::StatusOr<std::optional<StoredReply>> FindReply(Transaction& transaction,
                                                     absl::string_view subject,
                                                     absl::string_view request_id,
                                                     absl::string_view method,
                                                     absl::string_view body_hash) {
  std::optional<StoredReply> found;
  std::vector<std::string> streams;
  RETURN_IF_ERROR(transaction.Query(
      kFindReply, {Value::Text(subject), Value::Text(request_id)}, [&](const Row& row) {
        if (row.Text(0) != method || row.Text(1) != body_hash) {
          return base::InvalidReason("REQUEST_ID_REUSED",
                                     "this request_id was used for another request already");
        }
        found.emplace().reply = std::string(row.Text(2));
        streams = absl::StrSplit(row.Text(3), kBetweenStreams, absl::SkipEmpty());
        return absl::OkStatus();
      }));
  for (const std::string& stream : streams) {
    ASSIGN_OR_RETURN(const int64_t position, LastPosition(transaction, stream));
    found->positions.push_back({stream, position});
  }
  return found;
}

absl::Status StoreReply(Transaction& transaction, absl::string_view subject,
                        absl::string_view request_id, absl::string_view method,
                        absl::string_view body_hash, absl::string_view reply, absl::Time now) {
  const std::string streams = absl::StrJoin(transaction.ChangedStreams(), kBetweenStreams);
  return transaction
      .Execute(kStoreReply, {Value::Text(subject), Value::Text(request_id), Value::Text(method),
                             Value::Bytes(body_hash), Value::Bytes(reply), Value::Time(now),
                             Value::Text(streams)})
      .status();
}

absl::StatusOr<int64_t> TrimReplies(Transaction& transaction, absl::Time before) {
  return transaction.Execute(kTrimReplies, {Value::Time(before), Value::Integer(kTrimRowsMax)});
}

}  // namespace clarity::storage
