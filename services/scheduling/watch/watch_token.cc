#include "services/scheduling/watch/watch_token.h"

#include "absl/strings/escaping.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/incarnation.h"
#include "services/scheduling/booking/publisher.h"
#include "services/scheduling/records.pb.h"

namespace clarity::scheduling {

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
                                         const std::vector<std::string>& clinics) {
  WatchPoint point;
  ASSIGN_OR_RETURN(point.incarnation, storage::Incarnation(transaction));
  for (const std::string& clinic : clinics) {
    const std::string stream = StreamOf(clinic);
    ASSIGN_OR_RETURN(point.positions[stream], storage::LastPosition(transaction, stream));
  }
  return point;
}

absl::StatusOr<std::string> WatchTokenNow(storage::Transaction& transaction,
                                          const std::vector<std::string>& clinics) {
  ASSIGN_OR_RETURN(const WatchPoint point, WatchPointNow(transaction, clinics));
  return EncodeWatchToken(point);
}

std::vector<std::string> VisibleClinics(const rpc::Call& call, const catalog::Snapshot& snapshot) {
  std::vector<std::string> clinics;
  for (const auto& clinic : snapshot.catalog().clinics()) {
    if (call.principal.SeesClinic(clinic.name())) clinics.push_back(clinic.name());
  }
  return clinics;
}

}  // namespace clarity::scheduling
