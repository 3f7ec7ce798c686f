#ifndef CLARITY_CLIENTS_CORE_WATCH_H_
#define CLARITY_CLIENTS_CORE_WATCH_H_

#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "clients/core/caller.h"
#include "clients/core/errors.h"
#include "clients/core/retry.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/sync_stream.h"

namespace clarity::client {

// Changes, one after the other.
template <typename Event>
class Watch {
 public:
  virtual ~Watch() = default;

  // Waits for the next message: a change, a heartbeat, or a resync. A lost connection is resumed
  // after the last message received, so that none is missed or repeated. An error is final:
  // OUT_OF_RANGE (TOKEN_EXPIRED) means to list again and to watch from there.
  virtual absl::StatusOr<Event> Next() = 0;

  // Makes a waiting Next(), and every later one, return CANCELLED. From any thread.
  virtual void Cancel() = 0;
};

// A watch that resumes by itself after UNAVAILABLE, and when a server ends the stream to stop.
template <typename Request, typename Event>
class ResumingWatch final : public Watch<Event> {
 public:
  using Reader = grpc::ClientReaderInterface<Event>;
  // One attempt: the stream, opened with what is in the context.
  using OpenStream =
      std::function<std::unique_ptr<Reader>(grpc::ClientContext* context, const Request& request)>;

  ResumingWatch(std::shared_ptr<Caller> caller, OpenStream open_stream, Request request,
                const CallOptions& call_options)
      : caller_(std::move(caller)),
        open_stream_(std::move(open_stream)),
        call_options_(call_options),
        request_(std::move(request)) {}

  ~ResumingWatch() override {
    Cancel();
    Close().IgnoreError();
  }

  absl::StatusOr<Event> Next() override {
    for (;;) {
      absl::Status open = Open();
      Event message;
      if (open.ok() && reader_->Read(&message)) {
        if (!message.resume_token().empty()) request_.set_resume_token(message.resume_token());
        retry_.reset();
        heard_ = true;
        return message;
      }
      absl::Status resumable = Resumable(open.ok() ? Close() : open);
      if (!resumable.ok()) return resumable;
    }
  }

  void Cancel() override {
    std::lock_guard<std::mutex> lock(mutex_);
    cancelled_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }

 private:
  // Opens the stream from the last token, unless it is open.
  absl::Status Open() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (cancelled_) return absl::CancelledError("the watch was cancelled");
    if (reader_ != nullptr) return absl::OkStatus();
    auto context = std::make_unique<grpc::ClientContext>();
    absl::Status prepared = caller_->Prepare(request_, call_options_, context.get());
    if (!prepared.ok()) return prepared;
    const Options& options = caller_->options();
    context->set_deadline(absl::ToChronoTime(options.environment.now() + options.watch_outage_max));
    context->set_wait_for_ready(retry_.has_value());  // see Caller::Run
    heard_ = false;
    context_ = std::move(context);
    reader_ = open_stream_(context_.get(), request_);
    return absl::OkStatus();
  }

  // Ends the stream and says how it ended.
  absl::Status Close() {
    if (reader_ == nullptr) return absl::OkStatus();
    absl::Status status = FromGrpc(reader_->Finish());
    std::lock_guard<std::mutex> lock(mutex_);
    reader_.reset();
    context_.reset();
    if (cancelled_) return absl::CancelledError("the watch was cancelled");
    // A watch has no end of its own: a server that ends it in good order is being stopped, and a
    // stream that has lasted long enough is opened anew.
    const bool is_over = status.ok() || (absl::IsDeadlineExceeded(status) && heard_);
    return is_over ? absl::UnavailableError("the stream ended") : status;
  }

  // OK, after a wait, when the stream may be opened again after `failure`.
  absl::Status Resumable(const absl::Status& failure) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (cancelled_) return failure;
    }
    const Options& options = caller_->options();
    if (!retry_.has_value()) {
      RetryPolicy policy = options.retry;
      policy.attempts_max = std::numeric_limits<int>::max();  // the outage limits it, not a count
      policy.refused_most = absl::InfiniteDuration();
      retry_.emplace(policy, /*idempotent=*/true,
                     options.environment.now() + options.watch_outage_max, options.environment);
    }
    return retry_->WaitAfter(failure);
  }

  const std::shared_ptr<Caller> caller_;
  const OpenStream open_stream_;
  const CallOptions call_options_;
  Request request_;                  // with the token to resume from
  absl::optional<RetryLoop> retry_;  // since the last message
  bool heard_ = false;               // a message, since the stream was opened
  std::mutex mutex_;
  // State below is protected by mutex_, so that Cancel() may come from another thread; only the
  // thread in Next() changes the stream itself.
  bool cancelled_ = false;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<Reader> reader_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_WATCH_H_
