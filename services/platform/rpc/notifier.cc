#include "services/platform/rpc/notifier.h"

namespace clarity::rpc {

void Notifier::Notify(absl::string_view stream) {
  // Called outside the lock: a listener may subscribe or unsubscribe in turn.
  std::vector<std::shared_ptr<Listener>> listeners;
  {
    base::MutexLock lock(&mutex_);
    const auto found = by_stream_.find(stream);
    if (found == by_stream_.end()) return;
    listeners.assign(found->second.begin(), found->second.end());
  }
  for (const auto& listener : listeners) listener->OnNotify();
}

void Notifier::Subscribe(const std::vector<std::string>& streams,
                         const std::shared_ptr<Listener>& listener) {
  base::MutexLock lock(&mutex_);
  for (const std::string& stream : streams) by_stream_[stream].insert(listener);
}

void Notifier::Unsubscribe(const std::vector<std::string>& streams,
                           const std::shared_ptr<Listener>& listener) {
  base::MutexLock lock(&mutex_);
  for (const std::string& stream : streams) {
    const auto found = by_stream_.find(stream);
    if (found == by_stream_.end()) continue;
    found->second.erase(listener);
    if (found->second.empty()) by_stream_.erase(found);
  }
}

}  // namespace clarity::rpc
