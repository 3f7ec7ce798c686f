#ifndef CLARITY_SERVICES_PLATFORM_RPC_STREAM_H_
#define CLARITY_SERVICES_PLATFORM_RPC_STREAM_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "services/platform/base/mutex.h"
#include "services/platform/rpc/access_log.h"
#include "services/platform/rpc/call_log.h"
#include "services/platform/rpc/feed.h"
#include "services/platform/rpc/notifier.h"
#include "services/platform/rpc/passage.h"

namespace clarity::rpc {

class Pump;

// What a call gets that comes too late.
absl::Status Stopping();

// The streams that are open: how many, whose, and all of them at once.
class OpenStreams {
 public:
  // RESOURCE_EXHAUSTED when there are too many, UNAVAILABLE when the server is stopping.
  absl::Status Add(const std::string& subject, std::shared_ptr<Pump> pump);
  void Remove(const std::string& subject, const std::shared_ptr<Pump>& pump);

  void Tick();
  // Ends all, and refuses new ones.
  void EndAll();

 private:
  std::vector<std::shared_ptr<Pump>> All();

  base::Mutex mutex_;
  std::set<std::shared_ptr<Pump>> pumps_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> by_subject_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
};

// Carries one stream from its feed to its client: a batch from the feed on a worker, then its
// messages one after the other, then the next batch. When there is none it waits to be woken, and
// sends a sign of life when nothing was sent for `heartbeat_every`.
class Pump final : public Notifier::Listener, public std::enable_shared_from_this<Pump> {
 public:
  // The end that knows the type of the messages. The pump calls it one call at a time, and never
  // again after End.
  class Outlet {
   public:
    virtual absl::Status Open(const Call& call, const google::protobuf::Message& request) = 0;
    virtual std::vector<std::string> streams() const = 0;
    // Replaces the batch by the feed's next; gives its size.
    virtual absl::StatusOr<size_t> Fill(const Call& call) = 0;
    // Makes the batch one sign of life.
    virtual void FillHeartbeat(const Call& call) = 0;
    virtual void Write(size_t index) = 0;
    virtual void End(const grpc::Status& status) = 0;

   protected:
    ~Outlet() = default;
  };

  Pump(const DoorParts& parts, CallLog* call_log, AccessLog* access_log, OpenStreams* open,
       absl::Duration heartbeat_every, std::unique_ptr<Passage> passage, Outlet* outlet);

  void Start();
  void OnNotify() override;
  // About once a second.
  void OnTick();
  void OnWritten(bool ok);
  void OnCancel();
  // Ends the stream as soon as the message under way is out.
  void EndWith(const absl::Status& status);

 private:
  // What is going on. Only who moved it out of kIdle goes on from there.
  enum class State { kFilling, kWriting, kIdle, kEnded };

  absl::Status Open();
  // To the feed's streams, of which there may be more than before. False: to the same.
  bool Subscribe();
  void SubmitFill();
  void Fill();
  // OK with an empty batch when there is nothing to send.
  absl::Status NextBatch();
  void End(const absl::Status& status);

  const DoorParts& parts_;
  CallLog* const call_log_;
  AccessLog* const access_log_;
  OpenStreams* const open_;
  const absl::Duration heartbeat_every_;
  const std::unique_ptr<Passage> passage_;
  Outlet* const outlet_;
  const absl::Time start_time_;
  std::vector<std::string> streams_;  // subscribed to; empty until opened
  bool opened_ = false;
  size_t batch_size_ = 0;
  size_t written_ = 0;

  base::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kFilling;
  bool look_again_ ABSL_GUARDED_BY(mutex_) = false;  // there may be something new
  std::optional<absl::Status> ending_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_sent_ ABSL_GUARDED_BY(mutex_);
};

// The reactor of a server-streaming call. gRPC owns it until OnDone.
template <typename Request, typename Reply>
class StreamReactor final : public grpc::ServerWriteReactor<Reply>, public Pump::Outlet {
 public:
  using OpenFeed =
      absl::AnyInvocable<absl::StatusOr<std::unique_ptr<Feed<Reply>>>(const Call&, const Request&)>;

  explicit StreamReactor(OpenFeed open) : open_(std::move(open)) {}
  void Start(std::shared_ptr<Pump> pump) {
    pump_ = std::move(pump);
    pump_->Start();
  }

 private:
  absl::Status Open(const Call& call, const google::protobuf::Message& request) override {
    auto feed = open_(call, static_cast<const Request&>(request));
    if (!feed.ok()) return feed.status();
    feed_ = *std::move(feed);
    return absl::OkStatus();
  }
  std::vector<std::string> streams() const override { return feed_->streams(); }
  absl::StatusOr<size_t> Fill(const Call& call) override {
    batch_.clear();
    const absl::Status status = feed_->Next(call, &batch_);
    if (!status.ok()) return status;
    return batch_.size();
  }
  void FillHeartbeat(const Call& call) override {
    batch_.assign(1, Reply());
    feed_->Heartbeat(call, &batch_.front());
  }
  void Write(size_t index) override { this->StartWrite(&batch_[index]); }
  void End(const grpc::Status& status) override { this->Finish(status); }

  void OnWriteDone(bool ok) override { pump_->OnWritten(ok); }
  void OnCancel() override { pump_->OnCancel(); }
  void OnDone() override { delete this; }

  OpenFeed open_;
  std::unique_ptr<Feed<Reply>> feed_;
  std::vector<Reply> batch_;
  std::shared_ptr<Pump> pump_;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_STREAM_H_
