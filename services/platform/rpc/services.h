#ifndef CLARITY_SERVICES_PLATFORM_RPC_SERVICES_H_
#define CLARITY_SERVICES_PLATFORM_RPC_SERVICES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "services/platform/storage/database.h"

namespace clarity::rpc {

class Door;

// What a process hosts: the gRPC services that stand on one store, behind one door.
class Services {
 public:
  virtual ~Services() = default;

  // The gRPC services; once, when there is a door. They live as long as this does.
  virtual std::vector<grpc::Service*> OpenTo(Door* door) = 0;

  // Removes what nobody needs any more, such as holds that have expired and changes too old to
  // resume from. Gives how many rows that were, a bounded number: to be called now and then, until
  // it is 0.
  virtual absl::StatusOr<int64_t> Tidy(storage::Transaction& transaction, absl::Time now) = 0;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_SERVICES_H_
