// Random clinics, and a second opinion on every start: what is offered is what is possible, what is
// offered can be booked, and what is not is refused for the reason that ExplainSlot gives.

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/clinic_server.h"
#include "tests/support/plain_calendar.h"
#include "tests/support/random_clinics.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::tests {
namespace {

namespace v1 = scheduling::v1;
using Wish = PlainCalendar::Wish;

// The clocks at the coast go forward on the Sunday between.
constexpr char kFrom[] = "2026-03-06 18:00";
constexpr char kTo[] = "2026-03-09 12:00";

std::string Told(const Wish& wish) {
  return absl::StrCat(wish.visit_type, " at ", wish.clinic, " on ", Local(wish.start), " for '",
                      wish.patient, "'");
}

v1::BookAppointmentRequest BookingOf(const Wish& wish) {
  auto request = Booking(wish.visit_type, wish.clinic, Local(wish.start), wish.patient);
  for (const auto& name : wish.required) request.add_required_resources(name);
  return request;
}

std::multiset<v1::Blocker::Rule> RulesOf(const v1::SlotConflict& conflict) {
  std::multiset<v1::Blocker::Rule> rules;
  for (const auto& blocker : conflict.blockers()) rules.insert(blocker.rule());
  return rules;
}

class SearchAndBookingTest : public ::testing::TestWithParam<int> {
 protected:
  // Clinics that the catalog's own rules let pass.
  SearchAndBookingTest() : random_(static_cast<uint64_t>(GetParam())) {
    v1::ApplyCatalogRequest request;
    do {
      *request.mutable_catalog() = RandomClinics(random_);
    } while (!operator_.ApplyCatalog(request).ok());
    catalog_ = request.catalog();
    plain_ = std::make_unique<PlainCalendar>(catalog_);
  }

  const std::string& AnyOf(const std::vector<std::string>& names) {
    return names[static_cast<size_t>(Pick(random_, static_cast<int>(names.size())))];
  }
  Wish AnyWish() {
    Wish wish;
    wish.visit_type = AnyOf({"visitTypes/v0", "visitTypes/v1", "visitTypes/v2"});
    wish.clinic = AnyOf({"clinics/coast", "clinics/desert"});
    wish.start = At(kFrom) + absl::Minutes(5 * Pick(random_, 12 * 66));
    wish.patient = absl::StrCat("patients/p", Pick(random_, 4));
    if (Pick(random_, 4) == 0) {
      wish.required.insert(absl::StrCat("resources/r", Pick(random_, 9)));
    }
    return wish;
  }

  v1::FindSlotsRequest SearchFor(const Wish& wish) {
    auto search = Search(wish.visit_type, wish.clinic, kFrom, kTo);
    search.set_patient(wish.patient);
    for (const auto& name : wish.required) search.mutable_query()->add_required_resources(name);
    for (const auto& name : wish.excluded) search.mutable_query()->add_excluded_resources(name);
    return search;
  }

  // Books and blocks here and there, as the second opinion is told.
  void FillSome() {
    for (int i = 0; i < 30; ++i) {
      const Wish wish = AnyWish();
      const auto slots = All(agent_.FindSlots(SearchFor(wish)));
      if (slots.empty()) continue;
      Wish offered = wish;
      offered.start = FromWire(
          slots[static_cast<size_t>(Pick(random_, static_cast<int>(slots.size())))].start_time());
      auto appointment = Value(agent_.BookAppointment(BookingOf(offered)));
      if (Pick(random_, 5) == 0) {
        appointment = Value(agent_.CancelAppointment(Cancellation(appointment)));
      }
      plain_->Add(appointment);
    }
    v1::CreateBlockRequest block;
    block.mutable_block()->add_resources(absl::StrCat("resources/r", Pick(random_, 9)));
    const absl::Time start = At(kFrom) + absl::Minutes(5 * Pick(random_, 12 * 60));
    *block.mutable_block()->mutable_window()->mutable_start_time() = ToWire(start);
    *block.mutable_block()->mutable_window()->mutable_end_time() = ToWire(start + absl::Hours(3));
    if (const auto made = staff_.scheduling->CreateBlock(block, {}); made.ok()) plain_->Add(*made);
  }

  // All starts of the window that are possible, as the second opinion has it.
  std::vector<std::string> PossibleStarts(Wish wish) {
    std::vector<std::string> starts;
    for (wish.start = At(kFrom); wish.start < At(kTo); wish.start += absl::Minutes(5)) {
      if (plain_->IsPossible(wish, server_.clock().Now())) starts.push_back(Local(wish.start));
    }
    return starts;
  }

  v1::ExplainSlotResponse Explain(const Wish& wish) const {
    v1::ExplainSlotRequest request;
    request.set_visit_type(wish.visit_type);
    request.set_clinic(wish.clinic);
    *request.mutable_start_time() = ToWire(wish.start);
    request.set_patient(wish.patient);
    for (const auto& name : wish.required) request.add_required_resources(name);
    return Value(agent_.ExplainSlot(request));
  }

  // For whoever has to find out why: the first start on which the two do not agree, in the words of
  // the service.
  std::string FirstDifference(Wish wish, const std::vector<std::string>& offered,
                              const std::vector<std::string>& possible) const {
    std::vector<std::string> differing;
    std::set_symmetric_difference(offered.begin(), offered.end(), possible.begin(), possible.end(),
                                  std::back_inserter(differing));
    if (differing.empty()) return "";
    wish.start = At(differing.front());
    return absl::StrCat(differing.front(), ":\n", Explain(wish).DebugString());
  }

  ClinicServer server_;
  base::SeededRandom random_;
  const client::AdminClient operator_ =
      server_.ConnectAs(Claims("operator", "OPERATOR")).AsOperator();
  const client::CallCenterClient agent_ = server_.ConnectAs(Claims("agent", "AGENT")).AsAgent();
  const Connections staff_ = server_.ConnectAs(Claims("staff", "STAFF"));
  v1::Catalog catalog_;
  std::unique_ptr<PlainCalendar> plain_;
};

TEST_P(SearchAndBookingTest, WhatIsOfferedAndCountedIsWhatIsPossible) {
  FillSome();
  EXPECT_THAT(plain_->Overbooked(), ::testing::IsEmpty());
  for (int i = 0; i < 8; ++i) {
    Wish wish = AnyWish();
    if (Pick(random_, 3) == 0) wish.patient.clear();
    if (Pick(random_, 3) == 0) {
      wish.excluded.insert(absl::StrCat("resources/r", Pick(random_, 9)));
    }
    if (wish.required == wish.excluded) wish.required.clear();
    const auto possible = PossibleStarts(wish);
    const auto offered = Starts(All(agent_.FindSlots(SearchFor(wish))));
    EXPECT_EQ(offered, possible) << Told(wish) << "\n" << FirstDifference(wish, offered, possible);

    v1::CountSlotsRequest count;
    *count.mutable_query() = SearchFor(wish).query();
    count.set_patient(wish.patient);
    int counted = 0;
    const auto counts = Value(agent_.CountSlots(count));
    for (const auto& bucket : counts.counts()) counted += bucket.starts();
    EXPECT_EQ(counted, static_cast<int>(possible.size())) << Told(wish);
  }
}

TEST_P(SearchAndBookingTest, WhatIsOfferedBooksAndTheRestIsRefusedForTheReasonTold) {
  FillSome();
  int possible = 0;
  for (int i = 0; i < 60; ++i) {
    Wish wish = AnyWish();
    // Of random starts few are possible: every other is taken from the search.
    const auto slots = All(agent_.FindSlots(SearchFor(wish)));
    if (i % 2 == 0 && !slots.empty()) {
      wish.start = FromWire(
          slots[static_cast<size_t>(Pick(random_, static_cast<int>(slots.size())))].start_time());
    }
    const bool is_possible = plain_->IsPossible(wish, server_.clock().Now());
    possible += is_possible ? 1 : 0;

    const auto explained = Explain(wish);
    EXPECT_EQ(explained.has_slot(), is_possible) << Told(wish);

    const auto booked = agent_.BookAppointment(BookingOf(wish));
    EXPECT_EQ(booked.ok(), is_possible) << Told(wish) << ": " << booked.status();
    if (booked.ok()) {
      plain_->Add(*booked);
      continue;
    }
    const auto conflict = client::DetailOf<v1::SlotConflict>(booked.status());
    ASSERT_TRUE(conflict.has_value()) << Told(wish) << ": " << booked.status();
    EXPECT_EQ(RulesOf(*conflict), RulesOf(explained.conflict())) << Told(wish);
    EXPECT_FALSE(conflict->blockers().empty()) << Told(wish);
  }
  EXPECT_THAT(plain_->Overbooked(), ::testing::IsEmpty());
  RecordProperty("possible", possible);
}

// A failure names its seed in the name of the test.
INSTANTIATE_TEST_SUITE_P(Seeds, SearchAndBookingTest, ::testing::Range(0, 12));
INSTANTIATE_TEST_SUITE_P(Long, SearchAndBookingTest, ::testing::Range(12, 200));

}  // namespace
}  // namespace clarity::tests
