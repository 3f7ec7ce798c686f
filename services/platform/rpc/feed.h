#ifndef CLARITY_SERVICES_PLATFORM_RPC_FEED_H_
#define CLARITY_SERVICES_PLATFORM_RPC_FEED_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/rpc/call.h"

namespace clarity::rpc {

// What a server-streaming method sends, in batches. The door calls it on a worker, one call at a
// time, and asks for the next batch only after the client has taken the one before: a slow reader
// delays nobody but itself.
template <typename Reply>
class Feed {
 public:
  virtual ~Feed() = default;

  // The streams of the change log whose growth is worth another look (see Notifier).
  virtual std::vector<std::string> streams() const = 0;

  // Adds what there is to send, up to a batch; nothing: the client has it all for now. An error
  // ends the stream. `call.now` is the time of this batch.
  virtual absl::Status Next(const Call& call, std::vector<Reply>* batch) = 0;

  // Makes the sign of life that is sent when nothing else was for a while.
  virtual void Heartbeat(const Call& call, Reply* reply) = 0;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_FEED_H_
