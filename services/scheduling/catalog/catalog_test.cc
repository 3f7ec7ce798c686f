#include "services/scheduling/catalog/catalog.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/errors.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "services/platform/storage/test_support.h"
#include "services/scheduling/catalog/test_support.h"
#include "services/scheduling/migrations.h"

namespace clarity::scheduling::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Appointments as far as the catalog knows them.
class FakeDependents final : public CatalogDependents {
 public:
  absl::StatusOr<bool> HasFuture(const rpc::Call&, storage::Transaction&,
                                 absl::string_view name) override {
    return with_future.count(std::string(name)) > 0;
  }
  absl::StatusOr<std::vector<std::string>> Uncovered(const rpc::Call&, storage::Transaction&,
                                                     const CatalogChange&) override {
    return uncovered;
  }
  absl::Status OnChange(const rpc::Call&, storage::Transaction&, const CatalogChange& change,
                        const std::vector<std::string>& orphans) override {
    touched = change.resources;
    marked = orphans;
    return on_change;
  }

  std::set<std::string> with_future;
  std::vector<std::string> uncovered;
  absl::Status on_change;
  std::vector<std::string> touched;
  std::vector<std::string> marked;
};

class CatalogTest : public ::testing::Test {
 protected:
  CatalogTest() {
    call_.principal.all_clinics = true;
    storage::SqliteDatabase::Options options;
    options.directory = directory_.path();
    options.migrations = {Migrations()};
    options.clock = &clock_;
    options.inline_writes = true;
    database_ = *storage::SqliteDatabase::Open(options);
    EXPECT_TRUE(store_.Load(*database_).ok());
  }

  absl::StatusOr<v1::ApplyCatalogResponse> Apply(const v1::ApplyCatalogRequest& request) {
    v1::ApplyCatalogResponse reply;
    const absl::Status status = database_->WriteAndWait([&](storage::Transaction& transaction) {
      return use_cases_.Apply(call_, transaction, request, &reply);
    });
    if (!status.ok()) return status;
    return reply;
  }
  absl::StatusOr<v1::ApplyCatalogResponse> Apply(const v1::Catalog& catalog) {
    v1::ApplyCatalogRequest request;
    *request.mutable_catalog() = catalog;
    return Apply(request);
  }

  v1::ExportCatalogResponse Export() {
    v1::ExportCatalogResponse reply;
    EXPECT_TRUE(database_
                    ->ReadAndWait([&](storage::Transaction& transaction) {
                      return use_cases_.Export(call_, transaction, {}, &reply);
                    })
                    .ok());
    return reply;
  }

  std::shared_ptr<const Snapshot> At(CatalogStore* store) {
    std::shared_ptr<const Snapshot> snapshot;
    const absl::Status status = database_->ReadAndWait([&](storage::Transaction& transaction) {
      auto at = store->At(transaction);
      if (at.ok()) snapshot = *std::move(at);
      return at.status();
    });
    EXPECT_TRUE(status.ok()) << status;
    return snapshot;
  }

  static std::vector<std::string> Lines(const v1::ApplyCatalogResponse& reply) {
    std::vector<std::string> lines;
    for (const auto& difference : reply.differences()) {
      std::string line = v1::ApplyCatalogResponse::Action_Name(difference.action()).substr(7) +
                         " " + difference.name();
      for (const std::string& field : difference.fields()) line += " " + field;
      lines.push_back(line);
    }
    return lines;
  }

  storage::TemporaryDirectory directory_;
  base::ManualClock clock_{absl::FromUnixSeconds(1'780'000'000)};
  std::unique_ptr<storage::SqliteDatabase> database_;
  CatalogStore store_;
  FakeDependents dependents_;
  CatalogUseCases use_cases_{&store_, &dependents_};
  rpc::Call call_;
};

TEST_F(CatalogTest, AppliesIsCurrentAndComesBackFromTheStore) {
  const auto reply = Apply(SmallCatalog());
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(
      Lines(*reply),
      ElementsAre("CREATE clinics/coast", "CREATE clinics/desert", "CREATE resources/coast-nurse",
                  "CREATE resources/coast-prescriber", "CREATE resources/coast-room",
                  "CREATE resources/desert-prescriber", "CREATE resources/desert-room",
                  "CREATE visitTypes/consultation", "CREATE visitTypes/session"));
  EXPECT_EQ(store_.Current()->version(), 1);
  EXPECT_EQ(store_.Current()->etag(), reply->etag());
  EXPECT_EQ(call_.audit_resource, "catalog");

  CatalogStore after_restart;
  ASSERT_TRUE(after_restart.Load(*database_).ok());
  EXPECT_EQ(after_restart.Current()->version(), 1);
  EXPECT_EQ(after_restart.Current()->etag(), reply->etag());
}

TEST_F(CatalogTest, ChangesNothingWhenAppliedAgainInAnyOrder) {
  ASSERT_TRUE(Apply(SmallCatalog()).ok());
  const auto before = store_.Current();
  v1::Catalog shuffled = SmallCatalog();
  shuffled.mutable_resources()->SwapElements(0, 3);
  const auto again = Apply(shuffled);
  ASSERT_TRUE(again.ok());
  EXPECT_THAT(Lines(*again), IsEmpty());
  EXPECT_EQ(again->etag(), before->etag());
  EXPECT_EQ(store_.Current(), before);
}

TEST_F(CatalogTest, ExportsWhatAppliesBackToTheSameState) {
  ASSERT_TRUE(Apply(DemoCatalog()).ok());
  const v1::ExportCatalogResponse exported = Export();
  EXPECT_EQ(exported.etag(), store_.Current()->etag());
  for (int i = 1; i < exported.catalog().resources_size(); ++i) {
    EXPECT_LT(exported.catalog().resources(i - 1).name(), exported.catalog().resources(i).name());
  }
  const auto again = Apply(exported.catalog());
  ASSERT_TRUE(again.ok());
  EXPECT_THAT(Lines(*again), IsEmpty());
}

TEST_F(CatalogTest, NamesWhatChangesAndTellsWhoseHoursMayDiffer) {
  ASSERT_TRUE(Apply(SmallCatalog()).ok());
  v1::Catalog changed = SmallCatalog();
  changed.mutable_clinics(1)->set_display_name("High desert");
  changed.mutable_clinics(1)->add_holidays()->mutable_date()->MergeFrom(
      changed.clinics(0).holidays(0).date());
  FindIn(&changed, "resources/coast-nurse")->set_shares(2);
  changed.mutable_visit_types(1)->set_horizon_days(30);
  const auto reply = Apply(changed);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(Lines(*reply), ElementsAre("UPDATE clinics/desert display_name holidays",
                                         "UPDATE resources/coast-nurse shares",
                                         "UPDATE visitTypes/session horizon_days"));
  EXPECT_THAT(
      dependents_.touched,
      ElementsAre("resources/coast-nurse", "resources/desert-prescriber", "resources/desert-room"));
  EXPECT_EQ(store_.Current()->version(), 2);
}

TEST_F(CatalogTest, RemovesWhatIsNotInUseAndRefusesTheRest) {
  ASSERT_TRUE(Apply(SmallCatalog()).ok());
  v1::Catalog smaller = SmallCatalog();
  smaller.mutable_resources()->DeleteSubrange(3, 2);
  smaller.mutable_clinics()->RemoveLast();
  dependents_.with_future = {"resources/desert-room"};
  const auto refused = Apply(smaller);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(base::ReasonOf(refused.status()), "IN_USE");
  EXPECT_THAT(refused.status().message(), HasSubstr("resources/desert-room has"));
  EXPECT_EQ(store_.Current()->version(), 1);

  dependents_.with_future.clear();
  const auto applied = Apply(smaller);
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_THAT(Lines(*applied),
              ElementsAre("DELETE clinics/desert", "DELETE resources/desert-prescriber",
                          "DELETE resources/desert-room"));
  CatalogStore after_restart;
  ASSERT_TRUE(after_restart.Load(*database_).ok());
  EXPECT_EQ(after_restart.Current()->etag(), applied->etag());
}

TEST_F(CatalogTest, LeavesAppointmentsUncoveredOnlyWhereThatIsAccepted) {
  ASSERT_TRUE(Apply(SmallCatalog()).ok());
  v1::ApplyCatalogRequest request;
  *request.mutable_catalog() = SmallCatalog();
  FindIn(request.mutable_catalog(), "resources/coast-nurse")->clear_availability();
  // Without its nurse there would be no session.
  request.mutable_catalog()->mutable_visit_types()->RemoveLast();
  dependents_.uncovered = {"appointments/a", "appointments/b"};

  const auto refused = Apply(request);
  EXPECT_EQ(base::ReasonOf(refused.status()), "WOULD_ORPHAN");
  EXPECT_EQ(store_.Current()->version(), 1);

  request.set_accept_orphans(true);
  const auto accepted = Apply(request);
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_THAT(accepted->orphaned_appointments(), ElementsAre("appointments/a", "appointments/b"));
  EXPECT_EQ(accepted->orphaned_appointment_count(), 2);
  EXPECT_THAT(dependents_.marked, ElementsAre("appointments/a", "appointments/b"));
}

TEST_F(CatalogTest, ReportsOrphansInsteadOfRefusingWhenItOnlyValidates) {
  ASSERT_TRUE(Apply(SmallCatalog()).ok());
  v1::ApplyCatalogRequest request;
  *request.mutable_catalog() = SmallCatalog();
  FindIn(request.mutable_catalog(), "resources/coast-nurse")->set_shares(2);
  request.set_validate_only(true);
  dependents_.uncovered = {"appointments/a"};
  const auto reply = Apply(request);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->orphaned_appointment_count(), 1);
}

TEST_F(CatalogTest, RefusesAnEtagThatIsNoLongerTrue) {
  v1::ApplyCatalogRequest request;
  *request.mutable_catalog() = SmallCatalog();
  const auto first = Apply(request);
  ASSERT_TRUE(first.ok());
  request.set_etag(first->etag());
  request.mutable_catalog()->mutable_clinics(0)->set_display_name("Shore");
  EXPECT_TRUE(Apply(request).ok());
  request.mutable_catalog()->mutable_clinics(0)->set_display_name("Beach");
  const auto stale = Apply(request);
  EXPECT_EQ(stale.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(base::ReasonOf(stale.status()), "ETAG_MISMATCH");
}

TEST_F(CatalogTest, RefusesWhatIsNotValidAndKeepsWhatThereIs) {
  ASSERT_TRUE(Apply(SmallCatalog()).ok());
  v1::Catalog broken = SmallCatalog();
  broken.mutable_clinics(0)->set_time_zone("Nowhere");
  const auto refused = Apply(broken);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(refused.status().message(), HasSubstr("catalog.clinics[0].time_zone"));
  EXPECT_EQ(store_.Current()->version(), 1);
}

// What is rolled back must leave no trace: neither in Current, nor for a later transaction that
// writes other contents under the same version.
TEST_F(CatalogTest, ForgetsACatalogWhoseTransactionFailed) {
  ASSERT_TRUE(Apply(SmallCatalog()).ok());
  v1::Catalog lost = SmallCatalog();
  lost.mutable_clinics(0)->set_display_name("Lost");
  dependents_.on_change = absl::UnavailableError("the store is away");
  EXPECT_FALSE(Apply(lost).ok());
  EXPECT_EQ(store_.Current()->clinic(0).display_name(), "Coast");
  EXPECT_EQ(Export().catalog().clinics(0).display_name(), "Coast");

  dependents_.on_change = absl::OkStatus();
  v1::Catalog kept = SmallCatalog();
  kept.mutable_clinics(0)->set_display_name("Kept");
  ASSERT_TRUE(Apply(kept).ok());
  EXPECT_EQ(store_.Current()->version(), 2);
  EXPECT_EQ(Export().catalog().clinics(0).display_name(), "Kept");
}

TEST_F(CatalogTest, SeesWhatAnotherReplicaHasApplied) {
  ASSERT_TRUE(Apply(SmallCatalog()).ok());
  CatalogStore other;
  ASSERT_TRUE(other.Load(*database_).ok());
  v1::Catalog changed = SmallCatalog();
  changed.mutable_clinics(0)->set_display_name("Shore");
  ASSERT_TRUE(Apply(changed).ok());

  const auto seen = At(&other);
  EXPECT_EQ(seen->clinic(0).display_name(), "Shore");
  EXPECT_EQ(other.Current()->clinic(0).display_name(), "Coast");
  ASSERT_TRUE(other.Load(*database_).ok());
  EXPECT_EQ(other.Current(), seen) << "read from the tables once";
}

TEST_F(CatalogTest, ReadsTheTablesOnceThoughAnotherVersionCountsOtherEtags) {
  ASSERT_TRUE(Apply(SmallCatalog()).ok());
  ASSERT_TRUE(database_
                  ->WriteAndWait([](storage::Transaction& transaction) {
                    constexpr storage::Sql kChangeEtag{"UPDATE catalog_meta SET etag = 'other'"};
                    return transaction.Execute(kChangeEtag, {}).status();
                  })
                  .ok());
  const auto first = At(&store_);
  EXPECT_EQ(first->clinic(0).display_name(), "Coast");
  EXPECT_EQ(At(&store_), first);
}

TEST_F(CatalogTest, GetsWhatIsThereAndSaysWhatIsNot) {
  ASSERT_TRUE(Apply(SmallCatalog()).ok());
  v1::GetClinicRequest get;
  v1::Clinic clinic;
  get.set_name("clinics/desert");
  ASSERT_TRUE(use_cases_.GetClinic(call_, get, &clinic).ok());
  EXPECT_EQ(clinic.display_name(), "Desert");
  EXPECT_FALSE(clinic.etag().empty());
  get.set_name("clinics/harbor");
  EXPECT_EQ(use_cases_.GetClinic(call_, get, &clinic).code(), absl::StatusCode::kNotFound);

  v1::GetResourceRequest get_resource;
  v1::Resource resource;
  get_resource.set_name("resources/coast-room");
  ASSERT_TRUE(use_cases_.GetResource(call_, get_resource, &resource).ok());
  EXPECT_EQ(resource.kind(), v1::Resource::KIND_ROOM);

  v1::GetVisitTypeRequest get_type;
  v1::VisitType type;
  get_type.set_name("visitTypes/session");
  ASSERT_TRUE(use_cases_.GetVisitType(call_, get_type, &type).ok());
  EXPECT_EQ(type.phases_size(), 3);
}

TEST_F(CatalogTest, ListsPageByPageUntilAllAreSeenOnce) {
  ASSERT_TRUE(Apply(SmallCatalog()).ok());
  v1::ListResourcesRequest request;
  request.set_page_size(2);
  std::vector<std::string> names;
  int pages = 0;
  do {
    v1::ListResourcesResponse page;
    ASSERT_TRUE(use_cases_.ListResources(call_, request, &page).ok());
    EXPECT_LE(page.resources_size(), 2);
    for (const v1::Resource& resource : page.resources()) names.push_back(resource.name());
    request.set_page_token(page.next_page_token());
    ASSERT_LE(++pages, 3);
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("resources/coast-nurse", "resources/coast-prescriber",
                                 "resources/coast-room", "resources/desert-prescriber",
                                 "resources/desert-room"));
}

TEST_F(CatalogTest, ListsByClinicAndPoolAndRefusesATokenOfAnotherQuery) {
  ASSERT_TRUE(Apply(SmallCatalog()).ok());
  v1::ListResourcesRequest request;
  request.set_clinic("clinics/coast");
  request.set_page_size(1);
  v1::ListResourcesResponse page;
  ASSERT_TRUE(use_cases_.ListResources(call_, request, &page).ok());
  request.set_page_token(page.next_page_token());
  request.set_page_size(10);
  page.Clear();
  ASSERT_TRUE(use_cases_.ListResources(call_, request, &page).ok());
  EXPECT_EQ(page.resources_size(), 2);
  EXPECT_TRUE(page.next_page_token().empty());

  request.set_pool("room");
  const absl::Status other_query = use_cases_.ListResources(call_, request, &page);
  EXPECT_EQ(base::ReasonOf(other_query), "PAGE_TOKEN_MISMATCH");
  request.clear_page_token();
  page.Clear();
  ASSERT_TRUE(use_cases_.ListResources(call_, request, &page).ok());
  ASSERT_EQ(page.resources_size(), 1);
  EXPECT_EQ(page.resources(0).name(), "resources/coast-room");

  request.set_clinic("clinics/harbor");
  EXPECT_EQ(use_cases_.ListResources(call_, request, &page).code(), absl::StatusCode::kNotFound);
}

TEST_F(CatalogTest, ListsTheVisitTypesThatAClinicOffers) {
  ASSERT_TRUE(Apply(SmallCatalog()).ok());
  v1::ListVisitTypesRequest request;
  v1::ListVisitTypesResponse page;
  ASSERT_TRUE(use_cases_.ListVisitTypes(call_, request, &page).ok());
  EXPECT_EQ(page.visit_types_size(), 2);
  request.set_clinic("clinics/desert");
  page.Clear();
  ASSERT_TRUE(use_cases_.ListVisitTypes(call_, request, &page).ok());
  ASSERT_EQ(page.visit_types_size(), 1);
  EXPECT_EQ(page.visit_types(0).name(), "visitTypes/consultation");
}

}  // namespace
}  // namespace clarity::scheduling::catalog
