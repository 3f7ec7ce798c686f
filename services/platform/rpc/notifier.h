#ifndef CLARITY_SERVICES_PLATFORM_RPC_NOTIFIER_H_
#define CLARITY_SERVICES_PLATFORM_RPC_NOTIFIER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "services/platform/base/mutex.h"

namespace clarity::rpc {

// Tells whoever watches a stream of the change log that it has grown. Call Notify from
// Transaction::OnCommit. It is a hint, never the truth: a watcher reads the log itself, and looks
// again now and then anyway, for other replicas notify nobody here.
class Notifier {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // Called on any thread. Must be quick.
    virtual void OnNotify() = 0;
  };

  void Notify(absl::string_view stream);

  void Subscribe(const std::vector<std::string>& streams,
                 const std::shared_ptr<Listener>& listener);
  // A notification that has begun may still arrive afterwards.
  void Unsubscribe(const std::vector<std::string>& streams,
                   const std::shared_ptr<Listener>& listener);

 private:
  base::Mutex mutex_;
  absl::flat_hash_map<std::string, absl::flat_hash_set<std::shared_ptr<Listener>>> by_stream_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_NOTIFIER_H_
