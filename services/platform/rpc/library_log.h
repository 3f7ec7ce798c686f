#ifndef CLARITY_SERVICES_PLATFORM_RPC_LIBRARY_LOG_H_
#define CLARITY_SERVICES_PLATFORM_RPC_LIBRARY_LOG_H_

#include "services/platform/base/clock.h"

namespace clarity::rpc {

// While it lives, what gRPC and protobuf have to say becomes lines of our log, and no more than so
// many a second: a stranger can make them speak with every request. Of protobuf only the place in
// its source is told: its texts may quote what it was given to read. One at a time.
class LibraryLog {
 public:
  // The clock outlives it.
  explicit LibraryLog(const base::Clock* clock);
  ~LibraryLog();
  LibraryLog(const LibraryLog&) = delete;
  LibraryLog& operator=(const LibraryLog&) = delete;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_LIBRARY_LOG_H_
