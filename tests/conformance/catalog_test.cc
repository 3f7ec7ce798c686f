// The catalog: declared whole, changed in one step.

#include <set>

#include "tests/conformance/conformance_test.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;
using Applied = v1::ApplyCatalogResponse;

template <typename Items>
auto& Find(Items* items, absl::string_view name) {
  for (auto& item : *items) {
    if (item.name() == name) return item;
  }
  throw std::runtime_error(std::string(name) + " is not there");
}

template <typename Items>
void Remove(Items* items, absl::string_view name) {
  items->erase(std::remove_if(items->begin(), items->end(),
                              [&](const auto& item) { return item.name() == name; }),
               items->end());
}

template <typename Items>
std::vector<std::string> Names(const Items& items) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.name());
  return names;
}

class CatalogTest : public ConformanceTest {
 protected:
  static v1::ApplyCatalogRequest Of(const v1::Catalog& catalog) {
    v1::ApplyCatalogRequest request;
    *request.mutable_catalog() = catalog;
    return request;
  }
  v1::ApplyCatalogRequest Accepting(const v1::Catalog& catalog) const {
    auto request = Of(catalog);
    request.set_accept_orphans(true);
    return request;
  }
  v1::Catalog Present() const { return Value(operator_.ExportCatalog()).catalog(); }
  // "UPDATE resources/dr-okafor absences", a line a difference.
  static std::vector<std::string> Told(const Applied& applied) {
    std::vector<std::string> lines;
    for (const auto& difference : applied.differences()) {
      std::string line = Applied::Action_Name(difference.action()).substr(sizeof("ACTION_") - 1);
      line += " " + difference.name();
      for (const auto& field : difference.fields()) line += " " + field;
      lines.push_back(line);
    }
    return lines;
  }
  // Dr. Okafor is away on the Thursday of the tests.
  v1::Catalog WithoutOkaforOnThursday() const {
    v1::Catalog catalog = TestCatalog();
    auto& absence = *Find(catalog.mutable_resources(), "resources/dr-okafor").add_absences();
    for (auto* date : {absence.mutable_start_date(), absence.mutable_end_date()}) {
      date->set_year(2026);
      date->set_month(3);
      date->set_day(5);
    }
    return catalog;
  }
  v1::Appointment Booked(absl::string_view start = kTen) const {
    return Value(
        Agent().BookAppointment(Booking(kConsultation, kLakeForest, start, "patients/ada")));
  }

  const client::AdminClient operator_ = Operator();
};

TEST_F(CatalogTest, ApplyingWhatIsThereChangesNothing) {
  const auto before = Value(operator_.ExportCatalog());
  const auto applied = Value(operator_.ApplyCatalog(Of(TestCatalog())));
  EXPECT_THAT(applied.differences(), IsEmpty());
  EXPECT_EQ(applied.etag(), before.etag());
  EXPECT_EQ(Value(operator_.ExportCatalog()).etag(), before.etag());
}

TEST_F(CatalogTest, WhatIsExportedAppliesBack) {
  EXPECT_THAT(Value(operator_.ApplyCatalog(Of(Present()))).differences(), IsEmpty());
}

TEST_F(CatalogTest, ApplyingTellsEachDifference) {
  v1::Catalog catalog = TestCatalog();
  Find(catalog.mutable_clinics(), kPhoenix).set_display_name("Phoenix North");
  Remove(catalog.mutable_resources(), "resources/nurse-vega");
  auto& added = *catalog.add_resources();
  added = Find(catalog.mutable_resources(), "resources/room-1");
  added.set_name("resources/room-3");
  Find(catalog.mutable_visit_types(), kSession).set_minimum_notice_minutes(60);
  const std::vector<std::string> expected = {
      "UPDATE clinics/phoenix display_name", "DELETE resources/nurse-vega",
      "CREATE resources/room-3", "UPDATE visitTypes/session minimum_notice_minutes"};

  const auto before = Present();
  EXPECT_EQ(Told(Value(operator_.ApplyCatalog(ValidateOnly(Of(catalog))))), expected);
  EXPECT_EQ(Present().SerializeAsString(), before.SerializeAsString());
  EXPECT_EQ(Told(Value(operator_.ApplyCatalog(Of(catalog)))), expected);
  EXPECT_THAT(Value(operator_.ApplyCatalog(Of(catalog))).differences(), IsEmpty());
}

TEST_F(CatalogTest, FaultsAreToldWithTheirPaths) {
  v1::Catalog catalog = TestCatalog();
  catalog.mutable_clinics(1)->set_time_zone("Mars/Olympus");
  auto* row = catalog.mutable_resources(0)->mutable_availability(0);
  row->set_clinic("clinics/nowhere");
  catalog.mutable_resources(0)->mutable_availability(1)->set_recurrence("FREQ=HOURLY");
  catalog.mutable_visit_types(0)->mutable_needs(0)->set_pool("wizard");
  const auto refused = operator_.ApplyCatalog(Of(catalog));
  ASSERT_THAT(refused, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  const auto details = client::DetailOf<google::rpc::BadRequest>(refused.status());
  ASSERT_TRUE(details.has_value());
  std::set<std::string> paths;
  for (const auto& violation : details->field_violations()) paths.insert(violation.field());
  EXPECT_THAT(paths, ElementsAre("catalog.clinics[1].time_zone",
                                 "catalog.resources[0].availability[0].clinic",
                                 "catalog.resources[0].availability[1].recurrence",
                                 "catalog.visit_types[0].needs[0]"));
  EXPECT_THAT(Value(operator_.ApplyCatalog(Of(TestCatalog()))).differences(), IsEmpty());
}

TEST_F(CatalogTest, AStaleEtagChangesNothing) {
  auto stale = Of(TestCatalog());
  stale.set_etag(Value(operator_.ExportCatalog()).etag());
  auto catalog = TestCatalog();
  catalog.mutable_clinics(0)->set_display_name("Lake Forest West");
  Value(operator_.ApplyCatalog(Of(catalog)));
  EXPECT_THAT(operator_.ApplyCatalog(stale), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Value(operator_.ApplyCatalog(Of(catalog))).differences(), IsEmpty());
}

TEST_F(CatalogTest, NewHoursCountAtOnce) {
  const auto agent = Agent();
  const auto request = Search(kConsultation, kLakeForest, "2026-03-05 00:00", "2026-03-06 00:00");
  EXPECT_THAT(Slots(agent, request), SizeIs(15));
  Value(operator_.ApplyCatalog(Of(WithoutOkaforOnThursday())));
  EXPECT_THAT(Slots(agent, request), IsEmpty());
  EXPECT_THAT(agent.BookAppointment(Booking(kConsultation, kLakeForest, kTen, "patients/ada")),
              Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"));
  Value(operator_.ApplyCatalog(Of(TestCatalog())));
  EXPECT_THAT(Slots(agent, request), SizeIs(15));
}

TEST_F(CatalogTest, WhoLosesTheirCoverIsNamedAndMustBeAccepted) {
  const auto booked = Booked();
  const auto unhurt = Booked("2026-03-04 10:00");
  const auto token = Value(Agent().ListAppointmentsPage(List(""))).watch_token();
  const auto without = WithoutOkaforOnThursday();

  const auto foreseen = Value(operator_.ApplyCatalog(ValidateOnly(Of(without))));
  EXPECT_THAT(foreseen.orphaned_appointments(), ElementsAre(booked.name()));
  EXPECT_EQ(foreseen.orphaned_appointment_count(), 1);
  const auto refused = operator_.ApplyCatalog(Of(without));
  ASSERT_THAT(refused, Refused(StatusCode::kFailedPrecondition, "WOULD_ORPHAN"));
  const auto info = client::DetailOf<google::rpc::ErrorInfo>(refused.status());
  EXPECT_THAT(info->metadata().at("appointments"), HasSubstr(booked.name()));
  EXPECT_EQ(Value(Agent().GetAppointment(Get(booked.name()))).etag(), booked.etag());

  const auto accepted = Value(operator_.ApplyCatalog(Accepting(without)));
  EXPECT_THAT(accepted.orphaned_appointments(), ElementsAre(booked.name()));
  const auto marked = Value(Agent().GetAppointment(Get(booked.name())));
  EXPECT_EQ(marked.state(), v1::Appointment::STATE_BOOKED);
  ASSERT_THAT(marked.attention(), SizeIs(1));
  EXPECT_EQ(marked.attention(0).reason(), v1::Attention::REASON_COVER_LOST);
  EXPECT_EQ(Value(Agent().GetAppointment(Get(unhurt.name()))).etag(), unhurt.etag());
  // Who watches hears of it.
  const auto told = Value(Agent().WatchAppointments(Watch(kLakeForest, token))->Next());
  EXPECT_EQ(told.change().kind(), v1::WatchAppointmentsResponse::KIND_UPDATED);
  EXPECT_EQ(told.change().appointment().SerializeAsString(), marked.SerializeAsString());
}

TEST_F(CatalogTest, HoursThatComeBackTakeTheMarkAway) {
  const auto booked = Booked();
  Value(operator_.ApplyCatalog(Accepting(WithoutOkaforOnThursday())));
  EXPECT_THAT(Value(Agent().GetAppointment(Get(booked.name()))).attention(), SizeIs(1));
  Value(operator_.ApplyCatalog(Of(TestCatalog())));
  EXPECT_THAT(Value(Agent().GetAppointment(Get(booked.name()))).attention(), IsEmpty());
}

// Kim doses from 10:15 to 10:45; whoever begins at 9:30 is observed from 10:15 on.
TEST_F(CatalogTest, MoreSharesDoNotOpenOneToOneCareOrABlock) {
  auto dosing = Booking(kSession, kLakeForest, kTen, "patients/ada");
  dosing.add_required_resources("resources/nurse-kim");
  Value(Agent().BookAppointment(dosing));
  v1::CreateBlockRequest block;
  block.mutable_block()->add_resources("resources/nurse-kim");
  *block.mutable_block()->mutable_window()->mutable_start_time() = ToWire(At("2026-03-05 14:00"));
  *block.mutable_block()->mutable_window()->mutable_end_time() = ToWire(At("2026-03-05 16:00"));
  block.mutable_block()->set_reason("meeting");
  Value(Caller(Claims("staff", "STAFF")).scheduling->CreateBlock(block, {}));

  auto catalog = TestCatalog();
  Find(catalog.mutable_resources(), "resources/nurse-kim").set_shares(6);
  Value(operator_.ApplyCatalog(Of(catalog)));
  for (const char* start : {"2026-03-05 09:30", "2026-03-05 14:00"}) {
    auto beside = Booking(kSession, kLakeForest, start, "patients/bo");
    beside.add_required_resources("resources/nurse-kim");
    EXPECT_THAT(Agent().BookAppointment(beside),
                Refused(StatusCode::kFailedPrecondition, "SLOT_TAKEN"))
        << start;
  }
}

TEST_F(CatalogTest, FewerSharesThanAreTakenLoseTheirCover) {
  auto catalog = TestCatalog();
  auto& check = *catalog.add_visit_types();
  check = Find(catalog.mutable_visit_types(), kEvaluation);
  check.set_name("visitTypes/check");
  check.mutable_needs(0)->set_id("nurse");
  check.mutable_needs(0)->set_pool("nurse");
  for (auto& use : *check.mutable_needs(0)->mutable_uses()) use.set_shares(1);
  Value(operator_.ApplyCatalog(Of(catalog)));
  std::vector<std::string> together;
  for (const char* patient : {"patients/ada", "patients/bo", "patients/cy"}) {
    auto request =
        Booking("visitTypes/check", kLakeForest, together.size() < 2 ? kTen : kNoon, patient);
    request.add_required_resources("resources/nurse-kim");
    together.push_back(Value(Agent().BookAppointment(request)).name());
  }
  together.pop_back();  // alone at noon

  auto& kim = Find(catalog.mutable_resources(), "resources/nurse-kim");
  kim.set_shares(2);
  EXPECT_EQ(Value(operator_.ApplyCatalog(ValidateOnly(Of(catalog)))).orphaned_appointment_count(),
            0);
  kim.set_shares(1);
  EXPECT_THAT(Value(operator_.ApplyCatalog(ValidateOnly(Of(catalog)))).orphaned_appointments(),
              UnorderedElementsAreArray(together));
  EXPECT_THAT(operator_.ApplyCatalog(Of(catalog)),
              Refused(StatusCode::kFailedPrecondition, "WOULD_ORPHAN"));
}

TEST_F(CatalogTest, AnOrderedTypeOfVisitIsNotRemoved) {
  v1::PutOrderRequest put;
  v1::Order& order = *put.mutable_order();
  order.set_name("orders/induction");
  order.set_patient("patients/ada");
  order.add_visit_types(kOrderedSession);
  order.set_units(1);
  *order.mutable_window()->mutable_start_time() = ToWire(At("2026-03-03 00:00"));
  *order.mutable_window()->mutable_end_time() = ToWire(At("2026-03-17 00:00"));
  Value(Caller(Claims("plans", "SERVICE")).orders->PutOrder(put, {}));
  auto catalog = TestCatalog();
  Remove(catalog.mutable_visit_types(), kOrderedSession);
  EXPECT_THAT(operator_.ApplyCatalog(Of(catalog)),
              Refused(StatusCode::kFailedPrecondition, "IN_USE"));
}

TEST_F(CatalogTest, OnlyAnOperatorOfAllClinicsAppliesIt) {
  auto claims = Claims("operator-irvine", "OPERATOR");
  claims.clinics = {kIrvine};
  auto catalog = TestCatalog();
  Find(catalog.mutable_clinics(), kPhoenix).set_display_name("Phoenix North");
  EXPECT_THAT(Caller(claims).AsOperator().ApplyCatalog(Of(catalog)),
              Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
}

TEST_F(CatalogTest, WhatHasAFutureIsNotRemoved) {
  auto with_kim = Booking(kSession, kLakeForest, kTen, "patients/ada");
  with_kim.add_required_resources("resources/nurse-kim");
  const auto booked = Value(Agent().BookAppointment(with_kim));
  const auto in_use = Refused(StatusCode::kFailedPrecondition, "IN_USE");
  auto without_nurse = TestCatalog();
  Remove(without_nurse.mutable_resources(), "resources/nurse-kim");
  EXPECT_THAT(operator_.ApplyCatalog(Accepting(without_nurse)), in_use);
  auto without_type = TestCatalog();
  Remove(without_type.mutable_visit_types(), kSession);
  EXPECT_THAT(operator_.ApplyCatalog(Accepting(without_type)), in_use);

  Value(Agent().CancelAppointment(Cancellation(booked)));
  Value(operator_.ApplyCatalog(Of(without_nurse)));
  EXPECT_EQ(Told(Value(operator_.ApplyCatalog(Of(without_type)))),
            (std::vector<std::string>{"CREATE resources/nurse-kim", "DELETE visitTypes/session"}));
}

TEST_F(CatalogTest, WhatAHoldKeepsIsNotRemovedUntilItEnds) {
  Value(Agent().CreateHold(Hold(kConsultation, kLakeForest, kTen)));
  auto without_office = TestCatalog();
  Remove(without_office.mutable_resources(), "resources/office");
  Remove(without_office.mutable_visit_types(), kConsultation);
  EXPECT_THAT(operator_.ApplyCatalog(Of(without_office)),
              Refused(StatusCode::kFailedPrecondition, "IN_USE"));
  clock().Advance(absl::Minutes(10));
  Value(operator_.ApplyCatalog(Of(without_office)));
}

TEST_F(CatalogTest, EverybodyReadsClinicsAndVisitTypes) {
  const auto caller = PatientConnections("patients/ada");
  EXPECT_EQ(Names(All(caller.AsPatient().ListClinics())),
            (std::vector<std::string>{kIrvine, kLakeForest, kPhoenix}));
  EXPECT_EQ(Names(All(caller.AsPatient().ListVisitTypes(kIrvine))),
            (std::vector<std::string>{kConsultation}));
  v1::GetClinicRequest get;
  get.set_name(kPhoenix);
  EXPECT_EQ(Value(caller.catalog->GetClinic(get, {})).time_zone(), "America/Phoenix");
  get.set_name("clinics/nowhere");
  EXPECT_THAT(caller.catalog->GetClinic(get, {}), Refused(StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(CatalogTest, ResourcesAreListedByClinicAndPool) {
  v1::ListResourcesRequest request;
  request.set_clinic(kIrvine);
  EXPECT_THAT(Names(All(Agent().ListResources(request))),
              ElementsAre("resources/dr-lind", "resources/office-irvine"));
  request.set_clinic("");
  request.set_pool("treatment-room");
  EXPECT_THAT(Names(All(Agent().ListResources(request))),
              ElementsAre("resources/room-1", "resources/room-2"));
}

TEST_F(CatalogTest, PagesTogetherAreTheWholeList) {
  const auto whole = Names(All(Agent().ListResources()));
  EXPECT_THAT(whole, SizeIs(TestCatalog().resources_size()));
  for (const int page_size : {1, 4}) {
    v1::ListResourcesRequest request;
    request.set_page_size(page_size);
    EXPECT_EQ(Names(All(Agent().ListResources(request))), whole);
  }
}

TEST_F(CatalogTest, ARestartReadsItAgain) {
  const auto before = Value(operator_.ExportCatalog());
  server_.Restart();
  const auto after = Value(Operator().ExportCatalog());
  EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
}

}  // namespace
}  // namespace clarity::tests
