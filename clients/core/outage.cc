#include "clients/core/outage.h"

#include "clients/core/errors.h"

namespace clarity::client {

absl::Status Outage::failure() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return failure_;
}

void Outage::Note(const absl::Status& status) {
  const bool is_lost = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  if (!is_lost || !ReasonOf(status).empty()) return;
  std::lock_guard<std::mutex> lock(mutex_);
  failure_.Update(status);
}

}  // namespace clarity::client
