#include "services/consultation/intake/episode_watch.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "services/consultation/intake/episode_log.h"
#include "services/consultation/intake/episodes.h"
#include "services/consultation/records.pb.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/change_feed.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Transaction;
using Event = v1::WatchEpisodesResponse;

constexpr char kAllClinics[] = "clinics/-";

bool WatchesAll(const v1::WatchEpisodesRequest& request) {
  return absl::c_any_of(request.scopes(),
                        [](const v1::WatchScope& scope) { return scope.clinic() == kAllClinics; });
}

class EpisodeFeed final : public rpc::ChangeFeed<Event> {
 public:
  // `watches_all`: also the clinics that the caller may see from now on.
  EpisodeFeed(storage::Database* database, rpc::WatchPoint point, bool watches_all,
              rpc::Principal principal)
      : ChangeFeed(database, std::move(point)),
        watches_all_(watches_all),
        principal_(std::move(principal)) {}

  std::vector<std::string> streams() const override {
    if (watches_all_) return {kAnyEpisode};
    return ChangeFeed::streams();
  }

 protected:
  absl::Status AddStreams(const rpc::Call& call, Transaction& transaction,
                          rpc::WatchPoint* point) override {
    if (!watches_all_) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto streams, VisibleEpisodeStreams(call, transaction));
    for (const std::string& stream : streams) point->positions.try_emplace(stream, 0);
    return absl::OkStatus();
  }

  absl::Status FillChange(const storage::Change& change, Event* event) override {
    ASSIGN_OR_RETURN(auto body, storage::ParseRecord<storage::v1::EpisodeChange>(change.body));
    Event::Change& told = *event->mutable_change();
    ShowEpisode(principal_, std::move(*body.mutable_episode()), told.mutable_episode());
    told.set_kind(static_cast<Event::Kind>(body.kind()));
    told.set_about(body.about());
    *told.mutable_time() = ToWire(change.time);
    return absl::OkStatus();
  }

  void FillResync(const std::string& stream, Event* event) override {
    event->mutable_resync()->set_clinic(ClinicOfEpisodeStream(stream));
  }

 private:
  const bool watches_all_;
  const rpc::Principal principal_;
};

}  // namespace

absl::StatusOr<std::vector<std::string>> VisibleEpisodeStreams(const rpc::Call& call,
                                                               Transaction& transaction) {
  ASSIGN_OR_RETURN(const auto clinics, Clinics::Names(transaction));
  std::vector<std::string> streams;
  for (const std::string& clinic : clinics) {
    if (call.principal.SeesClinic(clinic)) streams.push_back(EpisodeStreamOf(clinic));
  }
  return streams;
}

absl::StatusOr<std::vector<std::string>> EpisodeWatch::StreamsOf(
    const rpc::Call& call, Transaction& transaction, const v1::WatchEpisodesRequest& request) {
  if (WatchesAll(request)) return VisibleEpisodeStreams(call, transaction);
  std::vector<std::string> streams;
  for (const v1::WatchScope& scope : request.scopes()) {
    RETURN_IF_ERROR(call.MaySee(scope.clinic(), ""));
    RETURN_IF_ERROR(clinics_.Find(transaction, scope.clinic()).status());
    streams.push_back(EpisodeStreamOf(scope.clinic()));
  }
  return streams;
}

absl::StatusOr<std::unique_ptr<rpc::Feed<Event>>> EpisodeWatch::Open(
    const rpc::Call& call, const v1::WatchEpisodesRequest& request) {
  rpc::WatchPoint point;
  RETURN_IF_ERROR(database_.ReadAndWait([&](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const auto streams, StreamsOf(call, transaction, request));
    ASSIGN_OR_RETURN(point, rpc::BeginningOfWatch(transaction, streams, request.resume_token()));
    return absl::OkStatus();
  }));
  return std::make_unique<EpisodeFeed>(&database_, std::move(point), WatchesAll(request),
                                       call.principal);
}

}  // namespace clarity::consultation
