#ifndef CLARITY_SERVICES_SCHEDULING_SERVICE_H_
#define CLARITY_SERVICES_SCHEDULING_SERVICE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/grpcpp.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/door.h"
#include "services/platform/rpc/notifier.h"
#include "services/platform/storage/database.h"

namespace clarity::scheduling {

// The scheduling service, put together: its use cases on one database, behind one door.
class SchedulingServices {
 public:
  // All outlive it. Reads the catalog.
  static absl::StatusOr<std::unique_ptr<SchedulingServices>> Make(storage::Database* database,
                                                                  rpc::Notifier* notifier,
                                                                  base::Random* random);
  virtual ~SchedulingServices() = default;

  // What a door has to know before it is made.
  static std::vector<const google::protobuf::ServiceDescriptor*> Descriptors();

  // The gRPC services; once, when there is a door. They live as long as this does.
  virtual std::vector<grpc::Service*> OpenTo(rpc::Door* door) = 0;

  // Removes what nobody needs any more: holds that have expired, changes too old to resume from.
  // Gives how many that were, a bounded number: to be called now and then, until it is 0.
  virtual absl::StatusOr<int64_t> Tidy(storage::Transaction& transaction, absl::Time now) = 0;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_SERVICE_H_
