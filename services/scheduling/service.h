#ifndef CLARITY_SERVICES_SCHEDULING_SERVICE_H_
#define CLARITY_SERVICES_SCHEDULING_SERVICE_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/notifier.h"
#include "services/platform/rpc/services.h"
#include "services/platform/storage/database.h"

// The scheduling service, put together: its use cases on one database, behind one door.
namespace clarity::scheduling {

// What a door has to know before it is made.
std::vector<const google::protobuf::ServiceDescriptor*> Descriptors();

// All outlive it. Reads the catalog.
absl::StatusOr<std::unique_ptr<rpc::Services>> MakeServices(storage::Database* database,
                                                            rpc::Notifier* notifier,
                                                            base::Random* random);

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_SERVICE_H_
