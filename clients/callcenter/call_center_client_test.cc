#include "clients/callcenter/call_center_client.h"

#include <vector>

#include "clients/core/mocks/mock_catalog_connection.h"
#include "clients/core/mocks/mock_scheduling_connection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::client {
namespace {

using namespace scheduling::v1;  // NOLINT: the vocabulary of every line below
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::Property;
using ::testing::Return;

class CallCenterClientTest : public testing::Test {
 protected:
  const std::shared_ptr<MockSchedulingConnection> scheduling_ =
      std::make_shared<MockSchedulingConnection>();
  const std::shared_ptr<MockCatalogConnection> catalog_ = std::make_shared<MockCatalogConnection>();
  const CallCenterClient client_{scheduling_, catalog_};
};

TEST_F(CallCenterClientTest, ListsGoOverAllPages) {
  ListAppointmentsResponse first, second;
  first.add_appointments()->set_name("appointments/1");
  first.set_next_page_token("next");
  second.add_appointments()->set_name("appointments/2");
  const auto page = [](const char* token) {
    return Property(&ListAppointmentsRequest::page_token, token);
  };
  EXPECT_CALL(*scheduling_, ListAppointments(page(""), _)).WillOnce(Return(first));
  EXPECT_CALL(*scheduling_, ListAppointments(page("next"), _)).WillOnce(Return(second));
  std::vector<std::string> names;
  for (const absl::StatusOr<Appointment>& appointment : client_.ListAppointments({})) {
    ASSERT_TRUE(appointment.ok()) << appointment.status();
    names.push_back(appointment->name());
  }
  EXPECT_THAT(names, ElementsAre("appointments/1", "appointments/2"));
}

TEST_F(CallCenterClientTest, TheFirstPageTellsWhereToWatchFrom) {
  ListAppointmentsResponse page;
  page.set_watch_token("from-here");
  EXPECT_CALL(*scheduling_, ListAppointments).WillOnce(Return(page));
  EXPECT_EQ(client_.ListAppointmentsPage({})->watch_token(), "from-here");
}

TEST_F(CallCenterClientTest, OptionsOfTheClientGoWithEveryCall) {
  CallOptions options;
  options.deadline = absl::Seconds(3);
  const CallCenterClient hasty(scheduling_, catalog_, options);
  EXPECT_CALL(*scheduling_, BookAppointment(_, Field(&CallOptions::deadline, absl::Seconds(3))))
      .WillOnce(Return(absl::FailedPreconditionError("taken")));
  EXPECT_EQ(hasty.BookAppointment({}).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace clarity::client
