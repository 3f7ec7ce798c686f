#include "services/platform/storage/change_buffer.h"

#include <utility>

#include "services/platform/base/status_macros.h"

namespace clarity::storage {
namespace {

constexpr Sql kBumpStream{
    "INSERT INTO change_stream (stream, position, first_kept) VALUES ($1, $2, 1) "
    "ON CONFLICT (stream) DO UPDATE SET position = change_stream.position + $2"};
constexpr Sql kInsertChange{
    "INSERT INTO change_log (stream, position, time, kind, resource_name, body, key_id) "
    "VALUES ($1, $2, $3, $4, $5, $6, 0)"};

}  // namespace

void ChangeBuffer::Append(absl::string_view stream, absl::string_view kind,
                          absl::string_view resource_name, std::string body) {
  by_stream_[std::string(stream)].push_back(
      {std::string(kind), std::string(resource_name), std::move(body)});
}

std::vector<std::string> ChangeBuffer::streams() const {
  std::vector<std::string> streams;
  for (const auto& [stream, changes] : by_stream_) streams.push_back(stream);
  return streams;
}

absl::StatusOr<std::vector<StreamPosition>> ChangeBuffer::Flush(Transaction& transaction,
                                                                absl::Time now) {
  std::vector<StreamPosition> positions;
  for (const auto& [stream, changes] : by_stream_) {
    const auto count = static_cast<int64_t>(changes.size());
    RETURN_IF_ERROR(
        transaction.Execute(kBumpStream, {Value::Text(stream), Value::Integer(count)}).status());
    ASSIGN_OR_RETURN(const int64_t last, LastPosition(transaction, stream));
    int64_t position = last - count;
    for (const Pending& change : changes) {
      RETURN_IF_ERROR(transaction
                          .Execute(kInsertChange,
                                   {Value::Text(stream), Value::Integer(++position),
                                    Value::Time(now), Value::Text(change.kind),
                                    Value::Text(change.resource_name), Value::Bytes(change.body)})
                          .status());
    }
    positions.push_back({stream, last});
  }
  return positions;
}

}  // namespace clarity::storage
