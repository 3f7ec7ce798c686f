#ifndef CLARITY_SERVICES_CONSULTATION_SERVICE_H_
#define CLARITY_SERVICES_CONSULTATION_SERVICE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/core/options.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/channel.h"
#include "prometheus/registry.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/notifier.h"
#include "services/platform/rpc/services.h"
#include "services/platform/storage/database.h"

// The consultation service, put together: its use cases on one database, behind one door.
namespace clarity::consultation {

class ConsultationServices : public rpc::Services {
 public:
  // From now on carries to scheduling what has to be carried, and follows what happens there. Calls
  // as the service itself, with the role SERVICE.
  virtual void Follow(const std::shared_ptr<grpc::ChannelInterface>& scheduling,
                      const client::Options& options) = 0;
  // No more calls to scheduling, those under way finished. Before scheduling stops, where it is in
  // the same process.
  virtual void StopFollowing() = 0;
};

// What a door has to know before it is made.
std::vector<const google::protobuf::ServiceDescriptor*> Descriptors();

// All outlive it. `search_key`: 32 bytes, the same as long as the store lives.
absl::StatusOr<std::unique_ptr<ConsultationServices>> MakeServices(
    storage::Database* database, rpc::Notifier* notifier, const base::Clock* clock,
    base::Random* random, prometheus::Registry* metrics, std::string search_key);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_SERVICE_H_
