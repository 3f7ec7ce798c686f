#include "clients/core/interrupt.h"

namespace clarity::client {

void Interrupt::Cancel() {
  std::lock_guard<std::mutex> lock(mutex_);
  cancelled_ = true;
  for (grpc::ClientContext* context : under_way_) context->TryCancel();
  changed_.notify_all();
}

void Interrupt::Reset() {
  std::lock_guard<std::mutex> lock(mutex_);
  cancelled_ = false;
}

bool Interrupt::cancelled() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return cancelled_;
}

void Interrupt::Sleep(absl::Duration wait) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoNanoseconds(wait), [this] { return cancelled_; });
}

Interrupt::Watched::Watched(Interrupt* interrupt, grpc::ClientContext* context)
    : interrupt_(interrupt), context_(context) {
  if (interrupt_ == nullptr) return;
  std::lock_guard<std::mutex> lock(interrupt_->mutex_);
  interrupt_->under_way_.insert(context_);
  if (interrupt_->cancelled_) context_->TryCancel();
}

Interrupt::Watched::~Watched() {
  if (interrupt_ == nullptr) return;
  std::lock_guard<std::mutex> lock(interrupt_->mutex_);
  interrupt_->under_way_.erase(context_);
}

}  // namespace clarity::client
