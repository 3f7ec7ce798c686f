// Orders: what needs a clinician's decision is booked on one.

#include "tests/conformance/conformance_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kOrder[] = "orders/ada-1";
constexpr char kTuesday[] = "2026-03-03 10:00";
constexpr char kWednesday[] = "2026-03-04 10:00";
constexpr char kThursday[] = "2026-03-05 10:00";
constexpr char kFriday[] = "2026-03-06 10:00";
constexpr char kMonday[] = "2026-03-09 10:00";

// Three sessions for Ada within two weeks, at least a day and at most three days apart.
class OrdersTest : public ConformanceTest {
 protected:
  static v1::Order AdasOrder() {
    v1::Order order;
    order.set_name(kOrder);
    order.set_patient("patients/ada");
    order.add_visit_types(kOrderedSession);
    order.set_units(3);
    *order.mutable_window()->mutable_start_time() = ToWire(At("2026-03-03 00:00"));
    *order.mutable_window()->mutable_end_time() = ToWire(At("2026-03-17 00:00"));
    order.set_gap_minutes_min(24 * 60);
    order.set_gap_minutes_max(3 * 24 * 60);
    return order;
  }
  absl::StatusOr<v1::PutOrderResponse> Put(const v1::Order& order) const {
    v1::PutOrderRequest request;
    *request.mutable_order() = order;
    return service_.orders->PutOrder(request, {});
  }
  absl::StatusOr<v1::RevokeOrderResponse> Revoke() const {
    v1::RevokeOrderRequest request;
    request.set_name(kOrder);
    return service_.orders->RevokeOrder(request, {});
  }
  Connections ServiceOf(const std::string& clinic) const {
    auto claims = Claims("plans-of-one", "SERVICE");
    claims.clinics = {clinic};
    return Caller(claims);
  }
  v1::Order Present() const {
    v1::GetOrderRequest request;
    request.set_name(kOrder);
    return Value(service_.orders->GetOrder(request, {}));
  }

  static v1::BookAppointmentRequest Session(absl::string_view start,
                                            absl::string_view patient = "patients/ada") {
    auto request = Booking(kOrderedSession, kLakeForest, start, patient);
    request.set_order(kOrder);
    return request;
  }
  v1::Appointment Booked(absl::string_view start) const {
    return Value(agent_.BookAppointment(Session(start)));
  }
  absl::StatusOr<v1::Appointment> Confirm(const v1::Appointment& visit) const {
    v1::ConfirmAppointmentRequest request;
    request.set_name(visit.name());
    return agent_.ConfirmAppointment(request);
  }
  absl::StatusOr<v1::Appointment> Arrive(const v1::Appointment& visit) const {
    v1::RecordArrivalRequest request;
    request.set_name(visit.name());
    return staff_.scheduling->RecordArrival(request, {});
  }
  absl::StatusOr<v1::Appointment> Begin(const v1::Appointment& visit) const {
    v1::StartAppointmentRequest request;
    request.set_name(visit.name());
    return staff_.scheduling->StartAppointment(request, {});
  }
  // Which rule of the order refuses a booking, or a step of a visit.
  std::string RuleAgainst(const v1::BookAppointmentRequest& request) const {
    return RuleAgainst(agent_.BookAppointment(request));
  }
  static std::string RuleAgainst(const absl::StatusOr<v1::Appointment>& refused) {
    EXPECT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "ORDER_NOT_APPLICABLE"));
    return client::DetailOf<google::rpc::ErrorInfo>(refused.status())->metadata().at("rule");
  }

  const client::CallCenterClient agent_ = Agent();
  const Connections staff_ = Caller(Claims("staff", "STAFF"));
  const Connections service_ = Caller(Claims("consultation", "SERVICE"));
};

TEST_F(OrdersTest, WithoutOneItIsMissing) {
  EXPECT_THAT(
      agent_.BookAppointment(Booking(kOrderedSession, kLakeForest, kTuesday, "patients/ada")),
      Refused(StatusCode::kFailedPrecondition, "ORDER_MISSING"));
}

TEST_F(OrdersTest, PuttingTheSameAgainChangesNothing) {
  const auto put = Value(Put(AdasOrder())).order();
  EXPECT_EQ(put.state(), v1::Order::STATE_ACTIVE);
  EXPECT_EQ(put.units_consumed(), 0);
  clock().Advance(absl::Minutes(1));
  EXPECT_EQ(Value(Put(AdasOrder())).order().etag(), put.etag());
  EXPECT_EQ(Present().SerializeAsString(), put.SerializeAsString());
  auto more = AdasOrder();
  more.set_units(4);
  EXPECT_NE(Value(Put(more)).order().etag(), put.etag());
  more.set_etag(put.etag());
  EXPECT_THAT(Put(more), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
}

TEST_F(OrdersTest, AVisitConsumesAUnitAndCancellingReturnsIt) {
  Value(Put(AdasOrder()));
  const auto booked = Booked(kTuesday);
  EXPECT_EQ(booked.order(), kOrder);
  EXPECT_EQ(Present().units_consumed(), 1);
  Value(agent_.CancelAppointment(Cancellation(booked)));
  EXPECT_EQ(Present().units_consumed(), 0);
}

TEST_F(OrdersTest, AnOrderMayKeepTheUnitsOfWhatIsMissed) {
  auto order = AdasOrder();
  order.set_missed_units(v1::Order::MISSED_UNITS_KEPT);
  Value(Put(order));
  Value(agent_.CancelAppointment(Cancellation(Booked(kTuesday))));
  EXPECT_EQ(Present().units_consumed(), 1);
}

TEST_F(OrdersTest, EachRuleOfTheOrderRefuses) {
  Value(Put(AdasOrder()));
  EXPECT_EQ(RuleAgainst(Session(kTuesday, "patients/bo")), "patient");
  auto other_type = Session(kTuesday);
  other_type.set_visit_type(kConsultation);
  EXPECT_EQ(RuleAgainst(other_type), "visit_type");
  EXPECT_EQ(RuleAgainst(Session("2026-03-02 10:00")), "window");
  EXPECT_EQ(RuleAgainst(Session("2026-03-18 10:00")), "window");

  Booked(kTuesday);
  EXPECT_EQ(RuleAgainst(Session("2026-03-04 09:30")), "gap");
  Booked(kWednesday);
  Booked(kFriday);
  EXPECT_EQ(RuleAgainst(Session(kMonday)), "units");
  EXPECT_EQ(Present().units_consumed(), 3);
}

TEST_F(OrdersTest, TheSmallestGapIsKeptToBothNeighbours) {
  Value(Put(AdasOrder()));
  Booked(kTuesday);
  Booked(kThursday);
  EXPECT_EQ(RuleAgainst(Session("2026-03-04 09:30")), "gap");  // too near to Tuesday
  EXPECT_EQ(RuleAgainst(Session("2026-03-04 10:30")), "gap");  // too near to Thursday
  Booked(kWednesday);
}

TEST_F(OrdersTest, TheSmallestGapIsKeptToVisitsOnTheOrdersItNames) {
  Value(Put(AdasOrder()));
  const auto first = Booked(kTuesday);
  auto later = AdasOrder();
  later.set_name("orders/ada-2");
  later.set_gap_minutes_min(2 * 24 * 60);
  later.add_gap_from_orders(kOrder);
  later.add_gap_from_orders("orders/of-before");  // unknown: counts for nothing
  EXPECT_THAT(Value(Put(later)).order().gap_from_orders(), ElementsAre(kOrder, "orders/of-before"));
  const auto on_later = [](absl::string_view start) {
    auto request = Session(start);
    request.set_order("orders/ada-2");
    return request;
  };
  EXPECT_EQ(RuleAgainst(on_later("2026-03-05 09:30")), "gap");
  auto search = Search(kOrderedSession, kLakeForest, "2026-03-03 00:00", "2026-03-06 00:00");
  search.set_patient("patients/ada");
  search.set_order("orders/ada-2");
  EXPECT_EQ(Starts(Slots(agent_, search)).front(), kThursday);
  Value(agent_.BookAppointment(on_later(kThursday)));

  // Nor may what is on the order it names come nearer, though that one's own gap is smaller.
  EXPECT_EQ(RuleAgainst(Session("2026-03-06 10:30")), "gap");
  EXPECT_THAT(agent_.RescheduleAppointment(Move(first, "2026-03-03 14:00")),
              Refused(StatusCode::kFailedPrecondition, "ORDER_NOT_APPLICABLE"));
  // What is called off is nobody's neighbour.
  Value(agent_.CancelAppointment(Cancellation(first)));
  Value(agent_.BookAppointment(on_later("2026-03-03 10:00")));
}

TEST_F(OrdersTest, AVisitIsNoNeighbourOfItself) {
  Value(Put(AdasOrder()));
  const auto booked = Booked(kTuesday);
  const auto moved = Value(agent_.RescheduleAppointment(Move(booked, "2026-03-03 14:00")));
  EXPECT_EQ(moved.order(), kOrder);
  EXPECT_EQ(Present().units_consumed(), 1);
  EXPECT_THAT(agent_.RescheduleAppointment(Move(moved, "2026-03-18 10:00")),
              Refused(StatusCode::kFailedPrecondition, "ORDER_NOT_APPLICABLE"));
}

TEST_F(OrdersTest, ALargerGapIsReportedAndNotRefused) {
  Value(Put(AdasOrder()));
  EXPECT_THAT(Booked(kTuesday).attention(), IsEmpty());
  const auto far = Booked(kMonday);
  ASSERT_THAT(far.attention(), SizeIs(1));
  EXPECT_EQ(far.attention(0).reason(), v1::Attention::REASON_GAP_EXCEEDED);
  EXPECT_EQ(far.attention(0).about(), kOrder);
  // Moved nearer, it is nobody's concern any more.
  EXPECT_THAT(Value(agent_.RescheduleAppointment(Move(far, kThursday))).attention(), IsEmpty());
}

TEST_F(OrdersTest, SearchKeepsToTheOrder) {
  Value(Put(AdasOrder()));
  Booked(kWednesday);
  auto request = Search(kOrderedSession, kLakeForest, "2026-03-02 00:00", "2026-03-20 00:00");
  request.set_patient("patients/ada");
  request.set_order(kOrder);
  const auto starts = Starts(Slots(agent_, request));
  ASSERT_THAT(starts, Contains(kTuesday));
  for (const std::string& start : starts) {
    EXPECT_TRUE(agent_.BookAppointment(ValidateOnly(Session(start))).ok()) << start;
  }
  EXPECT_EQ(starts.front(), "2026-03-03 08:00");
  EXPECT_THAT(starts, ::testing::Not(Contains("2026-03-04 15:00")));
  EXPECT_THAT(starts, ::testing::Not(Contains("2026-03-18 10:00")));
}

TEST_F(OrdersTest, RevokingEndsItAndMarksWhatWasBooked) {
  Value(Put(AdasOrder()));
  const auto booked = Booked(kTuesday);
  const auto revoked = Value(Revoke());
  EXPECT_EQ(revoked.order().state(), v1::Order::STATE_REVOKED);
  EXPECT_THAT(revoked.uncovered_appointments(), ElementsAre(booked.name()));
  EXPECT_EQ(RuleAgainst(Session(kThursday)), "revoked");
  const auto marked = Value(agent_.GetAppointment(Get(booked.name())));
  EXPECT_EQ(marked.state(), v1::Appointment::STATE_BOOKED);
  ASSERT_THAT(marked.attention(), SizeIs(1));
  EXPECT_EQ(marked.attention(0).reason(), v1::Attention::REASON_ORDER_REVOKED);

  EXPECT_EQ(Value(Revoke()).order().etag(), revoked.order().etag());
  EXPECT_EQ(Value(agent_.GetAppointment(Get(booked.name()))).etag(), marked.etag());
  EXPECT_THAT(Put(AdasOrder()), Refused(StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(OrdersTest, AVisitWhoseOrderWasRevokedIsNeitherConfirmedNorBegun) {
  Value(Put(AdasOrder()));
  const auto booked = Booked(kTuesday);
  Value(Revoke());
  EXPECT_EQ(RuleAgainst(Confirm(booked)), "revoked");
  clock().Set(At(kTuesday));
  Value(Arrive(booked));  // they are there, whatever becomes of the visit
  EXPECT_EQ(RuleAgainst(Begin(booked)), "revoked");
  v1::CancelAppointmentRequest cancel;
  cancel.set_name(booked.name());
  EXPECT_EQ(Value(agent_.CancelAppointment(cancel)).state(), v1::Appointment::STATE_CANCELLED);
}

TEST_F(OrdersTest, AVisitThatItsOrderNoLongerCoversIsNeitherConfirmedNorBegun) {
  Value(Put(AdasOrder()));
  const auto first = Booked(kTuesday);
  const auto second = Booked(kThursday);
  auto changed = AdasOrder();
  changed.set_units(1);
  Value(Put(changed));
  EXPECT_EQ(RuleAgainst(Confirm(second)), "units");
  *changed.mutable_window()->mutable_start_time() = ToWire(At("2026-03-04 00:00"));
  Value(Put(changed));
  EXPECT_EQ(RuleAgainst(Confirm(first)), "window");
  Value(Put(AdasOrder()));
  Value(Confirm(first));
  clock().Set(At(kTuesday));
  Value(Arrive(first));
  changed.set_units(2);
  Value(Put(changed));
  EXPECT_EQ(RuleAgainst(Begin(first)), "window");
  Value(Put(AdasOrder()));
  Value(Begin(first));
}

TEST_F(OrdersTest, WhatHasBegunIsBroughtToItsEndThoughItsOrderIsRevoked) {
  auto order = AdasOrder();
  order.add_visit_types(kSession);
  Value(Put(order));
  auto booking = Booking(kSession, kLakeForest, kTuesday, order.patient());
  booking.set_order(kOrder);
  const auto booked = Value(agent_.BookAppointment(booking));
  clock().Set(At(kTuesday));
  Value(Arrive(booked));
  ASSERT_GT(Value(Begin(booked)).phases_size(), 1);
  EXPECT_THAT(Value(Revoke()).uncovered_appointments(), IsEmpty());
  Value(Begin(booked));  // the next phase
  v1::CompleteAppointmentRequest complete;
  complete.set_name(booked.name());
  Value(staff_.scheduling->CompleteAppointment(complete, {}));
}

TEST_F(OrdersTest, AnOrderTakesThePlaceOfAnotherWithTheVisitsItCovers) {
  Value(Put(AdasOrder()));
  const auto first = Booked(kTuesday);
  const auto arrived = Booked(kWednesday);
  const auto last = Booked(kMonday);
  clock().Set(At(kTuesday));
  Value(Arrive(first));
  Value(Begin(first));
  clock().Set(At(kWednesday));
  Value(Arrive(arrived));
  EXPECT_THAT(Value(Revoke()).uncovered_appointments(), ElementsAre(arrived.name(), last.name()));

  auto renewed = AdasOrder();
  renewed.set_name("orders/ada-2");
  renewed.add_replaces(kOrder);
  renewed.add_replaces("orders/of-before");
  v1::PutOrderRequest request;
  *request.mutable_order() = renewed;
  const Connections other = Caller(Claims("reports", "SERVICE"));
  EXPECT_THAT(other.orders->PutOrder(request, {}),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"))
      << "the visits of another service";
  *renewed.mutable_window()->mutable_end_time() = ToWire(At("2026-03-07 00:00"));
  EXPECT_EQ(Value(Put(renewed)).order().units_consumed(), 1);
  const auto present = [&](const v1::Appointment& visit) {
    return Value(agent_.GetAppointment(Get(visit.name())));
  };
  EXPECT_EQ(present(first).order(), kOrder) << "it took place on that one";
  EXPECT_EQ(present(arrived).order(), "orders/ada-2");
  EXPECT_THAT(present(arrived).attention(), IsEmpty());
  EXPECT_EQ(present(last).order(), kOrder) << "outside the window of the other";
  Value(Begin(arrived));
  EXPECT_EQ(RuleAgainst(Confirm(last)), "revoked");

  *renewed.mutable_window()->mutable_end_time() = ToWire(At("2026-03-17 00:00"));
  Value(Put(renewed));
  Value(Confirm(last));
}

TEST_F(OrdersTest, AChangeNamesWhatItNoLongerCovers) {
  Value(Put(AdasOrder()));
  const auto first = Booked(kTuesday);
  const auto second = Booked(kThursday);
  auto fewer = AdasOrder();
  fewer.set_units(1);
  EXPECT_THAT(Value(Put(fewer)).uncovered_appointments(), ElementsAre(second.name()));
  const auto marks = [&](const v1::Appointment& visit) {
    return Value(agent_.GetAppointment(Get(visit.name()))).attention();
  };
  EXPECT_THAT(marks(first), IsEmpty());
  ASSERT_THAT(marks(second), SizeIs(1));
  EXPECT_EQ(marks(second)[0].reason(), v1::Attention::REASON_ORDER_REVOKED);
  auto later = AdasOrder();
  *later.mutable_window()->mutable_start_time() = ToWire(At("2026-03-05 00:00"));
  EXPECT_THAT(Value(Put(later)).uncovered_appointments(), ElementsAre(first.name()));
  EXPECT_THAT(marks(first), SizeIs(1));
  EXPECT_THAT(marks(second), IsEmpty()) << "it is covered again";
}

TEST_F(OrdersTest, ServicesPutThemAndPatientsSeeTheirOwn) {
  Value(Put(AdasOrder()));
  v1::PutOrderRequest put;
  *put.mutable_order() = AdasOrder();
  const auto denied = Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED");
  EXPECT_THAT(Caller(Claims("staff", "STAFF")).orders->PutOrder(put, {}), denied);
  EXPECT_THAT(PatientConnections("patients/ada").orders->PutOrder(put, {}), denied);

  v1::GetOrderRequest get;
  get.set_name(kOrder);
  v1::GetOrderRequest get_none;
  get_none.set_name("orders/none");
  EXPECT_EQ(Value(PatientConnections("patients/ada").orders->GetOrder(get, {})).name(), kOrder);
  const auto bo = PatientConnections("patients/bo");
  EXPECT_THAT(bo.orders->GetOrder(get, {}), denied);
  EXPECT_EQ(StatusOf(bo.orders->GetOrder(get, {})), StatusOf(bo.orders->GetOrder(get_none, {})));
  EXPECT_THAT(service_.orders->GetOrder(get_none, {}), Refused(StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(OrdersTest, APatientBooksOnTheOwnOrder) {
  Value(Put(AdasOrder()));
  const auto patient = Patient("patients/ada");
  const auto own = All(patient.ListOrders());
  ASSERT_THAT(own, SizeIs(1));
  EXPECT_THAT(All(Patient("patients/bo").ListOrders()), IsEmpty());
  client::PortalSearch search;
  search.query = Search(kOrderedSession, kLakeForest, kTuesday, "2026-03-03 10:30").query();
  search.order = own[0].name();
  const auto slots = All(patient.FindSlots(search));
  ASSERT_THAT(slots, SizeIs(1));
  client::PortalBooking with_order;
  with_order.order = kOrder;
  EXPECT_EQ(Value(patient.Book(slots[0], with_order)).order(), kOrder);
  EXPECT_THAT(Patient("patients/bo").Book(slots[0], with_order),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_F(OrdersTest, ListsThoseOfAPatientTheNewestFirst) {
  Value(Put(AdasOrder()));
  clock().Advance(absl::Minutes(1));
  auto second = AdasOrder();
  second.set_name("orders/ada-2");
  Value(Put(second));
  Value(Revoke());
  v1::ListOrdersRequest request;
  request.set_patient("patients/ada");
  const auto active = Value(service_.orders->ListOrders(request, {}));
  ASSERT_THAT(active.orders(), SizeIs(1));
  EXPECT_EQ(active.orders(0).name(), "orders/ada-2");
  request.set_show_revoked(true);
  const auto all = Value(service_.orders->ListOrders(request, {}));
  ASSERT_THAT(all.orders(), SizeIs(2));
  EXPECT_EQ(all.orders(1).name(), kOrder);
}

TEST_F(OrdersTest, ServicesListThoseOfEverybody) {
  Value(Put(AdasOrder()));
  auto bos = AdasOrder();
  bos.set_name("orders/bo-1");
  bos.set_patient("patients/bo");
  Value(Put(bos));
  v1::ListOrdersRequest request;
  request.set_page_size(1);
  std::vector<std::string> names;
  do {
    const auto page = Value(service_.orders->ListOrders(request, {}));
    for (const v1::Order& order : page.orders()) names.push_back(order.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre(kOrder, "orders/bo-1"));
  EXPECT_THAT(Caller(Claims("staff", "STAFF")).orders->ListOrders(request, {}),
              Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  const auto own = Value(PatientConnections("patients/bo").orders->ListOrders(request, {}));
  ASSERT_THAT(own.orders(), SizeIs(1));
  EXPECT_EQ(own.orders(0).name(), "orders/bo-1");
}

TEST_F(OrdersTest, AServiceOfOneClinicOrdersForThatOne) {
  const Connections irvine = ServiceOf(kIrvine);
  v1::PutOrderRequest request;
  *request.mutable_order() = AdasOrder();
  EXPECT_THAT(ViolatedFields(StatusOf(irvine.orders->PutOrder(request, {}))),
              ElementsAre("order.clinic"));
  for (const char* other : {kLakeForest, "clinics/-", "clinics/none"}) {
    request.mutable_order()->set_clinic(other);
    EXPECT_FALSE(irvine.orders->PutOrder(request, {}).ok()) << other;
  }
  request.mutable_order()->set_clinic(kIrvine);
  EXPECT_EQ(Value(irvine.orders->PutOrder(request, {})).order().clinic(), kIrvine);
  request.mutable_order()->set_clinic("clinics/none");
  EXPECT_THAT(service_.orders->PutOrder(request, {}), Refused(StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(OrdersTest, AnOrderIsChangedAndRevokedByTheServiceThatPutItAlone) {
  Value(Put(AdasOrder()));
  const Connections other = Caller(Claims("reports", "SERVICE"));
  const auto denied = Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED");
  v1::PutOrderRequest more;
  *more.mutable_order() = AdasOrder();
  EXPECT_THAT(other.orders->PutOrder(more, {}), denied) << "not even the same again";
  more.mutable_order()->set_units(99);
  more.mutable_order()->clear_gap_minutes_min();
  EXPECT_THAT(other.orders->PutOrder(more, {}), denied);
  v1::RevokeOrderRequest revoke;
  revoke.set_name(kOrder);
  EXPECT_THAT(other.orders->RevokeOrder(revoke, {}), denied);
  EXPECT_EQ(Present().units(), 3);
  EXPECT_EQ(Present().state(), v1::Order::STATE_ACTIVE);
  EXPECT_EQ(Value(Revoke()).order().state(), v1::Order::STATE_REVOKED);
}

TEST_F(OrdersTest, AnOrderIsSeenAndBookedOnAtItsClinicAlone) {
  auto order = AdasOrder();
  order.set_clinic(kIrvine);
  Value(Put(order));
  auto of_all = AdasOrder();
  of_all.set_name("orders/of-all");
  Value(Put(of_all));
  const auto names = [](const Connections& caller, const std::string& patient) {
    v1::ListOrdersRequest list;
    list.set_patient(patient);
    const auto page = Value(caller.orders->ListOrders(list, {}));
    std::vector<std::string> all;
    for (const v1::Order& seen : page.orders()) all.push_back(seen.name());
    return all;
  };
  auto claims = Claims("agent-lake-forest", "AGENT");
  claims.clinics = {kLakeForest};
  const Connections lake_forest = Caller(claims);
  claims.clinics = {kIrvine, kLakeForest};
  const Connections both = Caller(claims);
  EXPECT_THAT(names(lake_forest, "patients/ada"), ElementsAre("orders/of-all"));
  EXPECT_THAT(names(ServiceOf(kLakeForest), ""), ElementsAre("orders/of-all"));
  EXPECT_THAT(names(both, "patients/ada"),
              ::testing::UnorderedElementsAre(kOrder, "orders/of-all"));

  const auto denied = Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED");
  v1::GetOrderRequest get;
  get.set_name(kOrder);
  EXPECT_THAT(lake_forest.orders->GetOrder(get, {}), denied);
  EXPECT_THAT(lake_forest.AsAgent().BookAppointment(Session(kTuesday)), denied);
  // Who sees the order books on it at another clinic, too.
  const auto booked = Value(both.AsAgent().BookAppointment(Session(kTuesday)));
  // And who sees the visit there may move it, whose order it is or not.
  Value(lake_forest.AsAgent().RescheduleAppointment(Move(booked, kThursday)));
  EXPECT_THAT(All(Patient("patients/ada").ListOrders()), SizeIs(2)) << "their own";
}

TEST_F(OrdersTest, AGapIsToldAsPeopleSayIt) {
  auto order = AdasOrder();
  Value(Put(order));
  Booked(kTuesday);
  const auto told = [&](int minutes) {
    order.set_gap_minutes_min(minutes);
    Value(Put(order));
    return std::string(agent_.BookAppointment(Session("2026-03-03 10:30")).status().message());
  };
  EXPECT_THAT(told(3 * 24 * 60), ::testing::EndsWith("at least 3 days apart"));
  EXPECT_THAT(told(24 * 60), ::testing::EndsWith("at least 1 day apart"));
  EXPECT_THAT(told(36 * 60), ::testing::EndsWith("at least 36 hours apart"));
  EXPECT_THAT(told(90), ::testing::EndsWith("at least 90 minutes apart"));
}

}  // namespace
}  // namespace clarity::tests
