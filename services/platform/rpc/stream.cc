#include "services/platform/rpc/stream.h"

#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/answer.h"

namespace clarity::rpc {

absl::Status Stopping() { return base::Unavailable("the server is stopping", limits::kRetryAfter); }

absl::Status OpenStreams::Add(const std::string& subject, std::shared_ptr<Pump> pump) {
  base::MutexLock lock(&mutex_);
  if (ending_) return Stopping();
  int& of_subject = by_subject_[subject];
  if (pumps_.size() >= limits::kWatchersMax || of_subject >= limits::kWatchersPerSubjectMax) {
    if (of_subject == 0) by_subject_.erase(subject);
    return base::ResourceExhausted("OVERLOADED", "too many streams are open",
                                   limits::kHeartbeatEvery);
  }
  ++of_subject;
  pumps_.insert(std::move(pump));
  return absl::OkStatus();
}

void OpenStreams::Remove(const std::string& subject, const std::shared_ptr<Pump>& pump) {
  base::MutexLock lock(&mutex_);
  if (pumps_.erase(pump) == 0) return;
  const auto found = by_subject_.find(subject);
  if (--found->second == 0) by_subject_.erase(found);
}

std::vector<std::shared_ptr<Pump>> OpenStreams::All() {
  base::MutexLock lock(&mutex_);
  return {pumps_.begin(), pumps_.end()};
}

void OpenStreams::Tick() {
  for (const auto& pump : All()) pump->OnTick();
}

void OpenStreams::EndAll() {
  {
    base::MutexLock lock(&mutex_);
    ending_ = true;
  }
  for (const auto& pump : All()) pump->EndWith(Stopping());
}

Pump::Pump(const DoorParts& parts, CallLog* call_log, AccessLog* access_log, OpenStreams* open,
           absl::Duration heartbeat_every, std::unique_ptr<Passage> passage, Outlet* outlet)
    : parts_(parts),
      call_log_(call_log),
      access_log_(access_log),
      open_(open),
      heartbeat_every_(heartbeat_every),
      passage_(std::move(passage)),
      outlet_(outlet),
      start_time_(parts.clock->Now()),
      // The first look is never quiet: what finds no news gives the token to resume from.
      last_sent_(absl::InfinitePast()) {}

void Pump::Start() {
  parts_.metrics->CallStarted();
  parts_.metrics->StreamOpened();
  const absl::Status admitted = passage_->Admit();
  if (!admitted.ok()) return End(admitted);
  SubmitFill();
}

absl::Status Pump::Open() {
  RETURN_IF_ERROR(passage_->Examine());
  const Call& call = passage_->call();
  RETURN_IF_ERROR(open_->Add(call.principal.subject, shared_from_this()));
  RETURN_IF_ERROR(outlet_->Open(call, passage_->request()));
  if (call.method->rule.audit() == options::v1::MethodRule::AUDIT_ACCESS &&
      !access_log_->Append(call)) {
    return base::Unavailable("the access cannot be recorded now", limits::kRetryAfter);
  }
  // Before the first look, so that nothing slips between the two.
  Subscribe();
  opened_ = true;
  return absl::OkStatus();
}

bool Pump::Subscribe() {
  std::vector<std::string> streams = outlet_->streams();
  if (streams == streams_) return false;
  streams_ = std::move(streams);
  parts_.notifier->Subscribe(streams_, shared_from_this());
  return true;
}

void Pump::SubmitFill() {
  if (SubmitTask(parts_, [self = shared_from_this()] { self->Fill(); })) return;
  if (!opened_) {
    return End(base::ResourceExhausted("OVERLOADED", "the server has more work than it takes",
                                       limits::kRetryAfter));
  }
  // The client has waited so long already; the next tick tries again.
  absl::Status ending;
  {
    base::MutexLock lock(&mutex_);
    if (!ending_.has_value()) {
      look_again_ = true;
      state_ = State::kIdle;
      return;
    }
    ending = *ending_;
  }
  End(ending);
}

void Pump::Fill() {
  absl::Status status = NextBatch();
  bool again = false;
  {
    base::MutexLock lock(&mutex_);
    if (status.ok() && ending_.has_value()) status = *ending_;
    if (status.ok() && batch_size_ > 0) {
      state_ = State::kWriting;
      last_sent_ = passage_->call().now;
    } else if (status.ok()) {
      again = look_again_;
      if (!again) state_ = State::kIdle;
    }
  }
  if (!status.ok()) return End(status);
  if (again) return SubmitFill();
  if (batch_size_ > 0) outlet_->Write(0);
}

absl::Status Pump::NextBatch() {
  if (opened_) {
    RETURN_IF_ERROR(passage_->CheckIdentity());
  } else {
    RETURN_IF_ERROR(Open());
  }
  Call& call = passage_->call();
  call.now = parts_.clock->Now();
  bool is_quiet = false;
  {
    base::MutexLock lock(&mutex_);
    look_again_ = false;  // What comes from now on is news again.
    is_quiet = call.now - last_sent_ >= heartbeat_every_;
  }
  written_ = 0;
  ASSIGN_OR_RETURN(batch_size_, outlet_->Fill(call));
  // What has come to a new stream after the look and before the subscription was told to nobody.
  if (Subscribe()) {
    base::MutexLock lock(&mutex_);
    look_again_ = true;
  }
  if (batch_size_ == 0 && is_quiet) {
    outlet_->FillHeartbeat(call);
    batch_size_ = 1;
  }
  return absl::OkStatus();
}

void Pump::OnWritten(bool ok) {
  if (!ok) return End(absl::CancelledError("the caller has gone"));
  ++written_;
  const bool has_more = written_ < batch_size_;
  std::optional<absl::Status> ending;
  {
    base::MutexLock lock(&mutex_);
    if (has_more) {
      last_sent_ = parts_.clock->Now();
    } else {
      state_ = State::kFilling;
    }
    ending = ending_;
  }
  if (ending.has_value()) return End(*ending);
  if (has_more) return outlet_->Write(written_);
  SubmitFill();
}

void Pump::OnNotify() {
  {
    base::MutexLock lock(&mutex_);
    look_again_ = true;
    if (state_ != State::kIdle) return;
    state_ = State::kFilling;
  }
  SubmitFill();
}

void Pump::OnTick() {
  // The look itself finds out what has become of the token.
  const bool is_still_known = passage_->IsStillKnown();
  {
    base::MutexLock lock(&mutex_);
    if (state_ != State::kIdle) return;
    const bool is_quiet = parts_.clock->Now() - last_sent_ >= heartbeat_every_;
    if (is_still_known && !look_again_ && !is_quiet) return;
    state_ = State::kFilling;
  }
  SubmitFill();
}

void Pump::OnCancel() { EndWith(absl::CancelledError("the caller has gone")); }

void Pump::EndWith(const absl::Status& status) {
  {
    base::MutexLock lock(&mutex_);
    if (!ending_.has_value()) ending_ = status;
    if (state_ != State::kIdle) return;
    state_ = State::kFilling;  // Ours to end: nobody else goes on from here.
  }
  End(status);
}

void Pump::End(const absl::Status& status) {
  {
    base::MutexLock lock(&mutex_);
    state_ = State::kEnded;
  }
  const std::shared_ptr<Pump> self = shared_from_this();
  const Call& call = passage_->call();
  parts_.notifier->Unsubscribe(streams_, self);
  open_->Remove(call.principal.subject, self);
  parts_.metrics->StreamClosed();
  if (call.method != nullptr) {
    parts_.metrics->CallEnded(*call.method, status.code(), absl::ZeroDuration());
  }
  const absl::Time now = parts_.clock->Now();
  call_log_->Record(call, status, now, now - start_time_, passage_->arrived());
  outlet_->End(ToGrpcStatus(call, status));  // The outlet may be gone at once.
}

}  // namespace clarity::rpc
