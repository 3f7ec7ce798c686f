#include "clients/core/mocks/mock_care.h"

#include <utility>

namespace clarity::client {

using consultation::v1::MockEpisodeServiceStub;
using consultation::v1::MockEvaluationServiceStub;
using consultation::v1::MockOutcomeServiceStub;
using consultation::v1::MockPatientServiceStub;
using consultation::v1::MockPlanServiceStub;

template <typename MockStub, typename Service>
MockStub& MockCare::Mock(std::shared_ptr<Connection<Service>>* connection) {
  auto stub = std::make_unique<testing::NiceMock<MockStub>>();
  MockStub& mock = *stub;
  *connection = std::make_shared<Connection<Service>>(std::move(stub), options_);
  return mock;
}

MockCare::MockCare(Options options)
    : options_(std::move(options)),
      patients_(Mock<MockPatientServiceStub>(&connections_.patients)),
      episodes_(Mock<MockEpisodeServiceStub>(&connections_.episodes)),
      evaluations_(Mock<MockEvaluationServiceStub>(&connections_.evaluations)),
      outcomes_(Mock<MockOutcomeServiceStub>(&connections_.outcomes)),
      plans_(Mock<MockPlanServiceStub>(&connections_.plans)) {}

}  // namespace clarity::client
