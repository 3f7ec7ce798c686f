#include "tests/history/desk.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace clarity::history {

Desk::Desk(Identity identity, const std::string& journals, std::mt19937* random)
    : identity_(std::move(identity)),
      random_(random),
      journal_(journals, identity_.subject),
      connections_(tests::Connect(identity_.server, identity_.token)) {}

std::string Desk::IdOfNext() const { return absl::StrCat(identity_.subject, "/", calls_ + 1); }

std::string Desk::NextId() {
  std::string id = IdOfNext();
  ++calls_;
  return id;
}

void Desk::RepeatSomething() {
  if (done_.empty()) return;
  done_[static_cast<size_t>(Pick(*random_, static_cast<int>(done_.size())))]();
}

bool Desk::IsUnknown(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsCancelled(status) || absl::IsUnknown(status);
}

void Desk::Remember(std::function<void()> repeat) {
  constexpr size_t kRemembered = 20;
  done_.push_back(std::move(repeat));
  if (done_.size() > kRemembered) done_.pop_front();
}

// A new channel tries at once; the old one would wait a while.
void Desk::ConnectAnew() {
  connections_ = {};
  absl::SleepFor(absl::Milliseconds(10));
  connections_ = tests::Connect(identity_.server, identity_.token);
}

}  // namespace clarity::history
