#include "services/platform/rpc/watch_point.h"

#include "absl/strings/escaping.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/watch_token.pb.h"
#include "services/platform/storage/incarnation.h"

namespace clarity::rpc {

std::string EncodeWatchToken(const WatchPoint& point) {
  storage::v1::WatchToken token;
  token.set_incarnation(point.incarnation);
  for (const auto& [stream, position] : point.positions) {
    auto* added = token.add_positions();
    added->set_stream(stream);
    added->set_position(position);
  }
  return absl::WebSafeBase64Escape(token.SerializeAsString());
}

absl::StatusOr<WatchPoint> DecodeWatchToken(absl::string_view token) {
  std::string bytes;
  storage::v1::WatchToken parsed;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || !parsed.ParseFromString(bytes)) {
    return base::InvalidField("resume_token", "is not a token of this service");
  }
  WatchPoint point;
  point.incarnation = parsed.incarnation();
  for (const auto& position : parsed.positions()) {
    if (position.position() < 0) {
      return base::InvalidField("resume_token", "is not a token of this service");
    }
    point.positions[position.stream()] = position.position();
  }
  return point;
}

absl::StatusOr<WatchPoint> WatchPointNow(storage::Transaction& transaction,
                                         const std::vector<std::string>& streams) {
  WatchPoint point;
  ASSIGN_OR_RETURN(point.incarnation, storage::Incarnation(transaction));
  for (const std::string& stream : streams) {
    ASSIGN_OR_RETURN(point.positions[stream], storage::LastPosition(transaction, stream));
  }
  return point;
}

absl::StatusOr<WatchPoint> BeginningOfWatch(storage::Transaction& transaction,
                                            const std::vector<std::string>& streams,
                                            absl::string_view resume_token) {
  ASSIGN_OR_RETURN(WatchPoint point, WatchPointNow(transaction, streams));
  if (resume_token.empty()) return point;
  ASSIGN_OR_RETURN(const WatchPoint resumed, DecodeWatchToken(resume_token));
  if (resumed.incarnation != point.incarnation) return base::TokenExpired();
  for (auto& [stream, position] : point.positions) {
    const auto found = resumed.positions.find(stream);
    const int64_t from = found == resumed.positions.end() ? 0 : found->second;
    // Says at once when the token is too old, instead of a gap in the stream.
    RETURN_IF_ERROR(storage::ReadChanges(transaction, stream, from, 1).status());
    position = from;
  }
  return point;
}

}  // namespace clarity::rpc
