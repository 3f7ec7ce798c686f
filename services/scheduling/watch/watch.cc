#include "services/scheduling/watch/watch.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/change_feed.h"
#include "services/scheduling/booking/publisher.h"
#include "services/scheduling/records.pb.h"

namespace clarity::scheduling {
namespace {

using storage::Transaction;
using Event = v1::WatchAppointmentsResponse;

constexpr char kAllClinics[] = "clinics/-";

class AppointmentFeed final : public rpc::ChangeFeed<Event> {
 public:
  // With a catalog: of all its clinics that the caller may see, those added later too.
  AppointmentFeed(storage::Database* database, catalog::CatalogStore* catalog,
                  rpc::WatchPoint point)
      : ChangeFeed(database, std::move(point)), catalog_(catalog) {}

  std::vector<std::string> streams() const override {
    std::vector<std::string> names = ChangeFeed::streams();
    if (catalog_ != nullptr) names.push_back(kCatalogStream);
    return names;
  }

 protected:
  absl::Status AddStreams(const rpc::Call& call, Transaction& transaction,
                          rpc::WatchPoint* point) override {
    if (catalog_ == nullptr) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto snapshot, catalog_->At(transaction));
    for (const std::string& stream : VisibleStreams(call, *snapshot)) {
      point->positions.try_emplace(stream, 0);
    }
    return absl::OkStatus();
  }

  absl::Status FillChange(const storage::Change& change, Event* event) override {
    storage::v1::AppointmentChange body;
    if (!body.ParseFromString(change.body)) {
      return base::Internal("a change of the log does not parse");
    }
    *event->mutable_change()->mutable_appointment() = std::move(*body.mutable_appointment());
    event->mutable_change()->set_kind(static_cast<Event::Kind>(body.kind()));
    *event->mutable_change()->mutable_time() = ToWire(change.time);
    return absl::OkStatus();
  }

  void FillResync(const std::string& stream, Event* event) override {
    event->mutable_resync()->set_clinic(ClinicOfStream(stream));
  }

 private:
  catalog::CatalogStore* const catalog_;
};

bool WatchesAll(const v1::WatchAppointmentsRequest& request) {
  return absl::c_any_of(request.scopes(),
                        [](const v1::WatchScope& scope) { return scope.clinic() == kAllClinics; });
}

// The streams a request watches: of the clinics it names, or all the caller may see.
absl::StatusOr<std::vector<std::string>> StreamsOf(const rpc::Call& call,
                                                   const catalog::Snapshot& snapshot,
                                                   const v1::WatchAppointmentsRequest& request) {
  if (WatchesAll(request)) return VisibleStreams(call, snapshot);
  std::vector<std::string> streams;
  for (const v1::WatchScope& scope : request.scopes()) {
    RETURN_IF_ERROR(call.MaySee(scope.clinic(), ""));
    if (!snapshot.FindClinic(scope.clinic()).has_value()) return base::NotFound(scope.clinic());
    streams.push_back(StreamOf(scope.clinic()));
  }
  return streams;
}

}  // namespace

std::vector<std::string> VisibleStreams(const rpc::Call& call, const catalog::Snapshot& snapshot) {
  std::vector<std::string> streams;
  for (const auto& clinic : snapshot.catalog().clinics()) {
    if (call.principal.SeesClinic(clinic.name())) streams.push_back(StreamOf(clinic.name()));
  }
  return streams;
}

absl::StatusOr<std::string> WatchTokenNow(Transaction& transaction,
                                          const std::vector<std::string>& streams) {
  ASSIGN_OR_RETURN(const rpc::WatchPoint point, rpc::WatchPointNow(transaction, streams));
  return rpc::EncodeWatchToken(point);
}

absl::StatusOr<std::unique_ptr<rpc::Feed<Event>>> Watch::Open(
    const rpc::Call& call, const v1::WatchAppointmentsRequest& request) {
  rpc::WatchPoint point;
  RETURN_IF_ERROR(database_->ReadAndWait([&](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const auto snapshot, catalog_->At(transaction));
    ASSIGN_OR_RETURN(const auto streams, StreamsOf(call, *snapshot, request));
    ASSIGN_OR_RETURN(point, rpc::BeginningOfWatch(transaction, streams, request.resume_token()));
    return absl::OkStatus();
  }));
  return std::make_unique<AppointmentFeed>(database_, WatchesAll(request) ? catalog_ : nullptr,
                                           std::move(point));
}

}  // namespace clarity::scheduling
