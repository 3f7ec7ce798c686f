#ifndef CLARITY_CLIENTS_CORE_OUTAGE_H_
#define CLARITY_CLIENTS_CORE_OUTAGE_H_

#include <mutex>

#include "absl/status/status.h"

namespace clarity::client {

// That a server has not answered somebody who asks it several things for one command: what is asked
// after that fails at once, so that the deadline of a call is that of the command. Safe for use
// from several threads.
class Outage {
 public:
  // The failure of the first call that had no answer; OK: none has failed so.
  absl::Status failure() const;
  // Remembers a failure of the transport; what a server has answered is none.
  void Note(const absl::Status& status);

 private:
  mutable std::mutex mutex_;
  // State below is protected by mutex_.
  absl::Status failure_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_OUTAGE_H_
