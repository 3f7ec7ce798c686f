#ifndef CLARITY_CLIENTS_CORE_INTERRUPT_H_
#define CLARITY_CLIENTS_CORE_INTERRUPT_H_

#include <condition_variable>
#include <mutex>
#include <set>

#include "absl/time/time.h"
#include "grpcpp/client_context.h"

namespace clarity::client {

// How somebody gives up the calls they are waiting for: a person by Ctrl-C. From Cancel to Reset
// the calls of the connections that have it in their Options end with CANCELLED, those under way
// and those that come; no further attempt is made. Whether a write was done all the same is not
// known. Safe for use from several threads.
class Interrupt {
 public:
  void Cancel();
  void Reset();
  bool cancelled() const;

  // Sleeps so long, or until Cancel.
  void Sleep(absl::Duration wait);

  // While it lives, Cancel ends the call of `context` as well. The interrupt may be null.
  class Watched {
   public:
    Watched(Interrupt* interrupt, grpc::ClientContext* context);
    ~Watched();
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

   private:
    Interrupt* const interrupt_;
    grpc::ClientContext* const context_;
  };

 private:
  mutable std::mutex mutex_;
  // State below is protected by mutex_.
  std::condition_variable changed_;
  bool cancelled_ = false;
  std::set<grpc::ClientContext*> under_way_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_INTERRUPT_H_
