#include "services/platform/rpc/rate_limiter.h"

#include <algorithm>

namespace clarity::rpc {

RateLimiter::RateLimiter(int calls_per_second, size_t subjects_max)
    : calls_per_second_(calls_per_second), subjects_max_(subjects_max) {}

bool RateLimiter::Take(absl::string_view subject, absl::Time now) {
  base::MutexLock lock(&mutex_);
  auto found = by_subject_.find(subject);
  if (found == by_subject_.end()) {
    if (by_subject_.size() >= subjects_max_) DropFull(now);
    if (by_subject_.size() >= subjects_max_) return false;
    found = by_subject_.emplace(subject, Bucket{calls_per_second_, now}).first;
  }
  Bucket& bucket = found->second;
  bucket.calls = CallsAt(bucket, now);
  bucket.filled = now;
  if (bucket.calls < 1) return false;
  bucket.calls -= 1;
  return true;
}

bool RateLimiter::HasRoom(absl::string_view subject, absl::Time now) {
  base::MutexLock lock(&mutex_);
  const auto found = by_subject_.find(subject);
  return found == by_subject_.end() || CallsAt(found->second, now) >= 1;
}

double RateLimiter::CallsAt(const Bucket& bucket, absl::Time now) const {
  const double refilled = absl::ToDoubleSeconds(now - bucket.filled) * calls_per_second_;
  return std::min(calls_per_second_, bucket.calls + std::max(0.0, refilled));
}

// A full bucket is as good as none. At most once a second: the map is large when this is called.
void RateLimiter::DropFull(absl::Time now) {
  if (now - dropped_ < absl::Seconds(1)) return;
  dropped_ = now;
  for (auto bucket = by_subject_.begin(); bucket != by_subject_.end();) {
    if (CallsAt(bucket->second, now) >= calls_per_second_) {
      by_subject_.erase(bucket++);
    } else {
      ++bucket;
    }
  }
}

}  // namespace clarity::rpc
