#include "services/scheduling/catalog/snapshot.h"

#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/scheduling/calendar/search.h"
#include "services/scheduling/catalog/hours.h"
#include "services/scheduling/catalog/test_support.h"

namespace clarity::scheduling::catalog {
namespace {

using calendar::Interval;
using calendar::PageIndex;
using calendar::Tick;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kPacificZone[] = "America/Los_Angeles";
constexpr int kCoast = 0;
constexpr int kDesert = 1;
constexpr int kConsultation = 0;
constexpr int kSession = 1;

std::vector<std::string> Names(const Snapshot& snapshot, const std::vector<int>& resources) {
  std::vector<std::string> names;
  names.reserve(resources.size());
  for (const int resource : resources) names.push_back(snapshot.resource(resource).name());
  return names;
}

// The names behind a plan's own indices.
std::vector<std::string> Names(const Snapshot& snapshot, const VisitPlan& plan,
                               const std::vector<int>& indices) {
  std::vector<int> resources;
  resources.reserve(indices.size());
  for (const int index : indices) resources.push_back(plan.resources[index]);
  return Names(snapshot, resources);
}

TEST(Snapshot, SortsItsPartsAndFindsThemByName) {
  v1::Catalog catalog = SmallCatalog();
  catalog.mutable_resources()->SwapElements(0, 4);
  catalog.mutable_clinics()->SwapElements(0, 1);
  const auto snapshot = Snapshot::Make(catalog, 3);
  EXPECT_EQ(snapshot->version(), 3);
  for (int i = 0; i < snapshot->resource_count(); ++i) {
    EXPECT_EQ(snapshot->FindResource(snapshot->resource(i).name()), i);
  }
  for (int i = 1; i < snapshot->resource_count(); ++i) {
    EXPECT_LT(snapshot->resource(i - 1).name(), snapshot->resource(i).name());
  }
  EXPECT_EQ(snapshot->FindClinic("clinics/coast"), kCoast);
  EXPECT_EQ(snapshot->FindVisitType("visitTypes/session"), kSession);
  EXPECT_EQ(snapshot->FindClinic("clinics/harbor"), std::nullopt);
  EXPECT_EQ(snapshot->zone(kDesert).name(), "America/Phoenix");
  EXPECT_EQ(snapshot->CapacityOf(*snapshot->FindResource("resources/coast-nurse")), 4);
  EXPECT_EQ(snapshot->CapacityOf(*snapshot->FindResource("resources/coast-room")), 1);
}

TEST(Snapshot, HasTheSameEtagsForTheSameContentsAndOthersForOthers) {
  v1::Catalog catalog = SmallCatalog();
  const auto first = Snapshot::Make(catalog, 1);
  catalog.mutable_resources()->SwapElements(0, 4);
  catalog.mutable_resources(1)->set_etag("whatever the caller sent");
  const auto same = Snapshot::Make(catalog, 2);
  EXPECT_EQ(first->etag(), same->etag());

  FindIn(&catalog, "resources/coast-room")->set_display_name("Blue room");
  const auto other = Snapshot::Make(catalog, 2);
  EXPECT_NE(first->etag(), other->etag());
  const int room = *first->FindResource("resources/coast-room");
  EXPECT_NE(first->resource(room).etag(), other->resource(room).etag());
  EXPECT_EQ(first->clinic(kCoast).etag(), other->clinic(kCoast).etag());
}

TEST(Snapshot, NamesItsPlacesAndFindsThemAgain) {
  const auto snapshot = Snapshot::Make(SmallCatalog(), 1);
  const calendar::Location telehealth = LocationOf(kDesert, v1::MODALITY_TELEHEALTH);
  EXPECT_EQ(snapshot->LocationName(telehealth), "clinics/desert/telehealth");
  EXPECT_EQ(snapshot->FindLocation("clinics/desert/telehealth"), telehealth);
  EXPECT_EQ(snapshot->FindLocation("clinics/coast"), LocationOf(kCoast, v1::MODALITY_IN_PERSON));
  EXPECT_EQ(snapshot->FindLocation("clinics/harbor"), std::nullopt);
  EXPECT_EQ(ClinicOf(telehealth), kDesert);
  EXPECT_EQ(ModalityOf(telehealth), v1::MODALITY_TELEHEALTH);
}

TEST(Snapshot, TakesTelehealthStaffOfNoClinicForEveryClinics) {
  v1::Catalog catalog = SmallCatalog();
  v1::Resource& resource = *FindIn(&catalog, "resources/desert-prescriber");
  resource.mutable_availability(0)->set_telehealth_time_zone("America/Phoenix");
  const auto snapshot = Snapshot::Make(catalog, 1);
  const int index = *snapshot->FindResource(resource.name());
  EXPECT_THAT(snapshot->LocationsOf(index),
              ElementsAre(LocationOf(kCoast, v1::MODALITY_TELEHEALTH),
                          LocationOf(kDesert, v1::MODALITY_TELEHEALTH)));
  EXPECT_THAT(Names(*snapshot, snapshot->ResourcesOf(LocationOf(kCoast, v1::MODALITY_TELEHEALTH))),
              ElementsAre("resources/coast-prescriber", "resources/desert-prescriber"));
  EXPECT_THAT(Names(*snapshot, snapshot->ResourcesOf(LocationOf(kDesert, v1::MODALITY_IN_PERSON))),
              ElementsAre("resources/desert-room"));
}

TEST(Plan, HasThePhasesInTicksAndTheNeedsByPhase) {
  const auto snapshot = Snapshot::Make(SmallCatalog(), 1);
  const VisitPlan* plan = snapshot->Plan(kSession, kCoast, v1::MODALITY_UNSPECIFIED);
  ASSERT_NE(plan, nullptr);
  EXPECT_EQ(plan->modality, v1::MODALITY_IN_PERSON);
  EXPECT_EQ(plan->ticks(), 23);
  ASSERT_EQ(plan->pieces.size(), 1u);  // the consultation alone asks for a licence
  const calendar::Visit& visit = plan->pieces[0].visit;
  EXPECT_TRUE(visit.Validate().ok());
  EXPECT_THAT(visit.phase_ticks, ElementsAre(8, 12, 3));
  ASSERT_EQ(visit.needs.size(), 3u);
  using calendar::Mode;
  using calendar::PhaseUse;
  EXPECT_THAT(visit.needs[1].phases,
              ElementsAre(PhaseUse{Mode::kClaim, 0}, PhaseUse{Mode::kClaim, 1}, PhaseUse{}));
  EXPECT_THAT(visit.needs[2].phases,
              ElementsAre(PhaseUse{Mode::kPresent, 0}, PhaseUse{}, PhaseUse{}));
  EXPECT_THAT(Names(*snapshot, *plan, visit.needs[0].eligible),
              ElementsAre("resources/coast-room"));
  EXPECT_THAT(Names(*snapshot, *plan, visit.needs[1].eligible),
              ElementsAre("resources/coast-nurse"));
  EXPECT_EQ(plan, snapshot->Plan(kSession, kCoast, v1::MODALITY_IN_PERSON)) << "made once";
}

TEST(Plan, NeedsNoRoomByTelehealth) {
  const auto snapshot = Snapshot::Make(SmallCatalog(), 1);
  const VisitPlan* plan = snapshot->Plan(kConsultation, kCoast, v1::MODALITY_TELEHEALTH);
  ASSERT_NE(plan, nullptr);
  EXPECT_EQ(plan->location, LocationOf(kCoast, v1::MODALITY_TELEHEALTH));
  ASSERT_EQ(plan->needs.size(), 1u);
  EXPECT_EQ(plan->needs[0].index, 0);
  EXPECT_THAT(Names(*snapshot, plan->resources), ElementsAre("resources/coast-prescriber"));
}

TEST(Plan, IsNoneWhereTheVisitIsNotOffered) {
  v1::Catalog catalog = SmallCatalog();
  const auto anywhere = Snapshot::Make(catalog, 1);
  EXPECT_EQ(anywhere->Plan(kSession, kDesert, v1::MODALITY_IN_PERSON), nullptr) << "no nurse";
  EXPECT_EQ(anywhere->Plan(kSession, kCoast, v1::MODALITY_TELEHEALTH), nullptr) << "not that way";
  EXPECT_NE(anywhere->Plan(kConsultation, kDesert, v1::MODALITY_IN_PERSON), nullptr);

  catalog.mutable_visit_types(kConsultation)->add_clinics("clinics/coast");
  const auto by_name = Snapshot::Make(catalog, 1);
  EXPECT_NE(by_name->Plan(kConsultation, kCoast, v1::MODALITY_IN_PERSON), nullptr);
  EXPECT_EQ(by_name->Plan(kConsultation, kDesert, v1::MODALITY_IN_PERSON), nullptr);
}

// A licence that ends on 30 June lets a visit of an hour start at 23:00 that day, and no later.
TEST(Plan, CountsAResourceOutOnceItsLicenceDoesNotCoverTheWholeVisit) {
  v1::Catalog catalog = SmallCatalog();
  v1::Resource& resource = *FindIn(&catalog, "resources/coast-prescriber");
  auto& until = *resource.mutable_licences(0)->mutable_valid_until();
  until.set_year(2026);
  until.set_month(6);
  until.set_day(30);
  v1::Licence& again = *resource.add_licences();
  again.set_jurisdiction("US-CA");
  again.mutable_valid_from()->set_year(2026);
  again.mutable_valid_from()->set_month(8);
  again.mutable_valid_from()->set_day(1);
  const auto snapshot = Snapshot::Make(catalog, 1);
  const VisitPlan* plan = snapshot->Plan(kConsultation, kCoast, v1::MODALITY_IN_PERSON);
  ASSERT_NE(plan, nullptr);

  const Tick last = TickAt(kPacificZone, "2026-06-30 23:00");
  const Tick back = TickAt(kPacificZone, "2026-08-01 00:00");
  const auto eligible = [&](Tick start) { return plan->VisitAt(start).needs[0].eligible; };
  EXPECT_THAT(eligible(last), ElementsAre(0));
  EXPECT_THAT(eligible(last + 1), IsEmpty());
  EXPECT_THAT(eligible(back - 1), IsEmpty());
  EXPECT_THAT(eligible(back), ElementsAre(0));
  EXPECT_THAT(plan->needs[0].candidates, ElementsAre(0)) << "it fails by its licence alone";

  ASSERT_EQ(plan->pieces.size(), 3u);
  EXPECT_EQ(plan->pieces.front().starts.begin, kAlways.begin);
  EXPECT_EQ(plan->pieces.back().starts.end, kAlways.end);
  for (size_t i = 1; i < plan->pieces.size(); ++i) {
    EXPECT_EQ(plan->pieces[i - 1].starts.end, plan->pieces[i].starts.begin);
  }
}

// The reference: each row's rule expanded for exactly one page.
TEST(OpenPage, IsTheSameWhateverPagesWereAskedForBefore) {
  const v1::Catalog catalog = DemoCatalog();
  const auto snapshot = Snapshot::Make(catalog, 1);
  ShiftCache shifts;
  const PageIndex first = calendar::PageOf(TickAt(kPacificZone, "2026-02-20 00:00"));
  for (const char* name : {"resources/np-reyes", "resources/dr-castellano", "resources/dr-santos",
                           "resources/lake-forest-room-2"}) {
    const int resource = *snapshot->FindResource(name);
    for (const calendar::Location location : snapshot->LocationsOf(resource)) {
      for (PageIndex page = first + 250; page >= first; page -= 7) {
        const calendar::Bitmap expected =
            OpenHours(snapshot->resource(resource), snapshot->clinic(ClinicOf(location)),
                      ModalityOf(location), {page, 1}, &shifts);
        ASSERT_EQ(snapshot->OpenPage(resource, location, page), expected.pages()[0])
            << name << " " << snapshot->LocationName(location) << " page " << page;
      }
    }
  }
}

TEST(OpenPage, IsTheSameForManyThreads) {
  const auto snapshot = Snapshot::Make(DemoCatalog(), 1);
  const PageIndex first = calendar::PageOf(TickAt(kPacificZone, "2026-06-01 00:00"));
  const auto count_open = [&] {
    int open = 0;
    for (int resource = 0; resource < snapshot->resource_count(); ++resource) {
      for (const calendar::Location location : snapshot->LocationsOf(resource)) {
        for (int page = 0; page < 20; ++page) {
          open += snapshot->OpenPage(resource, location, first + page).count();
        }
      }
    }
    return open;
  };
  std::vector<int> counts(4);
  std::vector<std::thread> threads;
  threads.reserve(counts.size());
  for (int& count : counts) threads.emplace_back([&] { count = count_open(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(counts, ::testing::Each(count_open()));
  EXPECT_GT(counts[0], 0);
}

// How many starts of a visit type there are at a clinic in an empty calendar.
int64_t CountStarts(const Snapshot& snapshot, const VisitPlan& plan, Interval window) {
  std::vector<calendar::Timeline> timelines;
  for (const int resource : plan.resources) {
    timelines.emplace_back(snapshot.CapacityOf(resource), calendar::PagesToSearch(window));
    snapshot.FillOpen(resource, &timelines.back());
  }
  std::vector<calendar::ResourceView> views;
  views.reserve(timelines.size());
  for (const calendar::Timeline& timeline : timelines) views.push_back({&timeline, plan.location});
  calendar::SearchScratch scratch;
  int64_t starts = 0;
  for (const VisitPlan::Piece& piece : plan.pieces) {
    const Interval within = calendar::Intersection(piece.starts, window);
    if (within.empty()) continue;
    calendar::Bitmap all(within);
    all.Set(within);
    starts += calendar::Feasible(piece.visit, views, all, scratch).count();
  }
  return starts;
}

TEST(Demo, HasStartsOfEveryVisitAtEveryClinicInAnOrdinaryWeek) {
  const auto snapshot = Snapshot::Make(DemoCatalog(), 1);
  const Interval week = {TickAt(kPacificZone, "2027-02-01 00:00"),
                         TickAt(kPacificZone, "2027-02-08 00:00")};
  for (int type = 0; type < snapshot->visit_type_count(); ++type) {
    for (int clinic = 0; clinic < snapshot->clinic_count(); ++clinic) {
      for (const v1::Modality modality : {v1::MODALITY_IN_PERSON, v1::MODALITY_TELEHEALTH}) {
        if (!HasModality(snapshot->visit_type(type), modality)) continue;
        const VisitPlan* plan = snapshot->Plan(type, clinic, modality);
        const std::string what = snapshot->visit_type(type).name() + " at " +
                                 snapshot->LocationName(LocationOf(clinic, modality));
        ASSERT_NE(plan, nullptr) << what;
        EXPECT_TRUE(plan->pieces[0].visit.Validate().ok()) << what;
        EXPECT_GE(CountStarts(*snapshot, *plan, week), 12 * 10) << what << ": ten hours a week";
      }
    }
  }
}

}  // namespace
}  // namespace clarity::scheduling::catalog
