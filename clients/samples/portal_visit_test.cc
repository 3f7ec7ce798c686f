// How a portal tests its pages: the connection is a mock, no server runs.

#include "clients/samples/portal_visit.h"

#include <memory>

#include "clients/core/mocks/mock_catalog_connection.h"
#include "clients/core/mocks/mock_order_connection.h"
#include "clients/core/mocks/mock_scheduling_connection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::samples {
namespace {

using scheduling::v1::Appointment;
using scheduling::v1::BookAppointmentRequest;
using scheduling::v1::CancelAppointmentRequest;
using scheduling::v1::FindSlotsResponse;
using scheduling::v1::Hold;
using scheduling::v1::ListAppointmentsResponse;
using ::testing::_;
using ::testing::Property;
using ::testing::Return;

class PortalVisitTest : public testing::Test {
 protected:
  absl::StatusOr<Appointment> Book() const {
    return BookFirstTime(client_, "clinics/lake-forest", "visitTypes/consultation",
                         absl::FromUnixSeconds(1'800'000'000));
  }

  const std::shared_ptr<client::MockSchedulingConnection> scheduling_ =
      std::make_shared<client::MockSchedulingConnection>();
  const client::PortalClient client_{scheduling_, std::make_shared<client::MockCatalogConnection>(),
                                     std::make_shared<client::MockOrderConnection>(),
                                     client::TokenCredentials("token-of-a-patient")};
};

TEST_F(PortalVisitTest, BooksTheFirstTimeFromItsHold) {
  FindSlotsResponse found;
  found.add_slots()->set_clinic("clinics/lake-forest");
  found.add_slots()->set_clinic("clinics/elsewhere");
  Hold hold;
  hold.set_name("holds/h1");
  Appointment appointment;
  appointment.set_name("appointments/a1");
  EXPECT_CALL(*scheduling_, FindSlots).WillOnce(Return(found));
  EXPECT_CALL(*scheduling_, CreateHold).WillOnce(Return(hold));
  EXPECT_CALL(*scheduling_, BookAppointment(Property(&BookAppointmentRequest::hold, "holds/h1"), _))
      .WillOnce(Return(appointment));
  EXPECT_EQ(Book()->name(), "appointments/a1");
}

TEST_F(PortalVisitTest, SaysWhereNoTimeIsFree) {
  EXPECT_CALL(*scheduling_, FindSlots).WillOnce(Return(FindSlotsResponse()));
  EXPECT_EQ(Book().status().code(), absl::StatusCode::kNotFound);
}

TEST_F(PortalVisitTest, CallsOffAllThatIsAhead) {
  ListAppointmentsResponse ahead;
  ahead.add_appointments()->set_name("appointments/a1");
  ahead.add_appointments()->set_name("appointments/a2");
  EXPECT_CALL(*scheduling_, ListAppointments).WillOnce(Return(ahead));
  for (const char* name : {"appointments/a1", "appointments/a2"}) {
    EXPECT_CALL(*scheduling_, CancelAppointment(Property(&CancelAppointmentRequest::name, name), _))
        .WillOnce(Return(Appointment()));
  }
  EXPECT_EQ(*CancelAll(client_), 2);
}

}  // namespace
}  // namespace clarity::samples
