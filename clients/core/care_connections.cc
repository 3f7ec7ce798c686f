#include "clients/core/care_connections.h"

namespace clarity::client {

CareConnections MakeCareConnections(const std::shared_ptr<grpc::ChannelInterface>& channel,
                                    const Options& options) {
  using namespace consultation::v1;  // NOLINT: the services, one a line
  return {std::make_shared<Connection<PatientService>>(channel, options),
          std::make_shared<Connection<EpisodeService>>(channel, options),
          std::make_shared<Connection<EvaluationService>>(channel, options),
          std::make_shared<Connection<OutcomeService>>(channel, options),
          std::make_shared<Connection<PlanService>>(channel, options)};
}

}  // namespace clarity::client
