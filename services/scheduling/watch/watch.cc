#include "services/scheduling/watch/watch.h"

#include <string>
#include <utility>
#include <vector>

#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/scheduling/booking/publisher.h"
#include "services/scheduling/records.pb.h"
#include "services/scheduling/watch/watch_token.h"

namespace clarity::scheduling {
namespace {

using storage::Transaction;
using Event = v1::WatchAppointmentsResponse;

constexpr char kAllClinics[] = "clinics/-";

// Reads the change log from a cursor on; holds nothing but that cursor.
class ChangeFeed final : public rpc::Feed<Event> {
 public:
  ChangeFeed(storage::Database* database, StreamPositions positions)
      : database_(database), positions_(std::move(positions)) {}

  std::vector<std::string> streams() const override {
    std::vector<std::string> names;
    for (const auto& [stream, position] : positions_) names.push_back(stream);
    return names;
  }

  absl::Status Next(const rpc::Call& call, std::vector<Event>* batch) override {
    StreamPositions positions;
    RETURN_IF_ERROR(database_->ReadAndWait([&](Transaction& transaction) -> absl::Status {
      batch->clear();
      positions = positions_;
      for (auto& [stream, position] : positions) {
        RETURN_IF_ERROR(ReadStream(transaction, stream, &position, &positions, batch));
      }
      return absl::OkStatus();
    }));
    positions_ = std::move(positions);
    return absl::OkStatus();
  }

  void Heartbeat(const rpc::Call& call, Event* reply) override {
    *reply->mutable_heartbeat()->mutable_time() = ToWire(call.now);
    reply->set_resume_token(EncodeWatchToken(positions_));
  }

 private:
  // The changes of one stream; after a gap, word of it, and on from the end.
  static absl::Status ReadStream(Transaction& transaction, const std::string& stream,
                                 int64_t* position, StreamPositions* positions,
                                 std::vector<Event>* batch) {
    const auto changes =
        storage::ReadChanges(transaction, stream, *position, clarity::limits::kChangesReadMax);
    if (absl::IsOutOfRange(changes.status())) {
      ASSIGN_OR_RETURN(*position, storage::LastPosition(transaction, stream));
      Event& event = batch->emplace_back();
      event.mutable_resync()->set_clinic(ClinicOfStream(stream));
      event.set_resume_token(EncodeWatchToken(*positions));
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(changes.status());
    for (const storage::Change& change : *changes) {
      storage::v1::AppointmentChange body;
      if (!body.ParseFromString(change.body)) {
        return base::Internal("a change of the log does not parse");
      }
      *position = change.position;
      Event& event = batch->emplace_back();
      *event.mutable_change()->mutable_appointment() = std::move(*body.mutable_appointment());
      event.mutable_change()->set_kind(static_cast<Event::Kind>(body.kind()));
      *event.mutable_change()->mutable_time() = ToWire(change.time);
      event.set_resume_token(EncodeWatchToken(*positions));
    }
    return absl::OkStatus();
  }

  storage::Database* const database_;
  StreamPositions positions_;
};

// The clinics a request watches: those it names, or all the caller may see.
absl::StatusOr<std::vector<std::string>> ClinicsOf(const rpc::Call& call,
                                                   const catalog::Snapshot& snapshot,
                                                   const v1::WatchAppointmentsRequest& request) {
  std::vector<std::string> clinics;
  for (const v1::WatchScope& scope : request.scopes()) {
    if (scope.clinic() == kAllClinics) return VisibleClinics(call, snapshot);
    RETURN_IF_ERROR(call.MaySee(scope.clinic(), ""));
    if (!snapshot.FindClinic(scope.clinic()).has_value()) return base::NotFound(scope.clinic());
    clinics.push_back(scope.clinic());
  }
  return clinics;
}

}  // namespace

absl::StatusOr<std::unique_ptr<rpc::Feed<Event>>> Watch::Open(
    const rpc::Call& call, const v1::WatchAppointmentsRequest& request) {
  StreamPositions positions;
  RETURN_IF_ERROR(database_->ReadAndWait([&](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const auto snapshot, catalog_->At(transaction));
    ASSIGN_OR_RETURN(const auto clinics, ClinicsOf(call, *snapshot, request));
    ASSIGN_OR_RETURN(positions, PositionsNow(transaction, clinics));
    if (request.resume_token().empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto resumed, DecodeWatchToken(request.resume_token()));
    // A clinic that is new since the token was made is watched from its beginning.
    for (auto& [stream, position] : positions) {
      const auto found = resumed.find(stream);
      const int64_t from = found == resumed.end() ? 0 : found->second;
      // Says at once when the token is too old, instead of a gap in the stream.
      RETURN_IF_ERROR(storage::ReadChanges(transaction, stream, from, 1).status());
      position = from;
    }
    return absl::OkStatus();
  }));
  return std::make_unique<ChangeFeed>(database_, std::move(positions));
}

}  // namespace clarity::scheduling
