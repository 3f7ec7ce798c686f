// Two records that were the same person.

#include "tests/conformance/conformance_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class MergeTest : public ConformanceTest {
 protected:
  v1::Appointment Booked(absl::string_view type, absl::string_view start,
                         absl::string_view patient) const {
    return Value(agent_.BookAppointment(Booking(type, kLakeForest, start, patient)));
  }
  static v1::ReassignPatientRequest Merge() {
    v1::ReassignPatientRequest request;
    request.set_from_patient("patients/ada-twice");
    request.set_to_patient("patients/ada");
    return request;
  }
  v1::Appointment Present(const v1::Appointment& appointment) const {
    return Value(agent_.GetAppointment(Get(appointment.name())));
  }

  const client::CallCenterClient agent_ = Agent();
  const Connections service_ = Caller(Claims("consultation", "SERVICE"));
};

TEST_F(MergeTest, EverythingOfOneBelongsToTheOther) {
  const auto booked = Booked(kConsultation, "2026-03-05 10:00", "patients/ada-twice");
  v1::PutOrderRequest put;
  v1::Order& order = *put.mutable_order();
  order.set_name("orders/1");
  order.set_patient("patients/ada-twice");
  order.add_visit_types(kOrderedSession);
  order.set_units(1);
  *order.mutable_window()->mutable_start_time() = ToWire(At("2026-03-02 00:00"));
  *order.mutable_window()->mutable_end_time() = ToWire(At("2026-03-17 00:00"));
  Value(service_.orders->PutOrder(put, {}));

  const auto merged = Value(service_.orders->ReassignPatient(Merge(), {}));
  EXPECT_THAT(merged.appointments(), ElementsAre(booked.name()));
  EXPECT_THAT(merged.orders(), ElementsAre("orders/1"));
  EXPECT_THAT(merged.overlapping_appointments(), IsEmpty());
  EXPECT_EQ(Present(booked).participants(0).patient(), "patients/ada");
  EXPECT_THAT(All(Patient("patients/ada").ListAppointments()), SizeIs(1));
  // The patient's time goes along, and the order.
  EXPECT_THAT(
      agent_.BookAppointment(Booking(kSession, kLakeForest, "2026-03-05 10:15", "patients/ada")),
      Refused(StatusCode::kFailedPrecondition, "PATIENT_BUSY"));
  auto on_order = Booking(kOrderedSession, kLakeForest, "2026-03-06 10:00", "patients/ada");
  on_order.set_order("orders/1");
  Value(agent_.BookAppointment(on_order));

  const auto again = Value(service_.orders->ReassignPatient(Merge(), {}));
  EXPECT_THAT(again.appointments(), IsEmpty());
  EXPECT_THAT(again.orders(), IsEmpty());
}

TEST_F(MergeTest, VisitsThatNowOverlapAreKeptMarkedAndNamed) {
  const auto of_one = Booked(kConsultation, "2026-03-05 10:00", "patients/ada-twice");
  const auto of_other = Booked(kSession, "2026-03-05 10:30", "patients/ada");
  const auto merged = Value(service_.orders->ReassignPatient(Merge(), {}));
  EXPECT_THAT(merged.overlapping_appointments(),
              UnorderedElementsAre(of_one.name(), of_other.name()));
  for (const v1::Appointment& appointment : {of_one, of_other}) {
    const auto present = Present(appointment);
    EXPECT_EQ(present.state(), v1::Appointment::STATE_BOOKED);
    ASSERT_THAT(present.attention(), SizeIs(1)) << present.visit_type();
    EXPECT_EQ(present.attention(0).reason(), v1::Attention::REASON_PATIENT_OVERLAP);
  }
}

TEST_F(MergeTest, AHoldGoesAlong) {
  auto request = Hold(kConsultation, kLakeForest, "2026-03-05 10:00");
  request.mutable_hold()->set_patient("patients/ada-twice");
  const auto hold = Value(agent_.CreateHold(request));
  Value(service_.orders->ReassignPatient(Merge(), {}));
  Value(agent_.BookAppointment(Booking(hold, "patients/ada")));
}

TEST_F(MergeTest, TheAuditSaysWhichTwoBecameOne) {
  Value(service_.orders->ReassignPatient(Merge(), {}));
  std::vector<std::string> told;
  for (const auto& record : server_.Audit()) {
    if (record.method != "clarity.scheduling.v1.OrderService/ReassignPatient") continue;
    told.push_back(record.resource_name + ", " + record.reason);
  }
  EXPECT_THAT(told, ElementsAre("patients/ada, merged from patients/ada-twice"));
}

TEST_F(MergeTest, IsForServicesAndForTwo) {
  EXPECT_THAT(Caller(Claims("staff", "STAFF")).orders->ReassignPatient(Merge(), {}),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  auto with_itself = Merge();
  with_itself.set_to_patient(with_itself.from_patient());
  EXPECT_THAT(service_.orders->ReassignPatient(with_itself, {}),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

}  // namespace
}  // namespace clarity::tests
