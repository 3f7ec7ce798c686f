#ifndef CLARITY_SERVICES_PLATFORM_RPC_RATE_LIMITER_H_
#define CLARITY_SERVICES_PLATFORM_RPC_RATE_LIMITER_H_

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/mutex.h"

namespace clarity::rpc {

// So many calls a second for each subject (a token bucket each), so that one caller's loop does
// not take the room of all others.
class RateLimiter {
 public:
  explicit RateLimiter(int calls_per_second = limits::kCallsPerSubjectPerSecondMax,
                       size_t subjects_max = limits::kSubjectsCountedMax);

  // Whether a call of the subject fits now; if so, it is counted.
  bool Take(absl::string_view subject, absl::Time now);
  // Whether one would fit, of a subject that may be new: one that is not counted yet has room.
  bool HasRoom(absl::string_view subject, absl::Time now);

 private:
  struct Bucket {
    double calls = 0;  // that still fit
    absl::Time filled;
  };

  void DropFull(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  double CallsAt(const Bucket& bucket, absl::Time now) const;

  const double calls_per_second_;
  const size_t subjects_max_;
  base::Mutex mutex_;
  absl::flat_hash_map<std::string, Bucket> by_subject_ ABSL_GUARDED_BY(mutex_);
  absl::Time dropped_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_RATE_LIMITER_H_
