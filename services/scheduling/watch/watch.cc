#include "services/scheduling/watch/watch.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
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

// Where a watch of these clinics begins: from now on, or where the request resumes it.
absl::StatusOr<WatchPoint> BeginningOf(Transaction& transaction,
                                       const std::vector<std::string>& clinics,
                                       const v1::WatchAppointmentsRequest& request) {
  ASSIGN_OR_RETURN(WatchPoint point, WatchPointNow(transaction, clinics));
  if (request.resume_token().empty()) return point;
  ASSIGN_OR_RETURN(const WatchPoint resumed, DecodeWatchToken(request.resume_token()));
  if (resumed.incarnation != point.incarnation) return base::TokenExpired();
  // A clinic that is new since the token was made is watched from its beginning.
  for (auto& [stream, position] : point.positions) {
    const auto found = resumed.positions.find(stream);
    const int64_t from = found == resumed.positions.end() ? 0 : found->second;
    // Says at once when the token is too old, instead of a gap in the stream.
    RETURN_IF_ERROR(storage::ReadChanges(transaction, stream, from, 1).status());
    position = from;
  }
  return point;
}

// Reads the change log from a cursor on; holds nothing but that cursor.
class ChangeFeed final : public rpc::Feed<Event> {
 public:
  // With a catalog: of all its clinics that the caller may see, those added later too.
  ChangeFeed(storage::Database* database, catalog::CatalogStore* catalog, WatchPoint point)
      : database_(database), catalog_(catalog), point_(std::move(point)) {}

  std::vector<std::string> streams() const override {
    std::vector<std::string> names;
    for (const auto& [stream, position] : point_.positions) names.push_back(stream);
    if (catalog_ != nullptr) names.push_back(kCatalogStream);
    return names;
  }

  absl::Status Next(const rpc::Call& call, std::vector<Event>* batch) override {
    WatchPoint point;
    RETURN_IF_ERROR(database_->ReadAndWait([&](Transaction& transaction) -> absl::Status {
      batch->clear();
      point = point_;
      if (catalog_ != nullptr) RETURN_IF_ERROR(AddNewClinics(call, transaction, &point));
      for (auto& [stream, position] : point.positions) {
        RETURN_IF_ERROR(ReadStream(transaction, stream, &position, point, batch));
      }
      return absl::OkStatus();
    }));
    point_ = std::move(point);
    return absl::OkStatus();
  }

  void Heartbeat(const rpc::Call& call, Event* reply) override {
    *reply->mutable_heartbeat()->mutable_time() = ToWire(call.now);
    reply->set_resume_token(EncodeWatchToken(point_));
  }

 private:
  // From their first change on.
  absl::Status AddNewClinics(const rpc::Call& call, Transaction& transaction, WatchPoint* point) {
    ASSIGN_OR_RETURN(const auto snapshot, catalog_->At(transaction));
    for (const std::string& clinic : VisibleClinics(call, *snapshot)) {
      point->positions.try_emplace(StreamOf(clinic), 0);
    }
    return absl::OkStatus();
  }

  // The changes of one stream; after a gap, word of it, and on from the end. `position` is the
  // stream's in `point`.
  static absl::Status ReadStream(Transaction& transaction, const std::string& stream,
                                 int64_t* position, const WatchPoint& point,
                                 std::vector<Event>* batch) {
    const auto changes =
        storage::ReadChanges(transaction, stream, *position, clarity::limits::kChangesReadMax);
    if (absl::IsOutOfRange(changes.status())) {
      ASSIGN_OR_RETURN(*position, storage::LastPosition(transaction, stream));
      Event& event = batch->emplace_back();
      event.mutable_resync()->set_clinic(ClinicOfStream(stream));
      event.set_resume_token(EncodeWatchToken(point));
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
      event.set_resume_token(EncodeWatchToken(point));
    }
    return absl::OkStatus();
  }

  storage::Database* const database_;
  catalog::CatalogStore* const catalog_;
  WatchPoint point_;
};

bool WatchesAll(const v1::WatchAppointmentsRequest& request) {
  return absl::c_any_of(request.scopes(),
                        [](const v1::WatchScope& scope) { return scope.clinic() == kAllClinics; });
}

// The clinics a request watches: those it names, or all the caller may see.
absl::StatusOr<std::vector<std::string>> ClinicsOf(const rpc::Call& call,
                                                   const catalog::Snapshot& snapshot,
                                                   const v1::WatchAppointmentsRequest& request) {
  if (WatchesAll(request)) return VisibleClinics(call, snapshot);
  std::vector<std::string> clinics;
  for (const v1::WatchScope& scope : request.scopes()) {
    RETURN_IF_ERROR(call.MaySee(scope.clinic(), ""));
    if (!snapshot.FindClinic(scope.clinic()).has_value()) return base::NotFound(scope.clinic());
    clinics.push_back(scope.clinic());
  }
  return clinics;
}

}  // namespace

absl::StatusOr<std::unique_ptr<rpc::Feed<Event>>> Watch::Open(
    const rpc::Call& call, const v1::WatchAppointmentsRequest& request) {
  WatchPoint point;
  RETURN_IF_ERROR(database_->ReadAndWait([&](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const auto snapshot, catalog_->At(transaction));
    ASSIGN_OR_RETURN(const auto clinics, ClinicsOf(call, *snapshot, request));
    ASSIGN_OR_RETURN(point, BeginningOf(transaction, clinics, request));
    return absl::OkStatus();
  }));
  return std::make_unique<ChangeFeed>(database_, WatchesAll(request) ? catalog_ : nullptr,
                                      std::move(point));
}

}  // namespace clarity::scheduling
