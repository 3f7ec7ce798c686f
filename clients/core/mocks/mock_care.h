#ifndef CLARITY_CLIENTS_CORE_MOCKS_MOCK_CARE_H_
#define CLARITY_CLIENTS_CORE_MOCKS_MOCK_CARE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "clarity/consultation/v1/episode_service_mock.grpc.pb.h"
#include "clarity/consultation/v1/evaluation_service_mock.grpc.pb.h"
#include "clarity/consultation/v1/outcome_service_mock.grpc.pb.h"
#include "clarity/consultation/v1/patient_service_mock.grpc.pb.h"
#include "clarity/consultation/v1/plan_service_mock.grpc.pb.h"
#include "clients/core/care_connections.h"
#include "gmock/gmock.h"
#include "google/protobuf/any.pb.h"
#include "google/rpc/status.pb.h"

namespace clarity::client {

// For an application's own tests: the consultation service, played by mocks of its stubs, which
// gRPC generates.
//
//   MockCare care;
//   EXPECT_CALL(care.patients(), GetPatient).WillOnce(Answers(patient));
//   const CareClient client(care.connections());
class MockCare {
 public:
  explicit MockCare(Options options = {});

  const CareConnections& connections() const { return connections_; }
  consultation::v1::MockPatientServiceStub& patients() { return patients_; }
  consultation::v1::MockEpisodeServiceStub& episodes() { return episodes_; }
  consultation::v1::MockEvaluationServiceStub& evaluations() { return evaluations_; }
  consultation::v1::MockOutcomeServiceStub& outcomes() { return outcomes_; }
  consultation::v1::MockPlanServiceStub& plans() { return plans_; }

 private:
  // The mock of a stub, and the connection that owns it.
  template <typename MockStub, typename Service>
  MockStub& Mock(std::shared_ptr<Connection<Service>>* connection);

  const Options options_;
  CareConnections connections_;
  consultation::v1::MockPatientServiceStub& patients_;
  consultation::v1::MockEpisodeServiceStub& episodes_;
  consultation::v1::MockEvaluationServiceStub& evaluations_;
  consultation::v1::MockOutcomeServiceStub& outcomes_;
  consultation::v1::MockPlanServiceStub& plans_;
};

// How the mock of a method answers.
template <typename Reply>
auto Answers(const Reply& reply) {
  return testing::DoAll(testing::SetArgPointee<2>(reply), testing::Return(grpc::Status::OK));
}

// How it refuses: with what AddDetail has put into the status, as a server sends it.
inline auto Refuses(const absl::Status& status) {
  google::rpc::Status details;
  status.ForEachPayload([&details](absl::string_view type_url, const absl::Cord& payload) {
    google::protobuf::Any& detail = *details.add_details();
    detail.set_type_url(std::string(type_url));
    detail.set_value(std::string(payload));
  });
  return testing::Return(grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                                      std::string(status.message()), details.SerializeAsString()));
}

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_MOCKS_MOCK_CARE_H_
