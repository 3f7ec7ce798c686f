// What a search costs, as a multiple of reading the calendar at all: one plain OR over the open
// pages of every eligible resource. Two weeks, 50 clinicians, 40 rooms, 30 nurses who watch four
// patients each; a treatment session with a nurse one to one while dosing, and a consultation.
//
//   engine_bench        prints a line for each visit and for each share of the calendar booked

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "services/scheduling/calendar/assign.h"
#include "services/scheduling/calendar/grid.h"
#include "services/scheduling/calendar/search.h"

namespace clarity::calendar {
namespace {

constexpr int kDays = 14;
constexpr int kClinicians = 50, kRooms = 40, kNurses = 30;
constexpr int kGridMinutes = 15;
constexpr int kSeed = 1;
constexpr Location kClinic = 0;
const Interval kWindow = {5'900'000, 5'900'000 + kDays* kTicksPerDay};

struct Clinic {
  std::vector<Timeline> timelines;

  std::vector<ResourceView> Views() const {
    std::vector<ResourceView> views;
    views.reserve(timelines.size());
    for (const Timeline& timeline : timelines) views.push_back({&timeline, kClinic});
    return views;
  }
};

// Weekdays, ten hours, some of them less.
Clinic MakeClinic(std::mt19937& random) {
  Clinic clinic;
  for (int i = 0; i < kClinicians + kRooms + kNurses; ++i) {
    const int capacity = i < kClinicians + kRooms ? 1 : 4;
    Timeline timeline(capacity, PagesToSearch(kWindow));
    const int late = static_cast<int>(random() % 3) * 6, early = static_cast<int>(random() % 3) * 6;
    for (int day = 0; day <= kDays; ++day) {
      if (day % 7 >= 5) continue;
      const Tick morning = kWindow.begin + day * kTicksPerDay + 96;
      timeline.Open(kClinic, {morning + late, morning + 120 - early});
    }
    clinic.timelines.push_back(std::move(timeline));
  }
  return clinic;
}

Need NeedOf(int first, int count, std::vector<PhaseUse> phases) {
  Need need;
  for (int i = 0; i < count; ++i) need.eligible.push_back(first + i);
  need.phases = std::move(phases);
  return need;
}

Visit Session() {
  constexpr PhaseUse none = {}, one = {Mode::kClaim, 1}, all = {Mode::kClaim, 0};
  Visit visit;
  visit.phase_ticks = {3, 12, 12, 3};  // preparation, dosing, observation, clean-up
  visit.needs = {NeedOf(0, kClinicians, {none, one, none, none}),
                 NeedOf(kClinicians, kRooms, {one, one, one, one}),
                 NeedOf(kClinicians + kRooms, kNurses, {one, all, one, none})};
  return visit;
}

Visit Consultation() {
  constexpr PhaseUse one = {Mode::kClaim, 1};
  Visit visit;
  visit.phase_ticks = {12};
  visit.needs = {NeedOf(0, kClinicians, {one}), NeedOf(kClinicians, kRooms, {one})};
  return visit;
}

// Books one visit at the first feasible start after a random time, with random resources.
void BookSomewhere(const Visit& visit, const Bitmap& grid, std::mt19937& random, Clinic& clinic) {
  SearchScratch scratch;
  const std::vector<ResourceView> views = clinic.Views();
  const Bitmap feasible = Feasible(visit, views, grid, scratch);
  const auto start = feasible.Next(kWindow.begin + static_cast<Tick>(random() % kWindow.ticks()));
  if (!start.has_value()) return;
  std::vector<std::vector<int>> preference;
  preference.reserve(visit.needs.size());
  for (const Need& need : visit.needs) {
    preference.push_back(need.eligible);
    std::shuffle(preference.back().begin(), preference.back().end(), random);
  }
  const auto fits = [&](int need, int resource) {
    return Fits(visit, need, views[resource], *start);
  };
  const Assignment assignment = *Assign(visit, fits, preference);
  for (size_t need = 0; need < visit.needs.size(); ++need) {
    for (int resource : assignment.resources[need]) {
      Timeline& timeline = clinic.timelines[resource];
      for (const Stretch& stretch : StretchesOf(visit, visit.needs[need])) {
        timeline.ApplyClaim(stretch.At(*start), SharesTaken(stretch.use, timeline.capacity()));
      }
    }
  }
}

// The best of many: what the work costs when nothing else gets in its way.
double Microseconds(absl::FunctionRef<void()> work) {
  double best = 1e9;
  for (int i = 0; i < 500; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::micro> taken =
        std::chrono::steady_clock::now() - begin;
    best = std::min(best, taken.count());
  }
  return best;
}

double PlainOr(const Clinic& clinic) {
  std::vector<Bits512> total(static_cast<size_t>(PagesOf(kWindow).count));
  const double taken = Microseconds([&] {
    for (const Timeline& timeline : clinic.timelines) {
      const Bits512* row = timeline.OpenRow(kClinic);
      for (size_t page = 0; page < total.size(); ++page) {
        for (int w = 0; w < 8; ++w) total[page].words[w] |= row[page].words[w];
      }
    }
  });
  return total[0].any() ? taken : 0;  // so that the loop is not for nothing
}

void Measure(const char* name, const Visit& visit, const Bitmap& grid, const Clinic& clinic,
             int booked) {
  SearchScratch scratch;
  const std::vector<ResourceView> views = clinic.Views();
  Bitmap feasible;
  const double search = Microseconds([&] { feasible = Feasible(visit, views, grid, scratch); });
  const double plain = PlainOr(clinic);
  std::printf("%-12s %5d booked %5lld starts   search %6.2f us   plain OR %5.2f us   ratio %4.1f\n",
              name, booked, static_cast<long long>(feasible.count()), search, plain,
              search / plain);
}

void Run() {
  std::printf("seed %d\n", kSeed);
  std::mt19937 random(kSeed);
  Clinic clinic = MakeClinic(random);
  const Bitmap grid = GridMask(kWindow, absl::UTCTimeZone(), kGridMinutes);
  int booked = 0;
  for (int target : {0, 300, 600, 900, 1200}) {
    for (; booked < target; ++booked) {
      BookSomewhere(random() % 3 == 0 ? Consultation() : Session(), grid, random, clinic);
    }
    Measure("session", Session(), grid, clinic, booked);
    Measure("consultation", Consultation(), grid, clinic, booked);
  }
}

}  // namespace
}  // namespace clarity::calendar

int main() {
  clarity::calendar::Run();
  return 0;
}
