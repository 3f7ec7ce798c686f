#ifndef CLARITY_SERVICES_PLATFORM_RPC_LINE_LIMIT_H_
#define CLARITY_SERVICES_PLATFORM_RPC_LINE_LIMIT_H_

#include <atomic>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/platform/base/limits.h"
#include "services/platform/rpc/rate_limiter.h"

namespace clarity::rpc {

// So many log lines a second, for lines of which strangers decide how many there are.
class LineLimit {
 public:
  // Whether a line may be written now: how many were left out since the last one that might.
  std::optional<int64_t> Take(absl::Time now) {
    if (lines_.Take("", now)) return left_out_.exchange(0);
    ++left_out_;
    return std::nullopt;
  }

 private:
  RateLimiter lines_{limits::kForeignLogLinesPerSecondMax, /*subjects_max=*/1};
  std::atomic<int64_t> left_out_{0};
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_LINE_LIMIT_H_
