#ifndef CLARITY_CLIENTS_CORE_CARE_CONNECTIONS_H_
#define CLARITY_CLIENTS_CORE_CARE_CONNECTIONS_H_

#include <memory>

#include "clarity/consultation/v1/episode_service.grpc.pb.h"
#include "clarity/consultation/v1/evaluation_service.grpc.pb.h"
#include "clarity/consultation/v1/outcome_service.grpc.pb.h"
#include "clarity/consultation/v1/patient_service.grpc.pb.h"
#include "clarity/consultation/v1/plan_service.grpc.pb.h"
#include "clients/core/connection.h"

namespace clarity::client {

// The services of consultation that agents and patients call. The server may be that of scheduling
// or another: ask who runs it. The seam for tests: see core/mocks/mock_care.h.
struct CareConnections {
  std::shared_ptr<Connection<consultation::v1::PatientService>> patients;
  std::shared_ptr<Connection<consultation::v1::EpisodeService>> episodes;
  std::shared_ptr<Connection<consultation::v1::EvaluationService>> evaluations;
  std::shared_ptr<Connection<consultation::v1::OutcomeService>> outcomes;
  std::shared_ptr<Connection<consultation::v1::PlanService>> plans;
};

CareConnections MakeCareConnections(const std::shared_ptr<grpc::ChannelInterface>& channel,
                                    const Options& options);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_CARE_CONNECTIONS_H_
