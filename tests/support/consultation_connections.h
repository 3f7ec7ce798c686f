#ifndef CLARITY_TESTS_SUPPORT_CONSULTATION_CONNECTIONS_H_
#define CLARITY_TESTS_SUPPORT_CONSULTATION_CONNECTIONS_H_

#include <memory>
#include <string>

#include "clarity/consultation/v1/clearance_service.grpc.pb.h"
#include "clarity/consultation/v1/episode_service.grpc.pb.h"
#include "clarity/consultation/v1/evaluation_service.grpc.pb.h"
#include "clarity/consultation/v1/outcome_service.grpc.pb.h"
#include "clarity/consultation/v1/patient_service.grpc.pb.h"
#include "clarity/consultation/v1/plan_service.grpc.pb.h"
#include "clients/admin/policy_client.h"
#include "clients/core/connection.h"

namespace clarity::tests {

using ClearanceStub = consultation::v1::ClearanceService::StubInterface;
using EpisodeStub = consultation::v1::EpisodeService::StubInterface;
using EvaluationStub = consultation::v1::EvaluationService::StubInterface;
using OutcomeStub = consultation::v1::OutcomeService::StubInterface;
using PatientStub = consultation::v1::PatientService::StubInterface;
using PlanStub = consultation::v1::PlanService::StubInterface;

// Everything one caller can call of consultation, over a channel of its own.
struct ConsultationConnections {
  std::shared_ptr<client::Connection<consultation::v1::PatientService>> patients;
  std::shared_ptr<client::Connection<consultation::v1::EpisodeService>> episodes;
  std::shared_ptr<client::Connection<consultation::v1::EvaluationService>> evaluations;
  std::shared_ptr<client::Connection<consultation::v1::ClearanceService>> clearances;
  std::shared_ptr<client::Connection<consultation::v1::PlanService>> plans;
  std::shared_ptr<client::Connection<consultation::v1::OutcomeService>> outcomes;
  std::shared_ptr<client::PolicyConnection> policies;

  client::PolicyClient AsOperator() const { return client::PolicyClient(policies); }
};

// As Connect; but while the server asks scheduling, a call is made again.
ConsultationConnections ConnectConsultation(const std::string& address, const std::string& token,
                                            int attempts_max = 10);

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_CONSULTATION_CONNECTIONS_H_
