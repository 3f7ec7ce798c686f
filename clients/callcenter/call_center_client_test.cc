#include "clients/callcenter/call_center_client.h"

#include <vector>

#include "clients/core/mocks/mock_catalog_connection.h"
#include "clients/core/mocks/mock_order_connection.h"
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
  const std::shared_ptr<MockOrderConnection> orders_ = std::make_shared<MockOrderConnection>();
  const CallCenterClient client_{scheduling_, catalog_, orders_};
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

TEST_F(CallCenterClientTest, OrdersAreThoseOfThePatientAskedFor) {
  ListOrdersRequest request;
  request.set_patient("patients/p-1");
  ListOrdersResponse reply;
  reply.add_orders()->set_name("orders/o-1");
  EXPECT_CALL(*orders_, ListOrders(Property(&ListOrdersRequest::patient, "patients/p-1"), _))
      .WillOnce(Return(reply));
  for (const absl::StatusOr<Order>& order : client_.ListOrders(request)) {
    ASSERT_TRUE(order.ok()) << order.status();
    EXPECT_EQ(order->name(), "orders/o-1");
  }
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
  const CallCenterClient hasty(scheduling_, catalog_, orders_, options);
  EXPECT_CALL(*scheduling_, BookAppointment(_, Field(&CallOptions::deadline, absl::Seconds(3))))
      .WillOnce(Return(absl::FailedPreconditionError("taken")));
  EXPECT_EQ(hasty.BookAppointment({}).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace clarity::client
