#ifndef CLARITY_SERVICES_PLATFORM_RPC_CHANGE_FEED_H_
#define CLARITY_SERVICES_PLATFORM_RPC_CHANGE_FEED_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/feed.h"
#include "services/platform/rpc/watch_point.h"
#include "services/platform/storage/database.h"

namespace clarity::rpc {

// What a watch of streams of the change log sends: each change in the order of its stream, word of
// a gap, signs of life; each with the token that resumes after it. Holds nothing but how far it has
// come. `Event` is a message with `resume_token`, and a `heartbeat` with a `time`.
template <typename Event>
class ChangeFeed : public Feed<Event> {
 public:
  // The store outlives it.
  ChangeFeed(storage::Database* database, WatchPoint point)
      : database_(*database), point_(std::move(point)) {}

  std::vector<std::string> streams() const override {
    std::vector<std::string> names;
    for (const auto& [stream, position] : point_.positions) names.push_back(stream);
    return names;
  }

  absl::Status Next(const Call& call, std::vector<Event>* batch) override {
    WatchPoint point;
    const absl::Status read =
        database_.ReadAndWait([&](storage::Transaction& transaction) -> absl::Status {
          batch->clear();
          point = point_;
          const absl::Status added = AddStreams(call, transaction, &point);
          if (!added.ok()) return added;
          for (auto& [stream, position] : point.positions) {
            const absl::Status status = ReadStream(transaction, stream, &position, point, batch);
            if (!status.ok()) return status;
          }
          return absl::OkStatus();
        });
    if (read.ok()) point_ = std::move(point);
    return read;
  }

  void Heartbeat(const Call& call, Event* reply) override {
    *reply->mutable_heartbeat()->mutable_time() = ToWire(call.now);
    reply->set_resume_token(EncodeWatchToken(point_));
  }

 protected:
  // Adds the streams that there are since the watch began, from their first change on.
  virtual absl::Status AddStreams(const Call&, storage::Transaction&, WatchPoint*) {
    return absl::OkStatus();
  }
  virtual absl::Status FillChange(const storage::Change& change, Event* event) = 0;
  virtual void FillResync(const std::string& stream, Event* event) = 0;

 private:
  // After a gap, word of it, and on from the end. `position` is the stream's in `point`.
  absl::Status ReadStream(storage::Transaction& transaction, const std::string& stream,
                          int64_t* position, const WatchPoint& point, std::vector<Event>* batch) {
    const auto changes =
        storage::ReadChanges(transaction, stream, *position, limits::kChangesReadMax);
    if (absl::IsOutOfRange(changes.status())) {
      const auto last = storage::LastPosition(transaction, stream);
      if (!last.ok()) return last.status();
      *position = *last;
      Event& event = batch->emplace_back();
      FillResync(stream, &event);
      event.set_resume_token(EncodeWatchToken(point));
      return absl::OkStatus();
    }
    if (!changes.ok()) return changes.status();
    for (const storage::Change& change : *changes) {
      *position = change.position;
      Event& event = batch->emplace_back();
      const absl::Status filled = FillChange(change, &event);
      if (!filled.ok()) return filled;
      event.set_resume_token(EncodeWatchToken(point));
    }
    return absl::OkStatus();
  }

  storage::Database& database_;
  WatchPoint point_;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_CHANGE_FEED_H_
