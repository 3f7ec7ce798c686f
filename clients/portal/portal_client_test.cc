#include "clients/portal/portal_client.h"

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
using ::testing::DoAll;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::Return;
using ::testing::SaveArg;

class PortalClientTest : public testing::Test {
 protected:
  PortalClientTest() {
    slot_.set_visit_type("visitTypes/follow-up");
    slot_.set_clinic("clinics/lake-forest");
    slot_.set_modality(MODALITY_TELEHEALTH);
    slot_.mutable_start_time()->set_seconds(1'800'000'000);
    Assignment* chosen = slot_.add_assignments();
    chosen->set_resource("resources/dr-okafor");
    chosen->set_pinned(true);
    slot_.add_assignments()->set_resource("resources/room-1");
    appointment_.set_name("appointments/a1");
    appointment_.set_etag("e1");
  }

  // Every call carries the token of this patient.
  auto AsThePatient() const { return Field(&CallOptions::credentials, credentials_); }

  const std::shared_ptr<Credentials> credentials_ = TokenCredentials("token-of-a-patient");
  const std::shared_ptr<MockSchedulingConnection> scheduling_ =
      std::make_shared<MockSchedulingConnection>();
  const std::shared_ptr<MockCatalogConnection> catalog_ = std::make_shared<MockCatalogConnection>();
  const std::shared_ptr<MockOrderConnection> orders_ = std::make_shared<MockOrderConnection>();
  const PortalClient client_{scheduling_, catalog_, orders_, credentials_};
  Slot slot_;
  Appointment appointment_;
};

TEST_F(PortalClientTest, FindsSlotsOverAllPages) {
  FindSlotsRequest first_request, second_request;
  FindSlotsResponse first, second;
  first.add_slots()->set_clinic("clinics/a");
  first.set_next_page_token("next");
  second.add_slots()->set_clinic("clinics/b");
  EXPECT_CALL(*scheduling_, FindSlots(_, AsThePatient()))
      .WillOnce(DoAll(SaveArg<0>(&first_request), Return(first)))
      .WillOnce(DoAll(SaveArg<0>(&second_request), Return(second)));
  PortalSearch search;
  search.query.set_visit_type("visitTypes/follow-up");
  search.per_day_max = 3;
  std::vector<std::string> clinics;
  for (const absl::StatusOr<Slot>& slot : client_.FindSlots(search)) {
    ASSERT_TRUE(slot.ok()) << slot.status();
    clinics.push_back(slot->clinic());
  }
  EXPECT_THAT(clinics, ElementsAre("clinics/a", "clinics/b"));
  EXPECT_EQ(first_request.query().visit_type(), "visitTypes/follow-up");
  EXPECT_EQ(first_request.spread().per_day_max(), 3);
  EXPECT_EQ(second_request.page_token(), "next");
}

TEST_F(PortalClientTest, HoldsWhatTheSlotShowed) {
  CreateHoldRequest request;
  EXPECT_CALL(*scheduling_, CreateHold(_, AsThePatient()))
      .WillOnce(DoAll(SaveArg<0>(&request), Return(Hold())));
  ASSERT_TRUE(client_.CreateHold(slot_, "appointments/old").ok());
  EXPECT_EQ(request.hold().visit_type(), "visitTypes/follow-up");
  EXPECT_EQ(request.hold().clinic(), "clinics/lake-forest");
  EXPECT_EQ(request.hold().modality(), MODALITY_TELEHEALTH);
  EXPECT_EQ(request.hold().start_time().seconds(), 1'800'000'000);
  EXPECT_THAT(request.required_resources(), ElementsAre("resources/dr-okafor"));
  EXPECT_THAT(request.preferred_resources(), ElementsAre("resources/room-1"));
  EXPECT_EQ(request.reschedule_appointment(), "appointments/old");
  EXPECT_EQ(request.hold().patient(), "") << "the server knows from the token";
}

TEST_F(PortalClientTest, BooksFromAHoldOrASlotWithoutNamingThePatient) {
  BookAppointmentRequest request;
  EXPECT_CALL(*scheduling_, BookAppointment(_, AsThePatient()))
      .Times(2)
      .WillRepeatedly(DoAll(SaveArg<0>(&request), Return(appointment_)));
  Hold hold;
  hold.set_name("holds/h1");
  PortalBooking booking;
  booking.note = "wheelchair";
  ASSERT_TRUE(client_.Book(hold, booking).ok());
  EXPECT_EQ(request.hold(), "holds/h1");
  EXPECT_EQ(request.note(), "wheelchair");
  ASSERT_EQ(request.participants_size(), 1);
  EXPECT_EQ(request.participants(0).patient(), "");

  ASSERT_TRUE(client_.Book(slot_).ok());
  EXPECT_EQ(request.hold(), "");
  EXPECT_EQ(request.start_time().seconds(), 1'800'000'000);
}

TEST_F(PortalClientTest, ChangesTheAppointmentAsThePatientHasSeenIt) {
  RescheduleAppointmentRequest move;
  CancelAppointmentRequest cancel;
  ConfirmAppointmentRequest confirm;
  EXPECT_CALL(*scheduling_, RescheduleAppointment(_, AsThePatient()))
      .WillOnce(DoAll(SaveArg<0>(&move), Return(appointment_)));
  EXPECT_CALL(*scheduling_, CancelAppointment(_, AsThePatient()))
      .WillOnce(DoAll(SaveArg<0>(&cancel), Return(appointment_)));
  EXPECT_CALL(*scheduling_, ConfirmAppointment(_, AsThePatient()))
      .WillOnce(DoAll(SaveArg<0>(&confirm), Return(appointment_)));
  ASSERT_TRUE(client_.Reschedule(appointment_, slot_).ok());
  ASSERT_TRUE(client_.Cancel(appointment_, Cancellation::REASON_WORK, "a meeting").ok());
  ASSERT_TRUE(client_.Confirm(appointment_).ok());
  EXPECT_EQ(move.etag(), "e1");
  EXPECT_EQ(cancel.etag(), "e1");
  EXPECT_EQ(cancel.reason(), Cancellation::REASON_WORK);
  EXPECT_EQ(cancel.note(), "a meeting");
  EXPECT_EQ(confirm.etag(), "e1");
}

TEST_F(PortalClientTest, ListsTheOrdersOfWhoeverTheTokenNames) {
  ListOrdersRequest request;
  ListOrdersResponse response;
  response.add_orders()->set_name("orders/o1");
  EXPECT_CALL(*orders_, ListOrders(_, AsThePatient()))
      .WillOnce(DoAll(SaveArg<0>(&request), Return(response)));
  std::vector<std::string> names;
  for (const absl::StatusOr<Order>& order : client_.ListOrders()) names.push_back(order->name());
  EXPECT_THAT(names, ElementsAre("orders/o1"));
  EXPECT_EQ(request.patient(), "");
}

TEST_F(PortalClientTest, CountsTheStartsOfAMonth) {
  CountSlotsRequest request;
  EXPECT_CALL(*scheduling_, CountSlots(_, AsThePatient()))
      .WillOnce(DoAll(SaveArg<0>(&request), Return(CountSlotsResponse())));
  SlotQuery query;
  query.set_visit_type("visitTypes/follow-up");
  ASSERT_TRUE(client_.CountSlots(query).ok());
  EXPECT_EQ(request.query().visit_type(), "visitTypes/follow-up");
}

TEST_F(PortalClientTest, AnErrorOfAListIsItsLastItem) {
  EXPECT_CALL(*scheduling_, ListAppointments(_, AsThePatient()))
      .WillOnce(Return(absl::UnavailableError("away")));
  int items = 0;
  for (const absl::StatusOr<Appointment>& appointment : client_.ListAppointments()) {
    ++items;
    EXPECT_EQ(appointment.status().code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_EQ(items, 1);
}

}  // namespace
}  // namespace clarity::client
